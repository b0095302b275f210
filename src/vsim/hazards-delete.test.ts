/** Hazards 1 to 12 of docs/spec/hazards.md: what vSphere does when something is deleted. */
import { describe, expect, it } from 'vitest';
import { reconfigureVm } from './model/configure.ts';
import { destroyVm, unregisterVm } from './model/destroy.ts';
import type { Snapshot } from './model/entities.ts';
import { deleteFile, deleteVirtualDisk } from './model/files.ts';
import { powerOff, powerOn } from './model/power.ts';
import { createSnapshot, removeAllSnapshots, removeSnapshot, revertTo } from './model/snapshots.ts';
import { disconnectHost } from './model/trouble.ts';
import { disksOf } from './model/vm-record.ts';
import { CONTROLLER, create, diskChange, faultOf, link, makeSim, off, on, SEMANTICS, snap, vclVm, vmSpec, write } from './testing.ts';

describe.each(SEMANTICS)('deletion and parents, destroy semantics %s', (destroySemantics) => {
  it('H1: Destroy of a VM whose disk is the master deletes the master', () => {
    const sim = makeSim({ destroySemantics, kind: 'esxi' });
    const base = sim.base().path;
    // The golden VM is not known to this host as a user of the file: it was unregistered.
    unregisterVm(sim.model, sim.master().vm);
    const vm = vclVm(sim, 'student', base);
    expect(faultOf(sim, () => destroyVm(sim.model, vm))).toBeUndefined();
    expect(sim.exists(base)).toBe(false);
  });

  it('H2: Destroy of the last clone of an unregistered golden VM', () => {
    const sim = makeSim({ destroySemantics });
    const clone = link(sim, 'c1');
    const base = sim.base().path;
    const leaf = sim.chain(clone)[0]?.path ?? '';
    unregisterVm(sim.model, sim.master().vm);
    sim.wait(destroyVm(sim.model, clone));
    expect(sim.exists(leaf)).toBe(false);
    expect(sim.exists(base)).toBe(destroySemantics === 'leaf');
  });

  it('H3: Destroy of a golden VM with clones', () => {
    const sim = makeSim({ destroySemantics });
    const clones = [1, 2, 3, 4, 5].map((n) => link(sim, `c${n}`));
    const base = sim.base().path;
    sim.wait(destroyVm(sim.model, sim.master().vm));
    const kept = destroySemantics === 'unreferenced';
    expect(sim.exists(base)).toBe(kept);
    for (const clone of clones) {
      expect(faultOf(sim, () => powerOn(sim.model, clone))?.fault).toBe(kept ? undefined : 'FileNotFound');
    }
  });

  it('H3: a running clone holds the base, so the golden VM cannot be destroyed', () => {
    const sim = makeSim({ destroySemantics: destroySemantics === 'unreferenced' ? 'chain' : destroySemantics });
    const base = sim.base().path;
    on(sim, link(sim, 'c1'));
    expect(faultOf(sim, () => destroyVm(sim.model, sim.master().vm))?.fault).toBe('FileLocked');
    expect(sim.exists(base)).toBe(true);
  });

  it('H7: Destroy removes the folder of the own vmPathName and not one of a like name', () => {
    const sim = makeSim({ destroySemantics });
    const a = link(sim, 'vm1');
    sim.model.datacenter.vmFolder.children.delete('vm1');
    const b = link(sim, 'vm1');
    expect([a.record.vmPath, b.record.vmPath]).toEqual(['[ds0] vm1/vm1.vmx', '[ds0] vm1_1/vm1.vmx']);
    sim.wait(destroyVm(sim.model, a));
    expect(sim.exists('[ds0] vm1/vm1.vmx')).toBe(false);
    expect(sim.exists('[ds0] vm1_1/vm1.vmx')).toBe(true);
    expect(sim.exists(disksOf(b.record)[0]?.path ?? '')).toBe(true);
  });

  it('H8: remove with destroy of a child whose parent has no other child', () => {
    const sim = makeSim({ destroySemantics });
    const base = sim.base().path;
    unregisterVm(sim.model, sim.master().vm);
    const vm = create(sim, vmSpec('child', [CONTROLLER, diskChange('', base)]));
    const disk = disksOf(vm.record)[0];
    const leaf = disk?.path ?? '';
    const device = { model: 'VirtualDisk', key: disk?.key ?? 0 };
    sim.wait(reconfigureVm(sim.model, vm, { deviceChange: [{ operation: 'remove', fileOperation: 'destroy', device }] }));
    expect(sim.exists(leaf)).toBe(false);
    expect(sim.exists(base)).toBe(destroySemantics === 'leaf');
  });
});

