/** What happens because time passes: reservations whose span is over are ended. Due times are read from the store, so they survive restarts and fire once. */
import { describeError } from '../lib/errors.ts';
import * as reservations from '../store/reservations.ts';
import { endReservation } from './intents/reservation.ts';
import type { World } from './world.ts';

const LOOK_EVERY_MS = 5_000;

/** Ends what is over; returns how many. A reservation that is just being captured is left until the capture is through. */
export async function expireDue(world: World): Promise<number> {
  let ended = 0;
  for (const due of await reservations.dueToExpire(world.store.db, world.now())) {
    try {
      await endReservation(world, due.id, 'expire', 'engine');
      ended += 1;
    } catch (error) {
      world.log.debug({ reservation: due.id, err: describeError(error) }, 'not ended yet; the next look tries again');
    }
  }
  return ended;
}

/** Looks every few seconds; returns how to stop. Looks do not overlap. */
export function startTimers(world: World): () => Promise<void> {
  let looking: Promise<unknown> = Promise.resolve();
  let idle = true;
  const timer = setInterval(() => {
    if (!idle) return;
    idle = false;
    looking = expireDue(world)
      .catch((error: unknown) => world.log.warn({ err: describeError(error) }, 'looking for reservations that are over failed'))
      .finally(() => {
        idle = true;
      });
  }, LOOK_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await looking;
  };
}
