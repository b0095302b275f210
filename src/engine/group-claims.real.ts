/** What the people of a group may hold at one time together: a claim like any other, counted by the groups that they are in now. */
import { randomUUID } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, makeBench, otherProcess, overtaken, readyOne, reservationOf } from '../../test/support/engine.ts';
import { Ledger } from '../../test/support/semester/ledger.ts';
import { DEFAULT_RULES, type SiteRules } from '../core/rules.ts';
import { isCode } from '../lib/errors.ts';
import * as accounts from '../store/accounts.ts';
import * as providers from '../store/providers.ts';
import * as reservations from '../store/reservations.ts';
import { dice } from '../store/calendar-testing.ts';
import { type Seed, seed } from '../store/seed-testing.ts';
import type { Reservation } from '../store/schema.ts';
import type { EngineDeps } from './deps.ts';
import { availability, refusedWithNext } from './intents/availability.ts';
import { endReservation } from './intents/end.ts';
import { undoEnd } from './intents/keep.ts';
import { extendReservation, moveReservation, reserve, type ReserveIntent, type Who } from './intents/reservation.ts';
import { reserveSeries } from './intents/series.ts';
import { assertRules, saveSiteRules } from './intents/terms.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Counted from here in hours: nothing of it is begun in a test. */
let day: number;
beforeEach(() => {
  day = Math.ceil(Date.now() / (24 * HOUR) + 1) * 24 * HOUR;
});

const at = (hours: number) => new Date(day + hours * HOUR);

async function person(bench: Bench, role: 'user' | 'admin' = 'user'): Promise<Who> {
  const id = randomUUID();
  await accounts.create(bench.store.db, { id, name: `p-${id.slice(0, 8)}`, role, now: new Date() });
  return { accountId: id, name: `p-${id.slice(0, 8)}`, role };
}

const people = (bench: Bench, n: number) => Promise.all(Array.from({ length: n }, () => person(bench)));

function book(bench: Bench, who: Who, hours: number, more: Partial<ReserveIntent> = {}, deps: EngineDeps = bench.deps) {
  return reserve(deps, who, { id: randomUUID(), image: 'golden', mode: 'linked', forMs: HOUR, startsAt: at(hours), ...more });
}

const limit = (bench: Bench, rules: Record<string, number>) =>
  saveSiteRules(bench.store.db, Object.fromEntries(Object.entries(rules).map(([group, n]) => [group, { lab: { groupAtOnce: n } }])));

async function setRole(bench: Bench, { accountId }: Who, role: 'user' | 'admin'): Promise<void> {
  const row = await accounts.find(bench.store.db, accountId);
  if (row) await accounts.change(bench.store.db, { ...row, role }, new Date());
}

const FULL = { code: 'limit-reached', details: { rule: 'group-at-once' } };

test('of 20 people of a group at one moment, in two processes, as many are promised as they may hold together', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  await limit(bench, { user: 3 });
  const all = await people(bench, 20);
  const there = await otherProcess(bench);
  const ended = await Promise.allSettled(all.map((who, i) => book(bench, who, 2, {}, i % 2 === 0 ? bench.deps : there)));
  expect(ended.filter((e) => e.status === 'fulfilled')).toHaveLength(3);
  for (const e of ended) if (e.status === 'rejected') expect(e.reason).toMatchObject(FULL);
  // At another time there is room for three more, directly after it too; another kind and another group are counted by themselves.
  await book(bench, all[0] as Who, 3);
  await book(bench, all[1] as Who, 2, { kind: 'imaging' });
  await book(bench, await person(bench, 'admin'), 2);
});

test('the same on several providers, where no row of a provider keeps them apart', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  const { db } = bench.store;
  await limit(bench, { user: 3 });
  const homes = [await seed(db, new Date()), await seed(db, new Date()), await seed(db, new Date())];
  const all = await people(bench, 30);
  const ended = await Promise.allSettled(
    all.map(({ accountId }, i) =>
      bench.store.tx(async (tx) => {
        const home = homes[i % 3] as Seed;
        await providers.lock(tx, home.providerId);
        const r = home.reservation({ accountId });
        await assertRules(tx, { accountId, rule: DEFAULT_RULES.lab, kind: 'lab', during: r.during, now: r.now, extending: false });
        await reservations.create(tx, r);
      }),
    ),
  );
  expect(ended.filter((e) => e.status === 'fulfilled')).toHaveLength(3);
});

test('who is in several groups counts in each', async () => {
  const bench = await makeBench(onTestFinished);
  const [ann, ben] = [await person(bench), await person(bench, 'admin')];
  await limit(bench, { '*': 3, user: 1 });
  await book(bench, ann, 2);
  await expect(book(bench, ann, 2)).rejects.toMatchObject({ details: { rule: 'group-at-once', group: 'user', limit: 1, wanted: 2 } });
  await book(bench, ben, 2);
  await book(bench, ben, 2);
  await expect(book(bench, ben, 2)).rejects.toMatchObject({ details: { group: '*', limit: 3, wanted: 4 } });
  await expect(book(bench, ann, 2.5)).rejects.toMatchObject({ details: { group: '*' } });
});

