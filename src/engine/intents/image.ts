/** Making, publishing, retiring and removing revisions, written down as jobs. */
import { guestProblem } from '../../core/brought-image.ts';
import { type GuestProfile, type GuestWay, type HardwareProfile, imageNameProblem, type RevisionState } from '../../core/image.ts';
import type { Capabilities, MasterSource } from '../../driver/index.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as images from '../../store/images.ts';
import * as jobs from '../../store/jobs.ts';
import * as machines from '../../store/machines.ts';
import * as masters from '../../store/masters.ts';
import * as providers from '../../store/providers.ts';
import * as reservations from '../../store/reservations.ts';
import type { Image, Revision, Tx } from '../../store/schema.ts';
import { enqueueCapture, enqueuePrepare, enqueueRemoveRevision } from '../enqueue.ts';
import type { EngineDeps } from '../deps.ts';
import { capabilitiesOf } from './capabilities.ts';
import { assertHardware, assertStartable } from './hardware.ts';
import { labelImage } from './labels.ts';
import type { Who } from './terms.ts';
import { notReady } from './not-ready.ts';

export interface Started {
  image: Image;
  revision: Revision;
  job: string;
}

export interface PrepareIntent {
  image: string;
  description?: string | undefined;
  publish: boolean;
  /** Name of the provider on which it is made; the host's own, or else the only one, unless given. */
  provider?: string | undefined;
  source: MasterSource;
  /** What is kept of the source with the revision; no paths of this machine. */
  told: object;
}

/** A new revision of an image (made if it is not there) by recipe or file. `bad-request` (the name), `not-supported`, `unavailable`. */
export async function prepareImage(deps: EngineDeps, who: Who, request: PrepareIntent): Promise<Started> {
  checkName(request.image);
  const providerId = await providerFor(deps, request.provider);
  await assertSource(deps, providerId, request.source);
  const now = deps.now();
  return deps.store.tx(async (tx) => {
    const image = await images.ensure(tx, {
      id: deps.newId(),
      name: request.image,
      description: request.description ?? '',
      ownerId: who.accountId,
      now,
    });
    const revision = await images.addRevision(tx, {
      id: deps.newId(),
      imageId: image.id,
      source: request.told,
      createdBy: who.accountId,
      now,
    });
    const input = {
      revisionId: revision.id,
      imageId: image.id,
      providerId,
      source: request.source,
      publish: request.publish,
      actor: who.name,
    };
    const job = await enqueuePrepare(tx, input, who.accountId, deps.serverId);
    await audit.append(tx, {
      at: now,
      actor: who.name,
      action: 'revision.begun',
      subjectKind: 'revision',
      subjectId: revision.id,
      detail: { image: image.name, ...request.told },
    });
    return { image, revision, job: job.id };
  });
}

/** Refuses what the provider cannot make a master of. `not-supported`, `unavailable`. */
export async function assertSource(deps: EngineDeps, providerId: string, source: MasterSource): Promise<void> {
  const capabilities = await capabilitiesOf(deps, deps.store.db, providerId);
  if (source.kind === 'recipe' && !capabilities.recipes.includes(source.recipe)) {
    throw new CarrelError('not-supported', `there is no recipe called ${source.recipe}`, {
      hint: `choose one of ${capabilities.recipes.join(', ')}`,
    });
  }
  if (source.kind === 'file') assertFormat(capabilities, source.claimed);
  if (source.kind === 'file' || source.kind === 'vm') assertGuest(capabilities, source.profile);
}

const WINDOWS_WAYS: readonly GuestWay[] = ['sysprep', 'cloudbase-init'];

/** Refuses a way into the guest that the provider's machines do not have. `bad-request`, `not-supported`. */
function assertGuest(
  { protocols = ['ssh'], guestWays = ['cloud-init', 'guest-operations'] }: Pick<Capabilities, 'protocols' | 'guestWays'>,
  guest: Partial<GuestProfile>,
): void {
  const { access, protocol = 'ssh' } = guest;
  const wrong = guestProblem(guest);
  if (wrong !== undefined) throw new CarrelError('bad-request', wrong, { hint: 'Leave --protocol out.' });
  if (access !== undefined && !guestWays.includes(access)) {
    throw new CarrelError('not-supported', `that provider sets up no machines by ${access}`, {
      hint: !WINDOWS_WAYS.includes(access)
        ? 'Guest operations are a way into machines on vSphere: leave --access out, or say cloud-init.'
        : guestWays.includes('cloudbase-init')
          ? 'Sysprep is done by vCenter alone: install cloudbase-init in the image, and import it with --access cloudbase-init.'
          : 'Windows is set up on vCenter and ESXi hosts only.',
    });
  }
  if (protocols.includes(protocol)) return;
  throw new CarrelError('not-supported', "people come into that provider's machines by SSH alone", {
    hint: 'Leave --protocol out, or import it to a vCenter or ESXi host.',
  });
}

