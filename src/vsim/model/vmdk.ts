import { createHash } from 'node:crypto';
import { fileLocked, fileNotFound, noDiskSpace, parentModified, VimFault } from './fault.ts';
import type { Random } from './random.ts';
import { type DsFile, type Flavour, join, split, type Storage } from './storage.ts';

/** Bytes that one written block takes on the datastore. Blocks exist only once a guest wrote them. */
export const GRAIN = 64 * 1024;
/** What an empty delta takes. */
export const EMPTY_DELTA_BYTES = 1024 * 1024;
const DESCRIPTOR_BYTES = 512;
/** Longest redo chain that a host opens (KB 67186). */
export const MAX_CHAIN = 255;

export type DiskFormat = 'flat' | 'vmfsSparse' | 'seSparse' | 'vsanSparse';

/** What a VMDK descriptor says. */
export interface Disk {
  cid: number;
  /** CID that the parent had when this child was made; undefined for a base. */
  parentCid: number | undefined;
  /** parentFileNameHint as a datastore path; undefined for a base. */
  parent: string | undefined;
  capacity: number;
  format: DiskFormat;
  thin: boolean;
  eager: boolean;
  /** File name of the extent, in the descriptor's folder. */
  extent: string;
  uuid: string;
  /** ddb.deletable: becomes false when a disk gets its first child. */
  deletable: boolean;
  contentId: string;
  adapter: 'lsiLogic' | 'busLogic' | 'ide';
}

/** Contents of an extent: bytes that came with the image (named by `seed`, never stored; the first `seedBytes`), and blocks that were written. */
export interface ExtentData {
  seed?: string;
  seedBytes?: number;
  blocks?: Map<number, Uint8Array>;
}

export interface ChainLink {
  /** Canonical datastore path of the descriptor. */
  path: string;
  file: DsFile;
  disk: Disk;
  extentPath: string;
  extent: DsFile;
}

export interface NewDisk {
  capacity: number;
  thin?: boolean;
  eager?: boolean;
  seed?: string;
  /** Bytes already used by the contents that `seed` names. */
  seedBytes?: number;
  /** How many of these the image brought, where others were written; all unless given. */
  imageBytes?: number;
  adapter?: Disk['adapter'];
}

/** One descriptor with its extent; FileNotFound if either is missing. */
export function openLink(storage: Storage, full: string): ChainLink {
  const { datastore, path } = storage.parse(full);
  const file = datastore.mustFile(path);
  if (file.disk === undefined) throw new VimFault('InvalidDiskFormat', `The file ${full} is not a virtual disk`, {});
  const extentPath = join(split(path).dir, file.disk.extent);
  const extent = datastore.file(extentPath);
  if (extent === undefined) throw fileNotFound(datastore.full(extentPath));
  return { path: datastore.full(path), file, disk: file.disk, extentPath: datastore.full(extentPath), extent };
}

/** The whole chain, leaf first, computed from the files; FileNotFound names the first missing one. CIDs are not compared here. */
export function chainOf(storage: Storage, leaf: string): ChainLink[] {
  const chain: ChainLink[] = [];
  const seen = new Set<string>();
  for (let at: string | undefined = leaf; at !== undefined; at = chain.at(-1)?.disk.parent) {
    const link = openLink(storage, at);
    if (seen.has(link.path)) throw new VimFault('InvalidDiskFormat', `The disk ${leaf} is its own ancestor`, {});
    seen.add(link.path);
    chain.push(link);
    if (chain.length > MAX_CHAIN) throw new VimFault('TooManySnapshotLevels', 'The redo chain is too long', { maxLevels: MAX_CHAIN });
  }
  return chain;
}

/** Paths of a chain as far as it can be read, without ever throwing. */
export function chainPaths(storage: Storage, leaf: string): string[] {
  const paths: string[] = [];
  for (let at: string | undefined = leaf; at !== undefined && paths.length <= MAX_CHAIN; ) {
    let file: DsFile | undefined;
    try {
      const { datastore, path } = storage.parse(at);
      paths.push(datastore.full(path));
      file = datastore.accessible ? datastore.file(path) : undefined;
    } catch {
      paths.push(at);
    }
    at = file?.disk?.parent;
  }
  return paths;
}

/** Compares each child's parentCID with its parent's CID; a difference is the fault a power-on shows. */
export function checkCids(chain: readonly ChainLink[]): void {
  for (let i = 0; i + 1 < chain.length; i++) {
    const child = chain[i] as ChainLink;
    if (child.disk.parentCid !== (chain[i + 1] as ChainLink).disk.cid) throw parentModified(child.path);
  }
}

