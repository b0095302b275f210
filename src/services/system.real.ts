/** What operators are told, over the real store. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { vsphereBenchDriver } from '../../test/support/bench-world.ts';
import { makeBench, readyOne, reserveOne } from '../../test/support/engine.ts';
import type { VSphereWorld } from '../../test/support/vsphere-harness.ts';
import { endReservation } from '../engine/intents/end.ts';
import { Reconciler } from '../engine/reconcilers/reconcile.ts';
import { makeCtx } from '../lib/context.ts';
import type { Parts } from './parts.ts';
import { systemServices } from './system.ts';

test('runs are listed page after page, each once, also those of one moment', async () => {
  const bench = await makeBench(onTestFinished);
  for (let i = 0; i < 4; i++) await reserveOne(bench);
  const it = systemServices({ deps: bench.deps } as Parts);
  const [moment] = await bench.store.db.selectFrom('job').select('createdAt').where('saga', '=', 'provision').execute();
  await bench.store.db
    .updateTable('job')
    .set({ createdAt: (moment as { createdAt: Date }).createdAt as never })
    .where('saga', '=', 'provision')
    .execute();
  const all = (await it.listJobs({ limit: 100 })).items.map((j) => j.id);
  expect(all).toHaveLength(5);
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await it.listJobs({ limit: 2, after });
    seen.push(...page.items.map((j) => j.id));
    after = page.next;
  } while (after !== undefined && seen.length < 20);
  expect(seen).toEqual(all);
  await expect(it.listJobs({ limit: 2, after: 'x' })).rejects.toMatchObject({ code: 'bad-request' });
});

test('a job says which machine, reservation and image it is about, as far as that is known', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId, hostname } = await readyOne(bench);
  const it = systemServices({ deps: bench.deps } as Parts);
  // The first keeps it for a while, the second does not.
  for (let i = 0; i < 2; i++) await endReservation(bench.deps, id, 'end', 'ada');
  const { items } = await it.listJobs({ limit: 100 });
  const about = (saga: string) => items.find((job) => job.saga === saga)?.about;
  const machine = { reservation: id, machine: machineId, hostname, image: 'golden', revision: 1 };
  // The end of one names no image: it is the machine's.
  expect([about('provision'), about('end'), about('prepare')]).toEqual([machine, machine, { image: 'golden', revision: 1 }]);
  for (const job of items) expect((await it.showJob(job.id))?.about).toEqual(job.about);
});

test('D08: a machine of ours that came back with another UUID is told to the operator with what to do, and nothing is tried on it', async () => {
  let vsphere: VSphereWorld | undefined;
  const bench = await makeBench(onTestFinished, {
    on: async (whenOver) => {
      const made = await vsphereBenchDriver(whenOver, {});
      vsphere = made.vsphere;
      return made;
    },
  });
  const w = vsphere as VSphereWorld;
  const { m } = w;
  const it = systemServices({ deps: bench.deps, reconciler: new Reconciler(bench.deps) } as Parts);
  const caller = { name: 'ada' } as Parameters<typeof it.reconcile>[0];
  const look = async () =>
    (await it.reconcile(caller, { dryRun: false }, AbortSignal.timeout(600_000))).findings.filter((f) => !others.includes(f.subject));
  const others: string[] = [];
  others.push(...(await look()).map((f) => f.subject));
  const told = (id: string) => ({
    kind: 'foreign',
    provider: 'here',
    subject: `machine ${id}`,
    detail: expect.stringContaining(`instead of ${id}; an operator has to give it its UUID back or remove it`),
    action: 'leave',
    outcome: 'reported',
  });
  const twin = (id: string) => {
    const vm = w.vm(id);
    vm.record.instanceUuid = randomUUID();
    m.changed(vm, 'config');
    return vm;
  };
  // One that the store does not know, and one that it does.
  const unknown = randomUUID();
  const { revisionId } = bench;
  const hardware = { vcpus: 1, memoryMiB: 128 };
  await bench.driver.clone(makeCtx(), { machineId: unknown, revisionId, mode: 'linked', hostname: 'lost', hardware });
  const vm = twin(unknown);
  expect(await look()).toEqual([told(unknown)]);
  expect(m.vms.get(vm.id)).toBe(vm);
  const { machineId } = await readyOne(bench);
  twin(machineId);
  const both = await look();
  expect(both).toEqual(expect.arrayContaining([told(unknown), told(machineId)]));
  expect(both).toHaveLength(2);
});

test('a machine whose power or condition changed is found with what it is now, for pages in other languages', async () => {
  const bench = await makeBench(onTestFinished);
  const { machineId } = await readyOne(bench);
  const it = systemServices({ deps: bench.deps, reconciler: new Reconciler(bench.deps) } as Parts);
  const look = async () => (await it.reconcile({ name: 'ada' } as never, { dryRun: false }, AbortSignal.timeout(600_000))).findings;
  const is = (change: object) => bench.fake.change((state) => Object.assign(state.machines[machineId] as object, change));
  is({ power: 'suspended', condition: 'out-of-space' });
  expect(await look()).toMatchObject([{ kind: 'condition', facts: { condition: 'out-of-space' } }]);
  is({ power: 'on', condition: undefined });
  expect((await look()).map((found) => [found.kind, found.facts])).toEqual([['condition', undefined]]);
  is({ power: 'off' });
  expect(await look()).toMatchObject([{ kind: 'power-changed', facts: { power: 'off' } }]);
});
