/** The console: bytes between a WebSocket and the stream of a machine's screen, each side as fast as the other takes them. */
import type { Duplex } from 'node:stream';
import type { Logger } from '../lib/log.ts';
import { type Over, whenOver } from './over.ts';

/** What is used of a WebSocket of the package `ws`. */
export interface WebSocketLike {
  readonly bufferedAmount: number;
  readonly isPaused: boolean;
  send(data: Uint8Array, options: { binary: boolean }, done: (error?: Error) => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  on(event: 'message', listener: (data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean) => void): unknown;
  on(event: 'close' | 'error', listener: (arg: unknown) => void): unknown;
}

/** Bytes on their way to the browser above which the machine's side is not read any further. */
const HIGH_WATER = 1 << 20;

export function bytesOf(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}

/** Joins the two until one side ends or something else does (`over`). `ended` is told the browser when the machine's side ends. */
export function relay(ws: WebSocketLike, socket: Duplex, log: Logger, over: Over, ended = 'the console has ended'): void {
  const release = whenOver(over, (code, reason) => {
    ws.close(code, reason);
    socket.destroy();
  });
  socket.on('data', (chunk: Buffer) => {
    ws.send(chunk, { binary: true }, (error) => {
      if (error) socket.destroy();
      else if (socket.isPaused() && ws.bufferedAmount < HIGH_WATER) socket.resume();
    });
    if (ws.bufferedAmount >= HIGH_WATER) socket.pause();
  });
  socket.on('drain', () => ws.resume());
  let broken = false;
  socket.on('error', (err) => {
    broken = true;
    log.debug({ err }, "the machine's side");
  });
  socket.on('close', () => {
    release();
    // 1014 is WebSocket's bad gateway (IANA's registry of close codes).
    if (broken) ws.close(1014, 'the connection to the machine broke');
    else ws.close(1000, ended);
  });
  ws.on('message', (data, isBinary) => {
    if (!isBinary) {
      ws.close(1003, 'binary messages only');
      return;
    }
    if (!socket.write(bytesOf(data))) ws.pause();
  });
  ws.on('close', () => socket.destroy());
  ws.on('error', () => socket.destroy());
  if (socket.destroyed) ws.close(1000, ended);
  else socket.resume();
}
