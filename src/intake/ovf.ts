/** What an OVF description (DSP0243) says of a machine. The XML reader takes no DTD, so nothing in it expands or leads elsewhere. */
import { CarrelError, isCode } from '../lib/errors.ts';
import type { RawElement } from '../vsphere/types/value.ts';
import { XmlReader } from '../vsphere/xml/reader.ts';

/** Longest description that is read, in bytes; real ones have 20 KiB. */
export const MAX_OVF_BYTES = 2 * 1024 ** 2;

/** Devices of one machine; real ones have thirty. They are compared with each other. */
const MAX_ITEMS = 1000;

/** What the machine of an OVF had, in the words of the options of an import. */
export interface ProposedHardware {
  vcpus?: number;
  memoryMiB?: number;
  /** Absent where nothing is said: then the disk itself tells. */
  firmware?: 'efi';
  /** Absent where machines here have nothing of the kind, which is said. */
  diskBus?: 'sata' | 'pvscsi' | 'lsilogicsas';
  nic?: 'e1000' | 'e1000e' | 'vmxnet3';
  /** Only with EFI firmware, which alone has it. */
  secureBoot?: true;
  /** One of the version that machines here can have, 2.0. */
  tpm?: true;
  os?: string;
}

export interface Ovf {
  /** The file of the system disk: the first disk of the machine. */
  systemDisk: { href: string; gzip: boolean };
  proposed: ProposedHardware;
  /** Sentences for the person who brought it: what is left out, and what machines here have in place of it. */
  notes: string[];
}

function bad(message: string, hint: string): CarrelError {
  return new CarrelError('bad-image', message, { hint });
}

/** Throws `bad-image` with what is wrong. */
export function readOvf(document: Buffer): Ovf {
  const envelope = parse(document);
  const machine = theMachine(envelope);
  const hardware = child(machine, 'VirtualHardwareSection');
  if (hardware === undefined) throw bad('its OVF description has no virtual hardware', 'export the machine again');
  const items = hardware.children.filter(isElement).filter(({ name }) => /^(Item|StorageItem|EthernetPortItem)$/.test(name));
  if (items.length > MAX_ITEMS) throw bad('its OVF description has absurdly many devices', 'export the machine again');
  const [system, ...others] = disksOf(envelope, items);
  if (system === undefined) throw bad('the machine of its OVF description has no disk', 'export the machine with its disks');
  const vcpus = quantity(items, '3');
  const memoryMiB = memoryOf(items);
  const os = osOf(machine);
  const [bus, card] = [busOf(items), cardOf(items)];
  const efi = saysEfi(machine);
  return {
    systemDisk: fileOf(envelope, system),
    proposed: {
      ...(vcpus !== undefined && vcpus <= 256 ? { vcpus } : {}),
      ...(memoryMiB !== undefined && memoryMiB >= 16 && memoryMiB <= 1_048_576 ? { memoryMiB } : {}),
      ...(efi ? { firmware: 'efi' as const } : {}),
      ...(efi && saysSecureBoot(machine) ? { secureBoot: true as const } : {}),
      ...(saysTpm(machine, items) ? { tpm: true as const } : {}),
      ...(bus === undefined ? {} : { diskBus: bus }),
      ...(card === undefined ? {} : { nic: card }),
      ...(os === undefined ? {} : { os }),
    },
    notes: [...leftOut(system, others), ...otherHardware(items)],
  };
}

function parse(document: Buffer): RawElement {
  try {
    const reader = new XmlReader(new TextDecoder('utf-8', { fatal: true }).decode(document), { maxDepth: 64 });
    reader.root();
    const root = reader.raw();
    reader.end();
    if (root.name === 'Envelope') return root;
  } catch (error) {
    if (!isCode(error, 'vsphere-xml', 'ERR_ENCODING_INVALID_ENCODED_DATA')) throw error;
    throw new CarrelError('bad-image', 'its OVF description cannot be read', {
      hint: 'export the machine again: it is XML in UTF-8, without a DTD',
      cause: error,
    });
  }
  throw bad('its OVF description is none', 'export the machine again');
}

const isElement = (node: RawElement | string): node is RawElement => typeof node !== 'string';
const child = (of: RawElement, name: string) => of.children.filter(isElement).find((each) => each.name === name);
const all = (of: RawElement | undefined, name: string) => (of?.children ?? []).filter(isElement).filter((each) => each.name === name);
const attr = (of: RawElement | undefined, name: string) => of?.attrs.find(([key]) => key === name)?.[1];
const text = (of: RawElement | undefined) =>
  of?.children
    .filter((node): node is string => typeof node === 'string')
    .join('')
    .trim();
