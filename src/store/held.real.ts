/** What is kept hour by hour says what the reservations themselves say, whatever was changed meanwhile, noted and counted anew. */
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { obstacle, peak, usage, spansWhere } from '../core/calendar.ts';
import { type CapacityLimits, shortage } from '../core/capacity.ts';
import * as calendar from './calendar.ts';
import { at, churn, claimsOf, dice, now, span } from './calendar-testing.ts';
import * as held from './held.ts';
import * as providers from './providers.ts';
import * as reservations from './reservations.ts';
import type { TimeRange } from './schema.ts';
import { seed } from './seed-testing.ts';
import { testDb } from './testing.ts';

const HOUR = 60;

/** A span of minutes to weeks, some without an end; whole hours among the ends. */
function anySpan(roll: (n: number) => number): TimeRange {
  const start = roll(3) === 0 ? roll(14 * 24) * HOUR : roll(14 * 24 * 60);
  const length = [10 + roll(100), HOUR * (1 + roll(9)), 24 * HOUR * (1 + roll(9))][roll(3)] as number;
  return { start: at(start), end: roll(12) === 0 ? null : at(start + length) };
}

test('what is kept is what is there: after bookings, moves, ends and late machines, with notes and without', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { machines: 1000, memoryMiB: 1e7, vcpus: 4000, storageMiB: 1e7 });
  const places = [s.providerId, (await seed(t.db, now, { machines: 1000, memoryMiB: 1e7, vcpus: 4000, storageMiB: 1e7 })).providerId];
  const roll = dice(5);
  const limits: CapacityLimits = { machines: 9, memoryMiB: 4000, vcpus: 22, storageMiB: 400 };
  const wanted = { memoryMiB: 100, vcpus: 2, storageMiB: 40 };
  const ids: string[] = [];
  let shorts = 0;
  let refreshed = 0;
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 30; i++) {
      const during = anySpan(roll);
      const r = s.reservation({
        during,
        prepareAt: new Date(during.start.getTime() - roll(90) * 60_000),
        vcpus: 1 + roll(4),
        memoryMiB: 64,
        storageMiB: roll(3) * 40,
      });
      await t.store.tx((tx) => reservations.create(tx, r));
      ids.push(r.id);
    }
    await churn(t.db, s, 15, dice(round), places);
    for (let i = 0; i < 8; i++)
      await t.store.tx((tx) => reservations.transition(tx, ids.splice(roll(ids.length), 1)[0] as string, 'end', { endedAt: now }));
    // Half of the time the notes are there still.
    if (round % 2 === 0) {
      await t.store.tx(async (tx) => {
        await providers.lock(tx, s.providerId);
        await held.refreshHours(tx, s.providerId);
      });
      const notes = await sql<{ n: number }>`select count(*)::int as n from held_touched where provider_id = ${s.providerId}::uuid`.execute(
        t.db,
      );
      expect(notes.rows[0]?.n).toBe(0);
      refreshed += 1;
    }
    for (let i = 0; i < 12; i++) {
      const during = anySpan(roll);
      const except = roll(2) === 0 ? ids[roll(ids.length)] : undefined;
      const within = calendar.interval(during);
      const pure = usage(await claimsOf(t.db, s.providerId, except), within);
      expect(await held.peak(t.db, s.providerId, during, { now, except })).toEqual(peak(pure));
      const isShort = (step: CapacityLimits) => shortage(limits, step, wanted) !== undefined;
      const short = spansWhere(pure, isShort);
      const told = spansWhere(await calendar.shortSteps(t.db, s.providerId, during, { now, except }, { limits, wanted }), isShort);
      // Of what has no end the first begin and the last end: nothing that has none is offered between them.
      if (during.end === null) expect([told[0]?.start, told.at(-1)?.end]).toEqual([short[0]?.start, short.at(-1)?.end]);
      else expect(told).toEqual(short);
      shorts += short.length;
    }
  }
  expect(refreshed).toBe(2);
  expect(shorts).toBeGreaterThan(20);
});

