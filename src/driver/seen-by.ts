import { type Hindrance, hindrancesOf } from '../core/hindrances.ts';
import { CarrelError } from '../lib/errors.ts';

/** What a program saw that ended as `work` does: its exit code is in the error's `details`. Any other error is thrown on. */
export async function seenBy(work: Promise<unknown>): Promise<readonly Hindrance[]> {
  try {
    await work;
    return [];
  } catch (error) {
    const code = error instanceof CarrelError ? error.details['exitCode'] : undefined;
    const seen = typeof code === 'number' ? hindrancesOf(code) : undefined;
    if (seen === undefined) throw error;
    return seen;
  }
}