/** Refuses what would be refused of a file once it has come. Errors: as of {@link assertSource}, and of {@link providerFor}. */
export async function assertImport(
  deps: EngineDeps,
  provider: string | undefined,
  { claimed, profile }: { claimed: string | undefined; profile: Partial<GuestProfile & HardwareProfile> },
): Promise<void> {
  const providerId = await providerFor(deps, provider);
  const capabilities = await capabilitiesOf(deps, deps.store.db, providerId);
  assertFormat(capabilities, claimed);
  assertGuest(capabilities, profile);
  await assertHardware(deps, providerId, profile);
}

function assertFormat({ importFormats }: Pick<Capabilities, 'importFormats'>, claimed: string | undefined): void {
  if (importFormats.length === 0) {
    throw new CarrelError('not-supported', 'files cannot be imported there', {
      hint: 'For a vCenter or ESXi host the server converts them: install qemu-img on it (Debian: qemu-utils), then disable and enable the provider.',
    });
  }
  if (claimed !== undefined && !importFormats.includes(claimed)) {
    throw new CarrelError('not-supported', `files of format ${claimed} cannot be imported`, {
      hint: `choose one of ${importFormats.join(', ')}`,
    });
  }
}

export interface CaptureIntent {
  reservationId: string;
  image: string;
  /** The image that was meant by this name when it was asked whether the caller may; it may be called something else by now. */
  imageId?: string | undefined;
  description?: string | undefined;
  publish: boolean;
  /** Why it is to be handed out although it may be unclean. */
  publishUnclean?: string | undefined;
  /** For the image, beside those that it has. */
  labels?: Readonly<Record<string, string>> | undefined;
}

/** A draft revision of a reservation's machine. `wrong-state` unless it is ready, `busy` while something works on the machine, `not-supported`,
 * `master-changed` if what it stands on is not what was sealed, `bad-request` (the name, too many labels). */
export async function captureReservation(deps: EngineDeps, who: Who, request: CaptureIntent): Promise<Started> {
  checkName(request.image);
  const now = deps.now();
  return deps.store.tx(async (tx) => {
    const row = await reservations.lock(tx, request.reservationId);
    if (row.state !== 'ready') throw notReady(row, 'cannot be captured');
    const from = await images.revision(tx, row.revisionId);
    if (row.mode !== 'full' && from?.failure?.code === 'master-changed') {
      throw new CarrelError('master-changed', `it is not captured: ${from.failure.message}`, {
        hint: 'save what you need inside the machine, reserve another of a sound revision, and capture that',
      });
    }
    const machine = await machines.find(tx, row.machineId);
    const capabilities = await capabilitiesOf(deps, tx, row.providerId);
    if (machine?.state === 'running' && !capabilities.liveCapture) {
      throw new CarrelError('not-supported', 'this provider captures machines that are off only', {
        hint: `first \`carrel power ${row.id.slice(0, 8)} shutdown\``,
      });
    }
    const known = request.imageId === undefined ? undefined : await images.find(tx, request.imageId);
    const image =
      known ??
      (await images.ensure(tx, {
        id: deps.newId(),
        name: request.image,
        description: request.description ?? '',
        ownerId: who.accountId,
        now,
      }));
    if (request.labels !== undefined) await labelImage(tx, who, (await images.lock(tx, image.id)) ?? image, request.labels, now);
    const source = { kind: 'capture', reservation: row.id };
    const revision = await images.addRevision(tx, {
      id: deps.newId(),
      imageId: image.id,
      source,
      parentId: row.revisionId,
      createdBy: who.accountId,
      now,
    });
    const input = {
      reservationId: row.id,
      machineId: row.machineId,
      revisionId: revision.id,
      imageId: image.id,
      providerId: row.providerId,
      publish: request.publish,
      publishUnclean: request.publishUnclean,
      actor: who.name,
    };
    const job = await enqueueCapture(tx, input, who.accountId);
    if (!job.created)
      throw new CarrelError('busy', 'something is at work on this machine just now', { hint: 'try again when it is done', retry: 'later' });
    await audit.append(tx, {
      at: now,
      actor: who.name,
      action: 'revision.begun',
      subjectKind: 'revision',
      subjectId: revision.id,
      detail: { image: image.name, ...source },
    });
    return { image, revision, job: job.id };
  });
}

