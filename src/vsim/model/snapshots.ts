import type { Snapshot, Task, Vm } from './entities.ts';
import { invalidPower, VimFault } from './fault.ts';
import { consolidateFiles, setNeeds } from './consolidate.ts';
import { closeDisks, lockOwner, openDisks } from './disks.ts';
import type { Model } from './model.ts';
import { assertConnected, assertNotTemplate, enrollSnapshot } from './register.ts';
import { join, split } from './storage.ts';
import type { Op } from './tasks.ts';
import { bump } from './configure.ts';
import { account } from './place.ts';
import { assertNotFrozen } from './freeze.ts';
import { stop } from './power.ts';
import { createChild, freeDeltaName, openLink, removeDisk, unlock } from './vmdk.ts';
import { copyDevices, depthOf, type DiskDevice, disksOf, namedDisks, type SnapNode } from './vm-record.ts';

/** Deepest snapshot tree that a VM may have. */
export const MAX_SNAPSHOT_DEPTH = 32;

/**
 * Where the next redo file of a disk goes: since 5.0 beside the disk it stands on, unless `snapshot.redoNotWithParent` says
 * that it belongs into the VM's working directory.
 */
export function redoFolder(m: Model, vm: Vm, disk: DiskDevice): string {
  const apart = /^true$/i.test(vm.record.extraConfig.get('snapshot.redoNotWithParent') ?? '');
  const old = Number.parseFloat(m.options.apiVersion) < 5;
  if (!apart && !old) return m.storage.folderOf(disk.path);
  const dir = vm.record.workingDir;
  if (dir === undefined || dir === '.' || !dir.startsWith('[')) return m.storage.folderOf(vm.record.vmPath);
  return m.storage.canonical(dir.endsWith('/') ? dir.slice(0, -1) : dir);
}

/** CreateSnapshot_Task. */
export function createSnapshot(m: Model, vm: Vm, spec: { name: string; description?: string; memory?: boolean; quiesce?: boolean }): Task {
  assertNotTemplate(vm);
  function* work(): Op {
    assertConnected(vm);
    assertNotFrozen(vm);
    const { record } = vm;
    if (depthOf(record.current) >= MAX_SNAPSHOT_DEPTH) {
      throw new VimFault('TooManySnapshotLevels', `The snapshot tree is too deep.`, { maxLevels: MAX_SNAPSHOT_DEPTH });
    }
    if (spec.quiesce === true && vm.power === 'poweredOn' && vm.guest?.toolsRunning !== true) {
      throw new VimFault('ToolsUnavailable', 'Cannot complete operation because VMware Tools is not running in this virtual machine.');
    }
    yield m.latency.about(spec.memory === true ? 8000 : 900);
    const frozen = {
      numCPUs: record.numCPUs,
      coresPerSocket: record.coresPerSocket,
      memoryMB: record.memoryMB,
      devices: copyDevices(record.devices),
    };
    const node: SnapNode = {
      ref: m.isVc ? m.ref('snapshot') : `${vm.id}-snapshot-${record.nextSnapshot}`,
      number: record.nextSnapshot++,
      name: spec.name,
      description: spec.description ?? '',
      createTime: m.now(),
      quiesced: spec.quiesce ?? false,
      memory: (spec.memory ?? false) && vm.power === 'poweredOn',
      state: spec.memory === true ? vm.power : 'poweredOff',
      hardware: frozen,
      children: [],
      parent: record.current,
    };
    yield* pushRedo(m, vm);
    stateFile(m, vm, node);
    if (record.current === undefined) record.snapshots.push(node);
    else record.current.children.push(node);
    record.current = node;
    bump(m, record);
    const snapshot = enrollSnapshot(m, vm, node.ref, node);
    yield `snapshot ${node.ref}`;
    m.changed(vm, 'snapshot', 'rootSnapshot', 'config', 'layoutEx');
    if (m.options.lockedFirstClones > 0) m.lockedClones.set(vm.id, m.options.lockedFirstClones);
    return snapshot;
  }
  return m.tasks.start({ method: 'CreateSnapshot_Task', entity: vm, exclusive: [vm], work });
}

/** Gives every disk that can be snapshotted a new empty leaf. */
function* pushRedo(m: Model, vm: Vm): Generator<string, void, void> {
  const owner = lockOwner(m, vm);
  for (const disk of disksOf(vm.record)) {
    if (disk.mode.startsWith('independent')) continue;
    const parent = openLink(m.storage, disk.path);
    const folder = redoFolder(m, vm, disk);
    const { datastore, path } = m.storage.parse(folder);
    datastore.mkdir(path, true);
    const name = freeDeltaName(m.storage, folder, split(m.storage.parse(parent.path).path).name);
    const child = createChild(m.storage, datastore.full(join(path, name)), parent, m.now(), m.random);
    disk.path = child.path;
    if (vm.power === 'poweredOn') {
      unlock(parent.file, owner);
      (parent.file.readers ??= new Set()).add(owner);
      child.file.writer = owner;
      vm.open.push(child.path);
    }
    yield `redo ${child.path}`;
  }
}

function stateFile(m: Model, vm: Vm, node: SnapNode): void {
  const { datastore, path } = m.storage.parse(vm.record.vmPath);
  const { dir, name } = split(path);
  const base = name.replace(/\.vmx$/, '');
  const bytes = node.memory ? vm.record.memoryMB * 2 ** 20 : 32 * 1024;
  const at = join(dir, `${base}-Snapshot${node.number}.vmsn`);
  if (datastore.file(at) === undefined) datastore.add(at, { kind: 'vmsn', bytes, size: bytes, mtime: m.now() });
}

