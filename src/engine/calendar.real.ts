/** The calendar in the engine: reservations for later are begun ahead of time, moved, shortened and refused by the rules. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, otherProcess, drain, makeBench, observe, problems, readyOne, reservationOf } from '../../test/support/engine.ts';
import { DEFAULT_RULES } from '../core/rules.ts';
import { isCode } from '../lib/errors.ts';
import * as calendar from '../store/calendar.ts';
import * as machines from '../store/machines.ts';
import * as images from '../store/images.ts';
import * as providers from '../store/providers.ts';
import * as reservations from '../store/reservations.ts';
import { type Seed, seed } from '../store/seed-testing.ts';
import { availability } from './intents/availability.ts';
import { addClosure } from './intents/closures.ts';
import { prepareImage, publishRevision, retireRevision } from './intents/image.ts';
import { endReservation } from './intents/end.ts';
import { extendReservation, moveReservation, reserve, type ReserveIntent } from './intents/reservation.ts';
import { assertRules, saveSiteRules } from './intents/terms.ts';
import { beginDue, expireDue } from './timers.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Until there is anything to go by, a machine is begun ten minutes ahead. */
const LEAD = 10 * MINUTE;

const inFuture = (bench: Bench, ms: number): Date => new Date(bench.deps.now().getTime() + ms);

function book(bench: Bench, more: Partial<ReserveIntent> = {}) {
  return reserve(bench.deps, bench.who, {
    id: randomUUID(),
    image: 'golden',
    mode: 'linked',
    forMs: HOUR,
    startsAt: inFuture(bench, 2 * HOUR),
    ...more,
  });
}

test('one for later is begun ahead of its start, is ready by then, and ends at its end', async () => {
  const bench = await makeBench(onTestFinished);
  const made = await book(bench);
  expect(made).toMatchObject({ state: 'booked', stage: 'booked', kind: 'lab', begunAt: null });
  await drain(bench);
  expect(bench.calls).toEqual([]);
  bench.clock.skewMs = 2 * HOUR - LEAD - 5_000;
  expect(await beginDue(bench.deps)).toBe(0);
  bench.clock.skewMs = 2 * HOUR - LEAD + 1_000;
  expect(await beginDue(bench.deps)).toBe(1);
  expect(await beginDue(bench.deps)).toBe(0);
  await drain(bench);
  expect(await reservationOf(bench, made.id)).toMatchObject({ state: 'ready' });
  bench.clock.skewMs = 3 * HOUR - 5_000;
  expect(await expireDue(bench.deps)).toBe(0);
  bench.clock.skewMs = 3 * HOUR + 5_000;
  expect(await expireDue(bench.deps)).toBe(1);
  await drain(bench);
  expect((await reservationOf(bench, made.id)).state).toBe('ended');
  expect(await problems(bench)).toEqual([]);
});

test('two servers that look at the same time begin it once', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  const other = await otherProcess(bench);
  const ids = await Promise.all(Array.from({ length: 5 }, () => book(bench)));
  bench.clock.skewMs = 2 * HOUR - MINUTE;
  await Promise.all([beginDue(bench.deps), beginDue(other), beginDue(bench.deps), beginDue(other)]);
  await drain(bench);
  for (const { id } of ids) expect((await reservationOf(bench, id)).state).toBe('ready');
  expect(bench.calls.filter((c) => c.startsWith('clone '))).toHaveLength(5);
  expect(await problems(bench)).toEqual([]);
});

test('a start that has just passed is now; one long past is refused', async () => {
  const bench = await makeBench(onTestFinished);
  expect((await book(bench, { startsAt: inFuture(bench, -30_000) })).state).toBe('preparing');
  await expect(book(bench, { startsAt: inFuture(bench, -5 * MINUTE) })).rejects.toMatchObject({ code: 'bad-request' });
});

