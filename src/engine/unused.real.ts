/** What a machine's time says before it is over: that its end is near, and that nobody uses it. */
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, makeBench, otherProcess, overtaken, readyOne, reservationOf } from '../../test/support/engine.ts';
import { makeCtx } from '../lib/context.ts';
import * as due from '../store/due.ts';
import { Sealer } from './credentials.ts';
import { connect, consoleTarget, noteTunnel } from './intents/connect.ts';
import { undoEnd } from './intents/keep.ts';
import { reimageReservation } from './intents/reimage.ts';
import { extendReservation } from './intents/reservation.ts';
import { saveSiteRules } from './intents/terms.ts';
import { noteUsed } from './intents/seen.ts';
import { endUnused, tellEndsNear, tellGuests } from './intents/unused.ts';

const MINUTE = 60_000;

const notices = async (bench: Bench) =>
  (await bench.store.db.selectFrom('event').select('body').orderBy('id').execute()).filter((e) => (e.body as { notice?: string }).notice);
const later = (bench: Bench, ms: number) => (bench.clock.skewMs += ms);
const within = (bench: Bench, ms: number, more = {}) => saveSiteRules(bench.store.db, { '*': { lab: { connectWithinMs: ms } }, ...more });

test('an end that is near is told once, by whichever server; a later end is told of again', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  const { id } = await readyOne(bench, { forMs: 60 * MINUTE });
  const other = await otherProcess(bench);
  expect(await tellEndsNear(bench.deps)).toBe(0);
  later(bench, 51 * MINUTE);
  const told = await Promise.all([tellEndsNear(bench.deps), tellEndsNear(other), tellEndsNear(other)]);
  expect(told.reduce((a, b) => a + b)).toBe(1);
  expect(await tellEndsNear(bench.deps)).toBe(0);
  expect(await notices(bench)).toMatchObject([{ body: { notice: 'ends-soon', state: 'ready' } }]);
  await extendReservation(bench.deps, bench.who, id, 30 * MINUTE);
  expect(await tellEndsNear(bench.deps)).toBe(0);
  later(bench, 30 * MINUTE);
  expect(await tellEndsNear(bench.deps)).toBe(1);
  expect(await notices(bench)).toHaveLength(2);
});

test('how long before its end it is told is the rule of its kind and of whose it is; what is not much longer is not told of', async () => {
  const bench = await makeBench(onTestFinished);
  const rule = (everybody: number, admin?: number) =>
    saveSiteRules(bench.store.db, {
      '*': { lab: { tellEndMs: everybody * MINUTE } },
      ...(admin === undefined ? {} : { admin: { lab: { tellEndMs: admin * MINUTE } } }),
    });
  await readyOne(bench, { forMs: 60 * MINUTE });
  await readyOne(bench, { forMs: 34 * MINUTE });
  await rule(20, 0);
  later(bench, 41 * MINUTE);
  expect(await tellEndsNear(bench.deps)).toBe(0);
  await rule(0, 17);
  expect(await tellEndsNear(bench.deps)).toBe(0);
  await rule(20);
  expect(await tellEndsNear(bench.deps)).toBe(1);
  expect(await tellEndsNear(bench.deps)).toBe(0);
});

test('the word that the end is near is shown in its guest, once for each end, by a server that has its provider, and a guest that will not is let be', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  const { id, machineId } = await readyOne(bench, { forMs: 60 * MINUTE });
  const other = await otherProcess(bench);
  const shown = () => bench.fake.state.machines[machineId]?.announced ?? [];
  later(bench, 51 * MINUTE);
  // Its people first: of an end of which they are not told nothing is said in the guest.
  expect(await tellGuests(bench.deps)).toBe(0);
  await tellEndsNear(bench.deps);
  expect(await tellGuests({ ...other, drivers: new Map() })).toBe(0);
  const told = await Promise.all([tellGuests(bench.deps), tellGuests(other), tellGuests(bench.deps)]);
  expect(told.reduce((a, b) => a + b)).toBe(1);
  expect(shown()).toEqual([
    expect.stringMatching(new RegExp(`^Carrel: this machine ends in 9 min, .* carrel extend ${id.slice(0, 8)} 1h$`)),
  ]);
  await extendReservation(bench.deps, bench.who, id, 30 * MINUTE);
  expect(await tellGuests(bench.deps)).toBe(0);
  later(bench, 30 * MINUTE);
  await tellEndsNear(bench.deps);
  bench.fake.addFault({ verb: 'guest.announce', when: 'before', error: 'guest-failed', count: 1 });
  expect(await tellGuests(bench.deps)).toBe(0);
  expect(await tellGuests(bench.deps)).toBe(0);
  // Lengthened before it was shown.
  await extendReservation(bench.deps, bench.who, id, 30 * MINUTE);
  later(bench, 30 * MINUTE);
  await tellEndsNear(bench.deps);
  await extendReservation(bench.deps, bench.who, id, 30 * MINUTE);
  expect(await tellGuests(bench.deps)).toBe(0);
  later(bench, 30 * MINUTE);
  // After a server was away for long the end is no longer near: it was.
  await tellEndsNear(bench.deps);
  later(bench, 10 * MINUTE);
  expect(await tellGuests(bench.deps)).toBe(0);
  expect(shown()).toHaveLength(1);
});

test('one that was asked for so short a time is not told of it', async () => {
  const bench = await makeBench(onTestFinished);
  await readyOne(bench, { forMs: 15 * MINUTE });
  later(bench, 10 * MINUTE);
  expect(await tellEndsNear(bench.deps)).toBe(0);
});

