import type { DeletionProof, ParentFact } from '../../core/lineage.ts';
import { CarrelError, type StoredError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as machines from '../../store/machines.ts';
import * as reservations from '../../store/reservations.ts';
import type { Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';

const WAITING = 'waiting for the provider';

/** Tells a reservation's people what its work waits for; the stage stays. One that is over keeps its last word. */
export async function tellWaiting(tx: Tx, deps: EngineDeps, input: { reservationId: string }, error: StoredError): Promise<void> {
  const row = await reservations.find(tx, input.reservationId);
  const text = `${WAITING}, goes on by itself: ${error.message}`;
  if (row && row.stage !== 'gone' && row.stageText !== text) await reservations.note(tx, row.id, text, deps.now());
}

/** Takes the word of {@link tellWaiting} back from a reservation that only stood by. */
export async function tellReady(tx: Tx, deps: EngineDeps, input: { reservationId: string; machineId: string }): Promise<void> {
  const row = await reservations.find(tx, input.reservationId);
  if (row?.state !== 'ready' || !row.stageText.startsWith(WAITING)) return;
  const on = (await machines.find(tx, input.machineId))?.state === 'running';
  await reservations.note(tx, row.id, on ? 'ready' : 'powered off', deps.now());
}

/**
 * Keeps the proof of a delete with the machine and in the audit log (promise 2); a damaged parent stops everything with
 * `master-changed`. A delete that found nothing, because an earlier try had done it, never takes the place of that try's proof.
 */
export async function recordDestroyed(
  deps: EngineDeps,
  machineId: string,
  proof: DeletionProof,
  damaged: readonly ParentFact[],
): Promise<void> {
  await deps.store.tx(async (tx) => {
    const foundNothing = proof.chainsBefore.length === 0 && proof.removed.length === 0;
    if (foundNothing && (await machines.find(tx, machineId))?.proof) return;
    await machines.setProof(tx, machineId, proof);
    await audit.append(tx, {
      at: deps.now(),
      actor: 'engine',
      action: damaged.length === 0 ? 'machine.destroyed' : 'machine.destroyed.parents-damaged',
      subjectKind: 'machine',
      subjectId: machineId,
      detail: proof,
    });
  });
  if (damaged.length === 0) return;
  throw new CarrelError('master-changed', `after the delete these are not what they were: ${damaged.map((p) => p.path).join(', ')}`, {
    hint: 'stop handing out this image, compare with `carrel image verify`, and look at the audit log for the proof',
    details: { damaged },
  });
}
