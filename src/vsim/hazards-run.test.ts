/** Hazards 32 to 61 of docs/spec/hazards.md that need no wire: what vSphere does to tasks, running machines and captures. */
import { describe, expect, it } from 'vitest';
import { cloneVm } from './model/clone.ts';
import { changeVersion, reconfigureVm, registerVm } from './model/configure.ts';
import { acquireTicket, redeemTicket } from './model/console.ts';
import { consolidateVm } from './model/consolidate.ts';
import { destroyVm, unregisterVm } from './model/destroy.ts';
import type { DatastoreObject, Host } from './model/entities.ts';
import { extentBytes } from './model/extent-bytes.ts';
import { browse, copyVirtualDisk } from './model/files.ts';
import { GUEST_KEYS } from './model/guest.ts';
import { markTemplate, relocate } from './model/migrate.ts';
import { askGuest, powerOff, powerOn, reset } from './model/power.ts';
import { createSnapshot, removeAllSnapshots } from './model/snapshots.ts';
import type { RelocateSpec } from './model/specs.ts';
import { datastoreDown, disconnectHost, reloadVm, restoreBackup, setConnection, turnBit } from './model/trouble.ts';
import { disksOf } from './model/vm-record.ts';
import { GRAIN } from './model/vmdk.ts';
import { CONTROLLER, create, diskChange, faultOf, link, linkTask, makeSim, off, on, snap, vclVm, vmSpec, write } from './testing.ts';

describe('tasks and restarts', () => {
  it('H32: after ten minutes, and after a restart, a task is gone', () => {
    const sim = makeSim();
    const task = linkTask(sim, 'c1');
    sim.wait(task);
    sim.manual.advance(11 * 60_000);
    link(sim, 'c2');
    expect(sim.model.objects.has(task.id)).toBe(false);
    const second = linkTask(sim, 'c3');
    sim.model.tasks.restart(true);
    expect(sim.model.objects.has(second.id)).toBe(false);
  });

  it.each([true, false])('H33: vpxd restarts in the middle of a clone, Continuous Clone %s', (continuous) => {
    const sim = makeSim({ latency: 'real' });
    const task = linkTask(sim, 'c1', { config: { instanceUuid: 'our-own' } });
    sim.manual.until(() => sim.model.storage.parse('[ds0] c1').datastore.hasDir('c1'));
    sim.model.tasks.restart(continuous);
    sim.manual.settle();
    expect(task.state).toBe('running');
    const made = sim.model.findVms((vm) => vm.record.instanceUuid === 'our-own');
    expect(made).toHaveLength(continuous ? 1 : 0);
    if (continuous) expect(made[0]?.record.vmPath).toBe('[ds0] c1/c1.vmx');
    else expect(browse(sim.model, '[ds0] c1', false, []).length).toBe(1);
  });

  it('H35: power operations on a VM that is there already, and reconfiguring or unregistering one that runs', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    on(sim, vm);
    const again = faultOf(sim, () => powerOn(sim.model, vm));
    expect([again?.fault, again?.fields['existingState']]).toEqual(['InvalidPowerState', 'poweredOn']);
    expect(faultOf(sim, () => reconfigureVm(sim.model, vm, { memoryMB: 4096 }))?.fault).toBe('InvalidPowerState');
    expect(faultOf(sim, () => unregisterVm(sim.model, vm))?.fault).toBe('InvalidPowerState');
    expect(faultOf(sim, () => destroyVm(sim.model, vm))?.fault).toBe('InvalidPowerState');
  });

  it('H36: a second task on a busy VM gets TaskInProgress, which names the first', () => {
    const sim = makeSim({ latency: 'real' });
    const vm = link(sim, 'c1');
    const first = powerOn(sim.model, vm);
    const second = createSnapshot(sim.model, vm, { name: 's' });
    sim.manual.settle();
    expect([first.state, second.error?.fault, second.error?.fields['task']]).toEqual(['success', 'TaskInProgress', first]);
  });

  it('H37: a stale changeVersion is ConcurrentAccess and changes nothing', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    const stale = changeVersion(vm.record);
    sim.wait(reconfigureVm(sim.model, vm, { annotation: 'one', changeVersion: stale }));
    expect(faultOf(sim, () => reconfigureVm(sim.model, vm, { annotation: 'two', changeVersion: stale }))?.fault).toBe('ConcurrentAccess');
    expect(vm.record.annotation).toBe('one');
  });

  it('H43: of two writers with one changeVersion only the first wins', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    const seen = changeVersion(vm.record);
    const lease = (holder: string) => reconfigureVm(sim.model, vm, { changeVersion: seen, extraConfig: [{ key: 'lease', value: holder }] });
    expect([faultOf(sim, () => lease('a'))?.fault, faultOf(sim, () => lease('b'))?.fault]).toEqual([undefined, 'ConcurrentAccess']);
    expect(vm.record.extraConfig.get('lease')).toBe('a');
  });

  it('H44: a cancelled task ends as RequestCanceled, with what it made left behind', () => {
    const sim = makeSim({ latency: 'real' });
    const task = linkTask(sim, 'c1');
    sim.manual.until(() => sim.model.storage.parse('[ds0] c1').datastore.hasDir('c1'));
    sim.model.tasks.cancel(task);
    sim.manual.settle();
    expect([task.state, task.error?.fault]).toEqual(['error', 'RequestCanceled']);
    expect(sim.model.findVms((vm) => vm.name === 'c1')).toEqual([]);
  });
});

