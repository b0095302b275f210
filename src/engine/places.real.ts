/** What clears away (ends, cancels, undos) has places of its own in a worker. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Bench, makeBench, makeWorker, readyOne, reservationOf, reserveOne, until } from '../../test/support/engine.ts';
import { countJobs } from '../store/queue.ts';
import { endReservation } from './intents/end.ts';
import { captureReservation } from './intents/image.ts';

async function startWorker(bench: Bench, concurrency = 8): Promise<void> {
  const worker = makeWorker(bench, { concurrency });
  await worker.start();
  onTestFinished(() => worker.stop());
}

describe('what clears away has places of its own', () => {
  test('captures that take every place hold up no end and no cancel', async () => {
    const bench = await makeBench(onTestFinished);
    const standing = await readyOne(bench);
    const captured = [await readyOne(bench), await readyOne(bench), await readyOne(bench)];
    for (const [i, { id }] of captured.entries()) {
      await captureReservation(bench.deps, bench.who, { reservationId: id, image: `captured${i}`, publish: false });
    }
    bench.fake.addFault({ verb: 'capture', when: 'middle', count: 2, error: 'hang' });
    await startWorker(bench, 2);
    await until(() => bench.calls.filter((c) => c.startsWith('capture ')).length === 2, 'captures at work');
    await endReservation(bench.deps, standing.id, 'end', 'ada');
    await until(async () => (await reservationOf(bench, standing.id)).state === 'ended', 'an end');
    const queued = await reserveOne(bench);
    await endReservation(bench.deps, queued.id, 'end', 'ada');
    await until(async () => (await reservationOf(bench, queued.id)).state === 'ended', 'the end of one that has not begun');
    expect(await countJobs(bench.store.db)).toMatchObject({ running: 2, ready: 1 });
  });

  test('one that waits for a start slot is cancelled without one', async () => {
    const bench = await makeBench(onTestFinished, { startSlots: 1 });
    bench.fake.addFault({ verb: 'clone', when: 'before', count: 1, error: 'hang' });
    const first = await reserveOne(bench);
    await startWorker(bench);
    await until(() => bench.calls.some((c) => c.startsWith('clone ')), 'a clone at work');
    const second = await reserveOne(bench);
    await endReservation(bench.deps, second.id, 'end', 'ada');
    await until(async () => (await reservationOf(bench, second.id)).state === 'ended', 'its end');
    expect((await reservationOf(bench, first.id)).state).toBe('preparing');
    expect(bench.calls.filter((c) => c.startsWith('clone '))).toEqual([`clone ${first.machineId}`]);
  });
});
