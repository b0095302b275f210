/** Many machines at each of several times: promised in one transaction, all or none, with one refusal that says what is in the way. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Bench, makeBench } from '../../test/support/engine.ts';
import * as audit from '../store/audit.ts';
import * as calendar from '../store/calendar.ts';
import * as licences from '../store/licences.ts';
import { violations } from '../store/calendar-testing.ts';
import { reserve } from './intents/reservation.ts';
import { reserveSeries, type SeriesIntent } from './intents/series.ts';
import { saveSiteRules } from './intents/terms.ts';
import { beginDue } from './timers.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function intent(bench: Bench, seats: number, more: Partial<SeriesIntent> = {}): SeriesIntent {
  const startsAt = new Date(bench.deps.now().getTime() + 2 * DAY);
  const request = { id: randomUUID(), image: 'golden', mode: 'linked' as const, forMs: HOUR, startsAt, zone: 'UTC' };
  return { ...request, rule: 'FREQ=DAILY;COUNT=3', seats, partial: false, ...more };
}

/** Everything that is promised for later there. */
const held = (bench: Bench) => calendar.holding(bench.store.db, bench.providerId, { start: bench.deps.now(), end: null });

/** How many statements `work` asks of PostgreSQL. */
async function statements(work: () => Promise<unknown>): Promise<number> {
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    return spy.mock.calls.length;
  } finally {
    spy.mockRestore();
  }
}

test('so many machines at each time are promised together; the same id again is the same ones', async () => {
  const bench = await makeBench(onTestFinished);
  const request = intent(bench, 20);
  const made = await reserveSeries(bench.deps, bench.who, request);
  const after = made.reservations.map((r) => r.during.start.getTime() - request.startsAt.getTime());
  for (const time of [0, DAY, 2 * DAY]) expect(after.filter((ms) => ms === time)).toHaveLength(20);
  expect(new Set(made.reservations.map((r) => r.machineId)).size).toBe(60);
  for (const { id, hostname } of made.reservations) expect(hostname).toBe(`golden-${id.slice(0, 6)}`);
  const entries = await audit.list(bench.store.db, { limit: 100 });
  const noted = new Map(entries.map((e) => [e.subjectId, (e.detail as { from?: string }).from]));
  expect(made.reservations.map((r) => noted.get(r.id))).toEqual(made.reservations.map((r) => r.during.start.toISOString()));
  const again = await reserveSeries(bench.deps, bench.who, request);
  expect(again.reservations.map((r) => r.id).sort()).toEqual(made.reservations.map((r) => r.id).sort());
  expect(await violations(bench.store.db)).toEqual([]);
});

test('more seats ask no more of the store', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true, limits: { machines: 1_000, vcpus: 4_000, memoryMiB: 1_024_000 } });
  await saveSiteRules(bench.store.db, { '*': { lab: { atOnce: 900, groupAtOnce: 900 } } });
  const count = (seats: number) => statements(() => reserveSeries(bench.deps, bench.who, intent(bench, seats)));
  await count(2);
  const few = await count(2);
  expect(await count(80)).toBe(few);
  // They are written 250 at a time: what is beyond that costs what a part costs, whatever is in it.
  const parts = await count(100);
  expect(parts - few).toBeLessThan(10);
  expect(await count(160)).toBe(parts);
});

test('if one seat cannot be had nothing is promised, and it is said at which time, how many can be, and what is in the way', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 10 } });
  const request = intent(bench, 8);
  const second = new Date(request.startsAt.getTime() + DAY);
  const busy = { image: 'golden', mode: 'linked' as const, forMs: HOUR, startsAt: second };
  for (let i = 0; i < 5; i++) await reserve(bench.deps, bench.who, { id: randomUUID(), ...busy });
  await expect(reserveSeries(bench.deps, bench.who, request)).rejects.toMatchObject({
    code: 'no-capacity',
    message: expect.stringMatching(
      new RegExp(`^3 of 24 cannot be had; the first, at ${second.toISOString()}, where 5 of 8 can be had: here has 0 machines left`),
    ),
    details: { refused: [{ at: second.toISOString(), seats: 3, code: 'no-capacity', details: { resource: 'machines' } }] },
  });
  expect(await held(bench)).toHaveLength(5);
  const made = await reserveSeries(bench.deps, bench.who, { ...request, partial: true });
  expect([made.reservations.length, made.refused]).toMatchObject([21, [{ at: second, seats: 3 }]]);
  expect(await violations(bench.store.db)).toEqual([]);
});

