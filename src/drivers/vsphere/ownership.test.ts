import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { codeOf, ctx, inWorld } from '../../../test/support/vsphere-cases.ts';
import { cloneVm } from '../../vsim/model/clone.ts';
import { unregisterVm } from '../../vsim/model/destroy.ts';
import type { Vm } from '../../vsim/model/entities.ts';
import { VSphereDriver } from './index.ts';

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
