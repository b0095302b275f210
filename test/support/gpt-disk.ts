/** A raw disk with a whole GPT and its copy at the end, for sectors of any size (UEFI 2.10, section 5.3). For tests. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** Types as they lie on the disk: EFI system partition, Linux file system. */
const TYPES = { esp: '28732ac11ff8d211ba4b00a0c93ec93b', linux: 'af3dc60f838472478e793d69d8477de4' } as const;
const ENTRIES = 128;
const ENTRY = 128;
const MIB = 1024 ** 2;

export interface Part {
  type: keyof typeof TYPES;
  bytes: number;
}

/** Makes the file, and gives the place of each partition in bytes, in their order; each begins at a whole MiB. */
export async function gptDisk(path: string, sector: 512 | 4096, parts: readonly Part[]): Promise<number[]> {
  const places: number[] = [];
  let at = MIB;
  for (const { bytes } of parts) {
    places.push(at);
    at += Math.ceil(bytes / MIB) * MIB;
  }
  const size = at + MIB;
  const disk = await open(path, 'w');
  try {
    await disk.truncate(size);
    await writeTables(disk, { sector, last: size / sector - 1, parts, places });
  } finally {
    await disk.close();
  }
  return places;
}

async function writeTables(
  disk: FileHandle,
  its: { sector: number; last: number; parts: readonly Part[]; places: readonly number[] },
): Promise<void> {
  const { sector, last, parts, places } = its;
  const entries = Buffer.alloc(ENTRIES * ENTRY);
  parts.forEach(({ type, bytes }, n) => {
    const place = places[n] ?? 0;
    entries.write(TYPES[type], n * ENTRY, 'hex');
    randomBytes(16).copy(entries, n * ENTRY + 16);
    entries.writeBigUInt64LE(BigInt(place / sector), n * ENTRY + 32);
    entries.writeBigUInt64LE(BigInt((place + Math.ceil(bytes / MIB) * MIB) / sector - 1), n * ENTRY + 40);
  });
  const table = entries.length / sector;
  const id = randomBytes(16);
  const header = (own: number, other: number, at: number): Buffer => {
    const b = Buffer.alloc(sector);
    b.write('EFI PART');
    b.writeUInt32LE(0x10000, 8);
    b.writeUInt32LE(92, 12);
    for (const [where, value] of [
      [24, own],
      [32, other],
      [40, 2 + table],
      [48, last - 1 - table],
      [72, at],
    ] as const)
      b.writeBigUInt64LE(BigInt(value), where);
    id.copy(b, 56);
    b.writeUInt32LE(ENTRIES, 80);
    b.writeUInt32LE(ENTRY, 84);
    b.writeUInt32LE(crc32(entries), 88);
    b.writeUInt32LE(crc32(b.subarray(0, 92)), 16);
    return b;
  };
  const mbr = Buffer.alloc(sector);
  mbr[446 + 4] = 0xee;
  mbr.writeUInt32LE(1, 446 + 8);
  mbr.writeUInt32LE(last, 446 + 12);
  mbr.writeUInt16BE(0x55aa, 510);
  for (const [bytes, at] of [
    [mbr, 0],
    [header(1, last, 2), 1],
    [entries, 2],
    [entries, last - table],
    [header(last, 1, last - table), last],
  ] as const)
    await disk.write(bytes, 0, bytes.length, at * sector);
}
