import type { DatastoreObject, Task, Vm } from './entities.ts';
import { copyTime } from './clone.ts';
import { bump } from './configure.ts';
import { renamePaths } from './consolidate.ts';
import { lockOwner, usersOf } from './disks.ts';
import { fileLocked, invalidArgument } from './fault.ts';
import { makeHome, ownFiles } from './home.ts';
import type { Model } from './model.ts';
import { datastoreOf, pickHost } from './place.ts';
import { renewReferences } from './references.ts';
import { DISK_MOVE_TYPES, type RelocateSpec } from './specs.ts';
import { join, split } from './storage.ts';
import type { Op } from './tasks.ts';
import { type ChainLink, chainOf, checkCids, copyFlat, copyLink, flatBytes, lockChain, openLink, removeDisk, unlock } from './vmdk.ts';
import { disksOf, namedDisks, snapshotsOf, type VmRecord } from './vm-record.ts';

/** What happens to one disk file that the VM names. */
interface Move {
  from: string;
  chain: ChainLink[];
  datastore: DatastoreObject;
  /** Only its leaf is copied: what it stands on stays where it is, on the other datastore. */
  leafOnly: boolean;
  thin: boolean;
}

/**
 * What a server refuses before it makes a task: a move type that it does not know, or that is of clones only, and a locator of a disk that the
 * VM has not got, or of one disk twice.
 */
export function checkRelocateSpec(record: VmRecord, spec: RelocateSpec): void {
  for (const type of [spec.diskMoveType, ...(spec.disks ?? []).map((disk) => disk.diskMoveType)]) {
    if (type === undefined) continue;
    if (!(DISK_MOVE_TYPES as readonly string[]).includes(type) || type === 'createNewChildDiskBacking')
      throw invalidArgument('spec.diskMoveType');
  }
  const keys = new Set(disksOf(record).map((disk) => disk.key));
  for (const { diskId } of spec.disks ?? []) if (!keys.delete(diskId)) throw invalidArgument('spec.disk.diskId');
}

/** Datastores that something of the VM would be copied to; none where all of it lies where it is to be. */
export function targetsOf(m: Model, vm: Vm, spec: RelocateSpec): DatastoreObject[] {
  const home = datastoreOf(m, vm.record.vmPath);
  const moved = planMoves(m, vm, spec, false).map((move) => move.datastore);
  return [...new Set([...(spec.datastore === undefined || spec.datastore === home ? [] : [spec.datastore]), ...moved])];
}

/** A locator's datastore and move type count for its disk, and "full copy" where it has no type. A disk that lies there already stays. */
function planMoves(m: Model, vm: Vm, spec: RelocateSpec, open: boolean): Move[] {
  const { record } = vm;
  const keys = new Map<string, number>();
  for (const hardware of [record, ...[...snapshotsOf(record)].map((node) => node.hardware)]) {
    for (const disk of disksOf(hardware)) keys.set(disk.path, disk.key);
  }
  return [...namedDisks(record)].flatMap((from) => {
    const locator = spec.disks?.find((disk) => disk.diskId === keys.get(from));
    const datastore = locator?.datastore ?? spec.datastore;
    if (datastore === undefined || datastore === datastoreOf(m, from)) return [];
    const chain = open ? chainOf(m.storage, from) : [];
    const type = locator === undefined ? spec.diskMoveType : locator.diskMoveType;
    const asIs = spec.transform === undefined ? (chain.at(-1)?.disk.thin ?? true) : spec.transform === 'sparse';
    const leafOnly = type === 'moveChildMostDiskBacking' && chain.length > 1;
    return [{ from, chain, datastore, leafOnly, thin: locator?.thin ?? asIs }];
  });
}

/**
 * Storage vMotion or cold migration. A VM's own chain moves as one flattened disk: a linked clone becomes a full copy, and a golden VM's base
 * gets a new path while its clones keep the old one (`relocateKeepsChains`: each disk of the chain is copied). With `moveChildMostDiskBacking` the leaf alone moves, and its parents stay. A task that
 * fails leaves what it has copied.
 */
