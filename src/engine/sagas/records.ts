import type { DeletionProof, ParentFact } from '../../core/lineage.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as machines from '../../store/machines.ts';
import type { EngineDeps } from '../deps.ts';

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
