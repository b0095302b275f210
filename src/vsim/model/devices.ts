import { isNet, type Vm } from './entities.ts';
import { invalidArgument, invalidDevice, VimFault } from './fault.ts';
import { deleteDisks, doomedDisks, lockOwner, openDisk } from './disks.ts';
import type { Model } from './model.ts';
import { checkManualMac, generateMac } from './network.ts';
import type { DeviceChange, DeviceSpec, NicSpec } from './specs.ts';
import { createBase, createChild, openLink, unlock } from './vmdk.ts';
import { isBareDatastore } from './home.ts';
import { type Device, type DiskDevice, type NicDevice, type OtherDevice, type VmRecord, disksOf, nicsOf } from './vm-record.ts';

const NIC_MODELS = /^Virtual(Vmxnet[23]?|E1000e?|PCNet32|SriovEthernetCard)$/;
const SCSI = /^(ParaVirtualSCSI|VirtualLsiLogic|VirtualLsiLogicSAS|VirtualBusLogic|VirtualAHCI|VirtualNVME|VirtualIDE)Controller$/;

/** Applies device changes to a record that may not be registered yet. Every file it makes or deletes is one step. */
export function* changeDevices(
  m: Model,
  record: VmRecord,
  vm: Vm | undefined,
  changes: readonly DeviceChange[],
): Generator<string, void, void> {
  const keys = new Map<number, number>();
  for (const [index, change] of changes.entries()) {
    switch (change.operation) {
      case undefined:
      case 'add':
        yield* addDevice(m, record, vm, change, index, keys);
        break;
      case 'remove':
        yield* removeDevice(m, record, vm, change, index);
        break;
      case 'edit':
        editDevice(m, record, vm, change.device, index);
        break;
    }
  }
}

function* addDevice(
  m: Model,
  record: VmRecord,
  vm: Vm | undefined,
  change: DeviceChange,
  index: number,
  keys: Map<number, number>,
): Generator<string, void, void> {
  const { device } = change;
  const controllerKey = keys.get(device.controllerKey ?? 0) ?? device.controllerKey;
  const spec = controllerKey === undefined ? device : { ...device, controllerKey };
  let made: Device;
  if (spec.model === 'VirtualDisk') made = yield* addDisk(m, record, vm, { ...change, device: spec }, index);
  else if (NIC_MODELS.test(spec.model)) made = newNic(m, record, spec, index);
  else made = newOther(record, spec, index);
  if (made.kind === 'other' && made.model === 'VirtualTPM') made.secret = m.random.uuid();
  keys.set(device.key, made.key);
  record.devices.push(made);
  if (vm?.power === 'poweredOn' && made.kind === 'disk') openDisk(m, vm, made, lockOwner(m, vm));
}

function* addDisk(
  m: Model,
  record: VmRecord,
  vm: Vm | undefined,
  change: DeviceChange,
  index: number,
): Generator<string, DiskDevice, void> {
  const { device, fileOperation } = change;
  const { disk } = device;
  if (disk === undefined) throw invalidDevice('a disk needs a backing', index);
  if (disk.unsupported !== undefined) throw invalidDevice(`the backing ${disk.unsupported} is not supported`, index);
  const controller = record.devices.find((d) => d.key === device.controllerKey);
  if (controller?.kind !== 'other' || !SCSI.test(controller.model))
    throw invalidDevice('there is no such controller', index, 'controllerKey');
  const unitNumber = device.unitNumber ?? freeUnit(record, controller.key);
  if (record.devices.some((d) => 'controllerKey' in d && d.controllerKey === controller.key && d.unitNumber === unitNumber)) {
    throw invalidDevice('the unit number is taken', index, 'unitNumber');
  }
  const mode = disk.mode ?? 'persistent';
  let path = disk.path;
  if (fileOperation === undefined) {
    if (path === '' || isBareDatastore(path)) throw invalidArgument('deviceChange.device.backing.fileName');
    path = openLink(m.storage, path).path;
  } else {
    if (fileOperation === 'destroy') throw invalidDevice('destroy goes with remove', index, 'fileOperation');
    path = yield* createDisk(m, record, change, index);
  }
  void vm;
  const n = disksOf(record).length + 1;
  return {
    kind: 'disk',
    key: diskKey(controller.key, unitNumber),
    controllerKey: controller.key,
    unitNumber,
    label: `Hard disk ${n}`,
    path,
    mode,
  };
}

