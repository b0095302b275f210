/**
 * Stream-optimized VMDKs as VMware's hosts take them. qemu-img writes another form: its tables stand before the grains, and footer and end
 * are missing, which hosts have refused ("Virtual Disk Format 5.0", VMware 2011, section "Stream-Optimized Compressed Sparse Extents", is
 * what is written here). The compressed grains are taken from qemu-img's file as they are; nothing is compressed twice.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { deflateSync, inflateSync } from 'node:zlib';
import { CarrelError } from '../lib/errors.ts';

const SECTOR = 512;
/** `KDMV`, little-endian. */
const MAGIC = 0x564d444b;
/** Version 3: hosts refuse older ones of this form. */
const VERSION = 3;
/** Newlines can be tested; grains are compressed; markers stand before what follows. */
const FLAGS = 1 | (1 << 16) | (1 << 17);
const DEFLATE = 1;
/** Sectors of a grain, and entries of a table: what VMware's own tools write. */
const GRAIN_SECTORS = 128;
const TABLE_ENTRIES = 512;
/** Header and descriptor, padded. */
const OVERHEAD = 128;
const DESCRIPTOR_SECTORS = 20;
/** Disks on vSphere are whole MiB; what is added is empty. */
const WHOLE_SECTORS = 2 ** 20 / SECTOR;
const AT_END = 0xffffffffffffffffn;
const MARKER = { end: 0, table: 1, directory: 2, footer: 3 };
const MARKER_HEAD = 12;

interface Grain {
  /** First sector of the guest's disk. */
  sector: number;
  /** Where its marker lies in qemu-img's file, and how many bytes it takes with it; whole sectors. */
  at: number;
  bytes: number;
  /** What is written instead of what lies there. */
  whole?: Buffer;
}

/** A disk that can be sent: how many bytes it has, and these bytes, as often as they are asked for. */
export interface StreamVmdk {
  /** Of the stream. */
  bytes: number;
  /** Of the guest's disk: whole MiB. */
  virtualBytes: number;
  stream(): AsyncGenerator<Buffer>;
}

/** Looks through a file that qemu-img made with `subformat=streamOptimized`. Errors: `bad-image` for any other. */
export async function streamVmdk(path: string): Promise<StreamVmdk> {
  const file = await open(path, 'r');
  try {
    const { sectors: exact, grains } = await readGrains(file);
    const sectors = Math.ceil(exact / WHOLE_SECTORS) * WHOLE_SECTORS;
    await fillLast(file, exact, grains);
    const layout = layOut(sectors, grains);
    return {
      bytes: layout.total * SECTOR,
      virtualBytes: sectors * SECTOR,
      stream: () => write(path, sectors, grains, layout),
    };
  } finally {
    await file.close();
  }
}

async function readGrains(file: FileHandle): Promise<{ sectors: number; grains: Grain[] }> {
  const { size } = await file.stat();
  const head = await readAt(file, 0, SECTOR);
  const bad = (what: string) => new CarrelError('bad-image', `qemu-img's stream-optimized VMDK is not as expected: ${what}`);
  if (head.readUInt32LE(0) !== MAGIC || (head.readUInt32LE(8) & FLAGS) !== FLAGS) throw bad('its header');
  if (Number(head.readBigUInt64LE(20)) !== GRAIN_SECTORS) throw bad('its grains');
  const sectors = Number(head.readBigUInt64LE(12));
  const grains: Grain[] = [];
  for (let at = Number(head.readBigUInt64LE(64)) * SECTOR; at + MARKER_HEAD <= size; ) {
    const marker = await readAt(file, at, MARKER_HEAD);
    const length = marker.readUInt32LE(8);
    // What follows the last grain is padding.
    if (length === 0) break;
    const bytes = Math.ceil((MARKER_HEAD + length) / SECTOR) * SECTOR;
    const sector = Number(marker.readBigUInt64LE(0));
    if (sector % GRAIN_SECTORS !== 0 || sector >= sectors || sector <= (grains.at(-1)?.sector ?? -1)) throw bad('the order of its grains');
    grains.push({ sector, at, bytes });
    at += bytes;
  }
  return { sectors, grains };
}

/** Where the disk ended within a grain, qemu-img's last grain is shorter than the others, and the disk is longer now. */
async function fillLast(file: FileHandle, exact: number, grains: Grain[]): Promise<void> {
  const last = grains.at(-1);
  if (last === undefined || last.sector + GRAIN_SECTORS <= exact) return;
  const packed = await readAt(file, last.at, last.bytes, true);
  const data = Buffer.alloc(GRAIN_SECTORS * SECTOR);
  inflateSync(packed.subarray(MARKER_HEAD, MARKER_HEAD + packed.readUInt32LE(8))).copy(data);
  const again = deflateSync(data);
  const whole = Buffer.alloc(Math.ceil((MARKER_HEAD + again.length) / SECTOR) * SECTOR);
  whole.writeBigUInt64LE(BigInt(last.sector), 0);
  whole.writeUInt32LE(again.length, 8);
  again.copy(whole, MARKER_HEAD);
  last.bytes = whole.length;
  last.whole = whole;
}