/** Takes the locks a power-on takes: the leaf for writing, all below for reading. All or nothing. */
export function lockChain(chain: readonly ChainLink[], owner: string, writeLeaf: boolean): void {
  for (const [i, link] of chain.entries()) {
    if (!canLock(link.file, owner, i === 0 && writeLeaf)) throw fileLocked(link.path);
  }
  for (const [i, link] of chain.entries()) {
    if (i === 0 && writeLeaf) link.file.writer = owner;
    else (link.file.readers ??= new Set()).add(owner);
  }
}

export function canLock(file: DsFile, owner: string, write: boolean): boolean {
  if (file.writer !== undefined && file.writer !== owner) return false;
  return !write || [...(file.readers ?? [])].every((reader) => reader === owner);
}

export function unlock(file: DsFile, owner: string): void {
  if (file.writer === owner) file.writer = undefined;
  file.readers?.delete(owner);
  if (file.readers?.size === 0) file.readers = undefined;
}

/** The delta format that a datastore gives a new child. */
export function deltaFormat(flavour: Flavour): DiskFormat {
  return flavour === 'vmfs6' ? 'seSparse' : flavour === 'vsan' ? 'vsanSparse' : 'vmfsSparse';
}

function extentName(base: string, format: DiskFormat): string {
  return `${base}-${format === 'seSparse' ? 'sesparse' : format === 'flat' ? 'flat' : format === 'vsanSparse' ? 'vsansparse' : 'delta'}.vmdk`;
}

const baseName = (name: string) => name.replace(/\.vmdk$/, '');

/** A new disk without a parent. Thick disks take their capacity at once. */
export function createBase(storage: Storage, full: string, now: number, random: Random, spec: NewDisk): ChainLink {
  const { datastore, path } = storage.parse(full);
  const { dir, name } = split(path);
  const thin = spec.thin ?? true;
  const extent = extentName(baseName(name), 'flat');
  const bytes = thin ? (spec.seedBytes ?? 0) : spec.capacity;
  const disk: Disk = {
    cid: random.cid(),
    parentCid: undefined,
    parent: undefined,
    capacity: spec.capacity,
    format: 'flat',
    thin,
    eager: spec.eager ?? false,
    extent,
    uuid: diskUuid(random),
    deletable: true,
    contentId: random.hex(32),
    adapter: spec.adapter ?? 'lsiLogic',
  };
  datastore.add(path, { kind: 'vmdk', bytes: DESCRIPTOR_BYTES, size: DESCRIPTOR_BYTES, mtime: now, disk });
  try {
    datastore.add(join(dir, extent), {
      kind: 'extent',
      bytes,
      size: spec.capacity,
      mtime: now,
      data: spec.seed === undefined ? {} : { seed: spec.seed, seedBytes: spec.imageBytes ?? spec.seedBytes ?? 0 },
    });
  } catch (error) {
    datastore.remove(path);
    throw error;
  }
  return openLink(storage, full);
}

const diskUuid = (random: Random) => `6000C29${random.hex(1)}-${random.uuid().slice(9)}`.toUpperCase().replace('6000C29', '6000C29');

/** A free `base-00000N.vmdk` in a folder: redo files of equal base names get different numbers. */
export function freeDeltaName(storage: Storage, folder: string, parentName: string): string {
  const { datastore, path } = storage.parse(folder);
  const base = baseName(parentName).replace(/-\d{6}$/, '');
  for (let n = 1; ; n++) {
    const name = `${base}-${String(n).padStart(6, '0')}.vmdk`;
    if (datastore.file(join(path, name)) === undefined) return name;
  }
}

/** An empty child on an existing disk. The parent is marked not deletable; its own bytes and CID stay as they are. */
export function createChild(storage: Storage, full: string, parent: ChainLink, now: number, random: Random): ChainLink {
  const { datastore, path } = storage.parse(full);
  const { dir, name } = split(path);
  const format = deltaFormat(datastore.flavour);
  const extent = extentName(baseName(name), format);
  const disk: Disk = {
    ...parent.disk,
    parentCid: parent.disk.cid,
    parent: parent.path,
    format,
    thin: true,
    eager: false,
    extent,
    uuid: diskUuid(random),
    deletable: true,
  };
  datastore.add(path, { kind: 'vmdk', bytes: DESCRIPTOR_BYTES, size: DESCRIPTOR_BYTES, mtime: now, disk });
  try {
    datastore.add(join(dir, extent), { kind: 'extent', bytes: EMPTY_DELTA_BYTES, size: EMPTY_DELTA_BYTES, mtime: now, data: {} });
  } catch (error) {
    datastore.remove(path);
    throw error;
  }
  parent.disk.deletable = false;
  return openLink(storage, full);
}

