import type { Task } from './entities.ts';
import { fileExists, fileLocked, fileNotFound, invalidArgument, notSupported, VimFault } from './fault.ts';
import type { Model } from './model.ts';
import { type Datastore, isOpen, join, split } from './storage.ts';
import type { Op } from './tasks.ts';
import { type ChainLink, chainOf, checkCids, copyFlat, createBase, flatBytes, openLink, removeDisk } from './vmdk.ts';
import { growDisk } from './devices.ts';
import { copyTime } from './clone.ts';

/** FileManager.MakeDirectory. */
export function makeDirectory(m: Model, full: string, parents: boolean): void {
  const { datastore, path } = m.storage.parse(full);
  if (datastore.flavour === 'vsan' && !path.includes('/')) {
    throw new VimFault('CannotCreateFile', `Cannot create the top-level folder ${full} on a vSAN datastore.`, { file: full });
  }
  datastore.mkdir(path, parents);
}

/** DatastoreNamespaceManager.CreateDirectory: the way to a top-level folder on vSAN. Answers the folder's path. */
export function makeNamespace(m: Model, datastore: Datastore, name: string): string {
  if (datastore.hasDir(name)) throw fileExists(datastore.full(name));
  if (datastore.flavour !== 'vsan') throw invalidArgument('datastore');
  const uuid = m.random.uuid();
  datastore.mkdir(uuid, true);
  datastore.aliases.set(name, uuid);
  return `/vmfs/volumes/${datastore.uuid}/${uuid}`;
}

/** FileManager.DeleteDatastoreFile_Task: a file, or a folder with all in it, one after the other; what is locked stops it. */
export function deleteFile(m: Model, full: string): Task {
  const { datastore, path } = m.storage.parse(full);
  function* work(): Op {
    datastore.assertAccessible();
    yield m.latency.about(300);
    if (datastore.hasDir(path)) {
      if (!m.options.folderDeleteForces) mustHoldNoKept(datastore, path);
      yield* deleteTree(datastore, path);
    } else {
      datastore.remove(path);
      yield `delete ${full}`;
    }
    return undefined;
  }
  return m.tasks.start({ method: 'DeleteDatastoreFile_Task', entity: m.root, work });
}

/** A disk that was ever a parent keeps its mark, and with it the folder, whether or not anything stands on it still (vsphere.md §3.4). */
function mustHoldNoKept(datastore: Datastore, path: string): void {
  for (const { path: at, file } of datastore.walk(path)) {
    if (file.disk?.deletable === false)
      throw new VimFault('CannotDeleteFile', `Cannot delete file ${datastore.full(at)}`, { file: datastore.full(at) });
  }
}

function* deleteTree(datastore: Datastore, path: string): Op<void> {
  for (const sub of datastore.subfolders(path)) yield* deleteTree(datastore, join(path, sub));
  for (const file of datastore.files(path)) {
    const at = join(path, file.name);
    // An extent is in use whenever its descriptor is.
    if (isOpen(file) || descriptorOpen(datastore, path, file.name)) throw fileLocked(datastore.full(at));
    datastore.remove(at);
    yield `delete ${datastore.full(at)}`;
  }
  datastore.removeEmptyDir(path);
  yield `rmdir ${datastore.full(path)}`;
}

function descriptorOpen(datastore: Datastore, dir: string, extent: string): boolean {
  for (const file of datastore.files(dir)) if (file.disk?.extent === extent && isOpen(file)) return true;
  return false;
}

/** FileManager.MoveDatastoreFile_Task: files only change their name; hints in descriptors stay as they are. */
export function moveFile(m: Model, from: string, to: string, force: boolean): Task {
  const source = m.storage.parse(from);
  const target = m.storage.parse(to);
  function* work(): Op {
    if (source.datastore !== target.datastore) throw notSupported('Moving between datastores is not simulated.');
    yield m.latency.about(200);
    if (source.datastore.hasDir(source.path)) {
      if (target.datastore.hasDir(target.path)) throw fileExists(to);
      const moved = [...source.datastore.walk(source.path)];
      target.datastore.mkdir(target.path, true);
      for (const { path } of moved) {
        const at = join(target.path, path.slice(source.path.length + 1));
        target.datastore.mkdir(split(at).dir, true);
        source.datastore.rename(path, at);
        yield `move ${at}`;
      }
      removeEmptyTree(source.datastore, source.path);
      return undefined;
    }
    if (force && target.datastore.file(target.path) !== undefined) target.datastore.remove(target.path);
    source.datastore.rename(source.path, target.path);
    yield `move ${to}`;
    return undefined;
  }
  return m.tasks.start({ method: 'MoveDatastoreFile_Task', entity: m.root, work });
}

