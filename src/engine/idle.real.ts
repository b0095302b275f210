/** Machines at which nobody is any more. */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, makeBench, otherProcess, overtaken, readyOne, reservationOf } from '../../test/support/engine.ts';
import { eventually } from '../../test/support/test-server.ts';
import * as due from '../store/due.ts';
import { json } from '../store/sql.ts';
import { undoEnd } from './intents/keep.ts';
import { extendReservation } from './intents/reservation.ts';
import { noteUsed, usedWhileOpen } from './intents/seen.ts';
import { saveSiteRules } from './intents/terms.ts';
import { endIdle } from './intents/unused.ts';

const MINUTE = 60_000;
const WORD = /^nobody is connected: it is ended at .* unless somebody connects or extends it$/;

const later = (bench: Bench, minutes: number) => (bench.clock.skewMs += minutes * MINUTE);

/** One that is ready, with half an hour without anybody. */
async function idleBench(options = {}): Promise<Bench & { id: string; machineId: string; word: () => Promise<string> }> {
  const bench = await makeBench(onTestFinished, options);
  await saveSiteRules(bench.store.db, { '*': { lab: { idleAfterMs: 30 * MINUTE } } });
  const { id, machineId } = await readyOne(bench, { forMs: 600 * MINUTE });
  return Object.assign(bench, { id, machineId, word: async () => (await reservationOf(bench, id)).stageText });
}

test('a machine at which nobody is is ended in the time of the rule, after one word before it, by one server, and can be had back', async () => {
  const bench = await idleBench({ ownDatabase: true });
  await noteUsed(bench.deps, bench.id);
  const other = await otherProcess(bench);
  const both = async () => (await Promise.all([endIdle(bench.deps), endIdle(other)])).reduce((a, b) => a + b);
  const tellings = async () => (await bench.store.db.selectFrom('event').select('id').execute()).length;
  later(bench, 19);
  expect([await both(), await bench.word()]).toEqual([0, 'ready']);
  const before = await tellings();
  later(bench, 2);
  expect(await both()).toBe(0);
  expect(await bench.word()).toMatch(WORD);
  expect((await tellings()) - before).toBe(1);
  later(bench, 8);
  expect(await both()).toBe(0);
  later(bench, 3);
  expect(await both()).toBe(1);
  expect(await reservationOf(bench, bench.id)).toMatchObject({
    state: 'ending',
    keptUntil: expect.any(Date),
    stageText: 'ended: nobody had been connected for 30m; `carrel undo` brings it back',
  });
  await undoEnd(bench.deps, bench.who, bench.id);
  later(bench, 15);
  expect([await both(), (await reservationOf(bench, bench.id)).state]).toEqual([0, 'ready']);
});

test('what was not looked at for long is not ended without a word and the time after it', async () => {
  const bench = await idleBench();
  later(bench, 300);
  expect(await endIdle(bench.deps)).toBe(0);
  expect(await bench.word()).toMatch(WORD);
  later(bench, 9);
  expect(await endIdle(bench.deps)).toBe(0);
  later(bench, 2);
  expect(await endIdle(bench.deps)).toBe(1);
});

test.each([
  ['connects', (bench: Bench, id: string) => noteUsed(bench.deps, id)],
  ['extends it', (bench: Bench, id: string) => extendReservation(bench.deps, bench.who, id, 30 * MINUTE)],
])('who %s after the word keeps it, and the word is taken back', async (_what, use) => {
  const bench = await idleBench();
  later(bench, 25);
  await endIdle(bench.deps);
  expect(await bench.word()).toMatch(WORD);
  await use(bench, bench.id);
  expect(await bench.word()).toBe('ready');
  later(bench, 15);
  expect(await endIdle(bench.deps)).toBe(0);
  expect(await bench.word()).toBe('ready');
  later(bench, 10);
  expect(await endIdle(bench.deps)).toBe(0);
  expect(await bench.word()).toMatch(WORD);
});

test('whose group has a longer time is told by that one', async () => {
  const bench = await idleBench();
  const { role } = await bench.store.db
    .selectFrom('account')
    .select('role')
    .where('id', '=', bench.who.accountId)
    .executeTakeFirstOrThrow();
  const lab = (minutes: number) => ({ lab: { idleAfterMs: minutes * MINUTE } });
  await saveSiteRules(bench.store.db, { '*': lab(30), [role]: lab(60) });
  later(bench, 45);
  await endIdle(bench.deps);
  expect(await bench.word()).toBe('ready');
  later(bench, 6);
  await endIdle(bench.deps);
  expect(await bench.word()).toMatch(WORD);
});

test('who connects at the moment at which it is to be ended keeps it', async () => {
  const bench = await idleBench({ ownDatabase: true });
  later(bench, 25);
  await endIdle(bench.deps);
  later(bench, 15);
  const ended = await overtaken(
    bench,
    async (tx) => void (await due.noteConnected(tx, bench.id, bench.deps.now())),
    () => endIdle(bench.deps),
  );
  expect([ended, (await reservationOf(bench, bench.id)).state]).toEqual([0, 'ready']);
});

