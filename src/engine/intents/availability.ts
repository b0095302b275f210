/** What is free when: answers, no promises. The same questions that {@link reserve} asks, over a span of days. */
import {
  type Asked,
  fullSpans,
  holdOf,
  type Interval,
  nextStart,
  type NextQuestion,
  type Obstacle,
  obstacle,
  offers,
  type Question,
  type Short,
  TURNAROUND_MS,
} from '../../core/calendar.ts';
import { tooLarge } from '../../core/capacity.ts';
import { type Estimate, leadFor } from '../../core/estimate.ts';
import type { CloneMode, RevisionProfile } from '../../core/image.ts';
import type { ReservationKind } from '../../core/reservation.ts';
import { kindOf, type RuleBreach } from '../../core/rules.ts';
import { CarrelError, isCode } from '../../lib/errors.ts';
import * as calendar from '../../store/calendar.ts';
import { scarceDatastores } from '../../store/datastore-claims.ts';
import { groupSteps } from '../../store/group-claims.ts';
import * as images from '../../store/images.ts';
import * as licences from '../../store/licences.ts';
import * as masters from '../../store/masters.ts';
import * as providers from '../../store/providers.ts';
import * as reservations from '../../store/reservations.ts';
import type { Image, Revision } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { demandAt, nothingNew, placesOf, type Size, wholeDisksOf } from './place.ts';
import { pickRevision } from './reservation.ts';
import { checkSizes, diskOf } from './sizes.ts';
import { estimate, groupLimits, lengthMs, ruleBreach, rulesOf, spanOf, type Who } from './terms.ts';

export interface AvailabilityIntent {
  image: string;
  revision?: number | undefined;
  mode: CloneMode;
  kind?: ReservationKind | undefined;
  startsAt?: Date | undefined;
  /** `Infinity` = without an end. */
  forMs: number;
  memoryMiB?: number | undefined;
  vcpus?: number | undefined;
  diskMiB?: number | null | undefined;
  /** How far from the start on is looked at the least, in milliseconds; a day if left out. */
  lookMs?: number | undefined;
  /** Starts of a series, in order: each is answered for by itself. */
  starts?: readonly Date[] | undefined;
  /** A reservation that is not counted: the one that is to be moved. */
  except?: string | undefined;
}

export interface Availability {
  image: string;
  revision: number;
  providerId: string;
  kind: ReservationKind;
  from: Date;
  forMs: number;
  /** It could be promised as asked for, at the moment of the answer. */
  possible: boolean;
  obstacle?: Obstacle | undefined;
  breach?: RuleBreach | undefined;
  /** No place makes such a machine at any time: what reserve refuses it with. */
  refusal?: CarrelError | undefined;
  /** The earliest start from `from` on, if the rules allow it at all. */
  next?: Date | undefined;
  /** Spans of which each part as long as was asked for can be had, up to the horizon; preparation and turn-round lie outside. */
  free: readonly Interval[];
  /** Of each of the starts that were asked about, whether one machine could be promised for it, whatever the others take. */
  times: readonly { at: Date; free: boolean }[];
  horizon: Date;
  leadMs: number;
  estimate?: Estimate | undefined;
}

/** An answer with what its first disk may be: see {@link diskOf}. */
type WithDisk = Availability & { disk: { leastMiB: number; grows: boolean } };

const DAY = 86_400_000;
const MINUTE = 60_000;
const MOST_OFFERS = 100;
/** A day is looked at first, since most starts are found in it; then a week; then as far as the rules let one book. */
const LOOKS_MS = [DAY, 8 * DAY, Number.POSITIVE_INFINITY];

