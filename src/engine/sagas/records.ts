import { noticeOf, say } from '../../core/notices.ts';
import { type BeforeDelete, damagedParents, type DeletionProof, foundNothing, type ParentFact } from '../../core/lineage.ts';
import type { Driver } from '../../driver/index.ts';
import type { Ctx } from '../../lib/context.ts';
import { CarrelError, type StoredError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as machines from '../../store/machines.ts';
import * as reservations from '../../store/reservations.ts';
import type { Db, Tx } from '../../store/schema.ts';
import { takeDamagedOut } from '../damage.ts';
import { damagedBy, madeWhole, provedDelete } from '../deletes.ts';
import { driverOf, type EngineDeps } from '../deps.ts';

/** Whether a machine is still its reservation's: one that was begun elsewhere meanwhile has another. */
export async function isIts(db: Db, input: { reservationId?: string | undefined; machineId: string }): Promise<boolean> {
  if (input.reservationId === undefined) return false;
  return (await reservations.find(db, input.reservationId))?.machineId === input.machineId;
}

/** Its machine is gone, and so is it. */
export async function tornDown(tx: Tx, id: string, now: Date): Promise<void> {
  await reservations.transition(tx, id, 'tornDown', { endedAt: now });
  await reservations.setStage(tx, id, 'gone', say('ended', {}), now);
}

/** Tells a reservation's people what its work waits for; the stage stays. One that is over keeps its last word. */
export async function tellWaiting(
  tx: Tx,
  deps: EngineDeps,
  input: { reservationId?: string | undefined; machineId: string },
  error: StoredError,
): Promise<void> {
  if (input.reservationId === undefined) return;
  const row = await reservations.find(tx, input.reservationId);
  const text = say('waiting-provider', { why: error.message });
  if (row?.machineId === input.machineId && row.stage !== 'gone' && row.stageText !== text)
    await reservations.note(tx, row.id, text, deps.now());
}

/** Takes the word of {@link tellWaiting} back from a reservation that only stood by. */
export async function tellReady(tx: Tx, deps: EngineDeps, input: { reservationId: string; machineId: string }): Promise<void> {
  const row = await reservations.find(tx, input.reservationId);
  if (row?.state !== 'ready' || noticeOf(row.stageText)?.code !== 'waiting-provider') return;
  const on = (await machines.find(tx, input.machineId))?.state === 'running';
  await reservations.note(tx, row.id, on ? 'ready' : say('powered-off', {}), deps.now());
}

/**
 * Takes a machine away and keeps the proof (promise 2). What it stands on is read and written down before anything is removed; so a
 * crash after the delete, or a lost answer, leaves a proof that the next try makes whole. Errors: the driver's, and `master-changed`.
 */
export async function destroyMachine(ctx: Ctx, deps: EngineDeps, input: { providerId: string; machineId: string }): Promise<DeletionProof> {
  const driver = driverOf(deps, input.providerId);
  const { db } = deps.store;
  const known = await machines.find(db, input.machineId);
  const before = known?.beforeDelete ?? (await readBefore(ctx, deps, driver, input.machineId));
  let proof = await provedDelete(driver.destroy(ctx, input.machineId));
  if (before && !known?.proof) proof = await madeWhole(ctx, driver, before, proof);
  await recordDestroyed(deps, input, proof, damagedParents(proof));
  return proof;
}

/** Reads a machine's chains and keeps them; undefined where there are none, or none that can be read: a rest must go all the same. */
async function readBefore(ctx: Ctx, deps: EngineDeps, driver: Driver, machineId: string): Promise<BeforeDelete | undefined> {
  const startedAt = deps.now().toISOString();
  try {
    const seen = await driver.lineage(ctx, { kind: 'machine', machineId });
    const before = { startedAt, chains: seen.chains.map((c) => c.chain) };
    if (!seen.complete || before.chains.length === 0) return undefined;
    await machines.setBeforeDelete(deps.store.db, machineId, before);
    return before;
  } catch (error) {
    if (ctx.signal.aborted || !(error instanceof CarrelError) || error.retry === 'later') throw error;
    if (error.code !== 'not-found') ctx.log.warn({ machineId, err: error.message }, 'what it stands on cannot be read before its delete');
    return undefined;
  }
}

function actionOf(proof: DeletionProof, damaged: readonly ParentFact[]): string {
  if (proof.writtenOff !== undefined) return 'machine.written-off';
  return damaged.length === 0 ? 'machine.destroyed' : 'machine.destroyed.parents-damaged';
}

/**
 * Keeps the proof of a delete with the machine and in the audit log (promise 2); a damaged parent takes its revision out of service and
 * stops everything with `master-changed`. A delete that found nothing, because an earlier try had done it, never takes the place of that try's proof.
 */
async function recordDestroyed(
  deps: EngineDeps,
  { providerId, machineId }: { providerId: string; machineId: string },
  proof: DeletionProof,
  damaged: readonly ParentFact[],
): Promise<void> {
  await deps.store.tx(async (tx) => {
    if (foundNothing(proof) && (await machines.find(tx, machineId))?.proof) return;
    await machines.setProof(tx, machineId, proof);
    await audit.append(tx, {
      at: deps.now(),
      actor: 'engine',
      action: actionOf(proof, damaged),
      subjectKind: 'machine',
      subjectId: machineId,
      detail: proof,
    });
  });
  if (damaged.length === 0) return;
  await takeDamagedOut(deps, providerId, damaged, 'engine');
  throw damagedBy(damaged);
}
