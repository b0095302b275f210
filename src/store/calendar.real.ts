/** Promise 7 over time: at no moment, now or later, is more promised than there is. */
import { randomUUID } from 'node:crypto';
import type { KyselyPlugin, RootOperationNode } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { type Claim, leftBehind, peak, TURNAROUND_MS, usage, spansWhere } from '../core/calendar.ts';
import { type CapacityLimits, shortage } from '../core/capacity.ts';
import * as calendar from './calendar.ts';
import * as held from './held.ts';
import { at, churn, dice, now, someSpan, span, watch } from './calendar-testing.ts';
import type { Store } from './db.ts';
import * as machines from './machines.ts';
import * as placements from './placements.ts';
import * as providers from './providers.ts';
import { dueToBegin } from './due.ts';
import * as reservations from './reservations.ts';
import { seed } from './seed-testing.ts';
import { type TestDb, testDb } from './testing.ts';

const LIMITS: CapacityLimits = { machines: 6, memoryMiB: 1000, vcpus: 10, storageMiB: 600 };

/** Takes the lock clause from every SELECT: what the code would be without it. */
const unlocked: KyselyPlugin = {
  transformQuery: ({ node }) => (node.kind === 'SelectQueryNode' ? ({ ...node, endModifiers: [] } as RootOperationNode) : node),
  transformResult: async ({ result }) => result,
};

const pools = async (t: TestDb): Promise<Store[]> => [t.store, await t.again(), await t.again()];

test('many writers who book, move, shorten and end: at no moment is more promised than there is', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, LIMITS);
  const stores = await pools(t);
  const writers = Promise.all(Array.from({ length: 9 }, (_, i) => churn((stores[i % 3] as Store).db, s, 25, dice(i + 1))));
  expect(await watch(t.db, writers)).toEqual([]);
  // It was tight: much was refused, and much more granted than there is room for at one time.
  const tallies = await writers;
  expect(tallies.reduce((a, b) => a + b.refused, 0)).toBeGreaterThan(50);
  expect(tallies.reduce((a, b) => a + b.granted, 0)).toBeGreaterThan(50);
});

test('the same over two providers, with moves from one to the other', async () => {
  const t = await testDb(onTestFinished);
  const [s, other] = [await seed(t.db, now, LIMITS), await seed(t.db, now, LIMITS)];
  const places = [s.providerId, other.providerId];
  const stores = await pools(t);
  const writers = Promise.all(Array.from({ length: 9 }, (_, i) => churn((stores[i % 3] as Store).db, s, 30, dice(i + 1), places)));
  expect(await watch(t.db, writers)).toEqual([]);
  const tallies = await writers;
  expect(tallies.reduce((a, b) => a + b.refused, 0)).toBeGreaterThan(50);
  expect(tallies.reduce((a, b) => a + b.granted, 0)).toBeGreaterThan(100);
  expect(tallies.reduce((a, b) => a + b.left, 0)).toBeGreaterThan(5);
});

test('without the lock the checker finds capacity promised twice in the future', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, LIMITS);
  const stores = await pools(t);
  let seen: string[] = [];
  for (let round = 0; round < 400 && seen.length === 0; round++) {
    const writers = Array.from({ length: 9 }, (_, i) =>
      churn((stores[i % 3] as Store).db.withPlugin(unlocked), s, 20, dice(round * 9 + i)),
    );
    seen = await watch(t.db, Promise.all(writers));
  }
  expect(seen[0]).toMatch(/over capacity/);
});

