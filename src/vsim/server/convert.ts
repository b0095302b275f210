import type { DataObject } from '../../vsphere/types/value.ts';
import type {
  CustomizationSpec as WireCustomization,
  VirtualDeviceConfigSpec,
  VirtualMachineConfigSpec,
  VirtualMachineRelocateSpec,
} from '../../vsphere/types/vim.gen.ts';
import { invalidArgument, invalidDevice } from '../model/fault.ts';
import type { Entity } from '../model/entities.ts';
import { unescapeName } from '../model/naming.ts';
import { datacenterOf } from '../model/place.ts';
import type { ConfigSpec, CustomizationSpec, DeviceChange, DeviceSpec, DiskSpec, NicSpec, RelocateSpec } from '../model/specs.ts';
import { arg, type Call } from './calls.ts';
import { OPAQUE_TYPE } from './props/network.ts';

/** A decoded data object, seen without its type: what a client sends may be any subtype. */
type Loose = DataObject & Record<string, unknown>;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);
const whole = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const object = (value: unknown): Loose | undefined => (typeof value === 'object' && value !== null ? (value as Loose) : undefined);

const FILE_BACKINGS = new Set([
  'VirtualDiskFlatVer2BackingInfo',
  'VirtualDiskFlatVer1BackingInfo',
  'VirtualDiskSeSparseBackingInfo',
  'VirtualDiskSparseVer2BackingInfo',
]);

function diskSpec(backing: Loose | undefined, type: string): DiskSpec | undefined {
  if (backing === undefined) return undefined;
  if (!FILE_BACKINGS.has(backing._type ?? type)) return { path: '', unsupported: backing._type };
  const parent = object(backing['parent']);
  return {
    path: text(backing['fileName']) ?? '',
    mode: text(backing['diskMode']),
    thin: flag(backing['thinProvisioned']),
    eager: flag(backing['eagerlyScrub']),
    parent: parent === undefined ? undefined : text(parent['fileName']),
  };
}

/**
 * What a card's backing names, looked for in the data center alone that the machine is in, as a host would. A standard network goes by its name: the
 * reference beside it is for reading.
 */
function networkOf(c: Call, backing: Loose | undefined, near: Entity): string | undefined {
  if (backing === undefined) return undefined;
  const dc = datacenterOf(near);
  const here = c.m.networks.filter((n) => dc === undefined || datacenterOf(n) === dc);
  const port = object(backing['port']);
  if (port !== undefined) {
    const net = here.find((n) => n.id === text(port['portgroupKey']));
    if (net === undefined || net.dvs?.uuid !== text(port['switchUuid'])) throw invalidDevice('the port group does not exist', 0, 'backing');
    return net.id;
  }
  const opaque = text(backing['opaqueNetworkId']);
  if (opaque !== undefined) {
    const net = here.find((n) => n.opaque === opaque);
    if (net === undefined || text(backing['opaqueNetworkType']) !== OPAQUE_TYPE)
      throw invalidDevice('the opaque network does not exist', 0, 'backing');
    return net.id;
  }
  const name = unescapeName(text(backing['deviceName']) ?? '');
  const found = here.find((n) => n.name === name && n.type === 'Network');
  if (found === undefined && name !== '') throw invalidDevice(`the network '${name}' does not exist`, 0, 'backing');
  return found?.id;
}

function nicSpec(c: Call, device: Loose, near: Entity): NicSpec {
  const connectable = object(device['connectable']);
  const mac = text(device['macAddress']);
  if (mac === '') throw invalidDevice('an empty MAC address; it is left out where the server is to make one', 0, 'macAddress');
  return {
    network: networkOf(c, object(device['backing']), near),
    mac,
    addressType: text(device['addressType']),
    startConnected: flag(connectable?.['startConnected']),
    connected: flag(connectable?.['connected']),
  };
}

