/** A viewer's connection joined with a machine's console. */
import type { Socket } from 'node:net';
import { type Dispatcher, WebSocket } from 'undici';
import type { ApiError } from '../client/errors.ts';
import { refusalIn } from '../client/refusal.ts';

/** Bytes a viewer may leave untaken before it is dropped: a screen is some MiB. */
const MOST_UNTAKEN = 64 << 20;
const HIGH_WATER = 1 << 20;
const LOOK_AGAIN_MS = 20;

/** Joins a paused socket with the console at `url` until one of them goes. `dispatcher` is for a certificate that is pinned. `onEnd` is told why the other side closed. */
export function relay(viewer: Socket, url: string, onEnd: (reason: string) => void, dispatcher?: Dispatcher): void {
  const ws = new WebSocket(url, dispatcher === undefined ? {} : { dispatcher });
  ws.binaryType = 'arraybuffer';
  ws.addEventListener('open', () => viewer.resume());
  let refusal: ApiError | undefined;
  ws.addEventListener('message', ({ data }) => {
    refusal ??= refusalIn(data);
    if (typeof data === 'string') return;
    viewer.write(Buffer.from(data as ArrayBuffer));
    // This side of a WebSocket cannot be held up, so a viewer that stands still is dropped before it fills the memory.
    if (viewer.writableLength > MOST_UNTAKEN) viewer.destroy();
  });
  ws.addEventListener('close', ({ reason }) => {
    if (refusal !== undefined) onEnd(refusal.hint === undefined ? refusal.message : `${refusal.message}; ${refusal.hint}`);
    else if (reason !== '') onEnd(reason);
    viewer.end();
  });
  ws.addEventListener('error', () => viewer.destroy());
  viewer.on('data', (chunk) => {
    ws.send(chunk);
    if (ws.bufferedAmount < HIGH_WATER) return;
    viewer.pause();
    const wait = setInterval(() => {
      if (ws.bufferedAmount >= HIGH_WATER && !viewer.destroyed) return;
      clearInterval(wait);
      viewer.resume();
    }, LOOK_AGAIN_MS);
  });
  viewer.on('close', () => ws.close());
}