/** Refuses with `unclean` to hand out what may hold somebody's secrets, unless somebody says why. */
export function assertClean({ unclean }: Readonly<Record<string, unknown>>, reason: string | undefined): void {
  if (typeof unclean !== 'string' || reason !== undefined) return;
  throw new CarrelError('unclean', `it may hold keys, passwords and files of who used it: ${unclean}`, {
    hint: 'Look into it first. If it is right to hand it out, say why: --publish-unclean REASON; that is kept in the audit log.',
  });
}

/** Hands a revision out from now on, in the caller's transaction, and says so in the audit with the reason for one that is unclean. */
export async function handOut(
  tx: Tx,
  revision: Pick<Revision, 'id' | 'facts'>,
  by: { actor: string; reason?: string | undefined; now: Date },
): Promise<void> {
  const { unclean } = revision.facts;
  await images.publish(tx, revision.id, by.now);
  await audit.append(tx, {
    at: by.now,
    actor: by.actor,
    action: 'revision.published',
    subjectKind: 'revision',
    subjectId: revision.id,
    detail: unclean === undefined ? {} : { unclean, reason: by.reason },
  });
}

/** Hands a revision out from now on. `wrong-state`, `not-found`, `unclean`; `missing-tool`, `not-supported` where no host has what it needs. */
export async function publishRevision(deps: EngineDeps, who: Who, revisionId: string, uncleanReason?: string): Promise<void> {
  await assertStartable(deps, await images.revision(deps.store.db, revisionId));
  await deps.store.tx(async (tx) => {
    const revision = await images.lockRevision(tx, revisionId);
    if (!revision) throw new CarrelError('not-found', 'the revision is not there any more');
    assertClean(revision.facts, uncleanReason);
    await handOut(tx, revision, { actor: who.name, reason: uncleanReason, now: deps.now() });
  });
}

/** Hands a revision out no more; machines that stand on it go on. */
export async function retireRevision(deps: EngineDeps, who: Who, revisionId: string): Promise<void> {
  await change(
    deps,
    who,
    revisionId,
    'revision.retired',
    async (tx, now) => void (await images.transitionRevision(tx, revisionId, 'retire', {}, now)),
  );
}

/**
 * Takes a retirement back: the revision is a draft again, and may be published as any other. `wrong-state` for one that is not retired, was
 * never made or has no golden disks any more; `master-changed` for one that was taken out of service since they are not what was sealed;
 * `busy` while it is being removed.
 */
export async function unretireRevision(deps: EngineDeps, who: Who, revisionId: string): Promise<void> {
  await change(deps, who, revisionId, 'revision.unretired', async (tx, now) => {
    const row = await images.lockRevision(tx, revisionId);
    if (row?.state === 'retired') await assertWhole(tx, row);
    await images.transitionRevision(tx, revisionId, 'unretire', {}, now);
  });
}

/** Refuses to bring back what cannot be handed out. Its row is locked, as by {@link removeRevision}. */
async function assertWhole(tx: Tx, { id, number, failure }: Revision): Promise<void> {
  if (failure?.code === 'master-changed') {
    throw new CarrelError('master-changed', `revision ${number} stays out of service: ${failure.message}`, {
      hint: 'Compare every byte: `carrel image verify`. If they are right where they lie now: `carrel image reseal`; else import the right disk as another revision.',
    });
  }
  if (failure)
    throw new CarrelError('wrong-state', `revision ${number} was never made: ${failure.message}`, { hint: 'Make the next one.' });
  const job = await jobs.liveJob(tx, `revision:${id}`);
  if (job?.saga === 'remove-revision') {
    throw new CarrelError('busy', `revision ${number} is being removed`, {
      hint: `How that goes: \`carrel jobs show ${job.id.slice(0, 8)}\`.`,
      retry: 'later',
    });
  }
  if ((await masters.ofRevisions(tx, [id])).length === 0) {
    throw new CarrelError('wrong-state', `the golden disks of revision ${number} are gone`, { hint: 'Make the next one.' });
  }
}

const REMOVABLE: readonly RevisionState[] = ['draft', 'retired', 'failed'];

