// Somebody disables a method on a VM, as backup software does through an internal call.
export { disableMethods, enableMethods } from './disabled.ts';
import type { Connection, DatastoreObject, Host, Question, Vm } from './entities.ts';
import { extentBytes } from './extent-bytes.ts';
import { fileNotFound, notSupported } from './fault.ts';
import type { Model } from './model.ts';
import { strike } from './register.ts';
import { stop } from './power.ts';
import type { Op } from './tasks.ts';
import type { Task } from './entities.ts';
import { GRAIN, openLink } from './vmdk.ts';

/** What goes wrong in a data centre by itself. Tests and demonstrations call these; no client can. */

/** A host loses its connection (or gets it back): its VMs become disconnected, what they run goes on. */
export function disconnectHost(m: Model, host: Host, connected = false): void {
  host.connection = connected ? 'connected' : 'notResponding';
  m.changed(host, 'runtime.connectionState', 'summary.runtime');
  for (const vm of host.vms) setConnection(m, vm, connected ? 'connected' : 'disconnected');
}

/** In every state but `connected` and `disconnected` the configuration cannot be read. */
export function setConnection(m: Model, vm: Vm, connection: Connection): void {
  vm.connection = connection;
  m.changed(vm, 'runtime.connectionState', 'summary.runtime.connectionState', 'config', 'summary.config', 'layoutEx');
}

/** A guest stops answering (`red`), or answers again: its Tools' heartbeat says so, and what it runs is not touched. */
export function beat(m: Model, vm: Vm, heartbeat: 'green' | 'yellow' | 'red'): void {
  if (vm.guest === undefined) return;
  vm.guest.heartbeat = heartbeat;
  m.changed(vm, 'guestHeartbeatStatus', 'summary.quickStats.guestHeartbeatStatus');
}

/** All paths down (or back): files cannot be listed, VMs on the datastore become inaccessible. */
export function datastoreDown(m: Model, datastore: DatastoreObject, accessible = false): void {
  datastore.store.accessible = accessible;
  m.changed(datastore, 'summary.accessible', 'summary', 'host');
  for (const vm of datastore.vms) {
    if (!vm.record.vmPath.startsWith(`[${datastore.name}]`)) continue;
    if (vm.connection === 'connected' || vm.connection === 'inaccessible') setConnection(m, vm, accessible ? 'connected' : 'inaccessible');
  }
}

/** Power of a host fails: its VMs are off, and with HA they start elsewhere. */
export function crashHost(m: Model, host: Host): Vm[] {
  const lost = [...host.vms].filter((vm) => vm.power === 'poweredOn');
  for (const vm of lost) stop(m, vm, 'poweredOff');
  disconnectHost(m, host);
  return lost;
}

/** vCenter comes back from a backup made at `time`: VMs made later are unknown to it, their files stay. */
export function restoreBackup(m: Model, time: number): Vm[] {
  const later = m.findVms((vm) => vm.created > time);
  for (const vm of later) strike(m, vm);
  return later;
}

/** reloadVirtualMachineFromPath_Task: the configuration is read again, moRef and history stay. */
export function reloadVm(m: Model, vm: Vm, path: string): Task {
  if (!m.isVc) throw notSupported();
  function* work(): Op {
    const file = m.storage.mustFile(path);
    if (file.vmx === undefined) throw fileNotFound(path);
    yield m.latency.about(500);
    const { name } = vm;
    vm.record = file.vmx;
    vm.record.name = name;
    vm.record.vmPath = m.storage.canonical(path);
    setConnection(m, vm, 'connected');
    return undefined;
  }
  return m.tasks.start({ method: 'reloadVirtualMachineFromPath_Task', entity: vm, exclusive: [vm], work });
}

/** A host asks something of a VM that it will not go on without; it is asked until somebody answers. Gives the answer. */
export function ask(m: Model, vm: Vm, question: Omit<Question, 'answer'>): Promise<string> {
  return new Promise((resolve) => {
    const show = (now: Question | undefined): void => {
      vm.question = now;
      m.changed(vm, 'runtime.question', 'summary.runtime.question');
    };
    show({
      ...question,
      answer: (choice) => {
        show(undefined);
        resolve(choice);
      },
    });
  });
}

/** A byte of a disk goes bad, or somebody with a shell on a host changes it: one bit turns, and the descriptor does not know. */
export function turnBit(m: Model, disk: string, offset: number): void {
  const { extent } = openLink(m.storage, disk);
  const block = Math.floor(offset / GRAIN);
  const bytes = Buffer.alloc(GRAIN);
  bytes.set(extentBytes(extent).block(block) ?? []);
  bytes[offset % GRAIN] = (bytes[offset % GRAIN] ?? 0) ^ 1;
  ((extent.data ??= {}).blocks ??= new Map()).set(block, bytes);
}
