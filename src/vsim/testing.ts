/** What the simulator's own tests share: the usual ways to make VMs, and the fault of a task. */
import { cloneVm } from './model/clone.ts';
import { createVm } from './model/configure.ts';
import type { Task, Vm } from './model/entities.ts';
import { VimFault } from './model/fault.ts';
import type { ModelOptions } from './model/options.ts';
import { powerOff, powerOn } from './model/power.ts';
import { Sim } from './model/simulate.ts';
import { createSnapshot } from './model/snapshots.ts';
import type { CloneSpec, ConfigSpec, DeviceChange } from './model/specs.ts';
import type { DestroySemantics } from './model/options.ts';
import { guestWrite } from './model/guest.ts';

export const SEMANTICS: readonly DestroySemantics[] = ['leaf', 'unreferenced', 'chain'];

export function makeSim(options: Partial<ModelOptions> = {}): Sim {
  return new Sim({ masters: 1, ...options });
}

/** The fault that a task or a call ends with; undefined if it succeeds. */
export function faultOf(sim: Sim, run: () => Task | undefined | void): VimFault | undefined {
  try {
    const task = run();
    if (task !== undefined) sim.wait(task);
    return undefined;
  } catch (error) {
    if (error instanceof VimFault) return error;
    throw error;
  }
}

/** A linked clone of a master, made the published way. */
export function link(sim: Sim, name: string, spec: Partial<CloneSpec> = {}, index = 0): Vm {
  return sim.waitVm(linkTask(sim, name, spec, index));
}

export function linkTask(sim: Sim, name: string, spec: Partial<CloneSpec> = {}, index = 0): Task {
  const m = sim.model;
  const { vm } = sim.master(index);
  const snapshot = m.objects.get(vm.record.snapshots[0]?.ref ?? '') as CloneSpec['snapshot'];
  return cloneVm(m, vm, m.datacenter.vmFolder, name, {
    location: { pool: m.pool, diskMoveType: 'createNewChildDiskBacking' },
    template: false,
    powerOn: false,
    snapshot,
    ...spec,
  });
}

export const CONTROLLER: DeviceChange = {
  operation: 'add',
  fileOperation: undefined,
  device: { model: 'ParaVirtualSCSIController', key: -10, busNumber: 0 },
};

/** A disk that attaches an existing file, or makes a child of `parent`. */
export function diskChange(path: string, parent?: string, mode = 'persistent'): DeviceChange {
  return {
    operation: 'add',
    fileOperation: parent === undefined ? undefined : 'create',
    device: { model: 'VirtualDisk', key: -20, controllerKey: -10, disk: { path, mode, parent } },
  };
}

export function vmSpec(name: string, changes: readonly DeviceChange[] = [], more: Partial<ConfigSpec> = {}): ConfigSpec {
  return { name, vmPathName: '[ds0]', memoryMB: 1024, numCPUs: 1, deviceChange: changes, ...more };
}

export function create(sim: Sim, spec: ConfigSpec): Vm {
  const m = sim.model;
  return sim.waitVm(createVm(m, m.datacenter.vmFolder, spec, m.pool, undefined));
}

/** A VM of VCL's kind: the shared master attached as it is, redo files in its own folder. Not yet snapshotted. */
export function vclVm(sim: Sim, name: string, base: string, redoNotWithParent = true): Vm {
  const extraConfig = redoNotWithParent ? [{ key: 'snapshot.redoNotWithParent', value: 'TRUE' }] : [];
  const datastore = /^\[[^\]]+\]/.exec(base)?.[0] ?? '[ds0]';
  return create(sim, vmSpec(name, [CONTROLLER, diskChange(base)], { extraConfig, vmPathName: datastore }));
}

export function snap(sim: Sim, vm: Vm, name: string) {
  return sim.wait(createSnapshot(sim.model, vm, { name })) as { id: string };
}

export function on(sim: Sim, vm: Vm): void {
  sim.wait(powerOn(sim.model, vm));
}

export function off(sim: Sim, vm: Vm): void {
  sim.wait(powerOff(sim.model, vm));
}

export function write(sim: Sim, vm: Vm, block: number, text: string): void {
  guestWrite(sim.model, vm, block, Buffer.from(text));
}
