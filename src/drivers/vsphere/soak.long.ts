import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Case, ctx } from '../../../test/support/vsphere-cases.ts';
import { VSphereWorld } from '../../../test/support/vsphere-harness.ts';
import { damagedParents } from '../../core/lineage.ts';
import { DRIVER_ERRORS } from '../../driver/errors.ts';
import { describeError, errorCode } from '../../lib/errors.ts';
import { destroyVm } from '../../vsim/model/destroy.ts';
import type { Vm } from '../../vsim/model/entities.ts';
import { relocate } from '../../vsim/model/migrate.ts';
import { powerOff, powerOn } from '../../vsim/model/power.ts';
import { Random } from '../../vsim/model/random.ts';
import { VSphereDriver } from './index.ts';

const OPERATIONS = Number(process.env['SOAK_OPERATIONS'] ?? 2_000);
const SEED = Number(process.env['SOAK_SEED'] ?? 7);

/** Faults that come by themselves: about one call in forty of those that change something. */
const FAULTS = ['before', 'start', 'end', 'reply', 'drop', 'effect'] as const;
const METHODS = [
  'CloneVM_Task',
  'PowerOnVM_Task',
  'PowerOffVM_Task',
  'UnregisterVM',
  'DeleteDatastoreFile_Task',
  'CreateSnapshot_Task',
  'RevertToSnapshot_Task',
  'ReconfigVM_Task',
  'RelocateVM_Task',
  'PromoteDisks_Task',
  'SearchDatastore_Task',
];

test(`${OPERATIONS} random operations by two control planes, with faults, vMotions and foreign administrators (seed ${SEED})`, async () => {
  const w = await VSphereWorld.make({ vsim: { seed: SEED, destroySemantics: 'unreferenced' }, driver: { retryMs: 1, shutdownMs: 20 } });
  const second = new VSphereDriver(w.options);
  await second.open(ctx());
  const master = await w.driver.prepareMaster(ctx(), w.prepareSpec(randomUUID()));
  const golden = master.files.map((f) => f.path);
  const c = new Case(w, master, w.goldenDigest(golden));
  const random = new Random(SEED);
  const pick = <T>(list: readonly T[]): T | undefined => list[random.below(Math.max(1, list.length))];
  for (const point of FAULTS) for (const method of METHODS) w.vsim.fault({ point, method, probability: 0.004, count: 1e9 });
  const machines = new Set<string>();
  const revisions = new Set<string>();
  const counts = new Map<string, number>();
  const wrong: string[] = [];

  const attempt = async (what: string, work: () => Promise<unknown>): Promise<boolean> => {
    counts.set(what, (counts.get(what) ?? 0) + 1);
    try {
      await work();
      return true;
    } catch (error) {
      const code = errorCode(error);
      counts.set(`${what}: ${code}`, (counts.get(`${what}: ${code}`) ?? 0) + 1);
      if (!(code in DRIVER_ERRORS) || code === 'internal') wrong.push(`${what}: ${code}: ${describeError(error)}`);
      return false;
    }
  };
  const ours = (id: string | undefined): Vm | undefined => (id === undefined ? undefined : w.m.byInstanceUuid(id));
  /** What other people do in their own client: never to a template, and never to what Carrel is just making. */
  const admin = async (id: string | undefined): Promise<void> => {
    const vm = ours(id);
    if (vm === undefined) return;
    try {
      const what = random.below(4);
      if (what === 0) await w.settle(powerOff(w.m, vm));
      else if (what === 1) await w.settle(powerOn(w.m, vm));
      else if (what === 2) await w.settle(relocate(w.m, vm, { host: pick(w.m.hosts) }));
      else if (vm.power === 'poweredOff') await w.settle(destroyVm(w.m, vm));
    } catch {
      // vSphere said no
    }
  };
  const one = async (driver: VSphereDriver): Promise<void> => {
    const id = pick([...machines]);
    const dice = random.below(100);
    if (dice < 25 || id === undefined) {
      const machineId = randomUUID();
      await attempt('clone', async () => await driver.clone(ctx(), c.spec(machineId, random.below(5) === 0 ? 'full' : 'linked')));
      // not before: the engine never destroys what it is still making
      machines.add(machineId);
    } else if (dice < 40) await attempt('on', async () => await driver.power(ctx(), id, 'on'));
    else if (dice < 50) await attempt('off', async () => await driver.power(ctx(), id, 'off'));
    else if (dice < 55) await attempt('shutdown', async () => await driver.power(ctx(), id, 'shutdown'));
    else if (dice < 62) await attempt('checkpoint', async () => await driver.checkpoint(ctx(), id, `c${random.below(3)}`));
    else if (dice < 66) await attempt('revert', async () => await driver.revert(ctx(), id, `c${random.below(3)}`));
    else if (dice < 70) {
      const revisionId = randomUUID();
      revisions.add(revisionId);
      await attempt('capture', async () => await driver.capture(ctx(), { machineId: id, revisionId }));
      if (await attempt('removeMaster', async () => await driver.removeMaster(ctx(), revisionId))) revisions.delete(revisionId);
    } else if (dice < 75) await admin(id);
    else if (dice < 78) await w.guestWrite(id, '/x', String(random.below(1_000))).catch(() => {});
    else if (dice < 80) await attempt('inventory', async () => await driver.inventory(ctx()));
    else if (dice === 80) w.vsim.restart();
    else if (dice < 85) {
      const to = pick(w.m.datastores)?.name ?? '';
      await attempt('relocate', async () => await driver.relocate(ctx(), id, to));
    } else if (dice === 85) await attempt('unlink', async () => await driver.unlink(ctx(), id));
    else {
      const done = await attempt('destroy', async () => {
        const damaged = damagedParents(await driver.destroy(ctx(), id));
        if (damaged.length > 0) wrong.push(`destroy damaged ${JSON.stringify(damaged)}`);
      });
      if (done) machines.delete(id);
    }
  };

  for (let done = 0; done < OPERATIONS && wrong.length === 0; done += 4) {
    await Promise.all([one(w.driver), one(second), one(w.driver), one(second)]);
    expect(w.goldenDigest(golden)).toBe(c.digest);
    for (const id of machines) expect(w.m.findVms((vm) => vm.record.instanceUuid === id).length).toBeLessThanOrEqual(1);
  }
  process.stdout.write(
    `soak, seed ${SEED}: ${JSON.stringify(Object.fromEntries([...counts].toSorted(([a], [b]) => a.localeCompare(b))))}\n`,
  );
  expect(wrong).toEqual([]);

  w.m.rules.clear();
  for (const id of machines) await w.driver.destroy(ctx(), id);
  for (const id of revisions) await w.driver.removeMaster(ctx(), id);
  for (const stray of (await w.driver.inventory(ctx())).strays) await w.driver.sweep(ctx(), stray);
  await second.close();
  await c.nothingLeft();
  expect((await w.driver.verifyMaster(ctx(), master.revisionId)).ok).toBe(true);
  expect(w.goldenDigest(golden)).toBe(c.digest);
  await w.dispose();
});
