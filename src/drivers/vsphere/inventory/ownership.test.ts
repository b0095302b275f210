import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { codeOf, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import type { Stray } from '../../../driver/driver.ts';
import { cloneVm } from '../../../vsim/model/clone.ts';
import { unregisterVm } from '../../../vsim/model/destroy.ts';
import type { DatastoreObject, Vm } from '../../../vsim/model/entities.ts';
import { datastoreDown, setConnection } from '../../../vsim/model/trouble.ts';
import { disksOf } from '../../../vsim/model/vm-record.ts';
import { VSphereDriver } from '../index.ts';

test('a copy that somebody made of our machine carries our tag and is not ours', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    const vm = c.w.vm(machineId);
    const spec = { location: { pool: c.m.pool }, template: false, powerOn: false };
    const copy = (await c.w.settle(cloneVm(c.m, vm, c.m.datacenter.vmFolder, 'a copy', spec))) as Vm;
    expect(copy.record.extraConfig.get('carrel.id')).toBe(machineId);
    const theirs = copy.record.instanceUuid;
    expect(await codeOf(c.driver.destroy(ctx(), theirs))).toBe('not-owned');
    expect(await codeOf(c.driver.power(ctx(), theirs, 'on'))).toBe('not-owned');
    const seen = (await c.driver.inventory(ctx())).machines;
    expect(seen.filter((m) => m.owned).map((m) => m.machineId)).toEqual([machineId]);
    await c.driver.destroy(ctx(), machineId);
    expect(c.m.vms.get(copy.id)).toBe(copy);
    expect(c.m.storage.file(copy.record.vmPath)).toBeDefined();
  });
});

test('machines and masters of another installation are seen and not touched', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    const other = new VSphereDriver({ ...c.w.options, installationId: 'another' });
    await other.open(ctx());
    const seen = await other.inventory(ctx());
    expect(seen.machines.find((m) => m.machineId === machineId)?.owned).toBe(false);
    expect(seen.masters).toEqual([{ revisionId: c.master.revisionId, owned: false, state: 'sealed' }]);
    expect(seen.strays).toEqual([]);
    expect(await codeOf(other.destroy(ctx(), machineId))).toBe('not-owned');
    expect((await other.removeMaster(ctx(), c.master.revisionId)).removed).toEqual([]);
    expect(await codeOf(other.clone(ctx(), c.spec(randomUUID())))).toBe('not-found');
    await other.close();
    await c.nothingLeft([machineId]);
  });
});

test('a folder of ours stays while a disk of somebody else stands in it, also when no machine of ours is registered there', async () => {
  await inWorld({}, async (c) => {
    const { machineId, chains, ownFolder } = await c.clone();
    const leaf = chains[0]?.[0]?.path ?? '';
    const foreign = await c.w.plantForeign(leaf);
    unregisterVm(c.m, c.w.vm(machineId));
    const error: unknown = await c.driver.destroy(ctx(), machineId).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'has-children', details: { children: [foreign.diskPath] } });
    const stray = { kind: 'folder' as const, ref: ownFolder, detail: '', owned: true };
    expect(await codeOf(c.driver.sweep(ctx(), stray))).toBe('has-children');
    expect(c.m.storage.file(leaf)).toBeDefined();
    expect(await foreign.unchanged()).toBe(true);
    await foreign.remove();
    await c.driver.destroy(ctx(), machineId);
    await c.nothingLeft();
  });
});

test('a machine of ours that came back with another UUID is told of, and neither removed nor made again nor called gone', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    const vm = c.w.vm(machineId);
    vm.record.instanceUuid = randomUUID();
    c.m.changed(vm, 'config');
    const seen = await c.driver.inventory(ctx());
    expect(seen.strays).toEqual([]);
    expect(seen.machines.filter((m) => m.owned)).toMatchObject([
      { machineId, power: 'half', disputed: expect.stringContaining(machineId) },
    ]);
    for (const verb of [c.driver.destroy(ctx(), machineId), c.clone('linked', machineId), c.driver.power(ctx(), machineId, 'on')]) {
      const error: unknown = await verb.catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'not-owned', hint: expect.stringContaining(machineId) });
    }
    expect(c.m.vms.get(vm.id)).toBe(vm);
    vm.record.instanceUuid = machineId;
    c.m.changed(vm, 'config');
    await c.driver.destroy(ctx(), machineId);
    await c.nothingLeft();
  });
});

