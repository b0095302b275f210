import { OPAQUE_TYPE } from './network.ts';
import type { DataObject } from '../../../vsphere/types/value.ts';
import { isNet, type Vm } from '../../model/entities.ts';
import type { Device, DiskDevice, Hardware, NicDevice, OtherDevice } from '../../model/vm-record.ts';
import { type ChainLink, chainPaths } from '../../model/vmdk.ts';
import type { Model } from '../../model/model.ts';
import { long, type Reader, ref } from './context.ts';

type Wire = DataObject & Record<string, unknown>;

export function hardwareInfo(vm: Vm, hardware: Hardware, reader: Reader): Wire {
  return {
    numCPU: hardware.numCPUs,
    numCoresPerSocket: hardware.coresPerSocket,
    memoryMB: hardware.memoryMB,
    virtualICH7MPresent: false,
    virtualSMCPresent: false,
    device: deviceList(vm, hardware, reader),
  };
}

export function deviceList(vm: Vm, hardware: Hardware, reader: Reader): Wire[] {
  return hardware.devices.map((device) => deviceInfo(vm, hardware, device, reader));
}

function deviceInfo(vm: Vm, hardware: Hardware, device: Device, reader: Reader): Wire {
  switch (device.kind) {
    case 'disk':
      return diskInfo(device, reader.sim.model);
    case 'nic':
      return nicInfo(device, reader.sim.model);
    case 'other':
      return otherInfo(device, hardware.devices, vm.created);
  }
}

function diskInfo(disk: DiskDevice, m: Model): Wire {
  const links = readableChain(m, disk.path);
  const capacity = links[0]?.disk?.capacity ?? 0;
  return {
    _type: 'VirtualDisk',
    key: disk.key,
    deviceInfo: { _type: 'Description', label: disk.label, summary: `${(capacity / 1024).toLocaleString('en-US')} KB` },
    backing: disk.rdm === undefined ? backingInfo(m, disk.path, links, disk.mode) : mappingInfo(disk.path, disk.rdm, disk.mode),
    controllerKey: disk.controllerKey,
    unitNumber: disk.unitNumber,
    capacityInKB: long(capacity / 1024),
    capacityInBytes: long(capacity),
    shares: { shares: 1000, level: 'normal' },
  };
}

/** The chain as far as its files are there: a broken chain is shown as far as it goes, with the missing file's name last. */
function readableChain(m: Model, path: string): (Pick<ChainLink, 'path'> & Partial<ChainLink>)[] {
  return chainPaths(m.storage, path).map((p) => {
    const file = safeFile(m, p);
    return file?.disk === undefined ? { path: p } : { path: p, disk: file.disk };
  });
}

function safeFile(m: Model, path: string) {
  try {
    return m.storage.file(path);
  } catch {
    return undefined;
  }
}

const mappingInfo = (fileName: string, deviceName: string, diskMode: string): Wire => ({
  _type: 'VirtualDiskRawDiskMappingVer1BackingInfo',
  fileName,
  deviceName,
  compatibilityMode: 'physicalMode',
  diskMode,
});

/** Nested from the base upwards, so that a chain of any length needs no recursion. */
function backingInfo(m: Model, leaf: string, links: (Pick<ChainLink, 'path'> & Partial<ChainLink>)[], mode: string): Wire {
  let parent: Wire | undefined;
  for (const [i, link] of [...links].reverse().entries()) {
    const isLeaf = i === links.length - 1;
    const { disk } = link;
    const name = /^\[([^\]]+)\]/.exec(link.path)?.[1];
    const datastore = m.datastores.find((ds) => ds.name === name);
    const info: Wire = {
      // A seSparse delta stands on flat disks, and vim25 nests a parent in its child's own type; hosts show flat throughout.
      _type: 'VirtualDiskFlatVer2BackingInfo',
      fileName: isLeaf ? leaf : link.path,
      diskMode: mode,
    };
    if (datastore !== undefined) info['datastore'] = ref(datastore);
    if (disk !== undefined) {
      info['writeThrough'] = false;
      info['uuid'] = disk.uuid;
      info['contentId'] = disk.contentId;
      info['digestEnabled'] = false;
      info['split'] = false;
      info['thinProvisioned'] = disk.thin;
      if (disk.eager) info['eagerlyScrub'] = true;
      if (disk.parent !== undefined) info['deltaDiskFormat'] = disk.format === 'seSparse' ? 'seSparseFormat' : 'redoLogFormat';
    }
    if (parent !== undefined) info['parent'] = parent;
    parent = info;
  }
  return parent ?? { _type: 'VirtualDiskFlatVer2BackingInfo', fileName: leaf, diskMode: mode };
}

