/** A disk as a stream-optimized VMDK, as hosts give it over NFC ("Virtual Disk Format 5.0"); `stream-vmdk.ts` reads the same. */
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { extentBytes } from './extent-bytes.ts';
import { COMPRESSED, MAGIC, MARKER, MARKERS, SECTOR } from './stream-vmdk.ts';
import { type ChainLink, GRAIN, mergedBlocks } from './vmdk.ts';

/** Grains that one table has, and sectors of a table of them. */
const TABLE = 512;
const TABLE_SECTORS = (TABLE * 4) / SECTOR;
/** Sectors before the first grain: the header, and room for the descriptor. */
const OVERHEAD = 128;
const DESCRIPTOR_SECTORS = 20;
const GRAIN_SECTORS = GRAIN / SECTOR;

const deflated = promisify(deflate);

/** What a guest reads of a disk, block by block and in order; blocks of zeros are left out. */
export function* blocksOf(chain: readonly ChainLink[]): Generator<[block: number, data: Uint8Array]> {
  const base = chain.at(-1);
  const { capacity } = (chain[0] as ChainLink).disk;
  const written = mergedBlocks(chain);
  const image = base === undefined || base.disk.parent !== undefined ? undefined : extentBytes(base.extent);
  const { seed, seedBytes = 0 } = base?.extent.data ?? {};
  const brought = seed === undefined ? 0 : Math.ceil(Math.min(seedBytes, capacity) / GRAIN);
  const order = [...written.keys()].filter((n) => n >= brought).sort((a, b) => a - b);
  for (let n = 0; n < brought; n++) {
    const data = written.get(n) ?? image?.block(n);
    if (data !== undefined) yield [n, data];
  }
  for (const n of order) yield [n, written.get(n) as Uint8Array];
}

function header(sectors: number, directory: bigint): Buffer {
  const head = Buffer.alloc(SECTOR);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt32LE(3, 4);
  head.writeUInt32LE(3 | COMPRESSED | MARKERS, 8);
  head.writeBigUInt64LE(BigInt(sectors), 12);
  head.writeBigUInt64LE(BigInt(GRAIN_SECTORS), 20);
  head.writeBigUInt64LE(1n, 28);
  head.writeBigUInt64LE(BigInt(DESCRIPTOR_SECTORS), 36);
  head.writeUInt32LE(TABLE, 44);
  head.writeBigUInt64LE(directory, 56);
  head.writeBigUInt64LE(BigInt(OVERHEAD), 64);
  head.write('\n \r\n', 73, 'latin1');
  head.writeUInt16LE(1, 77);
  return head;
}

function marker(sectors: number, type: number): Buffer {
  const mark = Buffer.alloc(SECTOR);
  mark.writeBigUInt64LE(BigInt(sectors), 0);
  mark.writeUInt32LE(type, 12);
  return mark;
}

function descriptor(chain: readonly ChainLink[], sectors: number): Buffer {
  const { disk } = chain[0] as ChainLink;
  const text = [
    '# Disk DescriptorFile',
    'version=1',
    `CID=${disk.cid.toString(16).padStart(8, '0')}`,
    'parentCID=ffffffff',
    'createType="streamOptimized"',
    `RDONLY ${sectors} SPARSE "generated-stream.vmdk"`,
    `ddb.adapterType = "${disk.adapter.toLowerCase()}"`,
    'ddb.geometry.sectors = "63"',
    'ddb.geometry.heads = "255"',
    `ddb.geometry.cylinders = "${Math.floor(sectors / (63 * 255))}"`,
    `ddb.longContentID = "${disk.contentId}"`,
    '',
  ].join('\n');
  const room = Buffer.alloc((OVERHEAD - 1) * SECTOR);
  room.write(text);
  return room;
}

/** The stream, in pieces. Of the disk only what is not zero. */
export async function* writeStream(chain: readonly ChainLink[]): AsyncGenerator<Buffer> {
  const sectors = (chain[0] as ChainLink).disk.capacity / SECTOR;
  yield header(sectors, 0xffffffffffffffffn);
  yield descriptor(chain, sectors);
  let at = OVERHEAD;
  const directory = Buffer.alloc(Math.ceil(Math.ceil(sectors / GRAIN_SECTORS / TABLE) / (SECTOR / 4)) * SECTOR);
  let table: { index: number; entries: Buffer } | undefined;
  const endTable = (): Buffer[] => {
    if (table === undefined) return [];
    directory.writeUInt32LE(at + 1, table.index * 4);
    at += 1 + TABLE_SECTORS;
    return [marker(TABLE_SECTORS, MARKER.table), table.entries];
  };
  for (const [n, data] of blocksOf(chain)) {
    if (data.every((byte) => byte === 0)) continue;
    const index = Math.floor(n / TABLE);
    if (table?.index !== index) {
      yield* endTable();
      table = { index, entries: Buffer.alloc(TABLE_SECTORS * SECTOR) };
    }
    table.entries.writeUInt32LE(at, (n % TABLE) * 4);
    // a block that was written may be shorter than a grain
    const whole = Buffer.alloc(GRAIN);
    whole.set(data);
    const packed = await deflated(whole);
    const piece = Buffer.alloc(Math.ceil((12 + packed.length) / SECTOR) * SECTOR);
    piece.writeBigUInt64LE(BigInt(n * GRAIN_SECTORS), 0);
    piece.writeUInt32LE(packed.length, 8);
    packed.copy(piece, 12);
    at += piece.length / SECTOR;
    yield piece;
  }
  yield* endTable();
  yield marker(directory.length / SECTOR, MARKER.directory);
  yield directory;
  const footer = header(sectors, BigInt(at + 1));
  yield marker(1, MARKER.footer);
  yield footer;
  yield marker(0, MARKER.end);
}
