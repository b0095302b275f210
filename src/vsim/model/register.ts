import type { Folder, Host, ResourcePool, Snapshot, Vm } from './entities.ts';
import { invalidPower, notSupported, VimFault } from './fault.ts';
import { addReferences, dropReferences } from './references.ts';
import type { Model } from './model.ts';
import { putChild } from './naming.ts';
import { snapshotsOf, type VmRecord } from './vm-record.ts';

/** Puts a VM into the inventory. Its snapshots get fresh moRefs. */
export function enroll(m: Model, record: VmRecord, folder: Folder, pool: ResourcePool | undefined, host: Host): Vm {
  const vm = {
    type: 'VirtualMachine',
    id: m.ref('vm'),
    record,
    parent: folder,
    pool,
    host,
    power: 'poweredOff',
    connection: 'connected',
    bootTime: undefined,
    guest: undefined,
    pendingCustomization: undefined,
    question: undefined,
    frozen: false,
    exclusive: undefined,
    shared: new Set(),
    open: [],
    nonpersistent: undefined,
    bootNumber: 0,
    created: m.now(),
    needsConsolidation: record.redundant.length > 0,
    get name() {
      return record.name;
    },
    set name(value: string) {
      record.name = value;
    },
  } as unknown as Vm;
  putChild(folder, vm);
  pool?.vms.add(vm);
  host.vms.add(vm);
  addReferences(m, vm);
  m.add(vm);
  for (const node of snapshotsOf(record)) {
    node.ref = m.isVc ? m.ref('snapshot') : `${vm.id}-snapshot-${node.number}`;
    enrollSnapshot(m, vm, node.ref, node);
  }
  m.changed(folder, 'childEntity');
  m.changed(host, 'vm');
  if (pool !== undefined) m.changed(pool, 'vm');
  return vm;
}

export function enrollSnapshot(m: Model, vm: Vm, ref: string, node: Snapshot['node']): Snapshot {
  const snapshot: Snapshot = { type: 'VirtualMachineSnapshot', id: ref, name: node.name, parent: vm, vm, node };
  m.add(snapshot);
  return snapshot;
}

/** Takes a VM out of the inventory; its files stay. */
export function strike(m: Model, vm: Vm): void {
  for (const node of snapshotsOf(vm.record)) {
    const snapshot = m.objects.get(node.ref);
    if (snapshot !== undefined) m.remove(snapshot);
  }
  if (vm.parent.children.get(vm.name) === vm) vm.parent.children.delete(vm.name);
  vm.pool?.vms.delete(vm);
  vm.host.vms.delete(vm);
  dropReferences(m, vm);
  m.remove(vm);
  m.changed(vm.parent, 'childEntity');
  m.changed(vm.host, 'vm');
  if (vm.pool !== undefined) m.changed(vm.pool, 'vm');
}

/** Refuses what cannot be done to a VM whose host or files are out of reach. */
export function assertConnected(vm: Vm): void {
  if (vm.connection === 'connected') return;
  if (vm.connection === 'disconnected') {
    throw new VimFault('HostNotConnected', 'Unable to communicate with the remote host, since it is disconnected.');
  }
  throw new VimFault(
    'InvalidState',
    `The operation is not allowed in the current connection state of the virtual machine (${vm.connection}).`,
  );
}

export function assertPoweredOff(vm: Vm): void {
  if (vm.power !== 'poweredOff') throw invalidPower('poweredOff', vm.power);
}

export function assertNotTemplate(vm: Vm): void {
  if (vm.record.template) throw notSupported('The operation is not supported on a template.');
}

export function assertVc(m: Model): void {
  if (!m.isVc) throw notSupported('The operation is not supported by the current agent.');
}
