/** Booked reservations whose preparation is due: their machines are asked for, ahead of the start. */
import { say } from '../../core/notices.ts';
import { afterEmptied } from '../../core/placement.ts';
import { CarrelError, isCode, type StoredError, toStored } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as calendar from '../../store/calendar.ts';
import * as images from '../../store/images.ts';
import * as masters from '../../store/masters.ts';
import * as placements from '../../store/placements.ts';
import * as providers from '../../store/providers.ts';
import * as reservations from '../../store/reservations.ts';
import type { Reservation, Revision, Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { choosePlace, placesOf, wholeDisksOf } from './place.ts';
import { startProvision } from './offer.ts';

const NO_ROOM = say('no-room', {});

/**
 * Begins a booked reservation: its machine is planned and asked for. While there is no room for it, it stays booked and says so;
 * the next look tries again. If there is nothing any more to make it from, it fails. What is not due (any more), is over, or has
 * begun stays as it is.
 */
export async function beginReservation(deps: EngineDeps, id: string): Promise<Reservation['state']> {
  return deps.store.tx(async (tx) => {
    const row = await reservations.lock(tx, id);
    const now = deps.now();
    // It may have been moved since it was found due: what it holds begins at its new time, and not before.
    const due = row.hold.start <= now && (row.during.end === null || row.during.end > now);
    if (row.state !== 'booked' || !due) return row.state;
    const window = await closedBefore(tx, row, now);
    if (window !== undefined) {
      const text = say('waiting-maintenance', { at: window.toISOString() });
      if (row.stageText !== text) await reservations.note(tx, id, text, now);
      return 'booked';
    }
    const placed = await leaveDraining(deps, tx, row);
    let revision: Revision;
    try {
      revision = await revisionFor(tx, placed);
    } catch (error) {
      if (!isCode(error, 'wrong-state')) throw error;
      return fail(deps, tx, id, toStored(error));
    }
    if (await placements.begin(tx, id, revision.id, now)) {
      await startProvision(tx, await reservations.lock(tx, id), revision);
      return 'preparing';
    }
    if (row.stageText !== NO_ROOM) await reservations.note(tx, id, NO_ROOM, now);
    return 'booked';
  });
}

/** One whose place is being emptied goes to another that has room; what was promised is kept where it is if none has. The row as it is then. */
async function leaveDraining(deps: EngineDeps, tx: Tx, row: Reservation): Promise<Reservation> {
  const here = await providers.find(tx, row.providerId);
  if (here.drainingSince === null) return row;
  try {
    const places = (await placesOf(deps, tx, { ...row, diskMiB: row.diskMib })).filter((id) => id !== here.id);
    if (places.length === 0) return row;
    // Its own too, in the order in which all lock them: if it stays, that one is counted.
    await providers.lockAll(tx, [...places, here.id]);
    const { imageId, mode, vcpus, memoryMib: memoryMiB, during } = row;
    const now = deps.now();
    const wholeMiB = await wholeDisksOf(tx, row.revisionId, row.diskMib);
    const ask = { imageId, mode, vcpus, memoryMiB, wholeMiB, during, now, except: row.id, prepareAt: row.hold.start, always: true };
    const { providerId, prepareAt, placement, storageMiB } = await choosePlace(tx, places, ask);
    const why = placement ?? say('place-room', { place: (await providers.find(tx, providerId)).name });
    // What its owner was told when it was promised stays.
    const to = { providerId, prepareAt, storageMiB, placement: afterEmptied(here.name, why) };
    await reservations.setSpan(tx, row.id, { during, ...to, now });
    return await reservations.lock(tx, row.id);
  } catch (error) {
    if (!isCode(error, 'unavailable', 'not-supported', 'no-capacity')) throw error;
    return row;
  }
}

/** End of a maintenance window that is on now and over by the start: a preparation inside it could not work. */
async function closedBefore(tx: Tx, row: Reservation, now: Date): Promise<Date | undefined> {
  const { start } = row.during;
  if (start <= now) return undefined;
  const windows = await calendar.closures(tx, row.providerId, { start: now, end: start });
  return windows.find((w) => w.during.start <= now && w.during.end !== null && w.during.end <= start)?.during.end ?? undefined;
}

/** The revision that was named; else the one published now, if it can be made within what was promised; else the one that was then. */
async function revisionFor(tx: Tx, row: Reservation): Promise<Revision> {
  // Held, so that it is not retired or removed between the choice and the plan of its machine.
  const usable = async (id: string): Promise<Revision | undefined> => {
    const revision = await images.holdRevision(tx, id);
    if (!revision?.profile || (revision.state !== 'published' && revision.state !== 'draft')) return undefined;
    return (await masters.ofRevisions(tx, [id])).some((m) => m.providerId === row.providerId) ? revision : undefined;
  };
  if (!row.pinned) {
    const published = await images.published(tx, row.imageId);
    const newest = published && (await usable(published.id));
    const { vcpus, memoryMiB } = newest?.profile?.hardware ?? { vcpus: 0, memoryMiB: 0 };
    if (
      newest &&
      vcpus <= row.vcpus &&
      memoryMiB <= row.memoryMib &&
      // A larger image's clones go on being counted with the share that was promised.
      (row.mode !== 'full' || (await wholeDisksOf(tx, newest.id, row.diskMib)) <= row.storageMib)
    )
      return newest;
  }
  const promised = await usable(row.revisionId);
  if (promised) return promised;
  throw new CarrelError('wrong-state', 'its image has no revision any more that could be handed out', {
    hint: 'ask the image’s owner to publish one, and reserve again',
  });
}

async function fail(deps: EngineDeps, tx: Tx, id: string, failure: StoredError): Promise<Reservation['state']> {
  const now = deps.now();
  const state = await reservations.transition(tx, id, 'provisionFailed', { failure, endedAt: now });
  await reservations.setStage(tx, id, 'gone', failure.message, now);
  const entry = { at: now, actor: 'engine', action: 'reservation.failed', subjectKind: 'reservation' as const, subjectId: id };
  await audit.append(tx, { ...entry, detail: { ...failure } });
  return state;
}
