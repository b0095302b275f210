/** Repeating reservations: promised all at once or not at all, each then a reservation like any other. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, makeBench, reservationOf } from '../../test/support/engine.ts';
import { seriesServices } from '../services/series.ts';
import type { Parts } from '../services/parts.ts';
import * as calendar from '../store/calendar.ts';
import { reserve } from './intents/reservation.ts';
import { endSeries, reserveSeries, type SeriesIntent } from './intents/series.ts';
import { saveSiteRules } from './intents/terms.ts';
import { beginDue } from './timers.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const inFuture = (bench: Bench, ms: number): Date => new Date(bench.deps.now().getTime() + ms);

function intent(bench: Bench, more: Partial<SeriesIntent> = {}): SeriesIntent {
  return {
    id: randomUUID(),
    image: 'golden',
    mode: 'linked',
    forMs: HOUR,
    startsAt: inFuture(bench, DAY),
    zone: 'UTC',
    rule: 'FREQ=DAILY;COUNT=5',
    partial: false,
    ...more,
  };
}

const starts = (list: readonly { during: { start: Date } }[]) => list.map((r) => r.during.start.getTime());

test('every occurrence is promised, and begun when its turn comes; the same id again is the same series', async () => {
  const bench = await makeBench(onTestFinished);
  const request = intent(bench);
  const made = await reserveSeries(bench.deps, bench.who, request);
  expect(starts(made.reservations)).toEqual([1, 2, 3, 4, 5].map((n) => request.startsAt.getTime() + (n - 1) * DAY));
  expect(made.reservations.every((r) => r.state === 'booked' && r.seriesId === request.id)).toBe(true);
  const again = await Promise.all([reserveSeries(bench.deps, bench.who, request), reserveSeries(bench.deps, bench.who, request)]);
  for (const a of again) expect(a.reservations.map((r) => r.id)).toEqual(made.reservations.map((r) => r.id));
  bench.clock.skewMs = DAY;
  expect(await beginDue(bench.deps)).toBe(1);
  await drain(bench);
  expect((await reservationOf(bench, (made.reservations[0] as { id: string }).id)).state).toBe('ready');
});

test('if one cannot be had none is, and it is said which; with partial the others are', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const request = intent(bench);
  const third = new Date(request.startsAt.getTime() + 2 * DAY);
  await reserve(bench.deps, bench.who, { id: randomUUID(), image: 'golden', mode: 'linked', forMs: HOUR, startsAt: third });
  await expect(reserveSeries(bench.deps, bench.who, request)).rejects.toMatchObject({
    code: 'no-capacity',
    details: { refused: [{ at: third.toISOString(), code: 'no-capacity' }] },
  });
  expect(await calendar.holding(bench.store.db, bench.providerId, { start: bench.deps.now(), end: null })).toHaveLength(1);
  const made = await reserveSeries(bench.deps, bench.who, { ...request, partial: true });
  expect(made.reservations).toHaveLength(4);
  expect(made.refused).toMatchObject([{ at: third, code: 'no-capacity' }]);
  // All are taken now: of another like it none can be had, which is refused however it is asked.
  await expect(reserveSeries(bench.deps, bench.who, intent(bench, { startsAt: request.startsAt, partial: true }))).rejects.toMatchObject({
    code: 'no-capacity',
  });
});

test('two series that want the same room at the same time: one has it whole', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const startsAt = inFuture(bench, DAY);
  const ended = await Promise.allSettled([1, 2, 3].map(() => reserveSeries(bench.deps, bench.who, intent(bench, { startsAt }))));
  expect(ended.filter((e) => e.status === 'fulfilled')).toHaveLength(1);
  expect(await calendar.holding(bench.store.db, bench.providerId, { start: bench.deps.now(), end: null })).toHaveLength(5);
});

test('the rules count its occurrences as they count others', async () => {
  const bench = await makeBench(onTestFinished);
  await saveSiteRules(bench.store.db, { '*': { lab: { aheadMs: 3 * DAY, atOnce: 1 } } });
  await expect(reserveSeries(bench.deps, bench.who, intent(bench))).rejects.toMatchObject({ code: 'limit-reached' });
  expect((await reserveSeries(bench.deps, bench.who, intent(bench, { partial: true }))).reservations.length).toBeLessThan(4);
  // Occurrences that overlap each other are held at one time.
  const overlapping = intent(bench, { forMs: 30 * HOUR, rule: 'FREQ=DAILY;COUNT=2', startsAt: inFuture(bench, DAY + 2 * HOUR) });
  await expect(reserveSeries(bench.deps, bench.who, overlapping)).rejects.toMatchObject({ code: 'limit-reached' });
});

/** What of these came to be, each asked for when the one before was answered. */
async function oneByOne<T>(all: readonly (() => Promise<T>)[]): Promise<T[]> {
  const made: T[] = [];
  for (const each of all) {
    await each().then(
      (one) => made.push(one),
      () => {},
    );
  }
  return made;
}

