import type { DatastoreObject, Host, ResourcePool, Task, Vm } from './entities.ts';
import { invalidArgument, invalidPower, invalidState, notSupported, VimFault } from './fault.ts';
import { bump } from './configure.ts';
import { copyTime } from './clone.ts';
import { lockOwner, usersOf } from './disks.ts';
import { makeHome, ownFiles } from './home.ts';
import type { Model } from './model.ts';
import { assertUsableHost, datastoreOf, memoryOf, memoryRoom, setHost, usable } from './place.ts';
import { renewReferences } from './references.ts';
import { assertConnected, assertNotTemplate, assertVc } from './register.ts';
import type { RelocateSpec } from './specs.ts';
import { join, split } from './storage.ts';
import type { Op } from './tasks.ts';
import { chainOf, checkCids, copyFlat, flatBytes, lockChain, openLink, removeDisk, unlock } from './vmdk.ts';
import { disksOf, namedDisks } from './vm-record.ts';
import { renamePaths } from './consolidate.ts';

/** RelocateVM_Task and MigrateVM_Task: another host, pool, folder or datastore. */
export function relocate(m: Model, vm: Vm, spec: RelocateSpec, method = 'RelocateVM_Task'): Task {
  assertVc(m);
  if (method === 'MigrateVM_Task') assertNotTemplate(vm);
  const target = spec.datastore;
  const moves = (target !== undefined && target !== datastoreOf(m, vm.record.vmPath)) || (spec.disks ?? []).length > 0;
  function* work(task: Task): Op {
    assertConnected(vm);
    if (spec.host !== undefined) {
      assertUsableHost(spec.host);
      if (vm.power === 'poweredOn' && memoryRoom(spec.host) < memoryOf(vm)) {
        throw new VimFault('InsufficientMemoryResourcesFault', 'The host does not have sufficient memory.', {
          unreserved: 0,
          requested: memoryOf(vm),
        });
      }
    }
    if (moves) yield* moveStorage(m, vm, target ?? datastoreOf(m, vm.record.vmPath), spec, task);
    yield m.latency.about(vm.power === 'poweredOn' ? 6000 : 500);
    if (spec.host !== undefined) setHost(m, vm, spec.host);
    if (spec.pool !== undefined) setPool(m, vm, spec.pool);
    m.event('VmMigratedEvent', `Migrated ${vm.name}`, vm);
    return undefined;
  }
  return m.tasks.start({
    method,
    entity: vm,
    exclusive: [vm],
    cost: () => ({
      host: spec.host ?? vm.host,
      hostUnits: moves ? 8 : 4,
      datastores: target === undefined ? [] : [target],
      datastoreUnits: moves ? 16 : 1,
    }),
    work,
  });
}

export function setPool(m: Model, vm: Vm, pool: ResourcePool): void {
  vm.pool?.vms.delete(vm);
  vm.pool = pool;
  pool.vms.add(vm);
  m.changed(vm, 'resourcePool');
}

/**
 * Storage vMotion or cold migration. A VM's own chain moves as one flattened disk: a linked clone becomes a full copy,
 * and a golden VM's base gets a new path while its clones keep the old one.
 */
function* moveStorage(m: Model, vm: Vm, target: DatastoreObject, spec: RelocateSpec, task: Task): Op<void> {
  const { record } = vm;
  const oldPath = record.vmPath;
  const sharing = spec.diskMoveType === 'moveChildMostDiskBacking' || spec.diskMoveType === 'moveAllDiskBackingsAndAllowSharing';
  const dir = makeHome(m, target.store, record.name);
  yield `mkdir ${target.store.full(dir)}`;
  const oldFiles = namedDisks(record);
  const owner = lockOwner(m, vm);
  const running = vm.power === 'poweredOn';
  const base = split(m.storage.parse(oldPath).path).name.replace(/\.vmx$/, '');
  const copies: { from: string; to: string }[] = [];
  for (const [index, from] of [...oldFiles].entries()) {
    const chain = chainOf(m.storage, from);
    yield* copyTime(m, flatBytes(chain), task);
    const name = `${base}${index === 0 ? '' : `_${index}`}.vmdk`;
    if (sharing && chain.length > 1 && datastoreOf(m, from) === target) throw notSupported('The disk is on this datastore already.');
    const copy = copyFlat(m.storage, chain, target.store.full(join(dir, name)), m.now(), m.random, { thin: true });
    copies.push({ from, to: copy.path });
    yield `disk ${copy.path}`;
  }
  moveConfig(m, vm, target, dir, base);
  for (const path of vm.open) {
    const file = m.storage.file(path);
    if (file !== undefined) unlock(file, owner);
  }
  vm.open = [];
  for (const { from, to } of copies) renamePaths(record, from, to);
  if (running) {
    for (const disk of disksOf(record)) {
      const chain = chainOf(m.storage, disk.path);
      checkCids(chain);
      lockChain(chain, owner, true);
      vm.open.push(...chain.map((link) => link.path));
    }
  }
  for (const { from } of copies) {
    if (usersOf(m, new Set([from]), vm).length > 0 || m.storage.file(from)?.disk === undefined) continue;
    removeDisk(m.storage, openLink(m.storage, from));
    yield `delete ${from}`;
  }
  const old = m.storage.parse(oldPath);
  old.datastore.removeEmptyDir(split(old.path).dir);
  bump(m, record);
  renewReferences(m, vm);
  m.changed(vm, 'config', 'summary.config', 'datastore', 'layoutEx');
}