/** Removes descriptor and extent; FileLocked while anyone has either open. */
export function removeDisk(storage: Storage, link: ChainLink): void {
  if (link.file.writer !== undefined || (link.file.readers?.size ?? 0) > 0) throw fileLocked(link.path);
  const descriptor = storage.parse(link.path);
  descriptor.datastore.remove(descriptor.path);
  descriptor.datastore.remove(storage.parse(link.extentPath).path);
}

/** A guest writes one block of a leaf: space is taken and the CID changes, as on the first write after an open. */
export function writeBlock(storage: Storage, leaf: ChainLink, block: number, data: Uint8Array, now: number, random: Random): void {
  if (data.length > GRAIN) throw new RangeError(`a block holds ${GRAIN} bytes`);
  if (block < 0 || block * GRAIN >= leaf.disk.capacity) throw new RangeError('the block lies outside the disk');
  const { datastore, path } = storage.parse(leaf.extentPath);
  const blocks = (leaf.extent.data ??= {}).blocks ?? new Map<number, Uint8Array>();
  if (!blocks.has(block) && (leaf.disk.thin || leaf.disk.parent !== undefined)) {
    datastore.resize(path, leaf.extent, leaf.extent.bytes + GRAIN);
  }
  blocks.set(block, data);
  leaf.extent.data.blocks = blocks;
  leaf.extent.mtime = now;
  touchContent(leaf.disk, random);
}

export function touchContent(disk: Disk, random: Random): void {
  disk.cid = random.cid();
  disk.contentId = random.hex(32);
}

/** What the guest reads at a block: written bytes of the topmost disk that has them, else a name for the image's own bytes. */
export function readBlock(chain: readonly ChainLink[], block: number): Uint8Array | string {
  for (const link of chain) {
    const data = link.extent.data?.blocks?.get(block);
    if (data !== undefined) return data;
  }
  const seed = chain.at(-1)?.extent.data?.seed;
  return seed === undefined ? 'zero' : `${seed}:${block}`;
}

/** All blocks that were written anywhere in a chain, as the leaf shows them. */
export function mergedBlocks(chain: readonly ChainLink[]): Map<number, Uint8Array> {
  const merged = new Map<number, Uint8Array>();
  for (const link of [...chain].reverse()) {
    for (const [block, data] of link.extent.data?.blocks ?? []) merged.set(block, data);
  }
  return merged;
}

/** SHA-256 of what a guest sees through a chain; equal for a chain and a flattened copy of it. */
export function contentHash(chain: readonly ChainLink[]): string {
  const hash = createHash('sha256');
  hash.update(`${chain[0]?.disk.capacity ?? 0}|${chain.at(-1)?.extent.data?.seed ?? ''}`);
  for (const [block, data] of [...mergedBlocks(chain)].sort((a, b) => a[0] - b[0])) hash.update(`|${block}:`).update(data);
  return hash.digest('hex');
}

/** SHA-256 of one disk file itself, its descriptor included: what must not change about a master. */
export function fileHash(link: ChainLink): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([link.disk.cid, link.disk.parentCid ?? null, link.disk.parent ?? null, link.disk.capacity]));
  hash.update(link.extent.data?.seed ?? '');
  for (const [block, data] of [...(link.extent.data?.blocks ?? [])].sort((a, b) => a[0] - b[0])) hash.update(`|${block}:`).update(data);
  return hash.digest('hex');
}

/** Bytes that a flattened thin copy of the chain needs. */
export function flatBytes(chain: readonly ChainLink[]): number {
  const base = chain.at(-1);
  if (base === undefined) return 0;
  const extra = [...mergedBlocks(chain.slice(0, -1)).keys()].filter((b) => base.extent.data?.blocks?.has(b) !== true).length;
  return base.disk.thin ? base.extent.bytes + extra * GRAIN : Math.min(base.disk.capacity, base.extent.bytes);
}

