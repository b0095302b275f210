/** What machines of one version of virtual hardware may have: VirtualMachineConfigOption. */
import { GUEST_OSES, type GuestOs } from '../../model/guest-os.ts';
import type { HardwareVersion } from '../../model/hardware-versions.ts';
import { FIXED_DEVICES } from '../../model/vm-record.ts';
import { otherInfo } from './devices.ts';
import { CAPABILITY } from './vm.ts';

const int = (min: number, max: number, defaultValue: number) => ({ _type: 'IntOption', min, max, defaultValue });
const long = (min: number, max: number, defaultValue: number) => ({
  _type: 'LongOption',
  min: BigInt(min),
  max: BigInt(max),
  defaultValue: BigInt(defaultValue),
});

/** Most virtual processors and MiB by version (VMware KB 2051652). */
function limits(version: number): { cpus: number; memoryMiB: number } {
  if (version >= 18) return { cpus: 768, memoryMiB: 24 * 2 ** 20 };
  if (version >= 17) return { cpus: 256, memoryMiB: 6128 * 1024 };
  if (version >= 11) return { cpus: 128, memoryMiB: 4080 * 1024 };
  if (version >= 8) return { cpus: version >= 9 ? 64 : 32, memoryMiB: 1011 * 1024 };
  return version >= 7 ? { cpus: 8, memoryMiB: 255 * 1024 } : { cpus: 4, memoryMiB: 65_532 };
}

function cards(version: number): string[] {
  return ['VirtualE1000', ...(version >= 8 ? ['VirtualE1000e'] : []), ...(version >= 7 ? ['VirtualVmxnet3'] : [])];
}

function descriptor(os: GuestOs, { version }: HardwareVersion): Record<string, unknown> {
  const most = limits(version);
  const modern = version >= 8;
  const efi = modern && os.family !== 'solarisGuest';
  const scsi = version >= 7 && os.family !== 'solarisGuest' ? 'ParaVirtualSCSIController' : 'VirtualLsiLogicController';
  return {
    id: os.id,
    family: os.family,
    fullName: os.fullName,
    supportedMaxCPUs: most.cpus,
    numSupportedPhysicalSockets: most.cpus,
    numSupportedCoresPerSocket: most.cpus,
    supportedMinMemMB: 4,
    supportedMaxMemMB: os.bits === 32 ? Math.min(65_536, most.memoryMiB) : most.memoryMiB,
    recommendedMemMB: os.memoryMiB,
    recommendedColorDepth: 32,
    supportedDiskControllerList: [
      'VirtualIDEController',
      'VirtualLsiLogicController',
      'VirtualLsiLogicSASController',
      ...(scsi === 'ParaVirtualSCSIController' ? [scsi] : []),
      ...(version >= 10 ? ['VirtualAHCIController'] : []),
      ...(version >= 13 ? ['VirtualNVMEController'] : []),
    ],
    recommendedSCSIController: scsi,
    recommendedDiskController: scsi,
    supportedNumDisks: 60,
    recommendedDiskSizeMB: os.diskMiB,
    recommendedCdromController: version >= 10 ? 'VirtualAHCIController' : 'VirtualIDEController',
    supportedEthernetCard: cards(version),
    recommendedEthernetCard: version >= 7 ? 'VirtualVmxnet3' : 'VirtualE1000',
    supportsSlaveDisk: true,
    smcRequired: os.family === 'darwinGuestFamily',
    supportsWakeOnLan: true,
    supportsVMI: false,
    supportsMemoryHotAdd: os.bits === 64,
    supportsCpuHotAdd: os.bits === 64,
    supportsCpuHotRemove: false,
    supportedFirmware: efi ? ['bios', 'efi'] : ['bios'],
    recommendedFirmware: efi ? os.firmware : 'bios',
    supports3D: false,
    recommended3D: false,
    smcRecommended: os.family === 'darwinGuestFamily',
    ich7mRecommended: false,
    usbRecommended: os.family === 'darwinGuestFamily',
    supportLevel: 'supported',
    supportedForCreate: true,
    vRAMSizeInKB: int(1024, 262_144, 4096),
    numSupportedFloppyDevices: 2,
    supportsPvscsiControllerForBoot: scsi === 'ParaVirtualSCSIController',
    diskUuidEnabled: os.family === 'windowsGuest',
    supportsHotPlugPCI: true,
    supportsSecureBoot: efi && version >= 13,
    defaultSecureBoot: efi && version >= 13 && os.firmware === 'efi',
  };
}

function hardwareOptions({ version }: HardwareVersion): Record<string, unknown> {
  const { cpus, memoryMiB } = limits(version);
  const shares = (normal: number) => ({ sharesOption: { sharesOption: int(0, 1_000_000, normal), defaultLevel: 'normal' } });
  return {
    hwVersion: version,
    virtualDeviceOption: [],
    deviceListReadonly: false,
    numCPU: Array.from({ length: cpus }, (_, i) => i + 1),
    numCoresPerSocket: int(1, cpus, 1),
    numCpuReadonly: false,
    memoryMB: long(4, memoryMiB, 128),
    numPCIControllers: int(1, 1, 1),
    numIDEControllers: int(2, 2, 2),
    numUSBControllers: int(0, 1, 0),
    numUSBXHCIControllers: int(0, version >= 8 ? 1 : 0, 0),
    numSIOControllers: int(1, 1, 1),
    numPS2Controllers: int(1, 1, 1),
    resourceConfigOption: { cpuAllocationOption: shares(1000), memoryAllocationOption: shares(10) },
  };
}

/** `only`: identifiers to which the list of guests is narrowed; if none of them is known, the list is whole, as the API says. */
export function configOption(hardware: HardwareVersion, only: readonly string[]): Record<string, unknown> {
  const offered = GUEST_OSES.filter((os) => os.hardware <= hardware.version);
  const wanted = offered.filter(({ id }) => only.includes(id));
  return {
    version: hardware.key,
    description: hardware.description,
    guestOSDescriptor: (wanted.length === 0 ? offered : wanted).map((os) => descriptor(os, hardware)),
    guestOSDefaultIndex: 0,
    hardwareOptions: hardwareOptions(hardware),
    capabilities: CAPABILITY,
    datastore: {},
    defaultDevice: FIXED_DEVICES.map((device) => otherInfo(device, FIXED_DEVICES, 0)),
    supportedMonitorType: ['release'],
    supportedOvfEnvironmentTransport: ['iso', 'com.vmware.guestInfo'],
    supportedOvfInstallTransport: [],
  };
}
