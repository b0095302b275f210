/** What the demos share. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../client/client.ts';
import { formatDuration } from '../core/reservation.ts';
import { CarrelError } from '../lib/errors.ts';

const LONGEST_WAIT_MS = 10 * 60_000;

export const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** Milliseconds as seconds with one digit. */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Looks again at least this often, in milliseconds: not everything that is waited for is told. */
const LOOK_EVERY_MS = 500;

/**
 * Looks when the server tells of something, until there is something. To look all the time would take the processor from what is waited for.
 * Errors: `deadline` after ten minutes.
 */
export async function until<T>(client: Client, look: () => Promise<T | undefined>, what: string): Promise<T> {
  const end = performance.now() + LONGEST_WAIT_MS;
  const over = new AbortController();
  let told = false;
  let wake = () => {};
  const tell = () => {
    told = true;
    wake();
  };
  const listen = async () => {
    for await (const _ of client.events({ signal: over.signal, onBreak: tell })) tell();
  };
  // Without events the slow look is enough.
  listen().catch(() => {});
  try {
    for (;;) {
      told = false;
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() > end) throw new CarrelError('deadline', `waited ${formatDuration(LONGEST_WAIT_MS)} for ${what}`);
      if (!told) await Promise.race([new Promise<void>((resolve) => (wake = resolve)), pause(LOOK_EVERY_MS, undefined, { ref: false })]);
    }
  } finally {
    over.abort();
  }
}
