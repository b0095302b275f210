import type { HardwareProfile } from '../../../core/image.ts';
import { driverError } from '../../../driver/errors.ts';
import {
  addDevice,
  type AnyVirtualDevice,
  type AnyVirtualEthernetCard,
  childDisk,
  editDevice,
  ethernetCardsOf,
  isA,
  type OpaqueNetworkSummary,
  type Ref,
  type VirtualDeviceConfigSpec,
  type VirtualDisk,
  type VirtualMachineConfigInfo,
  type VirtualMachineConfigSpec,
  type VSphereClient,
} from '../../../vsphere/index.ts';
import { networksOf, oneNamed } from '../inventory/named.ts';

/** Controllers that every machine has by itself; the others are copied from the master. */
const BUILT_IN = ['VirtualIDEController', 'VirtualPCIController', 'VirtualPS2Controller', 'VirtualSIOController'];

/** A key by which the devices of one call refer to each other; negative, so that the server chooses the real one. */
const temporary = (key: number): number => (key >= 100 && key < 1000 ? key : -key);

/** What a new machine without disks has of its master: processor type, firmware, secure boot, controllers, cards, TPM. */
export function sameHardware(
  config: VirtualMachineConfigInfo,
  devices: readonly AnyVirtualDevice[],
  wanted: Pick<HardwareProfile, 'vcpus' | 'memoryMiB'>,
  network: AnyVirtualEthernetCard['backing'] | undefined,
): VirtualMachineConfigSpec & { deviceChange: VirtualDeviceConfigSpec[] } {
  return {
    guestId: config.guestId,
    version: config.version,
    firmware: config.firmware,
    bootOptions:
      config.bootOptions?.efiSecureBootEnabled === undefined
        ? undefined
        : { efiSecureBootEnabled: config.bootOptions.efiSecureBootEnabled },
    ...size(wanted),
    deviceChange: [...controllers(devices), ...otherDevices(devices), ...newCards(devices, network)],
  };
}

/** More cores than this are spread over several sockets. */
const CORES_OF_SOCKET = 64;

/**
 * Processors and memory; vSphere wants a multiple of 4 MiB. The cores of a socket are said, since else a clone keeps its source's, of which the
 * processors must be a multiple, and a new machine has one, so that a desktop Windows uses two processors at most (vsphere.md §10.5).
 */
export function size({ vcpus, memoryMiB }: Pick<HardwareProfile, 'vcpus' | 'memoryMiB'>): {
  numCPUs: number;
  numCoresPerSocket: number;
  memoryMB: bigint;
} {
  let cores = Math.min(vcpus, CORES_OF_SOCKET);
  while (vcpus % cores !== 0) cores--;
  return { numCPUs: vcpus, numCoresPerSocket: cores, memoryMB: BigInt(Math.ceil(memoryMiB / 4) * 4) };
}

function controllers(devices: readonly AnyVirtualDevice[]): VirtualDeviceConfigSpec[] {
  return devices
    .filter((d) => isA(d, 'VirtualController') && !BUILT_IN.includes(d._type ?? ''))
    .map((d) =>
      addDevice({ ...d, key: temporary(d.key), controllerKey: undefined, unitNumber: undefined, device: undefined } as AnyVirtualDevice),
    );
}

function otherDevices(devices: readonly AnyVirtualDevice[]): VirtualDeviceConfigSpec[] {
  return devices.filter((d) => d._type === 'VirtualTPM').map((d) => addDevice({ ...d, key: temporary(d.key) }));
}

function newCards(devices: readonly AnyVirtualDevice[], network: AnyVirtualEthernetCard['backing'] | undefined): VirtualDeviceConfigSpec[] {
  return ethernetCardsOf(devices).map((card, i) =>
    addDevice({
      ...card,
      key: temporary(card.key),
      controllerKey: undefined,
      unitNumber: undefined,
      backing: i === 0 && network !== undefined ? network : portless(card.backing),
      addressType: 'generated',
      macAddress: undefined,
    } as AnyVirtualEthernetCard),
  );
}

/** The cards of a clone: the master's networks, or `network` for the first; addresses of their own, never inherited (H28). */
export function ownCards(
  devices: readonly AnyVirtualDevice[],
  network: AnyVirtualEthernetCard['backing'] | undefined,
): VirtualDeviceConfigSpec[] {
  return ethernetCardsOf(devices).map((card, i) =>
    editDevice({
      ...card,
      backing: i === 0 && network !== undefined ? network : portless(card.backing),
      addressType: 'generated',
      macAddress: undefined,
    } as AnyVirtualEthernetCard),
  );
}