/** What is free when, the next time it can be had, and what is in the way. Errors: `not-found`, `wrong-state`, `unavailable` (it is being emptied). */
export async function availability(deps: EngineDeps, who: Who, request: AvailabilityIntent): Promise<WithDisk> {
  const { image, revision } = await pickRevision(deps, who, request);
  const { profile } = revision;
  const { places, refusal } = await placesToAsk(deps, { revisionId: revision.id, mode: request.mode, diskMiB: request.diskMiB });
  if (places.length === 0 || !profile) throw new CarrelError('wrong-state', `revision ${revision.number} of ${image.name} has no master`);
  const size = {
    mode: request.mode,
    vcpus: request.vcpus ?? profile.hardware.vcpus,
    memoryMiB: request.memoryMiB ?? profile.hardware.memoryMiB,
    wholeMiB: await wholeDisksOf(deps.store.db, revision.id, request.diskMiB),
  };
  const answers: Availability[] = [];
  for (const providerId of places) answers.push(await availabilityAt(deps, who, request, { image, revision, size, providerId }));
  const disk = await diskOf(deps, deps.store.db, { revisionId: revision.id, mode: request.mode });
  // One that is to be moved stays what it is, where it is.
  const never = request.except === undefined ? (refusal ?? (await refusedSize(deps, request, { revision, profile }))) : undefined;
  if (never === undefined) return { ...overall(answers), disk };
  return { ...overall(answers), possible: false, refusal: never, next: undefined, free: [], times: noneOf(request), disk };
}

const noneOf = ({ starts = [] }: AvailabilityIntent) => starts.map((at) => ({ at, free: false }));

/** What reserve refuses the sizes with that are asked for. */
async function refusedSize(
  deps: EngineDeps,
  { mode, memoryMiB, diskMiB }: AvailabilityIntent,
  of: { revision: Revision; profile: RevisionProfile },
): Promise<CarrelError | undefined> {
  try {
    await checkSizes(deps.store.db, { mode, memoryMiB, diskMiB: diskMiB ?? undefined }, of);
    return undefined;
  } catch (error) {
    if (error instanceof CarrelError && isCode(error, 'not-supported', 'bad-request')) return error;
    throw error;
  }
}

/** Where a promise could be made; where none could, wherever there is a master: what is free is asked for all the same. */
async function placesToAsk(
  deps: EngineDeps,
  of: Parameters<typeof placesOf>[2],
): Promise<{ places: string[]; refusal?: CarrelError | undefined }> {
  const { db } = deps.store;
  const all = (await masters.ofRevisions(db, [of.revisionId])).map((m) => m.providerId).sort();
  const rows = (await providers.list(db)).filter((p) => all.includes(p.id));
  // What is said to be free there could not be had.
  if (rows.length > 0 && !rows.some(providers.takesNew)) throw nothingNew(rows);
  const enabled = new Set(rows.filter(providers.takesNew).map((p) => p.id));
  try {
    const usable = (await placesOf(deps, db, of)).filter((id) => enabled.has(id));
    return { places: usable.length > 0 ? usable : all };
  } catch (error) {
    if (!(error instanceof CarrelError) || !isCode(error, 'unavailable', 'not-supported')) throw error;
    return { places: all, ...(isCode(error, 'not-supported') ? { refusal: error } : {}) };
  }
}

/** Over all places: possible if it is in any, and the earliest next start of all. What is said of one place is that of the best. */
function overall(answers: readonly Availability[]): Availability {
  const next = (a: Availability) => a.next?.getTime() ?? Number.POSITIVE_INFINITY;
  const sorted = [...answers].sort((a, b) => Number(b.possible) - Number(a.possible) || compare(next(a), next(b)));
  const [best] = sorted as [Availability];
  const free = apart(answers.flatMap((a) => a.free));
  const horizon = new Date(Math.min(...answers.map((a) => a.horizon.getTime())));
  const times = best.times.map(({ at }, i) => ({ at, free: answers.some((a) => a.times[i]?.free === true) }));
  return answers.length === 1 ? best : { ...best, free: free.slice(0, MOST_OFFERS), times, horizon };
}

/** In order. A span counts by itself: of two that overlap, on two places, not every part of their union can be had. */
function apart(all: readonly Interval[]): Interval[] {
  const free: Interval[] = [];
  for (const span of [...all].sort((a, b) => a.start - b.start || compare(b.end, a.end)))
    if (!free.some((f) => f.start <= span.start && f.end >= span.end)) free.push(span);
  return free;
}

