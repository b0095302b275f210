/** Promise 2 through a crash: what was read before a delete is kept before it, so that its proof can still be made whole. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, jobOf, makeBench, problems, readyOne, reservationOf, reserveOne } from '../../test/support/engine.ts';
import type { DeletionProof } from '../core/lineage.ts';
import * as machines from '../store/machines.ts';
import { endReservation } from './intents/end.ts';

const proofOf = async (bench: Bench, machineId: string): Promise<DeletionProof | null | undefined> =>
  (await machines.find(bench.store.db, machineId))?.proof;
const master = (bench: Bench) => `/fake/masters/${bench.revisionId}/disk-0.fake`;
const audited = (bench: Bench, id: string) =>
  bench.store.db.selectFrom('audit').select('action').where('subjectId', '=', id).where('action', 'like', 'machine.%').execute();

async function expectWhole(bench: Bench, machineId: string): Promise<void> {
  const proof = await proofOf(bench, machineId);
  const leaf = proof?.chainsBefore[0]?.[0]?.path ?? '';
  expect(leaf).toContain(machineId);
  expect(proof?.chainsBefore[0]?.map((d) => d.path)).toEqual([leaf, master(bench)]);
  expect(proof?.removed.map((f) => f.path)).toEqual([leaf]);
  expect(proof?.parents).toMatchObject([{ path: master(bench), existsBefore: true, existsAfter: true }]);
  expect(proof?.parents[0]?.identityAfter).toBe(proof?.parents[0]?.identityBefore);
  expect(await audited(bench, machineId)).toEqual([{ action: 'machine.destroyed' }]);
  expect(await problems(bench)).toEqual([]);
}

describe('the answer of a delete is lost', () => {
  test.each(['middle', 'after'] as const)('%s the delete of an end: the proof is whole all the same', async (when) => {
    const bench = await makeBench(onTestFinished);
    const { id, machineId } = await readyOne(bench);
    bench.fake.addFault({ verb: 'destroy', when, count: 1, error: 'unavailable' });
    await endReservation(bench.deps, id, 'end', 'ada');
    await drain(bench);
    expect((await reservationOf(bench, id)).state).toBe('ended');
    await expectWhole(bench, machineId);
  });

  test.each(['middle', 'after'] as const)('%s the delete in an undo: the proof is whole all the same', async (when) => {
    const bench = await makeBench(onTestFinished);
    bench.fake.addFault({ verb: 'guest.ready', when: 'before', count: 1, error: 'guest-timeout' });
    bench.fake.addFault({ verb: 'destroy', when, count: 1, error: 'unavailable' });
    const { id, machineId } = await reserveOne(bench);
    await drain(bench);
    expect((await reservationOf(bench, id)).state).toBe('failed');
    await expectWhole(bench, machineId);
  });

  test('and what is there now can only be read in part: it waits until all of it shows', async () => {
    const bench = await makeBench(onTestFinished);
    const { id, machineId } = await readyOne(bench);
    bench.fake.addFault({ verb: 'destroy', when: 'after', count: 1, error: 'unavailable' });
    bench.fake.addFault({ verb: 'lineage', when: 'middle', count: 1, skip: 1, error: 'unavailable' });
    await endReservation(bench.deps, id, 'end', 'ada');
    await drain(bench);
    expect(bench.calls.filter((c) => c.startsWith('destroy '))).toHaveLength(3);
    await expectWhole(bench, machineId);
  });

  test.each(['is gone', 'is another'] as const)('and its parent %s: it is parked with master-changed', async (what) => {
    const bench = await makeBench(onTestFinished);
    const { id, machineId } = await readyOne(bench);
    bench.fake.addFault({ verb: 'destroy', when: 'after', count: 1, error: 'unavailable' });
    await endReservation(bench.deps, id, 'end', 'ada');
    let tries = 0;
    const fault = (point: string) => {
      if (point !== 'end:destroy:do:before' || ++tries !== 2) return;
      bench.fake.change((state) => {
        const disk = state.disks[master(bench)];
        if (what === 'is another' && disk) disk.generation += 1;
        if (what === 'is gone') delete state.disks[master(bench)];
      });
    };
    await drain(bench, { fault });
    expect(await jobOf(bench, 'end')).toMatchObject({ state: 'stuck', error: { code: 'master-changed' } });
    expect(await audited(bench, machineId)).toEqual([{ action: 'machine.destroyed.parents-damaged' }]);
  });
});