test('what is promised in one statement leaves one note for each hour and datastore that it touches', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { machines: 1000, memoryMiB: 1e7, vcpus: 4000, storageMiB: 1e7 });
  const hour = 500_000 * HOUR;
  const notes = async (table: 'held_touched' | 'datastore_touched', column: string) => {
    const found = await sql<{ key: string }>`
      select ${sql.raw(column)} || ' ' || (extract(epoch from hour) - extract(epoch from ${at(hour)}::timestamptz)) / 3600 as key
      from ${sql.ref(table)}`.execute(t.db);
    return found.rows.map(({ key }) => `${Number(key.split(' ')[1])} ${key.split(' ')[0]}`).sort();
  };
  const made = (from: number, end: number | null, more: object) =>
    Array.from({ length: 20 }, () =>
      s.reservation({
        during: { start: at(hour + from), end: end === null ? null : at(hour + end) },
        prepareAt: at(hour + from - 5),
        ...more,
      }),
    );
  const all = [
    ...made(10, 50, { storageMiB: 10, datastore: 'one' }),
    ...made(70, 190, { storageMiB: 10, datastore: 'two' }),
    ...made(250, null, { storageMiB: 10, datastore: 'two' }),
    ...made(310, 350, {}),
  ];
  await t.store.tx((tx) => reservations.createAll(tx, all));
  const hours = [0, 1, 3, 4, 5].map((n) => `${n} ${s.providerId}`);
  expect(await notes('held_touched', 'provider_id')).toEqual(hours);
  expect(await notes('datastore_touched', 'datastore')).toEqual(['0 one', '1 two', '3 two', '4 two']);
  expect(await held.peak(t.db, s.providerId, span(hour, hour + 60), { now })).toMatchObject({ machines: 20 });
  // Whose id is taken is not made, and touches nothing; nor does one that is over before it is written.
  await sql`delete from held_touched`.execute(t.db);
  await sql`delete from datastore_touched`.execute(t.db);
  await t.store.tx((tx) => reservations.createAll(tx, all));
  await sql`insert into reservation (id, account_id, image_id, revision_id, provider_id, machine_id, kind, mode, state, stage, during, hold, hostname,
      vcpus, memory_mib, datastore, created_at)
    select gen_random_uuid(), account_id, image_id, revision_id, provider_id, gen_random_uuid(), kind, mode, 'ended', 'gone', during, hold, hostname,
      vcpus, memory_mib, datastore, created_at from reservation`.execute(t.db);
  expect([await notes('held_touched', 'provider_id'), await notes('datastore_touched', 'datastore')]).toEqual([[], []]);
  // What is deleted touches its hours as before.
  await sql`delete from reservation where id = ${all[0]?.id}::uuid`.execute(t.db);
  expect(await notes('held_touched', 'provider_id')).toEqual([`0 ${s.providerId}`]);
  expect(await notes('datastore_touched', 'datastore')).toEqual(['0 one']);
});

test('a change that is committed while others are counted anew leaves its note', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { machines: 10, memoryMiB: 1e6, vcpus: 100, storageMiB: 1e6 });
  const one = s.reservation({ during: span(600, 700) });
  const two = s.reservation({ during: span(610, 700) });
  for (const r of [one, two]) await t.store.tx((tx) => reservations.create(tx, r));
  const other = await t.again();
  await other.tx(async (open) => {
    await reservations.transition(open, two.id, 'end', { endedAt: now });
    // The hour is counted as it is without what is not committed yet.
    await t.store.tx(async (tx) => {
      await providers.lock(tx, s.providerId);
      await held.refreshHours(tx, s.providerId);
    });
    expect(await held.peak(t.db, s.providerId, span(600, 700), { now })).toMatchObject({ machines: 2 });
  });
  expect(await held.peak(t.db, s.providerId, span(600, 700), { now })).toMatchObject({ machines: 1 });
  expect(await held.notedProviders(t.db)).toEqual([s.providerId]);
  await t.store.tx(async (tx) => {
    await providers.lock(tx, s.providerId);
    await held.refreshHours(tx, s.providerId);
  });
  expect(await held.peak(t.db, s.providerId, span(600, 700), { now })).toMatchObject({ machines: 1 });
  expect(await held.notedProviders(t.db)).toEqual([]);
});

test('the part that has too little room is said far ahead and without an end as it is near by', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { machines: 1, memoryMiB: 1e6, vcpus: 100, storageMiB: 1e6 });
  const days = (n: number) => n * 24 * HOUR;
  // At first the preparation alone is in the way; after months what was asked for.
  await t.store.tx((tx) => reservations.create(tx, s.reservation({ during: span(days(1), days(1) + 59) })));
  await t.store.tx((tx) => reservations.create(tx, s.reservation({ during: span(days(100), days(101)) })));
  const limits = { machines: 1, memoryMiB: 1e6, vcpus: 100, storageMiB: 1e6 };
  const wanted = { memoryMiB: 1, vcpus: 1, storageMiB: 0 };
  for (const end of [null, at(days(200))]) {
    const during = { start: at(days(1) + HOUR), end };
    const hold = { start: at(days(1) + 55), end };
    const steps = await calendar.shortSteps(t.db, s.providerId, hold, { now }, { limits, wanted });
    const asked = { span: calendar.interval(during), hold: calendar.interval(hold) };
    const q = { limits, steps, closed: [], wanted };
    const what = await calendar.inTheWay(t.db, s.providerId, q, asked, { now });
    expect(what).toMatchObject({ kind: 'capacity', part: 'span', at: at(days(100)).getTime() });
    const all = await calendar.usageAsked(t.db, s.providerId, during, { now });
    expect(what).toEqual(obstacle(q, asked, all));
  }
});
