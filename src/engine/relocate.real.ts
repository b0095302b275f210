/** A machine that moves to another datastore; what it shares with one that gets disks of its own is in unlink.real.ts. */
import { expect, onTestFinished, test } from 'vitest';
import { drain, idle, jobOf, makeBench, problems, readyOne, reservationOf, startWorker, until } from '../../test/support/engine.ts';
import { noticeOf } from '../core/notices.ts';
import * as machines from '../store/machines.ts';
import { endReservation } from './intents/end.ts';
import { powerReservation } from './intents/reservation.ts';
import { relocateReservation } from './intents/unlink.ts';

async function offOne(options: Parameters<typeof makeBench>[1] = {}) {
  const bench = await makeBench(onTestFinished, options);
  const { id, machineId } = await readyOne(bench);
  await powerReservation(bench.deps, bench.who, id, 'off');
  await drain(bench);
  return { bench, id, machineId };
}

test('it has disks of its own there and needs its revision no more; who asked and where to is in the audit', async () => {
  const { bench, id, machineId } = await offOne();
  await relocateReservation(bench.deps, bench.who, { id, datastore: 'ds1' });
  await drain(bench);
  expect(bench.calls).toContain(`relocate ${machineId}`);
  expect(await machines.find(bench.store.db, machineId)).toMatchObject({ mode: 'full', unlinkedAt: expect.any(Date), state: 'stopped' });
  expect((await reservationOf(bench, id)).storageMib).toBeGreaterThan(0);
  const audit = bench.store.db.selectFrom('audit').select(['action', 'actor', 'detail']).where('action', 'like', 'machine.relocate%');
  expect(await audit.orderBy('id').execute()).toEqual([
    { action: 'machine.relocate', actor: bench.who.name, detail: { machine: machineId, datastore: 'ds1' } },
    { action: 'machine.relocated', actor: 'engine', detail: expect.objectContaining({ reservation: id, datastore: 'ds1' }) },
  ]);
  expect(await problems(bench)).toEqual([]);
});

test('an end does not wait for the move: it is broken off, and nothing of it is left', async () => {
  const { bench, id, machineId } = await offOne();
  bench.fake.addFault({ verb: 'relocate', when: 'middle', count: 1, error: 'hang' });
  await relocateReservation(bench.deps, bench.who, { id, datastore: 'ds1' });
  await startWorker(bench);
  await until(() => bench.calls.includes(`relocate ${machineId}`), 'the move');
  expect(noticeOf((await reservationOf(bench, id)).stageText)?.code).toBe('disks-moving');
  await endReservation(bench.deps, id, 'end', 'ada');
  await until(async () => (await reservationOf(bench, id)).state === 'ended', 'the end');
  await until(() => idle(bench), 'an end of all jobs');
  expect(bench.world.machines()).toEqual([]);
  expect((await jobOf(bench, 'relocate')).state).toBe('undone');
  expect(await problems(bench)).toEqual([]);
});

test('where the provider cannot, it is said', async () => {
  const { bench, id } = await offOne({ capabilities: { relocate: false } });
  await expect(relocateReservation(bench.deps, bench.who, { id, datastore: 'ds1' })).rejects.toMatchObject({
    code: 'not-supported',
    hint: expect.stringContaining('Capture it'),
  });
});
