import type { Task, Vm } from './entities.ts';
import { fileLocked, invalidPower } from './fault.ts';
import { bump } from './configure.ts';
import { copyTime } from './clone.ts';
import { usersOf } from './disks.ts';
import type { Model } from './model.ts';
import { assertConnected, assertVc } from './register.ts';
import { split } from './storage.ts';
import type { Op } from './tasks.ts';
import { chainOf, chainPaths, copyFlat, flatBytes, mergeInto, openLink, removeDisk } from './vmdk.ts';
import { type DiskDevice, disksOf, namedDisks } from './vm-record.ts';

/**
 * PromoteDisks_Task. With `unlink`, backings that other VMs use too are copied into the VM's own folder; in both forms a
 * backing that is neither shared nor named by a snapshot is merged with its child. Nothing to do is success.
 */
export function promoteDisks(m: Model, vm: Vm, unlink: boolean, keys: readonly number[] | undefined): Task {
  assertVc(m);
  function* work(task: Task): Op {
    assertConnected(vm);
    if (vm.power === 'poweredOn') throw invalidPower('poweredOff', vm.power);
    for (const disk of disksOf(vm.record)) {
      if (keys !== undefined && keys.length > 0 && !keys.includes(disk.key)) continue;
      if (m.options.promoteKeepsChains !== 'always') yield* mergeOwn(m, vm, disk);
      if (unlink) yield* unlinkDisk(m, vm, disk, task);
    }
    bump(m, vm.record);
    m.changed(vm, 'config', 'layoutEx');
    return undefined;
  }
  return m.tasks.start({ method: 'PromoteDisks_Task', entity: vm, exclusive: [vm], cost: () => ({ host: vm.host, hostUnits: 4 }), work });
}

/** Merges the leaf into unshared backings below it, as long as no snapshot names them. */
function* mergeOwn(m: Model, vm: Vm, disk: DiskDevice): Op<void> {
  for (;;) {
    const leaf = openLink(m.storage, disk.path);
    const { parent } = leaf.disk;
    if (parent === undefined || namedDisks(vm.record).has(parent)) return;
    if (usersOf(m, new Set([parent]), vm).length > 0) return;
    const below = openLink(m.storage, parent);
    if (below.file.writer !== undefined || (below.file.readers?.size ?? 0) > 0) throw fileLocked(parent);
    yield m.latency.copy(leaf.extent.bytes);
    mergeInto(m.storage, leaf, below, m.now(), m.random);
    disk.path = below.path;
    removeDisk(m.storage, leaf);
    yield `merge ${leaf.path}`;
  }
}

function* unlinkDisk(m: Model, vm: Vm, disk: DiskDevice, task: Task): Op<void> {
  const chain = chainOf(m.storage, disk.path);
  const shared = chain.findIndex((link) => usersOf(m, new Set([link.path]), vm).length > 0);
  if (shared < 0) return;
  const folder = m.storage.folderOf(vm.record.vmPath);
  const { datastore, path } = m.storage.parse(folder);
  const base = split(m.storage.parse(vm.record.vmPath).path).name.replace(/\.vmx$/, '');
  let name = `${base}.vmdk`;
  for (let n = 1; datastore.file(`${path}/${name}`) !== undefined; n++) name = `${base}_${n}.vmdk`;
  yield* copyTime(m, flatBytes(chain), task);
  if (vm.record.snapshots.length === 0 && m.options.promoteKeepsChains === false) {
    const copy = copyFlat(m.storage, chain, `${folder}/${name}`, m.now(), m.random, { thin: true });
    yield `disk ${copy.path}`;
    const own = chain.slice(0, shared).map((link) => link.path);
    disk.path = copy.path;
    for (const old of own) {
      if (chainPaths(m.storage, disk.path).includes(old)) continue;
      removeDisk(m.storage, openLink(m.storage, old));
      yield `delete ${old}`;
    }
    return;
  }
  // Snapshots stay, and so may the leaf: only the shared part is copied, and the lowest own file is put onto the copy.
  const copy = copyFlat(m.storage, chain.slice(shared), `${folder}/${name}`, m.now(), m.random, { thin: true });
  yield `disk ${copy.path}`;
  const lowest = chain[shared - 1];
  if (lowest === undefined) return;
  lowest.disk.parent = copy.path;
  lowest.disk.parentCid = copy.disk.cid;
  copy.disk.deletable = false;
  yield `relink ${lowest.path}`;
}
