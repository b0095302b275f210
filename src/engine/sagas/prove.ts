/** Prove: the machine of a proving reservation is up; it is handed over as to a person, and what came of it is written to its revision. */
import { sayHindrance } from '../../core/hindrances.ts';
import * as audit from '../../store/audit.ts';
import * as images from '../../store/images.ts';
import * as reservations from '../../store/reservations.ts';
import type { Tx } from '../../store/schema.ts';
import { isCode, type StoredError } from '../../lib/errors.ts';
import { hashPassword, makePassword } from '../credentials.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import { endWithin } from '../intents/end.ts';
import { handOut } from '../intents/image.ts';
import type { Saga, StepArgs } from '../saga.ts';
import { tellWaiting } from './records.ts';

export interface ProveInput {
  reservationId: string;
  machineId: string;
  revisionId: string;
  providerId: string;
}

export const prove: Saga<EngineDeps, ProveInput, Tx> = {
  name: 'prove',
  maxAttempts: 3,
  waiting: tellWaiting,
  steps: [{ name: 'handover', timeoutMs: 10 * 60_000, do: handOver }],
  async done(tx, deps, input, outputs) {
    const { note } = outputs.handover as { note: string | null };
    const now = deps.now();
    // The revision before the reservation, as everybody who takes both does.
    const revision = await images.lockRevision(tx, input.revisionId);
    const row = await reservations.lock(tx, input.reservationId);
    if (revision && row.state === 'ready') {
      await images.noteProof(tx, revision.id, { proved: note === null ? now.toISOString() : `${now.toISOString()}; ${note}` }, now);
      const detail = { reservation: row.id };
      await audit.append(tx, {
        at: now,
        actor: 'engine',
        action: 'revision.proved',
        subjectKind: 'revision',
        subjectId: revision.id,
        detail,
      });
      // It may have been retired meanwhile.
      if (row.proof?.publish === true && (revision.state === 'draft' || revision.state === 'published')) {
        await handOut(tx, revision, { actor: row.proof.askedBy, reason: row.proof.publishUnclean, now });
      }
    }
    await endWithin(deps, tx, input.reservationId, 'end', 'engine');
  },
  async undone(tx, deps, input, error) {
    await images.lockRevision(tx, input.revisionId);
    const row = await reservations.lock(tx, input.reservationId);
    // Ended by somebody meanwhile, it says nothing of the revision.
    if (row.state === 'ready') await notProved(tx, deps, input.revisionId, error);
    await endWithin(deps, tx, input.reservationId, 'end', 'engine');
  },
};

/** What a person gets who connects: an account with a password that nobody else has. It is made for this and told to nobody. */
async function handOver({ ctx, deps, input }: StepArgs<EngineDeps, ProveInput>): Promise<{ note: string | null }> {
  const user = (await images.revision(deps.store.db, input.revisionId))?.profile?.guest.user ?? 'root';
  const { guest } = driverOf(deps, input.providerId);
  // It was let in by that one when it became ready.
  if ((await guest.ownPassword?.(ctx, input.machineId)) !== undefined) return { note: null };
  try {
    const credential = { user, passwordHash: hashPassword(makePassword()), authorizedKeys: [] };
    const hindrances = await guest.handover(ctx, input.machineId, credential);
    return { note: hindrances.length === 0 ? null : hindrances.map((each) => sayHindrance(each, user)).join('; ') };
  } catch (error) {
    if (!isCode(error, 'not-supported')) throw error;
    return { note: 'nothing in it lets Carrel set passwords or keys: people need an account that it has' };
  }
}

/** Writes down why a revision could not be lent. */
export async function notProved(tx: Tx, deps: EngineDeps, revisionId: string, error: StoredError): Promise<void> {
  await images.noteProof(tx, revisionId, { notProved: error.message }, deps.now());
}
