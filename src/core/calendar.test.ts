import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Claim,
  fullSpans,
  holdOf,
  type Interval,
  nextStart,
  obstacle,
  offers,
  peak,
  TURNAROUND_MS,
  usage,
  UsageSweep,
} from './calendar.ts';

const LIMITS = { machines: 3, memoryMiB: 1000, vcpus: 6, storageMiB: 500 };
const MINUTE = 60_000;

const claim = (start: number, end: number, memoryMiB = 100, vcpus = 1): Claim => ({
  hold: { start, end },
  memoryMiB,
  vcpus,
  storageMiB: 0,
});

const spans = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 40 })).map(([start, n]) => ({ start, end: start + n }));
const claims = fc.array(
  fc.record({
    hold: spans,
    memoryMiB: fc.integer({ min: 1, max: 400 }),
    vcpus: fc.integer({ min: 1, max: 3 }),
    storageMiB: fc.integer({ min: 0, max: 200 }),
  }),
  {
    maxLength: 12,
  },
);

/** What is held at one moment, counted by hand. */
function at(list: readonly Claim[], t: number) {
  const there = list.filter((c) => c.hold.start <= t && t < c.hold.end);
  return {
    machines: there.length,
    memoryMiB: there.reduce((a, c) => a + c.memoryMiB, 0),
    storageMiB: there.reduce((a, c) => a + c.storageMiB, 0),
    vcpus: there.reduce((a, c) => a + c.vcpus, 0),
  };
}

test('usage says at every moment what is held', () => {
  fc.assert(
    fc.property(claims, spans, (list, within) => {
      const steps = usage(list, within);
      for (let t = within.start; t < within.end; t++) {
        const step = steps.filter((s) => s.at <= t).at(-1);
        expect(step).toMatchObject(at(list, t));
      }
    }),
  );
});

test('one that ends as another begins is not held with it', () => {
  expect(peak(usage([claim(0, 10), claim(10, 20)], { start: 0, end: 20 }))).toEqual({
    machines: 1,
    memoryMiB: 100,
    vcpus: 1,
    storageMiB: 0,
  });
});

test('a span can be had exactly if the claim can be held at each of its moments and no maintenance is in what was asked for', () => {
  const closed = fc.array(
    spans.map((s) => ({ ...s, reason: 'r' })),
    { maxLength: 2 },
  );
  fc.assert(
    fc.property(claims, closed, spans, (list, shut, hold) => {
      const wanted = { memoryMiB: 200, vcpus: 2, storageMiB: 150 };
      const q = { limits: LIMITS, steps: usage(list, { start: 0, end: 200 }), closed: shut, wanted };
      const span = { start: hold.start + 1, end: Math.max(hold.start + 2, hold.end - 1) };
      const fits = (t: number) => {
        const now = at(list, t);
        return now.machines < 3 && now.memoryMiB + 200 <= 1000 && now.vcpus + 2 <= 6 && now.storageMiB + 150 <= 500;
      };
      const open = (t: number) => !shut.some((c) => c.start <= t && t < c.end);
      const moments = (of: Interval) => Array.from({ length: of.end - of.start }, (_, i) => of.start + i);
      const all = { start: hold.start, end: Math.max(hold.end, span.end) };
      expect(obstacle(q, { span, hold: all }) === undefined).toBe(moments(all).every(fits) && moments(span).every(open));
    }),
  );
});

