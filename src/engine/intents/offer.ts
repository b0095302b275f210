/** What a request for machines comes to, and what is written of each that is promised. */
import { storageAsked } from '../../core/capacity.ts';
import type { CloneMode, RevisionProfile } from '../../core/image.ts';
import type { Labels } from '../../core/labels.ts';
import { formatDuration, type ReservationKind } from '../../core/reservation.ts';
import type { KindRule } from '../../core/rules.ts';
import { CarrelError } from '../../lib/errors.ts';
import type * as audit from '../../store/audit.ts';
import * as images from '../../store/images.ts';
import * as masters from '../../store/masters.ts';
import type * as reservations from '../../store/reservations.ts';
import * as series from '../../store/series.ts';
import type { Image, Proof, Reservation, Revision, Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { enqueueProvision, PRIORITY } from '../enqueue.ts';
import type { Place, Size } from './place.ts';
import { spanOf, type Who } from './terms.ts';

export interface ReserveIntent {
  id: string;
  image: string;
  revision?: number | undefined;
  mode: CloneMode;
  /** What it is for; by length and mode if left out. */
  kind?: ReservationKind | undefined;
  /** From then on; from now on if left out. */
  startsAt?: Date | undefined;
  /** In milliseconds; `Infinity` = until it is ended. */
  forMs: number;
  memoryMiB?: number | undefined;
  vcpus?: number | undefined;
  /** How large the machine's first disk is to be; as its image's if left out. */
  diskMiB?: number | undefined;
  labels?: Labels | undefined;
  /** It is made to see whether its revision can be lent. */
  proof?: Proof | undefined;
}

/** What a request comes to, before anything is promised. */
export interface Offer {
  image: Image;
  revision: Revision;
  profile: RevisionProfile;
  /** Ids of the providers that can make it, in the order in which they are locked. */
  places: readonly string[];
  kind: ReservationKind;
  rule: KindRule;
  request: Omit<ReserveIntent, 'id' | 'startsAt'>;
  /** What the disks of each machine would take as a whole. */
  wholeMiB: number;
  now: Date;
}

/** Refuses with `wrong-state` what was retired or removed since the offer was made, or just now by somebody for whom this waits; holds the rest. */
export async function assertThere(tx: Tx, { image, revision }: Offer): Promise<void> {
  const held = await images.holdRevision(tx, revision.id);
  assertHandedOut(image, held ?? { ...revision, state: 'retired' });
  if ((await masters.ofRevisions(tx, [revision.id])).length === 0)
    throw new CarrelError('wrong-state', `revision ${revision.number} of ${image.name} has no master`);
}

export interface One {
  id: string;
  start: Date;
  seriesId?: string;
}

/** The row of a promise that is about to be made. */
export function promiseOf(deps: EngineDeps, who: Who, offer: Offer, one: One, place: Place): reservations.NewReservation {
  const { image, revision, kind, request, now } = offer;
  const { vcpus, memoryMiB } = sizeOf(offer);
  return {
    id: one.id,
    machineId: deps.newId(),
    accountId: who.accountId,
    imageId: image.id,
    revisionId: revision.id,
    kind,
    mode: request.mode,
    during: spanOf(one.start, request.forMs),
    ...place,
    pinned: request.revision !== undefined,
    seriesId: one.seriesId,
    proof: request.proof,
    hostname: hostnameFor(image.name, one.id),
    vcpus,
    memoryMiB,
    diskMiB: request.diskMiB,
    labels: request.labels,
    now,
  };
}

/** Another machine of the same time and place. */
export function anotherOf(deps: EngineDeps, offer: Offer, of: reservations.NewReservation, id: string): reservations.NewReservation {
  return { ...of, id, machineId: deps.newId(), hostname: hostnameFor(offer.image.name, id) };
}

/** What one machine of an offer is. */
export function sizeOf({ request, profile, wholeMiB }: Pick<Offer, 'request' | 'profile' | 'wholeMiB'>): Size {
  const { vcpus, memoryMiB } = profile.hardware;
  return { mode: request.mode, vcpus: request.vcpus ?? vcpus, memoryMiB: request.memoryMiB ?? memoryMiB, wholeMiB };
}

/** What is written down of promises of one offer: of those that follow each other and are for one time the same words. */
export function entriesOf(who: Who, offer: Offer, made: readonly reservations.NewReservation[]): audit.NewAuditEntry[] {
  let last: { of: reservations.NewReservation; entry: audit.NewAuditEntry } | undefined;
  return made.map((each) => {
    if (last?.of.during !== each.during || last.of.seriesId !== each.seriesId) last = { of: each, entry: entryOf(who, offer, each) };
    return { ...last.entry, subjectId: each.id };
  });
}

/** What is written down of a promise. */
export function entryOf(who: Who, { image, revision, request }: Offer, made: reservations.NewReservation): audit.NewAuditEntry {
  const detail = {
    image: image.name,
    revision: revision.number,
    kind: made.kind,
    mode: made.mode,
    ...(made.diskMiB === undefined ? {} : { diskMiB: made.diskMiB }),
    from: made.during.start.toISOString(),
    for: made.during.end ? formatDuration(request.forMs) : 'until it is ended',
    ...(made.seriesId === undefined ? {} : { series: made.seriesId }),
  };
  return { at: made.now, actor: who.name, action: 'reservation.made', subjectKind: 'reservation', subjectId: made.id, detail };
}

/** Writes the job that makes the machine of a reservation that is `preparing`. */
export async function startProvision(tx: Tx, row: Reservation, revision: Revision): Promise<void> {
  // A newer revision may have outgrown what was asked for.
  const larger = row.diskMib !== null && row.diskMib > storageAsked(await masters.virtualBytes(tx, revision.id));
  const input = {
    reservationId: row.id,
    machineId: row.machineId,
    revisionId: revision.id,
    providerId: row.providerId,
    mode: row.mode,
    vcpus: row.vcpus,
    memoryMiB: row.memoryMib,
    hostname: row.hostname,
    ...(row.datastore === null ? {} : { datastore: row.datastore }),
    ...(larger ? { diskMiB: row.diskMib as number } : {}),
    bootTimeoutS: (revision.profile as RevisionProfile).guest.bootTimeoutS,
  };
  await enqueueProvision(tx, input, row.accountId, (await series.isOneOfMany(tx, row)) ? PRIORITY.class : PRIORITY.person);
}

/** Refuses with `wrong-state` what is neither published nor a draft. */
export function assertHandedOut(image: Image, revision: Revision): void {
  if (revision.state !== 'published' && revision.state !== 'draft')
    throw new CarrelError(
      'wrong-state',
      `revision ${revision.number} of ${image.name} is ${revision.state}${revision.failure ? `: ${revision.failure.message}` : ''}`,
    );
}

/** `starter-3f2a9c`: an RFC 1123 label of at most 63 characters, telling image and reservation. */
export function hostnameFor(image: string, reservationId: string): string {
  const stem = image.replaceAll(/[^a-z0-9-]/g, '-').slice(0, 50);
  return `${stem.replace(/-+$/, '')}-${reservationId.replaceAll('-', '').slice(0, 6)}`;
}
