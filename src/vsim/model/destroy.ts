import { type Entity, type Folder, isFolder, isVm, type ResourcePool, type Task, type Vm } from './entities.ts';
import { fileLocked, invalidState, notSupported } from './fault.ts';
import { deleteDisks, doomedDisks } from './disks.ts';
import { ownFiles } from './home.ts';
import type { Model } from './model.ts';
import { assertConnected, assertPoweredOff, strike } from './register.ts';
import { isOpen, split } from './storage.ts';
import type { Op } from './tasks.ts';
import { namedDisks } from './vm-record.ts';

/** VirtualMachine.Destroy_Task: every file of the VM, and of its disks' parents what the destroy semantics say. */
export function destroyVm(m: Model, vm: Vm, method = 'Destroy_Task'): Task {
  return m.tasks.start({ method, entity: vm, exclusive: [vm], work: () => destroySteps(m, vm) });
}

export function* destroySteps(m: Model, vm: Vm): Op {
  assertConnected(vm);
  assertPoweredOff(vm);
  const doomed = doomedDisks(m, vm, namedDisks(vm.record));
  for (const path of doomed) {
    const file = m.storage.file(path);
    if (file !== undefined && isOpen(file)) throw fileLocked(path);
  }
  yield m.latency.about(700);
  yield* deleteDisks(m, doomed);
  const { datastore, path } = m.storage.parse(vm.record.vmPath);
  for (const file of ownFiles(m, vm)) {
    datastore.remove(file);
    yield `delete ${datastore.full(file)}`;
  }
  datastore.removeEmptyDir(split(path).dir);
  strike(m, vm);
  yield `unregister ${vm.id}`;
  m.event('VmRemovedEvent', `Removed ${vm.name}`, vm);
  return undefined;
}

/** UnregisterVM: files stay. Not while it runs or while a task works on it. */
export function unregisterVm(m: Model, vm: Vm): void {
  if (vm.exclusive !== undefined) throw taskInProgress(vm.exclusive);
  const shared = vm.shared.values().next().value;
  if (shared !== undefined) throw taskInProgress(shared);
  if (vm.connection === 'connected' || vm.connection === 'disconnected') assertConnected(vm);
  if (vm.connection === 'connected') assertPoweredOff(vm);
  strike(m, vm);
  m.event('VmRemovedEvent', `Unregistered ${vm.name}`, vm);
}

export function taskInProgress(task: Task) {
  const fault = invalidState('The operation is not allowed in the current state: another task is already in progress.');
  return Object.assign(fault, { fault: 'TaskInProgress', fields: { task } });
}

/** Folder.Destroy_Task and Datacenter.Destroy_Task: everything in it, recursively. */
export function destroyFolder(m: Model, folder: Folder): Task {
  function* work(): Op {
    yield* destroyTree(m, folder);
    return undefined;
  }
  return m.tasks.start({ method: 'Destroy_Task', entity: folder, work });
}

function* destroyTree(m: Model, folder: Folder): Op<void> {
  for (const child of folder.children.values()) {
    if (isVm(child)) yield* destroySteps(m, child);
    else if (isFolder(child)) yield* destroyTree(m, child);
    else throw notSupported();
  }
  removeFolder(m, folder);
}

function removeFolder(m: Model, folder: Folder): void {
  const { parent } = folder;
  if (isFolder(parent)) {
    parent.children.delete(folder.name);
    m.changed(parent, 'childEntity');
  }
  m.remove(folder);
}

/** UnregisterAndDestroy_Task: like Destroy, but the VMs are only unregistered. */
export function unregisterFolder(m: Model, folder: Folder): Task {
  function* strikeAll(at: Folder): Op<void> {
    for (const child of at.children.values()) {
      if (isVm(child)) unregisterVm(m, child);
      else if (isFolder(child)) yield* strikeAll(child);
    }
    removeFolder(m, at);
  }
  function* work(): Op {
    yield* strikeAll(folder);
    return undefined;
  }
  return m.tasks.start({ method: 'UnregisterAndDestroy_Task', entity: folder, work });
}

/** ResourcePool.Destroy_Task: VMs go to the parent pool. */
export function destroyPool(m: Model, pool: ResourcePool): Task {
  function* work(): Op {
    const { parent } = pool;
    if (parent?.type !== 'ResourcePool') throw notSupported();
    const up = parent as ResourcePool;
    for (const vm of pool.vms) {
      vm.pool = up;
      up.vms.add(vm);
      m.changed(vm, 'resourcePool');
    }
    up.pools.delete(pool.name);
    m.remove(pool);
    m.changed(up, 'resourcePool', 'vm');
    yield `remove ${pool.id}`;
    return undefined;
  }
  return m.tasks.start({ method: 'Destroy_Task', entity: pool as Entity, work });
}