test('who changes groups keeps what was promised, and it counts where they are now', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  const [ann, ben, cal] = (await people(bench, 3)) as [Who, Who, Who];
  await limit(bench, { user: 1, admin: 1 });
  const hers = await book(bench, ann, 2);
  await expect(book(bench, ben, 2)).rejects.toMatchObject(FULL);
  await setRole(bench, ann, 'admin');
  await setRole(bench, cal, 'admin');
  await book(bench, ben, 2);
  await expect(book(bench, { ...cal, role: 'admin' }, 2)).rejects.toMatchObject({ details: { group: 'admin' } });
  // Too many by a change is nobody's loss: all stay, and are lengthened into a time at which there is room.
  await setRole(bench, ann, 'user');
  expect((await reservationOf(bench, hers.id)).state).toBe('booked');
  await extendReservation(bench.deps, ann, hers.id, HOUR);
  await expect(book(bench, ben, 3)).rejects.toMatchObject(FULL);
  // A promise that waits for a change of groups is counted by what they are after it.
  const late = overtaken(
    bench,
    async (tx) => {
      const row = await accounts.find(tx, cal.accountId);
      if (row) await accounts.change(tx, { ...row, role: 'user' }, new Date());
    },
    () => book(bench, { ...cal, role: 'admin' }, 2),
  );
  await expect(late).rejects.toMatchObject({ details: { group: 'user' } });
});

test('a limit that is lowered takes nothing back: what is there stays and ends as it was promised, and nothing new is', async () => {
  const bench = await makeBench(onTestFinished);
  const all = await people(bench, 4);
  const made = [];
  for (const who of all.slice(0, 3)) made.push(await book(bench, who, 2, { forMs: 2 * HOUR }));
  await limit(bench, { user: 2 });
  const [first] = made as [Reservation];
  for (const { id } of made) expect((await reservationOf(bench, id)).during).toEqual(first.during);
  await expect(book(bench, all[3] as Who, 3)).rejects.toMatchObject({ details: { limit: 2, wanted: 4 } });
  // Moved within its own time it stays; into another it is promised anew, as what is lengthened is beyond its end.
  const inside = await moveReservation(bench.deps, all[0] as Who, first.id, { startsAt: at(3), forMs: HOUR });
  expect(inside.during.start).toEqual(at(3));
  await expect(moveReservation(bench.deps, all[0] as Who, first.id, { startsAt: at(2.5) })).rejects.toMatchObject(FULL);
  for (const [i, row] of made.slice(0, 2).entries()) await extendReservation(bench.deps, all[i] as Who, row.id, HOUR);
  await expect(extendReservation(bench.deps, all[2] as Who, (made[2] as Reservation).id, HOUR)).rejects.toMatchObject(FULL);
  await limit(bench, {});
  await book(bench, all[3] as Who, 3);
});

test('an operator’s help is no way round it: what is lengthened or taken back counts in the groups of its person', async () => {
  const bench = await makeBench(onTestFinished);
  const [ann, ben] = (await people(bench, 2)) as [Who, Who];
  const admin = { ...bench.who, role: 'admin' };
  await limit(bench, { user: 1 });
  const early = await book(bench, ann, 2);
  await book(bench, ben, 3);
  await expect(extendReservation(bench.deps, admin, early.id, MINUTE)).rejects.toMatchObject(FULL);
  await limit(bench, { admin: 1 });
  const mine = await readyOne(bench);
  await endReservation(bench.deps, mine.id, 'end', 'ada', { keepMs: 5 * MINUTE });
  await drain(bench, { timed: true });
  await reserve(bench.deps, admin, { id: randomUUID(), image: 'golden', mode: 'linked', forMs: HOUR });
  await expect(undoEnd(bench.deps, ann, mine.id)).rejects.toMatchObject(FULL);
});

test('a refusal names the group, its number and when one is free again, and of others’ reservations only what may be seen', async () => {
  const bench = await makeBench(onTestFinished);
  const [ann, ben] = (await people(bench, 2)) as [Who, Who];
  const admin = { ...bench.who, role: 'admin' };
  await limit(bench, { '*': 2 });
  const hers = await book(bench, ann, 2, { forMs: 2 * HOUR });
  const his = await book(bench, ben, 2, { forMs: 3 * HOUR });
  const request = { image: 'golden', mode: 'linked' as const, forMs: HOUR, startsAt: at(2.5) };
  const why = (who: Who) => availability(bench.deps, who, request);
  const answer = await why(ann);
  const told = { rule: 'group-at-once', group: '*', limit: 2, at: at(2.5).toISOString(), until: at(4).toISOString() };
  expect(answer).toMatchObject({ possible: false, next: at(4), breach: { ...told, reservations: [hers.id] } });
  expect((await why(ben)).breach).toMatchObject({ reservations: [his.id] });
  expect((await why(admin)).breach).toMatchObject({ reservations: [hers.id, his.id] });
  for (const span of answer.free) expect(span.start >= at(4).getTime() || span.end <= at(2).getTime()).toBe(true);
  const refusal = await book(bench, ann, 2.5).catch((error: unknown) => error);
  await expect(refusedWithNext(bench.deps, ann, request, refusal)).rejects.toMatchObject({
    message:
      `all people together may hold 2 lab reservations at one time, and hold that many at ${told.at} (of those you see, the first to end: ` +
      `${hers.id.slice(0, 8)}); one more can be had at ${told.until}; the first start at which it can be had is ${told.until}`,
    details: { ...told, next: told.until },
  });
  await book(bench, ann, 4);
});

