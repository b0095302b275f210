/** A small ISO 9660 image (ECMA-119) of a few files in its root: what cloud-init's NoCloud reads as a CD. No tool of the host is needed. */

const SECTOR = 2048;
/** The first 16 sectors are free for the system; then come the descriptor, its end, two path tables, the root folder, the files. */
const AT = { primary: 16, end: 17, tableLE: 18, tableBE: 19, root: 20, files: 21 } as const;
/** A path table of the root alone. */
const TABLE_BYTES = 10;
/** Letters, digits and dashes: systems show such names in lower case and without the version. Longest: 30 (ECMA-119, 7.5.1). */
const NAME = /^[a-z0-9][a-z0-9-]{0,29}$/;
/** Recorded time, always the same, so that the same files give the same image: 1 January 2000, UTC. */
const RECORDED = [100, 1, 1, 0, 0, 0, 0];

/**
 * The image as bytes, a multiple of 2048. `label` is told as the volume's name as it is written here. Names are letters in lower case, digits
 * and dashes; they are kept in upper case, as the standard wants, and read in lower case by Linux and the BSDs. Errors: `RangeError` for a
 * label of more than 32 characters, for another name, and for more files than one sector of the folder has room for.
 */
export function iso9660(label: string, files: Readonly<Record<string, string>>): Buffer {
  if (!/^[A-Za-z0-9_]{1,32}$/.test(label)) throw new RangeError(`the label ${JSON.stringify(label)} does not fit a CD`);
  let next: number = AT.files;
  const placed = Object.entries(files)
    .map(([name, text]) => {
      if (!NAME.test(name)) throw new RangeError(`the name ${JSON.stringify(name)} does not fit a CD`);
      return { identifier: `${name.toUpperCase()};1`, data: Buffer.from(text) };
    })
    .toSorted((a, b) => (a.identifier < b.identifier ? -1 : 1))
    .map((file) => {
      const at = next;
      next += Math.ceil(file.data.length / SECTOR);
      return { ...file, at };
    });
  const root = Buffer.concat([
    folderRecord('\0'),
    folderRecord('\x01'),
    ...placed.map(({ identifier, at, data }) => record(identifier, at, data.length, 0)),
  ]);
  if (root.length > SECTOR) throw new RangeError('too many files for one sector');
  const image = Buffer.alloc(next * SECTOR);
  primaryDescriptor(label, next).copy(image, AT.primary * SECTOR);
  image.write('\xffCD001\x01', AT.end * SECTOR, 'latin1');
  // One folder: a name of one byte, no attributes, its sector, its parent (itself, number 1).
  const table = [1, 0];
  image.set([...table, ...both32(AT.root).subarray(0, 4), 1, 0, 0, 0], AT.tableLE * SECTOR);
  image.set([...table, ...both32(AT.root).subarray(4), 0, 1, 0, 0], AT.tableBE * SECTOR);
  root.copy(image, AT.root * SECTOR);
  for (const { data, at } of placed) data.copy(image, at * SECTOR);
  return image;
}

/** ECMA-119, 8.4. Fields that are not written here are zero. */
function primaryDescriptor(label: string, sectors: number): Buffer {
  const d = Buffer.alloc(SECTOR);
  d.write('\x01CD001\x01', 0, 'latin1');
  d.fill(' ', 8, 72);
  d.write(label, 40);
  d.set(both32(sectors), 80);
  d.set(both16(1), 120);
  d.set(both16(1), 124);
  d.set(both16(SECTOR), 128);
  d.set(both32(TABLE_BYTES), 132);
  d.writeUInt32LE(AT.tableLE, 140);
  d.writeUInt32BE(AT.tableBE, 148);
  d.set(folderRecord('\0'), 156);
  d.fill(' ', 190, 813);
  // Four dates of "not given": sixteen digits zero, and the zone.
  for (let n = 0; n < 4; n++) d.write('0'.repeat(16), 813 + 17 * n);
  d[881] = 1;
  return d;
}

function folderRecord(identifier: string): Buffer {
  return record(identifier, AT.root, SECTOR, 2);
}

/** ECMA-119, 9.1: of even length. `flags` 2 = a folder. */
function record(identifier: string, sector: number, bytes: number, flags: number): Buffer {
  const length = 33 + identifier.length;
  const r = Buffer.alloc(length + (length % 2));
  r[0] = r.length;
  r.set(both32(sector), 2);
  r.set(both32(bytes), 10);
  r.set(RECORDED, 18);
  r[25] = flags;
  r.set(both16(1), 28);
  r[32] = identifier.length;
  r.write(identifier, 33, 'latin1');
  return r;
}

/** Numbers lie there twice, in both orders of bytes. */
function both16(value: number): Buffer {
  const b = Buffer.alloc(4);
  b.writeUInt16LE(value, 0);
  b.writeUInt16BE(value, 2);
  return b;
}

function both32(value: number): Buffer {
  const b = Buffer.alloc(8);
  b.writeUInt32LE(value, 0);
  b.writeUInt32BE(value, 4);
  return b;
}