test('SQL and the pure calendar agree about what is held', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { machines: 1000, memoryMiB: 1e6, vcpus: 1000, storageMiB: 1e6 });
  const roll = dice(7);
  const claims: Claim[] = [];
  let shorts = 0;
  for (let i = 0; i < 60; i++) {
    const { during, prepareAt } = someSpan(roll);
    const open = roll(8) === 0;
    const r = s.reservation({
      during: open ? { start: during.start, end: null } : during,
      prepareAt,
      memoryMiB: 64 + roll(500),
      storageMiB: roll(4) * 50,
      vcpus: 1 + roll(4),
    });
    await t.store.tx((within) => reservations.create(within, r));
    const end = r.during.end === null ? Number.POSITIVE_INFINITY : r.during.end.getTime() + TURNAROUND_MS;
    claims.push({ hold: { start: prepareAt.getTime(), end }, memoryMiB: r.memoryMiB, vcpus: r.vcpus, storageMiB: r.storageMiB });
  }
  // Some are made elsewhere, and their half-made machines stay.
  const elsewhere = (await seed(t.db, now)).providerId;
  for (let i = 0; i < 9; i++) {
    const r = s.reservation({ during: span(0, 10 + i), memoryMiB: 64 + roll(500), vcpus: 1 + roll(4), storageMiB: roll(4) * 50 });
    await t.store.tx((within) => reservations.create(within, r));
    const to = { providerId: elsewhere, machineId: randomUUID(), placement: '', tried: [], text: '', now };
    await t.store.tx((within) => placements.placeAgain(within, r.id, to));
    if (i % 3 === 0) await machines.transition(t.db, r.machineId, 'destroyed', { goneAt: now });
    else claims.push(leftBehind(r, now.getTime()));
  }
  for (let i = 0; i < 40; i++) {
    const during = i === 0 ? { start: now, end: null } : someSpan(roll).during;
    const within = { start: during.start.getTime(), end: during.end?.getTime() ?? Number.POSITIVE_INFINITY };
    const pure = usage(claims, within);
    expect(await held.peak(t.db, s.providerId, during, { now })).toEqual(peak(pure));
    // Where there is too little room is told alone, each time with the step that ends it.
    const limits = { machines: 15, memoryMiB: 4000, vcpus: 40, storageMiB: 800 };
    const wanted = { memoryMiB: 100, vcpus: 2, storageMiB: 50 };
    const isShort = (step: CapacityLimits) => shortage(limits, step, wanted) !== undefined;
    const short = spansWhere(pure, isShort);
    shorts += short.length;
    const told = spansWhere(await calendar.shortSteps(t.db, s.providerId, during, { now }, { limits, wanted }), isShort);
    // Of what has no end the first begin and the last end: nothing that has none is offered between them.
    if (during.end === null) expect([told[0]?.start, told.at(-1)?.end]).toEqual([short[0]?.start, short.at(-1)?.end]);
    else expect(told).toEqual(short);
  }
  expect(shorts).toBeGreaterThan(20);
});

test('of two that follow each other both are promised; of two that overlap by their preparation one', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { ...LIMITS, machines: 1 });
  const book = (start: number, end: number, lead: number) =>
    t.store.tx((within) => reservations.create(within, s.reservation({ during: span(start, end), prepareAt: at(start - lead) })));
  await book(60, 120, 5);
  // The turnaround of the first is two minutes, the preparation of the second five.
  await expect(book(126, 180, 5)).rejects.toMatchObject({ code: 'no-capacity', details: { resource: 'machines', free: 0 } });
  await book(127, 180, 5);
  await book(20, 53, 5);
  await expect(book(54, 55, 5)).rejects.toMatchObject({ code: 'no-capacity' });
});

test('one that is moved, shortened or ended gives back what it held', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { ...LIMITS, machines: 1 });
  const first = s.reservation({ during: span(60, 120), prepareAt: at(55) });
  await t.store.tx((within) => reservations.create(within, first));
  const next = s.reservation({ during: span(90, 120), prepareAt: at(85) });
  const book = () => t.store.tx((within) => reservations.create(within, next));
  await expect(book()).rejects.toMatchObject({ code: 'no-capacity' });
  await t.store.tx((within) => reservations.setEnd(within, first.id, at(83), now));
  await book();
  await expect(t.store.tx((within) => reservations.setEnd(within, first.id, at(84), now))).rejects.toMatchObject({ code: 'no-capacity' });
  await t.store.tx((within) => reservations.setSpan(within, first.id, { during: span(200, 300), prepareAt: at(195), now }));
  await t.store.tx((within) => reservations.transition(within, next.id, 'end', { endedAt: now }));
  expect(await held.peak(t.db, s.providerId, span(0, 190), { now })).toMatchObject({ machines: 0 });
  expect(await held.peak(t.db, s.providerId, span(0, 200), { now })).toMatchObject({ machines: 1 });
});

test('a machine that is still there after its end is counted until it is gone', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { ...LIMITS, machines: 1 });
  const r = s.reservation({ during: span(0, 10) });
  await t.store.tx((within) => reservations.create(within, r));
  const later = s.reservation({ during: span(30, 40), now: at(30) });
  const book = () => t.store.tx((within) => reservations.create(within, later));
  await expect(book()).rejects.toMatchObject({ code: 'no-capacity' });
  await t.store.tx(async (within) => {
    await machines.transition(within, r.machineId, 'destroyed', { goneAt: at(30) });
    await reservations.transition(within, r.id, 'tornDown', { endedAt: at(30) });
  });
  await book();
});

