import type { Vm } from './entities.ts';
import { fileExists } from './fault.ts';
import type { Model } from './model.ts';
import { type Datastore, join, split } from './storage.ts';
import type { VmRecord } from './vm-record.ts';

/** A path that has the form `[ds]` only: vSphere chooses folder and name. */
export function isBareDatastore(path: string): boolean {
  return /^\[[^\]]+\]\s*$/.test(path);
}

/**
 * A new home folder for a VM: the VM's name, or `name_1`, `name_2` … if that is taken. On vSAN the folder is an object's
 * UUID with the name as an alias. Answers the folder's path inside the datastore.
 */
export function makeHome(m: Model, datastore: Datastore, vmName: string): string {
  datastore.assertAccessible();
  const safe = vmName.replaceAll(/[/\\%]/g, '-');
  let name = safe;
  for (let n = 1; datastore.hasDir(name) || datastore.file(name) !== undefined; n++) name = `${safe}_${n}`;
  if (datastore.flavour !== 'vsan') {
    datastore.mkdir(name, true);
    return name;
  }
  const uuid = m.random.uuid();
  datastore.mkdir(uuid, true);
  datastore.aliases.set(name, uuid);
  return uuid;
}

/** Makes the folder of an explicit `[ds] dir/name.vmx`; FileAlreadyExists if that .vmx is there. */
export function makeExplicitHome(m: Model, vmPath: string): void {
  const { datastore, path } = m.storage.parse(vmPath);
  if (datastore.file(path) !== undefined) throw fileExists(vmPath);
  datastore.mkdir(split(path).dir, true);
}

/** Writes .vmx, .vmsd, .nvram and the log of a new VM. */
export function* writeVmFiles(m: Model, record: VmRecord): Generator<string, void, void> {
  const { datastore, path } = m.storage.parse(record.vmPath);
  const { dir, name } = split(path);
  const base = name.replace(/\.vmx$/, '');
  const now = m.now();
  datastore.add(path, { kind: 'vmx', bytes: 4096, size: 3072, mtime: now, vmx: record });
  yield `vmx ${record.vmPath}`;
  const extra = [
    ['vmsd', `${base}.vmsd`, 0],
    ['nvram', `${base}.nvram`, 8684],
    ['log', 'vmware.log', 0],
  ] as const;
  for (const [kind, file, size] of extra) {
    const at = join(dir, file);
    if (datastore.file(at) === undefined) datastore.add(at, { kind, bytes: size, size, mtime: now });
  }
}

/** Files that a VM owns besides its disks: configuration, snapshots' states, swap, logs. */
export function ownFiles(m: Model, vm: Vm): string[] {
  const { datastore, path } = m.storage.parse(vm.record.vmPath);
  if (!datastore.accessible) return [];
  const { dir, name } = split(path);
  const base = name.replace(/\.vmx$/, '');
  const own: string[] = [];
  for (const file of datastore.files(dir)) {
    const log = file.kind === 'log' && file.name.startsWith('vmware');
    const mine = file.kind !== 'vmdk' && file.kind !== 'extent' && file.kind !== 'other';
    if (log || (mine && (file.name.startsWith(`${base}.`) || file.name.startsWith(`${base}-`)))) own.push(join(dir, file.name));
  }
  return own;
}
