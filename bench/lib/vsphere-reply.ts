/** A RetrievePropertiesEx reply of a given size, as a vCenter sends it: machines with what the inventory watches. */
import { encodeReply } from '../../src/vsphere/soap/envelope.ts';
import type { AnyValue } from '../../src/vsphere/types/value.ts';
import type { AnyVirtualDevice, ObjectContent } from '../../src/vsphere/types/vim.gen.ts';
import { propertyValue } from '../../src/vsphere/xml/encode.ts';

function devices(n: number): AnyVirtualDevice[] {
  const deviceInfo = (label: string) => ({ _type: 'Description' as const, label, summary: `${label} of machine ${n}` });
  return [
    { _type: 'VirtualIDEController', key: 200, deviceInfo: deviceInfo('IDE 0'), busNumber: 0 },
    {
      _type: 'ParaVirtualSCSIController',
      key: 1000,
      deviceInfo: deviceInfo('SCSI controller 0'),
      busNumber: 0,
      device: [2000],
      sharedBus: 'noSharing',
    },
    {
      _type: 'VirtualDisk',
      key: 2000,
      deviceInfo: deviceInfo('Hard disk 1'),
      backing: {
        _type: 'VirtualDiskFlatVer2BackingInfo',
        fileName: `[datastore-${n % 8}] lab-${n}/lab-${n}-000001.vmdk`,
        datastore: { type: 'Datastore', value: `datastore-${n % 8}` },
        diskMode: 'persistent',
        thinProvisioned: true,
        uuid: `6000C29a-${n.toString(16).padStart(4, '0')}-8d1c-5f2e-3d4f5a6b7c8d`,
        parent: { _type: 'VirtualDiskFlatVer2BackingInfo', fileName: `[datastore-${n % 8}] golden/golden.vmdk`, diskMode: 'persistent' },
      },
      controllerKey: 1000,
      unitNumber: 0,
      capacityInKB: 41943040n,
      capacityInBytes: 42949672960n,
    },
    {
      _type: 'VirtualVmxnet3',
      key: 4000,
      deviceInfo: deviceInfo('Network adapter 1'),
      backing: {
        _type: 'VirtualEthernetCardNetworkBackingInfo',
        deviceName: 'Lab & Class <A>',
        network: { type: 'Network', value: 'network-7' },
      },
      connectable: { startConnected: true, allowGuestControl: true, connected: true, status: 'ok' },
      addressType: 'assigned',
      macAddress: `00:50:56:${[n >> 16, n >> 8, n].map((b) => (b & 255).toString(16).padStart(2, '0')).join(':')}`,
      wakeOnLanEnabled: true,
    },
  ];
}

function machine(n: number): ObjectContent {
  const props: Record<string, AnyValue> = {
    name: `lab-${n}`,
    parent: { type: 'Folder', value: 'group-v22' },
    'config.instanceUuid': `50${n.toString(16).padStart(6, '0')}-1111-2222-3333-444455556666`,
    'config.template': false,
    'config.changeVersion': '2026-11-23T10:00:00.123456Z',
    'config.files.vmPathName': `[datastore-${n % 8}] lab-${n}/lab-${n}.vmx`,
    'config.hardware.device': devices(n),
    'config.extraConfig': Array.from({ length: 6 }, (_, i) => ({
      _type: 'OptionValue',
      key: `guestinfo.key${i}`,
      value: `value ${i} of ${n}`,
    })),
    'runtime.powerState': 'poweredOn',
    'runtime.connectionState': 'connected',
    'runtime.host': { type: 'HostSystem', value: `host-${n % 64}` },
    'guest.ipAddress': `10.0.${(n >> 8) & 255}.${n & 255}`,
    'guest.toolsRunningStatus': 'guestToolsRunning',
    guestHeartbeatStatus: 'green',
    resourcePool: { type: 'ResourcePool', value: 'resgroup-8' },
  };
  return {
    obj: { type: 'VirtualMachine', value: `vm-${n}` },
    propSet: Object.entries(props).map(([name, val]) => ({ name, val: propertyValue('VirtualMachine', name, val) })),
  };
}

/** The first machine count whose reply reaches `bytes`. */
export function makeReply(bytes: number): { document: string; machines: number } {
  const one = encodeReply('RetrievePropertiesEx', { objects: [machine(1)] }).length;
  const machines = Math.ceil(bytes / (one - 500));
  const document = encodeReply('RetrievePropertiesEx', { objects: Array.from({ length: machines }, (_, n) => machine(n)) });
  // one flat string, as it comes from the network
  return { document: Buffer.from(document).toString(), machines };
}
