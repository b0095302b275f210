/** Golden disks on a further datastore, ahead of the clones that will need them there. */
import { expect, onTestFinished, test } from 'vitest';
import { drain, jobOf, makeBench, problems, readyOne } from '../../test/support/engine.ts';
import { vsphereBench } from '../../test/support/vsphere-outages.ts';
import * as masters from '../store/masters.ts';
import * as providers from '../store/providers.ts';
import { replicateMaster } from './intents/masters.ts';

test('a job copies them there; the revision names both, it is in the audit, and asked for again it is done', async () => {
  const { bench } = await vsphereBench(onTestFinished, { vsim: { masterBytes: 2 ** 24 } });
  const { name: provider } = await providers.find(bench.store.db, bench.providerId);
  const ask = () => replicateMaster(bench.deps, bench.who, { image: 'golden', provider, datastore: 'ds1' });
  const files = async () => (await masters.find(bench.store.db, bench.revisionId, bench.providerId))?.files.map((f) => f.path.slice(0, 5));
  const before = await files();
  const { job } = await ask();
  await expect(ask()).rejects.toMatchObject({ code: 'busy' });
  await drain(bench);
  expect(await jobOf(bench, 'add-master')).toMatchObject({ id: job, state: 'done' });
  expect(await files()).toEqual([...(before ?? []), '[ds1]']);
  await ask();
  await drain(bench);
  expect(await files()).toEqual([...(before ?? []), '[ds1]']);
  const audit = await bench.store.db
    .selectFrom('audit')
    .select(['action', 'detail'])
    .where('action', 'like', 'master.%')
    .orderBy('id')
    .execute();
  expect(audit.map((a) => a.action)).toEqual(['master.begun', 'master.added', 'master.begun', 'master.added']);
  expect(audit[0]?.detail).toMatchObject({ image: 'golden@1', provider, datastore: 'ds1' });
  await replicateMaster(bench.deps, bench.who, { image: 'golden', provider, datastore: 'nowhere' });
  await drain(bench);
  const jobs = await bench.store.db.selectFrom('job').select(['state', 'error']).orderBy('createdAt').execute();
  expect(jobs.at(-1)).toMatchObject({ state: 'undone', error: { code: 'not-found', message: expect.stringContaining('nowhere') } });
  expect(await files()).toEqual([...(before ?? []), '[ds1]']);
  expect(await problems(bench)).toEqual([]);
});

test('a copy that a clone had made because its datastore was full is recorded with the others', async () => {
  const { bench, w } = await vsphereBench(onTestFinished, { vsim: { masterBytes: 2 ** 24 } });
  const stores = async () =>
    (await masters.find(bench.store.db, bench.revisionId, bench.providerId))?.files.map((f) => f.path.slice(0, 5)).toSorted();
  expect(await stores()).toEqual(['[ds0]']);
  w.vsim.fault({
    point: 'start',
    method: 'CloneVM_Task',
    fault: { fault: 'NoDiskSpace', fields: { datastore: 'x', file: 'x' }, message: 'full' },
  });
  await readyOne(bench);
  expect(await stores()).toEqual(['[ds0]', '[ds1]']);
  expect(bench.world.masters()).toHaveLength(2);
  expect(await problems(bench)).toEqual([]);
});

test('where it cannot be, it says why and what to do', async () => {
  const bench = await makeBench(onTestFinished);
  const { name: provider } = await providers.find(bench.store.db, bench.providerId);
  const ask = (more: object = {}) => replicateMaster(bench.deps, bench.who, { image: 'golden', provider, ...more });
  await expect(ask()).rejects.toMatchObject({ code: 'not-supported', message: expect.stringContaining('one place for golden disks') });
  await expect(ask({ image: 'none' })).rejects.toMatchObject({ code: 'not-found' });
  await expect(ask({ revision: 9 })).rejects.toMatchObject({ code: 'not-found', message: 'golden has no revision 9' });
  await expect(ask({ provider: 'none' })).rejects.toMatchObject({ code: 'not-found' });
  await masters.remove(bench.store.db, bench.revisionId, bench.providerId);
  await expect(ask()).rejects.toMatchObject({ code: 'not-supported', hint: expect.stringContaining('--as-master-of golden@1') });
  expect(await bench.store.db.selectFrom('job').select('id').where('saga', '=', 'add-master').execute()).toEqual([]);
});
