/** A machine that gets disks of its own, and what that lets go on. */
import { expect, onTestFinished, test } from 'vitest';
import {
  type Bench,
  drain,
  idle,
  jobOf,
  makeBench,
  problems,
  readyOne,
  reservationOf,
  startWorker,
  until,
} from '../../test/support/engine.ts';
import { gate } from '../core/lineage.ts';
import { noticeOf } from '../core/notices.ts';
import { makeCtx } from '../lib/context.ts';
import * as images from '../store/images.ts';
import * as machines from '../store/machines.ts';
import { addCheckpoint, revertToCheckpoint } from './intents/checkpoints.ts';
import { endReservation } from './intents/end.ts';
import { removeRevision, retireRevision } from './intents/image.ts';
import { powerReservation } from './intents/reservation.ts';
import { unlinkReservation } from './intents/unlink.ts';

/** A reservation whose machine is off. */
async function offOne(bench: Bench) {
  const { id, machineId } = await readyOne(bench);
  await powerReservation(bench.deps, bench.who, id, 'off');
  await drain(bench);
  return { id, machineId };
}

const auditOf = async (bench: Bench) =>
  (await bench.store.db.selectFrom('audit').select('action').where('action', 'like', 'machine.unlink%').orderBy('id').execute()).map(
    (r) => r.action,
  );

test('the revision that only waited for this machine goes, and the machine goes on without it', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await offOne(bench);
  await retireRevision(bench.deps, bench.who, bench.revisionId);
  await expect(removeRevision(bench.deps, bench.who, bench.revisionId)).rejects.toMatchObject({ code: 'has-children' });
  await unlinkReservation(bench.deps, bench.who, id);
  await drain(bench);
  expect(await auditOf(bench)).toEqual(['machine.unlink', 'machine.unlinked']);
  expect([...(await machines.standing(bench.store.db, [bench.revisionId]))]).toEqual([]);
  await removeRevision(bench.deps, bench.who, bench.revisionId);
  await drain(bench);
  expect(bench.world.masters()).toEqual([]);
  await powerReservation(bench.deps, bench.who, id, 'on');
  await drain(bench);
  expect(await machines.find(bench.store.db, machineId)).toMatchObject({ state: 'running', mode: 'full' });
  // What it was made from is still told, and it was lent as what it was asked for.
  expect(await reservationOf(bench, id)).toMatchObject({ state: 'ready', mode: 'linked', revisionId: bench.revisionId });
  expect((await images.revision(bench.store.db, bench.revisionId))?.state).toBe('retired');
  expect(await problems(bench)).toEqual([]);
});

test('a machine that still stands on it keeps the revision, and a full copy does: how its guest is reached is said there', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await offOne(bench);
  await readyOne(bench, { mode: 'full' });
  await unlinkReservation(bench.deps, bench.who, id);
  await drain(bench);
  await retireRevision(bench.deps, bench.who, bench.revisionId);
  await expect(removeRevision(bench.deps, bench.who, bench.revisionId)).rejects.toMatchObject({ message: '1 machine stands on it' });
});

test('no room for the whole copy: told with what is missing, and nothing was changed', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await offOne(bench);
  const used = Object.values(bench.fake.state.disks).reduce((sum, disk) => sum + disk.bytes, 0);
  bench.fake.change((state) => void (state.limits.storageBytes = used + 2 ** 20));
  await unlinkReservation(bench.deps, bench.who, id);
  await drain(bench);
  expect(await jobOf(bench, 'unlink')).toMatchObject({ state: 'undone', error: { code: 'no-space' } });
  expect((await reservationOf(bench, id)).stageText).toMatch(
    /^it was not given disks of its own: .* needs 17 MiB on the storage; 16 MiB of that are missing$/,
  );
  expect(await machines.find(bench.store.db, machineId)).toMatchObject({ mode: 'linked', unlinkedAt: null });
  expect(await problems(bench)).toEqual([]);
});

test('the answer is lost each time, and all was done: the store says what is', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await offOne(bench);
  bench.fake.addFault({ verb: 'unlink', when: 'after', count: 1, error: 'no-permission' });
  await unlinkReservation(bench.deps, bench.who, id);
  await drain(bench);
  expect((await jobOf(bench, 'unlink')).state).toBe('undone');
  expect(await machines.find(bench.store.db, machineId)).toMatchObject({ mode: 'full', unlinkedAt: expect.any(Date) });
  await unlinkReservation(bench.deps, bench.who, id);
  await drain(bench);
  expect((await reservationOf(bench, id)).stageText).toBe('powered off; it has disks of its own now');
});

test('going back to a checkpoint is judged by the disks that it has now', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await offOne(bench);
  await unlinkReservation(bench.deps, bench.who, id);
  await drain(bench);
  const { checkpoint } = await addCheckpoint(bench.deps, bench.who, { reservationId: id, name: 'first', description: '' });
  await drain(bench);
  await revertToCheckpoint(bench.deps, bench.who, { reservationId: id, id: checkpoint.id });
  await drain(bench);
  expect((await jobOf(bench, 'checkpoint')).state).toBe('done');
  const { chains, ownFolder, masterPaths } = await bench.driver.readBack(makeCtx(), machineId);
  expect(chains.flatMap((chain) => gate(chain, { mode: 'full', ownFolder, masterPaths }))).toEqual([]);
});

test('an end does not wait for the copy: it is broken off, and nothing of it is left', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await offOne(bench);
  bench.fake.addFault({ verb: 'unlink', when: 'middle', count: 1, error: 'hang' });
  await unlinkReservation(bench.deps, bench.who, id);
  await startWorker(bench);
  await until(() => bench.calls.includes(`unlink ${machineId}`), 'the copy');
  expect(noticeOf((await reservationOf(bench, id)).stageText)?.code).toBe('own-disks-copying');
  await endReservation(bench.deps, id, 'end', 'ada');
  await until(async () => (await reservationOf(bench, id)).state === 'ended', 'the end');
  await until(() => idle(bench), 'an end of all jobs');
  expect(bench.world.machines()).toEqual([]);
  expect((await jobOf(bench, 'unlink')).state).toBe('undone');
  expect(await problems(bench)).toEqual([]);
});

test.each([
  ['runs', async (bench: Bench) => (await readyOne(bench)).id, 'wrong-state', 'Switch it off first'],
  [
    'has checkpoints',
    async (bench: Bench) => {
      const { id } = await offOne(bench);
      await addCheckpoint(bench.deps, bench.who, { reservationId: id, name: 'first', description: '' });
      await drain(bench);
      return id;
    },
    'wrong-state',
    'Delete them first',
  ],
  [
    'is being switched',
    async (bench: Bench) => {
      const { id } = await offOne(bench);
      await powerReservation(bench.deps, bench.who, id, 'on');
      return id;
    },
    'busy',
    'try again',
  ],
])('one that %s is refused, with the way out', async (_what, make, code, hint) => {
  const bench = await makeBench(onTestFinished);
  const id = await make(bench);
  await expect(unlinkReservation(bench.deps, bench.who, id)).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) });
  expect(await auditOf(bench)).toEqual([]);
});

test('where the provider cannot, it is said', async () => {
  const bench = await makeBench(onTestFinished, { capabilities: { unlink: false } });
  const { id } = await offOne(bench);
  await expect(unlinkReservation(bench.deps, bench.who, id)).rejects.toMatchObject({
    code: 'not-supported',
    hint: expect.stringContaining('--mode full'),
  });
});
