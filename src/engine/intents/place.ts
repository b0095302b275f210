/**
 * Where a machine is made. A revision may have masters on several providers; of these the one with the most room in the time that is
 * asked for is chosen, in the transaction that promises it and under the row locks of all of them, taken in the order of their ids.
 */
import { type CapacityLimits, type Demand, storageAsked, storageClaim } from '../../core/capacity.ts';
import type { CloneMode, RevisionProfile } from '../../core/image.ts';
import { type Compared, placementOf } from '../../core/placement.ts';
import { type Capabilities, noLargerDisk } from '../../driver/index.ts';
import { CarrelError, isCode } from '../../lib/errors.ts';
import * as calendar from '../../store/calendar.ts';
import { peak } from '../../store/held.ts';
import * as images from '../../store/images.ts';
import * as masters from '../../store/masters.ts';
import * as providers from '../../store/providers.ts';
import * as reservations from '../../store/reservations.ts';
import type { Db, Provider, Reservation, TimeRange, Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { capabilitiesOf } from './capabilities.ts';
import { preparation } from './terms.ts';

/** What is asked for, before it is said where: each place counts disks in its own way. */
export interface Size extends Omit<Demand, 'storageMiB'> {
  mode: CloneMode;
  /** What its disks would take as a whole. */
  wholeMiB: number;
}

export interface PlaceQuestion extends Size {
  imageId: string;
  during: TimeRange;
  now: Date;
  /** A reservation that is not counted: the one that is placed anew. */
  except?: string | undefined;
  /** Goes before others that are up as well. */
  prefer?: string | undefined;
  /** When its preparation begins, where that is settled. */
  prepareAt?: Date | undefined;
  /** Room is looked at also where there is no choice. */
  always?: boolean | undefined;
}

export interface Place {
  providerId: string;
  prepareAt: Date;
  /** Sentences for the owner. */
  notes: readonly string[];
  /** What its disks are counted with there. */
  storageMiB: number;
  /** Whose space that counts on, where it is settled already. */
  datastore?: string | null | undefined;
  /** Why it is this one; undefined where there is no other. */
  placement?: string | undefined;
}

/** A place as it was judged. */
export interface Judged extends Omit<Place, 'placement'> {
  provider: Provider;
  /** Share of the scarcest resource that would be left, 0 to 1. */
  left: number;
  refusal?: CarrelError | undefined;
}

/**
 * Providers that have a master of the revision and can clone in that mode, in the order in which they are locked; for an instant clone those that
 * make a linked one of it only where there are no others. Errors: those of
 * {@link capabilitiesOf}, `not-supported` (also for the size of a disk), each of the first where there is no other; none where there is no master.
 */
export async function placesOf(
  deps: EngineDeps,
  db: Db,
  { revisionId, mode, diskMiB }: { revisionId: string; mode: CloneMode; diskMiB: number | null | undefined },
): Promise<string[]> {
  const found: string[] = [];
  const linkedInstead: string[] = [];
  let refusal: unknown;
  for (const { providerId } of await masters.ofRevisions(db, [revisionId])) {
    try {
      const capabilities = await capabilitiesOf(deps, db, providerId);
      if (typeof diskMiB === 'number' && capabilities.growsDisk?.includes(mode) !== true) throw noLargerDisk(mode);
      if (await canMake(db, capabilities, revisionId, mode)) found.push(providerId);
      else linkedInstead.push(providerId);
    } catch (error) {
      if (!isCode(error, 'unavailable', 'not-supported')) throw error;
      refusal ??= error;
    }
  }
  const places = found.length > 0 ? found : linkedInstead;
  if (places.length === 0 && refusal !== undefined) throw refusal;
  return places.sort();
}

/** False where a linked clone with a note is made instead of an instant one. Errors: `not-supported`. */
async function canMake(db: Db, capabilities: Capabilities, revisionId: string, mode: CloneMode): Promise<boolean> {
  try {
    assertMode(capabilities, mode);
    if (mode === 'instant') await assertInstant(db, capabilities, revisionId);
    return true;
  } catch (error) {
    if (mode !== 'instant' || capabilities.instantElseLinked !== true || !isCode(error, 'not-supported')) throw error;
    return false;
  }
}

function assertMode(capabilities: { cloneModes: readonly CloneMode[] }, mode: CloneMode): void {
  if (capabilities.cloneModes.includes(mode)) return;
  throw new CarrelError('not-supported', `clone mode ${mode} is not there on this provider`, {
    hint: `choose one of ${capabilities.cloneModes.join(', ')}`,
  });
}

/** Instant clones are not made of every image. */
async function assertInstant(db: Db, { instantFirmware, instantTpm }: Capabilities, revisionId: string): Promise<void> {
  const revision = instantFirmware === undefined && instantTpm !== false ? undefined : await images.revision(db, revisionId);
  const hardware = (revision?.profile as RevisionProfile | undefined)?.hardware;
  if (hardware === undefined) return;
  const odd =
    instantFirmware?.includes(hardware.firmware) === false
      ? `images that start with ${hardware.firmware.toUpperCase()}`
      : instantTpm === false && hardware.tpm === true
        ? 'images with a TPM'
        : undefined;
  if (odd === undefined) return;
  throw new CarrelError('not-supported', `this provider makes no instant clones of ${odd}`, {
    hint: 'choose another clone mode, such as linked',
  });
}

/** What the disks of a machine of a revision may come to take as a whole, in MiB. */
export async function wholeDisksOf(db: Db, revisionId: string, diskMiB: number | null | undefined): Promise<number> {
  return Math.max(diskMiB ?? 0, storageAsked(await masters.virtualBytes(db, revisionId)));
}

/** What one machine of that size takes up at that place. */
export function demandAt({ linkedStoragePercent }: Pick<Provider, 'linkedStoragePercent'>, size: Size): Demand {
  const { vcpus, memoryMiB, mode, wholeMiB } = size;
  return { vcpus, memoryMiB, storageMiB: storageClaim(mode, wholeMiB, linkedStoragePercent) };
}

/** What the disks of another machine for a reservation are counted with, where it is: never more than it holds. */
export async function storageAgain(db: Db, row: Reservation): Promise<number> {
  const provider = await providers.find(db, row.providerId);
  const whole = await wholeDisksOf(db, row.revisionId, row.diskMib);
  return row.mode === 'full' ? row.storageMib : Math.min(row.storageMib, storageClaim(row.mode, whole, provider.linkedStoragePercent));
}

/** Share of what is scarcest that is left when this is promised too; below zero where it does not fit. */
export function leftOf(limits: CapacityLimits, used: CapacityLimits, wanted: Demand): number {
  const share = (limit: number, taken: number) => (limit === 0 ? -1 : (limit - taken) / limit);
  return Math.min(
    share(limits.machines, used.machines + 1),
    share(limits.memoryMiB, used.memoryMiB + wanted.memoryMiB),
    share(limits.vcpus, used.vcpus + wanted.vcpus),
    ...(wanted.storageMiB === 0 ? [] : [share(limits.storageMiB, used.storageMiB + wanted.storageMiB)]),
  );
}

/**
 * The places, best first: those that are up before those that are not, the preferred one, then most room, then by name. Disabled ones
 * and those that are being emptied are none. Locks the rows of all of them. `unavailable` when there is no other.
 */
export async function judgePlaces(tx: Tx, ids: readonly string[], q: PlaceQuestion): Promise<Judged[]> {
  const rows = await providers.lockAll(tx, ids);
  const enabled = rows.filter(providers.takesNew);
  if (enabled.length === 0) throw nothingNew(rows);
  const judged: Judged[] = [];
  for (const provider of enabled) {
    const begin =
      q.prepareAt === undefined
        ? await preparation(tx, { imageId: q.imageId, providerId: provider.id, mode: q.mode }, q.during.start, q.now)
        : { prepareAt: q.prepareAt, notes: [] };
    const wanted = demandAt(provider, q);
    const place = { provider, providerId: provider.id, storageMiB: wanted.storageMiB, ...begin };
    // Where there is no choice nothing is compared: the promise itself says what is in its way.
    judged.push(
      rows.length === 1 && !q.always
        ? { ...place, left: 0 }
        : { ...place, ...(await roomOf(tx, provider, { ...q, wanted }, begin.prepareAt)) },
    );
  }
  return bestFirst(judged, q.prefer);
}

/** In the order of {@link judgePlaces}. */
export function bestFirst(judged: Judged[], prefer?: string): Judged[] {
  const up = (j: Judged) => (j.provider.state === 'up' ? 0 : 1);
  const preferred = (j: Judged) => (j.providerId === prefer ? 0 : 1);
  const full = (j: Judged) => (j.refusal === undefined ? 0 : 1);
  return judged.sort(
    (a, b) =>
      full(a) - full(b) || up(a) - up(b) || preferred(a) - preferred(b) || b.left - a.left || (a.provider.name < b.provider.name ? -1 : 1),
  );
}

/** Why none of these takes anything new. */
export function nothingNew(rows: readonly Provider[]): CarrelError {
  const why = rows.map((p) => `${p.name} is ${p.enabled ? 'being emptied: nothing new goes there' : 'disabled'}`);
  return new CarrelError('unavailable', why.join(', ') || 'every provider that has it is disabled', {
    hint: 'Choose another image, or ask an operator.',
    retry: 'later',
  });
}

async function roomOf(
  tx: Tx,
  provider: Provider,
  q: PlaceQuestion & { wanted: Demand },
  prepareAt: Date,
): Promise<Pick<Judged, 'left' | 'refusal'>> {
  const hold = reservations.holdOf({ prepareAt, during: q.during });
  const counting = { now: q.now, except: q.except };
  try {
    await calendar.assertRoom(tx, provider, { hold, span: q.during, during: [q.during], ...q.wanted }, counting);
  } catch (error) {
    if (!(error instanceof CarrelError) || error.code !== 'no-capacity') throw error;
    return { left: -1, refusal: error };
  }
  return { left: leftOf(providers.limitsOf(provider), await peak(tx, provider.id, hold, counting), q.wanted) };
}

/** The best place, with its reason. Errors: those of {@link judgePlaces}; `no-capacity` with what is in the way at each of several. */
export async function choosePlace(tx: Tx, ids: readonly string[], q: PlaceQuestion): Promise<Place> {
  const judged = await judgePlaces(tx, ids, q);
  const [best] = judged as [Judged];
  if (best.refusal) throw refusedEverywhere(judged);
  const { providerId, prepareAt, notes, storageMiB } = best;
  return { providerId, prepareAt, notes, storageMiB, placement: judged.length === 1 && ids.length === 1 ? undefined : reasonOf(judged) };
}

function refusedEverywhere(judged: readonly Judged[]): CarrelError {
  const all = judged.map((j) => j.refusal as CarrelError);
  const [first] = all as [CarrelError];
  if (all.length === 1) return first;
  const details = { ...first.details, places: all.map((e) => e.details) };
  return new CarrelError('no-capacity', all.map((e) => e.message).join('; '), { ...(first.hint ? { hint: first.hint } : {}), details });
}

/** A sentence for people: why the first of these is the place. */
export function reasonOf(judged: readonly Judged[]): string {
  const compared = judged.map(({ provider: { name, state }, left, refusal }) => ({ place: name, state, ...(refusal ? {} : { left }) }));
  return placementOf(compared as [Compared, ...Compared[]]);
}
