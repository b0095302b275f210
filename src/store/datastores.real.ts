/** Promise 7, of each datastore: what is claimed of one is at no moment more than may be promised of it, and a claim is refused only where none has room. */
import { expect, onTestFinished, test } from 'vitest';
import { type KyselyPlugin, type RootOperationNode, sql } from 'kysely';
import { isCode } from '../lib/errors.ts';
import { at, churn, dice, now, someSpan, span, violations, watch } from './calendar-testing.ts';
import { scarceDatastores } from './datastore-claims.ts';
import * as datastores from './datastores.ts';
import { peaks } from './held-datastores.ts';
import * as masters from './masters.ts';
import * as providers from './providers.ts';
import { refreshHours } from './held.ts';
import * as reservations from './reservations.ts';
import type { Db, TimeRange } from './schema.ts';
import { seed } from './seed-testing.ts';
import { testDb } from './testing.ts';

const ROOMS = { one: 150, two: 100, three: 250 };
const LARGE = { machines: 1e4, memoryMiB: 1e8, vcpus: 1e5, storageMiB: 1e8 };

async function setUp() {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, LARGE);
  await datastores.put(
    t.db,
    s.providerId,
    Object.entries(ROOMS).map(([name, mib]) => ({ name, capacityMiB: 2 * mib, freeMiB: mib })),
  );
  return { t, s };
}

/** Takes the lock clause from every SELECT: what the code would be without it. */
const unlocked: KyselyPlugin = {
  transformQuery: ({ node }) => (node.kind === 'SelectQueryNode' ? ({ ...node, endModifiers: [] } as RootOperationNode) : node),
  transformResult: async ({ result }) => result,
};

test('however many book, move, lengthen and end at one time, no datastore is promised twice', async () => {
  const { t, s } = await setUp();
  const stores = [t.store, await t.again(), await t.again()];
  const writers = Array.from({ length: 9 }, (_, i) => churn((stores[i % 3] as (typeof stores)[0]).db, s, 25, dice(i + 1)));
  const done = Promise.all(writers);
  expect(await watch(t.db, done)).toEqual([]);
  const tallies = await done;
  // It was tight, and all three were used.
  expect(tallies.reduce((n, { refused }) => n + refused, 0)).toBeGreaterThan(0);
  const { rows } = await sql<{ datastore: string }>`select distinct datastore from reservation where datastore is not null`.execute(t.db);
  expect(rows.map((r) => r.datastore).sort()).toEqual(['one', 'three', 'two']);
});

test('without the lock the checker finds a datastore promised twice', async () => {
  const { t, s } = await setUp();
  const stores = [t.store, await t.again(), await t.again()];
  let seen: string[] = [];
  for (let round = 0; round < 400 && seen.length === 0; round++) {
    const open = (i: number) => (stores[i % 3] as (typeof stores)[0]).db.withPlugin(unlocked);
    seen = await watch(t.db, Promise.all(Array.from({ length: 9 }, (_, i) => churn(open(i), s, 20, dice(round * 9 + i)))));
  }
  expect(seen[0]).toMatch(/^over (one|two|three) at /);
});

/** What is claimed of each at most in a span, from the reservations alone. */
async function modelOf(db: Db, { start, end }: TimeRange): Promise<Record<string, number>> {
  const rows = await db.selectFrom('reservation').selectAll().where('state', '=', 'booked').execute();
  const until = end?.getTime() ?? Number.POSITIVE_INFINITY;
  const endOf = (r: (typeof rows)[0]) => r.hold.end?.getTime() ?? Number.POSITIVE_INFINITY;
  const moments = [start.getTime(), ...rows.map((r) => r.hold.start.getTime())].filter((m) => m >= start.getTime() && m < until);
  const used = (name: string, m: number) =>
    rows.filter((r) => r.datastore === name && r.hold.start.getTime() <= m && endOf(r) > m).reduce((n, r) => n + r.storageMib, 0);
  return Object.fromEntries(Object.keys(ROOMS).map((name) => [name, Math.max(0, ...moments.map((m) => used(name, m)))]));
}