const earliest = (starts: readonly (number | undefined)[]): number | undefined =>
  starts.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined);

/** What is in the way on every datastore, as of the one with most left; undefined if one has room. */
function onEach(each: readonly NextQuestion[], asked: Asked): Obstacle | undefined {
  const all = each.map((q) => obstacle(q, asked));
  if (all.includes(undefined)) return undefined;
  const free = (o: Obstacle | undefined) => (o?.kind === 'capacity' ? o.free : -1);
  return all.toSorted((a, b) => free(b) - free(a))[0];
}

/** Also of infinite ones. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/** The answer of one place. */
async function availabilityAt(
  deps: EngineDeps,
  who: Who,
  request: AvailabilityIntent,
  { image, revision, size, providerId }: { image: Image; revision: Revision; size: Size; providerId: string },
): Promise<Availability> {
  const { db } = deps.store;
  const now = deps.now();
  const from = request.startsAt !== undefined && request.startsAt > now ? request.startsAt : now;
  const [rules, told] = await Promise.all([rulesOf(db, who), estimate(db, { imageId: image.id, providerId, mode: request.mode })]);
  const kind = request.kind ?? kindOf(rules, request.mode === 'full', request.forMs);
  const rule = rules(kind);
  const during = spanOf(from, request.forMs);
  const leadMs = leadFor(told);
  // A start beyond what the rules allow is looked at all the same: what is in its way is told.
  const last = Math.max(from.getTime(), now.getTime() + rule.aheadMs);
  const subject = { accountId: who.accountId, rule, kind, during, now, extending: false, except: request.except, by: who };
  const together = await groupLimits(db, who.accountId, kind);
  const broken = await ruleBreach(db, subject, together);
  // Who holds as many as may be has room later; any other rule forbids it at every time that is looked at.
  const never = broken !== undefined && broken.rule !== 'at-once' && broken.rule !== 'group-at-once';
  const look = async (until: number) => {
    const { q, scarce } = await question(
      deps,
      { providerId, imageId: image.id, revisionId: revision.id },
      size,
      Math.max(now.getTime(), from.getTime() - leadMs),
      until + request.forMs + TURNAROUND_MS,
      request.except,
    );
    const ends = until + request.forMs;
    const whole = { start: from, end: Number.isFinite(ends) ? new Date(ends) : null };
    const held = rule.atOnce === null ? [] : await calendar.heldSteps(db, who.accountId, kind, whole, request.except);
    const full = rule.atOnce === null ? [] : fullSpans(held, rule.atOnce);
    for (const { group, atOnce } of together) full.push(...fullSpans(await groupSteps(db, { group, kind }, whole, request.except), atOnce));
    const times = { from: from.getTime(), now: now.getTime(), forMs: request.forMs, leadMs, until };
    const next: NextQuestion = { ...q, ...times, full, gridMs: MINUTE };
    const each = scarce.length === 0 ? [next] : scarce.map((shorts) => ({ ...next, scarce: shorts }));
    return { q: next, each, next: never ? undefined : earliest(each.map(nextStart)), until };
  };
  const [first = DAY, ...further] = LOOKS_MS;
  const lastStart = request.starts?.at(-1)?.getTime() ?? 0;
  let seen = await look(Math.min(last, Math.max(lastStart, from.getTime() + Math.max(first, request.lookMs ?? 0))));
  for (const far of further) {
    if (seen.next !== undefined || seen.until >= last || never || tooLarge(seen.q.limits, seen.q.wanted) !== undefined) break;
    if (from.getTime() + far > seen.until) seen = await look(Math.min(last, from.getTime() + far));
  }
  const span = { start: from.getTime(), end: from.getTime() + request.forMs };
  const asked = { span, hold: holdOf(span, leadMs, now.getTime(), seen.q.closed) };
  const counting = { now, except: request.except };
  const inTheWay = (await calendar.inTheWay(db, providerId, seen.q, asked, counting)) ?? onEach(seen.each, asked);
  return {
    image: image.name,
    revision: revision.number,
    providerId,
    kind,
    from,
    forMs: request.forMs,
    possible: broken === undefined && inTheWay === undefined,
    obstacle: inTheWay,
    breach: broken,
    next: seen.next === undefined ? undefined : new Date(seen.next),
    free: never ? [] : apart(seen.each.flatMap((each) => offers(each, MOST_OFFERS))).slice(0, MOST_OFFERS),
    times: never ? noneOf(request) : (request.starts ?? []).map((at) => ({ at, free: seen.each.some((each) => canBegin(each, at)) })),
    horizon: new Date(seen.until),
    leadMs,
    estimate: told,
  };
}

