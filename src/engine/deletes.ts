/** Deletes with their proof (promise 2), kept through a crash between the delete and its record. Machines with a row: sagas/records.ts. */
import {
  type BeforeDelete,
  completeProof,
  damagedParents,
  type DeletionProof,
  type DiskFile,
  foundNothing,
  parentsBefore,
  type ParentFact,
  untold,
} from '../core/lineage.ts';
import type { Driver } from '../driver/index.ts';
import type { Ctx } from '../lib/context.ts';
import { CarrelError, isCode } from '../lib/errors.ts';
import * as audit from '../store/audit.ts';
import * as deletions from '../store/deletions.ts';
import { describeDamage, takeDamagedOut } from './damage.ts';
import { driverOf, type EngineDeps } from './deps.ts';

export interface Deletable {
  providerId: string;
  kind: 'machine' | 'master';
  id: string;
  actor: string;
  /** Of the audit entry that keeps the proof. */
  action: string;
}

/**
 * Takes away what has no machine row, a master or a machine that nobody knows, and keeps the proof in the audit log. What was read before
 * stays in the store until then, so that the next try, or the reconciler's next look, makes whole what a crash cut off. A damaged parent
 * takes its revision out of service. Errors: the driver's, and `master-changed`.
 */
export async function deleteProved(ctx: Ctx, deps: EngineDeps, of: Deletable): Promise<DeletionProof> {
  const driver = driverOf(deps, of.providerId);
  const { db } = deps.store;
  const before = (await deletions.find(db, of.providerId, of.id))?.before ?? (await keepBefore(ctx, deps, driver, of));
  let proof: DeletionProof;
  try {
    proof = await provedDelete(of.kind === 'machine' ? driver.destroy(ctx, of.id) : driver.removeMaster(ctx, of.id));
  } catch (error) {
    // A refusal: what was read is of no later delete. What may have been cut off in the middle is kept.
    if (isCode(error, 'has-children', 'not-owned')) await deletions.over(db, of.providerId, of.id);
    throw error;
  }
  if (before) proof = await madeWhole(ctx, driver, before, proof);
  const damaged = damagedParents(proof);
  await deps.store.tx(async (tx) => {
    await deletions.over(tx, of.providerId, of.id);
    if (foundNothing(proof) && proof.writtenOff === undefined) return;
    const subjectKind = of.kind === 'machine' ? 'machine' : 'revision';
    const detail = { proof, damaged };
    await audit.append(tx, { at: deps.now(), actor: of.actor, action: of.action, subjectKind, subjectId: of.id, detail });
  });
  await takeDamagedOut(deps, of.providerId, damaged, of.actor);
  if (damaged.length > 0) throw damagedBy(damaged);
  return proof;
}

async function keepBefore(ctx: Ctx, deps: EngineDeps, driver: Driver, of: Deletable): Promise<BeforeDelete | undefined> {
  const startedAt = deps.now().toISOString();
  const scope =
    of.kind === 'machine' ? ({ kind: 'machine', machineId: of.id } as const) : ({ kind: 'revision', revisionId: of.id } as const);
  try {
    const seen = await driver.lineage(ctx, scope);
    const own = seen.chains.filter((c) => of.kind === 'machine' || c.owner === 'master' || c.owner === 'frozen').map((c) => c.chain);
    // All disks of a master go, its frozen parents' too: none of them is a parent that must stay.
    const chains = of.kind === 'machine' ? own : own.flatMap((chain) => chain.map((disk) => [disk]));
    if (!seen.complete || chains.length === 0) return undefined;
    const before = { startedAt, chains };
    await deletions.begin(deps.store.db, { providerId: of.providerId, subjectId: of.id, kind: of.kind, before });
    return before;
  } catch (error) {
    if (ctx.signal.aborted || !(error instanceof CarrelError) || error.retry === 'later') throw error;
    if (error.code !== 'not-found') ctx.log.warn({ id: of.id, err: error.message }, 'what it stands on cannot be read before its delete');
    return undefined;
  }
}

/**
 * The proof of a delete, also of one that a driver refuses to call good: it throws `master-changed` with the proof in its details.
 * Who calls this looks at the proof's damaged parents.
 */
export async function provedDelete(deleting: Promise<DeletionProof>): Promise<DeletionProof> {
  try {
    return await deleting;
  } catch (error) {
    const proof = error instanceof CarrelError && error.code === 'master-changed' ? error.details.proof : undefined;
    if (proof === undefined) throw error;
    return proof as DeletionProof;
  }
}

/** The proof with what an earlier try removed. Of what was written off nobody sees what became of it, and the proof says so. */
export async function madeWhole(ctx: Ctx, driver: Driver, before: BeforeDelete, proof: DeletionProof): Promise<DeletionProof> {
  if (proof.writtenOff !== undefined || untold(before, proof).length === 0) return proof;
  return completeProof(before, proof, await disksNow(ctx, driver, before));
}

/** The disks that are there now. A parent that a partial reading does not show is not gone: `unavailable`. */
async function disksNow(ctx: Ctx, driver: Driver, before: BeforeDelete): Promise<readonly DiskFile[]> {
  const { complete, disks } = await driver.lineage(ctx, { kind: 'all' });
  const seen = new Set(disks.map((d) => d.path));
  if (!complete && parentsBefore(before).some((path) => !seen.has(path))) {
    throw new CarrelError('unavailable', 'the provider shows only a part of its disks, so that a delete cannot be proved', {
      retry: 'later',
    });
  }
  return disks;
}

/** What stops a run whose delete found its parents changed or gone. */
export function damagedBy(damaged: readonly ParentFact[]): CarrelError {
  return new CarrelError('master-changed', `after the delete these are not what they were: ${describeDamage(damaged)}`, {
    hint: 'its image is out of service; compare with `carrel image verify`, and look at the audit log for the proof',
    details: { damaged },
  });
}
