import type { FileHandle } from 'node:fs/promises';
import { CarrelError } from '../lib/errors.ts';
import { readHead } from './qcow2.ts';

/** Hyper-V's disks, as in MS-VHDX: little-endian, two region tables at fixed places, a metadata table where they say. */

const REGION_TABLE = 192 * 1024;
const TABLE_BYTES = 64 * 1024;
const MAX_ENTRIES = 2047;
/** GUIDs as they lie in the file. */
const METADATA_REGION = '06a27c8b90479a4bb8fe575f050f886e';
const FILE_PARAMETERS = '3767a1ca36fa434db3b633f0aa44e76b';
const DISK_BYTES = '2442a52f1bcd7648b2115dbed83bf4b8';
const SECTOR_BYTES = '1dbf41816fa90947ba47f233a8faab5f';

export function isVhdx(head: Buffer): boolean {
  return head.toString('latin1', 0, 8) === 'vhdxfile';
}

/** Checks a VHDX: one that stands on nothing, with sectors of 512 bytes, since QEMU's tools read no other. `bad-image` otherwise. */
export async function checkVhdx(file: FileHandle, size: number): Promise<{ virtualBytes: number; notes: string[] }> {
  const regions = await readHead(file, TABLE_BYTES, REGION_TABLE);
  if (regions.length < TABLE_BYTES || regions.toString('latin1', 0, 4) !== 'regi') throw bad('the file is cut off');
  const region = entries(regions, 16, 8).find((e) => guid(e) === METADATA_REGION);
  if (region === undefined) throw bad('it has no metadata');
  const at = Number(region.readBigUInt64LE(16));
  if (!Number.isSafeInteger(at) || at + TABLE_BYTES > size) throw bad('the file is cut off');
  const table = await readHead(file, TABLE_BYTES, at);
  if (table.toString('latin1', 0, 8) !== 'metadata') throw bad('its metadata cannot be read');
  const items = entries(table, 32, 10, 2);
  const item = async (id: string, bytes: number): Promise<Buffer> => {
    const found = items.find((e) => guid(e) === id);
    const value = found && (await readHead(file, bytes, at + found.readUInt32LE(16)));
    if (value?.length !== bytes) throw bad('its metadata is not complete');
    return value;
  };
  if (((await item(FILE_PARAMETERS, 8)).readUInt32LE(4) & 2) !== 0) {
    throw bad('it stands on another disk (a differencing VHDX)', 'Convert-VHD OLD.vhdx NEW.vhdx -VHDType Dynamic, and import NEW.vhdx');
  }
  const sector = (await item(SECTOR_BYTES, 4)).readUInt32LE(0);
  if (sector !== 512) {
    throw bad(
      `its sectors have ${sector} bytes, and a VHDX is read here with sectors of 512 only`,
      'copy the disk into a raw file (in a machine that has it: dd if=/dev/sdX of=NEW.raw bs=4M), and import that',
    );
  }
  const bytes = (await item(DISK_BYTES, 8)).readBigUInt64LE(0);
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) throw bad('its size is absurd');
  return { virtualBytes: Number(bytes), notes: [] };
}

/** Entries of 32 bytes after a head of `skip` bytes, counted at `countAt` by a number of `width` bytes. */
function entries(table: Buffer, skip: number, countAt: number, width: 2 | 4 = 4): Buffer[] {
  const count = width === 2 ? table.readUInt16LE(countAt) : table.readUInt32LE(countAt);
  if (count > MAX_ENTRIES || skip + count * 32 > table.length) throw bad('one of its tables is absurdly large');
  return Array.from({ length: count }, (_, i) => table.subarray(skip + i * 32, skip + (i + 1) * 32));
}

function guid(entry: Buffer): string {
  return entry.toString('hex', 0, 16);
}

function bad(message: string, hint?: string): CarrelError {
  return new CarrelError('bad-image', message, hint === undefined ? {} : { hint });
}
