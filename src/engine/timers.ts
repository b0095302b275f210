/** What happens because time passes: booked reservations are begun, those whose span is over are ended. Due times are read from the store, so they survive restarts and fire once. */
import { describeError, isCode } from '../lib/errors.ts';
import * as held from '../store/held.ts';
import * as placements from '../store/placements.ts';
import * as providers from '../store/providers.ts';
import { dueToBegin, dueToExpire } from '../store/due.ts';
import { beginReservation } from './intents/begin.ts';
import { DOWN_MS, leaveDown } from './intents/elsewhere.ts';
import { endReservation } from './intents/end.ts';
import { endIdle, endUnused, tellEndsNear, tellGuests } from './intents/unused.ts';
import type { EngineDeps } from './deps.ts';

const LOOK_EVERY_MS = 5_000;

/** A wall clock that differs from the monotonic one by more than this since the last look was set, not merely slow. */
const JUMP_MS = 60_000;
/** So long a clock that was set forward is doubted before its word ends anybody's machine. */
const DOUBT_MS = 10 * 60_000;

/**
 * Notices a wall clock that was set. After a jump forward it is not believed for ten minutes: an operator who mistyped the date can
 * put it right before every reservation is "over". A clock set back only makes ends later.
 */
export class ClockGuard {
  #last: { wall: number; monotonic: number } | undefined;
  #doubtUntil = Number.NEGATIVE_INFINITY;

  /** Both in milliseconds. True if the wall clock may be acted on now. */
  believes(wall: number, monotonic: number): boolean {
    const last = this.#last;
    this.#last = { wall, monotonic };
    const jump = last === undefined ? 0 : wall - last.wall - (monotonic - last.monotonic);
    if (jump > JUMP_MS) this.#doubtUntil = monotonic + DOUBT_MS;
    else if (jump < -JUMP_MS) this.#doubtUntil = Number.NEGATIVE_INFINITY;
    return monotonic >= this.#doubtUntil;
  }
}

/** Ends what is over; returns how many. A reservation that is just being captured is left until the capture is through. */
export async function expireDue(deps: EngineDeps): Promise<number> {
  let ended = 0;
  for (const due of await dueToExpire(deps.store.db, deps.now())) {
    try {
      const { state } = await endReservation(deps, due.id, 'expire', 'engine');
      if (state !== 'booked' && state !== 'preparing' && state !== 'ready') ended += 1;
    } catch (error) {
      // That it is just being captured is no failure, and may be so for an hour.
      const level = isCode(error, 'busy') ? 'debug' : 'warn';
      deps.log[level]({ reservation: due.id, err: describeError(error) }, 'not ended yet; the next look tries again');
    }
  }
  return ended;
}

/** Begins what is due; returns how many. What waits for room is looked at again the next time. */
export async function beginDue(deps: EngineDeps): Promise<number> {
  let begun = 0;
  for (const due of await dueToBegin(deps.store.db, deps.now())) {
    try {
      if ((await beginReservation(deps, due.id)) === 'preparing') begun += 1;
    } catch (error) {
      deps.log.warn({ reservation: due.id, err: describeError(error) }, 'not begun yet; the next look tries again');
    }
  }
  return begun;
}

/** Takes what waits for a provider that is down to another that can make it; returns how many. */
export async function leaveDownProviders(deps: EngineDeps): Promise<number> {
  let moved = 0;
  for (const { id } of await placements.waitingForDown(deps.store.db, new Date(deps.now().getTime() - DOWN_MS))) {
    try {
      if (await leaveDown(deps, id)) moved += 1;
    } catch (error) {
      deps.log.warn({ reservation: id, err: describeError(error) }, 'not made elsewhere yet; the next look tries again');
    }
  }
  return moved;
}

/** Counts anew what was changed of the hours that are kept, so that questions have little to read that is not. */
export async function countHours({ store }: EngineDeps): Promise<void> {
  for (const id of await held.notedProviders(store.db)) {
    await store.tx(async (tx) => {
      await providers.lock(tx, id);
      await held.refreshHours(tx, id);
    });
  }
}

/** One look at all that time brings: first what is over, so that its room is there for what begins. */
export async function lookOnce(deps: EngineDeps): Promise<void> {
  for (const look of [expireDue, beginDue, tellEndsNear, endUnused, leaveDownProviders, countHours]) await look(deps);
}

/** Calls `look` every few seconds; returns how to stop. Looks do not overlap. */
function every(deps: EngineDeps, look: (deps: EngineDeps) => Promise<unknown>, failed: string): () => Promise<void> {
  let looking: Promise<unknown> = Promise.resolve();
  let idle = true;
  const timer = setInterval(() => {
    if (!idle) return;
    idle = false;
    looking = look(deps)
      .catch((error: unknown) => deps.log.warn({ err: describeError(error) }, failed))
      .finally(() => {
        idle = true;
      });
  }, LOOK_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

/** Looks every few seconds; returns how to stop. */
export function startTimers(deps: EngineDeps): () => Promise<void> {
  const clock = new ClockGuard();
  let doubted = false;
  const believed = (look: (deps: EngineDeps) => Promise<unknown>) => async () => {
    const believes = clock.believes(deps.now().getTime(), performance.now());
    if (!believes && !doubted) {
      deps.log.warn('the clock of this host was set forward: nothing is begun or ended by it for ten minutes');
    }
    doubted = !believes;
    if (believes) await look(deps);
  };
  const stops = [
    every(deps, believed(lookOnce), 'looking for reservations that are due failed'),
    // By themselves: what time brings does not wait for a guest.
    every(deps, tellGuests, 'looking for guests to be told of their end failed'),
    every(deps, believed(endIdle), 'looking for machines that nobody uses failed'),
  ];
  return async () => void (await Promise.all(stops.map(async (stop) => await stop())));
}
