/**
 * The calendar of a provider: what is held of it when, what is free, and when something can next be had.
 * Times are milliseconds since the epoch; a span without an end ends at `Infinity`. The store asks the same questions in SQL;
 * src/store/calendar.real.ts holds the two together.
 */
import { type CapacityLimits, type CapacityShortage, type Demand, type ProviderLimits, RESOURCES, shortage } from './capacity.ts';

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

/** Where there is too little room: in the times that were asked for, or only since preparations and turn-rounds lie around these. */
export type Part = 'span' | 'around';

export type Obstacle =
  | ({ kind: 'capacity'; at: number; part: Part } & CapacityShortage)
  | { kind: 'maintenance'; from: number; until: number; reason: string }
  /** Every seat of a licence is taken in what would be held. */
  | { kind: 'licence'; licence: string; at: number; until: number };

/** How long after its end a machine is taken to be still there: taking it away is work too. In milliseconds. */
export const TURNAROUND_MS = 2 * 60_000;

const NOTHING: CapacityLimits = { machines: 0, memoryMiB: 0, vcpus: 0, storageMiB: 0 };

/**
 * What a reservation holds: from the beginning of its preparation to its end and a little more. The preparation begins `leadMs` ahead
 * of the start, but not before now, and not before a maintenance window that is in its way is over: who reserves right after a
 * window has the machine a preparation later, and is told.
 */
export function holdOf(span: Interval, leadMs: number, now: number, closed: readonly Interval[]): Interval {
  let start = Math.min(span.start, Math.max(now, span.start - leadMs));
  for (const c of closed) if (c.start < span.start && c.end > start && c.end <= span.start) start = c.end;
  return { start, end: span.end + TURNAROUND_MS };
}

/**
 * What a machine holds that is not gone and that no live reservation has: one that was left at a provider that is down. Its provider
 * holds it from now on until it is gone, and nobody knows when that will be.
 */
export function leftBehind({ vcpus, memoryMiB, storageMiB }: Demand, now: number): Claim {
  return { hold: { start: now, end: Number.POSITIVE_INFINITY }, vcpus, memoryMiB, storageMiB };
}

/** Usage as steps over `[from, until)`; the first step is at `from`. */
export function usage(claims: readonly Claim[], within: Interval): UsageStep[] {
  const changes = new Map<number, CapacityLimits>([[within.start, { ...NOTHING }]]);
  const add = (at: number, sign: 1 | -1, claim: Claim) => {
    const change = changes.get(at) ?? { ...NOTHING };
    change.machines += sign;
    change.memoryMiB += sign * claim.memoryMiB;
    change.vcpus += sign * claim.vcpus;
    change.storageMiB += sign * claim.storageMiB;
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
      sum.storageMiB += change.storageMiB;
      return { at, ...sum };
    });
}

/** The most that is held at any moment, of each resource by itself. */
export function peak(steps: readonly UsageStep[]): CapacityLimits {
  const most = { ...NOTHING };
  for (const step of steps) for (const key of RESOURCES) most[key] = Math.max(most[key], step[key]);
  return most;
}

/** Usage that is asked of many spans and grows meanwhile: what lies over a span is found by halving, and no span reads all steps. */
export class UsageSweep {
  readonly #steps: UsageStep[];

  /** Steps in order, as {@link usage} gives them, the first no later than any span that is asked of. */
  constructor(steps: readonly UsageStep[]) {
    this.#steps = [...steps];
  }

