/** Hazards 13 to 30 of docs/spec/hazards.md: what vSphere does while machines are made. */
import { describe, expect, it } from 'vitest';
import { createVm } from './model/configure.ts';
import type { Host, Task } from './model/entities.ts';
import { deleteFile, makeDirectory } from './model/files.ts';
import { enterMaintenance } from './model/migrate.ts';
import { duplicateMacs } from './model/network.ts';
import { answerVm, powerOff, powerOn } from './model/power.ts';
import { createSnapshot, MAX_SNAPSHOT_DEPTH } from './model/snapshots.ts';
import { disksOf, nicsOf } from './model/vm-record.ts';
import { CONTROLLER, create, diskChange, faultOf, link, linkTask, makeSim, on, snap, vclVm, vmSpec, write } from './testing.ts';

describe('a VM on the shared master before its snapshot', () => {
  it('H13: after a failed CreateSnapshot the disk is still the master itself', () => {
    const sim = makeSim({ kind: 'esxi' });
    const base = sim.base().path;
    const vm = vclVm(sim, 'a', base);
    sim.model.rules.add({ point: 'start', method: 'CreateSnapshot_Task' });
    const before = sim.baseHash();
    expect(faultOf(sim, () => createSnapshot(sim.model, vm, { name: 'root' }))?.fault).toBe('SystemError');
    expect(disksOf(vm.record)[0]?.path).toBe(base);
    expect(sim.baseHash()).toBe(before);
  });

  it('H14: without redoNotWithParent the redo file lands in the folder of the master', () => {
    const sim = makeSim({ kind: 'esxi' });
    const base = sim.base().path;
    const wrong = vclVm(sim, 'wrong', base, false);
    snap(sim, wrong, 'root');
    expect(disksOf(wrong.record)[0]?.path).toMatch(/^\[ds0\] master-0\/master-0-00000\d\.vmdk$/);
    const right = vclVm(sim, 'right', base);
    snap(sim, right, 'root');
    expect(sim.model.storage.folderOf(disksOf(right.record)[0]?.path ?? '')).toBe(sim.model.storage.folderOf(right.record.vmPath));
  });

  it('H14: an API older than 5.0 puts redo files into the working directory', () => {
    const sim = makeSim({ kind: 'esxi', apiVersion: '4.1' });
    const vm = vclVm(sim, 'a', sim.base().path, false);
    snap(sim, vm, 'root');
    expect(sim.model.storage.folderOf(disksOf(vm.record)[0]?.path ?? '')).toBe(sim.model.storage.folderOf(vm.record.vmPath));
  });

  it('H15: powered on before its snapshot, it locks the master and writes to it', () => {
    const sim = makeSim({ kind: 'esxi' });
    const base = sim.base().path;
    const [a, b] = [vclVm(sim, 'a', base), vclVm(sim, 'b', base)];
    snap(sim, b, 'root');
    const before = sim.baseHash();
    on(sim, a);
    expect(disksOf(a.record)[0]?.path).toBe(base);
    expect(faultOf(sim, () => powerOn(sim.model, b))?.fault).toBe('FileLocked');
    write(sim, a, 0, 'straight into the master');
    sim.wait(powerOff(sim.model, a));
    expect(sim.baseHash()).not.toBe(before);
    expect(faultOf(sim, () => powerOn(sim.model, b))?.message).toMatch(/parent virtual disk has been modified/);
  });
});