test('what is published when it begins is handed out, unless a revision was named', async () => {
  const bench = await makeBench(onTestFinished);
  const newest = await book(bench);
  const named = await book(bench, { revision: 1 });
  const { revision } = await prepareImage(bench.deps, bench.who, {
    image: 'golden',
    publish: true,
    source: { kind: 'recipe', recipe: 'tiny' },
    told: { kind: 'recipe' },
  });
  await drain(bench);
  bench.clock.skewMs = 2 * HOUR;
  expect(await beginDue(bench.deps)).toBe(2);
  expect((await reservationOf(bench, newest.id)).revisionId).toBe(revision.id);
  expect((await machines.find(bench.store.db, newest.machineId))?.revisionId).toBe(revision.id);
  expect((await reservationOf(bench, named.id)).revisionId).toBe(bench.revisionId);
});

test('when nothing is left to make it from, it fails and says so', async () => {
  const bench = await makeBench(onTestFinished);
  const before = await observe(bench);
  const made = await book(bench);
  await retireRevision(bench.deps, bench.who, bench.revisionId);
  bench.clock.skewMs = 2 * HOUR;
  await beginDue(bench.deps);
  expect(await reservationOf(bench, made.id)).toMatchObject({ state: 'failed', failure: { code: 'wrong-state' }, stage: 'gone' });
  expect({ ...(await observe(bench)), revisions: [] }).toEqual({ ...before, revisions: [] });
  expect((await images.revision(bench.store.db, bench.revisionId))?.state).toBe('retired');
});

test('one that is ended before it begins is over at once; one whose time goes by unseen has failed', async () => {
  const bench = await makeBench(onTestFinished);
  const [first, second] = [await book(bench), await book(bench)];
  await endReservation(bench.deps, first.id, 'end', 'ada');
  expect(await reservationOf(bench, first.id)).toMatchObject({ state: 'ended', stage: 'gone', failure: null });
  bench.clock.skewMs = 4 * HOUR;
  await expireDue(bench.deps);
  expect(await beginDue(bench.deps)).toBe(0);
  expect(await reservationOf(bench, second.id)).toMatchObject({ state: 'failed', failure: { code: 'unavailable' } });
  expect(await problems(bench)).toEqual([]);
});

test('one whose room is still taken by a machine that should be gone waits for it, says so, and then begins', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const early = await readyOne(bench, { forMs: HOUR });
  const next = await book(bench);
  bench.clock.skewMs = 2 * HOUR - MINUTE;
  expect(await beginDue(bench.deps)).toBe(0);
  expect(await reservationOf(bench, next.id)).toMatchObject({ state: 'booked', stageText: expect.stringContaining('waiting for room') });
  await expireDue(bench.deps);
  await drain(bench);
  expect((await reservationOf(bench, early.id)).state).toBe('ended');
  expect(await beginDue(bench.deps)).toBe(1);
  await drain(bench);
  expect((await reservationOf(bench, next.id)).state).toBe('ready');
});

test('moved, lengthened and shortened within the room and the rules; refused, it stays as it was', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  await saveSiteRules(bench.store.db, { '*': { lab: { longestMs: 2 * HOUR, totalMs: 3 * HOUR, aheadMs: 24 * HOUR } } });
  const start = inFuture(bench, 2 * HOUR);
  const first = await book(bench, { startsAt: start });
  const second = await book(bench, { startsAt: new Date(start.getTime() + 2 * HOUR) });
  const { id } = first;
  const by = (ms: number) => extendReservation(bench.deps, bench.who, id, ms);
  await expect(by(HOUR)).rejects.toMatchObject({ code: 'no-capacity' });
  expect((await by(30 * MINUTE)).during.end).toEqual(new Date(start.getTime() + 90 * MINUTE));
  expect((await by(-60 * MINUTE)).during.end).toEqual(new Date(start.getTime() + 30 * MINUTE));
  await expect(by(-30 * MINUTE)).rejects.toMatchObject({ code: 'bad-request' });
  const move = (ms: number, forMs?: number) => moveReservation(bench.deps, bench.who, id, { startsAt: inFuture(bench, ms), forMs });
  await expect(move(4 * HOUR)).rejects.toMatchObject({ code: 'no-capacity' });
  await expect(move(48 * HOUR)).rejects.toMatchObject({ code: 'limit-reached' });
  expect((await reservationOf(bench, id)).during.start).toEqual(start);
  const moved = await move(8 * HOUR, HOUR);
  expect(moved.during.end?.getTime()).toBe(moved.during.start.getTime() + HOUR);
  await expect(by(3 * HOUR)).rejects.toMatchObject({ code: 'limit-reached', details: { rule: 'total' } });
  // The room it had is free again.
  await moveReservation(bench.deps, bench.who, second.id, { startsAt: start });
  const running = await readyOne(bench, { forMs: 30 * MINUTE });
  await expect(moveReservation(bench.deps, bench.who, running.id, { startsAt: start })).rejects.toMatchObject({ code: 'wrong-state' });
});