function moveConfig(m: Model, vm: Vm, target: DatastoreObject, dir: string, base: string): void {
  const from = m.storage.parse(vm.record.vmPath).datastore;
  for (const path of ownFiles(m, vm)) {
    const file = from.mustFile(path);
    const { writer } = file;
    file.writer = undefined;
    from.remove(path);
    const { name, ...rest } = file;
    const made = target.store.add(join(dir, name), rest);
    made.writer = writer;
  }
  vm.record.vmPath = target.store.full(join(dir, `${base}.vmx`));
}

/** One step of DRS: takes a running VM from the fullest host to the emptiest. Answers the vMotion's task, if any. */
export function rebalance(m: Model, compute = m.compute): Task | undefined {
  const hosts = compute.hosts.filter(usable);
  if (hosts.length < 2 || compute.drs !== 'fullyAutomated') return undefined;
  const by = (a: Host, b: Host) => a.poweredOn - b.poweredOn;
  const [least, most] = [[...hosts].sort(by)[0] as Host, [...hosts].sort(by).at(-1) as Host];
  if (most.poweredOn - least.poweredOn < 2) return undefined;
  const vm = [...most.vms].find((v) => v.power === 'poweredOn' && v.exclusive === undefined);
  return vm === undefined ? undefined : relocate(m, vm, { host: least }, 'MigrateVM_Task');
}

/** EnterMaintenanceMode_Task: with DRS running VMs are moved away first; without it the task waits until they are gone. */
export function enterMaintenance(m: Model, host: Host): Task {
  function* work(): Op {
    if (host.maintenance) throw invalidState('The host is in maintenance mode already.');
    for (;;) {
      const running = [...host.vms].filter((vm) => vm.power === 'poweredOn');
      if (running.length === 0) break;
      const others = host.compute.hosts.filter((h) => h !== host && usable(h));
      if (host.compute.drs === 'fullyAutomated' && others.length > 0) {
        for (const vm of running) {
          if (vm.exclusive !== undefined) continue;
          yield m.latency.about(3000);
          if (vm.power === 'poweredOn')
            setHost(
              m,
              vm,
              others.reduce((a, b) => (memoryRoom(b) > memoryRoom(a) ? b : a)),
            );
        }
      }
      yield 1000;
    }
    for (const vm of host.vms) {
      const other = host.compute.hosts.find((h) => h !== host && usable(h));
      if (host.compute.drs === 'fullyAutomated' && other !== undefined) setHost(m, vm, other);
    }
    host.maintenance = true;
    m.changed(host, 'runtime.inMaintenanceMode', 'summary.runtime');
    m.event('EnteredMaintenanceModeEvent', `Host ${host.name} is in maintenance mode`);
    return undefined;
  }
  return m.tasks.start({ method: 'EnterMaintenanceMode_Task', entity: host, work });
}

export function exitMaintenance(m: Model, host: Host): Task {
  function* work(): Op {
    if (!host.maintenance) throw invalidState('The host is not in maintenance mode.');
    yield m.latency.about(1000);
    host.maintenance = false;
    m.changed(host, 'runtime.inMaintenanceMode', 'summary.runtime');
    return undefined;
  }
  return m.tasks.start({ method: 'ExitMaintenanceMode_Task', entity: host, work });
}

/** MarkAsTemplate and MarkAsVirtualMachine. */
export function markTemplate(m: Model, vm: Vm, template: boolean, pool?: ResourcePool, host?: Host): void {
  assertVc(m);
  assertConnected(vm);
  if (vm.power !== 'poweredOff') throw invalidPower('poweredOff', vm.power);
  if (vm.record.template === template) throw notSupported();
  if (template) {
    vm.pool?.vms.delete(vm);
    vm.pool = undefined;
  } else {
    if (pool === undefined) throw invalidArgument('pool');
    setPool(m, vm, pool);
    if (host !== undefined) setHost(m, vm, host);
  }
  vm.record.template = template;
  m.changed(vm, 'config.template', 'summary.config', 'resourcePool');
}
