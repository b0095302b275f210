/** The OVF description of a machine (DSP0243), as OvfManager.CreateDescriptor writes it for disks that were exported. */
import { escapeAttribute, escapeText } from '../../vsphere/xml/text.ts';
import type { Vm } from './entities.ts';
import { guestFullName } from './guest-os.ts';
import type { Model } from './model.ts';
import { openLink } from './vmdk.ts';
import { type Device, type DiskDevice, type NicDevice, nicsOf, type OtherDevice, disksOf } from './vm-record.ts';

/** A disk's file as the client has it. */
export interface OvfFile {
  path: string;
  /** In bytes, of the file. */
  size: number;
  /** In bytes, of what a guest wrote; undefined where nobody says. */
  populated: number | undefined;
  compression: string | undefined;
  chunkSize: number | undefined;
}

export interface OvfWish {
  name: string;
  description: string | undefined;
  /** By device key; a disk without one is described as an empty one. */
  files: ReadonlyMap<number, OvfFile>;
  /** `mac`: addresses of cards; `extraconfig`: settings of the machine. */
  options: ReadonlySet<string>;
}

const NAMESPACES = [
  ['', 'http://schemas.dmtf.org/ovf/envelope/1'],
  [':ovf', 'http://schemas.dmtf.org/ovf/envelope/1'],
  [':rasd', 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData'],
  [':vmw', 'http://www.vmware.com/schema/ovf'],
  [':vssd', 'http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData'],
  [':xsi', 'http://www.w3.org/2001/XMLSchema-instance'],
];

/** CIM_OperatingSystem.OSType by the beginning of vSphere's identifier; 1 is "other". `vmw:osType` says it exactly. */
const OS_TYPES: readonly [RegExp, number][] = [
  [/^ubuntu64/, 94],
  [/^debian\w*_64/, 96],
  [/^rhel\w*_64/, 80],
  [/^centos\w*64/, 107],
  [/^sles\w*_64/, 85],
  [/^other\w*Linux64/, 101],
];

/** Controllers that a description has, in the order in which it names them: resource type, and what VMware calls the kind. */
const CONTROLLERS: Readonly<Record<string, readonly [type: number, subtype: string | undefined]>> = {
  ParaVirtualSCSIController: [6, 'VirtualSCSI'],
  VirtualLsiLogicController: [6, 'lsilogic'],
  VirtualLsiLogicSASController: [6, 'lsilogicsas'],
  VirtualBusLogicController: [6, 'buslogic'],
  VirtualNVMEController: [20, 'vmware.nvme.controller'],
  VirtualAHCIController: [20, 'vmware.sata.ahci'],
  VirtualIDEController: [5, undefined],
};

const CARDS: Readonly<Record<string, string>> = {
  VirtualVmxnet3: 'VmxNet3',
  VirtualE1000: 'E1000',
  VirtualE1000e: 'E1000e',
  VirtualPCNet32: 'PCNet32',
};

type Fields = Readonly<Record<string, string | number | undefined>>;

/** `rasd:` elements in the order of the alphabet, as the schema wants them. */
const item = (fields: Fields, required = true): string =>
  [
    `      <Item${required ? '' : ' ovf:required="false"'}>`,
    ...Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `        <rasd:${name}>${escapeText(String(value))}</rasd:${name}>`),
    '      </Item>',
  ].join('\n');