  /** The first step that begins after `at`. */
  #after(at: number): number {
    let [low, high] = [0, this.#steps.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#steps[middle] as UsageStep).at > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The most that is held at any moment of a span. */
  peak(span: Interval): CapacityLimits {
    const from = Math.max(0, this.#after(span.start) - 1);
    let to = from;
    while (to < this.#steps.length && (this.#steps[to] as UsageStep).at < span.end) to += 1;
    return peak(this.#steps.slice(from, to));
  }

  /** From here on this is held too. */
  add({ hold, vcpus, memoryMiB, storageMiB }: Claim): void {
    const from = this.#cut(hold.start);
    const to = Number.isFinite(hold.end) ? this.#cut(hold.end) : this.#steps.length;
    for (let i = from; i < to; i++) {
      const step = this.#steps[i] as UsageStep;
      this.#steps[i] = {
        at: step.at,
        machines: step.machines + 1,
        vcpus: step.vcpus + vcpus,
        memoryMiB: step.memoryMiB + memoryMiB,
        storageMiB: step.storageMiB + storageMiB,
      };
    }
  }

  /** The step that begins at `at`; one that lies over it is cut in two. */
  #cut(at: number): number {
    const after = this.#after(at);
    const before = this.#steps[after - 1];
    if (before?.at === at) return after - 1;
    this.#steps.splice(after, 0, { ...NOTHING, ...before, at });
    return after;
  }
}

export interface Question {
  limits: ProviderLimits;
  /** Usage over the whole span that is looked at, as {@link usage} gives it. */
  steps: readonly UsageStep[];
  closed: readonly ClosedSpan[];
  /** In which a licence that it needs has no seat left, with the licence's name; in order. Held from the preparation to the turn-round. */
  taken?: readonly ClosedSpan[];
  wanted: Demand;
  /** Where the datastore that is looked at has too little room, in order. */
  scarce?: readonly Short[] | undefined;
}

/** A span that is asked for, with what it holds for it. */
export interface Asked {
  span: Interval;
  hold: Interval;
}

const overlap = (a: Interval, b: Interval): boolean => a.start < b.end && a.end > b.start;

/**
 * What is in the way of a reservation, or undefined if it can be had: maintenance that overlaps what was asked for, or too little
 * room in what it holds. `asked` is the usage by what others asked for alone, as far as it is known.
 */
export function obstacle(q: Question, { span, hold }: Asked, asked: readonly UsageStep[] = q.steps): Obstacle | undefined {
  const closed = q.closed.filter((c) => overlap(c, span)).sort((a, b) => a.start - b.start)[0];
  if (closed) return { kind: 'maintenance', from: closed.start, until: closed.end, reason: closed.reason };
  const seat = q.taken?.find((t) => overlap(t, hold));
  if (seat) return { kind: 'licence', licence: seat.reason, at: Math.max(seat.start, hold.start), until: seat.end };
  const inSpan = shortages({ ...q, steps: asked }).find((s) => overlap(s.during, span));
  const first = inSpan ?? shortages(q).find((s) => overlap(s.during, hold));
  if (!first) return undefined;
  const at = Math.max(first.during.start, inSpan ? span.start : hold.start);
  return { kind: 'capacity', at, part: inSpan ? 'span' : 'around', ...first.what };
}

/** The end of a sentence that says there is too little room. */
export function partText(part: Part): string {
  if (part === 'span') return '';
  const minutes = TURNAROUND_MS / 60_000;
  return `; only preparation ahead of a start and the turn-round of ${minutes} minutes after an end are in the way`;
}

export interface Short {
  during: Interval;
  what: CapacityShortage;
}

/** Where there is too little room, in order; these do not overlap but where a datastore has too little too. */
function shortages(q: Question): Short[] {
  const found = q.steps.flatMap((step, i) => {
    const what = shortage(q.limits, step, q.wanted);
    return what ? [{ during: { start: step.at, end: q.steps[i + 1]?.at ?? Number.POSITIVE_INFINITY }, what }] : [];
  });
  return q.scarce === undefined ? found : [...found, ...q.scarce].sort((a, b) => a.during.start - b.during.start);
}

/** Where steps are as asked, as spans of which none follows directly on another: steps that change nothing of it make no difference. */
export function spansWhere(steps: readonly UsageStep[], asked: (step: UsageStep) => boolean): Interval[] {
  const spans: Interval[] = [];
  for (const [i, step] of steps.entries()) {
    if (!asked(step)) continue;
    const end = steps[i + 1]?.at ?? Number.POSITIVE_INFINITY;
    const last = spans.at(-1);
    if (last?.end === step.at) last.end = end;
    else spans.push({ start: step.at, end });
  }
  return spans;
}

/** The spans in which those who may hold `most` at one time can have no more, from steps of what they hold. */
export function fullSpans(steps: readonly UsageStep[], most: number): Interval[] {
  return spansWhere(steps, (step) => step.machines >= most);
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
  /** Spans in which the person may have no more, whatever room there is. */
  full: readonly Interval[];
  /** A start other than `from` is a whole multiple of this, so that it can be said and typed: a minute. */
  gridMs: number;
}

/** The earliest start, not before `from`, at which the whole span with its preparation can be had; undefined if there is none by `until`. */
export function nextStart(q: NextQuestion): number | undefined {
  return looking(q)(q.from);
}

/**
 * Spans of which every part that is `forMs` long can be had, in order, at most `most` of them: preparation and turn-round lie outside.
 * The last may end at `until` since no more was looked at.
 */
export function offers(q: NextQuestion, most: number): Interval[] {
  const found: Interval[] = [];
  const next = looking(q);
  // In order, so that what comes first after a moment is found by halving.
  const shut = [...q.closed, ...q.full, ...around(q)].map((c) => c.start).sort((x, y) => x - y);
  const short = shortages(q).map((x) => x.during.start);
  let start = next(q.from);
  while (start !== undefined && found.length < most) {
    const span = { start, end: start + q.forMs };
    const hold = holdOf(span, q.leadMs, q.now, q.closed);
    const end = Math.min(firstFrom(shut, span.end), firstFrom(short, hold.end) - TURNAROUND_MS);
    const told = Math.min(Math.floor(end / q.gridMs) * q.gridMs, q.until);
    found.push({ start, end: Math.max(told, span.end) });
    start = end === Number.POSITIVE_INFINITY ? undefined : next(Math.max(end, span.end));
  }
  return found;
}

/**
 * Where a time that is asked for meets a licence that is taken up: as long as it is, and by the preparation after that and the turn-round before.
 * Where a preparation is put off for maintenance, a start may be had sooner than this says.
 */
function around({ taken = [], leadMs }: NextQuestion): Interval[] {
  return taken.map(({ start, end }) => ({ start: start - TURNAROUND_MS, end: end + leadMs }));
}

/** The first of these, which are in order, that is not before `at`; `Infinity` for none. */
function firstFrom(times: readonly number[], at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) >= at) high = middle;
    else low = middle + 1;
  }
  return times[low] ?? Number.POSITIVE_INFINITY;
}

/** Answers for starts that grow. */
function looking(q: NextQuestion): (from: number) => number | undefined {
  const short = shortages(q);
  const shut = [...q.closed, ...q.full, ...around(q)];
  const grid = (t: number) => Math.ceil(t / q.gridMs) * q.gridMs;
  let i = 0;
  return (from) => {
    let start = from;
    while (start <= q.until && Number.isFinite(start)) {
      const span = { start, end: start + q.forMs };
      const over = shut.find((c) => overlap(c, span));
      if (over) {
        start = grid(over.end);
        continue;
      }
      const hold = holdOf(span, q.leadMs, q.now, q.closed);
      // A later start holds nothing earlier, and so what is over by then is not looked at again.
      while (i < short.length && (short[i] as Short).during.end <= hold.start) i += 1;
      const during = short[i]?.during;
      if (!during || !overlap(during, hold)) return start;
      // A preparation after it is over; or right after a window that is over later than it.
      const free = during.end;
      const windows = q.closed.map((c) => c.end).filter((e) => e >= free && e > span.start && e < free + q.leadMs);
      start = grid(Math.min(free + q.leadMs, ...windows));
    }
    return undefined;
  };
}
