import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Claim, free, holdOf, type Interval, nextStart, obstacle, peak, TURNAROUND_MS, usage } from './calendar.ts';

const LIMITS = { machines: 3, memoryMiB: 1000, vcpus: 6 };
const MINUTE = 60_000;

const claim = (start: number, end: number, memoryMiB = 100, vcpus = 1): Claim => ({ hold: { start, end }, memoryMiB, vcpus });

const spans = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 40 })).map(([start, n]) => ({ start, end: start + n }));
const claims = fc.array(fc.record({ hold: spans, memoryMiB: fc.integer({ min: 1, max: 400 }), vcpus: fc.integer({ min: 1, max: 3 }) }), {
  maxLength: 12,
});

/** What is held at one moment, counted by hand. */
function at(list: readonly Claim[], t: number) {
  const there = list.filter((c) => c.hold.start <= t && t < c.hold.end);
  return {
    machines: there.length,
    memoryMiB: there.reduce((a, c) => a + c.memoryMiB, 0),
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
  expect(peak(usage([claim(0, 10), claim(10, 20)], { start: 0, end: 20 }))).toEqual({ machines: 1, memoryMiB: 100, vcpus: 1 });
});

test('a span is free exactly if the claim can be held at each of its moments', () => {
  const closed = fc.array(
    spans.map((s) => ({ ...s, reason: 'r' })),
    { maxLength: 2 },
  );
  fc.assert(
    fc.property(claims, closed, spans, (list, shut, span) => {
      const wanted = { memoryMiB: 200, vcpus: 2 };
      const q = { limits: LIMITS, steps: usage(list, { start: 0, end: 200 }), closed: shut, wanted };
      const fits = (t: number) => {
        const now = at(list, t);
        return now.machines < 3 && now.memoryMiB + 200 <= 1000 && now.vcpus + 2 <= 6 && !shut.some((c) => c.start <= t && t < c.end);
      };
      const moments = Array.from({ length: span.end - span.start }, (_, i) => span.start + i);
      expect(obstacle(q, span) === undefined).toBe(moments.every(fits));
      const inFree = (t: number) => free(q, { start: 0, end: 200 }).some((gap) => gap.start <= t && t < gap.end);
      for (let t = 0; t < 200; t++) expect(inFree(t)).toBe(fits(t));
    }),
  );
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
        const q = { limits: LIMITS, steps, closed: [], wanted: { memoryMiB: 300, vcpus: 2 } };
        const [from, forMs, leadMs] = [f * MINUTE, n * MINUTE, lead * MINUTE];
        const can = (start: number) => obstacle(q, holdOf({ start, end: start + forMs }, leadMs, 0)) === undefined;
        const found = nextStart({ ...q, from, now: 0, forMs, leadMs, until: Number.POSITIVE_INFINITY }) as number;
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
    expect(holdOf({ start: 1000, end: 2000 }, 300, 0)).toEqual({ start: 700, end: 2000 + TURNAROUND_MS });
    expect(holdOf({ start: 1000, end: 2000 }, 300, 900)).toEqual({ start: 900, end: 2000 + TURNAROUND_MS });
    expect(holdOf({ start: 1000, end: 2000 }, 300, 1500).start).toBe(1000);
  });
  test('without an end it holds for ever', () => {
    const open: Interval = { start: 0, end: Number.POSITIVE_INFINITY };
    expect(holdOf(open, 0, 0).end).toBe(Number.POSITIVE_INFINITY);
    const q = { limits: { ...LIMITS, machines: 1 }, steps: usage([claim(50, 60)], open), closed: [], wanted: claim(0, 0) };
    expect(nextStart({ ...q, from: 0, now: 0, forMs: Number.POSITIVE_INFINITY, leadMs: 0, until: 1000 })).toBe(60);
  });
});

test('what is in the way is named: the resource and since when, or the maintenance', () => {
  const q = {
    limits: LIMITS,
    steps: usage([claim(10, 20, 950)], { start: 0, end: 100 }),
    closed: [],
    wanted: { memoryMiB: 100, vcpus: 1 },
  };
  expect(obstacle(q, { start: 0, end: 30 })).toEqual({ kind: 'capacity', at: 10, resource: 'memoryMiB', wanted: 100, free: 50 });
  const shut = { ...q, closed: [{ start: 5, end: 7, reason: 'new switch' }] };
  expect(obstacle(shut, { start: 0, end: 30 })).toEqual({ kind: 'maintenance', from: 5, until: 7, reason: 'new switch' });
  expect(obstacle(shut, { start: 7, end: 10 })).toBeUndefined();
});
