import type { DatastoreObject } from './entities.ts';
import type { Model } from './model.ts';
import { assertFree, checkName, putChild } from './naming.ts';
import { type Device, snapshotsOf, type VmRecord } from './vm-record.ts';
import { isFolder, isPod } from './entities.ts';

/**
 * A datastore gets another name, its reference and its URL stay: every path that machines, snapshots and disks name is shown with the new
 * name from then on, as hosts show it (they keep volumes by their UUID). What a configuration holds as text stays as it was written.
 */
export function renameDatastore(m: Model, datastore: DatastoreObject, name: string): void {
  const { store, parent } = datastore;
  if (name === store.name) return;
  checkName(name);
  if (isFolder(parent) || isPod(parent)) {
    assertFree(parent, name);
    parent.children.delete(datastore.name);
    datastore.name = name;
    putChild(parent, datastore);
  }
  const head = `[${store.name}]`;
  const now = (path: string): string => (path.startsWith(head) ? `[${name}]${path.slice(head.length)}` : path);
  m.storage.rename(store, name);
  const vms = m.findVms(() => true);
  const records = new Set<VmRecord>(vms.map((vm) => vm.record));
  for (const { file } of m.storage.all().flatMap((each) => [...each.walk()])) {
    if (file.vmx !== undefined) records.add(file.vmx);
    if (file.disk?.parent !== undefined) file.disk.parent = now(file.disk.parent);
  }
  for (const record of records) renameIn(record, now);
  for (const vm of vms) {
    vm.open = vm.open.map(now);
    m.changed(vm, 'config', 'summary.config', 'layoutEx', 'layout', 'snapshot');
  }
  m.changed(datastore, 'name', 'info', 'summary');
}

function renameIn(record: VmRecord, now: (path: string) => string): void {
  const inDevices = (devices: readonly Device[]): void => {
    for (const device of devices) {
      if (device.kind === 'disk') device.path = now(device.path);
      else if (device.kind === 'other' && device.iso !== undefined) device.iso = now(device.iso);
    }
  };
  record.vmPath = now(record.vmPath);
  if (record.workingDir !== undefined) record.workingDir = now(record.workingDir);
  record.redundant = record.redundant.map(now);
  inDevices(record.devices);
  for (const node of snapshotsOf(record)) inDevices(node.hardware.devices);
}