test('of 20 at one moment by a person who may hold 3, exactly 3 are promised', async () => {
  const bench = await makeBench(onTestFinished);
  await saveSiteRules(bench.store.db, { '*': { lab: { atOnce: 3 } } });
  const ended = await Promise.allSettled(Array.from({ length: 20 }, () => book(bench)));
  expect(ended.filter((e) => e.status === 'fulfilled')).toHaveLength(3);
  for (const e of ended)
    if (e.status === 'rejected') expect(e.reason).toMatchObject({ code: 'limit-reached', details: { rule: 'at-once' } });
  // At another time there is room for three more; another kind is counted by itself.
  await book(bench, { startsAt: inFuture(bench, 20 * HOUR) });
  await book(bench, { kind: 'imaging' });
});

test('on several providers too a person holds no more at one time than the rules say', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  const { db } = bench.store;
  const homes = [await seed(db, new Date()), await seed(db, new Date()), await seed(db, new Date())];
  const accountId = bench.who.accountId;
  const rule = { ...DEFAULT_RULES.lab, atOnce: 3 };
  const ended = await Promise.allSettled(
    Array.from({ length: 30 }, (_, i) =>
      bench.store.tx(async (tx) => {
        const home = homes[i % 3] as Seed;
        await providers.lock(tx, home.providerId);
        const r = home.reservation({ accountId });
        await assertRules(tx, { accountId, rule, kind: 'lab', during: r.during, now: r.now, extending: false });
        await reservations.create(tx, r);
      }),
    ),
  );
  expect(ended.filter((e) => e.status === 'fulfilled')).toHaveLength(3);
});

test('the kind follows from length and mode, and may be refused', async () => {
  const bench = await makeBench(onTestFinished);
  await saveSiteRules(bench.store.db, { '*': { server: { allowed: false } }, admin: { server: { allowed: true } } });
  expect((await book(bench, { forMs: 60 * HOUR })).kind).toBe('long');
  const open = { forMs: Number.POSITIVE_INFINITY, mode: 'full' as const };
  await expect(book(bench, open)).rejects.toMatchObject({ code: 'not-allowed', details: { kind: 'server' } });
  const who = { ...bench.who, role: 'admin' };
  const server = await reserve(bench.deps, who, { id: randomUUID(), image: 'golden', ...open });
  expect(server).toMatchObject({ kind: 'server', during: { end: null } });
  await expect(extendReservation(bench.deps, bench.who, server.id, HOUR)).rejects.toMatchObject({ code: 'wrong-state' });
});

test('the lead follows from what was measured', async () => {
  const bench = await makeBench(onTestFinished);
  for (let i = 0; i < 3; i++) await readyOne(bench);
  const answer = await availability(bench.deps, bench.who, { image: 'golden', mode: 'linked', forMs: HOUR });
  expect(answer).toMatchObject({ possible: true, leadMs: MINUTE, estimate: { count: 3 } });
  expect((answer.estimate as { p95Ms: number }).p95Ms).toBeGreaterThan(0);
  const made = await book(bench);
  expect(made.during.start.getTime() - made.hold.start.getTime()).toBe(MINUTE);
});

