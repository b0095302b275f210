/** Golden disks that are not what was sealed: their revisions are handed out no more, and those concerned are told. */
import type { ParentFact } from '../core/lineage.ts';
import { say } from '../core/notices.ts';
import type { StoredError } from '../lib/errors.ts';
import * as audit from '../store/audit.ts';
import * as images from '../store/images.ts';
import * as machines from '../store/machines.ts';
import * as masters from '../store/masters.ts';
import * as reservations from '../store/reservations.ts';
import type { EngineDeps } from './deps.ts';

const HINT = 'publish another revision; `carrel image verify` compares every byte, and the audit log holds the proof';

/** What people read about a revision whose golden disk was changed. `what` names the disk and what became of it. */
export function damage(what: string): StoredError {
  return { code: 'master-changed', message: `its golden disk is not what was sealed: ${what}`, retry: 'never', hint: HINT, details: {} };
}

/** One line about parents that a delete found changed or gone. */
export function describeDamage(damaged: readonly ParentFact[]): string {
  return damaged.map((p) => `${p.path} ${p.existsAfter ? 'was changed' : 'is gone'}`).join(', ');
}

/** Revisions whose golden disks, or whose frozen parents, are among `damaged`. */
async function revisionsOf(deps: EngineDeps, providerId: string, damaged: readonly ParentFact[]): Promise<string[]> {
  const paths = new Set(damaged.map((p) => p.path));
  const parts = new Set(damaged.flatMap((p) => p.path.split('/')));
  const all = await masters.onProvider(deps.store.db, providerId);
  // A frozen parent lies in a folder named after its revision.
  return all.filter((m) => parts.has(m.revisionId) || m.files.some((f) => paths.has(f.path))).map((m) => m.revisionId);
}

/**
 * Takes a revision out of service with the reason; once is enough. Its followers and operators are told by its event, the people of
 * machines that stand on it by a note, everybody by `carrel image show`. What runs goes on.
 */
export async function takeOutOfService(deps: EngineDeps, revisionId: string, what: string, actor: string): Promise<void> {
  const failure = damage(what);
  const taken = await deps.store.tx(async (tx) => {
    const row = await images.lockRevision(tx, revisionId);
    if (row === undefined || row.state === 'preparing' || row.failure?.code === failure.code) return false;
    const now = deps.now();
    await images.transitionRevision(tx, revisionId, 'retire', { failure }, now);
    await audit.append(tx, { at: now, actor, action: 'revision.damaged', subjectKind: 'revision', subjectId: revisionId, detail: failure });
    return true;
  });
  if (!taken) return;
  deps.log.error({ revisionId, what }, 'a golden disk is not what was sealed: its revision is out of service');
  for (const machine of await machines.onRevision(deps.store.db, revisionId)) {
    if (machine.mode === 'full' || machine.holder === null) continue;
    const note = say('master-changed', { why: failure.message });
    await reservations.addNotes(deps.store.db, machine.holder, [note]);
  }
}

/** The same for the revisions of all `damaged` parents that a delete on this provider found. */
export async function takeDamagedOut(deps: EngineDeps, providerId: string, damaged: readonly ParentFact[], actor: string): Promise<void> {
  if (damaged.length === 0) return;
  for (const id of await revisionsOf(deps, providerId, damaged)) await takeOutOfService(deps, id, describeDamage(damaged), actor);
}
