/**
 * Requests that mean the same (image, size of the span, places) and wait at one time, promised in one transaction with a handful of
 * statements, however many they are. All are counted as if each took its room for the whole of the time that they span together: what fits
 * so is promised; whatever does not, or has something of its own in its way, is left to be promised or refused by itself.
 */
import { type CapacityLimits, type ProviderLimits, shortage } from '../../core/capacity.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as calendar from '../../store/calendar.ts';
import type { DatastoreSweep } from '../../core/datastores.ts';
import { sweepDatastores } from '../../store/datastore-claims.ts';
import { groupSteps } from '../../store/group-claims.ts';
import { peak, refreshHours } from '../../store/held.ts';
import * as licences from '../../store/licences.ts';
import * as providers from '../../store/providers.ts';
import * as reservations from '../../store/reservations.ts';
import type { Provider, Reservation, TimeRange, Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { bestFirst, demandAt, type Judged, leftOf, reasonOf } from './place.ts';
import { assertThere, entryOf, type Offer, type One, promiseOf, sizeOf, startProvision } from './offer.ts';
import { leadMs, lockPeople, preparationIn, ruleBreach, spanOf, type Who } from './terms.ts';

export interface Wish {
  who: Who;
  offer: Offer;
  one: One;
}

/** Wishes of one of these are counted together: their times differ by what the clock went on, and they go to the same places. */
export function alike({ offer }: Pick<Wish, 'offer'>, startsAt: Date | undefined): string {
  const { revision, places, request } = offer;
  return JSON.stringify([revision.id, places, request.mode, String(request.forMs), startsAt?.getTime() ?? 'now']);
}

/** A provider as it fills up. */
interface Filling {
  provider: Provider;
  lead: number;
  limits: ProviderLimits;
  used: CapacityLimits;
  hold: TimeRange;
  datastores: DatastoreSweep;
}

/** What was promised, by its id. The wishes are {@link alike}, each with an id of its own. */
export async function promiseTogether(deps: EngineDeps, tx: Tx, wishes: readonly Wish[]): Promise<Map<string, Reservation>> {
  const [first] = wishes as [Wish];
  const rows = await providers.lockAll(tx, first.offer.places);
  await assertThere(tx, first.offer);
  const together = await lockPeople(
    tx,
    wishes.map(({ who: { accountId }, offer: { kind, rule } }) => ({ accountId, kind, rule })),
  );
  const free = await withinGroups(tx, await unbound(tx, wishes), together);
  if (free.length === 0) return new Map();
  const times = timesOf(free);
  const filling: Filling[] = [];
  for (const provider of rows.filter(providers.takesNew)) {
    const found = await fillingOf(tx, provider, first.offer, times, free.length);
    if (found === undefined) return new Map();
    filling.push(found);
  }
  let seats = await seatsOf(tx, first.offer.image.id, times);
  const made: { wish: Wish; row: reservations.NewReservation }[] = [];
  for (const wish of free) {
    const judged = bestFirst(filling.map((place) => judgedFor(place, wish)));
    const [best] = judged;
    if (best === undefined || best.refusal !== undefined || seats <= 0) continue;
    seats -= 1;
    const { providerId, prepareAt, notes, storageMiB } = best;
    const datastore = take(filling.find((f) => f.provider.id === best.providerId) as Filling, wish);
    const place = {
      providerId,
      prepareAt,
      notes,
      storageMiB,
      datastore,
      placement: first.offer.places.length === 1 ? undefined : reasonOf(judged),
    };
    made.push({ wish, row: promiseOf(deps, wish.who, wish.offer, wish.one, place) });
  }
  const written = await reservations.createAll(
    tx,
    made.map((m) => m.row),
  );
  for (const row of written) if (row.state === 'preparing') await startProvision(tx, row, first.offer.revision);
  const all = new Map(written.map((row) => [row.id, row]));
  await audit.append(tx, ...made.filter((m) => all.has(m.row.id)).map(({ wish, row }) => entryOf(wish.who, wish.offer, row)));
  return all;
}

/** Those that no rule about the person stands against. Of one person one, if it is counted what they hold; of one id one. */
async function unbound(tx: Tx, wishes: readonly Wish[]): Promise<Wish[]> {
  const counted = new Set(wishes.filter((w) => w.offer.rule.atOnce !== null).map((w) => w.who.accountId));
  const free: Wish[] = [];
  for (const wish of wishes) {
    const { who, offer, one } = wish;
    if (one.start < offer.now || free.some((f) => f.one.id === one.id)) continue;
    if (counted.has(who.accountId) && free.some((f) => f.who.accountId === who.accountId)) continue;
    const { kind, rule, now, request } = offer;
    const terms = { accountId: who.accountId, rule, kind, during: spanOf(one.start, request.forMs), now, extending: false };
    if ((await ruleBreach(tx, terms, [])) === undefined) free.push(wish);
  }
  return free;
}

/** As many of them as their groups may hold while any of them lasts; what a group holds is read once for all. */
async function withinGroups(tx: Tx, wishes: readonly Wish[], together: Awaited<ReturnType<typeof lockPeople>>): Promise<readonly Wish[]> {
  if (wishes.length === 0) return wishes;
  const { span } = timesOf(wishes);
  const left = new Map<string, number>();
  const free: Wish[] = [];
  for (const wish of wishes) {
    const { kind } = wish.offer;
    const keys: string[] = [];
    for (const { group, atOnce } of together({ accountId: wish.who.accountId, kind })) {
      const key = `${group}/${kind}`;
      keys.push(key);
      if (left.has(key)) continue;
      const held = await groupSteps(tx, { group, kind }, span);
      left.set(key, atOnce - Math.max(...held.map((step) => step.machines)));
    }
    if (keys.some((key) => (left.get(key) ?? 0) <= 0)) continue;
    for (const key of keys) left.set(key, (left.get(key) ?? 0) - 1);
    free.push(wish);
  }
  return free;
}

interface Times {
  /** From the first start to the last end. */
  span: TimeRange;
  /** The first and the last of the moments at which they were asked for. */
  since: Date;
  now: Date;
}

function timesOf(wishes: readonly Wish[]): Times {
  const starts = wishes.map((w) => w.one.start.getTime());
  const asked = wishes.map((w) => w.offer.now.getTime());
  const { end } = spanOf(new Date(Math.max(...starts)), (wishes[0] as Wish).offer.request.forMs);
  return { span: { start: new Date(Math.min(...starts)), end }, since: new Date(Math.min(...asked)), now: new Date(Math.max(...asked)) };
}

/** What is held of a provider at most while any of them lasts; undefined if maintenance falls into it. */
async function fillingOf(
  tx: Tx,
  provider: Provider,
  offer: Offer,
  { span, since, now }: Times,
  count: number,
): Promise<Filling | undefined> {
  const { image, request } = offer;
  const lead = await leadMs(tx, { imageId: image.id, providerId: provider.id, mode: request.mode });
  const prepareAt = new Date(Math.max(since.getTime(), span.start.getTime() - lead));
  const hold = reservations.holdOf({ prepareAt, during: span });
  if ((await calendar.closures(tx, provider.id, hold)).length > 0) return undefined;
  await refreshHours(tx, provider.id);
  const used = await peak(tx, provider.id, hold, { now });
  const ask = { wantedMiB: demandAt(provider, sizeOf(offer)).storageMiB, count, revisionId: offer.revision.id };
  const datastores = await sweepDatastores(tx, provider.id, hold, { now }, ask);
  return { provider, lead, limits: providers.limitsOf(provider), used, hold, datastores };
}

function judgedFor({ provider, lead, limits, used, hold, datastores }: Filling, { offer, one }: Wish): Judged {
  const wanted = demandAt(provider, sizeOf(offer));
  const short = shortage(limits, used, wanted);
  const begin = preparationIn([], lead, one.start, offer.now);
  const place = { provider, providerId: provider.id, storageMiB: wanted.storageMiB, ...begin, left: leftOf(limits, used, wanted) };
  const fits = short === undefined && datastores.choose(calendar.interval(hold), wanted.storageMiB) !== undefined;
  return fits ? place : { ...place, left: -1, refusal: new CarrelError('no-capacity', `${provider.name} is full`) };
}

/** Whose space it counts on. */
function take({ provider, used, hold, datastores }: Filling, { offer }: Wish): string | null {
  const { vcpus, memoryMiB, storageMiB } = demandAt(provider, sizeOf(offer));
  used.machines += 1;
  used.vcpus += vcpus;
  used.memoryMiB += memoryMiB;
  used.storageMiB += storageMiB;
  const datastore = datastores.choose(calendar.interval(hold), storageMiB) ?? null;
  datastores.take(datastore, calendar.interval(hold), storageMiB);
  return datastore;
}

/** How many more the licences of an image allow; locks them. */
async function seatsOf(tx: Tx, imageId: string, { span, since, now }: Times): Promise<number> {
  let left = Number.POSITIVE_INFINITY;
  const hold = reservations.holdOf({ prepareAt: since, during: span });
  for (const licence of await licences.lockOfImage(tx, imageId)) {
    const used = await licences.steps(tx, licence.id, hold, { now });
    left = Math.min(left, licence.seats - Math.max(...used.map((step) => step.machines)));
  }
  return left;
}
