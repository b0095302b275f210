import { type Ctx, makeCtx } from '../../lib/context.ts';
import { isCode } from '../../lib/errors.ts';
import type { Bench } from './bench.ts';
import type { Findings } from './findings.ts';

/**
 * A context that is cancelled at the `nth` progress report (counted from 1), or, where the verb reports less, after that
 * many turns of the event loop: somewhere in the middle, without knowing what the driver's steps are.
 */
export function cancelledInTheMiddle(nth: number, timeoutMs: number): Ctx {
  const controller = new AbortController();
  let reports = 0;
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    if (turns >= nth * 2) controller.abort();
    else setImmediate(turn);
  };
  setImmediate(turn);
  return makeCtx({
    signal: controller.signal,
    timeoutMs,
    progress: () => {
      reports += 1;
      if (reports >= nth) controller.abort();
    },
  });
}

export function cancelledAlready(): Ctx {
  return makeCtx({ signal: AbortSignal.abort() });
}

/** Where a verb is broken off, and whether it is then run again or its rest removed at once. */
export interface BreakingOff {
  nth: number;
  again: boolean;
}

/**
 * Run again and removed at once: both at all points that matter where it is cheap; by turns at those that the harness names, or at three of them where
 * it is dear; run again at one where the harness is brief.
 */
export function abortPlan(bench: Bench): readonly BreakingOff[] {
  const { brief, cheap, points } = bench.harness;
  if (brief === true) return [{ nth: 3, again: true }];
  if (points === undefined && cheap) return [1, 2, 3, 4, 6].flatMap((nth) => [true, false].map((again) => ({ nth, again })));
  return (points ?? [1, 2, 3]).map((nth, i) => ({ nth, again: i % 2 === 0 }));
}

/** Runs a call that is broken off; it may finish (it was quick) or reject as cancelled. True if it was broken off. */
export async function breaksOff(found: Findings, what: string, call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return false;
  } catch (error) {
    if (!isCode(error, 'cancelled')) await found.rejects(what, ['cancelled'], Promise.reject(error));
    return true;
  }
}