/** Whether one can begin at exactly that time: neither past nor further ahead than the rules allow. */
function canBegin(q: NextQuestion, at: Date): boolean {
  const from = at.getTime();
  return from >= q.now && from <= q.until && nextStart({ ...q, from, until: from }) === from;
}

async function question(
  deps: EngineDeps,
  { providerId, imageId, revisionId }: { providerId: string; imageId: string; revisionId: string },
  size: Size,
  start: number,
  end: number,
  except?: string,
): Promise<{ q: Question; scarce: Short[][] }> {
  const { db } = deps.store;
  const span = { start: new Date(start), end: end === Number.POSITIVE_INFINITY ? null : new Date(end) };
  const provider = await providers.find(db, providerId);
  const [limits, wanted] = [providers.limitsOf(provider), demandAt(provider, size)];
  const counting = { now: deps.now(), except };
  const [steps, closed, taken, scarce] = await Promise.all([
    calendar.shortSteps(db, providerId, span, counting, { limits, wanted }),
    calendar.closures(db, providerId, span),
    licences.taken(db, imageId, span, counting),
    scarceDatastores(db, providerId, span, counting, { wantedMiB: wanted.storageMiB, revisionId }),
  ]);
  return { q: { limits, steps, closed: closed.map(calendar.closedSpan), taken, wanted }, scarce };
}

/**
 * Throws what a request was refused with, and where room or the person's own reservations are in the way, with the first start from
 * which on it can be had: in the sentence and as `details.next`.
 */
export async function refusedWithNext(deps: EngineDeps, who: Who, request: AvailabilityIntent, refusal: unknown): Promise<never> {
  if (!(refusal instanceof CarrelError) || !isCode(refusal, 'no-capacity', 'limit-reached')) throw refusal;
  // The refusal is what counts: an answer that cannot be had now takes nothing from it.
  const next = await availability(deps, who, request).then(
    (answer) => answer.next?.toISOString(),
    () => undefined,
  );
  if (next === undefined) throw refusal;
  const { code, message, hint, retry, details } = refusal;
  const more = { ...(hint === undefined ? {} : { hint }), retry, details: { ...details, next }, cause: refusal.cause };
  throw new CarrelError(code, `${message}; the first start at which it can be had is ${next}`, more);
}

/** The same for a reservation that could not be moved; its own time is free for it. */
export async function refusedMove(
  deps: EngineDeps,
  who: Who,
  id: string,
  to: { startsAt: Date; forMs?: number | undefined },
  refusal: unknown,
): Promise<never> {
  const row = await reservations.find(deps.store.db, id);
  const image = row && (await images.find(deps.store.db, row.imageId));
  if (!row || !image) throw refusal;
  const { mode, kind, vcpus, memoryMib: memoryMiB, diskMib: diskMiB } = row;
  const request = {
    image: image.name,
    mode,
    kind,
    vcpus,
    memoryMiB,
    diskMiB,
    startsAt: to.startsAt,
    forMs: to.forMs ?? lengthMs(row.during),
    except: id,
  };
  return refusedWithNext(deps, { ...who, accountId: row.accountId }, request, refusal);
}
