/** Promise 2 through a crash: what was read before a delete is kept before it, so that its proof can still be made whole. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, jobOf, makeBench, problems, readyOne, reservationOf, reserveOne } from '../../test/support/engine.ts';
import type { DeletionProof } from '../core/lineage.ts';
import { plantForeign } from '../drivers/fake/interference.ts';
import { makeCtx } from '../lib/context.ts';
import * as images from '../store/images.ts';
import * as machines from '../store/machines.ts';
import { endReservation } from './intents/end.ts';
import { prepareImage, removeRevision, retireRevision } from './intents/image.ts';
import { Reconciler } from './reconcilers/reconcile.ts';

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

const removedOf = async (bench: Bench, action: string): Promise<unknown[]> => {
  const rows = await bench.store.db.selectFrom('audit').select('detail').where('action', '=', action).execute();
  return rows.map((r) =>
    ((r.detail as { proof?: DeletionProof }).proof ?? (r.detail as unknown as DeletionProof)).removed.map((f) => f.path),
  );
};

describe('what has no machine row, when the answer of its delete is lost', () => {
  test.each(['middle', 'after'] as const)('%s the removal of a revision: the proof names what was removed', async (when) => {
    const bench = await makeBench(onTestFinished);
    const golden = master(bench);
    bench.fake.addFault({ verb: 'removeMaster', when, count: 1, error: 'unavailable' });
    await retireRevision(bench.deps, bench.who, bench.revisionId);
    await removeRevision(bench.deps, bench.who, bench.revisionId);
    await drain(bench);
    expect(await removedOf(bench, 'master.removed')).toEqual([[golden]]);
    expect(await bench.store.db.selectFrom('deletion').selectAll().execute()).toEqual([]);
  });

  test('in the undo of a preparation', async () => {
    const bench = await makeBench(onTestFinished);
    bench.fake.addFault({ verb: 'prepareMaster', when: 'after', count: 1, error: 'bad-image' });
    bench.fake.addFault({ verb: 'removeMaster', when: 'after', count: 1, error: 'unavailable' });
    const source = { kind: 'recipe', recipe: 'tiny' } as const;
    const made = await prepareImage(bench.deps, bench.who, { image: 'next', publish: true, source, told: source });
    await drain(bench);
    expect(await removedOf(bench, 'master.removed')).toEqual([[`/fake/masters/${made.revision.id}/disk-0.fake`]]);
    expect(await problems(bench)).toEqual([]);
  });

  test('a refusal leaves nothing that a later delete would be taken for', async () => {
    const bench = await makeBench(onTestFinished);
    plantForeign(bench.fake, master(bench));
    await retireRevision(bench.deps, bench.who, bench.revisionId);
    await removeRevision(bench.deps, bench.who, bench.revisionId);
    await drain(bench);
    expect(await jobOf(bench, 'remove-revision')).toMatchObject({ state: 'undone', error: { code: 'has-children' } });
    expect(await bench.store.db.selectFrom('deletion').selectAll().execute()).toEqual([]);
  });

  test('the reconciler proves at its next look what it was cut off from, and takes a damaged parent out of service', async () => {
    const bench = await makeBench(onTestFinished);
    const [whole, hurt] = [await readyOne(bench), await readyOne(bench)];
    const look = async () => (await new Reconciler(bench.deps).run(makeCtx(), bench.providerId, { dryRun: false, askedFor: true })).results;
    const leak = async ({ machineId }: { machineId: string }) => {
      await bench.store.db.deleteFrom('job').execute();
      await bench.store.db.updateTable('machine').set({ state: 'gone', goneAt: new Date() }).where('id', '=', machineId).execute();
      bench.fake.addFault({ verb: 'destroy', when: 'after', count: 1, error: 'unavailable' });
      expect(await look()).toMatchObject([{ finding: { kind: 'leaked-machine', machineId }, outcome: 'failed' }]);
    };
    await leak(whole);
    expect(await look()).toMatchObject([{ finding: { kind: 'open-delete', id: whole.machineId }, outcome: 'mended' }]);
    expect(await removedOf(bench, 'reconciler.destroyed')).toEqual([[`/fake/machines/${whole.machineId}/disk-0.fake`]]);
    expect(await look()).toEqual([]);
    await leak(hurt);
    bench.fake.change((state) => void delete state.disks[master(bench)]);
    const found = await look();
    expect(found.find((r) => r.finding.kind === 'open-delete')).toMatchObject({
      outcome: 'failed',
      problem: expect.stringContaining('is gone') as string,
    });
    expect((await images.revision(bench.store.db, bench.revisionId))?.failure?.code).toBe('master-changed');
  });
});
