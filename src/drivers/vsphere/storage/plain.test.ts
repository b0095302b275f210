import { expect, test } from 'vitest';
import { type Case, codeOf, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import type { Vm } from '../../../vsim/model/entities.ts';
import { createSnapshot } from '../../../vsim/model/snapshots.ts';
import { disksOf } from '../../../vsim/model/vm-record.ts';

const LOOK = 'SearchDatastoreSubFolders_Task';
const DELETE = 'DeleteDatastoreFile_Task';

const snapshot = async (c: Case, vm: Vm): Promise<unknown> =>
  await c.w.settle(createSnapshot(c.m, vm, { name: 's', description: '', memory: false, quiesce: false }));

/** A foreign machine whose snapshot names that disk, though no device of it does. */
async function hiddenChild(c: Case, leaf: string, elsewhere: string): Promise<Vm> {
  const foreign = await c.w.plantForeign(leaf);
  const vm = c.m.byInstanceUuid(foreign.machineId ?? '') as Vm;
  await snapshot(c, vm);
  const [disk] = disksOf(vm.record);
  if (disk !== undefined) disk.path = elsewhere;
  c.m.changed(vm, 'config', 'layoutEx');
  return vm;
}

test('the folder of a machine that nobody stands on goes without a look for marks', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    const before = c.calls(LOOK);
    const { removed } = await c.driver.destroy(ctx(), machineId);
    expect(removed.length).toBeGreaterThan(1);
    expect(c.calls(LOOK)).toBe(before);
    await c.nothingLeft();
  });
});

test('a disk that only a snapshot of somebody else names is known before the server is asked to delete anything', async () => {
  await inWorld({}, async (c) => {
    const made = [await c.clone(), await c.clone(), await c.clone(), await c.clone()];
    const [kept, first, second, third] = made.map(({ machineId }) => machineId) as [string, string, string, string];
    const leafOf = (i: number): string => made[i]?.chains[0]?.[0]?.path ?? '';
    await snapshot(c, c.w.vm(kept));
    await c.driver.destroy(ctx(), first);
    await c.driver.destroy(ctx(), second);
    const vm = await hiddenChild(c, leafOf(3), made[0]?.chains[0]?.[1]?.path ?? '');
    const before = [c.calls(LOOK), c.calls(DELETE)];
    const error: unknown = await c.driver.destroy(ctx(), third).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'has-children', details: { machines: [vm.name] } });
    expect([c.calls(LOOK), c.calls(DELETE)]).toEqual([(before[0] ?? 0) + 1, before[1]]);
    expect(c.m.storage.file(leafOf(3))).toBeDefined();
  });
});

test('where a machine cannot be read the folder is looked into first, and one with a mark stays', async () => {
  await inWorld({}, async (c) => {
    const { machineId, chains } = await c.clone();
    const foreign = await c.w.plantForeign();
    const vm = c.m.byInstanceUuid(foreign.machineId ?? '') as Vm;
    vm.connection = 'inaccessible';
    c.m.changed(vm, 'config', 'runtime.connectionState', 'datastore');
    const leaf = c.m.storage.file(chains[0]?.[0]?.path ?? '')?.disk;
    if (leaf) leaf.deletable = false;
    expect(await codeOf(c.driver.destroy(ctx(), machineId))).toBe('unavailable');
    expect([c.calls(LOOK) > 0, c.calls(DELETE)]).toEqual([true, 0]);
    if (leaf) leaf.deletable = true;
    await c.driver.destroy(ctx(), machineId);
  });
});

test('a mark that its machine does not show is found by the server, and its disk goes as such disks do', async () => {
  await inWorld({}, async (c) => {
    const { machineId, chains } = await c.clone();
    const leaf = c.m.storage.file(chains[0]?.[0]?.path ?? '')?.disk;
    if (leaf) leaf.deletable = false;
    await c.driver.destroy(ctx(), machineId);
    expect([c.calls(LOOK), c.calls('DeleteVirtualDisk_Task')]).toEqual([1, 1]);
    await c.nothingLeft();
  });
});