describe('machines that move', () => {
  it('H39: a ticket is for the host on which the VM ran', () => {
    const sim = makeSim({ hosts: 2 });
    const vm = link(sim, 'c1');
    expect(faultOf(sim, () => void acquireTicket(sim.model, vm, 'webmks'))?.fault).toBe('InvalidPowerState');
    on(sim, vm);
    const ticket = acquireTicket(sim.model, vm, 'webmks');
    expect(ticket.host).toBe(vm.host.name);
    const other = sim.model.hosts.find((h) => h !== vm.host) as Host;
    sim.wait(relocate(sim.model, vm, { host: other }));
    expect(redeemTicket(sim.model, ticket.ticket, ticket.host)).toBeUndefined();
    const fresh = acquireTicket(sim.model, vm, 'webmks');
    expect(fresh.host).toBe(other.name);
    expect(redeemTicket(sim.model, fresh.ticket, fresh.host)).toBe(vm);
    expect(redeemTicket(sim.model, fresh.ticket, fresh.host)).toBeUndefined();
  });

  it('H40: no snapshot while a vMotion runs', () => {
    const sim = makeSim({ latency: 'real', hosts: 2 });
    const vm = link(sim, 'c1');
    on(sim, vm);
    const other = sim.model.hosts.find((h) => h !== vm.host);
    const move = relocate(sim.model, vm, { host: other });
    sim.manual.until(() => move.state === 'running');
    expect(faultOf(sim, () => createSnapshot(sim.model, vm, { name: 's' }))?.fault).toBe('TaskInProgress');
  });

  it('H41: storage vMotion of a linked clone gives it a full copy under a new path, while it runs', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    on(sim, vm);
    write(sim, vm, 5, 'kept');
    const [content, used] = [sim.hash(vm), sim.model.datastores[1]?.store.used ?? 0];
    sim.wait(relocate(sim.model, vm, { datastore: sim.model.datastores[1] }));
    expect(sim.chain(vm).map((l) => l.path)).toEqual(['[ds1] c1/c1.vmdk']);
    expect(vm.record.vmPath).toBe('[ds1] c1/c1.vmx');
    expect(sim.hash(vm)).toBe(content);
    expect((sim.model.datastores[1]?.store.used ?? 0) - used).toBeGreaterThan(2 ** 30);
    expect(sim.model.storage.parse('[ds0] c1').datastore.hasDir('c1')).toBe(false);
    write(sim, vm, 6, 'still writable');
    off(sim, vm);
  });

  it('H41: a move of the leaf alone leaves its parents behind, and what a move cannot be is refused', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    const [here, there] = sim.model.datastores;
    const key = disksOf(vm.record)[0]?.key ?? 0;
    const disk = (diskId: number, diskMoveType?: string) => ({ diskId, datastore: there, diskMoveType, thin: undefined, eager: undefined });
    const asked = (spec: RelocateSpec) => faultOf(sim, () => relocate(sim.model, vm, spec))?.fault;
    expect(asked({ datastore: there, diskMoveType: 'createNewChildDiskBacking' })).toBe('InvalidArgument');
    expect(asked({ datastore: there, diskMoveType: 'moveEverything' })).toBe('InvalidArgument');
    expect(asked({ datastore: there, disks: [disk(key + 1)] })).toBe('InvalidArgument');
    expect(asked({ datastore: there, disks: [disk(key), disk(key)] })).toBe('InvalidArgument');
    there?.hosts.delete(vm.host);
    vm.host.datastores.delete(there as DatastoreObject);
    expect(asked({ datastore: there })).toBe('InvalidDatastore');
    vm.host.datastores.add(there as DatastoreObject);
    const content = sim.hash(vm);
    sim.wait(relocate(sim.model, vm, { disks: [disk(key, 'moveChildMostDiskBacking')] }));
    expect(vm.record.vmPath).toBe('[ds0] c1/c1.vmx');
    expect(sim.chain(vm).map((l) => l.path)).toEqual(['[ds1] c1/c1.vmdk', sim.base().path]);
    sim.wait(relocate(sim.model, vm, { datastore: here, disks: [disk(key)] }));
    expect(sim.chain(vm)).toHaveLength(2);
    sim.wait(relocate(sim.model, vm, { datastore: here }));
    expect(sim.chain(vm).map((l) => l.path)).toEqual(['[ds0] c1/c1.vmdk']);
    expect(sim.hash(vm)).toBe(content);
  });

  it('H42: a golden VM that is moved gets new paths, its clones keep the old base', () => {
    const sim = makeSim();
    const clone = link(sim, 'c1');
    const [old, before] = [sim.base().path, sim.baseHash()];
    sim.wait(relocate(sim.model, sim.master().vm, { datastore: sim.model.datastores[1] }));
    expect(sim.base().path).not.toBe(old);
    expect(sim.chain(clone)[1]?.path).toBe(old);
    expect(before).toBeTruthy();
    on(sim, clone);
  });

  it('H47: a VM that is registered again has a new moRef and the same instanceUuid', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    const { vmPath, instanceUuid } = vm.record;
    unregisterVm(sim.model, vm);
    expect(sim.model.byInstanceUuid(instanceUuid)).toBeUndefined();
    const again = sim.waitVm(registerVm(sim.model, sim.model.datacenter.vmFolder, vmPath, undefined, false, sim.model.pool, undefined));
    expect(again.id).not.toBe(vm.id);
    expect(again.record.instanceUuid).toBe(instanceUuid);
    on(sim, again);
  });

  it('H48: nothing can be done to disconnected, inaccessible, invalid and orphaned VMs, but orphans can be unregistered', () => {
    const sim = makeSim();
    for (const state of ['disconnected', 'inaccessible', 'invalid', 'orphaned'] as const) {
      const vm = link(sim, state);
      setConnection(sim.model, vm, state);
      const fault = faultOf(sim, () => powerOn(sim.model, vm))?.fault;
      expect(fault).toBe(state === 'disconnected' ? 'HostNotConnected' : 'InvalidState');
      if (state === 'orphaned') {
        unregisterVm(sim.model, vm);
        expect(sim.exists(vm.record.vmPath)).toBe(true);
      }
      if (state === 'invalid') {
        sim.wait(reloadVm(sim.model, vm, vm.record.vmPath));
        expect([vm.connection, sim.model.vms.get(vm.id)]).toEqual(['connected', vm]);
      }
    }
    const vm = link(sim, 'host-away');
    disconnectHost(sim.model, vm.host);
    expect(vm.connection).toBe('disconnected');
  });

  it('H49: what could not be merged needs consolidation, and ConsolidateVMDisks finishes it', () => {
    const sim = makeSim({ kind: 'esxi' });
    const base = sim.base().path;
    const [a, b] = [vclVm(sim, 'a', base), vclVm(sim, 'b', base)];
    for (const vm of [a, b]) snap(sim, vm, 'root');
    on(sim, b);
    on(sim, a);
    write(sim, a, 1, 'x');
    sim.wait(removeAllSnapshots(sim.model, a, true));
    expect(a.needsConsolidation).toBe(true);
    expect(faultOf(sim, () => consolidateVm(sim.model, a))?.fault).toBe('FileLocked');
    const before = sim.baseHash();
    off(sim, b);
    sim.wait(consolidateVm(sim.model, a));
    // It merged into the shared master: the reason why Carrel never asks for it.
    expect([a.needsConsolidation, sim.baseHash() === before]).toEqual([false, false]);
  });

  it('H50: a vCenter restored from a backup does not know later clones, and destroys what they stand on', () => {
    const sim = makeSim({ destroySemantics: 'unreferenced' });
    const old = link(sim, 'old');
    const backup = sim.model.now();
    sim.manual.advance(3_600_000);
    const late = link(sim, 'late');
    expect(restoreBackup(sim.model, backup)).toEqual([late]);
    const base = sim.base().path;
    sim.wait(destroyVm(sim.model, sim.master().vm));
    sim.wait(destroyVm(sim.model, old));
    expect(sim.exists(base)).toBe(false);
    expect(sim.exists(late.record.vmPath)).toBe(true);
  });
});

