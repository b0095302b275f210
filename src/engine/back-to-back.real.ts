/** What follows directly on something else: a person's own reservations, those of others on the same room, and maintenance. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, makeBench, reservationOf } from '../../test/support/engine.ts';
import * as reservations from '../store/reservations.ts';
import { beginReservation } from './intents/begin.ts';
import { addClosure, removeClosure } from './intents/closures.ts';
import { availability } from './intents/availability.ts';
import { endReservation } from './intents/end.ts';
import { extendReservation, moveReservation, reserve, type ReserveIntent } from './intents/reservation.ts';
import { reserveSeries } from './intents/series.ts';
import { saveSiteRules } from './intents/terms.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Midnight of the day after tomorrow, as a moment from which hours are counted. */
const dayOf = (bench: Bench) => Math.ceil(bench.deps.now().getTime() / DAY + 1) * DAY;

function book(bench: Bench, start: number, more: Partial<ReserveIntent> = {}) {
  const request = { id: randomUUID(), image: 'golden', mode: 'linked' as const, forMs: HOUR, startsAt: new Date(start), ...more };
  return reserve(bench.deps, bench.who, request);
}

const oneAtOnce = (bench: Bench) => saveSiteRules(bench.store.db, { '*': { lab: { atOnce: 1 } } });

test('who may hold one at one time may have one that follows directly on another: reserved, moved and lengthened', async () => {
  const bench = await makeBench(onTestFinished);
  await oneAtOnce(bench);
  const day = dayOf(bench);
  const first = await book(bench, day + 10 * HOUR);
  await book(bench, day + 11 * HOUR);
  const early = await book(bench, day + 8 * HOUR);
  const moved = await moveReservation(bench.deps, bench.who, early.id, { startsAt: new Date(day + 9 * HOUR) });
  expect(moved.during.end).toEqual(first.during.start);
  await expect(extendReservation(bench.deps, bench.who, moved.id, MINUTE)).rejects.toMatchObject({ code: 'limit-reached' });
  const last = await book(bench, day + 14 * HOUR);
  await extendReservation(bench.deps, bench.who, last.id, HOUR);
  await book(bench, day + 16 * HOUR);
  await expect(book(bench, day + 15 * HOUR)).rejects.toMatchObject({ code: 'limit-reached', details: { rule: 'at-once' } });
});

test('a series of whole days, each directly after the other, is one at one time', async () => {
  const bench = await makeBench(onTestFinished);
  await oneAtOnce(bench);
  const startsAt = new Date(dayOf(bench));
  const asked = { id: randomUUID(), image: 'golden', mode: 'linked' as const, forMs: DAY, startsAt, zone: 'UTC', partial: false };
  const made = await reserveSeries(bench.deps, bench.who, { ...asked, rule: 'FREQ=DAILY;COUNT=5' });
  expect(made.reservations).toHaveLength(5);
});

test('a refusal names preparation or turn-round where these are in the way', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const day = dayOf(bench);
  const first = await book(bench, day + 10 * HOUR);
  await expect(book(bench, day + 11 * HOUR)).rejects.toMatchObject({
    code: 'no-capacity',
    message: expect.stringContaining('turn-round'),
    details: { part: 'around', resource: 'machines' },
  });
  await expect(book(bench, day + 9 * HOUR)).rejects.toMatchObject({ details: { part: 'around' } });
  await expect(book(bench, day + 10 * HOUR)).rejects.toMatchObject({ details: { part: 'span' } });
  await book(bench, day + 11 * HOUR + 12 * MINUTE);
  await expect(extendReservation(bench.deps, bench.who, first.id, MINUTE)).rejects.toMatchObject({ details: { part: 'around' } });
});