const field = (item: RawElement, name: string) => text(child(item, name));

/** A name of a file beside the description, as a person may read it. */
const shown = (name: string) => JSON.stringify(name.slice(0, 200));

function theMachine(envelope: RawElement): RawElement {
  const collection = child(envelope, 'VirtualSystemCollection');
  const machines = [...all(envelope, 'VirtualSystem'), ...all(collection, 'VirtualSystem')];
  const [machine, ...more] = machines;
  if (machine === undefined) throw bad('its OVF description has no machine', 'export the machine again');
  if (more.length > 0) {
    const names = machines.map((each) => shown(attr(each, 'id') ?? '')).join(', ');
    throw bad(`its OVF description has ${machines.length} machines (${names})`, 'export each by itself, and import one at a time');
  }
  return machine;
}

interface Disk {
  id: string;
  fileRef: string | undefined;
}

/** The machine's disks in the order of their places: by controller, then by address there. */
function disksOf(envelope: RawElement, items: RawElement[]): Disk[] {
  const described = all(child(envelope, 'DiskSection'), 'Disk');
  const place = (item: RawElement) => {
    const parent = items.findIndex((each) => field(each, 'InstanceID') === field(item, 'Parent'));
    return [parent, Number(field(item, 'AddressOnParent') ?? 0)] as const;
  };
  const drives = items.filter((item) => field(item, 'ResourceType') === '17');
  drives.sort((a, b) => place(a)[0] - place(b)[0] || place(a)[1] - place(b)[1]);
  return drives.map((item) => {
    const [, kind, id = ''] = /^(?:ovf:)?\/(disk|file)\/(.+)$/.exec(field(item, 'HostResource') ?? '') ?? [];
    if (kind === 'file') return { id, fileRef: id };
    const disk = described.find((each) => attr(each, 'diskId') === id);
    if (attr(disk, 'parentRef') !== undefined) throw bad('its disk stands on another disk', 'export the machine without snapshots');
    return { id, fileRef: attr(disk, 'fileRef') };
  });
}

function fileOf(envelope: RawElement, disk: Disk): Ovf['systemDisk'] {
  const file = all(child(envelope, 'References'), 'File').find((each) => attr(each, 'id') === disk.fileRef);
  const href = attr(file, 'href');
  if (disk.fileRef === undefined || href === undefined) {
    throw bad(`the first disk of its machine (${shown(disk.id)}) is empty: no file belongs to it`, 'export the machine with its disks');
  }
  if (/[/\\:]/.test(href) || href === '..') {
    throw bad(`its OVF description names a file outside of it (${shown(href)})`, 'export the machine again, as one OVA');
  }
  if (attr(file, 'chunkSize') !== undefined) throw bad('its disk is cut in pieces', 'export the machine with the disk in one file');
  const compression = attr(file, 'compression') ?? '';
  if (!/^(gzip|identity|)$/.test(compression)) throw bad(`its disk is packed with ${shown(compression)}`, 'export the machine again');
  return { href, gzip: compression === 'gzip' };
}

/** Sum of what the items of a kind say. */
function quantity(items: RawElement[], resourceType: string): number | undefined {
  const found = items.filter((item) => field(item, 'ResourceType') === resourceType).map((item) => Number(field(item, 'VirtualQuantity')));
  const sum = found.reduce((a, b) => a + b, 0);
  return Number.isSafeInteger(sum) && sum > 0 ? sum : undefined;
}

/** In MiB. The unit is written as `byte * 2^20`, or in words of older versions; left out, it is MiB in all exporters. */
function memoryOf(items: RawElement[]): number | undefined {
  const item = items.find((each) => field(each, 'ResourceType') === '4');
  const amount = quantity(items, '4');
  if (item === undefined || amount === undefined) return undefined;
  const unit = field(item, 'AllocationUnits') ?? 'byte * 2^20';
  const [, power] = /^byte(?:\s*\*\s*2\s*\^\s*(\d{1,2}))?$/i.exec(unit) ?? [];
  const words: Readonly<Record<string, number>> = { byte: 0, bytes: 0, kilobytes: 10, megabytes: 20, gigabytes: 30 };
  const exponent = power === undefined ? (words[unit.toLowerCase()] ?? 20) : Number(power);
  return Math.ceil(amount * 2 ** (exponent - 20));
}