test('occurrences are granted and refused as if each had been asked for by itself', async () => {
  const rules = { '*': { lab: { aheadMs: 40 * DAY, atOnce: 2 } } };
  const outcomes = [];
  for (const together of [true, false]) {
    const bench = await makeBench(onTestFinished, { limits: { machines: 2, memoryMiB: 100_000, vcpus: 100 } });
    const from = Math.ceil(Date.now() / DAY) * DAY;
    const at = (days: number) => new Date(from + days * DAY);
    const single = (startsAt: Date, forMs: number) =>
      reserve(bench.deps, bench.who, { id: randomUUID(), image: 'golden', mode: 'linked', forMs, startsAt });
    // Long ones of one's own, a pair that fills the provider, and maintenance; the occurrences overlap each other too.
    for (const [day, forMs] of [
      [4, 3 * DAY],
      [10, HOUR],
      [10, HOUR],
      [15, 20 * DAY],
    ] as const)
      await single(at(day), forMs);
    const during = { start: at(12), end: at(12.5) };
    await bench.store.tx((tx) =>
      calendar.addClosure(tx, {
        id: randomUUID(),
        providerId: bench.providerId,
        during,
        reason: 'disks',
        createdBy: 'ada',
        createdAt: at(0),
      }),
    );
    await saveSiteRules(bench.store.db, rules);
    const days = Array.from({ length: 20 }, (_, i) => 1 + i);
    const forMs = 30 * HOUR;
    const taken = together
      ? (await reserveSeries(bench.deps, bench.who, intent(bench, { startsAt: at(1), forMs, rule: 'FREQ=DAILY;COUNT=20', partial: true })))
          .reservations
      : await oneByOne(days.map((day) => () => single(at(day), forMs)));
    outcomes.push(starts(taken).map((t) => (t - from) / DAY));
  }
  expect(outcomes[0]).toEqual(outcomes[1]);
  expect(outcomes[0]?.length).toBeGreaterThan(5);
  expect(outcomes[0]?.length).toBeLessThan(18);
});

test('ending it gives back what has not begun and leaves what runs; again does no harm', async () => {
  const bench = await makeBench(onTestFinished);
  const { series, reservations } = await reserveSeries(bench.deps, bench.who, intent(bench));
  bench.clock.skewMs = DAY;
  await beginDue(bench.deps);
  await drain(bench);
  expect((await endSeries(bench.deps, bench.who, series.id)).endedAt).not.toBeNull();
  await endSeries(bench.deps, bench.who, series.id);
  const after = await Promise.all(reservations.map(async (r) => (await reservationOf(bench, r.id)).state));
  expect(after).toEqual(['ready', 'ended', 'ended', 'ended', 'ended']);
});

test('as the API gives it: a local time in a zone, kept through the change of the clocks', async () => {
  const bench = await makeBench(onTestFinished);
  const it = seriesServices({ deps: bench.deps } as Parts);
  const caller = { ...bench.who, role: 'admin' as const };
  const now = bench.deps.now();
  // A year is asked for, in weeks: the clocks change twice within.
  await saveSiteRules(bench.store.db, { '*': { lab: { aheadMs: 400 * DAY } } });
  const day = new Date(now.getTime() + 2 * DAY).toISOString().slice(0, 10);
  const request = { id: randomUUID(), image: 'golden', mode: 'linked' as const, forMs: HOUR, rule: 'FREQ=WEEKLY;COUNT=52', partial: false };
  const made = await it.reserveSeries(caller, { ...request, at: { text: `${day} 09:30`, zone: 'Europe/Amsterdam' } });
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Amsterdam', hour: '2-digit', minute: '2-digit' });
  expect(new Set(made.reservations.map((r) => clock.format(new Date(r.startsAt))))).toEqual(new Set(['09:30']));
  expect(new Set(made.reservations.map((r) => r.startsAt.slice(11, 16)))).toEqual(new Set(['08:30', '07:30']));
  expect(await it.listSeries({ owner: 'ada', limit: 1 })).toMatchObject({ items: [{ id: made.id, zone: 'Europe/Amsterdam' }] });
  expect(await it.listSeries({ owner: 'nobody', limit: 1 })).toEqual({ items: [] });
  expect((await it.showSeries(made.id))?.reservations).toHaveLength(52);
  await expect(
    it.reserveSeries(caller, { ...request, id: randomUUID(), rule: 'FREQ=DAILY', at: { text: '9:00', zone: 'UTC' } }),
  ).rejects.toMatchObject({
    code: 'bad-request',
  });
});
