/**
 * The occurrences of a series, promised together: what is held, by the provider and by the person, is read once for all of them and
 * each is held against it, so that a series costs a handful of statements however many occurrences it has.
 */
import { setImmediate } from 'node:timers/promises';
import { peak, usage, UsageSweep } from '../../core/calendar.ts';
import { type Demand, shortage } from '../../core/capacity.ts';
import { say } from '../../core/notices.ts';
import { type CarrelError, isCode } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as calendar from '../../store/calendar.ts';
import { groupSteps } from '../../store/group-claims.ts';
import { sweepDatastores } from '../../store/datastore-claims.ts';
import * as licences from '../../store/licences.ts';
import * as providers from '../../store/providers.ts';
import * as reservations from '../../store/reservations.ts';
import type { Reservation, TimeRange, Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { demandAt, judgePlaces, reasonOf } from './place.ts';
import { anotherOf, assertThere, entriesOf, type Offer, type One, promiseOf, sizeOf } from './offer.ts';
import { promiseOne } from './reservation.ts';
import { breachBy, leadMs, lockPeople, preparationIn, spanOf, type Who } from './terms.ts';

/** An occurrence that could not be promised. */
export interface Refused {
  at: Date;
  /** How many of it. */
  seats: number;
  code: string;
  message: string;
  details: Record<string, unknown>;
}

/** When, in order, and how many machines each time. */
interface Times {
  starts: readonly Date[];
  seats: number;
}

/** So many are written at a time: the store works at them while the next are judged. */
const WRITTEN_TOGETHER = 250;
/** After so many that are judged, what the store answers is heard. */
const JUDGED_TOGETHER = 50;

type Taken = Demand & { datastore?: string | null | undefined };

/** Whether an occurrence can be had for later at one place, by what was read; and what it takes up once it is. */
async function judge(tx: Tx, offer: Offer, providerId: string, { starts, seats }: Times) {
  const { image, request, now } = offer;
  const lead = await leadMs(tx, { imageId: image.id, providerId, mode: request.mode });
  const [first, last] = [starts[0] as Date, starts.at(-1) as Date];
  const all = spanOf(new Date(Math.max(now.getTime(), first.getTime() - lead)), request.forMs);
  // Past the turn-round of the last; an hour more than that does no harm.
  const end = all.end && new Date(last.getTime() + request.forMs + 3_600_000);
  const span = { start: all.start < first ? all.start : first, end };
  const closed = (await calendar.closures(tx, providerId, span)).map(calendar.closedSpan);
  const found = await providers.find(tx, providerId);
  const [limits, wanted] = [providers.limitsOf(found), demandAt(found, sizeOf(offer))];
  const begin = (start: Date) => preparationIn(closed, lead, start, now);
  const own = starts.map((start) => ({
    hold: calendar.interval(reservations.holdOf({ during: spanOf(start, request.forMs), ...begin(start) })),
    ...wanted,
  }));
  // Where there is room for as many as ever overlap each other, no look is needed at what others hold.
  const count = seats * peak(usage(own, calendar.interval(span))).machines;
  const provider = new UsageSweep(await calendar.shortSteps(tx, providerId, span, { now }, { limits, wanted, count }));
  const ask = { wantedMiB: wanted.storageMiB, count, revisionId: offer.revision.id };
  const datastores = await sweepDatastores(tx, providerId, span, { now }, ask);
  return {
    begin,
    storageMiB: wanted.storageMiB,
    /** Whose space it would count on; undefined where none has room. */
    datastore: (made: reservations.NewReservation) => datastores.choose(calendar.interval(reservations.holdOf(made)), made.storageMiB),
    fits(made: reservations.NewReservation): boolean {
      const during = calendar.interval(made.during);
      if (closed.some((c) => c.start < during.end && c.end > during.start)) return false;
      return shortage(limits, provider.peak(calendar.interval(reservations.holdOf(made))), made) === undefined;
    },
    take({ vcpus, memoryMiB, storageMiB, datastore }: Taken, hold: TimeRange): void {
      datastores.take(datastore, calendar.interval(hold), storageMiB);
      provider.add({ hold: calendar.interval(hold), vcpus, memoryMiB, storageMiB });
    },
  };
}

type Judged = Awaited<ReturnType<typeof judge>> & { placement: string | undefined };

/** The places of an offer, the best for the first occurrence first: a series is in one place as far as that has room. */
async function judgeAll(tx: Tx, offer: Offer, times: Times) {
  const { image, request, now } = offer;
  const during = spanOf(times.starts[0] as Date, request.forMs);
  const order = await judgePlaces(tx, offer.places, { imageId: image.id, during, now, ...sizeOf(offer) });
  const all = new Map<string, Judged>();
  for (const { providerId, provider } of order) {
    const why = all.size === 0 ? reasonOf(order) : say('place-next', { place: provider.name });
    all.set(providerId, { ...(await judge(tx, offer, providerId, times)), placement: offer.places.length === 1 ? undefined : why });
  }
  return all;
}

/** The seats of the image's licences, wherever its machines are made; locks them. */
async function judgeLicences(tx: Tx, { image, request, now }: Offer, starts: readonly Date[]) {
  const last = spanOf(starts.at(-1) as Date, request.forMs).end;
  // Past the turn-round of the last; an hour more than that does no harm.
  const span = { start: now, end: last && new Date(last.getTime() + 3_600_000) };
  const all: { seats: number; sweep: UsageSweep }[] = [];
  for (const { id, seats } of await licences.lockOfImage(tx, image.id))
    all.push({ seats, sweep: new UsageSweep(await licences.steps(tx, id, span, { now })) });
  return {
    fits: (hold: TimeRange): boolean => all.every(({ seats, sweep }) => sweep.peak(calendar.interval(hold)).machines < seats),
    take(hold: TimeRange): void {
      for (const { sweep } of all) sweep.add({ hold: calendar.interval(hold), vcpus: 0, memoryMiB: 0, storageMiB: 0 });
    },
  };
}

/** What a person may hold at one time, alone and together with others of their groups; locks what is counted. */
async function judgePerson(tx: Tx, who: Who, { rule, kind, request, now }: Offer, starts: readonly Date[]) {
  const { accountId } = who;
  const together = (await lockPeople(tx, [{ accountId, kind, rule }]))({ accountId, kind });
  const whole = { start: starts[0] as Date, end: spanOf(starts.at(-1) as Date, request.forMs).end };
  const person = rule.atOnce === null ? undefined : new UsageSweep(await calendar.heldSteps(tx, accountId, kind, whole));
  const groups: { atOnce: number; sweep: UsageSweep }[] = [];
  for (const { group, atOnce } of together) groups.push({ atOnce, sweep: new UsageSweep(await groupSteps(tx, { group, kind }, whole)) });
  return {
    fits: ({ during }: reservations.NewReservation): boolean =>
      breachBy({ rule, kind, during, now, extending: false }, person?.peak(calendar.interval(during)).machines ?? 0) === undefined &&
      groups.every(({ atOnce, sweep }) => sweep.peak(calendar.interval(during)).machines < atOnce),
    take({ during, vcpus, memoryMiB, storageMiB }: Demand & Pick<reservations.NewReservation, 'during'>): void {
      const taken = { hold: calendar.interval(during), vcpus, memoryMiB, storageMiB };
      person?.add(taken);
      for (const { sweep } of groups) sweep.add(taken);
    },
  };
}

/**
 * Promises the occurrences at `starts`, which are in order, `seats` machines each, as far as they can be had. Call it under the row locks of the offer's places. What
 * begins at once, and what cannot be had, goes the way of a single promise, which says why not.
 */
export async function promiseAll(
  deps: EngineDeps,
  tx: Tx,
  who: Who,
  offer: Offer,
  { seriesId, starts, seats }: Times & { seriesId: string },
): Promise<{ made: Reservation[]; refused: Refused[] }> {
  const made: Reservation[] = [];
  const refused: Refused[] = [];
  if (starts.length === 0) return { made, refused };
  await assertThere(tx, offer);
  const person = await judgePerson(tx, who, offer, starts);
  const places = await judgeAll(tx, offer, { starts, seats });
  const licensed = await judgeLicences(tx, offer, starts);
  const lasts = new Map<string, reservations.NewReservation>();
  let batch: reservations.NewReservation[] = [];
  let writing: Promise<void> = Promise.resolve();
  const beginWriting = () => {
    const all = batch;
    batch = [];
    writing = writing.then(async () => {
      made.push(...(await reservations.createAll(tx, all)));
      await audit.append(tx, ...entriesOf(who, offer, all));
    });
    // Whoever waits for it hears of it.
    writing.catch(() => {});
  };
  const write = async () => {
    beginWriting();
    await writing;
  };
  try {
    for (const start of starts) {
      for (let seat = 0; seat < seats; seat++) {
        // Another of the same time is refused for the same reason.
        const refusal = await promiseSeat(start);
        if (refusal === undefined) continue;
        const { code, message, details } = refusal;
        refused.push({ at: start, seats: seats - seat, code, message, details });
        break;
      }
    }
    await write();
  } finally {
    // Nothing is written any more when the transaction ends, however it does.
    await writing.catch(() => {});
  }
  return { made, refused };

  /** Promises one; what it was refused with if it cannot be had. */
  async function promiseSeat(start: Date): Promise<CarrelError | undefined> {
    const one: One = { id: deps.newId(), start, seriesId };
    const found = start >= offer.now ? placeLater(one) : undefined;
    if (found !== undefined) {
      batch.push(found);
      places.get(found.providerId)?.take(found, reservations.holdOf(found));
      person.take(found);
      licensed.take(reservations.holdOf(found));
      if (batch.length >= WRITTEN_TOGETHER) {
        await writing;
        beginWriting();
      }
      if (batch.length % JUDGED_TOGETHER === 0) await setImmediate();
      return undefined;
    }
    await write();
    try {
      const row = await promiseOne(deps, tx, who, offer, one);
      made.push(row);
      const taken = { vcpus: row.vcpus, memoryMiB: row.memoryMib, storageMiB: row.storageMib, datastore: row.datastore };
      places.get(row.providerId)?.take(taken, row.hold);
      person.take({ during: row.during, ...taken });
      licensed.take(row.hold);
      return undefined;
    } catch (error) {
      // Both are said before anything of the occurrence is written.
      if (!isCode(error, 'no-capacity', 'limit-reached')) throw error;
      return error as CarrelError;
    }
  }

  /** The promise of one that can be had for later, in the first place that has room. */
  function placeLater(one: One): reservations.NewReservation | undefined {
    for (const [providerId, known] of places) {
      const promised = likeLast(one, providerId, known);
      const later = (promised.prepareAt as Date) > offer.now && person.fits(promised) && licensed.fits(reservations.holdOf(promised));
      const datastore = later && known.fits(promised) ? known.datastore(promised) : undefined;
      if (datastore !== undefined) return { ...promised, datastore };
    }
    return undefined;
  }

  /** Seats of one time in one place differ in their ids alone. */
  function likeLast(one: One, providerId: string, { storageMiB, placement, begin }: Judged): reservations.NewReservation {
    const last = lasts.get(providerId);
    if (last?.during.start.getTime() === one.start.getTime()) return anotherOf(deps, offer, last, one.id);
    const made = promiseOf(deps, who, offer, one, { providerId, ...begin(one.start), storageMiB, placement });
    lasts.set(providerId, made);
    return made;
  }
}
