/** An end that is taken back while the machine is kept. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import {
  type Bench,
  drain,
  dueNow,
  makeBench,
  problems,
  readyOne,
  reservationOf,
  reserveOne,
  startWorker,
} from '../../test/support/engine.ts';
import * as machines from '../store/machines.ts';
import { enqueueEnd } from './enqueue.ts';
import { addCheckpoint, deleteCheckpoint, revertToCheckpoint } from './intents/checkpoints.ts';
import { addClosure } from './intents/closures.ts';
import { endReservation } from './intents/end.ts';
import { giveUpKept, undoEnd } from './intents/keep.ts';
import { captureReservation } from './intents/image.ts';
import { reimageReservation } from './intents/reimage.ts';
import { extendReservation, moveReservation, powerReservation, reserve, runningMachine } from './intents/reservation.ts';
import { reserveSeries } from './intents/series.ts';
import { relocateReservation, unlinkReservation } from './intents/unlink.ts';
import { saveSiteRules } from './intents/terms.ts';

const MINUTE = 60_000;

const there = (bench: Bench, { machineId }: { machineId: string }) => bench.world.machines().find((m) => m.id === machineId);
const endKept = (bench: Bench, id: string, keepMs = 5 * MINUTE) => endReservation(bench.deps, id, 'end', 'ada', { keepMs });

test('an end is taken back: the same machine runs again, with what was on it', async () => {
  const bench = await makeBench(onTestFinished);
  const before = await readyOne(bench);
  const ended = await endKept(bench, before.id);
  expect(ended).toMatchObject({ state: 'ending', stage: 'ending', keptUntil: expect.any(Date) });
  await drain(bench, { timed: true });
  expect(there(bench, before)?.power).toBe('off');
  const back = await undoEnd(bench.deps, bench.who, before.id);
  expect(back).toMatchObject({ state: 'ready', keptUntil: null, endAskedAt: null, machineId: before.machineId, during: before.during });
  await drain(bench);
  await dueNow(bench);
  await drain(bench);
  expect(await reservationOf(bench, before.id)).toMatchObject({ state: 'ready', stage: 'ready', stageText: 'ready' });
  expect(there(bench, before)?.power).toBe('on');
  expect((await machines.find(bench.store.db, before.machineId))?.state).toBe('running');
  expect(await problems(bench)).toEqual([]);
});

test('when the time is over it goes with proof, and cannot be had back', async () => {
  const bench = await makeBench(onTestFinished);
  const before = await readyOne(bench);
  await endKept(bench, before.id);
  await dueNow(bench);
  await drain(bench);
  expect(await reservationOf(bench, before.id)).toMatchObject({ state: 'ended', keptUntil: null });
  expect((await machines.find(bench.store.db, before.machineId))?.proof).toBeTruthy();
  await expect(undoEnd(bench.deps, bench.who, before.id)).rejects.toMatchObject({ code: 'wrong-state' });
  expect(await problems(bench)).toEqual([]);
});

test('an undo while the guest is being shut down: that run switches it on again', async () => {
  const bench = await makeBench(onTestFinished);
  const before = await readyOne(bench);
  await endKept(bench, before.id);
  let undone = false;
  await drain(bench, {
    fault: async (point) => {
      if (point !== 'power:power:do:after' || undone) return;
      undone = true;
      await undoEnd(bench.deps, bench.who, before.id);
    },
  });
  expect(undone).toBe(true);
  expect(await reservationOf(bench, before.id)).toMatchObject({ state: 'ready', stageText: 'ready' });
  expect(there(bench, before)?.power).toBe('on');
  expect(await problems(bench)).toEqual([]);
});

test('an undo before the shutdown has begun leaves the machine on', async () => {
  const bench = await makeBench(onTestFinished);
  const before = await readyOne(bench);
  await endKept(bench, before.id);
  await undoEnd(bench.deps, bench.who, before.id);
  await drain(bench);
  expect(await reservationOf(bench, before.id)).toMatchObject({ state: 'ready', stageText: 'ready' });
  expect(there(bench, before)?.power).toBe('on');
  const done = await bench.store.db.selectFrom('job').select('input').where('saga', '=', 'power').where('state', '=', 'done').execute();
  expect(done.map((job) => (job.input as { op: string }).op)).toEqual(['on']);
});

test('it is too late once the machine is being taken away', async () => {
  const bench = await makeBench(onTestFinished);
  const before = await readyOne(bench);
  await endKept(bench, before.id);
  await dueNow(bench);
  let refused: unknown;
  await drain(bench, {
    fault: async (point) => {
      if (point === 'end:destroy:do:before') refused = await undoEnd(bench.deps, bench.who, before.id).catch((e: unknown) => e);
    },
  });
  expect(refused).toMatchObject({ code: 'wrong-state', message: expect.stringContaining('being taken away already') });
  expect((await reservationOf(bench, before.id)).state).toBe('ended');
});

test('a second end without a wish to keep takes it away now', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  await endKept(bench, id);
  await endReservation(bench.deps, id, 'end', 'ada');
  await drain(bench);
  expect((await reservationOf(bench, id)).state).toBe('ended');
});

test('what is kept holds its room, and is not kept longer than it was promised', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const { id, during } = await readyOne(bench, { forMs: 3 * MINUTE });
  const { keptUntil } = await endKept(bench, id, 30 * MINUTE);
  expect(keptUntil).toEqual(during.end);
  await bench.store.db.updateTable('reservation').set({ keptUntil: null }).where('id', '=', id).execute();
  await expect(reserveOne(bench)).rejects.toMatchObject({ code: 'no-capacity' });
});

test('who finds no room gets that of machines that are only kept, the one first that was ended first', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 3 } });
  const [first, second, third] = [await readyOne(bench), await readyOne(bench), await readyOne(bench)];
  await endKept(bench, second.id);
  await endKept(bench, first.id);
  await drain(bench, { timed: true });
  await startWorker(bench);
  const one = await reserveOne(bench);
  expect((await reservationOf(bench, second.id)).state).toBe('ended');
  expect((await reservationOf(bench, first.id)).keptUntil).not.toBeNull();
  const two = await reserveOne(bench);
  expect((await reservationOf(bench, first.id)).state).toBe('ended');
  // Nothing is kept any more.
  await expect(reserveOne(bench)).rejects.toMatchObject({ code: 'no-capacity' });
  await endKept(bench, third.id);
  const request = { id: randomUUID(), image: 'golden', mode: 'linked' as const, forMs: 60 * MINUTE };
  const at = new Date(Math.ceil((bench.deps.now().getTime() + 20 * MINUTE) / MINUTE) * MINUTE);
  await reserveSeries(bench.deps, bench.who, { ...request, startsAt: at, zone: 'UTC', rule: 'FREQ=DAILY;COUNT=2', partial: false });
  expect((await reservationOf(bench, third.id)).state).toBe('ended');
  expect([one.state, two.state]).toEqual(['preparing', 'preparing']);
});

test('maintenance is in the way of a promise, not what is kept: that stays', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const { id } = await readyOne(bench);
  await endKept(bench, id);
  await addClosure(bench.deps, bench.who, {
    providerId: bench.providerId,
    start: bench.deps.now(),
    forMs: 60 * MINUTE,
    reason: 'disks',
  });
  await expect(reserveOne(bench)).rejects.toMatchObject({ code: 'no-capacity' });
  expect((await reservationOf(bench, id)).keptUntil).not.toBeNull();
});

test('what is kept is in nobody’s way at a time at which it holds nothing: for that it is not given up', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const { id } = await readyOne(bench);
  await endKept(bench, id);
  const request = { image: 'golden', mode: 'linked' as const, forMs: 60 * MINUTE };
  const tomorrow = new Date(bench.deps.now().getTime() + 24 * 60 * MINUTE);
  const book = () => reserve(bench.deps, bench.who, { ...request, id: randomUUID(), startsAt: tomorrow });
  await book();
  await expect(book()).rejects.toMatchObject({ code: 'no-capacity' });
  const series = { ...request, id: randomUUID(), startsAt: tomorrow, zone: 'UTC', rule: 'FREQ=DAILY;COUNT=2', partial: false };
  await expect(reserveSeries(bench.deps, bench.who, series)).rejects.toMatchObject({ code: 'no-capacity' });
  expect((await reservationOf(bench, id)).keptUntil).not.toBeNull();
});

test('what is kept does not count as held at once; its undo counts it again', async () => {
  const bench = await makeBench(onTestFinished);
  await saveSiteRules(bench.store.db, { '*': { lab: { atOnce: 1 } } });
  const first = await readyOne(bench);
  await expect(reserveOne(bench)).rejects.toMatchObject({ code: 'limit-reached' });
  await endKept(bench, first.id);
  const second = await reserveOne(bench);
  await expect(undoEnd(bench.deps, bench.who, first.id)).rejects.toMatchObject({ code: 'limit-reached' });
  expect((await reservationOf(bench, first.id)).state).toBe('ending');
  await endReservation(bench.deps, second.id, 'end', 'ada');
  await drain(bench, { timed: true });
  expect((await undoEnd(bench.deps, bench.who, first.id)).state).toBe('ready');
});

test('the end of a machine that is no longer its own takes nothing from one that is kept', async () => {
  const bench = await makeBench(onTestFinished);
  const kept = await readyOne(bench);
  const left = await readyOne(bench);
  await endKept(bench, kept.id);
  // As of one that was begun elsewhere while this machine's place was down.
  const { providerId, machineId } = left;
  await bench.store.tx((tx) => enqueueEnd(tx, { reservationId: kept.id, machineId, providerId }, { key: machineId }));
  await drain(bench, { timed: true });
  expect(there(bench, left)).toBeUndefined();
  expect((await reservationOf(bench, kept.id)).keptUntil).not.toBeNull();
  expect((await undoEnd(bench.deps, bench.who, kept.id)).state).toBe('ready');
});

test('of an undo and somebody who needs the room, one wins', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  await endKept(bench, id);
  const [undo, given] = await Promise.allSettled([
    undoEnd(bench.deps, bench.who, id),
    giveUpKept(bench.deps, { providerIds: [bench.providerId], at: bench.deps.now() }),
  ]);
  await drain(bench);
  const row = await reservationOf(bench, id);
  expect(given.status).toBe('fulfilled');
  const won = undo.status === 'fulfilled';
  expect([row.state, given.status === 'fulfilled' && given.value]).toEqual(won ? ['ready', undefined] : ['ended', id]);
  expect(await problems(bench)).toEqual([]);
});

test.each([
  ['not ready', async (bench: Bench) => (await reserveOne(bench)).id],
  [
    'with a checkpoint being made of its machine',
    async (bench: Bench) => {
      const { id } = await readyOne(bench);
      await addCheckpoint(bench.deps, bench.who, { reservationId: id, name: 'a', description: '' });
      return id;
    },
  ],
])('one that is %s is not kept', async (_what, make) => {
  const bench = await makeBench(onTestFinished);
  const id = await make(bench);
  expect((await endKept(bench, id)).keptUntil).toBeNull();
  await expect(undoEnd(bench.deps, bench.who, id)).rejects.toMatchObject({ code: 'wrong-state' });
  await drain(bench);
  expect((await reservationOf(bench, id)).state).toBe('ended');
});

test.each(['reset', 'shutdown'] as const)(
  'one whose machine is being switched (%s) is kept too, is off in the end, and comes back on',
  async (op) => {
    for (const when of ['before', 'after', 'undone'] as const) {
      const bench = await makeBench(onTestFinished);
      const { id, machineId } = await readyOne(bench);
      await powerReservation(bench.deps, bench.who, id, op);
      let met = 0;
      const meet = async (point: string) => {
        if (point !== 'power:power:do:after' || met++ > 0) return;
        await endKept(bench, id);
        if (when === 'undone') await undoEnd(bench.deps, bench.who, id);
      };
      if (when === 'before') await endKept(bench, id);
      await drain(bench, { timed: true, ...(when === 'before' ? {} : { fault: meet }) });
      if (when !== 'undone') {
        expect(await reservationOf(bench, id)).toMatchObject({ state: 'ending', keptUntil: expect.any(Date) });
        expect(there(bench, { machineId })?.power).toBe('off');
        await undoEnd(bench.deps, bench.who, id);
        await drain(bench, { timed: true });
      }
      expect(await reservationOf(bench, id)).toMatchObject({ state: 'ready', stageText: 'ready' });
      expect(there(bench, { machineId })?.power).toBe('on');
      expect(await problems(bench)).toEqual([]);
    }
  },
);

test('an end that is asked for again just after it was taken back is kept again', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await readyOne(bench);
  await endKept(bench, id);
  await drain(bench, { timed: true });
  await undoEnd(bench.deps, bench.who, id);
  expect((await endKept(bench, id)).keptUntil).not.toBeNull();
  await drain(bench, { timed: true });
  expect(there(bench, { machineId })?.power).toBe('off');
  expect((await undoEnd(bench.deps, bench.who, id)).state).toBe('ready');
});

test('whatever is asked of one that is kept is answered with the way back', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  await endKept(bench, id);
  const { deps, who } = bench;
  const asked = {
    extend: () => extendReservation(deps, who, id, MINUTE),
    move: () => moveReservation(deps, who, id, { startsAt: new Date(deps.now().getTime() + 60 * MINUTE) }),
    power: () => powerReservation(deps, who, id, 'on'),
    capture: () => captureReservation(deps, who, { reservationId: id, image: 'golden', publish: false }),
    reimage: () => reimageReservation(deps, who, { id }),
    unlink: () => unlinkReservation(deps, who, id),
    relocate: () => relocateReservation(deps, who, { id, datastore: 'ds1' }),
    checkpoint: () => addCheckpoint(deps, who, { reservationId: id, name: 'a', description: '' }),
    revert: () => revertToCheckpoint(deps, who, { reservationId: id, id: randomUUID() }),
    delete: () => deleteCheckpoint(deps, who, { reservationId: id, id: randomUUID() }),
    connect: async () => runningMachine(deps, await reservationOf(bench, id)),
  };
  for (const [verb, ask] of Object.entries(asked))
    await expect(ask(), verb).rejects.toMatchObject({
      code: 'wrong-state',
      hint: expect.stringContaining(`carrel undo ${id.slice(0, 8)}`),
    });
  await endReservation(deps, id, 'end', 'ada');
  await drain(bench);
  for (const [verb, ask] of Object.entries(asked))
    await expect(ask(), verb).rejects.toMatchObject({ code: 'wrong-state', hint: expect.stringMatching(/^reserve/i) });
});