test('what is lengthened while its end is found to be near is not told of the old one', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  const { id } = await readyOne(bench, { forMs: 60 * MINUTE });
  later(bench, 51 * MINUTE);
  const told = await overtaken(
    bench,
    async (tx) => {
      const row = await reservationOf(bench, id);
      const { setEnd } = await import('../store/reservations.ts');
      await setEnd(tx, id, new Date((row.during.end as Date).getTime() + 60 * MINUTE), bench.deps.now());
    },
    () => tellEndsNear(bench.deps),
  );
  expect(told).toBe(0);
  expect(await notices(bench)).toEqual([]);
});

test('a machine to which nobody connects is ended in the time of the rule, after a word before it, and can be had back', async () => {
  const bench = await makeBench(onTestFinished);
  await within(bench, 20 * MINUTE);
  const { id } = await readyOne(bench);
  expect(await endUnused(bench.deps)).toBe(0);
  expect((await reservationOf(bench, id)).stageText).toBe('ready');
  later(bench, 11 * MINUTE);
  expect(await endUnused(bench.deps)).toBe(0);
  expect((await reservationOf(bench, id)).stageText).toMatch(/^nobody has connected yet: it is ended at .* unless somebody does$/);
  later(bench, 8 * MINUTE);
  expect(await endUnused(bench.deps)).toBe(0);
  later(bench, 2 * MINUTE);
  expect(await endUnused(bench.deps)).toBe(1);
  expect(await reservationOf(bench, id)).toMatchObject({
    state: 'ending',
    keptUntil: expect.any(Date),
    stageText: 'ended: nobody had connected within 20m; `carrel undo` brings it back',
  });
  const back = await undoEnd(bench.deps, bench.who, id);
  expect(back.connectedAt).not.toBeNull();
  later(bench, 40 * MINUTE);
  expect(await endUnused(bench.deps)).toBe(0);
});

test('what was not looked at for long, and what cannot be reached, is not ended without a word and the time after it', async () => {
  const bench = await makeBench(onTestFinished);
  await within(bench, 20 * MINUTE);
  const { id, machineId } = await readyOne(bench);
  const condition = (is: 'unreachable' | null) =>
    bench.store.db
      .updateTable('machine')
      .set({ condition: is, conditionSince: is && bench.deps.now() })
      .where('id', '=', machineId)
      .execute();
  await condition('unreachable');
  later(bench, 300 * MINUTE);
  await endUnused(bench.deps);
  expect((await reservationOf(bench, id)).stageText).toBe('ready');
  await condition(null);
  expect(await endUnused(bench.deps)).toBe(0);
  expect((await reservationOf(bench, id)).stageText).toContain('nobody has connected yet');
  later(bench, 9 * MINUTE);
  expect(await endUnused(bench.deps)).toBe(0);
  later(bench, 2 * MINUTE);
  expect(await endUnused(bench.deps)).toBe(1);
});

test('who connects in time keeps it, and the word is taken back', async () => {
  const bench = await makeBench(onTestFinished);
  await within(bench, 20 * MINUTE);
  const { id } = await readyOne(bench);
  later(bench, 15 * MINUTE);
  await endUnused(bench.deps);
  await noteUsed(bench.deps, id);
  expect((await reservationOf(bench, id)).stageText).toBe('ready');
  later(bench, 60 * MINUTE);
  expect(await endUnused(bench.deps)).toBe(0);
  // Another machine has not been connected to.
  await reimageReservation(bench.deps, bench.who, { id });
  await drain(bench);
  expect((await reservationOf(bench, id)).connectedAt).toBeNull();
});

test('who connects at the moment at which it is found unused keeps it', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  await within(bench, 20 * MINUTE);
  const { id } = await readyOne(bench);
  later(bench, 11 * MINUTE);
  await endUnused(bench.deps);
  later(bench, 11 * MINUTE);
  const ended = await overtaken(
    bench,
    async (tx) => void (await due.noteConnected(tx, id, bench.deps.now())),
    () => endUnused(bench.deps),
  );
  expect([ended, (await reservationOf(bench, id)).state]).toEqual([0, 'ready']);
});

test('without a rule, or by a more generous one of the person’s group, nothing is ended', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  later(bench, 600 * MINUTE);
  expect(await endUnused(bench.deps)).toBe(0);
  const { role } = await bench.store.db
    .selectFrom('account')
    .select('role')
    .where('id', '=', bench.who.accountId)
    .executeTakeFirstOrThrow();
  await within(bench, 20 * MINUTE, { [role]: { lab: { connectWithinMs: null } } });
  expect(await endUnused(bench.deps)).toBe(0);
  await within(bench, 20 * MINUTE);
  expect(await endUnused(bench.deps)).toBe(0);
  later(bench, 11 * MINUTE);
  expect(await endUnused(bench.deps)).toBe(1);
  expect((await reservationOf(bench, id)).state).toBe('ending');
});

test.each([
  ['credentials', (bench: Bench, id: string) => connect(makeCtx(), bench.deps, new Sealer(Buffer.alloc(32, 1)), bench.who, id, undefined)],
  ['a tunnel', (bench: Bench, id: string) => noteTunnel(bench.deps, bench.who, id)],
  // The fake machine has no screen; that somebody wanted to see it counts.
  ['the screen', (bench: Bench, id: string) => consoleTarget(makeCtx(), bench.deps, id).catch(() => {})],
])('who asks for %s has connected', async (_what, use) => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  expect((await reservationOf(bench, id)).connectedAt).toBeNull();
  await use(bench, id);
  expect((await reservationOf(bench, id)).connectedAt).not.toBeNull();
});
