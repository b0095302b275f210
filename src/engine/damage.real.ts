/** A golden disk that is not what was sealed: its revision goes out of service, and everybody concerned is told. */
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, jobOf, makeBench, readyOne, reservationOf, reserveOne } from '../../test/support/engine.ts';
import { tamperMaster } from '../drivers/fake/interference.ts';
import { override } from '../drivers/fake/sabotage-tools.ts';
import { driverError } from '../driver/errors.ts';
import { makeCtx } from '../lib/context.ts';
import * as events from '../store/events.ts';
import * as images from '../store/images.ts';
import * as machines from '../store/machines.ts';
import { endReservation } from './intents/end.ts';
import { captureReservation } from './intents/image.ts';
import { Reconciler } from './reconcilers/reconcile.ts';

const run = (bench: Bench, dryRun = false) => new Reconciler(bench.deps).run(makeCtx(), bench.providerId, { dryRun, askedFor: true });

async function expectOutOfService(bench: Bench): Promise<void> {
  const revision = await images.revision(bench.store.db, bench.revisionId);
  expect(revision).toMatchObject({ state: 'retired', failure: { code: 'master-changed' } });
  expect(revision?.failure?.message).toContain(`/fake/masters/${bench.revisionId}/disk-0.fake`);
  const told = await events.after(bench.store.db, { after: 0, limit: 1000 });
  expect(told.filter((e) => e.subjectId === bench.revisionId).at(-1)?.body).toMatchObject({
    state: 'retired',
    failure: { code: 'master-changed' },
  });
  await expect(reserveOne(bench)).rejects.toMatchObject({ code: 'wrong-state' });
}

test.each(['destroy-takes-parent', 'destroy-touches-parent'] as const)(
  'an end finds it, %s: the revision is handed out no more',
  async (kind) => {
    const bench = await makeBench(onTestFinished, { sabotage: [kind] });
    const { id } = await readyOne(bench);
    await endReservation(bench.deps, id, 'end', 'ada');
    await drain(bench);
    expect(await jobOf(bench, 'end')).toMatchObject({ state: 'stuck', error: { code: 'master-changed' } });
    await expectOutOfService(bench);
  },
);

test('a driver that refuses to call its delete good still gives its proof, which is kept', async () => {
  const bench = await makeBench(onTestFinished, { sabotage: ['destroy-touches-parent'] });
  const { id, machineId } = await readyOne(bench);
  const inner = bench.driver;
  const strict = override(inner, {
    destroy: async (ctx, of) => {
      const proof = await inner.destroy(ctx, of);
      throw driverError('master-changed', 'it changed', { details: { proof } });
    },
  });
  const deps = { ...bench.deps, drivers: new Map([[bench.providerId, strict]]) };
  await endReservation(deps, id, 'end', 'ada');
  await drain({ ...bench, deps });
  expect(await jobOf(bench, 'end')).toMatchObject({ state: 'stuck', error: { code: 'master-changed' } });
  expect((await machines.find(bench.store.db, machineId))?.proof?.parents).toHaveLength(1);
  await expectOutOfService(bench);
});

test('the reconciler finds it when it takes a leaked machine away: the finding failed, with its problem', async () => {
  const bench = await makeBench(onTestFinished, { sabotage: ['destroy-touches-parent'] });
  const { machineId } = await readyOne(bench);
  await bench.store.db.updateTable('machine').set({ state: 'gone', goneAt: new Date() }).where('id', '=', machineId).execute();
  const { results } = await run(bench);
  expect(results).toMatchObject([
    { finding: { kind: 'leaked-machine' }, outcome: 'failed', problem: expect.stringContaining('was changed') as string },
  ]);
  await expectOutOfService(bench);
});

test('somebody writes into it: the reconciler says so at each look, and takes its revision out of service once', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  tamperMaster(bench.fake, bench.revisionId);
  expect((await run(bench, true)).results).toMatchObject([{ finding: { kind: 'changed-master' }, outcome: 'would-mend' }]);
  for (let look = 0; look < 2; look++) {
    expect((await run(bench)).results).toMatchObject([
      {
        finding: { kind: 'changed-master', revisionId: bench.revisionId },
        outcome: 'failed',
        problem: expect.stringContaining('disk-0.fake') as string,
      },
    ]);
  }
  await expectOutOfService(bench);
  const told = await bench.store.db.selectFrom('audit').selectAll().where('action', '=', 'revision.damaged').execute();
  expect(told).toHaveLength(1);
  const row = await reservationOf(bench, id);
  expect([row.state, row.notes]).toEqual(['ready', [expect.stringContaining('Save what you need')]]);
  await expect(captureReservation(bench.deps, bench.who, { reservationId: id, image: 'next', publish: false })).rejects.toMatchObject({
    code: 'master-changed',
  });
});

test('a master that only looks changed, and is byte for byte what was sealed, stays in service', async () => {
  const bench = await makeBench(onTestFinished);
  const inner = bench.driver;
  const wary = override(inner, {
    inventory: async (ctx) => {
      const seen = await inner.inventory(ctx);
      return { ...seen, masters: seen.masters.map((m) => ({ ...m, changed: 'its time is another' })) };
    },
  });
  const deps = { ...bench.deps, drivers: new Map([[bench.providerId, wary]]) };
  const { results } = await new Reconciler(deps).run(makeCtx(), bench.providerId, { dryRun: false, askedFor: true });
  expect(results).toMatchObject([{ finding: { kind: 'changed-master' }, outcome: 'reported' }]);
  expect((await images.revision(bench.store.db, bench.revisionId))?.state).toBe('published');
});

test('a capture in the moment of the change is refused by the driver', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  await captureReservation(bench.deps, bench.who, { reservationId: id, image: 'next', publish: false });
  tamperMaster(bench.fake, bench.revisionId);
  await drain(bench);
  expect(await jobOf(bench, 'capture')).toMatchObject({ state: 'undone', error: { code: 'master-changed' } });
});
