import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { CarrelError } from '../lib/errors.ts';
import { type Kind, kindOf } from './import-kinds.ts';
import { parseQcow2, readHead } from './qcow2.ts';
import type { DiskFormat } from './qemu-img.ts';
import { checkVdi } from './vdi.ts';
import { checkVhd } from './vhd.ts';
import { checkVhdx } from './vhdx.ts';
import { checkVmdk } from './vmdk.ts';

export interface ImportLimits {
  /** Largest disk that a guest may see, in bytes. */
  maxVirtualBytes: number;
}

/** What is taken where the operator sets no other limit. */
export const DEFAULT_MAX_IMAGE_BYTES = 200 * 1024 ** 3;

export interface CheckedImage {
  format: DiskFormat;
  virtualBytes: number;
  /** Sentences for the person who brought the image. */
  notes: string[];
}

export const IMPORT_FORMATS: readonly DiskFormat[] = ['qcow2', 'vmdk', 'vhd', 'vhdx', 'vdi', 'raw'];

/** Other words for the same: QEMU's own, and names' usual endings. */
const ALIASES: Readonly<Record<string, DiskFormat>> = { vpc: 'vhd', img: 'raw' };

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

/**
 * Whether a file whose first bytes these are, and which will have `length` bytes (where that is known), can be taken in: what can be known
 * before the rest has come. Every refusal is `bad-image`. `checkImport` looks at the whole file afterwards.
 */
export function checkFirstBytes(head: Buffer, length: number | undefined, claimed: string | undefined, limits: ImportLimits): void {
  const size = length ?? Number.POSITIVE_INFINITY;
  const format = agreed(kindOf(head, undefined, size), claimed, size);
  if (format === 'qcow2') withinLimit(checkQcow2(head, size), limits);
  if (format === 'vdi') withinLimit(checkVdi(head), limits);
}

async function checkOpen(file: FileHandle, size: number, claimed: string | undefined, limits: ImportLimits): Promise<CheckedImage> {
  const head = await readHead(file);
  const tail = await readHead(file, 512, Math.max(0, size - 512));
  const format = agreed(kindOf(head, tail, size), claimed, undefined);
  return { format, ...withinLimit(await CHECKS[format]({ file, head, tail, size }), limits) };
}

/** The format by content, if a person's claim does not contradict it. `size` is given while the end of the file is not known yet. */
function agreed(kind: Kind, claimed: string | undefined, size: number | undefined): DiskFormat {
  const wanted = claimed === undefined ? undefined : claimFormat(claimed);
  if (kind.format === undefined) {
    // A fixed VHD of a disk without a boot sector: its footer will tell.
    if (size !== undefined && kind.undecided === true && wanted === 'vhd') return 'raw';
    throw bad(wanted === undefined ? `it is ${kind.what}` : `it is said to be ${wanted}, but it is ${kind.what}`, kind.hint);
  }
  const mayBeFixedVhd = size !== undefined && kind.format === 'raw' && wanted === 'vhd';
  if (wanted !== undefined && wanted !== kind.format && !mayBeFixedVhd) {
    throw bad(`it is said to be ${wanted}, but it is ${kind.format}`, 'leave the format out: the content tells it');
  }
  return kind.format;
}

function withinLimit(checked: Checked, limits: ImportLimits): Checked {
  if (checked.virtualBytes <= 0) throw bad('its disk has no size');
  if (checked.virtualBytes > limits.maxVirtualBytes) {
    throw bad(
      `its disk of ${gib(checked.virtualBytes)} is larger than the limit of ${gib(limits.maxVirtualBytes)}`,
      'shrink the disk, or ask the operator to start the server with a larger --max-image',
    );
  }
  return checked;
}

function claimFormat(claimed: string): DiskFormat {
  const said = claimed.toLowerCase();
  const format = IMPORT_FORMATS.find((each) => each === (ALIASES[said] ?? said));
  if (format !== undefined) return format;
  throw bad(`images of the format ${JSON.stringify(claimed.slice(0, 40))} cannot be imported`, `use ${IMPORT_FORMATS.join(', ')}`);
}

type Checked = Omit<CheckedImage, 'format'>;

interface Opened {
  file: FileHandle;
  head: Buffer;
  tail: Buffer;
  size: number;
}

const CHECKS: Record<DiskFormat, (opened: Opened) => Checked | Promise<Checked>> = {
  qcow2: ({ head, size }) => checkQcow2(head, size),
  vmdk: ({ file, head, size }) => checkVmdk(file, head, size),
  vhd: ({ head, tail, size }) => checkVhd(head, tail, size),
  vhdx: ({ file, size }) => checkVhdx(file, size),
  vdi: ({ head }) => checkVdi(head),
  raw: ({ size }) => checkRaw(size),
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
  if (h.externalData) throw bad('its data lies in another file', 'make it one file: qemu-img convert -O qcow2 OLD NEW');
  if (h.encrypted) throw bad('it is encrypted', 'import a disk that is not encrypted');
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
