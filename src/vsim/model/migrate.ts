import type { Host, ResourcePool, Task, Vm } from './entities.ts';
import { invalidArgument, invalidPower, invalidState, notSupported, VimFault } from './fault.ts';
import type { Model } from './model.ts';
import { assertUsableHost, datastoreOf, memoryOf, memoryRoom, pickHost, setHost, usable } from './place.ts';
import { assertConnected, assertNotTemplate, assertVc } from './register.ts';
import { checkRelocateSpec, moveStorage, targetsOf } from './relocate-storage.ts';
import type { RelocateSpec } from './specs.ts';
import type { Op } from './tasks.ts';
import { setConnection } from './trouble.ts';

/** RelocateVM_Task and MigrateVM_Task: another host, pool, folder or datastore. */
export function relocate(m: Model, vm: Vm, spec: RelocateSpec, method = 'RelocateVM_Task'): Task {
  assertVc(m);
  if (method === 'MigrateVM_Task') assertNotTemplate(vm);
  checkRelocateSpec(vm.record, spec);
  const stores = targetsOf(m, vm, spec);
  const moves = stores.length > 0;
  // What is off may leave a host that is down or in maintenance, as long as its files stay.
  const rescued = vm.power === 'poweredOff' && vm.connection === 'disconnected' && spec.host !== undefined && !moves;
  function* work(task: Task): Op {
    if (!rescued) assertConnected(vm);
    if (spec.host !== undefined) {
      assertUsableHost(spec.host);
      if (vm.power === 'poweredOn' && memoryRoom(spec.host) < memoryOf(vm)) {
        throw new VimFault('InsufficientMemoryResourcesFault', 'The host does not have sufficient memory.', {
          unreserved: 0,
          requested: memoryOf(vm),
        });
      }
    }
    if (moves) yield* moveStorage(m, vm, spec, task);
    yield m.latency.about(vm.power === 'poweredOn' ? 6000 : 500);
    if (spec.host !== undefined) setHost(m, vm, spec.host);
    if (rescued) setConnection(m, vm, 'connected');
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
      datastores: stores,
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

/**
 * EnterMaintenanceMode_Task: with DRS running VMs are moved away first; without it the task waits until they are gone. What is off is moved only
 * with `evacuate`: else it stays, templates too, and cannot be cloned from there.
 */
export function enterMaintenance(m: Model, host: Host, evacuate: boolean): Task {
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
    for (const vm of evacuate ? [...host.vms] : []) {
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
    const target = host ?? vm.host;
    if (target.compute !== pool.compute) throw invalidArgument(host === undefined ? 'pool' : 'host');
    pickHost(m, pool, target, [datastoreOf(m, vm.record.vmPath)]);
    setPool(m, vm, pool);
    setHost(m, vm, target);
  }
  vm.record.template = template;
  m.changed(vm, 'config.template', 'summary.config', 'resourcePool');
}