/** Attributes that are there. */
const attributes = (all: Fields): string =>
  Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`)
    .join('');

const controllersOf = (devices: readonly Device[]): OtherDevice[] => {
  const order = Object.keys(CONTROLLERS);
  const found = devices.filter((d): d is OtherDevice => d.kind === 'other' && Object.hasOwn(CONTROLLERS, d.model));
  return found.sort((a, b) => order.indexOf(a.model) - order.indexOf(b.model) || a.key - b.key);
};

const networkName = (m: Model, nic: NicDevice): string => m.objects.get(nic.network ?? '')?.name ?? 'none';

/** What machines need, each with the number that the others name it by. */
function items(m: Model, { record }: Vm, wish: OvfWish): string[] {
  let next = 1;
  const cpu = item({
    AllocationUnits: 'hertz * 10^6',
    Description: 'Number of Virtual CPUs',
    ElementName: `${record.numCPUs} virtual CPU(s)`,
    InstanceID: next++,
    ResourceType: 3,
    VirtualQuantity: record.numCPUs,
  });
  const memory = item({
    AllocationUnits: 'byte * 2^20',
    Description: 'Memory Size',
    ElementName: `${record.memoryMB}MB of memory`,
    InstanceID: next++,
    ResourceType: 4,
    VirtualQuantity: record.memoryMB,
  });
  const ids = new Map<number, number>();
  const controllers = controllersOf(record.devices).map((device) => {
    const [ResourceType, ResourceSubType] = CONTROLLERS[device.model] ?? [];
    ids.set(device.key, next);
    return item({ Address: device.busNumber, ElementName: device.label, InstanceID: next++, ResourceSubType, ResourceType });
  });
  const at = (device: DiskDevice | OtherDevice): Fields => ({
    AddressOnParent: device.unitNumber,
    Parent: ids.get(device.controllerKey ?? -1),
  });
  const disks = disksOf(record).map((disk, i) =>
    item({ ...at(disk), ElementName: disk.label, HostResource: `ovf:/disk/vmdisk${i + 1}`, InstanceID: next++, ResourceType: 17 }),
  );
  const cards = nicsOf(record).map((nic, i) =>
    item({
      Address: wish.options.has('mac') ? nic.mac : undefined,
      AddressOnParent: nic.unitNumber,
      AutomaticAllocation: String(nic.startConnected),
      Connection: networkName(m, nic),
      ElementName: `Network adapter ${i + 1}`,
      InstanceID: next++,
      ResourceSubType: CARDS[nic.model] ?? nic.model,
      ResourceType: 10,
    }),
  );
  const drives = record.devices
    .filter((d): d is OtherDevice => d.kind === 'other' && d.model === 'VirtualCdrom')
    .map((drive) =>
      item(
        {
          ...at(drive),
          AutomaticAllocation: 'false',
          ElementName: drive.label,
          InstanceID: next++,
          ResourceSubType: 'vmware.cdrom.remotepassthrough',
          ResourceType: 15,
        },
        false,
      ),
    );
  return [cpu, memory, ...controllers, ...disks, ...cards, ...drives];
}

/** The description of a machine, as text. */
export function descriptor(m: Model, vm: Vm, wish: OvfWish): string {
  const { record } = vm;
  const disks = disksOf(record).map((disk, i) => ({ disk, n: i + 1, file: wish.files.get(disk.key) }));
  const files = disks.map(({ n, file }) =>
    file === undefined
      ? ''
      : `    <File${attributes({ 'ovf:chunkSize': file.chunkSize, 'ovf:compression': file.compression, 'ovf:href': file.path, 'ovf:id': `file${n}`, 'ovf:size': file.size })}/>\n`,
  );
  const described = disks.map(({ disk, n, file }) => {
    const all = {
      'ovf:capacity': openLink(m.storage, disk.path).disk.capacity,
      'ovf:capacityAllocationUnits': 'byte',
      'ovf:diskId': `vmdisk${n}`,
      'ovf:fileRef': file === undefined ? undefined : `file${n}`,
      'ovf:format': 'http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized',
      'ovf:populatedSize': file?.populated,
    };
    return `    <Disk${attributes(all)}/>\n`;
  });
  const networks = [...new Set(nicsOf(record).map((nic) => networkName(m, nic)))].map(
    (name) =>
      `    <Network${attributes({ 'ovf:name': name })}>\n      <Description>The ${escapeText(name)} network</Description>\n    </Network>\n`,
  );
  const os = OS_TYPES.find(([known]) => known.test(record.guestId))?.[1] ?? 1;
  const about = wish.description ?? record.annotation;
  const extra = wish.options.has('extraconfig') ? [...record.extraConfig] : [];
  const config = (element: string, key: string, value: string): string =>
    `      <vmw:${element}${attributes({ 'ovf:required': 'false', 'vmw:key': key, 'vmw:value': value })}/>\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope${NAMESPACES.map(([prefix, uri]) => ` xmlns${prefix}="${uri}"`).join('')}>
  <References>
${files.join('')}  </References>
  <DiskSection>
    <Info>Virtual disk information</Info>
${described.join('')}  </DiskSection>
  <NetworkSection>
    <Info>The list of logical networks</Info>
${networks.join('')}  </NetworkSection>
  <VirtualSystem${attributes({ 'ovf:id': wish.name })}>
    <Info>A virtual machine</Info>
    <Name>${escapeText(wish.name)}</Name>
${about === '' ? '' : `    <AnnotationSection>\n      <Info>A human-readable annotation</Info>\n      <Annotation>${escapeText(about)}</Annotation>\n    </AnnotationSection>\n`}    <OperatingSystemSection${attributes({ 'ovf:id': os, 'vmw:osType': record.guestId })}>
      <Info>The kind of installed guest operating system</Info>
      <Description>${escapeText(guestFullName(record.guestId))}</Description>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>Virtual hardware requirements</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>${escapeText(wish.name)}</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>${escapeText(record.version)}</vssd:VirtualSystemType>
      </System>
${items(m, vm, wish).join('\n')}
${config('Config', 'firmware', record.firmware)}${extra.map(([key, value]) => config('ExtraConfig', key, value)).join('')}    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;
}
