import type { DatastoreObject, Vm } from '../../model/entities.ts';
import { ownFiles } from '../../model/home.ts';
import type { Model } from '../../model/model.ts';
import { snapshotsOf, disksOf, type DiskDevice } from '../../model/vm-record.ts';
import { chainPaths } from '../../model/vmdk.ts';
import { join, split } from '../../model/storage.ts';
import { date, long, type Reader, ref } from './context.ts';

interface LayoutFile {
  key: number;
  name: string;
  type: string;
  size: bigint;
  uniqueSize: bigint;
  accessible: boolean;
}

/** Numbers the files of a VM as layoutEx does. */
class FileTable {
  readonly files: LayoutFile[] = [];
  readonly #keys = new Map<string, number>();

  add(name: string, type: string, bytes: number): number {
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const key = this.files.length;
    this.#keys.set(name, key);
    this.files.push({ key, name, type, size: long(bytes), uniqueSize: long(bytes), accessible: true });
    return key;
  }
}

function diskKeys(m: Model, table: FileTable, disk: DiskDevice): { key: number; chain: { fileKey: number[] }[] } {
  const chain = chainPaths(m.storage, disk.path).map((path) => {
    const file = m.storage.file(path);
    const keys = [table.add(path, 'diskDescriptor', file?.bytes ?? 0)];
    if (file?.disk !== undefined) {
      const { datastore, path: inside } = m.storage.parse(path);
      const extent = join(split(inside).dir, file.disk.extent);
      keys.push(table.add(datastore.full(extent), 'diskExtent', datastore.file(extent)?.bytes ?? 0));
    }
    return { fileKey: keys };
  });
  return { key: disk.key, chain: chain.reverse() };
}

const FILE_TYPES: Record<string, string> = {
  vmx: 'config',
  vmsd: 'snapshotList',
  nvram: 'nvram',
  log: 'log',
  vswp: 'swap',
  vmsn: 'snapshotData',
  vmss: 'suspend',
};

/** VirtualMachine.layoutEx; the chain of a disk is listed from the base to the leaf. */
export function layoutEx(vm: Vm, reader: Reader): Record<string, unknown> {
  const m = reader.sim.model;
  const table = new FileTable();
  const { datastore } = m.storage.parse(vm.record.vmPath);
  for (const path of ownFiles(m, vm)) {
    const file = datastore.file(path);
    if (file !== undefined) table.add(datastore.full(path), FILE_TYPES[file.kind] ?? 'uwswap', file.bytes);
  }
  const disk = disksOf(vm.record).map((d) => diskKeys(m, table, d));
  const snapshot = [...snapshotsOf(vm.record)].map((node) => ({
    key: { type: 'VirtualMachineSnapshot', value: node.ref },
    dataKey: -1,
    memoryKey: -1,
    disk: disksOf(node.hardware).map((d) => diskKeys(m, table, d)),
  }));
  return { file: table.files, disk, snapshot, timestamp: date(m.now()) };
}

/** VirtualMachine.layout, the older form. */
export function layout(vm: Vm, reader: Reader): Record<string, unknown> {
  const m = reader.sim.model;
  return {
    configFile: [split(m.storage.parse(vm.record.vmPath).path).name],
    disk: disksOf(vm.record).map((d) => ({ key: d.key, diskFile: chainPaths(m.storage, d.path).reverse() })),
  };
}

/** Bytes that the VM's own files take, by datastore. */
export function usage(vm: Vm, m: Model): Map<DatastoreObject, number> {
  const used = new Map<DatastoreObject, number>();
  const seen = new Set<string>();
  const add = (path: string, bytes: number): void => {
    if (seen.has(path)) return;
    seen.add(path);
    const name = /^\[([^\]]+)\]/.exec(path)?.[1];
    const ds = m.datastores.find((d) => d.name === name);
    if (ds !== undefined) used.set(ds, (used.get(ds) ?? 0) + bytes);
  };
  const home = m.storage.folderOf(vm.record.vmPath);
  for (const disk of disksOf(vm.record)) {
    for (const path of chainPaths(m.storage, disk.path)) {
      if (m.storage.folderOf(path) !== home) break;
      const file = m.storage.file(path);
      if (file?.disk === undefined) continue;
      const { datastore, path: inside } = m.storage.parse(path);
      add(path, file.bytes + (datastore.file(join(split(inside).dir, file.disk.extent))?.bytes ?? 0));
    }
  }
  const { datastore } = m.storage.parse(vm.record.vmPath);
  for (const path of ownFiles(m, vm)) add(datastore.full(path), datastore.file(path)?.bytes ?? 0);
  return used;
}

export function storageInfo(vm: Vm, reader: Reader): Record<string, unknown> {
  const m = reader.sim.model;
  const perDatastoreUsage = [...usage(vm, m)].map(([ds, bytes]) => ({
    datastore: ref(ds),
    committed: long(bytes),
    uncommitted: 0n,
    unshared: long(bytes),
  }));
  return { perDatastoreUsage, timestamp: date(m.now()) };
}

export function storageSummary(vm: Vm, reader: Reader): Record<string, unknown> {
  let total = 0;
  for (const bytes of usage(vm, reader.sim.model).values()) total += bytes;
  return { committed: long(total), uncommitted: 0n, unshared: long(total), timestamp: date(reader.sim.model.now()) };
}