test('whatever is offered can be had, at its first moment, at its last and in between; and nothing earlier than the first', () => {
  const some = fc.array(
    spans.map((s) => ({ start: s.start * MINUTE + 7_000, end: s.end * MINUTE + 11_000, reason: 'r' })),
    { maxLength: 3 },
  );
  const list = claims.map((l) =>
    l.map((c) => ({ ...c, hold: { start: c.hold.start * MINUTE + 13_000, end: c.hold.end * MINUTE + 17_000 } })),
  );
  const numbers = fc.record({
    from: fc.integer({ min: 0, max: 6_000 }),
    n: fc.integer({ min: 1, max: 30 }),
    lead: fc.integer({ min: 0, max: 9 }),
  });
  fc.assert(
    fc.property(list, some, some, numbers, fc.double({ min: 0, max: 1, noNaN: true }), (held, closed, full, { from, n, lead }, where) => {
      const steps = usage(held, { start: 0, end: Number.POSITIVE_INFINITY });
      const [forMs, leadMs] = [n * MINUTE, lead * MINUTE];
      const q = { limits: LIMITS, steps, closed, wanted: { memoryMiB: 300, vcpus: 2, storageMiB: 100 } };
      const can = (start: number) => {
        const span = { start, end: start + forMs };
        if (full.some((f) => f.start < span.end && f.end > span.start)) return false;
        return obstacle(q, { span, hold: holdOf(span, leadMs, 0, closed) }) === undefined;
      };
      const found = offers({ ...q, from: from * 1000, now: 0, forMs, leadMs, until: 300 * MINUTE, full, gridMs: MINUTE }, 20);
      expect(found.length).toBeGreaterThan(0);
      for (const span of found) {
        for (const start of [span.start, span.end - forMs, span.start + where * (span.end - forMs - span.start)])
          expect(can(start)).toBe(true);
        expect(span.start === from * 1000 || span.start % MINUTE === 0).toBe(true);
      }
      const [first] = found as [Interval];
      for (let start = Math.ceil((from * 1000) / MINUTE) * MINUTE; start < first.start; start += MINUTE)
        if (start >= leadMs || start === from * 1000) expect(can(start)).toBe(false);
    }),
  );
});

test('maintenance is in the way of what it overlaps: right before and right after it there is room, and the preparation waits for its end', () => {
  const closed = [{ start: 600_000, end: 1_200_000, reason: 'new switch' }];
  const q = {
    limits: LIMITS,
    steps: usage([], { start: 0, end: Number.POSITIVE_INFINITY }),
    closed,
    wanted: { memoryMiB: 1, vcpus: 1, storageMiB: 0 },
  };
  const ask = (start: number, end: number) => {
    const span = { start: start * MINUTE, end: end * MINUTE };
    const hold = holdOf(span, 5 * MINUTE, 0, closed);
    return [obstacle(q, { span, hold })?.kind, hold.start / MINUTE];
  };
  expect(ask(6, 10)).toEqual([undefined, 1]);
  expect(ask(20, 30)).toEqual([undefined, 20]);
  expect(ask(23, 30)).toEqual([undefined, 20]);
  expect(ask(30, 40)).toEqual([undefined, 25]);
  expect(ask(9, 11)[0]).toBe('maintenance');
  expect(ask(19, 30)[0]).toBe('maintenance');
});

test('who may hold two has a full calendar where two are held', () => {
  const steps = usage([claim(0, 10), claim(5, 20), claim(20, 30)], { start: 0, end: 40 });
  expect(fullSpans(steps, 2)).toEqual([{ start: 5, end: 10 }]);
  expect(fullSpans(steps, 1)).toEqual([{ start: 0, end: 30 }]);
});

test('the next start can be had with its preparation and turnaround, and no earlier minute can', () => {
  const minutes = claims.map((list) => list.map((c) => ({ ...c, hold: { start: c.hold.start * MINUTE, end: c.hold.end * MINUTE } })));
  fc.assert(
    fc.property(
      minutes,
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 9 }),
      (list, f, n, lead) => {
        const steps = usage(list, { start: 0, end: Number.POSITIVE_INFINITY });
        const q = { limits: LIMITS, steps, closed: [], wanted: { memoryMiB: 300, vcpus: 2, storageMiB: 100 } };
        const [from, forMs, leadMs] = [f * MINUTE, n * MINUTE, lead * MINUTE];
        const can = (start: number) => {
          const span = { start, end: start + forMs };
          return obstacle(q, { span, hold: holdOf(span, leadMs, 0, []) }) === undefined;
        };
        const found = nextStart({ ...q, from, now: 0, forMs, leadMs, until: Number.POSITIVE_INFINITY, full: [], gridMs: 1 }) as number;
        expect(found).toBeGreaterThanOrEqual(from);
        expect(can(found)).toBe(true);
        for (let start = from; start < found; start += MINUTE) {
          // A start in the first minutes, before a whole preparation fits, is had late: that is not offered.
          if (start < leadMs && start > 0) continue;
          expect(can(start)).toBe(false);
        }
      },
    ),
  );
});

