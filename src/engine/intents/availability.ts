/** What is free when: answers, no promises. The same questions that {@link reserve} asks, over a span of days. */
import { free, type Interval, nextStart, obstacle, type Obstacle, holdOf, type Question, TURNAROUND_MS } from '../../core/calendar.ts';
import { type Estimate, leadFor } from '../../core/estimate.ts';
import type { CloneMode } from '../../core/image.ts';
import type { ReservationKind } from '../../core/reservation.ts';
import { kindOf, type RuleBreach } from '../../core/rules.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as calendar from '../../store/calendar.ts';
import * as masters from '../../store/masters.ts';
import * as providers from '../../store/providers.ts';
import type { EngineDeps } from '../deps.ts';
import { pickRevision } from './reservation.ts';
import { estimate, ruleBreach, rulesOf, spanOf, type Who } from './terms.ts';

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
  /** The earliest start from `from` on, if the rules allow it at all. */
  next?: Date | undefined;
  /** Spans with room for one such machine, preparation and turnaround included, up to the horizon. */
  free: readonly Interval[];
  horizon: Date;
  leadMs: number;
  estimate?: Estimate | undefined;
}

const DAY = 86_400_000;
/** A day is looked at first, since most starts are found in it; then a week; then as far as the rules let one book. */
const LOOKS_MS = [DAY, 8 * DAY, Number.POSITIVE_INFINITY];

/** What is free when, the next time it can be had, and what is in the way. Errors: `not-found`, `wrong-state`. */
export async function availability(deps: EngineDeps, who: Who, request: AvailabilityIntent): Promise<Availability> {
  const { db } = deps.store;
  const { image, revision } = await pickRevision(deps, request);
  const [master] = await masters.ofRevisions(db, [revision.id]);
  if (!master || !revision.profile) throw new CarrelError('wrong-state', `revision ${revision.number} of ${image.name} has no master`);
  const { providerId } = master;
  const now = deps.now();
  const from = request.startsAt !== undefined && request.startsAt > now ? request.startsAt : now;
  const [rules, told] = await Promise.all([rulesOf(db, who), estimate(db, { imageId: image.id, providerId, mode: request.mode })]);
  const kind = request.kind ?? kindOf(rules, request.mode === 'full', request.forMs);
  const rule = rules(kind);
  const during = spanOf(from, request.forMs);
  const leadMs = leadFor(told);
  const wanted = {
    vcpus: request.vcpus ?? revision.profile.hardware.vcpus,
    memoryMiB: request.memoryMiB ?? revision.profile.hardware.memoryMiB,
  };
  // A start beyond what the rules allow is looked at all the same: what is in its way is told.
  const last = Math.max(from.getTime(), now.getTime() + rule.aheadMs);
  const broken = await ruleBreach(db, { accountId: who.accountId, rule, kind, during, now, extending: false });
  const look = async (until: number) => {
    const q = await question(
      deps,
      providerId,
      wanted,
      Math.max(now.getTime(), from.getTime() - leadMs),
      until + request.forMs + TURNAROUND_MS,
    );
    const next = nextStart({ ...q, from: from.getTime(), now: now.getTime(), forMs: request.forMs, leadMs, until });
    return { q, next, until };
  };
  const [first = DAY, ...further] = LOOKS_MS;
  let seen = await look(Math.min(last, from.getTime() + first));
  for (const far of further) {
    if (seen.next !== undefined || seen.until >= last || broken !== undefined) break;
    seen = await look(Math.min(last, from.getTime() + far));
  }
  const begin = Math.max(now.getTime(), from.getTime() - leadMs);
  const hold = holdOf({ start: from.getTime(), end: from.getTime() + request.forMs }, leadMs, now.getTime());
  const inTheWay = obstacle(seen.q, hold);
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
    next: broken === undefined && seen.next !== undefined ? new Date(seen.next) : undefined,
    free: free(seen.q, { start: begin, end: seen.until }),
    horizon: new Date(seen.until),
    leadMs,
    estimate: told,
  };
}

async function question(deps: EngineDeps, providerId: string, wanted: Question['wanted'], start: number, end: number): Promise<Question> {
  const { db } = deps.store;
  const span = { start: new Date(start), end: end === Number.POSITIVE_INFINITY ? null : new Date(end) };
  const [provider, steps, closed] = await Promise.all([
    providers.find(db, providerId),
    calendar.usage(db, providerId, span, { now: deps.now() }),
    calendar.closures(db, providerId, span),
  ]);
  return { limits: providers.limitsOf(provider), steps, closed: closed.map(calendar.closedSpan), wanted };
}
