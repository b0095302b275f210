import { sectorBytesOf } from './boot-sectors.ts';
import { isQcow2 } from './qcow2.ts';
import type { DiskFormat } from './qemu-img.ts';
import { isVmdkSparse } from './vmdk.ts';
import { isVdi } from './vdi.ts';
import { isFixedVhd, isDynamicVhd } from './vhd.ts';
import { isVhdx } from './vhdx.ts';

/** What a file is by its content: a disk that can be taken in, or something that has a name and a way to make a disk of it. */
export type Kind = { format: DiskFormat } | { format: undefined; what: string; hint?: string; undecided?: true };

interface Other {
  what: string;
  at: number;
  bytes: Buffer;
  hint?: string;
}

const convert = (from: string) => `qemu-img convert -f ${from} -O qcow2 OLD NEW.qcow2, and import NEW.qcow2`;
const hex = (text: string) => Buffer.from(text, 'hex');
const INSTALLER = 'install it into an empty disk with a virtual machine program, and import that disk';
const UNPACK = 'unpack it, and import the disk that is in it';

/** Files that people bring and that are no disk we take: what they are by their bytes, and the one thing that helps. */
const OTHERS: readonly Other[] = [
  { what: 'a gzip archive in an archive', at: 0, bytes: hex('1f8b'), hint: 'gunzip FILE.gz, and import what comes out' },
  { what: 'an xz archive in an archive', at: 0, bytes: hex('fd377a585a00'), hint: 'unxz FILE.xz, and import what comes out' },
  { what: 'a zstd archive in an archive', at: 0, bytes: hex('28b52ffd'), hint: 'unzstd FILE.zst, and import what comes out' },
  { what: 'a bzip2 archive', at: 0, bytes: Buffer.from('BZh'), hint: 'bunzip2 FILE.bz2, and import what comes out' },
  { what: 'a zip archive', at: 0, bytes: Buffer.from('PK\x03\x04', 'latin1'), hint: UNPACK },
  { what: 'a 7-Zip archive', at: 0, bytes: hex('377abcaf271c'), hint: UNPACK },
  { what: 'a RAR archive', at: 0, bytes: Buffer.from('Rar!'), hint: UNPACK },
  {
    what: 'a tar archive in an OVA',
    at: 257,
    bytes: Buffer.from('ustar'),
    hint: UNPACK,
  },
  { what: 'a QED disk', at: 0, bytes: Buffer.from('QED\0', 'latin1'), hint: convert('qed') },
  { what: 'a Parallels disk', at: 0, bytes: Buffer.from('WithoutFreeSpace'), hint: convert('parallels') },
  { what: 'a Parallels disk', at: 0, bytes: Buffer.from('WithouFreSpacExt'), hint: convert('parallels') },
  { what: 'a qcow disk of version 1', at: 0, bytes: hex('514649fb00000001'), hint: convert('qcow') },
  { what: 'a Bochs disk', at: 0, bytes: Buffer.from('Bochs Virtual HD Image'), hint: convert('bochs') },
  { what: 'an old ESX redo file', at: 0, bytes: Buffer.from('COWD'), hint: 'export the machine as OVF there, and import its disk' },
  { what: 'a LUKS-encrypted volume', at: 0, bytes: hex('4c554b53babe'), hint: 'import a disk that is not encrypted' },
  { what: 'an EnCase image', at: 0, bytes: hex('455646090d0aff00'), hint: 'ewfexport -f raw FILE, and import what comes out' },
  { what: 'a Windows image (WIM)', at: 0, bytes: Buffer.from('MSWIM\0\0\0', 'latin1'), hint: INSTALLER },
  { what: 'a squashfs file system', at: 0, bytes: Buffer.from('hsqs'), hint: 'import a whole disk' },
  { what: 'a program', at: 0, bytes: hex('7f454c46') },
  {
    what: 'a VMDK descriptor without its data',
    at: 0,
    bytes: Buffer.from('# Disk DescriptorFile'),
    hint: 'beside its data files: qemu-img convert -f vmdk -O qcow2 DESCRIPTOR.vmdk NEW.qcow2, and import NEW.qcow2',
  },
  { what: 'an installation CD (ISO 9660)', at: 0x8001, bytes: Buffer.from('CD001'), hint: INSTALLER },
];

/** First bytes that are enough for `kindOf` to name all but a fixed VHD: an ISO's mark is the last, at 32 KiB. */
export const KIND_BYTES = 0x8006;

/**
 * What a file is, by its first bytes (at least `KIND_BYTES` where it has them), its last 512 and its size. Without the last bytes a
 * fixed VHD cannot be told from a raw disk. A raw disk has no header of its own: it is taken for one only if it has a boot sector or
 * the protective one of a partition table, or the table itself where its sectors have 4096 bytes.
 */
export function kindOf(head: Buffer, tail: Buffer | undefined, size: number): Kind {
  if (head.subarray(0, 8).equals(hex('514649fb00000001'))) return other(head) ?? none();
  if (isQcow2(head)) return { format: 'qcow2' };
  if (isVmdkSparse(head)) return { format: 'vmdk' };
  if (isVhdx(head)) return { format: 'vhdx' };
  if (isVdi(head)) return { format: 'vdi' };
  if (isDynamicVhd(head)) return { format: 'vhd' };
  if (tail !== undefined && isFixedVhd(tail, size)) return { format: 'vhd' };
  const named = other(head) ?? text(head);
  if (named !== undefined) return named;
  if (tail?.toString('latin1', 0, 4) === 'koly') {
    return { format: undefined, what: 'an Apple disk image (DMG)', hint: convert('dmg') };
  }
  const bootable = head.length >= 512 && head[510] === 0x55 && head[511] === 0xaa;
  return bootable || sectorBytesOf(head) !== 512 ? { format: 'raw' } : none();
}

function other(head: Buffer): Kind | undefined {
  const found = OTHERS.find(({ at, bytes }) => head.subarray(at, at + bytes.length).equals(bytes));
  return found && { format: undefined, what: found.what, ...(found.hint === undefined ? {} : { hint: found.hint }) };
}

function text(head: Buffer): Kind | undefined {
  const start = head
    .toString('latin1', 0, 4096)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  if (!start.startsWith('<')) return undefined;
  if (/<([a-z]+:)?Envelope\b/i.test(start)) {
    return {
      format: undefined,
      what: 'an OVF description without its disks',
      hint: '`carrel image import NAME.ovf` takes it with the files beside it; for other ways in make one: tar -cf NEW.ova NAME.ovf NAME.mf NAME.vmdk',
    };
  }
  return { format: undefined, what: 'a web page', hint: 'download the file itself: the address led to a page' };
}

function none(): Kind {
  return {
    format: undefined,
    what: 'no disk image (no known header, no boot sector)',
    hint: 'import a whole disk, not a partition or a file system',
    undecided: true,
  };
}