describe('guests, captures, storage', () => {
  it('H54: a shutdown needs Tools, and a guest may ignore it', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    vm.record.extraConfig.set(GUEST_KEYS.noTools, '1');
    on(sim, vm);
    sim.manual.settle();
    expect(faultOf(sim, () => askGuest(sim.model, vm, 'shutdown'))?.fault).toBe('ToolsUnavailable');
    const deaf = link(sim, 'c2');
    deaf.record.extraConfig.set(GUEST_KEYS.ignoreShutdown, '1');
    on(sim, deaf);
    sim.manual.settle();
    askGuest(sim.model, deaf, 'shutdown');
    sim.manual.settle();
    expect(deaf.power).toBe('poweredOn');
    sim.wait(powerOff(sim.model, deaf));
  });

  it('H55: independent disks take no part in snapshots, nonpersistent ones forget', () => {
    const sim = makeSim({ kind: 'esxi' });
    const ds = sim.model.datastores[0]?.name;
    const vm = create(
      sim,
      vmSpec('a', [CONTROLLER, { ...diskChange(`[${ds}] own/own.vmdk`, sim.base().path, 'independent_nonpersistent') }].slice(0, 1)),
    );
    sim.wait(
      reconfigureVm(sim.model, vm, {
        deviceChange: [
          {
            operation: 'add',
            fileOperation: 'create',
            device: {
              model: 'VirtualDisk',
              key: -1,
              controllerKey: 1000,
              capacity: 2 ** 30,
              disk: { path: '', thin: true, mode: 'independent_nonpersistent' },
            },
          },
        ],
      }),
    );
    const disk = disksOf(vm.record)[0]?.path;
    snap(sim, vm, 's');
    expect(disksOf(vm.record)[0]?.path).toBe(disk);
    const before = sim.hash(vm);
    on(sim, vm);
    write(sim, vm, 0, 'gone at power-off');
    off(sim, vm);
    expect(sim.hash(vm)).toBe(before);
  });

  it('H55: the disk of a running VM cannot be copied', () => {
    const sim = makeSim({ kind: 'esxi' });
    const vm = create(sim, vmSpec('a', [CONTROLLER, diskChange('', sim.base().path)]));
    const leaf = sim.chain(vm)[0]?.path ?? '';
    on(sim, vm);
    expect(faultOf(sim, () => copyVirtualDisk(sim.model, leaf, leaf.replace('a.vmdk', 'copy.vmdk'), undefined))?.fault).toBe('FileLocked');
  });

  it('H56: a capture never overwrites, force or not', () => {
    const sim = makeSim({ kind: 'esxi' });
    const base = sim.base().path;
    const to = base.replace('master-0.vmdk', 'captured.vmdk');
    const spec = { thin: true, eager: false, adapter: 'lsiLogic' as const };
    sim.wait(copyVirtualDisk(sim.model, base, to, spec));
    expect(faultOf(sim, () => copyVirtualDisk(sim.model, base, to, spec))?.fault).toBe('FileAlreadyExists');
  });

  it('H57: a copy that is interrupted leaves no finished VM but may leave files', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    on(sim, vm);
    write(sim, vm, 1, 'work');
    off(sim, vm);
    sim.model.rules.add({ point: 'effect', method: 'CloneVM_Task', at: 2 });
    const spec = {
      location: { diskMoveType: 'moveAllDiskBackingsAndDisallowSharing', pool: sim.model.pool },
      template: false,
      powerOn: false,
    };
    expect(faultOf(sim, () => cloneVm(sim.model, vm, sim.model.datacenter.vmFolder, 'capture', spec))?.fault).toBe('SystemError');
    expect(sim.model.findVms((v) => v.name === 'capture')).toEqual([]);
    expect(sim.exists('[ds0] capture/capture.vmdk')).toBe(true);
    const capture = sim.waitVm(cloneVm(sim.model, vm, sim.model.datacenter.vmFolder, 'capture', spec));
    expect(sim.chain(capture)).toHaveLength(1);
    expect(sim.hash(capture)).toBe(sim.hash(vm));
  });

  it('H58: a template does not start', () => {
    const sim = makeSim();
    const golden = sim.master().vm;
    markTemplate(sim.model, golden, true);
    expect(faultOf(sim, () => powerOn(sim.model, golden))?.fault).toBe('NotSupported');
    expect(faultOf(sim, () => reset(sim.model, golden))?.fault).toBe('NotSupported');
    expect(sim.chain(link(sim, 'c1'))).toHaveLength(2);
    expect(faultOf(sim, () => linkTask(sim, 'c2', { location: { diskMoveType: 'createNewChildDiskBacking' } }))?.fault).toBe(
      'InvalidArgument',
    );
  });

  it('H59: an inaccessible datastore lists nothing, and everything is there when it is back', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    const ds = sim.model.datastores[0];
    if (ds === undefined) throw new Error('no datastore');
    datastoreDown(sim.model, ds);
    expect(vm.connection).toBe('inaccessible');
    expect(faultOf(sim, () => void browse(sim.model, '[ds0] c1', false, []))?.fault).toBe('InvalidDatastoreState');
    datastoreDown(sim.model, ds, true);
    expect(vm.connection).toBe('connected');
    on(sim, vm);
  });

  it.each([
    ['vmfs6', /-sesparse\.vmdk$/],
    ['vmfs5', /-delta\.vmdk$/],
    ['nfs', /-delta\.vmdk$/],
    ['vsan', /-vsansparse\.vmdk$/],
  ] as const)('H60: deltas on %s have their own names, and vSAN folders are UUIDs', (flavour, extent) => {
    const sim = makeSim({ flavours: [flavour] });
    const vm = link(sim, 'c1');
    const leaf = sim.chain(vm)[0];
    expect(leaf?.disk.extent).toMatch(extent);
    expect((leaf?.path ?? '').startsWith('[ds0] c1/')).toBe(flavour !== 'vsan');
    expect(sim.model.storage.canonical('[ds0] c1/c1.vmx')).toBe(vm.record.vmPath);
    on(sim, vm);
  });

  it('H61: a byte of a golden disk that changes by itself changes no CID, and its clones start on it', () => {
    const sim = makeSim();
    const vm = link(sim, 'c1');
    const base = sim.chain(vm).at(-1);
    if (base === undefined) throw new Error('no base');
    const before = { ...base.disk };
    const block = () => Buffer.from(extentBytes(base.extent).block(3) ?? []);
    const bytes = block();
    turnBit(sim.model, base.path, 3 * GRAIN + 7);
    expect(base.disk).toEqual(before);
    expect(block().filter((byte, i) => byte !== bytes[i])).toHaveLength(1);
    on(sim, vm);
  });
});