/** Keys of disks as vSphere numbers them: 2000 and on for SCSI, 3000 for IDE, 16000 for SATA, 32000 for NVMe; no two of a VM are the same. */
function diskKey(controllerKey: number, unit: number): number {
  const bus = controllerKey % 100;
  if (controllerKey >= 31_000) return 32_000 + bus * 64 + unit;
  if (controllerKey >= 15_000) return 16_000 + bus * 30 + unit;
  if (controllerKey < 1_000) return 3_000 + bus * 2 + unit;
  return 2_000 + bus * 16 + unit;
}

function* createDisk(m: Model, record: VmRecord, change: DeviceChange, index: number): Generator<string, string, void> {
  const { disk, capacity } = change.device;
  if (disk === undefined) throw invalidDevice('a disk needs a backing', index);
  const path = placeDisk(m, record, disk.path);
  if (disk.parent !== undefined) {
    const parent = openLink(m.storage, disk.parent);
    const made = createChild(m.storage, path, parent, m.now(), m.random);
    if (capacity !== undefined && capacity > parent.disk.capacity) made.disk.capacity = capacity;
    yield `child ${made.path}`;
    return made.path;
  }
  if (capacity === undefined || capacity <= 0) throw invalidDevice('the capacity is missing', index, 'capacityInKB');
  const made = createBase(m.storage, path, m.now(), m.random, { capacity, thin: disk.thin ?? false, eager: disk.eager ?? false });
  yield `disk ${made.path}`;
  return made.path;
}

/** Where a new disk goes: as asked for, or `<vm>.vmdk`, `<vm>_1.vmdk` … in the VM's folder (or in a folder of its name on another datastore). */
export function placeDisk(m: Model, record: VmRecord, wanted: string): string {
  if (wanted !== '' && !isBareDatastore(wanted)) return wanted;
  const home = m.storage.parse(m.storage.folderOf(record.vmPath));
  const datastore = wanted === '' ? home.datastore : m.storage.parse(wanted).datastore;
  const folder = datastore === home.datastore ? home.path : record.name;
  datastore.mkdir(folder, true);
  for (let n = 0; ; n++) {
    const name = `${record.name.replaceAll(/[/\\%]/g, '-')}${n === 0 ? '' : `_${n}`}.vmdk`;
    if (datastore.file(`${folder}/${name}`) === undefined) return datastore.full(`${folder}/${name}`);
  }
}

function* removeDevice(m: Model, record: VmRecord, vm: Vm | undefined, change: DeviceChange, index: number): Generator<string, void, void> {
  const at = record.devices.findIndex((d) => d.key === change.device.key);
  const device = record.devices[at];
  if (device === undefined) throw invalidDevice('there is no such device', index, 'key');
  if (device.kind === 'disk') {
    if (record.snapshots.length > 0) throw invalidDevice('removeDiskAfterVMSnapshot', index);
    if (vm?.power === 'poweredOn') closeDisk(m, vm, device.path);
    if (change.fileOperation === 'destroy' && vm !== undefined) {
      const doomed = doomedDisks(m, vm, [device.path]);
      record.devices.splice(at, 1);
      yield* deleteDisks(m, doomed);
      return;
    }
  }
  record.devices.splice(at, 1);
  yield `remove ${device.key}`;
}

function closeDisk(m: Model, vm: Vm, path: string): void {
  const owner = lockOwner(m, vm);
  const keep = new Set<string>();
  for (const disk of disksOf(vm.record)) if (disk.path !== path) keep.add(disk.path);
  for (const opened of vm.open.filter((p) => !keep.has(p))) {
    const file = m.storage.file(opened);
    if (file !== undefined) unlock(file, owner);
  }
  vm.open = vm.open.filter((p) => keep.has(p));
}

function editDevice(m: Model, record: VmRecord, vm: Vm | undefined, spec: DeviceSpec, index: number): void {
  const device = record.devices.find((d) => d.key === spec.key);
  if (device === undefined) throw invalidDevice('there is no such device', index, 'key');
  if (device.kind === 'nic') {
    const net = m.objects.get(spec.nic?.network ?? '');
    if (vm !== undefined && isNet(net) && !vm.host.networks.has(net))
      throw invalidDevice('the network is not on the host', index, 'deviceChange.device.backing');
    return applyNic(m, device, spec.nic ?? {}, index, vm?.power === 'poweredOn');
  }
  if (device.kind === 'disk') {
    if (spec.disk?.mode !== undefined) device.mode = spec.disk.mode;
    const link = openLink(m.storage, device.path);
    if (spec.capacity === undefined || spec.capacity === link.disk.capacity) return;
    if (spec.capacity < link.disk.capacity || record.snapshots.length > 0 || link.disk.parent !== undefined) {
      throw invalidDevice('the capacity of this disk cannot be changed', index, 'capacityInKB');
    }
    growDisk(m, link.path, spec.capacity);
    return;
  }
  if (spec.iso === '') delete device.iso;
  else if (spec.iso !== undefined) device.iso = spec.iso;
}

