/** Whether it makes sense to try again what the server refused: the one place that the pages ask. */
import { ApiError } from '../../../src/client/errors.ts';

/** `by-itself`: the page does, for what refused it passes. `by-hand`: when somebody has done something about it. `never`: the answer stays. */
export type Again = 'by-itself' | 'by-hand' | 'never';

const NEVER: ReadonlySet<string> = new Set(['not-found', 'not-allowed', 'not-supported', 'bad-request']);
/** Of a reservation, as the server names it in `details.state` of `wrong-state`. A machine that is lost may be found again. */
const OVER: ReadonlySet<unknown> = new Set(['ended', 'failed']);
/** A state that changes, a thing that is busy or away, a limit that is over in a moment. */
const PASSES: ReadonlySet<string> = new Set([
  'wrong-state',
  'busy',
  'unavailable',
  'shutdown',
  'deadline',
  'guest-timeout',
  'rate-limited',
  'cancelled',
]);

/** What is no answer of the server at all passes: it is away. */
export function againOf(error: unknown): Again {
  if (!(error instanceof ApiError)) return 'by-itself';
  if (NEVER.has(error.code) || OVER.has(error.details['state'])) return 'never';
  return PASSES.has(error.code) ? 'by-itself' : 'by-hand';
}