/**
 * The first card of a clone for `location`, where its network is not its source's: only from there the server chooses a host that has that network, and
 * nothing but the backing is taken (vsphere.md §10.9). The rest of it is in {@link ownCards}.
 */
export function placedCards(
  devices: readonly AnyVirtualDevice[],
  network: AnyVirtualEthernetCard['backing'] | undefined,
): { deviceChange?: VirtualDeviceConfigSpec[] } {
  const [first] = ownCards(devices, network);
  return first === undefined || network === undefined ? {} : { deviceChange: [first] };
}

/** CD drives of a clone with nothing in them: the installer's ISO stays where it is and holds no machine. */
export function emptyDrives(devices: readonly AnyVirtualDevice[]): VirtualDeviceConfigSpec[] {
  return devices
    .filter((device) => device._type === 'VirtualCdrom')
    .map((device) =>
      editDevice({
        ...device,
        backing: { _type: 'VirtualCdromRemotePassthroughBackingInfo', deviceName: '', exclusive: false },
        connectable: { startConnected: false, allowGuestControl: true, connected: false },
      } as AnyVirtualDevice),
    );
}

/** A distributed port belongs to one card; the port group gives the clone another. */
function portless(backing: AnyVirtualEthernetCard['backing']): AnyVirtualEthernetCard['backing'] {
  if (!isA(backing, 'VirtualEthernetCardDistributedVirtualPortBackingInfo')) return backing;
  const { switchUuid, portgroupKey } = backing.port;
  return { _type: 'VirtualEthernetCardDistributedVirtualPortBackingInfo', port: { switchUuid, portgroupKey } };
}

/** A child of one of the master's golden disks, on a controller of the same kind and place. */
export function childOf(disk: VirtualDisk, parentPath: string, datastore: string): VirtualDeviceConfigSpec {
  const spec = childDisk({
    parentPath,
    path: `[${datastore}]`,
    controllerKey: temporary(disk.controllerKey ?? 1000),
    unitNumber: disk.unitNumber ?? 0,
    capacityInKB: disk.capacityInKB,
  });
  return { ...spec, device: { ...spec.device, key: temporary(disk.key) } as AnyVirtualDevice };
}

/** A disk file that is there, attached as it is. `temporaryKeys`: the controller is made in the same call. */
export function existingDisk(disk: VirtualDisk, path: string, temporaryKeys: boolean): VirtualDeviceConfigSpec {
  return addDevice({
    _type: 'VirtualDisk',
    key: temporary(disk.key),
    controllerKey: temporaryKeys ? temporary(disk.controllerKey ?? 1000) : (disk.controllerKey ?? 1000),
    unitNumber: disk.unitNumber,
    capacityInKB: disk.capacityInKB,
    backing: { _type: 'VirtualDiskFlatVer2BackingInfo', fileName: path, diskMode: 'persistent' },
  } as AnyVirtualDevice);
}

/** A network, one of NSX's, or a distributed port group by its name, as a card wants it; `not-found` if the data center has none of that name. */
export async function networkBacking(
  ctx: { signal: AbortSignal },
  client: VSphereClient,
  name: string,
  datacenter: Ref,
): Promise<AnyVirtualEthernetCard['backing']> {
  const found = oneNamed(client, 'network', networksOf(client, datacenter), name);
  if (found.ref.type === 'OpaqueNetwork') {
    const { props } = await client.read(ctx, 'OpaqueNetwork', found.ref, ['summary']);
    const { opaqueNetworkId, opaqueNetworkType } = (props.summary ?? {}) as Partial<OpaqueNetworkSummary>;
    if (opaqueNetworkId === undefined || opaqueNetworkType === undefined)
      throw driverError('unavailable', `the network ${name} cannot be read`);
    return { _type: 'VirtualEthernetCardOpaqueNetworkBackingInfo', opaqueNetworkId, opaqueNetworkType };
  }
  if (found.ref.type !== 'DistributedVirtualPortgroup') {
    return { _type: 'VirtualEthernetCardNetworkBackingInfo', deviceName: String(found.props.get('name') ?? name), network: found.ref };
  }
  const group = await client.read(ctx, 'DistributedVirtualPortgroup', found.ref, ['key', 'config.distributedVirtualSwitch']);
  const owner = group.props['config.distributedVirtualSwitch'] as Ref | undefined;
  if (owner === undefined || group.props.key === undefined) throw driverError('unavailable', `the port group ${name} cannot be read`);
  const { props } = await client.read(ctx, 'DistributedVirtualSwitch', owner, ['uuid']);
  return {
    _type: 'VirtualEthernetCardDistributedVirtualPortBackingInfo',
    port: { switchUuid: props.uuid ?? '', portgroupKey: group.props.key },
  };
}