test.each(['copy', 'adopt'] as const)('a master that came back with another UUID is not removed (%s)', async (how) => {
  await inWorld({ vsim: { masters: 2 } }, async (c) => {
    const revisionId = randomUUID();
    await c.driver.prepareMaster(ctx(), { revisionId, source: { kind: 'vm', path: c.w.vsim.sim.master(1).path, how, profile: {} } });
    const vm = c.w.mastersOf(revisionId)[0] as Vm;
    vm.record.instanceUuid = randomUUID();
    c.m.changed(vm, 'config');
    expect(await codeOf(c.driver.removeMaster(ctx(), revisionId))).toBe('not-owned');
    expect(c.m.vms.get(vm.id)).toBe(vm);
    expect((await c.driver.inventory(ctx())).masters.find((x) => x.revisionId === revisionId)?.disputed).toMatch(/with another identity/);
  });
});

test('a machine that cannot be read, on datastores that are none of ours, spoils nothing of the inventory', async () => {
  for (const [store, complete] of [
    ['[ds0]', false],
    ['[ds1]', true],
  ] as const) {
    await inWorld({ driver: { datastores: ['ds0'] } }, async (c) => {
      const foreign = await c.w.plantForeign();
      const vm = c.m.byInstanceUuid(foreign.machineId ?? '') as Vm;
      vm.record.vmPath = vm.record.vmPath.replace('[ds0]', store);
      for (const disk of disksOf(vm.record)) disk.path = disk.path.replace('[ds0]', store);
      setConnection(c.m, vm, 'inaccessible');
      expect([store, (await c.driver.inventory(ctx())).complete]).toEqual([store, complete]);
    });
  }
});

test('what cannot be read on one datastore leaves the others as they are: machines, masters, rests and lineage there are told of as whole', async () => {
  await inWorld({ driver: { datastores: ['ds0', 'ds1'] } }, async (c) => {
    const { machineId, ownFolder } = await c.clone();
    expect(ownFolder.startsWith('[ds0]')).toBe(true);
    const foreign = await c.w.plantForeign();
    const vm = c.m.byInstanceUuid(foreign.machineId ?? '') as Vm;
    vm.record.vmPath = vm.record.vmPath.replace('[ds0]', '[ds1]');
    for (const disk of disksOf(vm.record)) disk.path = disk.path.replace('[ds0]', '[ds1]');
    setConnection(c.m, vm, 'inaccessible');
    const stray = await c.w.plantStray();
    const seen = await c.driver.inventory(ctx());
    expect([seen.complete, seen.places]).toEqual([false, { read: ['ds0'], unread: ['ds1'] }]);
    expect(seen.machines).toContainEqual(expect.objectContaining({ machineId, places: ['ds0'] }));
    expect(seen.masters).toMatchObject([{ revisionId: c.master.revisionId, places: ['ds0'] }]);
    expect(seen.strays).toMatchObject([{ ref: stray, places: ['ds0'] }]);
    await c.driver.sweep(ctx(), seen.strays[0] as Stray);
    const { revisionId } = c.master;
    expect((await c.driver.lineage(ctx(), { kind: 'revision', revisionId })).complete).toBe(true);
    expect((await c.driver.lineage(ctx(), { kind: 'all' })).complete).toBe(false);

    datastoreDown(c.m, c.m.datastores.find((ds) => ds.name === 'ds0') as DatastoreObject);
    expect((await c.driver.inventory(ctx())).places).toEqual({ read: [], unread: ['ds0', 'ds1'] });
    datastoreDown(c.m, c.m.datastores.find((ds) => ds.name === 'ds0') as DatastoreObject, true);
  });
});