/**
 * Removes a revision and its masters by a job. `has-children` with the machines that stand on it
 * or the reservations that are booked of it, `wrong-state` while it is handed out or being made.
 */
export async function removeRevision(deps: EngineDeps, who: Who, revisionId: string): Promise<{ job: string }> {
  const now = deps.now();
  return deps.store.tx(async (tx) => {
    // Held against those who promise of it: what they promised is seen here, or they see that it is retired.
    const row = await images.lockRevision(tx, revisionId);
    if (!row) throw new CarrelError('not-found', 'there is no such revision');
    const standing = await machines.onRevision(tx, revisionId);
    if (standing.length > 0) {
      throw new CarrelError('has-children', `${standing.length} machine${standing.length === 1 ? ' stands' : 's stand'} on it`, {
        hint: standing.some((m) => m.holder !== null)
          ? 'end their reservations first, or give their machines disks of their own: `carrel unlink`'
          : "they are nobody's: `carrel machine end` takes them away",
        details: { children: standing.map((m) => ({ machine: m.id, reservation: m.holder ?? undefined, mode: m.mode })) },
      });
    }
    const booked = await reservations.bookedOn(tx, revisionId);
    const [first] = booked;
    if (first) {
      const them = booked.length === 1 ? 'reservation is' : 'reservations are';
      throw new CarrelError(
        'has-children',
        `${booked.length} ${them} booked of it, the first from ${first.during.start.toISOString()} on`,
        { hint: 'end them first, or wait until they are over', details: { children: booked.map((r) => ({ reservation: r.id })) } },
      );
    }
    if (!REMOVABLE.includes(row.state))
      throw new CarrelError('wrong-state', `revision ${row.number} is ${row.state}`, { hint: 'retire it first' });
    // From here on nothing new can be reserved of it.
    if (row.state === 'draft') await images.transitionRevision(tx, revisionId, 'retire', {}, now);
    const places = (await masters.ofRevisions(tx, [revisionId])).map((m) => m.providerId).sort();
    // One without a master has left nothing anywhere; the removal says so on any provider.
    const providerId = places[0] ?? [...deps.drivers.keys()][0];
    if (providerId === undefined) throw new CarrelError('unavailable', 'no provider is open', { retry: 'later' });
    const job = await enqueueRemoveRevision(tx, { revisionId, providerId, further: places.slice(1), actor: who.name });
    if (!job.created && (await jobs.findJob(tx, job.id))?.saga !== 'remove-revision')
      throw new CarrelError('busy', `something is at work on revision ${row.number} just now`, {
        hint: 'try again when it is done',
        retry: 'later',
      });
    return { job: job.id };
  });
}

async function change(
  deps: EngineDeps,
  who: Who,
  revisionId: string,
  action: string,
  work: (tx: Tx, now: Date) => Promise<object | void>,
): Promise<void> {
  const now = deps.now();
  await deps.store.tx(async (tx) => {
    const detail = (await work(tx, now)) ?? {};
    await audit.append(tx, { at: now, actor: who.name, action, subjectKind: 'revision', subjectId: revisionId, detail });
  });
}

/** Refuses with `bad-request` what cannot be an image's name. */
export function checkName(name: string): void {
  const problem = imageNameProblem(name);
  if (problem !== undefined)
    throw new CarrelError('bad-request', `${JSON.stringify(name)} cannot be an image's name: ${problem}`, { hint: 'such as "debian-12"' });
}

/** Where a new image is made. `not-found` (no such provider), `bad-request` (there are several, none is the host's own). */
export async function providerFor(deps: EngineDeps, name: string | undefined): Promise<string> {
  const all = await providers.list(deps.store.db);
  const names = all.map((p) => p.name).join(', ');
  if (name !== undefined) {
    const named = all.find((p) => p.name === name);
    if (named === undefined) throw new CarrelError('not-found', `there is no provider ${name}`, { hint: `There are: ${names}.` });
    return named.id;
  }
  const enabled = all.filter((p) => p.enabled);
  const chosen = enabled.find((p) => p.connection === null && deps.drivers.has(p.id)) ?? (enabled.length === 1 ? enabled[0] : undefined);
  if (chosen !== undefined) return chosen.id;
  if (enabled.length === 0)
    throw new CarrelError('unavailable', 'no provider is open', { retry: 'later', hint: 'Add one: `carrel provider add`.' });
  throw new CarrelError('bad-request', 'there are several providers', { hint: `Say which with --provider: ${names}.` });
}