/** Writes a flattened copy of a chain, one full disk without parent. */
export function copyFlat(
  storage: Storage,
  chain: readonly ChainLink[],
  to: string,
  now: number,
  random: Random,
  spec: { thin: boolean; eager?: boolean; adapter?: Disk['adapter'] },
): ChainLink {
  const leaf = chain[0] as ChainLink;
  const { seed, seedBytes: imageBytes = 0 } = chain.at(-1)?.extent.data ?? {};
  const made = createBase(storage, to, now, random, {
    capacity: leaf.disk.capacity,
    thin: spec.thin,
    eager: spec.eager ?? false,
    seedBytes: flatBytes(chain),
    ...(seed === undefined ? {} : { seed, imageBytes }),
    adapter: spec.adapter ?? leaf.disk.adapter,
  });
  const blocks = mergedBlocks(chain);
  if (blocks.size > 0) made.extent.data = { ...made.extent.data, blocks };
  made.disk.contentId = leaf.disk.contentId;
  return made;
}

/** Copies one link as it is, so that its parent becomes shared (moveChildMostDiskBacking). */
export function copyLink(storage: Storage, link: ChainLink, to: string, now: number, random: Random): ChainLink {
  const { datastore, path } = storage.parse(to);
  const { dir, name } = split(path);
  const extent = extentName(baseName(name), link.disk.format);
  const disk: Disk = { ...link.disk, extent, uuid: diskUuid(random), deletable: true };
  datastore.add(path, { kind: 'vmdk', bytes: DESCRIPTOR_BYTES, size: DESCRIPTOR_BYTES, mtime: now, disk });
  const data: ExtentData = { ...link.extent.data };
  if (data.blocks !== undefined) data.blocks = new Map(data.blocks);
  datastore.add(join(dir, extent), { kind: 'extent', bytes: link.extent.bytes, size: link.extent.size, mtime: now, data });
  return openLink(storage, to);
}

/**
 * Merges a child into its parent, as removing a snapshot does: the parent takes the child's blocks (and a new CID if there
 * were any). The child's files stay; the caller removes them once nothing names them.
 */
export function mergeInto(storage: Storage, child: ChainLink, parent: ChainLink, now: number, random: Random): void {
  const blocks = child.extent.data?.blocks;
  if (blocks === undefined || blocks.size === 0) return;
  const target = (parent.extent.data ??= {}).blocks ?? new Map<number, Uint8Array>();
  const added = [...blocks.keys()].filter((block) => !target.has(block)).length;
  const { datastore, path } = storage.parse(parent.extentPath);
  if (parent.disk.thin || parent.disk.parent !== undefined) {
    if (added * GRAIN > datastore.free) throw noDiskSpace(parent.extentPath, datastore.name);
    datastore.resize(path, parent.extent, parent.extent.bytes + added * GRAIN);
  }
  for (const [block, data] of blocks) target.set(block, data);
  parent.extent.data.blocks = target;
  parent.extent.mtime = now;
  touchContent(parent.disk, random);
}

/** The text of a descriptor, for downloads. */
export function descriptorText(storage: Storage, link: ChainLink): string {
  const hex = (cid: number | undefined) => (cid === undefined ? 'ffffffff' : cid.toString(16).padStart(8, '0'));
  const { disk } = link;
  const sameFolder = disk.parent !== undefined && storage.folderOf(disk.parent) === storage.folderOf(link.path);
  const hint =
    disk.parent === undefined
      ? undefined
      : sameFolder
        ? split(storage.parse(disk.parent).path).name
        : `/vmfs/volumes/${storage.parse(disk.parent).datastore.uuid}/${storage.parse(disk.parent).path}`;
  return [
    '# Disk DescriptorFile',
    'version=1',
    'encoding="UTF-8"',
    `CID=${hex(disk.cid)}`,
    `parentCID=${hex(disk.parentCid)}`,
    `createType="${disk.format === 'flat' ? 'vmfs' : disk.format === 'seSparse' ? 'seSparse' : 'vmfsSparse'}"`,
    ...(hint === undefined ? [] : [`parentFileNameHint="${hint}"`]),
    `RW ${disk.capacity / 512} ${disk.format === 'flat' ? 'VMFS' : disk.format === 'seSparse' ? 'SESPARSE' : 'VMFSSPARSE'} "${disk.extent}"`,
    `ddb.adapterType = "${disk.adapter.toLowerCase()}"`,
    ...(disk.deletable ? [] : ['ddb.deletable = "false"']),
    ...(disk.thin && disk.format === 'flat' ? ['ddb.thinProvisioned = "1"'] : []),
    `ddb.uuid = "${disk.uuid}"`,
    `ddb.longContentID = "${disk.contentId}"`,
    '',
  ].join('\n');
}
