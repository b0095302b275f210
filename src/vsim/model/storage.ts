import { fileExists, fileLocked, fileNotFound, invalidArgument, noDiskSpace, VimFault } from './fault.ts';
import type { Disk, ExtentData } from './vmdk.ts';
import type { VmRecord } from './vm-record.ts';

/** vmfs6 makes seSparse deltas, vmfs5 and nfs make vmfsSparse ones, vsan keeps objects under a UUID folder. */
export type Flavour = 'vmfs6' | 'vmfs5' | 'nfs' | 'vsan';
export type FileKind = 'vmx' | 'vmdk' | 'extent' | 'vmsd' | 'vmsn' | 'nvram' | 'log' | 'vswp' | 'vmss' | 'other';

/** One file. `bytes` is what it takes on the datastore, `size` what a listing shows. */
export interface DsFile {
  name: string;
  kind: FileKind;
  bytes: number;
  size: number;
  mtime: number;
  /** Key of the one opener for writing, or keys of those who have it open for reading. */
  writer?: string | undefined;
  readers?: Set<string> | undefined;
  disk?: Disk;
  data?: ExtentData;
  /** What the .vmx says. It stays with the file when the VM is unregistered. */
  vmx?: VmRecord;
  text?: Buffer;
}

interface Dir {
  files: Map<string, DsFile>;
  subs: Set<string>;
}

export interface PathParts {
  datastore: Datastore;
  /** Path inside the datastore, no leading or trailing slash; empty for the root. */
  path: string;
}

/** A file tree with a capacity. One instance may be mounted by several endpoints that know nothing of each other. */
export class Datastore {
  name: string;
  readonly flavour: Flavour;
  readonly uuid: string;
  capacity: number;
  used = 0;
  accessible = true;
  readonly #dirs = new Map<string, Dir>([['', { files: new Map(), subs: new Set() }]]);
  /** vSAN: friendly folder name -> the UUID folder that holds the objects. */
  readonly aliases = new Map<string, string>();

  constructor(name: string, flavour: Flavour, capacity: number, uuid: string) {
    this.name = name;
    this.flavour = flavour;
    this.capacity = capacity;
    this.uuid = uuid;
  }

  get free(): number {
    return this.capacity - this.used;
  }

  /** The path with a vSAN friendly name replaced by its UUID folder. */
  canonical(path: string): string {
    if (this.aliases.size === 0) return path;
    const slash = path.indexOf('/');
    const head = slash < 0 ? path : path.slice(0, slash);
    const alias = this.aliases.get(head);
    return alias === undefined ? path : alias + (slash < 0 ? '' : path.slice(slash));
  }

  full(path: string): string {
    return `[${this.name}] ${path}`;
  }

  hasDir(path: string): boolean {
    return this.#dirs.has(this.canonical(path));
  }

  file(path: string): DsFile | undefined {
    const { dir, name } = split(this.canonical(path));
    return this.#dirs.get(dir)?.files.get(name);
  }

  mustFile(path: string): DsFile {
    this.assertAccessible();
    const file = this.file(path);
    if (file === undefined) throw fileNotFound(this.full(path));
    return file;
  }

  files(dir: string): Iterable<DsFile> {
    return this.#dirs.get(this.canonical(dir))?.files.values() ?? [];
  }

  subfolders(dir: string): Iterable<string> {
    return this.#dirs.get(this.canonical(dir))?.subs ?? [];
  }

  /** Every file with its path, for invariants and scans. */
  *walk(dir = ''): Generator<{ path: string; file: DsFile }> {
    const at = this.canonical(dir);
    const node = this.#dirs.get(at);
    if (node === undefined) return;
    for (const file of node.files.values()) yield { path: join(at, file.name), file };
    for (const sub of node.subs) yield* this.walk(join(at, sub));
  }

