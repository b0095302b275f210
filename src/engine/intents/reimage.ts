/** Another machine for a reservation that has one: the same revision anew, or another of its image. */
import type { RevisionProfile } from '../../core/image.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as images from '../../store/images.ts';
import * as jobs from '../../store/jobs.ts';
import * as placements from '../../store/placements.ts';
import * as providers from '../../store/providers.ts';
import * as reservations from '../../store/reservations.ts';
import type { Reservation, Revision, Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { enqueueReimage, machineKey } from '../enqueue.ts';
import { nothingNew, placesOf, wholeDisksOf } from './place.ts';
import { pickRevision } from './reservation.ts';
import type { Who } from './terms.ts';
import { notReady } from './not-ready.ts';

export interface ReimageRequest {
  id: string;
  /** `published`: the one that is handed out now. Left out: the one that it has. */
  revision?: number | 'published' | undefined;
}

/**
 * Gives a reservation another machine in place of its own, whose disks and checkpoints are gone then. Where it is and what it holds stay.
 * Errors: `wrong-state` (it has no machine; the revision is retired, is not at its provider, or wants more than it holds), `busy` while
 * something works on the machine, `not-found` (the revision), `not-allowed` (somebody else's draft), `unavailable` (its provider takes nothing new).
 */
export async function reimageReservation(deps: EngineDeps, who: Who, request: ReimageRequest): Promise<Reservation> {
  const other = await otherRevision(deps, who, request);
  return deps.store.tx(async (tx) => {
    const row = await reservations.lock(tx, request.id);
    if (row.state !== 'ready') throw notReady(row, 'has no machine to make anew');
    if (row.proof !== null)
      throw new CarrelError('wrong-state', 'it is there to prove its revision', { hint: 'End it, and prove the revision again.' });
    if (await jobs.liveJob(tx, machineKey(row.machineId)))
      throw new CarrelError('busy', 'something is at work on this machine just now', { hint: 'try again when it is done', retry: 'later' });
    const revision = await held(tx, other ?? row.revisionId);
    await assertFits(deps, tx, row, revision);
    await placements.reimage(tx, row.id, revision.id, deps.now());
    await enqueueReimage(tx, { reservationId: row.id, machineId: row.machineId, providerId: row.providerId });
    await audit.append(tx, {
      at: deps.now(),
      actor: who.name,
      action: 'reservation.reimaged',
      subjectKind: 'reservation',
      subjectId: row.id,
      detail: { machine: row.machineId, revision: revision.number },
    });
    return reservations.lock(tx, row.id);
  });
}

/** The id of the revision that was named; undefined: the one that it has, which stays its own, also a draft that somebody else made. */
async function otherRevision(deps: EngineDeps, who: Who, { id, revision }: ReimageRequest): Promise<string | undefined> {
  const row = await reservations.find(deps.store.db, id);
  const image = row && (await images.find(deps.store.db, row.imageId));
  if (revision === undefined || image === undefined) return undefined;
  const picked = await pickRevision(deps, who, { image: image.name, ...(revision === 'published' ? {} : { revision }) });
  return picked.revision.id;
}

/** Held until the transaction ends, so that it is not retired meanwhile. */
async function held(tx: Tx, id: string): Promise<Revision> {
  const revision = await images.holdRevision(tx, id);
  if (revision?.profile && (revision.state === 'published' || revision.state === 'draft')) return revision;
  throw new CarrelError('wrong-state', `revision ${revision?.number ?? ''} of its image is ${revision?.state ?? 'gone'}`, {
    hint: 'Name another one: `carrel image show IMAGE` lists them.',
  });
}

/** It is made where it is, with what it holds. */
async function assertFits(deps: EngineDeps, tx: Tx, row: Reservation, revision: Revision): Promise<void> {
  const here = await providers.find(tx, row.providerId);
  if (!providers.takesNew(here)) throw nothingNew([here]);
  if (!(await placesOf(deps, tx, { revisionId: revision.id, mode: row.mode, diskMiB: row.diskMib })).includes(here.id))
    throw new CarrelError('wrong-state', `revision ${revision.number} is not at ${here.name}`, {
      hint: 'Reserve it anew, then end this one.',
    });
  const { vcpus, memoryMiB } = (revision.profile as RevisionProfile).hardware;
  // An image that grew may not start in less. What was asked for beyond or below the image's own stays as it was promised.
  const own = (await images.revision(tx, row.revisionId))?.profile?.hardware;
  if (row.mode === 'instant' && memoryMiB !== row.memoryMib)
    throw new CarrelError(
      'not-supported',
      `an instant clone has its parent's memory, ${memoryMiB} MiB, and this one holds ${row.memoryMib} MiB`,
      {
        hint: 'Reserve it anew, then end this one.',
      },
    );
  const storageMiB = await wholeDisksOf(tx, revision.id, row.diskMib);
  if (row.mode === 'full' && storageMiB > row.storageMib)
    throw new CarrelError(
      'wrong-state',
      `a full copy of revision ${revision.number} may take ${storageMiB} MiB of storage; this reservation holds ${row.storageMib} MiB`,
      { hint: 'Reserve it anew, then end this one.' },
    );
  if (own && (vcpus > Math.max(row.vcpus, own.vcpus) || memoryMiB > Math.max(row.memoryMib, own.memoryMiB)))
    throw new CarrelError(
      'wrong-state',
      `revision ${revision.number} wants ${vcpus} virtual CPUs and ${memoryMiB} MiB; this reservation holds ${row.vcpus} and ${row.memoryMib} MiB`,
      { hint: 'Reserve it anew, then end this one.' },
    );
}
