/**
 * The calendar of a provider: what is held of it when, what is free, and when something can next be had.
 * Times are milliseconds since the epoch; a span without an end ends at `Infinity`. The store asks the same questions in SQL;
 * src/store/calendar.real.ts holds the two together.
 */
import { type CapacityLimits, type CapacityShortage, type Demand, shortage } from './capacity.ts';

/** Half-open: `[start, end)`. */
export interface Interval {
  start: number;
  end: number;
}

/** What one reservation holds. */
export interface Claim extends Demand {
  hold: Interval;
}

/** What is held from `at` on, until the next step. */
export interface UsageStep extends CapacityLimits {
  at: number;
}

/** A span in which nothing is promised, and why. */
export interface ClosedSpan extends Interval {
  reason: string;
}

export type Obstacle =
  | ({ kind: 'capacity'; at: number } & CapacityShortage)
  | { kind: 'maintenance'; from: number; until: number; reason: string };

/** How long after its end a machine is taken to be still there: taking it away is work too. In milliseconds. */
export const TURNAROUND_MS = 2 * 60_000;

const NOTHING: CapacityLimits = { machines: 0, memoryMiB: 0, vcpus: 0 };

/** What a reservation holds: from the beginning of its preparation (`leadMs` ahead of the start, but not before now) to its end and a little more. */
export function holdOf(span: Interval, leadMs: number, now: number): Interval {
  return { start: Math.min(span.start, Math.max(now, span.start - leadMs)), end: span.end + TURNAROUND_MS };
}

/** Usage as steps over `[from, until)`; the first step is at `from`. */
export function usage(claims: readonly Claim[], within: Interval): UsageStep[] {
  const changes = new Map<number, CapacityLimits>([[within.start, { ...NOTHING }]]);
  const add = (at: number, sign: 1 | -1, claim: Claim) => {
    const change = changes.get(at) ?? { ...NOTHING };
    change.machines += sign;
    change.memoryMiB += sign * claim.memoryMiB;
    change.vcpus += sign * claim.vcpus;
    changes.set(at, change);
  };
  for (const claim of claims) {
    if (claim.hold.end <= within.start || claim.hold.start >= within.end) continue;
    add(Math.max(claim.hold.start, within.start), 1, claim);
    if (claim.hold.end < within.end) add(claim.hold.end, -1, claim);
  }
  const sum = { ...NOTHING };
  return [...changes.entries()]
    .sort(([a], [b]) => a - b)
    .map(([at, change]) => {
      sum.machines += change.machines;
      sum.memoryMiB += change.memoryMiB;
      sum.vcpus += change.vcpus;
      return { at, ...sum };
    });
}

/** The most that is held at any moment, of each resource by itself. */
export function peak(steps: readonly UsageStep[]): CapacityLimits {
  const most = { ...NOTHING };
  for (const step of steps) for (const key of ['machines', 'memoryMiB', 'vcpus'] as const) most[key] = Math.max(most[key], step[key]);
  return most;
}

export interface Question {
  limits: CapacityLimits;
  /** Usage over the whole span that is looked at, as {@link usage} gives it. */
  steps: readonly UsageStep[];
  closed: readonly ClosedSpan[];
  wanted: Demand;
}

/** The first thing in the way of holding `span`, or undefined if it can be had. */
export function obstacle(q: Question, span: Interval): Obstacle | undefined {
  return obstacles(q).find(({ during }) => during.start < span.end && during.end > span.start)?.what;
}

/** Everything in the way, by the time at which it begins. */
function obstacles(q: Question): { during: Interval; what: Obstacle }[] {
  const found: { during: Interval; what: Obstacle }[] = q.closed.map(({ start, end, reason }) => ({
    during: { start, end },
    what: { kind: 'maintenance', from: start, until: end, reason },
  }));
  q.steps.forEach((step, i) => {
    const short = shortage(q.limits, step, q.wanted);
    if (short === undefined) return;
    const end = q.steps[i + 1]?.at ?? Number.POSITIVE_INFINITY;
    found.push({ during: { start: step.at, end }, what: { kind: 'capacity', at: step.at, ...short } });
  });
  return found.sort((a, b) => a.during.start - b.during.start);
}

/** The spans of `within` in which it can be had, in order. */
export function free(q: Question, within: Interval): Interval[] {
  const gaps: Interval[] = [];
  let from = within.start;
  for (const { during } of obstacles(q)) {
    if (during.start >= within.end) break;
    if (during.start > from) gaps.push({ start: from, end: during.start });
    from = Math.max(from, during.end);
  }
  if (from < within.end) gaps.push({ start: from, end: within.end });
  return gaps;
}

export interface NextQuestion extends Question {
  /** Not earlier than this. */
  from: number;
  now: number;
  /** How long; `Infinity` = without an end. */
  forMs: number;
  leadMs: number;
  /** As far as the steps reach and the rules allow; a start after it is not looked for. */
  until: number;
}

/** The earliest start, not before `from`, at which the whole span with its preparation can be had; undefined if there is none by `until`. */
export function nextStart(q: NextQuestion): number | undefined {
  const begin = Math.max(q.now, q.from - q.leadMs);
  for (const gap of free(q, { start: begin, end: Number.POSITIVE_INFINITY })) {
    // A machine that can be begun now is had now; one that must wait for room is there a preparation later.
    const start = Math.max(q.from, gap.start <= q.now ? q.now : gap.start + q.leadMs);
    if (start > q.until) return undefined;
    const hold = holdOf({ start, end: start + q.forMs }, q.leadMs, q.now);
    if (hold.start >= gap.start && hold.end <= gap.end) return start;
  }
  return undefined;
}
