import type { Master } from '../../driver/index.ts';
import type { StoredError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import type { Tx } from '../../store/schema.ts';
import * as images from '../../store/images.ts';
import * as masters from '../../store/masters.ts';
import type { StepArgs } from '../saga.ts';
import { deleteProved } from '../deletes.ts';
import type { EngineDeps } from '../deps.ts';

/** What making a revision needs to know, whether by recipe, file or capture. */
export interface RevisionTarget {
  revisionId: string;
  imageId: string;
  providerId: string;
  publish: boolean;
  /** Why it is to be handed out although it may be unclean. */
  publishUnclean?: string | undefined;
  actor: string;
}

/** Undo of the step that makes a master: takes it away again, whatever is there of it. */
export async function discardMaster({ ctx, deps, input }: StepArgs<EngineDeps, RevisionTarget>): Promise<void> {
  await deleteProved(ctx, deps, {
    providerId: input.providerId,
    kind: 'master',
    id: input.revisionId,
    actor: 'engine',
    action: 'master.removed',
  });
}

/** The revision becomes a draft with its hashes recorded, and is published if that was asked for: all in one transaction. */
export async function revisionDone(tx: Tx, deps: EngineDeps, input: RevisionTarget, master: Master): Promise<void> {
  const now = deps.now();
  await masters.put(tx, {
    revisionId: input.revisionId,
    providerId: input.providerId,
    files: master.files,
    virtualBytes: master.virtualBytes,
    sealedAt: now,
  });
  const { unclean } = master.facts;
  await images.transitionRevision(tx, input.revisionId, 'prepared', { profile: master.profile, facts: master.facts }, now);
  const publish = input.publish && (unclean === undefined || input.publishUnclean !== undefined);
  if (publish) await images.publish(tx, input.revisionId, now);
  await audit.append(tx, {
    at: now,
    actor: input.actor,
    action: publish ? 'revision.published' : 'revision.drafted',
    subjectKind: 'revision',
    subjectId: input.revisionId,
    detail: { files: master.files, ...(unclean === undefined ? {} : { unclean, ...(publish ? { reason: input.publishUnclean } : {}) }) },
  });
}

export async function revisionUndone(tx: Tx, deps: EngineDeps, input: RevisionTarget, error: StoredError): Promise<void> {
  await images.transitionRevision(tx, input.revisionId, 'prepareFailed', { failure: error }, deps.now());
}
