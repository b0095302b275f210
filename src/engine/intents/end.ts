/** How a reservation ends: asked for, because its span is over, or because its machine is lost. */
import { say } from '../../core/notices.ts';
import { formatDuration, type ReservationEvent, type ReservationState } from '../../core/reservation.ts';
import { CarrelError, type StoredError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as jobs from '../../store/jobs.ts';
import * as reservations from '../../store/reservations.ts';
import type { Reservation, Tx } from '../../store/schema.ts';
import { enqueueEnd, machineKey, provisionKey } from '../enqueue.ts';
import { giveUp, keepMachine } from './keep.ts';
import type { EngineDeps } from '../deps.ts';

export interface EndOptions {
  /** In any other state it stays as it is. */
  onlyIf?: ReservationState;
  /** Its machine is kept so many milliseconds, so that the end can be taken back (see {@link undoEnd}); it goes at once if left out. */
  keepMs?: number | undefined;
}

/**
 * Ends a reservation, whatever it is doing. While it is being prepared the saga is asked to undo itself; once it stands, the saga
 * `end` takes it away. `busy` while its machine is being captured. What is ending or over stays as it is;
 * so does one that is to `expire` and whose end is not reached.
 */
export async function endReservation(
  deps: EngineDeps,
  id: string,
  event: Extract<ReservationEvent, 'end' | 'expire' | 'machineLost'>,
  actor: string,
  options: EndOptions = {},
): Promise<Reservation> {
  return deps.store.tx((tx) => endWithin(deps, tx, id, event, actor, options));
}

/** The same in the caller's transaction, with what else must hold or fail with it. */
export async function endWithin(
  deps: EngineDeps,
  tx: Tx,
  id: string,
  event: Extract<ReservationEvent, 'end' | 'expire' | 'machineLost'>,
  actor: string,
  options: EndOptions = {},
): Promise<Reservation> {
  const row = await reservations.lock(tx, id);
  // Read after the wait for the row: what waited long judges by the time at which it acts.
  const now = deps.now();
  if (options.onlyIf !== undefined && row.state !== options.onlyIf) return row;
  // It may have been lengthened since it was found to be over.
  if (event === 'expire' && (row.during.end === null || row.during.end > now)) return row;
  if (row.state === 'booked') return endBooked(deps, tx, row, event === 'expire' ? 'expire' : 'end', actor);
  if (row.state === 'ending' && row.keptUntil !== null && event === 'end' && options.keepMs === undefined) {
    await giveUp(deps, tx, row, say('ending', {}));
    return reservations.lock(tx, id);
  }
  if (row.state !== 'preparing' && row.state !== 'ready') return row;
  const atWork = await jobs.liveJob(tx, machineKey(row.machineId));
  // A capture that is stuck stands still until an operator looks at it; the machine's end does not wait for that.
  if (atWork?.saga === 'capture' && atWork.state !== 'stuck') {
    throw new CarrelError('busy', 'its machine is just being captured', {
      hint: 'wait until the capture is through, then end it',
      retry: 'later',
    });
  }
  // A copy of whole disks that nobody will use: its end would wait for that, which may take hours.
  if (atWork?.saga === 'unlink' || atWork?.saga === 'relocate') await jobs.askCancel(tx, machineKey(row.machineId));
  await reservations.transition(tx, id, event, { endAskedAt: now });
  // What switches it sees to it that a machine which is kept is off in the end (see the saga `power`).
  const switched = atWork?.saga === 'power' && atWork.state !== 'stuck';
  const keepMs = event === 'end' && (atWork === undefined || switched) ? options.keepMs : undefined;
  if (keepMs !== undefined && (await keepMachine(deps, tx, row, keepMs))) {
    await write(deps, tx, actor, 'reservation.end', id, { keptFor: formatDuration(keepMs) });
    return reservations.lock(tx, id);
  }
  const preparing = row.state === 'preparing' ? await jobs.askCancel(tx, provisionKey(id)) : undefined;
  if (preparing) {
    if (preparing.state === 'stuck') await jobs.unstick(tx, preparing.id);
    await reservations.setStage(tx, id, 'ending', say('stopping-begun', {}), now);
  } else {
    const going = await enqueueEnd(tx, { reservationId: id, machineId: row.machineId, providerId: row.providerId });
    // It was just being taken away for another; a run that gave up is taken up again.
    if (!going.created) await jobs.unstick(tx, going.id);
    await reservations.setStage(tx, id, 'ending', event === 'expire' ? say('time-up', {}) : say('ending', {}), now);
  }
  await write(deps, tx, actor, `reservation.${event}`, id, {});
  return reservations.lock(tx, id);
}

/** One that has not begun has no machine: it is over at once. If its time went by, it failed, and says so. */
async function endBooked(deps: EngineDeps, tx: Tx, row: Reservation, event: 'end' | 'expire', actor: string): Promise<Reservation> {
  const now = deps.now();
  const failure: StoredError = {
    code: 'unavailable',
    message: row.stageText || 'its time went by while no server was there to make its machine',
    hint: 'reserve again, and tell the operator',
    retry: 'never',
    details: {},
  };
  await reservations.transition(tx, row.id, event, { endAskedAt: now, endedAt: now, ...(event === 'expire' ? { failure } : {}) });
  await reservations.setStage(tx, row.id, 'gone', event === 'expire' ? failure.message : say('ended-early', {}), now);
  await write(deps, tx, actor, `reservation.${event}`, row.id, {});
  return reservations.lock(tx, row.id);
}

function write(deps: EngineDeps, tx: Tx, actor: string, action: string, id: string, detail: object): Promise<void> {
  return audit.append(tx, { at: deps.now(), actor, action, subjectKind: 'reservation', subjectId: id, detail });
}