test('a series counts in its groups like one that is asked for alone, each of its own occurrences too', async () => {
  const bench = await makeBench(onTestFinished);
  const [ann, ben] = (await people(bench, 2)) as [Who, Who];
  await limit(bench, { user: 1 });
  await book(bench, ben, 2 + 24);
  const asked = { image: 'golden', mode: 'linked' as const, startsAt: at(2), zone: 'UTC', partial: true };
  const days = { ...asked, id: randomUUID(), forMs: HOUR, rule: 'FREQ=DAILY;COUNT=3' };
  await expect(reserveSeries(bench.deps, ann, { ...days, id: randomUUID(), partial: false })).rejects.toMatchObject({
    code: 'limit-reached',
    message: expect.stringContaining('the people of group user together'),
  });
  const made = await reserveSeries(bench.deps, ann, days);
  expect([made.reservations.length, made.refused.map((r) => r.at)]).toEqual([2, [at(26)]]);
  const over = { ...asked, id: randomUUID(), startsAt: at(100), forMs: 36 * HOUR, rule: 'FREQ=DAILY;COUNT=3' };
  expect((await reserveSeries(bench.deps, ann, over)).reservations).toHaveLength(2);
});

/** Books, moves, lengthens and ends at random as several people; the ledger counts what was promised by plain comparison of spans. */
async function churn(bench: Bench, told: SiteRules, ledger: Ledger, all: readonly Who[]): Promise<{ granted: number; refused: number }> {
  await saveSiteRules(bench.store.db, told);
  const roll = dice(7);
  const mine: { id: string; who: Who }[] = [];
  const tally = { granted: 0, refused: 0 };
  const put = ({ id, accountId, during, vcpus, memoryMib: memoryMiB }: Reservation) =>
    ledger.put(bench.store.db, {
      ...{ id, person: accountId, image: 'golden', place: 'nowhere', kind: 'lab', vcpus, memoryMiB },
      start: during.start.getTime(),
      end: during.end?.getTime() ?? Number.POSITIVE_INFINITY,
    });
  const once = async () => {
    const who = all[roll(all.length)] as Who;
    const had = mine[roll(mine.length + 1)];
    const act = roll(6);
    try {
      if (had === undefined || act < 3) {
        const row = await book(bench, who, roll(40) / 4, { forMs: (1 + roll(8)) * 15 * MINUTE });
        mine.push({ id: row.id, who });
        await put(row);
      } else if (act === 3) await put(await moveReservation(bench.deps, had.who, had.id, { startsAt: at(roll(40) / 4) }));
      else if (act === 4) await put(await extendReservation(bench.deps, had.who, had.id, 15 * MINUTE));
      else {
        ledger.drop(had.id);
        mine.splice(mine.indexOf(had), 1);
        await endReservation(bench.deps, had.id, 'end', had.who.name);
      }
      tally.granted += 1;
    } catch (error) {
      if (!isCode(error, 'limit-reached', 'wrong-state', 'not-found')) throw error;
      tally.refused += 1;
    }
  };
  for (let i = 0; i < 120; i++) await once();
  return tally;
}

async function crowd(bench: Bench) {
  const [users, admins] = [await people(bench, 5), [await person(bench, 'admin'), await person(bench, 'admin')]];
  const all = [...users, ...admins];
  const ids = (some: readonly Who[]) => new Set(some.map((who) => who.accountId));
  const groups = [
    { name: 'everybody', people: ids(all), atOnce: 6 },
    { name: 'user', people: ids(users), atOnce: 4 },
  ];
  return { all, ledger: new Ledger({ places: new Map(), atOnce: 1_000, licences: [], groups }) };
}

test('whatever is booked, moved, lengthened and ended, a simple model finds no group over its number', async () => {
  const bench = await makeBench(onTestFinished);
  const { all, ledger } = await crowd(bench);
  const rules = { '*': { lab: { groupAtOnce: 6 } }, user: { lab: { groupAtOnce: 4 } } };
  const { granted, refused } = await churn(bench, rules, ledger, all);
  expect(ledger.violations).toEqual([]);
  // It was tight, and went on to the end.
  expect(Math.min(granted, refused)).toBeGreaterThan(15);
});

test.each([
  ['everybody', { user: { lab: { groupAtOnce: 4 } } }],
  ['user', { '*': { lab: { groupAtOnce: 6 } } }],
])('without the claim of %s the same model says what was promised too often', async (name, rules) => {
  const bench = await makeBench(onTestFinished);
  const { all, ledger } = await crowd(bench);
  await churn(bench, rules, ledger, all);
  expect(ledger.violations).toContainEqual(expect.stringContaining(`labs of ${name}`));
});
