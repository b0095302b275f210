/** Devices of a machine: reading them, and building the changes that clones and child disks need. */
import { isA } from '../types/guard.ts';
import type { AnyValue } from '../types/value.ts';
import type {
  AnyVirtualDevice,
  AnyVirtualDeviceBackingInfo,
  AnyVirtualEthernetCard,
  OptionValue,
  VirtualDeviceConfigSpec,
  VirtualDisk,
  VirtualDiskFlatVer2BackingInfo,
} from '../types/vim.gen.ts';

/** The device list of `config.hardware.device` as the cache or a read gives it. */
export function asDevices(value: AnyValue | undefined): AnyVirtualDevice[] {
  return Array.isArray(value) ? value.filter((d): d is AnyVirtualDevice => isA(d, 'VirtualDevice')) : [];
}

export function disksOf(devices: readonly AnyVirtualDevice[]): VirtualDisk[] {
  return devices.filter((d): d is VirtualDisk => isA(d, 'VirtualDisk'));
}

export function ethernetCardsOf(devices: readonly AnyVirtualDevice[]): AnyVirtualEthernetCard[] {
  return devices.filter((d): d is AnyVirtualEthernetCard => isA(d, 'VirtualEthernetCard'));
}

/** Datastore paths of a disk's files, leaf first, base last, as the hypervisor tells them. Empty if the disk has no file (a raw device). */
export function diskChain(disk: VirtualDisk): string[] {
  const out: string[] = [];
  let backing: AnyVirtualDeviceBackingInfo | undefined = disk.backing;
  // vSphere allows 255 links; the bound keeps a circular answer from hanging us
  for (let depth = 0; backing && depth < 512; depth++) {
    if (isA(backing, 'VirtualDeviceFileBackingInfo')) out.push(backing.fileName);
    backing = (backing as { parent?: AnyVirtualDeviceBackingInfo }).parent;
  }
  return out;
}

/** Reconfigures a device that is there: `fileOperation` stays unset, so no file is touched. */
export function editDevice(device: AnyVirtualDevice): VirtualDeviceConfigSpec {
  return { _type: 'VirtualDeviceConfigSpec', operation: 'edit', device };
}

export function addDevice(device: AnyVirtualDevice): VirtualDeviceConfigSpec {
  return { _type: 'VirtualDeviceConfigSpec', operation: 'add', device };
}

/** Network cards as the clone should have them: the same backing, an address of its own, which the server makes when none is given. */
export function withOwnAddresses(
  devices: readonly AnyVirtualDevice[],
  macOf: (card: AnyVirtualEthernetCard) => string | undefined = () => undefined,
) {
  return ethernetCardsOf(devices).map((card) => {
    const mac = macOf(card);
    return editDevice({ ...card, addressType: mac === undefined ? 'generated' : 'manual', macAddress: mac ?? '' });
  });
}

export interface ChildDiskOptions {
  /** Datastore path of the disk that stands below; it must exist. */
  parentPath: string;
  /** Where the child goes; `[datastore]` alone puts it into the machine's folder. */
  path: string;
  controllerKey: number;
  unitNumber: number;
  /** 0 takes the parent's. */
  capacityInKB?: bigint;
}

/** A new, empty disk on top of another: `add` with `create` and `backing.parent`. Works on vCenter and ESXi; never touches the parent. */
export function childDisk(options: ChildDiskOptions): VirtualDeviceConfigSpec {
  const backing: VirtualDiskFlatVer2BackingInfo = {
    _type: 'VirtualDiskFlatVer2BackingInfo',
    fileName: options.path,
    diskMode: 'persistent',
    thinProvisioned: true,
    parent: { _type: 'VirtualDiskFlatVer2BackingInfo', fileName: options.parentPath, diskMode: 'persistent' },
  };
  return {
    _type: 'VirtualDeviceConfigSpec',
    operation: 'add',
    fileOperation: 'create',
    device: {
      _type: 'VirtualDisk',
      key: -1,
      backing,
      controllerKey: options.controllerKey,
      unitNumber: options.unitNumber,
      capacityInKB: options.capacityInKB ?? 0n,
    },
  };
}

/** Settings of the machine's configuration file (`extraConfig`); an empty value removes a key. */
export function extraConfig(settings: Readonly<Record<string, string>>): OptionValue[] {
  return Object.entries(settings).map(([key, value]) => ({ _type: 'OptionValue', key, value }));
}

/** cloud-init's VMware data source: texts as base64 in guestinfo. Readable by everyone in the guest: no lasting secrets. */
export function guestInfo(data: { metadata?: string; userdata?: string; vendordata?: string }): OptionValue[] {
  const settings: Record<string, string> = {};
  for (const [name, text] of Object.entries(data)) {
    if (text === undefined) continue;
    settings[`guestinfo.${name}`] = Buffer.from(text, 'utf8').toString('base64');
    settings[`guestinfo.${name}.encoding`] = 'base64';
  }
  return extraConfig(settings);
}

/** One key of `extraConfig` as the cache or a read gives it. */
export function readExtraConfig(value: AnyValue | undefined, key: string): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const found = value.find((o): o is OptionValue => isA(o, 'OptionValue') && o.key === key);
  return typeof found?.value === 'string' ? found.value : undefined;
}
