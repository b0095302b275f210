/** Checkpoints that people make of their machines, go back to and delete, written down as jobs. */
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as checkpoints from '../../store/checkpoints.ts';
import * as machines from '../../store/machines.ts';
import * as reservations from '../../store/reservations.ts';
import type { Checkpoint, Reservation, Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { enqueueCheckpoint } from '../enqueue.ts';
import type { CheckpointInput } from '../sagas/checkpoint.ts';
import { capabilitiesOf } from './capabilities.ts';
import { rulesOf, type Who } from './terms.ts';
import { notReady } from './not-ready.ts';

export interface CheckpointWork {
  reservation: Reservation;
  checkpoint: Checkpoint;
  job: string;
}

/**
 * A new checkpoint. `wrong-state` unless it is ready, `already-exists` (the name), `limit-reached` by the rule of its kind, `busy` while
 * something works on the machine, `not-supported`.
 */
export async function addCheckpoint(
  deps: EngineDeps,
  who: Who,
  request: { reservationId: string; name: string; description: string },
): Promise<CheckpointWork> {
  const { name, description } = request;
  return deps.store.tx(async (tx) => {
    const row = await readyReservation(deps, tx, request.reservationId);
    const there = await checkpoints.ofMachine(tx, row.machineId);
    if (there.some((c) => c.name === name)) {
      throw new CarrelError('already-exists', `it has a checkpoint ${JSON.stringify(name)} already`, {
        hint: 'Choose another name, or delete that one first.',
      });
    }
    const limit = (await rulesOf(tx, who))(row.kind).checkpoints;
    if (there.length >= limit) {
      throw new CarrelError('limit-reached', `a machine of kind ${row.kind} may have ${limit} checkpoints`, {
        hint: limit === 0 ? 'Ask an operator.' : 'Delete one first: `carrel checkpoint rm`.',
        details: { limit },
      });
    }
    const made = { id: deps.newId(), machineId: row.machineId, name, description, createdBy: who.name, createdAt: deps.now() };
    await checkpoints.add(tx, made);
    return work(deps, tx, who, row, { ...made, state: 'making' }, 'create');
  });
}

/** Back to a checkpoint; what came after it is lost. `not-found`, `wrong-state`, `busy`. */
export function revertToCheckpoint(deps: EngineDeps, who: Who, request: { reservationId: string; id: string }): Promise<CheckpointWork> {
  return existing(deps, who, request, 'revert');
}

/** Deletes a checkpoint; the machine stays as it is. `not-found`, `wrong-state`, `busy`. */
export function deleteCheckpoint(deps: EngineDeps, who: Who, request: { reservationId: string; id: string }): Promise<CheckpointWork> {
  return existing(deps, who, request, 'delete');
}

async function existing(
  deps: EngineDeps,
  who: Who,
  { reservationId, id }: { reservationId: string; id: string },
  action: 'revert' | 'delete',
): Promise<CheckpointWork> {
  return deps.store.tx(async (tx) => {
    const row = await readyReservation(deps, tx, reservationId);
    const found = await checkpoints.find(tx, row.machineId, id);
    return work(deps, tx, who, row, found, action);
  });
}

async function readyReservation(deps: EngineDeps, tx: Tx, id: string): Promise<Reservation> {
  const row = await reservations.lock(tx, id);
  if (row.state !== 'ready') throw notReady(row, 'has no machine with checkpoints');
  if (!(await capabilitiesOf(deps, tx, row.providerId)).checkpoints) {
    throw new CarrelError('not-supported', 'its provider has no checkpoints', { hint: 'Capture it instead: `carrel capture`.' });
  }
  return row;
}

async function work(
  deps: EngineDeps,
  tx: Tx,
  who: Who,
  row: Reservation,
  checkpoint: Checkpoint,
  action: CheckpointInput['action'],
): Promise<CheckpointWork> {
  const machine = await machines.find(tx, row.machineId);
  const job = await enqueueCheckpoint(tx, {
    reservationId: row.id,
    machineId: row.machineId,
    providerId: row.providerId,
    // It may stand on disks of its own by now.
    mode: machine?.mode ?? row.mode,
    checkpointId: checkpoint.id,
    name: checkpoint.name,
    action,
    wasOn: machine?.state === 'running',
  });
  if (!job.created)
    throw new CarrelError('busy', 'something is at work on this machine just now', { hint: 'try again when it is done', retry: 'later' });
  await audit.append(tx, {
    at: deps.now(),
    actor: who.name,
    action: `checkpoint.${action}`,
    subjectKind: 'reservation',
    subjectId: row.id,
    detail: { machine: row.machineId, checkpoint: checkpoint.id, name: checkpoint.name },
  });
  return { reservation: row, checkpoint, job: job.id };
}