describe('snapshots that write to masters', () => {
  it('H4: removing the golden snapshot changes the base, and clones no longer start', () => {
    const sim = makeSim({ kind: 'vcenter' });
    const clone = link(sim, 'c1');
    const golden = sim.master().vm;
    on(sim, golden);
    write(sim, golden, 7, 'written by the golden VM itself');
    off(sim, golden);
    const before = sim.baseHash();
    const base = sim.base().path;
    const root = sim.model.objects.get(golden.record.snapshots[0]?.ref ?? '') as Snapshot;
    sim.wait(removeSnapshot(sim.model, root, false, true));
    expect(sim.chain(golden).map((l) => l.path)).toEqual([base]);
    const now = sim.chain(golden)[0];
    expect(now?.disk.cid).not.toBe(undefined);
    expect(sim.hash(golden)).not.toBe(before);
    const fault = faultOf(sim, () => powerOn(sim.model, clone));
    expect(fault?.message).toMatch(/parent virtual disk has been modified/);
  });

  it('H4: with vcRefusesSharedMerge a vCenter keeps a base that others stand on', () => {
    const sim = makeSim({ vcRefusesSharedMerge: true });
    const clone = link(sim, 'c1');
    const golden = sim.master().vm;
    on(sim, golden);
    write(sim, golden, 7, 'x');
    off(sim, golden);
    const before = sim.baseHash();
    const base = sim.base();
    const root = sim.model.objects.get(golden.record.snapshots[0]?.ref ?? '') as Snapshot;
    sim.wait(removeSnapshot(sim.model, root, false, true));
    expect(golden.record.snapshots).toEqual([]);
    expect(sim.chain(golden)).toHaveLength(2);
    expect(base.extent.data?.blocks).toBeUndefined();
    expect(before).toBeTruthy();
    on(sim, clone);
  });

  it.each(['RemoveSnapshot', 'RemoveAllSnapshots'])('H5: %s of the root of a VCL-type VM merges the student into the master', (how) => {
    const sim = makeSim({ kind: 'esxi' });
    const base = sim.base().path;
    const [a, b] = [vclVm(sim, 'a', base), vclVm(sim, 'b', base)];
    for (const vm of [a, b]) snap(sim, vm, 'root');
    on(sim, a);
    write(sim, a, 3, 'homework');
    off(sim, a);
    const before = sim.baseHash();
    const root = sim.model.objects.get(a.record.snapshots[0]?.ref ?? '') as Snapshot;
    sim.wait(how === 'RemoveSnapshot' ? removeSnapshot(sim.model, root, false, true) : removeAllSnapshots(sim.model, a, true));
    expect(sim.baseHash()).not.toBe(before);
    expect(sim.chain(a).map((l) => l.path)).toEqual([base]);
    expect(faultOf(sim, () => powerOn(sim.model, b))?.message).toMatch(/parent virtual disk has been modified/);
  });

  it('H5: while siblings run the merge cannot get the master and consolidation stays needed', () => {
    const sim = makeSim({ kind: 'esxi' });
    const base = sim.base().path;
    const [a, b] = [vclVm(sim, 'a', base), vclVm(sim, 'b', base)];
    for (const vm of [a, b]) {
      snap(sim, vm, 'root');
      on(sim, vm);
    }
    write(sim, a, 3, 'homework');
    const before = sim.baseHash();
    sim.wait(removeAllSnapshots(sim.model, a, true));
    expect(sim.baseHash()).toBe(before);
    expect(a.needsConsolidation).toBe(true);
  });

  it('H6: removing a user snapshot above root leaves root and master unchanged', () => {
    const sim = makeSim();
    const base = sim.base().path;
    const vm = vclVm(sim, 'a', base);
    snap(sim, vm, 'root');
    on(sim, vm);
    write(sim, vm, 1, 'one');
    const user = sim.wait(createSnapshot(sim.model, vm, { name: 'user' })) as Snapshot;
    write(sim, vm, 2, 'two');
    off(sim, vm);
    const [before, content] = [sim.baseHash(), sim.hash(vm)];
    expect(sim.chain(vm)).toHaveLength(3);
    sim.wait(removeSnapshot(sim.model, user, false, true));
    expect(sim.chain(vm)).toHaveLength(2);
    expect(sim.baseHash()).toBe(before);
    expect(sim.hash(vm)).toBe(content);
    expect(vm.record.snapshots.map((s) => s.name)).toEqual(['root']);
    on(sim, vm);
  });

  it('H6: reverting to root drops what the guest wrote and leaves the master alone', () => {
    const sim = makeSim();
    const vm = vclVm(sim, 'a', sim.base().path);
    snap(sim, vm, 'root');
    const pristine = sim.hash(vm);
    on(sim, vm);
    write(sim, vm, 1, 'one');
    off(sim, vm);
    const before = sim.baseHash();
    expect(sim.hash(vm)).not.toBe(pristine);
    sim.wait(revertTo(sim.model, vm, vm.record.current, 'RevertToCurrentSnapshot_Task'));
    expect(sim.hash(vm)).toBe(pristine);
    expect(sim.baseHash()).toBe(before);
  });
});

