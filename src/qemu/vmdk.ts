import type { FileHandle } from 'node:fs/promises';
import { CarrelError } from '../lib/errors.ts';

/** Hosted sparse extents, as in VMware's "Virtual Disk Format 5.0": one file with an embedded descriptor. */

const SECTOR = 512;
/** VMware writes 20 sectors; a descriptor of one extent has some hundred bytes. */
const MAX_DESCRIPTOR = 64 * 1024;
/** Grain directory offset of a stream-optimized file: the real header stands at the end. */
const AT_END = 0xffffffffffffffffn;

export function isVmdkSparse(head: Buffer): boolean {
  return head.length >= 4 && head.toString('latin1', 0, 4) === 'KDMV';
}

function bad(message: string, hint?: string): CarrelError {
  return new CarrelError('bad-image', message, hint === undefined ? {} : { hint });
}

/** Checks a sparse VMDK: own extent only, no parent, tables within the file. */
export async function checkVmdk(file: FileHandle, head: Buffer, size: number): Promise<{ virtualBytes: number; notes: string[] }> {
  if (head.length < SECTOR) throw bad('the VMDK header is cut off');
  const version = head.readUInt32LE(4);
  if (version < 1 || version > 3) throw bad(`VMDK version ${version} is not known`);
  const capacity = head.readBigUInt64LE(12);
  // With no capacity QEMU takes the embedded text for a descriptor file, whose extents may be any files.
  if (capacity === 0n) throw bad('its disk has no size');
  if (capacity * BigInt(SECTOR) > BigInt(Number.MAX_SAFE_INTEGER)) throw bad('its size is absurd');
  const grain = head.readBigUInt64LE(20);
  if (grain < 8n || grain > 16384n || (grain & (grain - 1n)) !== 0n) throw bad('its grain size makes no sense');
  const directory = head.readBigUInt64LE(56);
  if (directory !== AT_END && directory * BigInt(SECTOR) >= BigInt(size)) throw bad('the file is cut off');
  if (directory === AT_END) await checkFooter(file, size, capacity);
  checkDescriptor(await readDescriptor(file, head, size));
  return { virtualBytes: Number(capacity) * SECTOR, notes: [] };
}

/** A stream-optimized file repeats its header before its last sector; it counts, so it must say the same. */
async function checkFooter(file: FileHandle, size: number, capacity: bigint): Promise<void> {
  const footer = Buffer.alloc(SECTOR);
  const at = size - 2 * SECTOR;
  if (at < SECTOR || (await file.read(footer, 0, SECTOR, at)).bytesRead !== SECTOR || !isVmdkSparse(footer))
    throw bad('the file is cut off');
  if (footer.readBigUInt64LE(12) !== capacity) throw bad('its header and its footer disagree about its size');
}

async function readDescriptor(file: FileHandle, head: Buffer, size: number): Promise<string> {
  const offset = Number(head.readBigUInt64LE(28)) * SECTOR;
  const length = Number(head.readBigUInt64LE(36)) * SECTOR;
  if (offset === 0 || length === 0) throw bad('it has no descriptor of its own', 'convert it: qemu-img convert -O qcow2');
  if (length > MAX_DESCRIPTOR) throw bad('its descriptor is absurdly large');
  if (offset + length > size) throw bad('the file is cut off');
  const text = Buffer.alloc(length);
  await file.read(text, 0, length, offset);
  return text.toString('latin1').replace(/\0[\s\S]*$/, '');
}

/** The embedded text must describe this one file and nothing else. */
export function checkDescriptor(text: string): void {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const value = (key: string) => {
    const line = lines.find((each) => each.toLowerCase().startsWith(`${key.toLowerCase()}=`));
    return line?.slice(key.length + 1).replace(/^"|"$/g, '');
  };
  const type = value('createType');
  if (type !== 'monolithicSparse' && type !== 'streamOptimized') {
    throw bad(
      `it is a VMDK of type ${JSON.stringify(type?.slice(0, 40) ?? 'unknown')}, whose data lies in other files`,
      'bring a monolithicSparse or streamOptimized VMDK',
    );
  }
  const parent = value('parentCID');
  if ((parent !== undefined && parent.toLowerCase() !== 'ffffffff') || value('parentFileNameHint') !== undefined) {
    throw bad('it stands on another disk');
  }
  const extents = lines.filter((line) => /^(RW|RDONLY|NOACCESS)\s/i.test(line));
  const [extent] = extents;
  if (extents.length !== 1 || extent === undefined) throw bad(`it names ${extents.length} extents, not just its own`);
  // VMware's exporter says RDONLY of the one extent in each of its OVAs.
  const parts = /^(?:RW|RDONLY)\s+\d+\s+SPARSE\s+"([^"]*)"\s*$/i.exec(extent);
  if (parts === null || /[/\\]/.test(parts[1] ?? '/')) throw bad('its extent points at another file');
}
