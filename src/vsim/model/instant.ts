import type { DatastoreObject, Folder, ResourcePool, Task, Vm } from './entities.ts';
import { fileLocked, invalidArgument, VimFault } from './fault.ts';
import { assertRunning } from './clone.ts';
import { newRecord } from './configure.ts';
import { changeDevices } from './devices.ts';
import { lockOwner, openDisks } from './disks.ts';
import { resumeGuest } from './guest.ts';
import { makeHome, writeVmFiles } from './home.ts';
import type { Model } from './model.ts';
import { assertFree, checkName, unescapeName } from './naming.ts';
import { account, assertRoom, assertUsableHost, datastoreOf, memoryOf } from './place.ts';
import { swapFile } from './power.ts';
import { assertConnected, assertVc, enroll } from './register.ts';
import type { DeviceChange } from './specs.ts';
import { join, split } from './storage.ts';
import type { Op } from './tasks.ts';
import { chainOf, createChild, freeDeltaName, MAX_CHAIN, openLink, unlock } from './vmdk.ts';
import { copyDevices, disksOf, nicsOf, type VmRecord } from './vm-record.ts';

export interface InstantCloneSpec {
  name: string;
  folder?: Folder | undefined;
  pool?: ResourcePool | undefined;
  datastore?: DatastoreObject | undefined;
  deviceChange: readonly DeviceChange[];
  config: readonly { key: string; value: string }[];
  biosUuid?: string | undefined;
  /** Settings of the location that this call does not know (host, disks, how disks move …), by their names. */
  unsupported?: readonly string[];
}

/**
 * InstantClone_Task: the clone starts powered on, on the same host, and goes on where its source is; memory and disks are shared. A running
 * source gets one more delta of its own with each clone; a frozen one does not, all its clones stand on the same files. What the API's text says
 * is not supported is InvalidArgument here: which fault a server gives, it does not say.
 */
export function instantClone(m: Model, source: Vm, spec: InstantCloneSpec): Task {
  assertVc(m);
  const name = unescapeName(spec.name);
  checkName(name);
  checkSpec(source, spec);
  const folder = spec.folder ?? source.parent;
  const pool = spec.pool ?? source.pool;
  function* work(): Op {
    assertConnected(source);
    assertRunning(source);
    assertUsableHost(source.host);
    assertFree(folder, name);
    if (source.record.devices.some((d) => d.kind === 'other' && /Passthrough|Sriov/.test(d.model))) {
      throw new VimFault('DisallowedMigrationDeviceAttached', 'A device does not allow this operation.');
    }
    const home = spec.datastore ?? datastoreOf(m, source.record.vmPath);
    if (!source.host.datastores.has(home)) throw new VimFault('InvalidDatastore', `Invalid datastore '${home.name}'.`, { name: home.name });
    assertRoom(source.host, memoryOf(source));
    yield m.latency.about(600);
    const dir = makeHome(m, home.store, name);
    yield `mkdir ${home.store.full(dir)}`;
    if (!source.frozen) yield* splitSource(m, source);
    const base = name.replaceAll(/[/\\%]/g, '-');
    const record = copyOf(m, source, name, home.store.full(`${dir}/${base}.vmx`), spec);
    for (const [index, disk] of disksOf(record).entries()) {
      const parent = openLink(m.storage, frozenParent(m, source, disk.path));
      const path = home.store.full(`${dir}/${base}${index === 0 ? '' : `_${index}`}-000001.vmdk`);
      disk.path = createChild(m.storage, path, parent, m.now(), m.random).path;
      yield `disk ${disk.path}`;
    }
    yield* changeDevices(m, record, undefined, spec.deviceChange);
    for (const { device } of spec.deviceChange) {
      const nic = nicsOf(record).find((n) => n.key === device.key);
      if (nic !== undefined && device.nic?.connected !== undefined) nic.connected = device.nic.connected;
    }
    yield* writeVmFiles(m, record);
    const vm = enroll(m, record, folder, pool, source.host);
    openDisks(m, vm);
    swapFile(m, vm, true);
    vm.power = 'poweredOn';
    vm.bootTime = m.now();
    account(vm, 1);
    yield `register ${vm.id}`;
    m.changed(vm, 'runtime', 'summary.runtime');
    m.event('VmInstantClonedEvent', `Instant-cloned ${source.name} to ${name}`, vm);
    resumeGuest(m, source, vm);
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

function checkSpec(source: Vm, spec: InstantCloneSpec): void {
  const [unsupported] = spec.unsupported ?? [];
  if (unsupported !== undefined) throw invalidArgument(`spec.location.${unsupported}`);
  if (spec.pool !== undefined && spec.pool.compute !== source.host.compute) throw invalidArgument('spec.location.pool');
  for (const { operation, fileOperation, device } of spec.deviceChange) {
    const edits = operation === 'edit' && fileOperation === undefined;
    if (!edits || !(device.nic !== undefined || /^Virtual(Serial|Parallel)Port$/.test(device.model))) {
      throw invalidArgument('spec.location.deviceChange');
    }
  }
  if (spec.biosUuid !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(spec.biosUuid))
    throw invalidArgument('spec.biosUuid');
}

/** The clone's configuration: its source's with identifiers of its own, its cards as they are plugged. MAC addresses stay unless they are changed. */
function copyOf(m: Model, source: Vm, name: string, vmPath: string, spec: InstantCloneSpec): VmRecord {
  const from = source.record;
  const record = newRecord(m, name, vmPath);
  Object.assign(record, { guestId: from.guestId, version: from.version, firmware: from.firmware, annotation: from.annotation });
  Object.assign(record, { numCPUs: from.numCPUs, coresPerSocket: from.coresPerSocket, memoryMB: from.memoryMB });
  record.devices = copyDevices(from.devices);
  record.uuid = spec.biosUuid?.toLowerCase() ?? record.uuid;
  record.extraConfig = new Map(from.extraConfig);
  for (const { key, value } of spec.config) {
    if (value === '') record.extraConfig.delete(key);
    else record.extraConfig.set(key, value);
  }
  return record;
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