test('an open connection keeps it, and one that is closed does so no longer', async () => {
  const bench = await idleBench();
  const open = usedWhileOpen(bench.deps, bench.id, new PassThrough(), 5);
  const seen = async () => (await reservationOf(bench, bench.id)).lastSeenAt?.getTime() ?? 0;
  await eventually('it is seen', async () => (await seen()) > 0);
  later(bench, 25);
  const now = bench.deps.now().getTime();
  await eventually('it is seen again', async () => (await seen()) >= now);
  const closed = once(open, 'close');
  open.destroy();
  await closed;
  later(bench, 25);
  await endIdle(bench.deps);
  expect(await bench.word()).toMatch(WORD);
});

test('without a rule, of a proof, and of a machine that cannot be reached nothing is said or ended', async () => {
  const bench = await idleBench();
  await bench.store.db.updateTable('machine').set({ condition: 'unreachable', conditionSince: bench.deps.now() }).execute();
  later(bench, 100);
  await endIdle(bench.deps);
  expect(await bench.word()).toBe('ready');
  await bench.store.db.updateTable('machine').set({ condition: null, conditionSince: null }).execute();
  await bench.store.db
    .updateTable('reservation')
    .set({ proof: json({ askedBy: 'ada', publish: false }) })
    .execute();
  await endIdle(bench.deps);
  expect(await bench.word()).toBe('ready');
  await bench.store.db.updateTable('reservation').set({ proof: null }).execute();
  await saveSiteRules(bench.store.db, {});
  await endIdle(bench.deps);
  expect(await bench.word()).toBe('ready');
  await saveSiteRules(bench.store.db, { '*': { lab: { idleAfterMs: 30 * MINUTE } } });
  await endIdle(bench.deps);
  expect(await bench.word()).toMatch(WORD);
});

/** From now on its guest tells that nobody has used it for so many minutes. */
const idleFor = (bench: Bench & { machineId: string }, minutes: number) =>
  bench.fake.change(({ machines }) => {
    (machines[bench.machineId] as { idleMs?: number }).idleMs = minutes * MINUTE;
  });

test('who is logged in past every server keeps it: the guest is asked when a word or the end is due, and what it saw counts from then on', async () => {
  const bench = await idleBench();
  const asked = () => bench.calls.filter((call) => call.startsWith('idleFor')).length;
  idleFor(bench, 2);
  later(bench, 15);
  await endIdle(bench.deps);
  expect(asked()).toBe(0);
  later(bench, 10);
  await endIdle(bench.deps);
  expect([await bench.word(), asked()]).toEqual(['ready', 1]);
  await endIdle(bench.deps);
  expect(asked()).toBe(1);
  // Seen 2 minutes before minute 25: the word is due at minute 43.
  later(bench, 17);
  await endIdle(bench.deps);
  expect(asked()).toBe(1);
  idleFor(bench, 20);
  later(bench, 2);
  await endIdle(bench.deps);
  expect(await bench.word()).toMatch(WORD);
  const then = asked();
  await endIdle(bench.deps);
  expect(asked()).toBe(then);
  // Who types after the word takes it back.
  idleFor(bench, 1);
  later(bench, 11);
  expect(await endIdle(bench.deps)).toBe(0);
  idleFor(bench, 25);
  later(bench, 24);
  await endIdle(bench.deps);
  expect((await reservationOf(bench, bench.id)).state).toBe('ready');
  idleFor(bench, 60);
  later(bench, 11);
  expect(await endIdle(bench.deps)).toBe(1);
});

test('a guest that does not answer just now is asked again, and nothing ended meanwhile; one that cannot tell is judged by what servers saw', async () => {
  const bench = await idleBench();
  idleFor(bench, 100);
  later(bench, 25);
  await endIdle({ ...bench.deps, drivers: new Map() });
  expect(await bench.word()).toBe('ready');
  bench.fake.addFault({ verb: 'guest.idleFor', when: 'before', error: 'unavailable', count: 1 });
  await endIdle(bench.deps);
  expect(await bench.word()).toBe('ready');
  await endIdle(bench.deps);
  expect(await bench.word()).toMatch(WORD);
  later(bench, 11);
  bench.fake.addFault({ verb: 'guest.idleFor', when: 'before', error: 'deadline', count: 1 });
  expect(await endIdle(bench.deps)).toBe(0);
  bench.fake.addFault({ verb: 'guest.idleFor', when: 'before', error: 'guest-failed', count: 1 });
  expect(await endIdle(bench.deps)).toBe(1);
});

test('guests are asked several at a time: one that takes its time holds up no other', async () => {
  const bench = await idleBench();
  await readyOne(bench, { forMs: 600 * MINUTE });
  later(bench, 25);
  let asked = 0;
  let open = (): void => {};
  const both = new Promise<void>((resolve) => {
    open = resolve;
  });
  const idleFor = async () => {
    if (++asked === 2) open();
    await both;
    return 100 * MINUTE;
  };
  const guest = Object.create(bench.driver.guest, { idleFor: { value: idleFor } }) as typeof bench.driver.guest;
  const driver = Object.create(bench.driver, { guest: { value: guest } }) as typeof bench.driver;
  await endIdle({ ...bench.deps, drivers: new Map([[bench.providerId, driver]]) });
  expect([asked, await bench.word()]).toEqual([2, expect.stringMatching(WORD)]);
});
