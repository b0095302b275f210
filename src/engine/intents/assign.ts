/** Machines that are nobody's: one is given to somebody in a moment, or taken away by an operator. */
import { CarrelError } from '../../lib/errors.ts';
import * as assignments from '../../store/assignments.ts';
import * as audit from '../../store/audit.ts';
import * as jobs from '../../store/jobs.ts';
import * as machines from '../../store/machines.ts';
import * as reservations from '../../store/reservations.ts';
import type { Reservation } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { endKey, enqueueEnd, machineKey } from '../enqueue.ts';
import type { Who } from './terms.ts';

/**
 * Makes a machine that runs and is nobody's that of a booked reservation, which is ready with it: nothing has to be made. For pools; no part of
 * the API. Errors: `not-found`, those of {@link assignments.assign}, and `busy` while something works on the machine.
 */
export async function assignMachine(deps: EngineDeps, machineId: string, reservationId: string): Promise<Reservation> {
  return deps.store.tx(async (tx) => {
    const now = deps.now();
    await assignments.assign(tx, machineId, reservationId, now);
    for (const key of [machineKey(machineId), endKey(machineId)])
      if (await jobs.liveJob(tx, key)) throw new CarrelError('busy', 'something is at work on the machine', { retry: 'later' });
    await reservations.transition(tx, reservationId, 'due', {});
    await reservations.transition(tx, reservationId, 'provisioned', { readyAt: now });
    await reservations.setStage(tx, reservationId, 'ready', 'ready', now);
    await audit.append(tx, {
      at: now,
      actor: 'engine',
      action: 'machine.assigned',
      subjectKind: 'machine',
      subjectId: machineId,
      detail: { reservation: reservationId },
    });
    return reservations.lock(tx, reservationId);
  });
}

/**
 * Takes a machine away that is nobody's. Asked for again it changes nothing, or takes a run up that gave up. Errors: `not-found`;
 * `wrong-state` (it is somebody's); `busy` (something else works on it).
 */
export async function endMachine(deps: EngineDeps, who: Pick<Who, 'name'>, machineId: string): Promise<void> {
  await deps.store.tx(async (tx) => {
    const row = await machines.lock(tx, machineId);
    const holder = await assignments.holderOf(tx, machineId);
    if (holder !== undefined)
      throw new CarrelError('wrong-state', 'the machine has a reservation', {
        hint: `End its reservation: \`carrel end ${holder.slice(0, 8)}\`.`,
      });
    if (row.state === 'gone') return;
    // One that was left behind may be on its way already, by its own run or another.
    if ((await jobs.busyIds(tx)).has(machineId)) {
      const going = await jobs.liveJob(tx, endKey(machineId));
      if (going === undefined)
        throw new CarrelError('busy', 'something is at work on the machine', { hint: 'See `carrel jobs ls`.', retry: 'later' });
      await jobs.unstick(tx, going.id);
      return;
    }
    await enqueueEnd(tx, { machineId, providerId: row.providerId });
    await audit.append(tx, {
      at: deps.now(),
      actor: who.name,
      action: 'machine.end',
      subjectKind: 'machine',
      subjectId: machineId,
      detail: {},
    });
  });
}