/** Sectors of each part, in the order of the stream. */
interface Layout {
  /** Numbers of the tables that have a grain. */
  tables: number[];
  allTables: number;
  grainSectors: number;
  directorySectors: number;
  total: number;
}

const TABLE_SECTORS = (TABLE_ENTRIES * 4) / SECTOR;

function layOut(sectors: number, grains: readonly Grain[]): Layout {
  const tables = [...new Set(grains.map(({ sector }) => tableOf(sector)))];
  const allTables = Math.ceil(sectors / (GRAIN_SECTORS * TABLE_ENTRIES));
  const grainSectors = grains.reduce((sum, grain) => sum + grain.bytes / SECTOR, 0);
  const directorySectors = Math.ceil((allTables * 4) / SECTOR);
  // each table and the directory with a marker; the footer with one; the end is one
  const total = OVERHEAD + grainSectors + tables.length * (1 + TABLE_SECTORS) + (1 + directorySectors) + 2 + 1;
  return { tables, allTables, grainSectors, directorySectors, total };
}

const tableOf = (sector: number): number => Math.floor(sector / (GRAIN_SECTORS * TABLE_ENTRIES));

async function* write(path: string, sectors: number, grains: readonly Grain[], layout: Layout): AsyncGenerator<Buffer> {
  yield opening(sectors);
  const places = new Map<number, number>();
  let at = OVERHEAD;
  const file = await open(path, 'r');
  try {
    for (const grain of grains) {
      places.set(grain.sector / GRAIN_SECTORS, at);
      yield grain.whole ?? (await readAt(file, grain.at, grain.bytes, true));
      at += grain.bytes / SECTOR;
    }
  } finally {
    await file.close();
  }
  const directory = Buffer.alloc(layout.directorySectors * SECTOR);
  for (const table of layout.tables) {
    yield marker(TABLE_SECTORS, MARKER.table);
    directory.writeUInt32LE(at + 1, table * 4);
    const entries = Buffer.alloc(TABLE_SECTORS * SECTOR);
    for (let i = 0; i < TABLE_ENTRIES; i++) entries.writeUInt32LE(places.get(table * TABLE_ENTRIES + i) ?? 0, i * 4);
    yield entries;
    at += 1 + TABLE_SECTORS;
  }
  yield marker(layout.directorySectors, MARKER.directory);
  yield directory;
  yield marker(1, MARKER.footer);
  yield header(sectors, BigInt(at + 1));
  yield marker(0, MARKER.end);
}

/** Header, descriptor, padding. */
function opening(sectors: number): Buffer {
  const out = Buffer.alloc(OVERHEAD * SECTOR);
  header(sectors, AT_END).copy(out);
  out.write(descriptor(sectors), SECTOR, 'latin1');
  return out;
}

function header(sectors: number, directoryAt: bigint): Buffer {
  const out = Buffer.alloc(SECTOR);
  out.writeUInt32LE(MAGIC, 0);
  out.writeUInt32LE(VERSION, 4);
  out.writeUInt32LE(FLAGS, 8);
  out.writeBigUInt64LE(BigInt(sectors), 12);
  out.writeBigUInt64LE(BigInt(GRAIN_SECTORS), 20);
  out.writeBigUInt64LE(1n, 28);
  out.writeBigUInt64LE(BigInt(DESCRIPTOR_SECTORS), 36);
  out.writeUInt32LE(TABLE_ENTRIES, 44);
  out.writeBigUInt64LE(directoryAt, 56);
  out.writeBigUInt64LE(BigInt(OVERHEAD), 64);
  // These show a transfer that took the file for text.
  out.write('\n \r\n', 73, 'latin1');
  out.writeUInt16LE(DEFLATE, 77);
  return out;
}

function marker(sectorsThatFollow: number, type: number): Buffer {
  const out = Buffer.alloc(SECTOR);
  out.writeBigUInt64LE(BigInt(sectorsThatFollow), 0);
  out.writeUInt32LE(type, MARKER_HEAD);
  return out;
}

/** Geometry by which a BIOS counts a SCSI disk of this size: 255 heads and 63 sectors. */
function descriptor(sectors: number): string {
  return [
    '# Disk DescriptorFile',
    'version=1',
    'CID=fffffffe',
    'parentCID=ffffffff',
    'createType="streamOptimized"',
    '',
    '# Extent description',
    `RDONLY ${sectors} SPARSE "disk.vmdk"`,
    '',
    '# The Disk Data Base',
    '#DDB',
    '',
    'ddb.adapterType = "lsilogic"',
    `ddb.geometry.cylinders = "${Math.min(65_535, Math.floor(sectors / (255 * 63)))}"`,
    'ddb.geometry.heads = "255"',
    'ddb.geometry.sectors = "63"',
    'ddb.virtualHWVersion = "13"',
    '',
  ].join('\n');
}

/** `padded`: what the file lacks at its very end is zeros. */
async function readAt(file: FileHandle, at: number, bytes: number, padded = false): Promise<Buffer> {
  const out = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(out, 0, bytes, at);
  if (bytesRead < bytes && !padded) throw new CarrelError('bad-image', 'the converted disk is cut off');
  return out;
}
