import { CarrelError } from '../lib/errors.ts';

/** Virtual PC's and Hyper-V's older disks ("Virtual Hard Disk Image Format Specification", 2006): big-endian, a footer of 512 bytes. */

const FOOTER = 512;
const AT = { size: 48, type: 60, checksum: 64, dataOffset: 16 };
const TYPES = { fixed: 2, dynamic: 3, diff: 4 };

function hasCookie(block: Buffer): boolean {
  return block.length >= FOOTER && block.toString('latin1', 0, 8) === 'conectix';
}

/** One's complement of the sum of all bytes but the sum's own. */
function isSound(footer: Buffer): boolean {
  let sum = 0;
  for (let i = 0; i < FOOTER; i++) if (i < AT.checksum || i >= AT.checksum + 4) sum += footer[i] ?? 0;
  return ~sum >>> 0 === footer.readUInt32BE(AT.checksum);
}

/** A dynamic (or differencing) disk begins with a copy of its footer. */
export function isDynamicVhd(head: Buffer): boolean {
  return hasCookie(head);
}

/** A fixed disk is its raw content and one sector after it: sum and size must fit, since any guest may hold such a sector. */
export function isFixedVhd(tail: Buffer, size: number): boolean {
  return hasCookie(tail) && isSound(tail) && tail.readUInt32BE(AT.type) === TYPES.fixed && contentBytes(tail) === size - FOOTER;
}

function contentBytes(footer: Buffer): number {
  return Number(footer.readBigUInt64BE(AT.size));
}

/** Checks a VHD: one that stands on nothing. `bad-image` otherwise. */
export function checkVhd(head: Buffer, tail: Buffer, size: number): { virtualBytes: number; notes: string[] } {
  if (!isDynamicVhd(head)) return { virtualBytes: contentBytes(tail), notes: [] };
  const footer = head.subarray(0, FOOTER);
  if (!isSound(footer)) throw bad('its header is damaged (wrong sum)');
  const type = footer.readUInt32BE(AT.type);
  if (type === TYPES.diff) {
    throw bad('it stands on another disk (a differencing VHD)', 'Convert-VHD OLD.vhd NEW.vhd -VHDType Dynamic, and import NEW.vhd');
  }
  if (type !== TYPES.dynamic) throw bad(`VHD type ${type} is not known`);
  // QEMU reads the first copy only; a file whose end is gone has lost data too.
  if (!hasCookie(tail)) throw bad('the file is cut off');
  const at = footer.readBigUInt64BE(AT.dataOffset);
  if (at + 1024n > BigInt(size)) throw bad('the file is cut off');
  return { virtualBytes: contentBytes(footer), notes: [] };
}

function bad(message: string, hint?: string): CarrelError {
  return new CarrelError('bad-image', message, hint === undefined ? {} : { hint });
}
