/** A FAT16 of a folder, for sectors of 4096 bytes, which QEMU's vvfat does not make. Names of eight and three letters only. For tests. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SECTOR = 4096;
const ROOT_ENTRIES = 512;

/** The whole file system, of so many sectors (one cluster each): 4085 to 65524 clusters make it a FAT16 (Microsoft's "fatgen103"). */
export function fat16(folder: string, sectors: number): Buffer {
  const fatSectors = Math.ceil(((sectors + 2) * 2) / SECTOR);
  const rootAt = (1 + 2 * fatSectors) * SECTOR;
  const dataAt = rootAt + ROOT_ENTRIES * 32;
  const image = Buffer.alloc(sectors * SECTOR);
  const fat = Buffer.alloc(fatSectors * SECTOR);
  fat.writeUInt16LE(0xfff8, 0);
  fat.writeUInt16LE(0xffff, 2);
  let next = 2;
  const put = (bytes: Buffer): number => {
    const first = next;
    const count = Math.max(1, Math.ceil(bytes.length / SECTOR));
    bytes.copy(image, dataAt + (first - 2) * SECTOR);
    for (let n = 0; n < count; n++) fat.writeUInt16LE(n === count - 1 ? 0xffff : first + n + 1, 2 * (first + n));
    next += count;
    return first;
  };
  const entry = (name: string, attributes: number, first: number, bytes: number): Buffer => {
    const e = Buffer.alloc(32);
    e.write(name, 'latin1');
    e[11] = attributes;
    e.writeUInt16LE(first, 26);
    e.writeUInt32LE(bytes, 28);
    return e;
  };
  const short = (name: string): string => {
    const [base = '', extension = ''] = name.toUpperCase().split('.');
    return base.padEnd(8) + extension.padEnd(3);
  };
  // Children before their folder: it needs their places, and they only that of their parent in `..`, which nobody here follows.
  const list = (path: string, above: Buffer[]): Buffer =>
    Buffer.concat([
      ...above,
      ...readdirSync(path).map((name) => {
        const at = join(path, name);
        if (!statSync(at).isDirectory()) {
          const bytes = readFileSync(at);
          return entry(short(name), 0x20, put(bytes), bytes.length);
        }
        const dots = ['.', '..'].map((dot) => entry(dot.padEnd(11), 0x10, 0, 0));
        return entry(short(name), 0x10, put(list(at, dots)), 0);
      }),
    ]);
  list(folder, []).copy(image, rootAt);
  Buffer.from([0xeb, 0x3c, 0x90]).copy(image);
  image.write('MSWIN4.1', 3);
  image.writeUInt16LE(SECTOR, 11);
  image[13] = 1;
  image.writeUInt16LE(1, 14);
  image[16] = 2;
  image.writeUInt16LE(ROOT_ENTRIES, 17);
  image.writeUInt16LE(sectors, 19);
  image[21] = 0xf8;
  image.writeUInt16LE(fatSectors, 22);
  image.writeUInt16LE(32, 24);
  image.writeUInt16LE(64, 26);
  image[36] = 0x80;
  image[38] = 0x29;
  image.write('NO NAME    FAT16   ', 43);
  image.writeUInt16BE(0x55aa, 510);
  for (const n of [0, 1]) fat.copy(image, (1 + n * fatSectors) * SECTOR);
  return image;
}