/** Extends a disk; it gets a new CID, so that children of it no longer open. */
export function growDisk(m: Model, path: string, capacity: number): void {
  const link = openLink(m.storage, path);
  const extent = m.storage.parse(link.extentPath);
  if (!link.disk.thin) extent.datastore.resize(extent.path, link.extent, capacity);
  link.disk.capacity = capacity;
  link.extent.size = capacity;
  link.disk.cid = m.random.cid();
}

function freeUnit(record: VmRecord, controllerKey: number): number {
  const taken = new Set(record.devices.flatMap((d) => ('controllerKey' in d && d.controllerKey === controllerKey ? [d.unitNumber] : [])));
  for (let unit = 0; ; unit++) if (unit !== 7 && !taken.has(unit)) return unit;
}

function newNic(m: Model, record: VmRecord, spec: DeviceSpec, index: number): NicDevice {
  const n = nicsOf(record).length;
  let key = 4000;
  while (record.devices.some((d) => d.key === key)) key++;
  const nic: NicDevice = {
    kind: 'nic',
    model: spec.model,
    key,
    controllerKey: 100,
    unitNumber: 7 + n,
    label: `Network adapter ${n + 1}`,
    network: undefined,
    mac: '',
    addressType: m.isVc ? 'assigned' : 'generated',
    startConnected: true,
    connected: false,
    wakeOnLan: true,
  };
  applyNic(m, nic, spec.nic ?? {}, index, false);
  if (nic.mac === '') nic.mac = generateMac(m);
  return nic;
}

function applyNic(m: Model, nic: NicDevice, spec: NicSpec, index: number, running: boolean): void {
  if (spec.network !== undefined) {
    const net = m.objects.get(spec.network);
    if (!isNet(net) || net.uplink) throw invalidDevice('the network does not exist', index, 'deviceChange.device.backing');
    m.require('Network.Assign', net);
    nic.network = net.id;
  }
  if (spec.addressType?.toLowerCase() === 'manual') {
    if (spec.mac === undefined || spec.mac === '') throw invalidDevice('a manual address needs a MAC', index);
    nic.mac = checkManualMac(spec.mac, index);
    nic.addressType = 'manual';
  } else if (spec.addressType?.toLowerCase() === 'generated' && spec.mac !== nic.mac) {
    nic.mac = generateMac(m);
    nic.addressType = m.isVc ? 'assigned' : 'generated';
  }
  if (spec.startConnected !== undefined) nic.startConnected = spec.startConnected;
  if (spec.connected !== undefined && running) nic.connected = spec.connected;
}

function newOther(record: VmRecord, spec: DeviceSpec, index: number): OtherDevice {
  if (spec.model === 'VirtualDevice' || spec.model === '') throw invalidDevice('a device of no known kind', index);
  if (/VirtualPCIPassthrough/.test(spec.model) && record.snapshots.length > 0) throw invalidDevice('passthrough with a snapshot', index);
  const controller = SCSI.test(spec.model);
  let key = controller ? (/NVME/.test(spec.model) ? 31000 : /AHCI/.test(spec.model) ? 15000 : 1000) : spec.key > 0 ? spec.key : 3000;
  while (record.devices.some((d) => d.key === key)) key++;
  const busNumber = controller
    ? (spec.busNumber ?? record.devices.filter((d) => d.kind === 'other' && d.model === spec.model).length)
    : undefined;
  if (controller && record.devices.some((d) => d.kind === 'other' && d.model === spec.model && d.busNumber === spec.busNumber)) {
    throw new VimFault('InvalidDeviceSpec', `Invalid configuration for device '${index}'.`, { property: 'busNumber', deviceIndex: index });
  }
  return {
    kind: 'other',
    model: spec.model,
    key,
    label: controller ? `SCSI controller ${busNumber}` : spec.model.replace(/^Virtual/, ''),
    ...(spec.controllerKey === undefined ? (controller ? { controllerKey: 100 } : {}) : { controllerKey: spec.controllerKey }),
    ...(spec.unitNumber === undefined ? {} : { unitNumber: spec.unitNumber }),
    ...(busNumber === undefined ? {} : { busNumber }),
    ...(spec.iso === undefined || spec.iso === '' ? {} : { iso: spec.iso }),
  };
}