function nicInfo(nic: NicDevice, m: Model): Wire {
  const net = nic.network === undefined ? undefined : m.objects.get(nic.network);
  let backing: Wire = { _type: 'VirtualEthernetCardNetworkBackingInfo', deviceName: '' };
  if (isNet(net) && net.opaque !== undefined) {
    backing = {
      _type: 'VirtualEthernetCardOpaqueNetworkBackingInfo',
      opaqueNetworkId: net.opaque,
      opaqueNetworkType: OPAQUE_TYPE,
    };
  } else if (isNet(net)) {
    backing =
      net.dvs === undefined
        ? {
            _type: 'VirtualEthernetCardNetworkBackingInfo',
            deviceName: net.name,
            useAutoDetect: false,
            network: ref(net),
            inPassthroughMode: false,
          }
        : {
            _type: 'VirtualEthernetCardDistributedVirtualPortBackingInfo',
            port: { switchUuid: net.dvs.uuid, portgroupKey: net.id, portKey: String(nic.key) },
          };
  }
  return {
    _type: nic.model,
    key: nic.key,
    deviceInfo: { _type: 'Description', label: nic.label, summary: isNet(net) ? net.name : '' },
    backing,
    connectable: {
      migrateConnect: 'unset',
      startConnected: nic.startConnected,
      allowGuestControl: true,
      connected: nic.connected,
      status: nic.connected ? 'ok' : 'untried',
    },
    controllerKey: nic.controllerKey,
    unitNumber: nic.unitNumber,
    addressType: nic.addressType,
    macAddress: nic.mac,
    wakeOnLanEnabled: nic.wakeOnLan,
  };
}

/** A device that is no disk and no card, among `devices`; `id` tells machines apart on the bus between them. */
export function otherInfo(device: OtherDevice, devices: readonly Device[], id: number): Wire {
  const info: Wire = {
    _type: device.model,
    key: device.key,
    deviceInfo: { _type: 'Description', label: device.label, summary: device.label },
  };
  if (device.controllerKey !== undefined) info['controllerKey'] = device.controllerKey;
  if (device.unitNumber !== undefined) info['unitNumber'] = device.unitNumber;
  if (device.iso !== undefined) info['backing'] = { _type: 'VirtualCdromIsoBackingInfo', fileName: device.iso };
  if (device.busNumber !== undefined) {
    info['busNumber'] = device.busNumber;
    const own = devices.filter((d) => 'controllerKey' in d && d.controllerKey === device.key).map((d) => d.key);
    if (own.length > 0) info['device'] = own;
    if (/SCSI|Lsi|BusLogic/.test(device.model)) {
      info['hotAddRemove'] = true;
      info['sharedBus'] = 'noSharing';
      info['scsiCtlrUnitNumber'] = 7;
    }
  }
  if (device.model === 'VirtualMachineVideoCard') {
    info['videoRamSizeInKB'] = 4096n;
    info['numDisplays'] = 1;
    info['useAutoDetect'] = false;
    info['enable3DSupport'] = false;
  }
  if (device.model === 'VirtualMachineVMCIDevice') info['id'] = BigInt(id % 2 ** 31);
  return info;
}