describe('other ways to lose files', () => {
  it('H9: a disk cannot be removed while the VM has a snapshot', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    snap(sim, vm, 'user');
    const device = { model: 'VirtualDisk', key: disksOf(vm.record)[0]?.key ?? 0 };
    const fault = faultOf(sim, () =>
      reconfigureVm(sim.model, vm, { deviceChange: [{ operation: 'remove', fileOperation: undefined, device }] }),
    );
    expect([fault?.fault, fault?.message]).toEqual(['InvalidDeviceSpec', expect.stringContaining('removeDiskAfterVMSnapshot')]);
  });

  it('H10: DeleteVirtualDisk refuses a disk with ddb.deletable=false, deleting files does not', () => {
    const sim = makeSim({ kind: 'esxi' });
    const base = sim.base().path;
    expect(sim.base().disk.deletable).toBe(false);
    expect(faultOf(sim, () => deleteVirtualDisk(sim.model, base))?.fault).toBe('CannotDeleteFile');
    expect(sim.exists(base)).toBe(true);
    expect(faultOf(sim, () => deleteFile(sim.model, base))).toBeUndefined();
    expect(sim.exists(base)).toBe(false);
  });

  it('H11: UnregisterVM fails while a task works on the VM or its host is away', () => {
    const sim = makeSim({ latency: 'real' });
    const vm = link(sim, 'c1');
    const task = powerOn(sim.model, vm);
    sim.manual.until(() => task.state === 'running');
    expect(faultOf(sim, () => unregisterVm(sim.model, vm))?.fault).toBe('TaskInProgress');
    sim.wait(task);
    sim.wait(powerOff(sim.model, vm));
    disconnectHost(sim.model, vm.host);
    expect(faultOf(sim, () => unregisterVm(sim.model, vm))?.fault).toBe('HostNotConnected');
    expect(sim.exists(vm.record.vmPath)).toBe(true);
    disconnectHost(sim.model, vm.host, true);
    expect(faultOf(sim, () => unregisterVm(sim.model, vm))).toBeUndefined();
  });

  it('H12: deleting a folder stops half way at a locked file, and at an injected fault', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    on(sim, vm);
    expect(faultOf(sim, () => deleteFile(sim.model, '[ds0] c1'))?.fault).toBe('FileLocked');
    off(sim, vm);
    unregisterVm(sim.model, vm);
    sim.model.rules.add({ point: 'effect', method: 'DeleteDatastoreFile_Task', at: 2 });
    expect(faultOf(sim, () => deleteFile(sim.model, '[ds0] c1'))?.fault).toBe('SystemError');
    const left = [...sim.model.storage.parse('[ds0] c1').datastore.walk('c1')].length;
    expect(left).toBeGreaterThan(0);
    expect(faultOf(sim, () => deleteFile(sim.model, '[ds0] c1'))).toBeUndefined();
    expect(faultOf(sim, () => deleteFile(sim.model, '[ds0] c1'))?.fault).toBe('FileNotFound');
  });

  it('H10: a folder with a disk that was ever a parent is refused whole, and leniency is a switch', () => {
    for (const folderDeleteForces of [false, true]) {
      const sim = makeSim({ folderDeleteForces });
      const vm = link(sim, 'c1');
      snap(sim, vm, 's');
      unregisterVm(sim.model, vm);
      const files = () => [...sim.model.storage.parse('[ds0] c1').datastore.walk('c1')].length;
      const before = files();
      expect(faultOf(sim, () => deleteFile(sim.model, '[ds0] c1'))?.fault).toBe(folderDeleteForces ? undefined : 'CannotDeleteFile');
      expect(files()).toBe(folderDeleteForces ? 0 : before);
    }
  });
});
