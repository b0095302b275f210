/**
 * The terminal: a WebSocket joined with a shell in the guest. Binary messages are what is typed and what is shown; a text message
 * `{"cols":80,"rows":24}` says that the window has another size.
 */
import type { GuestShell } from '../services/interface.ts';
import { bytesOf, type WebSocketLike } from './console.ts';
import { type Over, whenOver } from './over.ts';

const HIGH_WATER = 1 << 20;
/** More than any window has; a size beyond it is no size. */
const MOST = 1000;

/** The size that a text message says; undefined if it says none. */
export function sizeIn(text: string): { cols: number; rows: number } | undefined {
  try {
    const { cols, rows } = JSON.parse(text) as { cols?: unknown; rows?: unknown };
    const good = (n: unknown): n is number => Number.isInteger(n) && (n as number) >= 1 && (n as number) <= MOST;
    return good(cols) && good(rows) ? { cols, rows } : undefined;
  } catch {
    return undefined;
  }
}

/** Joins the two until one side ends, or something else does (`over`). */
export function relayShell(ws: WebSocketLike, shell: GuestShell, over: Over): void {
  const { stream } = shell;
  let release = (): void => {};
  const end = (code: number, reason: string) => {
    release();
    ws.close(code, reason);
    shell.close();
  };
  stream.on('data', (chunk: Buffer) => {
    ws.send(chunk, { binary: true }, (error) => {
      if (error) shell.close();
      else if (stream.isPaused() && ws.bufferedAmount < HIGH_WATER) stream.resume();
    });
    if (ws.bufferedAmount >= HIGH_WATER) stream.pause();
  });
  stream.on('drain', () => ws.resume());
  stream.on('error', () => end(1011, 'the connection to the guest broke'));
  stream.on('close', () => end(1000, 'the session has ended'));
  ws.on('message', (data, isBinary) => {
    if (isBinary) {
      if (!stream.write(bytesOf(data))) ws.pause();
      return;
    }
    const size = sizeIn(bytesOf(data).toString('utf8'));
    if (size === undefined) end(1003, 'a text message is the size of the window');
    else shell.resize(size);
  });
  ws.on('close', () => shell.close());
  ws.on('error', () => shell.close());
  release = whenOver(over, end);
}
