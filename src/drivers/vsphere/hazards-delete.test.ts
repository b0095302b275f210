import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Case, codeOf, ctx, inWorld } from '../../../test/support/vsphere-cases.ts';
import { damagedParents } from '../../core/lineage.ts';
import { createVm } from '../../vsim/model/configure.ts';
import { unregisterVm } from '../../vsim/model/destroy.ts';
import type { Vm } from '../../vsim/model/entities.ts';
import type { Rule } from '../../vsim/model/rules.ts';
import { createSnapshot, removeSnapshot } from '../../vsim/model/snapshots.ts';
import { SEMANTICS } from '../../vsim/testing.ts';
import { disksOf } from '../../vsim/model/vm-record.ts';

/** What Carrel does about each hazard of docs/spec/hazards.md: the driver on the simulator. Case.unchanged is checked after every one. */
describe.each(SEMANTICS)('destroy semantics %s', (destroySemantics) => {
  const world = async (work: (c: Case) => Promise<void>): Promise<void> => await inWorld({ vsim: { destroySemantics } }, work);

  test('H1: a machine whose disk is the master itself is taken away without the master', async () => {
    await world(async (c) => {
      const { machineId } = await c.clone();
      await c.w.tamperChain(machineId, 'leaf-is-master');
      const proof = await c.driver.destroy(ctx(), machineId);
      expect(proof.parents.map((p) => [p.path, p.existsAfter])).toEqual([[c.master.files[0]?.path, true]]);
      expect(damagedParents(proof)).toEqual([]);
      await c.nothingLeft();
    });
  });

  test('H2: the last machine goes while the golden machine is not registered, and the golden disk stays', async () => {
    await world(async (c) => {
      const { machineId } = await c.clone();
      unregisterVm(c.m, c.golden);
      const proof = await c.driver.destroy(ctx(), machineId);
      expect(damagedParents(proof)).toEqual([]);
      expect(proof.removed.every((f) => f.path.includes(machineId))).toBe(true);
    });
  });

  test('H3: a master with machines is not removed, and they are named', async () => {
    await world(async (c) => {
      const clone = await c.clone();
      const error: unknown = await c.driver.removeMaster(ctx(), c.master.revisionId).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'has-children', details: { children: [clone.chains[0]?.[0]?.path] } });
      await c.nothingLeft([clone.machineId]);
    });
  });

  test('H7: of folders of like names only the own one goes', async () => {
    await world(async (c) => {
      const { machineId, ownFolder } = await c.clone();
      const name = `${c.w.names.machine(machineId)}_1`;
      const spec = { name, vmPathName: '[ds0]', memoryMB: 1024, numCPUs: 1, deviceChange: [] };
      const other = (await c.w.settle(createVm(c.m, c.m.datacenter.vmFolder, spec, c.m.pool, undefined))) as Vm;
      await c.driver.destroy(ctx(), machineId);
      expect(c.m.storage.file(other.record.vmPath)).toBeDefined();
      expect(c.m.storage.parse(ownFolder).datastore.hasDir(c.m.storage.parse(ownFolder).path)).toBe(false);
    });
  });

  test('H7: a folder that another try left goes with the machine', async () => {
    await world(async (c) => {
      const { machineId, ownFolder } = await c.clone();
      const { datastore } = c.m.storage.parse(ownFolder);
      const other = `${c.w.names.machine(machineId)}_1`;
      datastore.mkdir(other, true);
      await c.driver.destroy(ctx(), machineId);
      expect(datastore.hasDir(other)).toBe(false);
      await c.nothingLeft();
    });
  });

  test('H34: a folder that is gone although its delete had no answer is no error', async () => {
    await world(async (c) => {
      for (const point of ['reply', 'drop'] as const) {
        const { machineId } = await c.clone();
        c.w.vsim.fault({ point, method: 'DeleteDatastoreFile_Task' });
        await c.driver.destroy(ctx(), machineId);
        await c.nothingLeft();
      }
    });
  });

  test('H8: no disk is ever removed by a reconfiguration', async () => {
    await world(async (c) => {
      const before = c.calls('ReconfigVM_Task');
      const { machineId } = await c.clone();
      unregisterVm(c.m, c.golden);
      await c.driver.destroy(ctx(), machineId);
      expect(c.calls('ReconfigVM_Task')).toBe(before);
    });
  });
});