describe('clones', () => {
  it('H16: a disk locator without its own diskMoveType gives a full copy, without a word', () => {
    const sim = makeSim();
    const m = sim.model;
    const location = { pool: m.pool, diskMoveType: 'createNewChildDiskBacking' };
    const locator = { diskId: 2000, datastore: m.datastores[0], diskMoveType: undefined, thin: undefined, eager: undefined };
    const full = link(sim, 'c1', { location: { ...location, disks: [locator] } });
    expect(sim.chain(full)).toHaveLength(1);
    const linked = link(sim, 'c2', { location: { ...location, disks: [{ ...locator, diskMoveType: 'createNewChildDiskBacking' }] } });
    expect(sim.chain(linked).map((l) => l.path)).toEqual(['[ds0] c2/c2-000001.vmdk', sim.base().path]);
    expect(sim.hash(full)).toBe(sim.hash(linked));
  });

  it('H17: a child of a source without a snapshot is refused', () => {
    const sim = makeSim();
    expect(faultOf(sim, () => linkTask(sim, 'c1', { snapshot: undefined }))?.fault).toBe('InvalidArgument');
  });

  it('H18: a lone host does not clone', () => {
    const sim = makeSim({ kind: 'esxi' });
    expect(faultOf(sim, () => linkTask(sim, 'c1'))?.fault).toBe('NotSupported');
  });

  it('H19: a name that is taken is DuplicateName and names the other', () => {
    const sim = makeSim();
    const first = link(sim, 'c1');
    const fault = faultOf(sim, () => linkTask(sim, 'c1'));
    expect(fault?.fault).toBe('DuplicateName');
    expect(fault?.fields).toEqual({ name: 'c1', object: first });
  });

  it('H20: a leftover folder makes vCenter use name_1, an explicit path fails', () => {
    const sim = makeSim();
    makeDirectory(sim.model, '[ds0] c1', true);
    expect(link(sim, 'c1').record.vmPath).toBe('[ds0] c1_1/c1.vmx');
    const esx = makeSim({ kind: 'esxi' });
    const ds = esx.model.datastores[0]?.name;
    const path = `[${ds}] a/a.vmx`;
    create(esx, vmSpec('a', [], { vmPathName: path }));
    esx.model.datacenter.vmFolder.children.delete('a');
    const again = () =>
      createVm(esx.model, esx.model.datacenter.vmFolder, vmSpec('a', [], { vmPathName: path }), esx.model.pool, undefined);
    expect(faultOf(esx, again)?.fault).toBe('FileAlreadyExists');
  });

  it('H21: a full datastore fails the clone and leaves part of its folder', () => {
    const sim = makeSim();
    const store = sim.model.datastores[0]?.store;
    if (store === undefined) throw new Error('no datastore');
    store.capacity = store.used + 100_000;
    const fault = faultOf(sim, () => linkTask(sim, 'c1'));
    expect(fault?.fault).toBe('NoDiskSpace');
    expect(store.hasDir('c1')).toBe(true);
    sim.model.rules.add({
      point: 'effect',
      method: 'CloneVM_Task',
      at: 1,
      fault: { fault: 'SystemError', fields: { reason: 'x' }, message: 'A general system error occurred: No space left on device' },
    });
    expect(faultOf(sim, () => linkTask(sim, 'c2'))?.message).toMatch(/No space left on device/);
  });

  it('H22: right after the snapshot the first clones find the file locked', () => {
    const sim = makeSim({ lockedFirstClones: 3 });
    snap(sim, sim.master().vm, 'fresh');
    const faults = Array.from({ length: 5 }, (_, n) => faultOf(sim, () => linkTask(sim, `c${n}`))?.fault);
    expect(faults).toEqual(['FileLocked', 'FileLocked', 'FileLocked', undefined, undefined]);
  });

  it('H23: two copies of one master to the same name: one wins, the other gets DuplicateName', () => {
    const sim = makeSim({ latency: 'real' });
    const location = { pool: sim.model.pool, datastore: sim.model.datastores[1] };
    const tasks = [1, 2].map(() => linkTask(sim, 'replica', { snapshot: undefined, location }));
    sim.manual.settle();
    expect(tasks.map((t) => [t.state, t.error?.fault])).toEqual([
      ['success', undefined],
      ['error', 'DuplicateName'],
    ]);
  });

  it('H24: a datastore that the hosts of the pool do not see', () => {
    const sim = makeSim();
    const ds = sim.model.datastores[0];
    for (const host of sim.model.hosts) if (ds !== undefined) host.datastores.delete(ds);
    expect(faultOf(sim, () => linkTask(sim, 'c1'))?.fault).toBe('InvalidDatastore');
    expect(
      faultOf(sim, () => linkTask(sim, 'c2', { location: { host: sim.model.hosts[0], diskMoveType: 'createNewChildDiskBacking' } }))?.fault,
    ).toBe('InvalidDatastore');
  });

  it('H25: a snapshot tree that is too deep', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    for (let n = 0; n < MAX_SNAPSHOT_DEPTH; n++) snap(sim, vm, `s${n}`);
    expect(faultOf(sim, () => createSnapshot(sim.model, vm, { name: 'one more' }))?.fault).toBe('TooManySnapshotLevels');
  });

  it('H26: a host in maintenance takes no clone and no power-on, DRS goes round it', () => {
    const sim = makeSim({ hosts: 2 });
    const host = sim.model.hosts[0] as Host;
    const vm = link(sim, 'c0');
    sim.wait(enterMaintenance(sim.model, host, true));
    const location = { pool: sim.model.pool, host, diskMoveType: 'createNewChildDiskBacking' };
    expect(faultOf(sim, () => linkTask(sim, 'c1', { location }))?.fault).toBe('InvalidState');
    expect(faultOf(sim, () => powerOn(sim.model, vm, host))?.fault).toBe('InvalidState');
    on(sim, vm);
    expect(vm.host).toBe(sim.model.hosts[1]);
  });

  it('H27: too little memory, and too little for HA', () => {
    const sim = makeSim({ hosts: 1 });
    const [a, b] = [link(sim, 'a'), link(sim, 'b')];
    for (const vm of [a, b]) vm.record.memoryMB = 700 * 1024;
    on(sim, a);
    expect(faultOf(sim, () => powerOn(sim.model, b))?.fault).toBe('InsufficientMemoryResourcesFault');
    sim.model.compute.reservedShare = 0.3;
    expect(faultOf(sim, () => powerOn(sim.model, b))?.fault).toBe('InsufficientFailoverResourcesFault');
    expect(b.power).toBe('poweredOff');
  });

  it('H28: with copyMac a clone keeps the MAC of its source unless the caller clears it', () => {
    const sim = makeSim({ copyMac: true });
    const mac = nicsOf(sim.master().vm.record)[0]?.mac;
    const first = link(sim, 'c1');
    expect(nicsOf(first.record)[0]?.mac).toBe(mac);
    expect(duplicateMacs(sim.model)).toEqual([mac]);
    const edit = {
      operation: 'edit' as const,
      fileOperation: undefined,
      device: { model: 'VirtualVmxnet3', key: 4000, nic: { addressType: 'generated' } },
    };
    const second = link(sim, 'c2', { config: { deviceChange: [edit] } });
    expect(nicsOf(second.record)[0]?.mac).not.toBe(mac);
    const plain = makeSim();
    link(plain, 'c1');
    expect(duplicateMacs(plain.model)).toEqual([]);
  });

  it('H29: a MAC set by hand must be of the static range', () => {
    const sim = makeSim();
    const nic = (mac: string) => ({
      operation: 'add' as const,
      fileOperation: undefined,
      device: { model: 'VirtualVmxnet3', key: -1, nic: { mac, addressType: 'manual', network: sim.model.networks[0]?.id } },
    });
    const make = (mac: string) =>
      createVm(sim.model, sim.model.datacenter.vmFolder, vmSpec(`v${mac.length}${mac[9]}`, [nic(mac)]), sim.model.pool, undefined);
    expect(faultOf(sim, () => make('00:50:56:40:00:01'))?.fault).toBe('InvalidDeviceSpec');
    expect(faultOf(sim, () => make('52:54:00:00:00:01'))?.fault).toBe('InvalidDeviceSpec');
    expect(faultOf(sim, () => make('00:50:56:3f:00:01'))).toBeUndefined();
  });

  it('H30: a question holds up the power-on until it is answered', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    vm.record.extraConfig.set('vsim.moved', '1');
    const task: Task = powerOn(sim.model, vm);
    sim.manual.advance(60_000);
    expect([task.state, vm.question?.choices.length]).toEqual(['running', 3]);
    answerVm(sim.model, vm, vm.question?.id ?? '', '2');
    sim.manual.advance(1000);
    expect([task.state, vm.question, vm.power]).toEqual(['success', undefined, 'poweredOn']);
    const kept = link(sim, 'c2');
    kept.record.extraConfig.set('vsim.moved', '1').set('uuid.action', 'keep');
    on(sim, kept);
  });
});

describe('child disks', () => {
  it('a child made by CreateVM stands on its parent and has its size', () => {
    const sim = makeSim({ kind: 'esxi' });
    const base = sim.base().path;
    const vm = create(sim, vmSpec('child', [CONTROLLER, diskChange('', base)]));
    const chain = sim.chain(vm);
    expect(chain.map((l) => l.disk.capacity)).toEqual([sim.base().disk.capacity, sim.base().disk.capacity]);
    const before = sim.baseHash();
    on(sim, vm);
    write(sim, vm, 9, 'child');
    expect(sim.baseHash()).toBe(before);
    sim.wait(powerOff(sim.model, vm));
    expect(
      faultOf(sim, () =>
        createVm(
          sim.model,
          sim.model.datacenter.vmFolder,
          vmSpec('no', [CONTROLLER, diskChange('', `${base}x`)]),
          sim.model.pool,
          undefined,
        ),
      )?.fault,
    ).toBe('FileNotFound');
    sim.wait(deleteFile(sim.model, base));
    expect(faultOf(sim, () => powerOn(sim.model, vm))?.fault).toBe('FileNotFound');
  });
});