export function* moveStorage(m: Model, vm: Vm, spec: RelocateSpec, task: Task): Op<void> {
  const { record } = vm;
  const home = datastoreOf(m, record.vmPath);
  const target = spec.datastore ?? home;
  const host = spec.host ?? vm.host;
  pickHost(m, host.compute.pool, host, targetsOf(m, vm, spec));
  const moves = planMoves(m, vm, spec, true);
  const owner = lockOwner(m, vm);
  for (const { chain } of moves) {
    const { writer } = (chain[0] as ChainLink).file;
    if (writer !== undefined && writer !== owner) throw fileLocked((chain[0] as ChainLink).path);
  }
  const base = split(m.storage.parse(record.vmPath).path).name.replace(/\.vmx$/, '');
  const dirs = new Map<DatastoreObject, string>();
  const dirOn = (datastore: DatastoreObject): string => {
    const known = dirs.get(datastore);
    if (known !== undefined) return known;
    const stays = datastore === home && target === home;
    const dir = stays ? split(m.storage.parse(record.vmPath).path).dir : makeHome(m, datastore.store, record.name);
    dirs.set(datastore, dir);
    return dir;
  };
  if (target !== home) yield `mkdir ${target.store.full(dirOn(target))}`;
  for (const move of moves) dirOn(move.datastore);
  const copies: { from: string; to: string }[] = [];
  for (const [index, move] of moves.entries()) {
    const to = freePath(move.datastore, dirOn(move.datastore), base, index);
    yield* copyTime(m, move.leafOnly ? (move.chain[0] as ChainLink).extent.bytes : flatBytes(move.chain), task);
    const copy = copyOf(m, vm, move, to);
    copies.push({ from: move.from, to: copy.path });
    yield `disk ${copy.path}`;
  }
  const oldPath = record.vmPath;
  if (target !== home) moveConfig(m, vm, target, dirOn(target), base);
  reopen(m, vm, owner, copies);
  for (const { from } of copies) {
    if (usersOf(m, new Set([from]), vm).length > 0 || m.storage.file(from)?.disk === undefined) continue;
    removeDisk(m.storage, openLink(m.storage, from));
    yield `delete ${from}`;
  }
  for (const path of new Set([oldPath, ...copies.map(({ from }) => from)])) {
    const old = m.storage.parse(path);
    old.datastore.removeEmptyDir(split(old.path).dir);
  }
  bump(m, record);
  renewReferences(m, vm);
  m.changed(vm, 'config', 'summary.config', 'datastore', 'layoutEx');
}

function copyOf(m: Model, vm: Vm, { leafOnly, chain, thin }: Move, to: string): ChainLink {
  if (leafOnly) return copyLink(m.storage, chain[0] as ChainLink, to, m.now(), m.random);
  if (!m.options.relocateKeepsChains || vm.record.snapshots.length > 0) return copyFlat(m.storage, chain, to, m.now(), m.random, { thin });
  let below: ChainLink | undefined;
  for (const [height, link] of chain.toReversed().entries()) {
    const path = height === chain.length - 1 ? to : to.replace(/\.vmdk$/, `-parent${height}.vmdk`);
    const made: ChainLink =
      below === undefined
        ? copyFlat(m.storage, [link], path, m.now(), m.random, { thin })
        : copyLink(m.storage, link, path, m.now(), m.random);
    if (below !== undefined) {
      made.disk.parent = below.path;
      made.disk.parentCid = below.disk.cid;
      below.disk.deletable = false;
    }
    below = made;
  }
  return below as ChainLink;
}

function freePath(datastore: DatastoreObject, dir: string, base: string, index: number): string {
  let name = `${base}${index === 0 ? '' : `_${index}`}.vmdk`;
  for (let n = index + 1; datastore.store.file(join(dir, name)) !== undefined; n++) name = `${base}_${n}.vmdk`;
  return datastore.store.full(join(dir, name));
}

/** Points the VM at the copies; one that runs opens these in place of the former. */
function reopen(m: Model, vm: Vm, owner: string, copies: readonly { from: string; to: string }[]): void {
  const { record } = vm;
  for (const path of vm.open) {
    const file = m.storage.file(path);
    if (file !== undefined) unlock(file, owner);
  }
  vm.open = [];
  for (const { from, to } of copies) renamePaths(record, from, to);
  if (vm.power !== 'poweredOn') return;
  for (const disk of disksOf(record)) {
    const chain = chainOf(m.storage, disk.path);
    checkCids(chain);
    lockChain(chain, owner, true);
    vm.open.push(...chain.map((link) => link.path));
  }
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