  mkdir(path: string, parents: boolean): void {
    this.assertAccessible();
    const at = this.canonical(path);
    if (at === '') return;
    if (this.#dirs.has(at) || this.file(at) !== undefined) {
      if (parents && this.#dirs.has(at)) return;
      throw fileExists(this.full(path));
    }
    const { dir, name } = split(at);
    if (!this.#dirs.has(dir)) {
      if (!parents) throw fileNotFound(this.full(dir));
      this.mkdir(dir, true);
    }
    (this.#dirs.get(dir) as Dir).subs.add(name);
    this.#dirs.set(at, { files: new Map(), subs: new Set() });
  }

  /** Puts a file into an existing folder and takes its space. */
  add(path: string, file: Omit<DsFile, 'name'>): DsFile {
    this.assertAccessible();
    const { dir, name } = split(this.canonical(path));
    const node = this.#dirs.get(dir);
    if (node === undefined) throw fileNotFound(this.full(dir));
    if (node.files.has(name) || node.subs.has(name)) throw fileExists(this.full(path));
    this.take(path, file.bytes);
    const made: DsFile = { ...file, name };
    node.files.set(name, made);
    return made;
  }

  /** Takes (or with a negative number gives back) space for a file. */
  take(path: string, bytes: number): void {
    if (bytes > 0 && this.used + bytes > this.capacity) throw noDiskSpace(this.full(path), this.name);
    this.used += bytes;
  }

  /** Changes the space of a file that exists. */
  resize(path: string, file: DsFile, bytes: number): void {
    this.take(path, bytes - file.bytes);
    file.bytes = bytes;
  }

  remove(path: string): DsFile {
    const at = this.canonical(path);
    const file = this.mustFile(at);
    if (isOpen(file)) throw fileLocked(this.full(path));
    const { dir, name } = split(at);
    (this.#dirs.get(dir) as Dir).files.delete(name);
    this.used -= file.bytes;
    return file;
  }

  /** Removes a folder that has nothing in it; answers whether it did. */
  removeEmptyDir(path: string): boolean {
    const at = this.canonical(path);
    const node = this.#dirs.get(at);
    if (at === '' || node === undefined || node.files.size > 0 || node.subs.size > 0) return false;
    this.#dirs.delete(at);
    const { dir, name } = split(at);
    this.#dirs.get(dir)?.subs.delete(name);
    for (const [alias, target] of this.aliases) if (target === at) this.aliases.delete(alias);
    return true;
  }

  /** Moves one file; links in descriptors are not changed, as with the real file manager. */
  rename(from: string, to: string): void {
    const at = this.canonical(from);
    const file = this.mustFile(at);
    if (isOpen(file)) throw fileLocked(this.full(from));
    const target = split(this.canonical(to));
    const node = this.#dirs.get(target.dir);
    if (node === undefined) throw fileNotFound(this.full(target.dir));
    if (node.files.has(target.name)) throw fileExists(this.full(to));
    const source = split(at);
    this.#dirs.get(source.dir)?.files.delete(source.name);
    file.name = target.name;
    node.files.set(target.name, file);
  }

  assertAccessible(): void {
    if (!this.accessible) {
      throw new VimFault('InvalidDatastoreState', `Datastore '${this.name}' is not accessible.`, { datastoreName: this.name });
    }
  }
}

export function isOpen(file: DsFile): boolean {
  return file.writer !== undefined || (file.readers?.size ?? 0) > 0;
}

export function split(path: string): { dir: string; name: string } {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? { dir: '', name: path } : { dir: path.slice(0, slash), name: path.slice(slash + 1) };
}

export function join(dir: string, name: string): string {
  return dir === '' ? name : `${dir}/${name}`;
}

/** All datastores of a world; endpoints that share one share storage but not inventory. */
export class Storage {
  readonly #byName = new Map<string, Datastore>();

  add(datastore: Datastore): Datastore {
    this.#byName.set(datastore.name, datastore);
    return datastore;
  }

  /** Under another name; {@link renameDatastore} changes what names it. */
  rename(datastore: Datastore, name: string): void {
    this.#byName.delete(datastore.name);
    datastore.name = name;
    this.#byName.set(name, datastore);
  }

  all(): Datastore[] {
    return [...this.#byName.values()];
  }

  /** Reads `[name] some/path`. InvalidDatastorePath if it is not one, InvalidDatastore if the name is unknown. */
  parse(full: string): PathParts {
    const match = /^\[([^\]]+)\]\s*(.*)$/.exec(full);
    if (match === null) throw new VimFault('InvalidDatastorePath', `Invalid datastore path '${full}'.`, { datastorePath: full });
    const datastore = this.#byName.get(match[1] as string);
    if (datastore === undefined) {
      throw new VimFault('InvalidDatastorePath', `Invalid datastore path '${full}'.`, { datastorePath: full });
    }
    const path = (match[2] as string).replaceAll(/\/+/g, '/').replace(/^\//, '').replace(/\/$/, '');
    if (path.split('/').includes('..')) throw invalidArgument('path');
    return { datastore, path: datastore.canonical(path) };
  }

  file(full: string): DsFile | undefined {
    const { datastore, path } = this.parse(full);
    return datastore.accessible ? datastore.file(path) : undefined;
  }

  mustFile(full: string): DsFile {
    const { datastore, path } = this.parse(full);
    return datastore.mustFile(path);
  }

  /** `[ds] dir/file` with vSAN names resolved: the form in which paths are compared. */
  canonical(full: string): string {
    const { datastore, path } = this.parse(full);
    return datastore.full(path);
  }

  /** The folder of a file's path, as `[ds] dir`. */
  folderOf(full: string): string {
    const { datastore, path } = this.parse(full);
    return datastore.full(split(path).dir);
  }
}
