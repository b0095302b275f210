/** The console: bytes between a WebSocket and the unix socket of a machine's VNC server, each side as fast as the other takes them. */
import { connect, type Socket } from 'node:net';
import { CarrelError } from '../lib/errors.ts';
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
const CONNECT_MS = 5_000;

/** Opens a console's socket; `unavailable` if nothing answers there. */
export function openConsole(socketPath: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    const fail = (cause: Error) => {
      socket.destroy();
      reject(new CarrelError('unavailable', "the machine's console does not answer", { retry: 'later', cause }));
    };
    socket.setTimeout(CONNECT_MS, () => fail(new Error('timed out')));
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      socket.setTimeout(0);
      socket.setNoDelay(true);
      socket.pause();
      resolve(socket);
    });
  });
}

export function bytesOf(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}

/** Joins the two until one side ends or something else does (`over`). `ended` is told the browser when the machine's side ends. */
export function relay(ws: WebSocketLike, socket: Socket, log: Logger, over: Over, ended = 'the console has ended'): void {
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
  socket.on('error', (err) => log.debug({ err }, "the machine's side"));
  socket.on('close', () => {
    release();
    ws.close(1000, ended);
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
