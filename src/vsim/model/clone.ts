import type { DatastoreObject, Folder, Host, Net, ResourcePool, Task, Vm } from './entities.ts';
import { fileLocked, invalidArgument, VimFault } from './fault.ts';
import { applyScalars, newRecord } from './configure.ts';
import { changeDevices } from './devices.ts';
import { lockOwner } from './disks.ts';
import { makeHome, writeVmFiles } from './home.ts';
import type { Model } from './model.ts';
import { assertFree, checkName, unescapeName } from './naming.ts';
import { generateMac } from './network.ts';
import { assertActive, assertJoined, datacenterMismatch, datastoreOf, networksOf, pickHost } from './place.ts';
import { powerOnSteps } from './power.ts';
import { assertConnected, assertVc, enroll } from './register.ts';
import { type CloneSpec, type DeviceChange, DISK_MOVE_TYPES, type DiskMoveType } from './specs.ts';
import type { Op } from './tasks.ts';
import { chainOf, type ChainLink, copyFlat, copyLink, createChild, flatBytes } from './vmdk.ts';
import { copyDevices, type Device, type DiskDevice, type Hardware, type NicDevice, nicsOf, type VmRecord } from './vm-record.ts';

/** What a clone has made so far, so that a journalled restart can take it back. */
interface Made {
  home: { datastore: DatastoreObject; dir: string } | undefined;
  vm: Vm | undefined;
}

/** CloneVM_Task: vCenter only. */
export function cloneVm(m: Model, source: Vm, folder: Folder, wantedName: string, spec: CloneSpec): Task {
  assertVc(m);
  const name = unescapeName(wantedName);
  checkName(name);
  checkMoveTypes(spec);
  if (source.record.template && spec.location.pool === undefined && !spec.template) throw invalidArgument('spec.location.pool');
  const made: Made = { home: undefined, vm: undefined };
  const full = !isLinkedMode(spec.location.diskMoveType);
  return m.tasks.start({
    method: 'CloneVM_Task',
    entity: source,
    shared: [source],
    cost: () => ({
      host: spec.location.host ?? source.host,
      hostUnits: full ? 4 : 1,
      datastores: [spec.location.datastore ?? datastoreOf(m, source.record.vmPath)],
      datastoreUnits: full ? 16 : 1,
    }),
    restart: { undo: () => undo(m, made) },
    work: (task) => cloneSteps(m, source, folder, name, spec, made, task),
  });
}

function undo(m: Model, made: Made): void {
  if (made.vm !== undefined || made.home === undefined) return;
  const { store } = made.home.datastore;
  for (const { path } of store.walk(made.home.dir)) store.remove(path);
  store.removeEmptyDir(made.home.dir);
  made.home = undefined;
}

function isLinkedMode(mode: string | undefined): boolean {
  return mode === 'createNewChildDiskBacking' || mode === 'moveChildMostDiskBacking';
}

function checkMoveTypes(spec: CloneSpec): void {
  for (const mode of [spec.location.diskMoveType, ...(spec.location.disks ?? []).map((d) => d.diskMoveType)]) {
    if (mode !== undefined && !(DISK_MOVE_TYPES as readonly string[]).includes(mode)) throw invalidArgument('spec.location.diskMoveType');
  }
}