function removeEmptyTree(datastore: Datastore, path: string): void {
  for (const sub of datastore.subfolders(path)) removeEmptyTree(datastore, join(path, sub));
  datastore.removeEmptyDir(path);
}

/** FileManager.CopyDatastoreFile_Task: one file, byte for byte. */
export function copyFile(m: Model, from: string, to: string, force: boolean): Task {
  function* work(task: Task): Op {
    const file = m.storage.mustFile(from);
    const target = m.storage.parse(to);
    yield* copyTime(m, file.bytes, task);
    if (target.datastore.file(target.path) !== undefined) {
      if (!force) throw fileExists(to);
      target.datastore.remove(target.path);
    }
    const { name: _, writer: _w, readers: _r, ...rest } = file;
    target.datastore.add(target.path, { ...rest, ...(file.disk === undefined ? {} : { disk: { ...file.disk } }), mtime: m.now() });
    yield `copy ${to}`;
    return undefined;
  }
  return m.tasks.start({ method: 'CopyDatastoreFile_Task', entity: m.root, work });
}

export interface DiskSpecRequest {
  thin: boolean;
  eager: boolean;
  adapter: 'lsiLogic' | 'busLogic' | 'ide';
}

/** VirtualDiskManager.CopyVirtualDisk_Task: reads through the whole chain and writes one full disk. `force` is ignored. */
export function copyVirtualDisk(m: Model, from: string, to: string, spec: DiskSpecRequest | undefined): Task {
  if (m.isVc && spec !== undefined) throw notSupported('The destination specification is not implemented on vCenter.');
  function* work(task: Task): Op {
    if (m.storage.canonical(from) === m.storage.canonical(to)) return undefined;
    if (m.storage.file(to) !== undefined) throw fileExists(to);
    const chain = chainOf(m.storage, from);
    checkCids(chain);
    if (chain[0]?.file.writer !== undefined) throw fileLocked(from);
    yield* copyTime(m, flatBytes(chain), task);
    copyFlat(m.storage, chain, to, m.now(), m.random, spec ?? { thin: m.isVc });
    yield `disk ${to}`;
    return undefined;
  }
  return m.tasks.start({ method: 'CopyVirtualDisk_Task', entity: m.root, work });
}

/** One file of a chain, as QueryVirtualDiskInfo_Task tells it. */
export interface DiskInfo {
  name: string;
  type: string;
  parent: string | undefined;
}

const diskType = ({ disk }: ChainLink): string => {
  if (disk.parent !== undefined) return disk.format === 'seSparse' ? 'seSparse' : 'delta';
  if (disk.thin) return 'thin';
  return disk.eager ? 'eagerZeroedThick' : 'preallocated';
};

/** VirtualDiskManager.QueryVirtualDiskInfo_Task: a disk, or with its parents the whole chain, leaf first. A missing file is FileNotFound. */
export function queryDiskInfo(m: Model, full: string, parents: boolean): Task {
  function* work(): Op {
    yield m.latency.about(100);
    const links = parents ? chainOf(m.storage, full) : [openLink(m.storage, full)];
    return {
      kind: 'diskInfo',
      disks: links.map((link): DiskInfo => ({ name: link.path, type: diskType(link), parent: link.disk.parent })),
    };
  }
  return m.tasks.start({ method: 'QueryVirtualDiskInfo_Task', entity: m.root, work });
}

/** VirtualDiskManager.CreateVirtualDisk_Task; capacity in bytes. */
export function createVirtualDisk(m: Model, full: string, spec: DiskSpecRequest, capacity: number): Task {
  function* work(): Op {
    yield m.latency.about(400);
    createBase(m.storage, full, m.now(), m.random, { capacity, ...spec });
    yield `disk ${full}`;
    return full;
  }
  return m.tasks.start({ method: 'CreateVirtualDisk_Task', entity: m.root, work });
}

/** VirtualDiskManager.DeleteVirtualDisk_Task: looks at locks and at ddb.deletable, not at who stands on the disk. */
export function deleteVirtualDisk(m: Model, full: string): Task {
  function* work(): Op {
    const link = openLink(m.storage, full);
    if (!link.disk.deletable) throw new VimFault('CannotDeleteFile', `Cannot delete file ${full}`, { file: full });
    yield m.latency.about(300);
    removeDisk(m.storage, link);
    yield `delete ${full}`;
    return undefined;
  }
  return m.tasks.start({ method: 'DeleteVirtualDisk_Task', entity: m.root, work });
}