test('maintenance is in the way of what it overlaps and of nothing else; who comes right after it is told that it may be late', async () => {
  const bench = await makeBench(onTestFinished);
  const day = dayOf(bench);
  const during = { providerId: bench.providerId, start: new Date(day + 10 * HOUR), forMs: HOUR, reason: 'new switch' };
  await addClosure(bench.deps, bench.who, during);
  const before = await book(bench, day + 9 * HOUR);
  expect(before.notes).toEqual([]);
  const after = await book(bench, day + 11 * HOUR);
  expect(after.hold.start).toEqual(after.during.start);
  expect(after.notes).toEqual([expect.stringContaining('maintenance')]);
  for (const start of [day + 9 * HOUR + MINUTE, day + 10 * HOUR, day + 11 * HOUR - MINUTE])
    await expect(book(bench, start)).rejects.toMatchObject({ code: 'no-capacity', details: { resource: 'maintenance' } });
  await expect(extendReservation(bench.deps, bench.who, before.id, MINUTE)).rejects.toMatchObject({ details: { resource: 'maintenance' } });
  const moved = await moveReservation(bench.deps, bench.who, after.id, { startsAt: new Date(day + 14 * HOUR) });
  expect(moved.notes).toEqual([]);
  const back = await moveReservation(bench.deps, bench.who, after.id, { startsAt: new Date(day + 11 * HOUR + 5 * MINUTE) });
  expect(back.hold.start).toEqual(new Date(day + 11 * HOUR));
  expect(back.notes).toHaveLength(1);
});

test('maintenance that is made after a booking puts its preparation off too, and says so; what is taken away again is in nobody’s way', async () => {
  const bench = await makeBench(onTestFinished);
  const day = dayOf(bench);
  const at = (ms: number) => (bench.clock.skewMs += ms - bench.deps.now().getTime());
  const row = await book(bench, day + 11 * HOUR);
  const inside = await book(bench, day + 10 * HOUR);
  const late = await book(bench, day + 13 * HOUR);
  const window = { providerId: bench.providerId, forMs: HOUR, reason: 'new switch' };
  await addClosure(bench.deps, bench.who, { ...window, start: new Date(day + 10 * HOUR) });
  const told = await reservationOf(bench, row.id);
  expect([told.hold.start, told.notes]).toEqual([row.during.start, [expect.stringContaining('maintenance')]]);
  expect((await reservationOf(bench, inside.id)).hold).toEqual(inside.hold);
  // One that was not put off, as by a server that died in between, is not begun in the window either.
  await bench.store.tx((tx) =>
    reservations.setSpan(tx, late.id, { during: late.during, prepareAt: new Date(day + 10 * HOUR), now: bench.deps.now() }),
  );
  at(day + 11 * HOUR - MINUTE);
  expect(await beginReservation(bench.deps, row.id)).toBe('booked');
  expect(await beginReservation(bench.deps, late.id)).toBe('booked');
  expect((await reservationOf(bench, late.id)).stageText).toContain('maintenance');
  at(day + 11 * HOUR + 1_000);
  expect(await beginReservation(bench.deps, row.id)).toBe('preparing');
  expect(await beginReservation(bench.deps, late.id)).toBe('preparing');
  // Taken away before it began: begun as if it had never been.
  const next = await book(bench, day + 20 * HOUR);
  const gone = await addClosure(bench.deps, bench.who, { ...window, start: new Date(day + 19 * HOUR) });
  expect((await reservationOf(bench, next.id)).notes).toHaveLength(1);
  await removeClosure(bench.deps, bench.who, gone.id);
  const again = await reservationOf(bench, next.id);
  expect([again.hold.start, again.notes]).toEqual([next.hold.start, []]);
});

test('whatever is offered is taken at that moment: the next start, and each span at its two ends', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 2, vcpus: 3 } });
  await saveSiteRules(bench.store.db, { '*': { lab: { atOnce: 2 } } });
  const day = dayOf(bench) + 17_250;
  await addClosure(bench.deps, bench.who, {
    providerId: bench.providerId,
    start: new Date(day + 5 * HOUR),
    forMs: 95_000,
    reason: 'power',
  });
  let state = 11;
  const roll = (n: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  let offered = 0;
  for (let i = 0; i < 12; i++) {
    const request = {
      image: 'golden',
      mode: 'linked' as const,
      startsAt: new Date(day + roll(600) * MINUTE + roll(60_000)),
      forMs: (1 + roll(20)) * 7 * MINUTE + roll(60_000),
      vcpus: 1 + roll(2),
    };
    const answer = await availability(bench.deps, bench.who, request);
    const starts = answer.free
      .slice(0, 4)
      .flatMap((s) => [s.start, s.end - request.forMs])
      .filter(Number.isFinite);
    if (answer.next) starts.push(answer.next.getTime());
    for (const start of starts) {
      const { id } = await book(bench, start, request.startsAt && { ...request, startsAt: new Date(start) });
      await endReservation(bench.deps, id, 'end', 'ada');
      offered += 1;
    }
    await book(bench, (answer.next as Date).getTime(), { ...request, startsAt: answer.next });
  }
  expect(offered).toBeGreaterThan(40);
});