test('seats of a licence, and what a person and a group may hold, count for each of them', async () => {
  const bench = await makeBench(onTestFinished);
  const refused = async (seats: number) => {
    const error = await reserveSeries(bench.deps, bench.who, intent(bench, seats, { partial: true, rule: 'FREQ=DAILY;COUNT=1' })).then(
      (made) => made.refused[0],
      (e: unknown) => e,
    );
    return error as { seats: number; details: Record<string, unknown> };
  };
  await saveSiteRules(bench.store.db, { '*': { lab: { atOnce: 6 } } });
  expect(await refused(8)).toMatchObject({ seats: 2, details: { rule: 'at-once' } });
  await saveSiteRules(bench.store.db, { admin: { lab: { groupAtOnce: 10 } } });
  expect(await refused(8)).toMatchObject({ seats: 4, details: { rule: 'group-at-once' } });
  await saveSiteRules(bench.store.db, {});
  const licenceId = randomUUID();
  await bench.store.tx(async (tx) => {
    await licences.create(tx, { id: licenceId, name: 'matlab', seats: 13, now: new Date() });
    await licences.setImages(tx, licenceId, [bench.imageId]);
  });
  expect(await refused(8)).toMatchObject({ seats: 5, details: { resource: 'licence' } });
});

test('of two who ask for most of the room at one moment, one has all and the other nothing', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true, limits: { machines: 10 } });
  const ended = await Promise.allSettled([0, 1].map(() => reserveSeries(bench.deps, bench.who, intent(bench, 7))));
  expect(ended.map((e) => e.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await held(bench)).toHaveLength(21);
  expect(await violations(bench.store.db)).toEqual([]);
});

test('of a class that is written in parts, what the store refuses in the middle is told and nothing stays; else each seat is there once', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true, limits: { machines: 1_000, vcpus: 4_000, memoryMiB: 1_024_000 } });
  await saveSiteRules(bench.store.db, { '*': { lab: { atOnce: 900 } } });
  const request = intent(bench, 600, { rule: 'FREQ=DAILY;COUNT=2' });
  const { db } = bench.store;
  await sql`create function no_more() returns trigger language plpgsql as $$ begin
    if (select count(*) from reservation) > 1000 then raise exception 'no more' using errcode = 'P0001'; end if; return null; end $$`.execute(
    db,
  );
  await sql`create trigger no_more after insert on reservation for each statement execute function no_more()`.execute(db);
  await expect(reserveSeries(bench.deps, bench.who, request)).rejects.toThrow();
  expect(await held(bench)).toEqual([]);
  await sql`drop trigger no_more on reservation`.execute(db);
  const { reservations } = await reserveSeries(bench.deps, bench.who, request);
  expect(new Set(reservations.map((r) => r.id)).size).toBe(1_200);
  expect((await held(bench)).map((r) => r.id).sort()).toEqual(reservations.map((r) => r.id).sort());
  expect(await violations(db)).toEqual([]);
});

test('more than can be promised in one transaction is refused before anything is looked at', async () => {
  const bench = await makeBench(onTestFinished);
  await expect(reserveSeries(bench.deps, bench.who, intent(bench, 1_000, { rule: 'FREQ=DAILY;COUNT=11' }))).rejects.toMatchObject({
    code: 'bad-request',
    message: expect.stringContaining('11000'),
  });
});

test('who reserves for now is made before the class that is begun at the same time; a series of one machine each is nobody’s class', async () => {
  const bench = await makeBench(onTestFinished);
  const made = await reserveSeries(bench.deps, bench.who, intent(bench, 3));
  const alone = await reserveSeries(bench.deps, bench.who, intent(bench, 1));
  bench.clock.skewMs += 2 * DAY;
  await beginDue(bench.deps);
  const { id } = await reserve(bench.deps, bench.who, { id: randomUUID(), image: 'golden', mode: 'linked', forMs: HOUR });
  const first = (list: readonly { id: string }[]) => list.map((r) => r.id);
  const order = await bench.store.db.selectFrom('job').select(['key', 'priority']).where('saga', '=', 'provision').execute();
  const of = (ids: readonly string[]) => order.filter((job) => ids.some((each) => job.key.endsWith(each))).map((job) => job.priority);
  expect([of([id]), of(first(alone.reservations)), of(first(made.reservations))]).toEqual([[100], [100], [80, 80, 80]]);
});
