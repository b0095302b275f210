import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { CarrelError } from '../lib/errors.ts';
import { isQcow2, parseQcow2, readHead } from './qcow2.ts';
import type { DiskFormat } from './qemu-img.ts';
import { checkVmdk, isVmdkSparse } from './vmdk.ts';

export interface ImportLimits {
  /** Largest disk that a guest may see, in bytes. */
  maxVirtualBytes: number;
}

export interface CheckedImage {
  format: DiskFormat;
  virtualBytes: number;
  /** Sentences for the person who brought the image. */
  notes: string[];
}

export const IMPORT_FORMATS: readonly DiskFormat[] = ['qcow2', 'vmdk', 'raw'];

/** Files that are brought by mistake, or that hide something: what they are by their first bytes. */
const OTHER: readonly { what: string; at: number; bytes: Buffer }[] = [
  { what: 'a gzip archive', at: 0, bytes: Buffer.from([0x1f, 0x8b]) },
  { what: 'an xz archive', at: 0, bytes: Buffer.from('fd377a585a00', 'hex') },
  { what: 'a zstd archive', at: 0, bytes: Buffer.from('28b52ffd', 'hex') },
  { what: 'a bzip2 archive', at: 0, bytes: Buffer.from('BZh') },
  { what: 'a zip archive', at: 0, bytes: Buffer.from('PK\x03\x04', 'latin1') },
  { what: 'a 7-Zip archive', at: 0, bytes: Buffer.from('377abcaf271c', 'hex') },
  { what: 'a tar archive (an OVA is one: unpack it and import its disk)', at: 257, bytes: Buffer.from('ustar') },
  { what: 'a VirtualBox disk (VDI)', at: 0x40, bytes: Buffer.from('7f10dabe', 'hex') },
  { what: 'a Hyper-V disk (VHDX)', at: 0, bytes: Buffer.from('vhdxfile') },
  { what: 'a dynamic Virtual PC disk (VHD)', at: 0, bytes: Buffer.from('conectix') },
  { what: 'an old ESX redo file', at: 0, bytes: Buffer.from('COWD') },
  { what: 'a LUKS-encrypted volume', at: 0, bytes: Buffer.from('4c554b53babe', 'hex') },
  { what: 'a program', at: 0, bytes: Buffer.from('7f454c46', 'hex') },
  { what: 'a VMDK descriptor without its data', at: 0, bytes: Buffer.from('# Disk DescriptorFile') },
  { what: 'a web page', at: 0, bytes: Buffer.from('<') },
  { what: 'an installation CD (ISO 9660)', at: 0x8001, bytes: Buffer.from('CD001') },
];

function bad(message: string, hint?: string): CarrelError {
  return new CarrelError('bad-image', message, hint === undefined ? {} : { hint });
}

/**
 * Whether a file is the disk image that its owner says it is, and one that can do no harm when it is converted: nothing in it may name
 * another file. Reads headers only; `qemu-img check` afterwards looks through the tables. Every refusal is `bad-image`.
 */
export async function checkImport(path: string, claimed: string | undefined, limits: ImportLimits): Promise<CheckedImage> {
  const facts = await lstat(path).catch((cause: unknown) => {
    throw new CarrelError('bad-image', 'there is no such file', { cause });
  });
  if (facts.isSymbolicLink()) throw bad('it is a symbolic link, not a file');
  if (facts.isDirectory()) throw bad('it is a folder, not a file');
  if (!facts.isFile()) throw bad('it is not a regular file');
  if (facts.size === 0) throw bad('the file is empty');
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await checkOpen(file, (await file.stat()).size, claimed, limits);
  } finally {
    await file.close();
  }
}