test('the answer is true: what is said to be possible is promised, what is not is refused, and the next start can be had', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 3, vcpus: 4 } });
  const closed = { start: inFuture(bench, 10 * HOUR), end: inFuture(bench, 12 * HOUR) };
  await bench.store.tx((tx) =>
    calendar.addClosure(tx, {
      id: randomUUID(),
      providerId: bench.providerId,
      during: closed,
      reason: 'power',
      createdBy: 'ada',
      createdAt: bench.deps.now(),
    }),
  );
  let state = 5;
  const roll = (n: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const tally = { possible: 0, refused: 0 };
  for (let i = 0; i < 40; i++) {
    const request = {
      image: 'golden',
      mode: 'linked' as const,
      startsAt: inFuture(bench, roll(72) * 10 * MINUTE),
      forMs: (1 + roll(18)) * 10 * MINUTE,
      vcpus: 1 + roll(2),
    };
    const answer = await availability(bench.deps, bench.who, request);
    const tried = await book(bench, request).catch((error: unknown) => error);
    tally[answer.possible ? 'possible' : 'refused'] += 1;
    expect(isCode(tried, 'no-capacity')).toBe(!answer.possible);
    if (answer.possible) expect(answer.next).toEqual(answer.from);
    else {
      expect(answer.obstacle).toBeDefined();
      const next = await book(bench, { ...request, startsAt: answer.next as Date });
      expect(next.during.start).toEqual(answer.next);
    }
  }
  expect(Math.min(tally.possible, tally.refused)).toBeGreaterThan(5);
});

test('what could never be is refused with what helps: a window that is over, an end before its start, a revision that is retired', async () => {
  const bench = await makeBench(onTestFinished);
  const { deps, who, providerId } = bench;
  const yesterday = new Date(deps.now().getTime() - 24 * HOUR);
  await expect(addClosure(deps, who, { providerId, start: yesterday, forMs: HOUR, reason: 'disks' })).rejects.toMatchObject({
    code: 'bad-request',
    message: expect.stringContaining('which is past'),
  });
  // One that began is not over.
  await addClosure(deps, who, { providerId, start: yesterday, forMs: 25 * HOUR, reason: 'disks' });
  const { id } = await book(bench, { startsAt: inFuture(bench, 30 * HOUR), forMs: HOUR });
  await expect(extendReservation(deps, who, id, -HOUR)).rejects.toMatchObject({ message: 'that would end it before it begins' });
  await expect(moveReservation(deps, who, id, { startsAt: yesterday })).rejects.toMatchObject({ hint: expect.stringContaining('ahead') });
  await retireRevision(deps, who, bench.revisionId);
  await expect(publishRevision(deps, who, bench.revisionId)).rejects.toMatchObject({
    hint: expect.stringContaining('carrel image unretire'),
  });
});

test('what frozen parents hold is promised to nobody; what was promised before they came begins all the same', async () => {
  const bench = await makeBench(onTestFinished);
  const { db } = bench.store;
  const booked = await book(bench);
  const { maxMemoryMib, maxVcpus } = await providers.find(db, bench.providerId);
  for (const [held, resource] of [
    [{ memoryMiB: maxMemoryMib - 1, vcpus: 0 }, 'memoryMiB'],
    [{ memoryMiB: 0, vcpus: maxVcpus + 1 }, 'vcpus'],
  ] as const) {
    await providers.setHeld(db, bench.providerId, held);
    await expect(book(bench)).rejects.toMatchObject({ code: 'no-capacity', details: { resource } });
    expect((await availability(bench.deps, bench.who, { image: 'golden', mode: 'linked', forMs: HOUR })).possible).toBe(false);
  }
  bench.clock.skewMs = 2 * HOUR;
  expect(await beginDue(bench.deps)).toBe(1);
  await drain(bench);
  expect((await reservationOf(bench, booked.id)).state).toBe('ready');
});
