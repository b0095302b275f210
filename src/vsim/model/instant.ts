import type { Folder, ResourcePool, Task, Vm } from './entities.ts';
import { fileLocked, VimFault } from './fault.ts';
import { assertRunning } from './clone.ts';
import { newRecord } from './configure.ts';
import { changeDevices } from './devices.ts';
import { lockOwner, openDisks } from './disks.ts';
import { bootGuest } from './guest.ts';
import { makeHome, writeVmFiles } from './home.ts';
import type { Model } from './model.ts';
import { assertFree, checkName, unescapeName } from './naming.ts';
import { account, datastoreOf } from './place.ts';
import { assertConnected, assertVc, enroll } from './register.ts';
import type { DeviceChange } from './specs.ts';
import { join, split } from './storage.ts';
import type { Op } from './tasks.ts';
import { chainOf, createChild, freeDeltaName, MAX_CHAIN, openLink, unlock } from './vmdk.ts';
import { copyDevices, disksOf } from './vm-record.ts';

export interface InstantCloneSpec {
  name: string;
  folder: Folder | undefined;
  pool: ResourcePool | undefined;
  deviceChange: readonly DeviceChange[];
  config: readonly { key: string; value: string }[];
  biosUuid: string | undefined;
}

/**
 * InstantClone_Task: the clone starts powered on, on the same host, sharing the source's disks. A running source gets one
 * more delta of its own with each clone; a frozen one does not, all its clones stand on the same files.
 */
export function instantClone(m: Model, source: Vm, spec: InstantCloneSpec): Task {
  assertVc(m);
  const name = unescapeName(spec.name);
  checkName(name);
  const folder = spec.folder ?? source.parent;
  function* work(): Op {
    assertConnected(source);
    assertRunning(source);
    assertFree(folder, name);
    if (source.record.devices.some((d) => d.kind === 'other' && /Passthrough/.test(d.model))) {
      throw new VimFault('DisallowedMigrationDeviceAttached', 'A device does not allow this operation.');
    }
    yield m.latency.about(600);
    const home = datastoreOf(m, source.record.vmPath);
    const dir = makeHome(m, home.store, name);
    yield `mkdir ${home.store.full(dir)}`;
    if (!source.frozen) yield* splitSource(m, source);
    const record = newRecord(m, name, home.store.full(`${dir}/${name.replaceAll(/[/\\%]/g, '-')}.vmx`));
    const from = source.record;
    Object.assign(record, { guestId: from.guestId, version: from.version, firmware: from.firmware, numCPUs: from.numCPUs });
    Object.assign(record, { coresPerSocket: from.coresPerSocket, memoryMB: from.memoryMB, devices: copyDevices(from.devices) });
    record.uuid = spec.biosUuid ?? record.uuid;
    record.extraConfig = new Map([...from.extraConfig, ...spec.config.map(({ key, value }) => [key, value] as const)]);
    for (const [index, disk] of disksOf(record).entries()) {
      const parent = frozenParent(m, source, disk.path);
      const made = createChild(
        m.storage,
        home.store.full(`${dir}/${name.replaceAll(/[/\\%]/g, '-')}${index === 0 ? '' : `_${index}`}-000001.vmdk`),
        openLink(m.storage, parent),
        m.now(),
        m.random,
      );
      disk.path = made.path;
      yield `disk ${made.path}`;
    }
    yield* changeDevices(m, record, undefined, spec.deviceChange);
    yield* writeVmFiles(m, record);
    const vm = enroll(m, record, folder, spec.pool ?? source.pool, source.host);
    openDisks(m, vm);
    vm.power = 'poweredOn';
    vm.bootTime = m.now();
    account(vm, 1);
    yield `register ${vm.id}`;
    m.changed(vm, 'runtime', 'summary.runtime');
    m.event('VmInstantClonedEvent', `Instant-cloned ${source.name} to ${name}`, vm);
    bootGuest(m, vm, 1000);
    return vm;
  }
  return m.tasks.start({
    method: 'InstantClone_Task',
    entity: source,
    ...(source.frozen ? { shared: [source] } : { exclusive: [source] }),
    cost: () => ({ host: source.host, hostUnits: 1 }),
    work,
  });
}

/** The guest called `instantclone.freeze`: the source stops, and what it has written so far is what all clones share. */
export function freeze(m: Model, vm: Vm): void {
  assertRunning(vm);
  vm.frozen = true;
  const owner = lockOwner(m, vm);
  for (const disk of disksOf(vm.record)) {
    const file = m.storage.mustFile(disk.path);
    unlock(file, owner);
    (file.readers ??= new Set()).add(owner);
  }
  m.changed(vm, 'runtime.instantCloneFrozen', 'summary.runtime.instantCloneFrozen');
}

/** What clones stand on: the frozen source's leaf, or the file below the running source's fresh delta. */
function frozenParent(m: Model, source: Vm, leaf: string): string {
  if (source.frozen) return leaf;
  return m.storage.mustFile(leaf).disk?.parent ?? leaf;
}

function* splitSource(m: Model, source: Vm): Generator<string, void, void> {
  const owner = lockOwner(m, source);
  for (const disk of disksOf(source.record)) {
    const chain = chainOf(m.storage, disk.path);
    if (chain.length >= MAX_CHAIN) throw new VimFault('TooManySnapshotLevels', 'The redo chain is too long', { maxLevels: MAX_CHAIN });
    const leaf = chain[0];
    if (leaf === undefined) continue;
    if (leaf.file.writer !== owner) throw fileLocked(leaf.path);
    const folder = m.storage.folderOf(source.record.vmPath);
    const { datastore, path } = m.storage.parse(folder);
    const name = freeDeltaName(m.storage, folder, split(m.storage.parse(leaf.path).path).name);
    const child = createChild(m.storage, datastore.full(join(path, name)), leaf, m.now(), m.random);
    unlock(leaf.file, owner);
    (leaf.file.readers ??= new Set()).add(owner);
    child.file.writer = owner;
    source.open.push(child.path);
    disk.path = child.path;
    m.changed(source, 'config.hardware.device', 'layoutEx');
    yield `redo ${child.path}`;
  }
}