function* cloneSteps(m: Model, source: Vm, folder: Folder, name: string, spec: CloneSpec, made: Made, task: Task): Op {
  if (made.vm !== undefined) return made.vm;
  assertConnected(source);
  assertActive(source);
  assertFree(folder, name);
  if (spec.snapshot !== undefined && spec.snapshot.vm !== source) throw invalidArgument('spec.snapshot');
  unlockedYet(m, source);
  const hardware: Hardware = spec.snapshot?.node.hardware ?? source.record;
  const disks = planDisks(m, source, hardware, spec);
  const home = spec.location.datastore ?? datastoreOf(m, source.record.vmPath);
  const pool = spec.location.pool ?? source.pool ?? source.host.compute.pool;
  const needed = [...new Set([home, ...disks.map((d) => d.datastore), ...disks.flatMap((d) => d.parents)])];
  const cards = placedCards(copyDevices(hardware.devices), spec.location.deviceChange ?? []);
  const host = chooseHost(m, source, pool, spec, needed, networksOf(m, cards));
  assertJoined(
    host,
    networksOf(
      m,
      (spec.config?.deviceChange ?? []).map(({ device }) => device.nic ?? {}),
    ),
  );
  const cause = datacenterMismatch(folder, host);
  if (cause !== undefined)
    throw new VimFault('InvalidArgument', 'A specified parameter was not correct: folder', {
      invalidProperty: 'folder',
      faultCause: cause,
    });
  const dir = makeHome(m, home.store, name);
  made.home = { datastore: home, dir };
  yield `mkdir ${home.store.full(dir)}`;
  const record = newRecord(m, name, home.store.full(`${dir}/${fileBase(name)}.vmx`));
  inherit(m, record, source.record, hardware);
  if (spec.tpm === 'replace')
    for (const tpm of record.devices) if (tpm.kind === 'other' && tpm.model === 'VirtualTPM') tpm.secret = m.random.uuid();
  for (const card of cards) for (const nic of nicsOf(record)) if (nic.key === card.key) nic.network = card.network;
  yield* makeDisks(m, record, disks, task);
  if (spec.config !== undefined) {
    applyScalars(m, record, spec.config);
    if (spec.config.deviceChange !== undefined) yield* changeDevices(m, record, undefined, spec.config.deviceChange);
  }
  record.template = spec.template;
  yield* writeVmFiles(m, record);
  yield m.latency.about(900);
  assertFree(folder, name);
  const vm = enroll(m, record, folder, spec.template ? undefined : pool, host);
  made.vm = vm;
  if (spec.customization !== undefined) {
    vm.pendingCustomization = spec.customization;
  }
  m.event('VmClonedEvent', `Cloned ${source.name} to ${name}`, vm, task.chainId);
  yield `register ${vm.id}`;
  if (spec.powerOn && !spec.template) yield* powerOnSteps(m, vm, undefined);
  return vm;
}

/** 8.0U3: right after a snapshot of the source the first clones find its file locked. */
function unlockedYet(m: Model, source: Vm): void {
  const left = m.lockedClones.get(source.id) ?? 0;
  if (left <= 0) return;
  m.lockedClones.set(source.id, left - 1);
  throw fileLocked(source.record.vmPath);
}

/** Without a pool the clone stays where its source is, but for what DRS may choose anew. */
function chooseHost(
  m: Model,
  source: Vm,
  pool: ResourcePool,
  { location }: CloneSpec,
  needed: DatastoreObject[],
  networks: readonly Net[],
): Host {
  const stays = location.pool === undefined && pool.compute.drs === 'disabled';
  return pickHost(m, pool, location.host ?? (stays ? source.host : undefined), needed, networks);
}

/**
 * The cards as they are where the clone is placed: on their source's networks, but for what `location.deviceChange` says. Nothing of a card but its
 * backing is taken from there, and what `config` says of networks comes too late for the choice of a host.
 */
function placedCards(devices: Device[], changes: readonly DeviceChange[]): NicDevice[] {
  const cards = devices.filter((device): device is NicDevice => device.kind === 'nic');
  for (const { operation, device } of changes) {
    const card = cards.find((each) => each.key === device.key);
    if (operation !== 'edit' || card === undefined) throw invalidArgument('spec.location.deviceChange');
    if (device.nic?.network !== undefined) card.network = device.nic.network;
  }
  return cards;
}

const fileBase = (name: string) => name.replaceAll(/[/\\%]/g, '-');

export interface DiskPlan {
  device: DiskDevice;
  chain: ChainLink[];
  mode: DiskMoveType;
  datastore: DatastoreObject;
  /** Datastores that keep holding a parent of the new disk. */
  parents: DatastoreObject[];
  thin: boolean;
  eager: boolean;
}