test('H4: a golden snapshot that somebody else removed takes the master out of use', async () => {
  await inWorld({}, async (c) => {
    const node = c.golden.record.snapshots[0];
    const snapshot = c.m.objects.get(node?.ref ?? '');
    await c.w.settle(removeSnapshot(c.m, snapshot as Parameters<typeof removeSnapshot>[1], false, false));
    expect(await codeOf(c.clone())).toBe('master-changed');
    expect((await c.driver.verifyMaster(ctx(), c.master.revisionId)).ok).toBe(false);
    await c.nothingLeft();
  });
});

test('H5: the root snapshot of a machine on a shared master is never shown, made or gone back to', async () => {
  await inWorld({ driver: { linkedStrategy: 'shared-master' } }, async (c) => {
    const { machineId } = await c.clone();
    expect(c.w.vm(machineId).record.snapshots).toHaveLength(1);
    expect(await c.driver.checkpoints(ctx(), machineId)).toEqual([]);
    expect(await codeOf(c.driver.revert(ctx(), machineId, 'carrel-root'))).toBe('not-found');
    expect(await codeOf(c.driver.checkpoint(ctx(), machineId, 'carrel-root'))).toBe('already-exists');
    await c.driver.destroy(ctx(), machineId);
    await c.nothingLeft();
  });
});

test('H6: checkpoints above the root leave root and master as they are', async () => {
  await inWorld({ driver: { linkedStrategy: 'shared-master' } }, async (c) => {
    const { machineId } = await c.clone();
    await c.driver.checkpoint(ctx(), machineId, 'mine');
    await c.driver.power(ctx(), machineId, 'on');
    await c.w.guestWrite(machineId, '/a', 'later');
    await c.driver.revert(ctx(), machineId, 'mine');
    expect((await c.driver.checkpoints(ctx(), machineId)).map((s) => s.name)).toEqual(['mine']);
    expect(await c.w.guestRead(machineId, '/a')).toBeUndefined();
    expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
  });
});

test('H6: a checkpoint above the root is deleted into the machine alone; the root and others are not', async () => {
  for (const linkedStrategy of ['shared-master', 'child-disk'] as const) {
    await inWorld({ driver: { linkedStrategy } }, async (c) => {
      c.deletesCheckpoints = true;
      const { machineId } = await c.clone();
      await c.driver.checkpoint(ctx(), machineId, 'mine');
      await c.driver.power(ctx(), machineId, 'on');
      await c.w.guestWrite(machineId, '/a', 'later');
      await c.driver.deleteCheckpoint(ctx(), machineId, 'mine');
      expect(await c.driver.checkpoints(ctx(), machineId)).toEqual([]);
      expect(await c.w.guestRead(machineId, '/a')).toBe('later');
      const before = c.calls('RemoveSnapshot_Task');
      expect(before).toBe(1);
      // neither Carrel's own, nor what an operator made in the client
      await c.driver.deleteCheckpoint(ctx(), machineId, 'carrel-root');
      const vm = c.w.vm(machineId);
      await c.w.settle(createSnapshot(c.m, vm, { name: 'theirs', description: 'backup', memory: false, quiesce: false }));
      expect(await codeOf(c.driver.deleteCheckpoint(ctx(), machineId, 'theirs'))).toBe('not-owned');
      expect(c.calls('RemoveSnapshot_Task')).toBe(before);
    });
  }
});

test('H5: a checkpoint whose removal would be written into the master is refused', async () => {
  await inWorld({ driver: { linkedStrategy: 'shared-master' } }, async (c) => {
    const { machineId } = await c.clone();
    await c.driver.checkpoint(ctx(), machineId, 'mine');
    const vm = c.w.vm(machineId);
    // as where a server's snapshot says that it froze the master itself
    const [root] = vm.record.snapshots;
    const mine = root?.children[0];
    if (root === undefined || mine === undefined) throw new Error('no snapshots');
    const froze = mine.hardware;
    mine.hardware = root.hardware;
    expect(await codeOf(c.driver.deleteCheckpoint(ctx(), machineId, 'mine'))).toBe('gate-refused');
    mine.hardware = froze;
    vm.record.redundant = [c.master.files[0]?.path ?? ''];
    vm.needsConsolidation = true;
    expect(await codeOf(c.driver.deleteCheckpoint(ctx(), machineId, 'mine'))).toBe('gate-refused');
    expect(c.calls('RemoveSnapshot_Task')).toBe(0);
  });
});

test('H6: a checkpoint on whose disk another machine stands is not deleted', async () => {
  await inWorld({}, async (c) => {
    const { machineId, chains } = await c.clone();
    await c.driver.checkpoint(ctx(), machineId, 'mine');
    await c.w.plantForeign(chains[0]?.[0]?.path ?? '');
    expect(await codeOf(c.driver.deleteCheckpoint(ctx(), machineId, 'mine'))).toBe('has-children');
    expect((await c.driver.checkpoints(ctx(), machineId)).map((s) => s.name)).toEqual(['mine']);
    expect(c.calls('RemoveSnapshot_Task')).toBe(0);
  });
});

