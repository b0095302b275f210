/** Stream-optimized VMDKs as hosts take them over NFC, written out from "Virtual Disk Format 5.0", so that nothing here rests on what the sender uses. */
import { inflate } from 'node:zlib';
import { promisify } from 'node:util';
import { GRAIN } from './vmdk.ts';

export const SECTOR = 512;
/** `KDMV`, little-endian. */
export const MAGIC = 0x564d444b;
/** Flags: grains are compressed, and markers stand before what follows. */
export const COMPRESSED = 1 << 16;
export const MARKERS = 1 << 17;
export const MARKER = { end: 0, table: 1, directory: 2, footer: 3 };
/** Sectors of one table at most; a host would not hold more either. */
const MAX_TABLE = 2 ** 17;

const inflated = promisify(inflate);

/** What a host does not take, in its words. */
export class BadStream extends Error {}

/** Reads so many bytes at a time from what comes in pieces. */
class Taker {
  readonly #from: AsyncIterator<Uint8Array>;
  #have: Buffer = Buffer.alloc(0);

  constructor(from: AsyncIterable<Uint8Array>) {
    this.#from = from[Symbol.asyncIterator]();
  }

  async take(count: number): Promise<Buffer> {
    const parts = [this.#have];
    let size = this.#have.length;
    while (size < count) {
      const next = await this.#from.next();
      if (next.done === true) throw new BadStream('the stream ended early');
      parts.push(Buffer.from(next.value));
      size += next.value.length;
    }
    const all = parts.length === 1 ? this.#have : Buffer.concat(parts, size);
    this.#have = all.subarray(count);
    return all.subarray(0, count);
  }

  /** Whether anything is left. */
  async over(): Promise<boolean> {
    while (this.#have.length === 0) {
      const next = await this.#from.next();
      if (next.done === true) return true;
      this.#have = Buffer.from(next.value);
    }
    return false;
  }
}

/**
 * Gives every grain that is not all zero to `write`, in the order of the stream. `capacity` in bytes is what the disk has that it goes to.
 * Throws {@link BadStream} for anything but a whole stream-optimized disk of that size.
 */
export async function readStream(
  bytes: AsyncIterable<Uint8Array>,
  capacity: number,
  write: (block: number, data: Uint8Array) => void,
): Promise<void> {
  const taker = new Taker(bytes);
  const head = await taker.take(SECTOR);
  if (head.readUInt32LE(0) !== MAGIC) throw new BadStream('it is not a sparse VMDK');
  if (head.readUInt32LE(4) !== 3) throw new BadStream('the version of its format is not supported');
  const flags = head.readUInt32LE(8);
  if ((flags & COMPRESSED) === 0 || (flags & MARKERS) === 0) throw new BadStream('it is a sparse VMDK, and not stream-optimized');
  if (head.readBigUInt64LE(56) !== 0xffffffffffffffffn) throw new BadStream('its directory does not stand at its end');
  const sectors = Number(head.readBigUInt64LE(12));
  if (Number(head.readBigUInt64LE(20)) * SECTOR !== GRAIN) throw new BadStream('its grains are not of 64 KiB');
  if (sectors * SECTOR !== capacity) throw new BadStream(`its capacity is ${sectors * SECTOR}, not ${capacity}`);
  const overhead = Number(head.readBigUInt64LE(64));
  if (overhead < 1 || overhead > MAX_TABLE) throw new BadStream('its overhead makes no sense');
  await taker.take((overhead - 1) * SECTOR);
  let footer = false;
  for (;;) {
    const marker = await taker.take(SECTOR);
    const value = Number(marker.readBigUInt64LE(0));
    const size = marker.readUInt32LE(8);
    if (size > 0) await grain(taker, marker, { sector: value, size, capacity }, write);
    else if (marker.readUInt32LE(12) === MARKER.end) break;
    else {
      if (value > MAX_TABLE) throw new BadStream('one of its tables is absurdly large');
      footer ||= marker.readUInt32LE(12) === MARKER.footer;
      await taker.take(value * SECTOR);
    }
  }
  if (!footer) throw new BadStream('it has no footer');
  if (!(await taker.over())) throw new BadStream('there is something after its end');
}

/** A grain's marker has 12 bytes; its data begins in the same sector. */
async function grain(
  taker: Taker,
  marker: Buffer,
  { sector, size, capacity }: { sector: number; size: number; capacity: number },
  write: (block: number, data: Uint8Array) => void,
): Promise<void> {
  if (size > 2 * GRAIN || sector % (GRAIN / SECTOR) !== 0 || sector * SECTOR >= capacity)
    throw new BadStream('a grain lies where none can');
  const rest = Math.max(0, Math.ceil((size - (SECTOR - 12)) / SECTOR)) * SECTOR;
  const packed = Buffer.concat([marker.subarray(12), await taker.take(rest)]).subarray(0, size);
  const data = await inflated(packed).catch(() => {
    throw new BadStream('a grain cannot be decompressed');
  });
  if (data.length > GRAIN) throw new BadStream('a grain is too large');
  if (data.some((byte) => byte !== 0)) write(sector / (GRAIN / SECTOR), data);
}