test('a claim is taken where a simple model sees room, and refused only where it sees none on any; counted hour by hour or not', async () => {
  const { t, s } = await setUp();
  const roll = dice(11);
  const ids: string[] = [];
  const counted = () =>
    t.store.tx(async (tx) => {
      await providers.lock(tx, s.providerId);
      await refreshHours(tx, s.providerId);
    });
  const tally = { taken: 0, refused: 0 };
  for (let i = 0; i < 140; i++) {
    const ask = i % 9 === 0 ? { during: { start: at(20 + roll(600)), end: null }, prepareAt: at(15) } : someSpan(roll);
    const storageMiB = 10 + 10 * roll(9);
    const hold = reservations.holdOf(ask);
    const before = await modelOf(t.db, hold);
    const fits = Object.entries(ROOMS).filter(([name, mib]) => mib - (before[name] ?? 0) >= storageMiB);
    expect((await peaks(t.db, s.providerId, hold, { now })).map((d) => [d.name, d.heldMiB])).toEqual(
      Object.entries(before).sort(([a], [b]) => a.localeCompare(b)),
    );
    // The same question in spans: the whole of it is free on exactly those.
    const scarce = await scarceDatastores(t.db, s.providerId, hold, { now }, { wantedMiB: storageMiB, revisionId: s.revisionId });
    expect(scarce.filter((spans) => spans.length === 0)).toHaveLength(fits.length);
    const r = s.reservation({ ...ask, storageMiB });
    const made = await t.store
      .tx((tx) => reservations.create(tx, r))
      .then(
        () => true,
        (error: unknown) => {
          if (!isCode(error, 'no-capacity')) throw error;
          return false;
        },
      );
    expect(made).toBe(fits.length > 0);
    tally[made ? 'taken' : 'refused'] += 1;
    if (made) {
      ids.push(r.id);
      expect(fits.map(([name]) => name)).toContain((await reservations.find(t.db, r.id))?.datastore);
    }
    if (roll(3) === 0 && ids.length > 0) {
      const [id] = ids.splice(roll(ids.length), 1);
      await t.store.tx((tx) => reservations.transition(tx, id as string, 'end', { endedAt: now }));
    }
    if (roll(2) === 0) await counted();
  }
  expect(Math.min(tally.taken, tally.refused)).toBeGreaterThan(20);
  expect(await violations(t.db)).toEqual([]);
});

test('a refusal names each datastore, with what is left and until when, and the one that is away', async () => {
  const { t, s } = await setUp();
  await datastores.put(t.db, s.providerId, [
    { name: 'one', capacityMiB: 300, freeMiB: 150 },
    { name: 'two', capacityMiB: 200, freeMiB: 100 },
    { name: 'three' },
  ]);
  const book = (from: number, to: number, storageMiB: number) => {
    const r = s.reservation({ during: span(from, to), prepareAt: at(from), storageMiB });
    return t.store.tx((tx) => reservations.create(tx, r)).then(() => reservations.find(t.db, r.id));
  };
  expect((await book(60, 120, 120))?.datastore).toBe('one');
  expect((await book(60, 90, 80))?.datastore).toBe('two');
  // In all there is room for it, and on the largest alone there would be.
  const error: unknown = await book(70, 80, 40).catch((e: unknown) => e);
  expect(error).toMatchObject({
    code: 'no-capacity',
    message: expect.stringMatching(
      /no datastore of .* has 40 MiB left over the whole time: one has 30 MiB left until .*T12:02.*, three is away since .*, two has 20 MiB left until .*T11:32/,
    ),
    details: {
      resource: 'storageMiB',
      wanted: 40,
      free: 30,
      missing: { storageMiB: 10 },
      datastores: [
        { name: 'one', free: 30, until: at(122).toISOString() },
        { name: 'three', awaySince: expect.any(String) },
        { name: 'two', free: 20, until: at(92).toISOString() },
      ],
    },
  });
  expect((await book(92, 110, 40))?.datastore).toBe('two');
});

test('the one with golden disks of its image goes before one with more room; where these have to be copied, there is room for the copy too', async () => {
  const { t, s } = await setUp();
  const file = { path: '[two] golden/disk.vmdk', bytes: 1, sha256: 'a'.repeat(64) };
  const virtualBytes = 200 * 2 ** 20;
  await masters.put(t.db, { revisionId: s.revisionId, providerId: s.providerId, files: [file], virtualBytes, sealedAt: now });
  const book = async (storageMiB: number) => {
    const r = s.reservation({ during: span(60, 90), prepareAt: at(60), storageMiB });
    await t.store.tx((tx) => reservations.create(tx, r));
    return (await reservations.find(t.db, r.id))?.datastore;
  };
  expect([await book(60), await book(30), await book(50)]).toEqual(['two', 'two', 'three']);
  await expect(book(20)).rejects.toMatchObject({ code: 'no-capacity' });
  expect(await book(10)).toBe('two');
});

test('what machines wrote of what is claimed for them is not counted twice, and what they wrote beyond it is nobody’s', async () => {
  const { t, s } = await setUp();
  const r = s.reservation({ during: span(0, 60), prepareAt: at(0), storageMiB: 60 });
  await t.store.tx((tx) => reservations.create(tx, r));
  const [name] = (await t.db.selectFrom('machine').select('datastore').execute()).map((m) => m.datastore as string);
  const room = async (machinesMiB: number, freeMiB: number) => {
    await datastores.put(t.db, s.providerId, [{ name: name as string, capacityMiB: 300, freeMiB, machinesMiB, reserveMiB: 10 }]);
    return (await datastores.of(t.db, s.providerId))[0]?.roomMib;
  };
  expect(await room(0, 250)).toBe(240);
  expect(await room(40, 210)).toBe(240);
  expect(await room(100, 150)).toBe(200);
  expect(await room(100, 5)).toBe(60);
  // Nobody tells of it any more: as long as something counts on it, it is away.
  await datastores.put(t.db, s.providerId, []);
  expect(await datastores.of(t.db, s.providerId)).toMatchObject([{ name, roomMib: null, awaySince: expect.any(Date) }]);
});
