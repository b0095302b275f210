/** What is said when something is asked of a reservation that is in no state for it. */
import { CarrelError } from '../../lib/errors.ts';
import type { Reservation } from '../../store/schema.ts';

/**
 * The refusal (`wrong-state`) with what helps: waiting, taking its end back, or another reservation. `cannot` goes on from `a reservation that is
 * ending …`.
 */
export function notReady({ id, state, keptUntil }: Pick<Reservation, 'id' | 'state' | 'keptUntil'>, cannot: string): CarrelError {
  if (state === 'ending' && keptUntil !== null)
    return new CarrelError('wrong-state', `it was ended, and its machine is only kept, switched off, until ${keptUntil.toISOString()}`, {
      hint: `Take the end back first: \`carrel undo ${id.slice(0, 8)}\`.`,
    });
  return new CarrelError('wrong-state', `a reservation that is ${state} ${cannot}`, {
    hint: state === 'booked' || state === 'preparing' ? 'Wait until it is ready.' : 'Reserve the image again.',
  });
}
