/** What the demos share. */
import { formatDuration } from '../core/reservation.ts';
import { CarrelError } from '../lib/errors.ts';

const LONGEST_WAIT_MS = 10 * 60_000;

export const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** Milliseconds as seconds with one digit. */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Looks every `everyMs` milliseconds until there is something. `deadline` after ten minutes. */
export async function until<T>(look: () => Promise<T | undefined>, what: string, everyMs = 100): Promise<T> {
  const end = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new CarrelError('deadline', `waited ${formatDuration(LONGEST_WAIT_MS)} for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
