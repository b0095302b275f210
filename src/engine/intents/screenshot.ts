/** Pictures of the screens of reservations' machines. */
import { CarrelError, isCode } from '../../lib/errors.ts';
import { type Ctx, makeCtx, race } from '../../lib/context.ts';
import * as reservations from '../../store/reservations.ts';
import type { Reservation } from '../../store/schema.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import { runningMachine } from './reservation.ts';

/** For so long, in milliseconds, the last picture is shown to whoever else asks: however many pages are open, a machine is asked so often at most. */
export const SCREENSHOT_KEPT_MS = 5_000;
/** Longest time for one picture, in milliseconds. */
const TAKE_MS = 30_000;

interface Taken {
  at: number;
  picture: Promise<Buffer>;
}

/** The last pictures, by machine. */
const shots = new WeakMap<EngineDeps, Map<string, Taken>>();

/**
 * The screen of a reservation's machine as a PNG, at most {@link SCREENSHOT_KEPT_MS} old. Whoever looks at it does not use the machine by that:
 * idle rules go on. `not-found`, `wrong-state` while the machine is off, `not-supported` where none can be taken.
 */
export async function screenshotOf(ctx: Ctx, deps: EngineDeps, id: string): Promise<Buffer> {
  const row = await reservations.find(deps.store.db, id);
  if (!row) throw new CarrelError('not-found', 'there is no such reservation');
  // As the screen itself it is there from the moment the machine is on.
  if (row.state !== 'preparing') await runningMachine(deps, row);
  const kept = shots.get(deps) ?? new Map<string, Taken>();
  shots.set(deps, kept);
  for (const [machineId, { at }] of kept) if (at + SCREENSHOT_KEPT_MS <= Date.now()) kept.delete(machineId);
  let taken = kept.get(row.machineId);
  if (taken === undefined) {
    taken = { at: Date.now(), picture: take(deps, row) };
    kept.set(row.machineId, taken);
    taken.picture.catch(() => kept.delete(row.machineId));
  }
  return await race(ctx, taken.picture);
}

/** For everybody who waits for it, so it does not end with the one who came first. */
async function take(deps: EngineDeps, { providerId, machineId }: Reservation): Promise<Buffer> {
  const driver = driverOf(deps, providerId);
  if (driver.screenshot === undefined) throw new CarrelError('not-supported', 'its provider takes no pictures of screens');
  try {
    return await driver.screenshot(makeCtx({ timeoutMs: TAKE_MS, log: deps.log }), machineId);
  } catch (error) {
    if (!isCode(error, 'not-found')) throw error;
    throw new CarrelError('wrong-state', 'its machine is not on yet', { hint: 'try again in a moment', cause: error });
  }
}