async function checkOpen(file: FileHandle, size: number, claimed: string | undefined, limits: ImportLimits): Promise<CheckedImage> {
  const head = await readHead(file);
  const real = sniff(head);
  const wanted = claimed === undefined ? undefined : claimFormat(claimed);
  if (wanted !== undefined && real.format !== undefined && wanted !== real.format) {
    throw bad(`it is said to be ${wanted}, but it is ${real.format}`, 'give the format that it has, or none');
  }
  if (real.format === undefined)
    throw bad(wanted === undefined ? `it is ${real.what}` : `it is said to be ${wanted}, but it is ${real.what}`);
  const checked = await CHECKS[real.format](file, head, size);
  if (checked.virtualBytes <= 0) throw bad('its disk has no size');
  if (checked.virtualBytes > limits.maxVirtualBytes) {
    throw bad(
      `its disk of ${gib(checked.virtualBytes)} is larger than the limit of ${gib(limits.maxVirtualBytes)}`,
      'ask the operator to raise the limit',
    );
  }
  return { format: real.format, ...checked };
}

function claimFormat(claimed: string): DiskFormat {
  const format = IMPORT_FORMATS.find((each) => each === claimed.toLowerCase());
  if (format === undefined)
    throw bad(`images of the format ${JSON.stringify(claimed.slice(0, 40))} cannot be imported`, 'use qcow2, vmdk or raw');
  return format;
}

/** What the first bytes say. A raw disk has no header of its own: it is taken for one only if it could boot. */
function sniff(head: Buffer): { format: DiskFormat; what: '' } | { format: undefined; what: string } {
  if (isQcow2(head)) return { format: 'qcow2', what: '' };
  if (isVmdkSparse(head)) return { format: 'vmdk', what: '' };
  for (const { what, at, bytes } of OTHER) if (head.subarray(at, at + bytes.length).equals(bytes)) return { format: undefined, what };
  const bootable = head.length >= 512 && head[510] === 0x55 && head[511] === 0xaa;
  return bootable ? { format: 'raw', what: '' } : { format: undefined, what: 'no disk image (no known header, no boot sector)' };
}

type Checked = Omit<CheckedImage, 'format'>;

const CHECKS: Record<DiskFormat, (file: FileHandle, head: Buffer, size: number) => Promise<Checked>> = {
  qcow2: (_file, head, size) => Promise.resolve(checkQcow2(head, size)),
  vmdk: checkVmdk,
  raw: (_file, _head, size) => Promise.resolve(checkRaw(size)),
};

function checkRaw(size: number): Checked {
  if (size % 512 !== 0) throw bad('a raw disk is a whole number of 512-byte sectors; this file is cut off or something else');
  return { virtualBytes: size, notes: [] };
}

function checkQcow2(head: Buffer, size: number): Checked {
  const h = parseQcow2(head);
  if (h.backingFile !== undefined) {
    throw bad(
      `it stands on another file (${JSON.stringify(h.backingFile.slice(0, 200))})`,
      'flatten it first: qemu-img convert -O qcow2 OLD NEW',
    );
  }
  // A name of zero length at an offset, or the other way round, is a header that somebody has edited.
  if (head.readBigUInt64BE(8) !== 0n || head.readUInt32BE(16) !== 0) throw bad('its header half names a backing file');
  if (h.externalData) throw bad('its data lies in another file');
  if (h.encrypted) throw bad('it is encrypted');
  if (h.corrupt) throw bad('it is marked as corrupt', 'repair a copy of it: qemu-img check -r all');
  if (h.unknownIncompatible !== 0n) throw bad('it uses features of qcow2 that are not known');
  const cluster = 2 ** h.clusterBits;
  const l1Needed = Math.ceil(h.virtualBytes / (cluster * (cluster / 8)));
  if (h.l1Entries < l1Needed) throw bad('its L1 table is too small for its size');
  // The limit of QEMU itself: 32 MiB of L1 table.
  if (h.l1Entries * 8 > 32 * 1024 ** 2) throw bad('its L1 table is absurdly large');
  if (h.l1Offset % cluster !== 0 || h.refcountOffset % cluster !== 0 || h.refcountOffset === 0)
    throw bad('its tables lie where they cannot');
  if (h.l1Offset + h.l1Entries * 8 > size || h.refcountOffset + h.refcountClusters * cluster > size) throw bad('the file is cut off');
  const notes = [
    ...(h.snapshots > 0 ? [`It holds ${h.snapshots} internal snapshot(s); only its present state is taken.`] : []),
    ...(h.dirty ? ['It was not closed properly; its content is taken as it is.'] : []),
  ];
  return { virtualBytes: h.virtualBytes, notes };
}

function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
