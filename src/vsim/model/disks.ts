import type { Vm } from './entities.ts';
import { fileLocked } from './fault.ts';
import type { Model } from './model.ts';
import { isOpen } from './storage.ts';
import { chainOf, chainPaths, checkCids, createChild, freeDeltaName, lockChain, openLink, removeDisk, unlock } from './vmdk.ts';
import { type DiskDevice, disksOf, namedDisks } from './vm-record.ts';

/** Name under which a VM holds locks; unique over all endpoints that share storage. */
export function lockOwner(m: Model, vm: Vm): string {
  return `${m.instanceUuid}/${vm.id}`;
}

/**
 * Opens all disks as power-on does: FileNotFound, "parent modified" (CIDs) or FileLocked, and then nothing is held.
 * Nonpersistent disks get a redo file that power-off drops.
 */
export function openDisks(m: Model, vm: Vm): void {
  const owner = lockOwner(m, vm);
  try {
    for (const disk of disksOf(vm.record)) openDisk(m, vm, disk, owner);
  } catch (error) {
    closeDisks(m, vm);
    throw error;
  }
}

export function openDisk(m: Model, vm: Vm, disk: DiskDevice, owner: string): void {
  const chain = chainOf(m.storage, disk.path);
  checkCids(chain);
  const nonpersistent = disk.mode.endsWith('nonpersistent');
  lockChain(chain, owner, !nonpersistent);
  vm.open.push(...chain.map((link) => link.path));
  if (!nonpersistent) return;
  const folder = m.storage.folderOf(vm.record.vmPath);
  const top = chain[0];
  if (top === undefined) return;
  const name = freeDeltaName(m.storage, folder, `${vm.record.name}-REDO.vmdk`);
  const redo = createChild(m.storage, `${folder}/${name}`, top, m.now(), m.random);
  redo.file.writer = owner;
  vm.open.push(redo.path);
  (vm.nonpersistent ??= new Map()).set(disk.key, redo.path);
}

export function closeDisks(m: Model, vm: Vm): void {
  const owner = lockOwner(m, vm);
  for (const path of vm.open) {
    const file = m.storage.file(path);
    if (file !== undefined) unlock(file, owner);
  }
  vm.open = [];
  for (const path of vm.nonpersistent?.values() ?? []) removeDisk(m.storage, openLink(m.storage, path));
  vm.nonpersistent = undefined;
}

/** The file that the guest's writes go to. */
export function writablePath(vm: Vm, disk: DiskDevice): string {
  return vm.nonpersistent?.get(disk.key) ?? disk.path;
}

/** Other VMs of this inventory that name, or stand on, one of the paths. */
export function usersOf(m: Model, paths: ReadonlySet<string>, except: Vm | undefined): Vm[] {
  const users: Vm[] = [];
  for (const vm of m.vms.values()) if (vm !== except && standsOn(m, vm, paths)) users.push(vm);
  return users;
}

function standsOn(m: Model, vm: Vm, paths: ReadonlySet<string>): boolean {
  for (const leaf of namedDisks(vm.record)) {
    for (const path of chainPaths(m.storage, leaf)) if (paths.has(path)) return true;
  }
  return false;
}

/** All disk files that VMs of this inventory refer to, directly or as parents. */
export function referenced(m: Model, except: Vm | undefined): Set<string> {
  const all = new Set<string>();
  for (const vm of m.vms.values()) {
    if (vm === except) continue;
    for (const leaf of namedDisks(vm.record)) {
      for (const path of chainPaths(m.storage, leaf)) {
        if (all.has(path) && path !== leaf) break;
        all.add(path);
      }
    }
  }
  return all;
}

/**
 * The files that destroying these disks deletes, children before parents, under the endpoint's destroy semantics.
 * `named` are the VM's own disks: leaves, and what its snapshots froze.
 */
export function doomedDisks(m: Model, vm: Vm, leaves: Iterable<string>): string[] {
  const doomed = new Set<string>();
  const semantics = m.options.destroySemantics;
  const own = namedDisks(vm.record);
  const others = semantics === 'unreferenced' ? referenced(m, vm) : undefined;
  for (const leaf of leaves) {
    const canonicalLeaf = m.storage.canonical(leaf);
    for (const path of chainPaths(m.storage, leaf)) {
      const mine = path === canonicalLeaf || own.has(path);
      if (semantics === 'leaf' && !mine) continue;
      if (others?.has(path) === true) break;
      doomed.add(path);
    }
  }
  return [...doomed];
}

/** Deletes disks and, for each, yields once. FileLocked before anything is gone if somebody has one open. */
export function* deleteDisks(m: Model, paths: readonly string[]): Generator<string, void, void> {
  for (const path of paths) {
    const file = m.storage.file(path);
    if (file !== undefined && isOpen(file)) throw fileLocked(path);
  }
  for (const path of paths) {
    if (m.storage.file(path)?.disk === undefined) continue;
    removeDisk(m.storage, openLink(m.storage, path));
    yield `delete ${path}`;
  }
}
