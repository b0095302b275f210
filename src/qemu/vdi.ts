import { CarrelError } from '../lib/errors.ts';

/** VirtualBox's disks: a header of 512 bytes, little-endian. */

const AT = { signature: 0x40, version: 0x44, type: 0x4c, bytes: 0x170, blockBytes: 0x178, blocks: 0x180, link: 0x1a8, parent: 0x1b8 };
const VERSION_1_1 = 0x0001_0001;
const TYPES = { dynamic: 1, fixed: 2, undo: 3, diff: 4 };

export function isVdi(head: Buffer): boolean {
  return head.length >= 512 && head.readUInt32LE(AT.signature) === 0xbeda107f;
}

/** Checks a VDI: one that stands on nothing. `bad-image` otherwise. */
export function checkVdi(head: Buffer): { virtualBytes: number; notes: string[] } {
  if (head.readUInt32LE(AT.version) !== VERSION_1_1) throw bad('this version of VDI is not known');
  const type = head.readUInt32LE(AT.type);
  const zero = (at: number) => head.subarray(at, at + 16).every((byte) => byte === 0);
  if (type === TYPES.undo || type === TYPES.diff || !zero(AT.link) || !zero(AT.parent)) {
    throw bad('it stands on another disk (a VirtualBox snapshot)', 'VBoxManage clonemedium OLD.vdi NEW.vdi, and import NEW.vdi');
  }
  if (type !== TYPES.dynamic && type !== TYPES.fixed) throw bad(`VDI type ${type} is not known`);
  const bytes = head.readBigUInt64LE(AT.bytes);
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) throw bad('its size is absurd');
  const blocks = head.readUInt32LE(AT.blocks);
  const blockBytes = head.readUInt32LE(AT.blockBytes);
  if (blockBytes !== 1024 ** 2) throw bad(`blocks of ${blockBytes} bytes make no sense`);
  if (blocks * blockBytes < Number(bytes)) throw bad('its block map is too small for its size');
  return { virtualBytes: Number(bytes), notes: [] };
}

function bad(message: string, hint?: string): CarrelError {
  return new CarrelError('bad-image', message, hint === undefined ? {} : { hint });
}
