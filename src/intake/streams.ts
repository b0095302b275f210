/** Bytes that come: looked at before they are taken, and sent through something that changes them. */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

export type Bytes = AsyncIterable<Buffer>;

/** The first `count` bytes (fewer of a shorter source) and the source from its beginning. */
export async function peek(source: Bytes, count: number): Promise<{ head: Buffer; all: AsyncGenerator<Buffer> }> {
  const from = source[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  let gathered = 0;
  while (gathered < count) {
    const next = await from.next();
    if (next.done === true) break;
    chunks.push(next.value);
    gathered += next.value.byteLength;
  }
  async function* all() {
    try {
      yield* chunks.splice(0);
      for (let next = await from.next(); next.done !== true; next = await from.next()) yield next.value;
    } finally {
      // Not waited for: it may stand in the middle of waiting for more.
      void from.return?.().catch(() => {});
    }
  }
  return { head: Buffer.concat(chunks).subarray(0, count), all: all() };
}

/**
 * What comes out of `from` while `source` is written to `into`, no faster than it is taken. An error of the source is thrown as it is. Whoever
 * stops taking stops it all, without waiting for the source.
 */
export async function* through(source: Bytes, into: Writable, from: Readable): AsyncGenerator<Buffer> {
  const stopped = new AbortController();
  let failed: { error: unknown } | undefined;
  // A program that ended closes its side; its exit code says why.
  into.on('error', () => {});
  void feed(source, into, stopped.signal).catch((error: unknown) => {
    if (stopped.signal.aborted) return;
    failed = { error };
    from.destroy(error as Error);
  });
  try {
    for await (const chunk of from) yield chunk as Buffer;
  } catch (error) {
    throw failed === undefined ? error : failed.error;
  } finally {
    stopped.abort();
    into.destroy();
    from.destroy();
  }
}

async function feed(source: Bytes, into: Writable, stopped: AbortSignal): Promise<void> {
  const closed = once(into, 'close', { signal: stopped }).catch(() => {});
  for await (const chunk of source) {
    if (stopped.aborted || into.destroyed) return;
    if (!into.write(chunk)) await Promise.race([once(into, 'drain', { signal: stopped }), closed]);
  }
  into.end();
}