function dropStateFile(m: Model, vm: Vm, node: SnapNode): void {
  const { datastore, path } = m.storage.parse(vm.record.vmPath);
  const { dir, name } = split(path);
  const at = join(dir, `${name.replace(/\.vmx$/, '')}-Snapshot${node.number}.vmsn`);
  if (datastore.file(at) !== undefined) datastore.remove(at);
}

/** RevertToSnapshot_Task and RevertToCurrentSnapshot_Task: drops the current leaves and starts empty ones over the frozen disks. */
export function revertTo(m: Model, vm: Vm, node: SnapNode | undefined, method: string): Task {
  function* work(): Op {
    assertConnected(vm);
    if (node === undefined) throw new VimFault('NotFound', 'The virtual machine has no current snapshot.');
    const { record } = vm;
    // as a power-off does: the swap file goes and nothing is held open any more
    if (vm.power === 'poweredOn') stop(m, vm, 'poweredOff');
    closeDisks(m, vm);
    yield m.latency.about(1500);
    const old = disksOf(record).map((d) => d.path);
    record.numCPUs = node.hardware.numCPUs;
    record.coresPerSocket = node.hardware.coresPerSocket;
    record.memoryMB = node.hardware.memoryMB;
    vm.power = 'poweredOff';
    record.devices = copyDevices(node.hardware.devices);
    yield* pushRedo(m, vm);
    record.current = node;
    for (const path of old) {
      if (namedDisks(record).has(path) || standsUnder(m, vm, path)) continue;
      const file = m.storage.file(path);
      if (file?.disk?.parent === undefined) continue;
      removeDisk(m.storage, openLink(m.storage, path));
      yield `delete ${path}`;
    }
    if (node.state === 'poweredOn') {
      openDisks(m, vm);
      vm.power = 'poweredOn';
      account(vm, 1);
    }
    vm.guest = undefined;
    vm.bootNumber++;
    bump(m, record);
    m.changed(vm, 'snapshot', 'config', 'runtime', 'guest', 'guestHeartbeatStatus', 'layoutEx');
    return undefined;
  }
  return m.tasks.start({ method, entity: vm, exclusive: [vm], work });
}

/** Whether one of the VM's disks stands on a file. */
function standsUnder(m: Model, vm: Vm, path: string): boolean {
  for (const named of namedDisks(vm.record)) {
    for (let at: string | undefined = named; at !== undefined; at = m.storage.file(at)?.disk?.parent) if (at === path) return true;
  }
  return false;
}

/** RemoveSnapshot_Task. The merge goes into whatever the snapshot froze, a shared master included. */
export function removeSnapshot(m: Model, snapshot: Snapshot, removeChildren: boolean, consolidate: boolean): Task {
  const { vm } = snapshot;
  function* work(): Op {
    assertConnected(vm);
    const removed = removeChildren ? [...subtree(snapshot.node)] : [snapshot.node];
    yield m.latency.about(1200);
    yield* takeOut(m, vm, removed, consolidate);
    return undefined;
  }
  return m.tasks.start({ method: 'RemoveSnapshot_Task', entity: vm, exclusive: [vm], work });
}

/** RemoveAllSnapshots_Task. */
export function removeAllSnapshots(m: Model, vm: Vm, consolidate: boolean): Task {
  function* work(): Op {
    assertConnected(vm);
    if (vm.power === 'suspended') throw invalidPower('poweredOff', vm.power);
    yield m.latency.about(1500);
    yield* takeOut(
      m,
      vm,
      vm.record.snapshots.flatMap((root) => [...subtree(root)]),
      consolidate,
    );
    return undefined;
  }
  return m.tasks.start({ method: 'RemoveAllSnapshots_Task', entity: vm, exclusive: [vm], work });
}

function* subtree(node: SnapNode): Generator<SnapNode> {
  yield node;
  for (const child of node.children) yield* subtree(child);
}

function* takeOut(m: Model, vm: Vm, nodes: readonly SnapNode[], consolidate: boolean): Generator<string, void, void> {
  const { record } = vm;
  const gone = new Set(nodes);
  const files = nodes.flatMap((node) => disksOf(node.hardware).map((d) => d.path));
  for (const node of nodes) {
    const siblings = node.parent?.children ?? record.snapshots;
    const kept = node.children.filter((child) => !gone.has(child));
    for (const child of kept) child.parent = node.parent;
    const at = siblings.indexOf(node);
    if (at >= 0) siblings.splice(at, 1, ...kept);
    dropStateFile(m, vm, node);
    const object = m.objects.get(node.ref);
    if (object !== undefined) m.remove(object);
  }
  while (record.current !== undefined && gone.has(record.current)) record.current = record.current.parent;
  bump(m, record);
  m.changed(vm, 'snapshot', 'config', 'layoutEx');
  yield `vmsd ${record.vmPath}`;
  record.redundant = [...new Set([...record.redundant, ...files])];
  if (consolidate) yield* consolidateFiles(m, vm);
  setNeeds(m, vm);
}

export function renameSnapshot(m: Model, snapshot: Snapshot, name: string | undefined, description: string | undefined): void {
  snapshot.node.name = name ?? snapshot.node.name;
  snapshot.name = snapshot.node.name;
  snapshot.node.description = description ?? snapshot.node.description;
  m.changed(snapshot.vm, 'snapshot');
}
