import { idleOf } from '../core/guest-idle.ts';
import { type Hindrance, hindrancesOf } from '../core/hindrances.ts';
import { CarrelError } from '../lib/errors.ts';

/** What a program saw that ended as `work` does: its exit code is in the error's `details`. Any other error is thrown on. */
export async function seenBy(work: Promise<unknown>): Promise<readonly Hindrance[]> {
  return (await answerOf(work, hindrancesOf)) ?? [];
}

/** The same of a look at who uses a guest, in milliseconds; one that ended with no answer at all saw somebody just now. */
export async function idleBy(work: Promise<unknown>): Promise<number> {
  return (await answerOf(work, idleOf)) ?? 0;
}

/** What the exit code means that `work` fails with; undefined if it does not fail. */
async function answerOf<T>(work: Promise<unknown>, read: (exitCode: number) => T | undefined): Promise<T | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const code = error instanceof CarrelError ? error.details['exitCode'] : undefined;
    const answer = typeof code === 'number' ? read(code) : undefined;
    if (answer === undefined) throw error;
    return answer;
  }
}