test('H9: a machine with checkpoints goes whole, without detaching anything', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    await c.driver.checkpoint(ctx(), machineId, 'one');
    await c.driver.checkpoint(ctx(), machineId, 'two');
    const before = c.calls('ReconfigVM_Task');
    expect(damagedParents(await c.driver.destroy(ctx(), machineId))).toEqual([]);
    expect(c.calls('ReconfigVM_Task')).toBe(before);
    await c.nothingLeft();
  });
});

test('H10: ddb.deletable of a master is never changed by us', async () => {
  await inWorld({}, async (c) => {
    const disk = () => c.m.storage.file(c.master.files[0]?.path ?? '')?.disk?.deletable;
    expect(disk()).toBe(false);
    const { machineId } = await c.clone();
    await c.driver.destroy(ctx(), machineId);
    expect(disk()).toBe(false);
  });
});

test('H11: while UnregisterVM fails nothing is deleted; later it goes on', async () => {
  await inWorld({}, async (c) => {
    const { machineId, chains } = await c.clone();
    const undo = c.w.vsim.fault({
      point: 'before',
      method: 'UnregisterVM',
      count: 1_000,
      fault: { fault: 'InvalidState', fields: {}, message: 'not now' },
    });
    expect(await codeOf(c.driver.destroy(ctx(), machineId))).toBe('unavailable');
    expect(c.m.storage.file(chains[0]?.[0]?.path ?? '')).toBeDefined();
    expect(c.calls('DeleteDatastoreFile_Task')).toBe(0);
    undo();
    await c.driver.destroy(ctx(), machineId);
    await c.nothingLeft();
  });
});

test('H12: a folder that was deleted half way is finished by the next run', async () => {
  await inWorld({}, async (c) => {
    for (const at of [1, 2, 4]) {
      const { machineId } = await c.clone();
      c.w.vsim.fault({ point: 'effect', method: 'DeleteDatastoreFile_Task', at });
      expect(await codeOf(c.driver.destroy(ctx(), machineId))).toBe('unavailable');
      const inventory = await c.driver.inventory(ctx());
      expect(inventory.machines.find((m) => m.machineId === machineId)?.power).toBe('half');
      expect((await c.driver.destroy(ctx(), machineId)).removed.length).toBeGreaterThan(0);
      await c.nothingLeft();
    }
    const locked = await c.clone();
    c.w.vsim.fault({
      point: 'start',
      method: 'DeleteDatastoreFile_Task',
      count: 2,
      fault: { fault: 'FileLocked', fields: {}, message: 'locked' },
    });
    await c.driver.destroy(ctx(), locked.machineId);
    await c.nothingLeft();
  });
});

test('H55: nothing is captured of a running machine or of one with independent disks', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    const before = c.calls('CloneVM_Task');
    await c.driver.power(ctx(), machineId, 'on');
    const capture = async () => await codeOf(c.driver.capture(ctx(), { machineId, revisionId: randomUUID() }));
    expect(await capture()).toBe('wrong-state');
    await c.driver.power(ctx(), machineId, 'off');
    const vm = c.w.vm(machineId);
    (disksOf(vm.record)[0] as { mode: string }).mode = 'independent_nonpersistent';
    c.m.changed(vm, 'config');
    expect(await capture()).toBe('bad-image');
    expect(c.calls('CloneVM_Task')).toBe(before);
    await c.nothingLeft([machineId]);
  });
});

test('H56: a capture never overwrites what has its name', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    const revisionId = randomUUID();
    const name = c.w.names.master(revisionId, 'ds0');
    const spec = { name, vmPathName: '[ds0]', memoryMB: 1024, numCPUs: 1, deviceChange: [] };
    const other = (await c.w.settle(createVm(c.m, c.w.vm(machineId).parent, spec, c.m.pool, undefined))) as Vm;
    expect(await codeOf(c.driver.capture(ctx(), { machineId, revisionId }))).toBe('already-exists');
    expect(c.m.vms.get(other.id)).toBe(other);
    expect(c.m.storage.file(other.record.vmPath)).toBeDefined();
  });
});

test('H57: a capture that was interrupted shows no finished master, and its rest can be removed', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    for (const at of [1, 2, 3]) {
      const revisionId = randomUUID();
      c.w.vsim.fault({ point: 'effect', method: 'CloneVM_Task', at });
      expect(await codeOf(c.driver.capture(ctx(), { machineId, revisionId }))).toBe('unavailable');
      const seen = (await c.driver.inventory(ctx())).masters.find((m) => m.revisionId === revisionId);
      expect(seen?.state ?? 'half').toBe('half');
      await c.driver.removeMaster(ctx(), revisionId);
      await c.nothingLeft([machineId]);
    }
  });
});

