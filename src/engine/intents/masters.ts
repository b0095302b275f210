/** Further masters of a revision, so that its machines can be made on several providers. */
import type { MasterSource } from '../../driver/index.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as images from '../../store/images.ts';
import * as masters from '../../store/masters.ts';
import * as providers from '../../store/providers.ts';
import type { Db, Revision } from '../../store/schema.ts';
import type { RevisionProfile } from '../../core/image.ts';
import { enqueueAddMaster } from '../enqueue.ts';
import type { EngineDeps } from '../deps.ts';
import { capabilitiesOf } from './capabilities.ts';
import { imageNamed } from './image-named.ts';
import { assertSource, providerFor, type Started } from './image.ts';
import type { Who } from './terms.ts';

export interface ReplicateIntent {
  image: string;
  /** The one that is handed out, if left out. */
  revision?: number | undefined;
  /** Name of the provider. */
  provider: string;
  datastore?: string | undefined;
}

export interface AddMasterIntent {
  image: string;
  revision: number;
  /** As of {@link prepareImage}. */
  provider?: string | undefined;
  source: MasterSource;
  told: object;
}

/**
 * A job that makes a master of a revision that is there, on a provider that has none of it. That the source holds the same is the word
 * of whoever gives it: disks of two formats cannot be compared byte by byte. Errors: `not-found`, `wrong-state` (the revision is not one
 * that is handed out), `already-exists` (it has one there), `busy` (something works on the revision), `not-supported`, `unavailable`.
 */
export async function addMaster(deps: EngineDeps, who: Who, request: AddMasterIntent): Promise<Started> {
  const { db } = deps.store;
  const providerId = await providerFor(deps, request.provider);
  await assertSource(deps, providerId, request.source);
  const image = await imageNamed(db, request.image);
  const found = await images.revisionByNumber(db, image.id, request.revision);
  const name = `${image.name}@${request.revision}`;
  if (!found) throw new CarrelError('not-found', `${image.name} has no revision ${request.revision}`);
  return deps.store.tx(async (tx) => {
    const revision = await mustTakeMaster(tx, await images.lockRevision(tx, found.id), { name, providerId });
    const input = {
      revisionId: revision.id,
      imageId: image.id,
      providerId,
      source: like(revision.profile, request.source),
      publish: false,
      actor: who.name,
    };
    const job = await enqueueAddMaster(tx, input, who.accountId, deps.serverId);
    if (!job.created)
      throw new CarrelError('busy', `something is at work on ${name} just now`, { hint: 'try again when it is done', retry: 'later' });
    const subject = { subjectKind: 'revision' as const, subjectId: revision.id };
    await audit.append(tx, {
      at: deps.now(),
      actor: who.name,
      action: 'master.begun',
      ...subject,
      detail: { image: name, ...request.told },
    });
    return { image, revision, job: job.id };
  });
}

/** Refuses what {@link addMaster} would once its source has come. Errors: as of that, but `busy`. */
export async function assertAddMaster(
  deps: EngineDeps,
  { image, revision: number, provider }: Pick<AddMasterIntent, 'image' | 'revision' | 'provider'>,
): Promise<void> {
  const { db } = deps.store;
  const named = await imageNamed(db, image);
  const found = await images.revisionByNumber(db, named.id, number);
  if (!found) throw new CarrelError('not-found', `${named.name} has no revision ${number}`);
  await mustTakeMaster(db, found, { name: `${named.name}@${number}`, providerId: await providerFor(deps, provider) });
}

/** The revision, unless it gets no master there: `wrong-state`, `already-exists`. */
async function mustTakeMaster(
  db: Db,
  revision: Revision | undefined,
  { name, providerId }: { name: string; providerId: string },
): Promise<Revision & { profile: RevisionProfile }> {
  const { profile } = revision ?? {};
  if (!revision || !profile || (revision.state !== 'published' && revision.state !== 'draft'))
    throw new CarrelError('wrong-state', `${name} is ${revision?.state ?? 'gone'}`, {
      hint: 'Only a draft or published revision gets masters.',
    });
  if (await masters.find(db, revision.id, providerId)) {
    const { name: there } = await providers.find(db, providerId);
    throw new CarrelError('already-exists', `${name} has a master on ${there}`, { hint: `see \`carrel image show ${name}\`` });
  }
  return { ...revision, profile };
}

/**
 * A job that copies a revision's golden disks to a further datastore of a provider that has them, so that no clone has to wait for it later. One
 * that is there already is no error. Errors: `not-found`, `wrong-state` (nothing of it is handed out), `not-supported` (it has no master there, or
 * the provider has no datastores), `busy`, `unavailable`. That there is no such datastore, or no room on it, is told by the run.
 */
export async function replicateMaster(deps: EngineDeps, who: Who, request: ReplicateIntent): Promise<{ job: string }> {
  const providerId = await providerFor(deps, request.provider);
  const { replicas } = await capabilitiesOf(deps, deps.store.db, providerId);
  return deps.store.tx(async (tx) => {
    const image = await imageNamed(tx, request.image);
    const found = (await images.revisionsOf(tx, [image.id])).find((r) =>
      request.revision === undefined ? r.state === 'published' : r.number === request.revision,
    );
    if (found === undefined) {
      if (request.revision !== undefined) throw new CarrelError('not-found', `${image.name} has no revision ${request.revision}`);
      throw new CarrelError('wrong-state', `no revision of ${image.name} is handed out`, { hint: 'Name one: NAME@NUMBER.' });
    }
    const name = `${image.name}@${found.number}`;
    const revision = await images.lockRevision(tx, found.id);
    if (revision?.state !== 'published' && revision?.state !== 'draft')
      throw new CarrelError('wrong-state', `${name} is ${revision?.state ?? 'gone'}`, {
        hint: 'Only a draft or published revision gets masters.',
      });
    if (!(await masters.find(tx, revision.id, providerId)))
      throw new CarrelError('not-supported', `${name} has no master on ${request.provider}, and disks are not copied between providers`, {
        hint: `Import the same there: \`carrel image import --as-master-of ${name} --provider ${request.provider} …\`.`,
      });
    if (replicas !== true)
      throw new CarrelError('not-supported', `${request.provider} has one place for golden disks, and ${name} has them there`, {
        hint: 'Several datastores are a matter of vCenter and ESXi.',
      });
    const source = { kind: 'replica' as const, ...(request.datastore === undefined ? {} : { datastore: request.datastore }) };
    const input = { revisionId: revision.id, imageId: image.id, providerId, source, publish: false, actor: who.name };
    const job = await enqueueAddMaster(tx, input, who.accountId);
    if (!job.created)
      throw new CarrelError('busy', `something is at work on ${name} just now`, { hint: 'try again when it is done', retry: 'later' });
    const subject = { subjectKind: 'revision' as const, subjectId: revision.id };
    const detail = { image: name, provider: request.provider, ...source };
    await audit.append(tx, { at: deps.now(), actor: who.name, action: 'master.begun', ...subject, detail });
    return { job: job.id };
  });
}

/** What is not said of the guest is as the revision has it; how Carrel gets into it is the provider's matter. */
function like({ guest, hardware }: RevisionProfile, source: MasterSource): MasterSource {
  if (source.kind === 'recipe' || source.kind === 'replica') return source;
  const { os, user, sshPort, bootTimeoutS, protocol } = guest;
  const { vcpus, memoryMiB } = hardware;
  return { ...source, profile: { os, user, sshPort, bootTimeoutS, vcpus, memoryMiB, ...(protocol && { protocol }), ...source.profile } };
}
