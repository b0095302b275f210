/** What starts at one time, and what only waits. */
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type Bench,
  idle,
  makeBench,
  problems,
  readyOne,
  reservationOf,
  reserveOne,
  startWorker,
  until,
} from '../../test/support/engine.ts';
import { guestOf, override } from '../drivers/fake/sabotage-tools.ts';
import { type Ctx, race } from '../lib/context.ts';
import { countJobs } from '../store/queue.ts';
import { driverOf } from './deps.ts';
import { endReservation } from './intents/end.ts';

test('start slots hold over all workers, and a full lane does not stand in the way of an end', async () => {
  const bench = await makeBench(onTestFinished, { startSlots: 2 });
  const standing = await readyOne(bench);
  let inside = 0;
  let most = 0;
  let open!: () => void;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const fault = async (point: string) => {
    if (point === 'provision:clone:do:before') {
      inside += 1;
      most = Math.max(most, inside);
      await gate;
    }
    if (point === 'provision:start:do:after') inside -= 1;
  };
  for (let i = 0; i < 6; i++) await reserveOne(bench);
  const workers = [await startWorker(bench, { fault }), await startWorker(bench, { fault })];
  onTestFinished(() => open());
  await until(() => inside === 2, 'two that start');
  await endReservation(bench.deps, standing.id, 'end', 'ada');
  await until(async () => (await reservationOf(bench, standing.id)).state === 'ended', 'the end of another');
  for (const worker of workers) worker.wake();
  expect(await countJobs(bench.store.db)).toMatchObject({ running: 2, ready: 4 });
  open();
  await until(() => idle(bench), 'an end');
  expect(most).toBe(2);
  expect(Object.keys(bench.fake.state.machines)).toHaveLength(6);
  expect(await problems(bench)).toEqual([]);
});

describe('guests that boot', () => {
  /** How many wait in their step `guest`, each until `enough` do or `open` is called. */
  async function booting(bench: Bench, enough: number, machines = 5) {
    let inside = 0;
    let most = 0;
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const fault = async (point: string) => {
      if (point === 'provision:guest:do:after') inside -= 1;
      if (point !== 'provision:guest:do:before') return;
      inside += 1;
      most = Math.max(most, inside);
      if (inside === enough) open();
      await gate;
    };
    for (let i = 0; i < machines; i++) await reserveOne(bench);
    onTestFinished(() => open());
    return { fault, most: () => most };
  }

  test('hold no slot and no place of a worker: with one of each, five boot at one time', async () => {
    const bench = await makeBench(onTestFinished, { startSlots: 1 });
    const boots = await booting(bench, 5);
    await startWorker(bench, { fault: boots.fault, concurrency: 1 });
    await until(() => idle(bench), 'five that are ready');
    expect(boots.most()).toBe(5);
    expect(await problems(bench)).toEqual([]);
  });

  test('count as starting where their processors are imitated', async () => {
    const bench = await makeBench(onTestFinished, { startSlots: 2, capabilities: { bootTakesSlot: true } });
    const boots = await booting(bench, 2);
    await startWorker(bench, { fault: boots.fault });
    await until(() => idle(bench), 'five that are ready');
    expect(boots.most()).toBe(2);
  });

  test('are waited for by another worker when theirs is gone, however many slots there are', async () => {
    const bench = await makeBench(onTestFinished, { startSlots: 1 });
    const { providerId } = bench;
    const inner = driverOf(bench.deps, providerId);
    let waitedFor = 0;
    // Guests that are never through, for the first of the two.
    const ready = (ctx: Ctx) => {
      waitedFor += 1;
      return race(ctx, new Promise<never>(() => {}));
    };
    const deps = { ...bench.deps, drivers: new Map([[providerId, override(inner, guestOf(inner, { ready }))]]) };
    for (let i = 0; i < 5; i++) await reserveOne(bench);
    const worker = await startWorker(bench, { deps });
    await until(() => waitedFor === 5, 'five that boot');
    // It takes nothing any more, and what it has is given back.
    await worker.stop();
    expect(await countJobs(bench.store.db)).toEqual({ ready: 5 });
    const again = await booting(bench, 5, 0);
    await startWorker(bench, { fault: again.fault, concurrency: 1 });
    await until(() => idle(bench), 'all ready');
    expect(again.most()).toBe(5);
    expect(await problems(bench)).toEqual([]);
  });
});