test('a machine that its reservation left behind at another place counts there until it is gone, with no end known', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { ...LIMITS, machines: 1 });
  const other = await seed(t.db, now, LIMITS);
  const r = s.reservation({ during: span(0, 10) });
  await t.store.tx((within) => reservations.create(within, r));
  const to = { providerId: other.providerId, machineId: randomUUID(), placement: '', tried: [], text: '', now };
  await t.store.tx((within) => placements.placeAgain(within, r.id, to));
  expect(await held.peak(t.db, other.providerId, span(0, 10), { now })).toMatchObject({ machines: 1 });
  const book = (from: number) =>
    t.store.tx((within) => reservations.create(within, s.reservation({ during: span(from, from + 10), prepareAt: at(from - 1) })));
  // It is not for the turn-round of somebody that there is no room.
  const full = { code: 'no-capacity', details: { resource: 'machines', free: 0, part: 'span' } };
  await expect(book(5)).rejects.toMatchObject(full);
  await expect(book(10_000)).rejects.toMatchObject(full);
  await machines.transition(t.db, r.machineId, 'destroyed', { goneAt: now });
  await book(5);
  await book(10_000);
});

test('a booked one begins once, when there is room for its machine', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { ...LIMITS, machines: 1 });
  const overdue = s.reservation({ during: span(0, 10) });
  const booked = s.reservation({ during: span(30, 60), prepareAt: at(20) });
  for (const r of [overdue, booked]) await t.store.tx((within) => reservations.create(within, r));
  expect(await machines.find(t.db, booked.machineId)).toBeUndefined();
  expect(await dueToBegin(t.db, at(19))).toEqual([]);
  expect(await dueToBegin(t.db, at(20))).toEqual([{ id: booked.id }]);
  const begin = () => t.store.tx((within) => placements.begin(within, booked.id, booked.revisionId, at(20)));
  expect(await begin()).toBe(false);
  expect((await reservations.find(t.db, booked.id))?.state).toBe('booked');
  await t.store.tx(async (within) => {
    await machines.transition(within, overdue.machineId, 'destroyed', { goneAt: at(20) });
    await reservations.transition(within, overdue.id, 'tornDown', { endedAt: at(20) });
  });
  expect(await begin()).toBe(true);
  expect(await reservations.find(t.db, booked.id)).toMatchObject({ state: 'preparing', stage: 'queued', begunAt: at(20) });
  expect(await machines.find(t.db, booked.machineId)).toMatchObject({ state: 'planned', vcpus: 1, memoryMib: 128 });
  expect(await dueToBegin(t.db, at(20))).toEqual([]);
});

test('nothing new is promised over maintenance; what is there stays, and may be shortened', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, LIMITS);
  const r = s.reservation({ during: span(60, 120), prepareAt: at(55) });
  await t.store.tx((within) => reservations.create(within, r));
  const closure = {
    id: randomUUID(),
    providerId: s.providerId,
    during: span(100, 110),
    reason: 'new switch',
    createdBy: 'ada',
    createdAt: now,
  };
  await t.store.tx(async (within) => {
    await providers.lock(within, s.providerId);
    await calendar.addClosure(within, closure);
  });
  expect(await calendar.holding(t.db, s.providerId, closure.during)).toEqual([{ id: r.id, accountId: s.accountId }]);
  const book = (start: number, end: number) =>
    t.store.tx((within) => reservations.create(within, s.reservation({ during: span(start, end) })));
  await expect(book(20, 105)).rejects.toMatchObject({
    code: 'no-capacity',
    details: { resource: 'maintenance', from: at(100).toISOString(), until: at(110).toISOString() },
  });
  // Only what overlaps it counts: not the turn-round before it, nor what is lengthened beyond it.
  await book(20, 100);
  await book(110, 120);
  await t.store.tx((within) => reservations.setEnd(within, r.id, at(121), now));
  const second = { ...closure, id: randomUUID(), during: span(130, 140) };
  await t.store.tx((within) => calendar.addClosure(within, second));
  await expect(t.store.tx((within) => reservations.setEnd(within, r.id, at(131), now))).rejects.toMatchObject({ code: 'no-capacity' });
  expect(await calendar.removeClosure(t.db, second.id)).toMatchObject({ reason: 'new switch' });
  await t.store.tx((within) => reservations.setEnd(within, r.id, at(131), now));
  expect(await calendar.removeClosure(t.db, closure.id)).toMatchObject({ reason: 'new switch' });
  expect(await calendar.removeClosure(t.db, closure.id)).toBeUndefined();
});

test('how many of a kind a person holds at one time is the most at any moment, not the sum', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, LIMITS);
  for (const [start, end] of [
    [10, 20],
    [30, 40],
    [35, 50],
  ] as const) {
    await t.store.tx((within) => reservations.create(within, s.reservation({ during: span(start, end), prepareAt: at(start - 9) })));
  }
  expect(await calendar.heldBy(t.db, s.accountId, 'lab', span(0, 60))).toBe(2);
  expect(await calendar.heldBy(t.db, s.accountId, 'lab', span(5, 30))).toBe(1);
  expect(await calendar.heldBy(t.db, s.accountId, 'long', span(0, 60))).toBe(0);
});