/** VMware writes it among its own settings, VirtualBox in its own section. */
function saysEfi(machine: RawElement): boolean {
  return within(
    machine,
    (each) => setting(each, 'firmware') === 'efi' || (each.name === 'Firmware' && typeOf(each)?.toUpperCase().startsWith('EFI') === true),
  );
}

/** VMware's alone: VirtualBox keeps it in a file that no OVF has (NVRAM). */
function saysSecureBoot(machine: RawElement): boolean {
  return within(machine, (each) => setting(each, 'bootOptions.efiSecureBootEnabled') === 'true');
}

/** A device at VMware; at VirtualBox an element of its own section, which also says of which version. */
function saysTpm(machine: RawElement, items: RawElement[]): boolean {
  return (
    items.some((item) => field(item, 'ResourceSubType')?.toLowerCase() === 'vmware.vtpm') ||
    within(machine, (each) => each.name === 'TrustedPlatformModule' && typeOf(each)?.toLowerCase() === 'v2_0')
  );
}

/** Value of one of VMware's settings (`vmw:Config`), in small letters; undefined where the element is not that. */
function setting({ name, attrs }: RawElement, key: string): string | undefined {
  const of = new Map(attrs);
  return name === 'Config' && of.get('key') === key ? of.get('value')?.toLowerCase() : undefined;
}

const typeOf = (element: RawElement) => attr(element, 'type') ?? attr(element, 'xsi:type');

function within(element: RawElement, says: (each: RawElement) => boolean): boolean {
  return says(element) || element.children.filter(isElement).some((each) => within(each, says));
}

function osOf(machine: RawElement): string | undefined {
  const section = child(machine, 'OperatingSystemSection');
  const said = text(section && child(section, 'Description')) || attr(section, 'osType');
  return said?.slice(0, 100) || undefined;
}

function leftOut(system: Disk, others: Disk[]): string[] {
  if (others.length === 0) return [];
  const names = others.map(({ id }) => shown(id)).join(', ');
  return [`Of its ${others.length + 1} disks the first (${shown(system.id)}) is taken; left out: ${names}.`];
}

/** By the names that VMware and VirtualBox write (`rasd:ResourceSubType`). */
const BUSES: readonly [RegExp, NonNullable<ProposedHardware['diskBus']>][] = [
  [/^virtualscsi$|^pvscsi$/i, 'pvscsi'],
  [/^lsilogicsas$/i, 'lsilogicsas'],
  [/ahci|sata/i, 'sata'],
];
const CARDS: readonly [RegExp, NonNullable<ProposedHardware['nic']>][] = [
  [/^vmxnet3$/i, 'vmxnet3'],
  [/^e1000e$/i, 'e1000e'],
  [/^e1000$/i, 'e1000'],
];

const kindIn = <T>(kinds: readonly (readonly [RegExp, T])[], name: string): T | undefined => kinds.find(([known]) => known.test(name))?.[1];

/** What its disks hang on. */
function controllersOf(items: RawElement[]): string[] {
  const drives = items.filter((item) => field(item, 'ResourceType') === '17').map((item) => field(item, 'Parent'));
  return items.filter((item) => drives.includes(field(item, 'InstanceID'))).map(kindOf);
}

const cardsOf = (items: RawElement[]): string[] => items.filter((item) => field(item, 'ResourceType') === '10').map(kindOf);
const busOf = (items: RawElement[]) => kindIn(BUSES, controllersOf(items)[0] ?? '');
const cardOf = (items: RawElement[]) => kindIn(CARDS, cardsOf(items)[0] ?? '');

function otherHardware(items: RawElement[]): string[] {
  const foreign = (kinds: string[], known: readonly (readonly [RegExp, unknown])[]) =>
    kinds.slice(0, 1).filter((kind) => kind !== '' && !/virtio/i.test(kind) && kindIn(known, kind) === undefined);
  const missing = [...foreign(controllersOf(items), BUSES), ...foreign(cardsOf(items), CARDS)];
  if (missing.length === 0) return [];
  return [`It was made for ${missing.join(', ')}, of which machines here have none: they get virtio, whose drivers it must have.`];
}

function kindOf(item: RawElement): string {
  const names: Readonly<Record<string, string>> = { '5': 'IDE', '6': 'SCSI', '20': 'SATA', '10': 'a network card' };
  const kind = field(item, 'ResourceSubType') || names[field(item, 'ResourceType') ?? ''] || '';
  return kind.replace(/[^\w .-]/g, '').slice(0, 40);
}