/** VirtualDiskManager.MoveVirtualDisk_Task: descriptor and extent move; the link to its parent is kept. */
export function moveVirtualDisk(m: Model, from: string, to: string): Task {
  function* work(): Op {
    const link = openLink(m.storage, from);
    if (isOpen(link.file)) throw fileLocked(from);
    if (m.storage.file(to) !== undefined) throw fileExists(to);
    const target = m.storage.parse(to);
    const source = m.storage.parse(from);
    if (source.datastore !== target.datastore) throw notSupported('Moving between datastores is not simulated.');
    if (!target.datastore.hasDir(split(target.path).dir)) throw fileNotFound(m.storage.folderOf(to));
    yield m.latency.about(300);
    const suffix = link.disk.extent.replace(/^.*(-(?:flat|delta|sesparse|vsansparse)\.vmdk)$/, '$1');
    const extent = split(target.path).name.replace(/\.vmdk$/, suffix);
    target.datastore.rename(m.storage.parse(link.extentPath).path, join(split(target.path).dir, extent));
    target.datastore.rename(source.path, target.path);
    link.disk.extent = extent;
    yield `move ${to}`;
    return undefined;
  }
  return m.tasks.start({ method: 'MoveVirtualDisk_Task', entity: m.root, work });
}

/** VirtualDiskManager.ExtendVirtualDisk_Task; capacity in bytes. */
export function extendVirtualDisk(m: Model, full: string, capacity: number): Task {
  function* work(): Op {
    const link = openLink(m.storage, full);
    if (isOpen(link.file)) throw fileLocked(full);
    if (capacity < link.disk.capacity) throw invalidArgument('newCapacityKb');
    yield m.latency.about(500);
    growDisk(m, full, capacity);
    yield `extend ${full}`;
    return undefined;
  }
  return m.tasks.start({ method: 'ExtendVirtualDisk_Task', entity: m.root, work });
}

export interface FoundFile {
  path: string;
  size: number;
  mtime: number;
  kind: string;
  folder: boolean;
}

export interface FoundFolder {
  folder: string;
  files: FoundFile[];
}

/** DatastoreBrowser: files of one folder, or of it and all below. Extents are hidden as on a real datastore. */
export function browse(m: Model, full: string, below: boolean, patterns: readonly string[]): FoundFolder[] {
  const { datastore, path } = m.storage.parse(full);
  datastore.assertAccessible();
  if (!datastore.hasDir(path)) throw fileNotFound(full);
  const match = patterns.map(
    (p) =>
      new RegExp(
        `^${p
          .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
        'i',
      ),
  );
  const wanted = (name: string) => match.length === 0 || match.some((re) => re.test(name));
  const found: FoundFolder[] = [];
  const visit = (dir: string): void => {
    const files: FoundFile[] = [];
    for (const sub of datastore.subfolders(dir)) {
      if (wanted(sub)) files.push({ path: sub, size: 0, mtime: m.now(), kind: 'folder', folder: true });
    }
    for (const file of datastore.files(dir)) {
      if (file.kind === 'extent' && !match.some((re) => /flat|delta|sparse/.test(re.source))) continue;
      if (!wanted(file.name)) continue;
      files.push({
        path: file.name,
        size: file.disk === undefined ? file.size : diskSize(datastore, dir, file.disk.extent),
        mtime: file.mtime,
        kind: file.kind,
        folder: false,
      });
    }
    found.push({ folder: datastore.full(dir === '' ? '' : `${dir}/`), files });
    if (below) for (const sub of datastore.subfolders(dir)) visit(join(dir, sub));
  };
  visit(path);
  return found;
}

function diskSize(datastore: Datastore, dir: string, extent: string): number {
  return datastore.file(join(dir, extent))?.bytes ?? 0;
}

export function searchDatastore(m: Model, entity: Task['entity'], full: string, below: boolean, patterns: readonly string[]): Task {
  function* work(): Op {
    yield m.latency.about(200);
    const found = browse(m, full, below, patterns);
    return { kind: below ? 'searchSubFolders' : 'search', found };
  }
  return m.tasks.start({ method: below ? 'SearchDatastoreSubFolders_Task' : 'SearchDatastore_Task', entity, work });
}
