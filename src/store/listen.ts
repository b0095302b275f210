/** LISTEN on a connection of its own, which comes back by itself. */
import type { Client } from 'pg';
import { backoffMs } from '../lib/retry.ts';
import { connect, drop, type StoreTarget } from './conn.ts';
import { storeError } from './errors.ts';

export type Notice =
  | { kind: 'notify'; channel: string; payload: string }
  /** The connection was lost and is back: notices may have been missed, so look at everything once. */
  | { kind: 'reconnected' };

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;
/** Finds a connection that died without a word (a host gone, a NAT entry dropped): so often it is asked, and so long it may take to answer. */
const PROBE_MS = 30_000;
const ANSWER_MS = 10_000;

/**
 * Calls back for every notice on `channels` from the moment this settles, until the function it gives is called. Rejects if the
 * very first connection fails; later losses are mended with growing pauses.
 */
export async function listen(
  target: StoreTarget,
  channels: readonly string[],
  onNotice: (notice: Notice) => void,
  { probeMs = PROBE_MS, answerMs = ANSWER_MS }: { probeMs?: number; answerMs?: number } = {},
): Promise<() => Promise<void>> {
  let closed = false;
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let probe: NodeJS.Timeout | undefined;

  // A network that is silent says nothing of a question either: its answer is not waited for any longer than this. pg has it, its types do not.
  const ask = (c: Client, text: string) => c.query({ text, query_timeout: answerMs } as { text: string });

  async function open(): Promise<void> {
    const c = await connect(target, `carrel listen pid=${process.pid}`);
    c.on('notification', (n) => onNotice({ kind: 'notify', channel: n.channel, payload: n.payload ?? '' }));
    try {
      for (const channel of channels) await ask(c, `listen ${c.escapeIdentifier(channel)}`);
    } catch (error) {
      drop(c);
      throw error;
    }
    if (closed) return void c.end().catch(() => {});
    // Not before: whoever opens it tries again by itself, and so would its end.
    client = c;
    c.on('end', () => lost(c));
    clearInterval(probe);
    let asked = false;
    probe = setInterval(() => {
      if (asked) return;
      asked = true;
      ask(c, 'select 1').then(
        () => (asked = false),
        () => drop(c),
      );
    }, probeMs);
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