function deviceSpec(c: Call, device: Loose, near: Entity): DeviceSpec {
  const model = device._type ?? 'VirtualDevice';
  const spec: DeviceSpec = {
    model,
    key: whole(device['key']) ?? 0,
    controllerKey: whole(device['controllerKey']),
    unitNumber: whole(device['unitNumber']),
    busNumber: whole(device['busNumber']),
  };
  if (spec.unitNumber !== undefined && spec.unitNumber < 0) spec.unitNumber = undefined;
  if (model === 'VirtualDisk') {
    const bytes = device['capacityInBytes'] as bigint | undefined;
    const kb = device['capacityInKB'] as bigint | undefined;
    const capacity = bytes !== undefined && bytes > 0n ? Number(bytes) : Number(kb ?? 0n) * 1024;
    if (capacity > 0) spec.capacity = capacity;
    const backing = object(device['backing']);
    spec.disk = diskSpec(backing, 'VirtualDiskFlatVer2BackingInfo');
  } else if ('macAddress' in device || 'addressType' in device || /^Virtual(Vmxnet|E1000|PCNet|Sriov)/.test(model))
    spec.nic = nicSpec(c, device, near);
  else if (model === 'VirtualCdrom')
    spec.iso = text(object(device['backing'])?.['fileName']) ?? (device['backing'] === undefined ? undefined : '');
  return spec;
}

/** `near`: what is in the data center of the machine. */
export function deviceChanges(
  c: Call,
  changes: readonly VirtualDeviceConfigSpec[] | undefined,
  near: Entity = c.self,
): DeviceChange[] | undefined {
  return changes?.map((change) => ({
    operation: change.operation as DeviceChange['operation'],
    fileOperation: change.fileOperation as DeviceChange['fileOperation'],
    device: deviceSpec(c, change.device as unknown as Loose, near),
  }));
}

export function configSpec(c: Call, spec: VirtualMachineConfigSpec, near: Entity = c.self): ConfigSpec {
  const memory = spec.memoryMB;
  return {
    changeVersion: spec.changeVersion,
    name: spec.name,
    uuid: spec.uuid,
    instanceUuid: spec.instanceUuid,
    guestId: spec.guestId,
    version: spec.version,
    numCPUs: spec.numCPUs,
    coresPerSocket: spec.numCoresPerSocket,
    memoryMB: memory === undefined ? undefined : Number(memory),
    annotation: spec.annotation,
    firmware: spec.firmware,
    vmPathName: spec.files?.vmPathName,
    snapshotDirectory: spec.files?.snapshotDirectory,
    extraConfig: spec.extraConfig?.map((o) => ({ key: o.key, value: extraValue((o as unknown as Loose)['value']) })),
    deviceChange: deviceChanges(c, spec.deviceChange, near),
  };
}

function extraValue(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  throw invalidArgument('extraConfig.value');
}

export function relocateSpec(c: Call, spec: VirtualMachineRelocateSpec, near: Entity = c.self): RelocateSpec {
  return {
    datastore: arg.datastore(c, spec.datastore),
    host: arg.host(c, spec.host),
    pool: arg.pool(c, spec.pool),
    folder: arg.folder(c, spec.folder),
    diskMoveType: spec.diskMoveType,
    transform: spec.transform,
    disks: spec.disk?.map((d) => {
      const backing = d.diskBackingInfo as unknown as Loose | undefined;
      return {
        diskId: d.diskId,
        datastore: arg.datastore(c, d.datastore),
        diskMoveType: d.diskMoveType,
        thin: flag(backing?.['thinProvisioned']),
        eager: flag(backing?.['eagerlyScrub']),
      };
    }),
    deviceChange: deviceChanges(c, spec.deviceChange, near),
  };
}

export function customization(spec: WireCustomization | undefined): CustomizationSpec | undefined {
  if (spec === undefined) return undefined;
  const identity = spec.identity as unknown as Loose;
  const name = object(identity['hostName']) ?? object(object(identity['userData'])?.['computerName']);
  const password = text(object(object(identity['guiUnattended'])?.['password'])?.['value']);
  return {
    hostName: text(name?.['name']),
    ...(identity['_type'] === 'CustomizationSysprep' ? { sysprep: { password } } : {}),
    cards: spec.nicSettingMap?.length,
  };
}
