/** LISTEN on a connection of its own, which comes back by itself. */
import type { Client } from 'pg';
import { backoffMs } from '../lib/retry.ts';
import { connect, type StoreTarget } from './conn.ts';
import { storeError } from './errors.ts';

export type Notice =
  | { kind: 'notify'; channel: string; payload: string }
  /** The connection was lost and is back: notices may have been missed, so look at everything once. */
  | { kind: 'reconnected' };

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;
/** Finds a connection that died without a word (a host gone, a NAT entry dropped). */
const PROBE_MS = 30_000;

/**
 * Calls back for every notice on `channels` from the moment this settles, until the function it gives is called. Rejects if the
 * very first connection fails; later losses are mended with growing pauses.
 */
export async function listen(
  target: StoreTarget,
  channels: readonly string[],
  onNotice: (notice: Notice) => void,
): Promise<() => Promise<void>> {
  let closed = false;
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let probe: NodeJS.Timeout | undefined;

  async function open(): Promise<void> {
    const c = await connect(target, `carrel listen pid=${process.pid}`);
    if (closed) return void c.end().catch(() => {});
    client = c;
    c.on('notification', (n) => onNotice({ kind: 'notify', channel: n.channel, payload: n.payload ?? '' }));
    c.on('end', () => lost(c));
    for (const channel of channels) await c.query(`listen ${c.escapeIdentifier(channel)}`);
    clearInterval(probe);
    probe = setInterval(() => void c.query('select 1').catch(() => void c.end().catch(() => {})), PROBE_MS);
    probe.unref();
  }

  function lost(c: Client): void {
    if (closed || client !== c) return;
    client = undefined;
    clearInterval(probe);
    again(1);
  }

  function again(attempt: number): void {
    timer = setTimeout(
      () => {
        open().then(
          () => onNotice({ kind: 'reconnected' }),
          () => {
            if (!closed) again(attempt + 1);
          },
        );
      },
      backoffMs(attempt, FIRST_RETRY_MS, MAX_RETRY_MS),
    );
  }

  await open().catch((error: unknown) => {
    throw storeError(error);
  });
  return async () => {
    closed = true;
    clearTimeout(timer);
    clearInterval(probe);
    await client?.end().catch(() => {});
  };
}
