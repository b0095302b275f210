/** What acts on a time reads it again under the row's lock: what changed since it was found due stays as it was changed. */
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { sql } from 'kysely';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, makeBench, observe, overtaken, readyOne, reservationOf } from '../../test/support/engine.ts';
import * as held from '../store/held.ts';
import * as machines from '../store/machines.ts';
import * as reservations from '../store/reservations.ts';
import type { Tx } from '../store/schema.ts';
import { endReservation } from './intents/end.ts';
import { reserve } from './intents/reservation.ts';
import { beginReservation } from './intents/begin.ts';
import { noteUsed } from './intents/seen.ts';
import { endIdle } from './intents/unused.ts';
import { saveSiteRules } from './intents/terms.ts';
import { beginDue, countHours, expireDue, lookOnce } from './timers.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function book(bench: Bench) {
  const startsAt = new Date(bench.deps.now().getTime() + 2 * HOUR);
  return reserve(bench.deps, bench.who, { id: randomUUID(), image: 'golden', mode: 'linked', forMs: HOUR, startsAt });
}

test('what is extended while it is found due to expire stays', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  const { id } = await readyOne(bench);
  bench.clock.skewMs = HOUR + 5_000;
  const later = new Date(bench.deps.now().getTime() + HOUR);
  expect(
    await overtaken(
      bench,
      (tx) => reservations.setEnd(tx, id, later, bench.deps.now()),
      () => expireDue(bench.deps),
    ),
  ).toBe(0);
  expect(await reservationOf(bench, id)).toMatchObject({ state: 'ready', endAskedAt: null });
  bench.clock.skewMs = 2 * HOUR + 10_000;
  expect(await expireDue(bench.deps)).toBe(1);
});

test('one whose time is not up does not expire, and one without an end never does', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  expect((await endReservation(bench.deps, id, 'expire', 'engine')).state).toBe('ready');
  const booked = await book(bench);
  expect((await endReservation(bench.deps, booked.id, 'expire', 'engine')).state).toBe('booked');
  bench.clock.skewMs = 1e12;
  const open = await readyOne(bench, { mode: 'full', forMs: Number.POSITIVE_INFINITY });
  expect((await endReservation(bench.deps, open.id, 'expire', 'engine')).state).toBe('ready');
});

test('what is moved while it is found due to begin is not begun before its new time', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  const { id, machineId } = await book(bench);
  const before = await observe(bench);
  bench.clock.skewMs = 2 * HOUR - 60_000;
  const start = new Date(bench.deps.now().getTime() + 10 * HOUR);
  const during = { start, end: new Date(start.getTime() + HOUR) };
  const move = (tx: Tx) => reservations.setSpan(tx, id, { during, prepareAt: new Date(start.getTime() - 600_000), now: bench.deps.now() });
  expect(await overtaken(bench, move, () => beginDue(bench.deps))).toBe(0);
  expect((await reservationOf(bench, id)).state).toBe('booked');
  expect(await machines.find(bench.store.db, machineId)).toBeUndefined();
  expect(await observe(bench)).toEqual(before);
});

test("hours that were changed are counted anew, those of a provider that is gone are nobody's", async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  await book(bench);
  const { db } = bench.deps.store;
  await sql`insert into held_touched values (${randomUUID()}, now())`.execute(db);
  expect(await held.notedProviders(db)).toHaveLength(1);
  await countHours(bench.deps);
  expect(await held.notedProviders(db)).toEqual([]);
});

test('what is over is not begun', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await book(bench);
  bench.clock.skewMs = 4 * HOUR;
  expect(await beginReservation(bench.deps, id)).toBe('booked');
  await expireDue(bench.deps);
  expect((await reservationOf(bench, id)).state).toBe('failed');
});

test('one that cannot be ended is told as a warning with its id', async () => {
  const lines: { level: number; reservation?: string }[] = [];
  const out = new Writable({
    write(line: Buffer, _encoding, next) {
      lines.push(JSON.parse(line.toString()) as { level: number });
      next();
    },
  });
  const bench = await makeBench(onTestFinished, { ownDatabase: true, log: pino({ level: 'debug' }, out) });
  const { id } = await readyOne(bench);
  bench.clock.skewMs = HOUR + 5_000;
  await sql`alter table job add constraint no_end check (saga <> 'end') not valid`.execute(bench.store.db);
  expect(await expireDue(bench.deps)).toBe(0);
  expect(lines.filter((l) => l.reservation === id)).toEqual([expect.objectContaining({ level: 40 })]);
});

test('one look does all that time brings', async () => {
  const bench = await makeBench(onTestFinished);
  await saveSiteRules(bench.store.db, { '*': { lab: { connectWithinMs: 20 * MINUTE, idleAfterMs: 30 * MINUTE } } });
  const [unused, idle] = [await readyOne(bench, { forMs: 10 * HOUR }), await readyOne(bench, { forMs: 10 * HOUR })];
  const short = await readyOne(bench, { forMs: 31 * MINUTE });
  for (const { id } of [idle, short]) await noteUsed(bench.deps, id);
  const later = await book(bench);
  const states = () => Promise.all([unused, idle, short, later].map(async ({ id }) => (await reservationOf(bench, id)).state));
  bench.clock.skewMs += 22 * MINUTE;
  await lookOnce(bench.deps);
  await endIdle(bench.deps);
  expect(await states()).toEqual(['ready', 'ready', 'ready', 'booked']);
  expect((await reservationOf(bench, short.id)).endTold).toEqual(short.during.end);
  bench.clock.skewMs += 11 * MINUTE;
  await lookOnce(bench.deps);
  await endIdle(bench.deps);
  expect(await states()).toEqual(['ending', 'ending', 'ending', 'booked']);
  expect((await reservationOf(bench, unused.id)).stageText).toContain('nobody had connected within 20m');
  expect(await held.notedProviders(bench.store.db)).toEqual([]);
  bench.clock.skewMs += 90 * MINUTE;
  await lookOnce(bench.deps);
  expect((await states())[3]).toBe('preparing');
});