describe('holdOf', () => {
  test('begins with the preparation, not before now, and ends a little after the end', () => {
    expect(holdOf({ start: 1000, end: 2000 }, 300, 0, [])).toEqual({ start: 700, end: 2000 + TURNAROUND_MS });
    expect(holdOf({ start: 1000, end: 2000 }, 300, 900, [])).toEqual({ start: 900, end: 2000 + TURNAROUND_MS });
    expect(holdOf({ start: 1000, end: 2000 }, 300, 1500, []).start).toBe(1000);
  });
  test('without an end it holds for ever', () => {
    const open: Interval = { start: 0, end: Number.POSITIVE_INFINITY };
    expect(holdOf(open, 0, 0, []).end).toBe(Number.POSITIVE_INFINITY);
    const q = { limits: { ...LIMITS, machines: 1 }, steps: usage([claim(50, 60)], open), closed: [], wanted: claim(0, 0) };
    expect(nextStart({ ...q, from: 0, now: 0, forMs: Number.POSITIVE_INFINITY, leadMs: 0, until: 1000, full: [], gridMs: 1 })).toBe(60);
  });
});

test('what is in the way is named: the resource and since when, or the maintenance', () => {
  const q = {
    limits: LIMITS,
    steps: usage([claim(10, 20, 950)], { start: 0, end: 100 }),
    closed: [] as { start: number; end: number; reason: string }[],
    wanted: { memoryMiB: 100, vcpus: 1, storageMiB: 0 },
  };
  const ask = (of: typeof q, start: number, end: number, before = 0, after = 0) =>
    obstacle(of, { span: { start, end }, hold: { start: start - before, end: end + after } });
  const bare = usage([], { start: 0, end: 100 });
  const missing = { machines: 0, memoryMiB: 50, vcpus: 0, storageMiB: 0 };
  expect(ask(q, 0, 30)).toEqual({ kind: 'capacity', at: 10, part: 'span', resource: 'memoryMiB', wanted: 100, free: 50, missing });
  expect(ask(q, 22, 30, 5)).toMatchObject({ at: 17, part: 'around' });
  expect(ask(q, 0, 9, 0, 2)).toMatchObject({ at: 10, part: 'around' });
  // Others asked for nothing in that time: they prepare in it.
  expect(obstacle(q, { span: { start: 0, end: 30 }, hold: { start: 0, end: 30 } }, bare)).toMatchObject({ at: 10, part: 'around' });
  const shut = { ...q, closed: [{ start: 5, end: 7, reason: 'new switch' }] };
  expect(ask(shut, 0, 30)).toEqual({ kind: 'maintenance', from: 5, until: 7, reason: 'new switch' });
  expect(ask(shut, 7, 10, 2)).toBeUndefined();
});

test('a sweep that grows says of every span what the whole says', () => {
  const ends = fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 40 }) },
    { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
  );
  const span = fc.tuple(fc.integer({ min: 0, max: 100 }), ends).map(([start, n]) => ({ start, end: start + n }));
  fc.assert(
    fc.property(claims, fc.array(fc.tuple(span, span), { maxLength: 12 }), (list, more) => {
      const all = [...list];
      const sweep = new UsageSweep(usage(all, { start: 0, end: Number.POSITIVE_INFINITY }));
      for (const [hold, asked] of more) {
        const next = { hold, memoryMiB: 7, vcpus: 2, storageMiB: 5 };
        all.push(next);
        sweep.add(next);
        expect(sweep.peak(asked)).toEqual(peak(usage(all, asked)));
      }
    }),
  );
});