/** What is done with each disk. A locator's own move type counts, and it is "full copy" where it has none. */
export function planDisks(m: Model, source: Vm, hardware: Hardware, spec: CloneSpec): DiskPlan[] {
  const plans: DiskPlan[] = [];
  for (const device of hardware.devices) {
    if (device.kind !== 'disk') continue;
    const locator = spec.location.disks?.find((d) => d.diskId === device.key);
    const asked = locator === undefined ? spec.location.diskMoveType : locator.diskMoveType;
    let mode = (asked ?? 'moveAllDiskBackingsAndDisallowSharing') as DiskMoveType;
    if (device.mode.startsWith('independent')) mode = 'moveAllDiskBackingsAndDisallowSharing';
    if (mode === 'createNewChildDiskBacking' && spec.snapshot === undefined) throw invalidArgument('spec.snapshot');
    const chain = chainOf(m.storage, device.path);
    const leaf = chain[0] as ChainLink;
    // A source that runs on this very file without a snapshot between holds it for writing.
    const writer = leaf.file.writer;
    if (writer !== undefined && (writer !== lockOwner(m, source) || spec.snapshot !== undefined)) throw fileLocked(leaf.path);
    const datastore = locator?.datastore ?? spec.location.datastore ?? datastoreOf(m, source.record.vmPath);
    if (mode === 'moveChildMostDiskBacking' && chain.length === 1) mode = 'moveAllDiskBackingsAndDisallowSharing';
    if (mode === 'moveAllDiskBackingsAndAllowSharing') {
      const here = datastoreOf(m, leaf.path) === datastore;
      mode = here && chain.length > 1 ? 'moveChildMostDiskBacking' : 'moveAllDiskBackingsAndDisallowSharing';
    }
    const shared = mode === 'createNewChildDiskBacking' ? chain : mode === 'moveChildMostDiskBacking' ? chain.slice(1) : [];
    plans.push({
      device,
      chain,
      mode,
      datastore,
      parents: [...new Set(shared.map((link) => datastoreOf(m, link.path)))],
      thin: locator?.thin ?? (spec.location.transform === undefined ? leaf.disk.thin : spec.location.transform === 'sparse'),
      eager: locator?.eager ?? false,
    });
  }
  return plans;
}

function inherit(m: Model, record: VmRecord, from: VmRecord, hardware: Hardware): void {
  record.guestId = from.guestId;
  record.version = from.version;
  record.firmware = from.firmware;
  record.annotation = from.annotation;
  record.numCPUs = hardware.numCPUs;
  record.coresPerSocket = hardware.coresPerSocket;
  record.memoryMB = hardware.memoryMB;
  record.extraConfig = new Map(from.extraConfig);
  record.devices = copyDevices(hardware.devices);
  for (const nic of nicsOf(record)) {
    nic.connected = false;
    if (!m.options.copyMac) nic.mac = generateMac(m);
  }
}

/** Makes the clone's disks in its folder and points its devices at them. */
function* makeDisks(m: Model, record: VmRecord, plans: readonly DiskPlan[], task: Task): Op<void> {
  const home = m.storage.parse(m.storage.folderOf(record.vmPath));
  for (const [index, plan] of plans.entries()) {
    const device = record.devices.find((d): d is DiskDevice => d.kind === 'disk' && d.key === plan.device.key);
    if (device === undefined) continue;
    const { store } = plan.datastore;
    const dir = store === home.datastore ? home.path : makeHome(m, store, record.name);
    const base = `${fileBase(record.name)}${index === 0 ? '' : `_${index}`}`;
    device.path = yield* makeDisk(m, plan, (suffix) => store.full(`${dir}/${base}${suffix}.vmdk`), task);
    yield `disk ${device.path}`;
  }
}

function* makeDisk(m: Model, plan: DiskPlan, path: (suffix: string) => string, task: Task): Op<string> {
  const leaf = plan.chain[0] as ChainLink;
  switch (plan.mode) {
    case 'createNewChildDiskBacking': {
      yield m.latency.about(700);
      return createChild(m.storage, path('-000001'), leaf, m.now(), m.random).path;
    }
    case 'moveChildMostDiskBacking': {
      yield m.latency.copy(leaf.extent.bytes);
      return copyLink(m.storage, leaf, path('-000001'), m.now(), m.random).path;
    }
    case 'moveAllDiskBackingsAndAllowSharing':
    case 'moveAllDiskBackingsAndDisallowSharing':
    case 'moveAllDiskBackingsAndConsolidate': {
      const bytes = flatBytes(plan.chain);
      yield* copyTime(m, bytes, task);
      return copyFlat(m.storage, plan.chain, path(''), m.now(), m.random, { thin: plan.thin, eager: plan.eager }).path;
    }
  }
}

/** Copying takes its time in ten parts, so that progress is seen. */
export function* copyTime(m: Model, bytes: number, task: Task): Op<void> {
  const all = m.latency.copy(bytes);
  if (all <= 0) return;
  for (let part = 1; part <= 10; part++) {
    yield all / 10;
    m.tasks.setProgress(task, part * 9);
  }
}

/** The source of an instant clone must run. */
export function assertRunning(vm: Vm): void {
  if (vm.power !== 'poweredOn') {
    throw new VimFault('InvalidPowerState', 'The attempted operation cannot be performed in the current state (Powered off).', {
      requestedState: 'poweredOn',
      existingState: vm.power,
    });
  }
}