test('H10: disks with the mark against deletion go one by one, leaf first', async () => {
  await inWorld({}, async (c) => {
    const { machineId, chains } = await c.clone();
    const base = chains[0]?.[0]?.path ?? '';
    await c.driver.checkpoint(ctx(), machineId, 'one');
    const leaf = disksOf(c.w.vm(machineId).record)[0]?.path ?? '';
    const kept = () => c.m.storage.file(base)?.disk?.deletable;
    expect(kept()).toBe(false);
    const stop = c.w.vsim.fault({
      point: 'before',
      method: 'DeleteVirtualDisk_Task',
      skip: 1,
      fault: { fault: 'NotSupported', message: '', fields: {} },
    } as Rule);
    expect(await codeOf(c.driver.destroy(ctx(), machineId))).toBe('not-supported');
    stop();
    expect([c.m.storage.file(leaf), c.m.storage.file(base) !== undefined]).toEqual([undefined, true]);
    await c.driver.destroy(ctx(), machineId);
    await c.nothingLeft();
  });
});

test('H10: a disk that a snapshot of somebody else names keeps its mark and its place', async () => {
  await inWorld({}, async (c) => {
    const { machineId, chains } = await c.clone();
    await c.driver.checkpoint(ctx(), machineId, 'one');
    const foreign = await c.w.plantForeign(chains[0]?.[0]?.path ?? '');
    const vm = c.m.byInstanceUuid(foreign.machineId ?? '') as Vm;
    await c.w.settle(createSnapshot(c.m, vm, { name: 's', description: '', memory: false, quiesce: false }));
    const disk = disksOf(vm.record)[0];
    if (disk !== undefined) disk.path = chains[0]?.[1]?.path ?? ''; // no device names the folder any more
    c.m.changed(vm, 'config', 'layoutEx');
    const error: unknown = await c.driver.destroy(ctx(), machineId).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'has-children', details: { machines: [vm.name] } });
    expect(c.m.storage.file(chains[0]?.[0]?.path ?? '')?.disk?.deletable).toBe(false);
  });
});

test('H48: a machine that cannot be read stands in the way of masters on its own datastores only', async () => {
  for (const [store, code] of [
    ['[ds0]', 'unavailable'],
    ['[ds1]', 'nothing'],
  ] as const) {
    await inWorld({ masterChanges: true }, async (c) => {
      const foreign = await c.w.plantForeign();
      const vm = c.m.byInstanceUuid(foreign.machineId ?? '') as Vm;
      vm.record.vmPath = vm.record.vmPath.replace('[ds0]', store);
      for (const disk of disksOf(vm.record)) disk.path = disk.path.replace('[ds0]', store);
      vm.connection = 'inaccessible';
      c.m.changed(vm, 'config', 'runtime.connectionState', 'datastore');
      expect(c.golden.record.vmPath.startsWith('[ds0]')).toBe(true);
      expect([store, await codeOf(c.driver.removeMaster(ctx(), c.master.revisionId))]).toEqual([store, code]);
    });
  }
});

test.each(['vcenter', 'esxi'] as const)(
  '%s: a machine that the server tells of long after it left is gone for all that, with its folder and a whole proof',
  async (kind) => {
    await inWorld({ vsim: { kind, lateTellMs: 3_600_000 } }, async (c) => {
      const { machineId } = await c.clone();
      const proof = await c.driver.destroy(ctx(), machineId);
      expect(proof.removed.length).toBeGreaterThan(1);
      expect(c.m.byInstanceUuid(machineId)).toBeUndefined();
      await c.nothingLeft();
      // Asked for again it is gone still.
      expect((await c.driver.destroy(ctx(), machineId)).removed).toEqual([]);
    });
  },
);

test('H61: a changed byte in an extent is found by the watch of the inventory and by a verify, which name it', async () => {
  await inWorld({ masterChanges: true, driver: { contentWatchMs: 0 } }, async (c) => {
    c.w.changeByte(c.master.revisionId, 512);
    const [seen] = (await c.driver.inventory(ctx())).masters;
    expect(seen?.changed).toContain('-flat.vmdk was changed at bytes 0 to 1048575');
    const { ok, files } = await c.driver.verifyMaster(ctx(), c.master.revisionId);
    expect([ok, files[0]?.problem]).toEqual([false, seen?.changed]);
  });
});
