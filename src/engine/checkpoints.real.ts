/** Checkpoints as people have them: what is refused, what a revert is judged by, and what becomes of them at an end. */
import { expect, onTestFinished, test } from 'vitest';
import { drain, jobOf, makeBench, problems, readyOne, reservationOf } from '../../test/support/engine.ts';
import * as audit from '../store/audit.ts';
import * as checkpoints from '../store/checkpoints.ts';
import * as machines from '../store/machines.ts';
import { addCheckpoint, deleteCheckpoint, revertToCheckpoint } from './intents/checkpoints.ts';
import { endReservation } from './intents/end.ts';
import { captureReservation } from './intents/image.ts';
import { saveSiteRules } from './intents/terms.ts';

async function ready() {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await readyOne(bench);
  const add = (name: string) => addCheckpoint(bench.deps, bench.who, { reservationId: id, name, description: '' });
  const names = async () => (await checkpoints.ofMachine(bench.store.db, machineId)).map((c) => c.name);
  return { bench, id, machineId, add, names };
}

test('one more than the rule of its kind allows, a name twice, and work at the same time are refused; what is being made counts', async () => {
  const { bench, id, add, names } = await ready();
  await saveSiteRules(bench.store.db, { '*': { lab: { checkpoints: 2 } } });
  await add('one');
  await expect(add('one')).rejects.toMatchObject({ code: 'already-exists' });
  await expect(add('two')).rejects.toMatchObject({ code: 'busy' });
  expect(await names()).toEqual(['one']);
  await drain(bench);
  const { checkpoint } = await add('two');
  await expect(add('three')).rejects.toMatchObject({ code: 'limit-reached', details: { limit: 2 } });
  await drain(bench);
  await deleteCheckpoint(bench.deps, bench.who, { reservationId: id, id: checkpoint.id });
  await drain(bench);
  await add('three');
  await drain(bench);
  expect(await names()).toEqual(['one', 'three']);
  expect((await audit.list(bench.store.db, { limit: 50, subjectId: id })).map((a) => a.action)).toEqual(
    expect.arrayContaining(['checkpoint.create', 'checkpoint.delete']),
  );
});

test('promise 3: a machine that was taken back and whose disk is then not its own is not powered on again', async () => {
  const { bench, id, machineId, add } = await ready();
  const { checkpoint } = await add('good');
  await drain(bench);
  // Somebody changed what the checkpoint froze: it stands on nothing now, so what is taken back is no linked clone.
  bench.fake.change((state) => {
    const frozen = state.disks[state.machines[machineId]?.checkpoints[0]?.disks[0] ?? ''];
    if (frozen === undefined) throw new Error('nothing to change');
    delete frozen.parent;
  });
  await revertToCheckpoint(bench.deps, bench.who, { reservationId: id, id: checkpoint.id });
  await drain(bench);
  expect(await jobOf(bench, 'checkpoint')).toMatchObject({ state: 'undone', error: { code: 'not-linked' } });
  expect(bench.fake.state.machines[machineId]?.power).toBe('off');
  expect((await reservationOf(bench, id)).stageText).toContain('checkpoint good could not be gone back to');
});

test('a machine with checkpoints is captured as it is now, keeps them, and takes them along when it ends', async () => {
  const { bench, id, machineId, add, names } = await ready();
  const { checkpoint } = await add('one');
  await drain(bench);
  await captureReservation(bench.deps, bench.who, { reservationId: id, image: 'captured', publish: false });
  await drain(bench);
  expect((await jobOf(bench, 'capture')).state).toBe('done');
  expect(await names()).toEqual(['one']);
  await revertToCheckpoint(bench.deps, bench.who, { reservationId: id, id: checkpoint.id });
  await drain(bench);
  expect((await machines.find(bench.store.db, machineId))?.state).toBe('running');
  await endReservation(bench.deps, id, 'end', 'ada');
  await expect(add('late')).rejects.toMatchObject({ code: 'wrong-state' });
  await drain(bench);
  expect([(await reservationOf(bench, id)).state, await names()]).toEqual(['ended', []]);
  expect(await problems(bench)).toEqual([]);
});

test('an end that is asked for while a checkpoint is being made goes through, and leaves neither', async () => {
  const { bench, id, add, names } = await ready();
  await add('one');
  await endReservation(bench.deps, id, 'end', 'ada');
  await drain(bench);
  expect([(await reservationOf(bench, id)).state, await names()]).toEqual(['ended', []]);
  expect(await problems(bench)).toEqual([]);
});
