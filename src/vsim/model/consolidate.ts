import type { DatastoreObject, Task, Vm } from './entities.ts';
import { fileLocked } from './fault.ts';
import { lockOwner, usersOf } from './disks.ts';
import type { Model } from './model.ts';
import { assertConnected } from './register.ts';
import type { Op } from './tasks.ts';
import { bump } from './configure.ts';
import { canLock, chainPaths, mergeInto, openLink, removeDisk, unlock } from './vmdk.ts';
import { disksOf, namedDisks, snapshotsOf, type VmRecord } from './vm-record.ts';

/**
 * Merges away the disk files that no snapshot needs any more. A file with exactly one child in this VM takes that child's
 * blocks (so its CID changes, whoever else stands on it); one that nothing stands on is deleted; one that is locked stays
 * and the VM then needs consolidation.
 */
export function* consolidateFiles(m: Model, vm: Vm): Generator<string, void, void> {
  const { record } = vm;
  // From the leaves downwards, so that a file that was merged away is not looked at again.
  const pending = byDepth(m, record.redundant);
  const left: string[] = [];
  for (const path of pending) {
    if (m.storage.file(path)?.disk === undefined) continue;
    const named = namedDisks(record);
    if (named.has(path)) continue;
    const children = childrenIn(m, named, path);
    if (children.length === 0) {
      yield* dropUnused(m, vm, path, left);
    } else if (children.length === 1) {
      yield* mergeChild(m, vm, children[0] as string, path, left);
    }
    // More than one child in the VM's own tree: the file is still a fork and stays.
  }
  record.redundant = left;
}

function byDepth(m: Model, paths: readonly string[]): string[] {
  return [...paths].sort((a, b) => chainPaths(m.storage, b).length - chainPaths(m.storage, a).length);
}

/** Files of the VM's own trees that stand directly on a file. */
function childrenIn(m: Model, named: ReadonlySet<string>, path: string): string[] {
  const children = new Set<string>();
  for (const leaf of named) {
    const chain = chainPaths(m.storage, leaf);
    const at = chain.indexOf(path);
    if (at > 0) children.add(chain[at - 1] as string);
  }
  return [...children];
}

function* dropUnused(m: Model, vm: Vm, path: string, left: string[]): Generator<string, void, void> {
  const link = openLink(m.storage, path);
  // A snapshot that nothing follows: its delta goes; a base, or what other VMs stand on, is not the VM's to delete here.
  if (link.disk.parent === undefined || usersOf(m, new Set([path]), vm).length > 0) return;
  if (!canLock(link.file, lockOwner(m, vm), true)) {
    left.push(path);
    return;
  }
  removeDisk(m.storage, link);
  yield `delete ${path}`;
}

function* mergeChild(m: Model, vm: Vm, childPath: string, path: string, left: string[]): Generator<string, void, void> {
  const child = openLink(m.storage, childPath);
  const parent = openLink(m.storage, path);
  const owner = lockOwner(m, vm);
  if (m.isVc && m.options.vcRefusesSharedMerge && usersOf(m, new Set([path]), vm).length > 0) return;
  if (m.isVc && usersOf(m, new Set([childPath]), vm).length > 0) return;
  if (!canLock(parent.file, owner, true) || !canLock(child.file, owner, true)) {
    left.push(path);
    return;
  }
  try {
    mergeInto(m.storage, child, parent, m.now(), m.random);
  } catch (error) {
    left.push(path);
    vm.record.redundant = [...new Set([...left, ...vm.record.redundant])];
    setNeeds(m, vm);
    throw error;
  }
  yield `merge ${childPath} into ${path}`;
  retarget(m, vm, childPath, path);
  const heldForWriting = child.file.writer === owner;
  unlock(child.file, owner);
  if (heldForWriting) {
    unlock(parent.file, owner);
    parent.file.writer = owner;
  }
  vm.open = vm.open.filter((opened) => opened !== childPath);
  removeDisk(m.storage, child);
  yield `delete ${childPath}`;
}

/** Everything of the VM that named or stood on `from` does so on `to`. */
function retarget(m: Model, vm: Vm, from: string, to: string): void {
  const { record } = vm;
  const cid = openLink(m.storage, to).disk.cid;
  for (const named of namedDisks(record)) {
    for (const path of chainPaths(m.storage, named)) {
      const disk = m.storage.file(path)?.disk;
      if (disk?.parent !== from) continue;
      disk.parent = to;
      disk.parentCid = cid;
    }
  }
  renamePaths(record, from, to);
  m.changed(vm, 'config.hardware.device', 'layoutEx');
}

export function renamePaths(record: VmRecord, from: string, to: string): void {
  for (const disk of disksOf(record)) if (disk.path === from) disk.path = to;
  for (const node of snapshotsOf(record)) for (const disk of disksOf(node.hardware)) if (disk.path === from) disk.path = to;
}

export function setNeeds(m: Model, vm: Vm): void {
  const needs = vm.record.redundant.length > 0;
  if (needs === vm.needsConsolidation) return;
  vm.needsConsolidation = needs;
  m.changed(vm, 'runtime.consolidationNeeded', 'summary.runtime.consolidationNeeded');
}

/** ConsolidateVMDisks_Task. */
export function consolidateVm(m: Model, vm: Vm): Task {
  function* work(): Op {
    assertConnected(vm);
    yield m.latency.about(2000);
    yield* consolidateFiles(m, vm);
    bump(m, vm.record);
    setNeeds(m, vm);
    const stuck = vm.record.redundant[0];
    if (stuck !== undefined) throw fileLocked(stuck);
    return undefined;
  }
  return m.tasks.start({ method: 'ConsolidateVMDisks_Task', entity: vm, exclusive: [vm], work });
}

/** Bytes that a datastore must have free for a merge. */
export interface SpaceNeeded {
  datastore: DatastoreObject;
  bytes: number;
}

/** EstimateStorageForConsolidateSnapshots_Task: at most what the files take that would be merged, by the datastore that grows. */
export function estimateConsolidation(m: Model, vm: Vm): Task {
  function* work(): Op {
    assertConnected(vm);
    yield m.latency.about(500);
    return { kind: 'spaceNeeded', needed: spaceNeeded(m, vm) };
  }
  return m.tasks.start({ method: 'EstimateStorageForConsolidateSnapshots_Task', entity: vm, shared: [vm], work });
}

function spaceNeeded(m: Model, vm: Vm): SpaceNeeded[] {
  const named = namedDisks(vm.record);
  const needed = new Map<DatastoreObject, number>();
  for (const path of vm.record.redundant) {
    const children = m.storage.file(path)?.disk === undefined || named.has(path) ? [] : childrenIn(m, named, path);
    const datastore = m.datastores.find((d) => d.store === m.storage.parse(path).datastore);
    if (children.length !== 1 || datastore === undefined) continue;
    const { file } = openLink(m.storage, children[0] as string);
    needed.set(datastore, (needed.get(datastore) ?? 0) + file.bytes);
  }
  return [...needed].map(([datastore, bytes]) => ({ datastore, bytes }));
}
