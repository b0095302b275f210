/** What a disk can be started by, from its first bytes. */

export interface BootSectors {
  /** By where the header of its GPT stands, which is the second sector (UEFI 2.10, section 5.3.2); 512 where it has none. */
  sectorBytes: 512 | 4096;
  table: 'gpt' | 'mbr' | 'none';
  /** It has an EFI system partition. */
  esp: boolean;
  /** Its first sector holds a program that a BIOS would run. */
  bootCode: boolean;
}

const SECTOR = 512 as const;
/** Bytes that hold the table of a GPT as every tool writes it: 128 entries of 128 bytes after two sectors, which may have 4096 bytes. */
export const BOOT_BYTES = 2 * 4096 + 128 * 128;
/** C12A7328-F81F-11D2-BA4B-00A0C93EC93B, as it lies on the disk (UEFI 2.10, table 5.7). */
const ESP_TYPE = Buffer.from('28732ac11ff8d211ba4b00a0c93ec93b', 'hex');
const MBR_ESP = 0xef;
/** Before the disk's signature and the table. */
const CODE_BYTES = 440;

export function readBootSectors(head: Buffer): BootSectors {
  const signed = head.length >= SECTOR && head[510] === 0x55 && head[511] === 0xaa;
  const bootCode = signed && head.subarray(0, CODE_BYTES).some((byte) => byte !== 0);
  const sectorBytes = sectorBytesOf(head);
  if (hasGpt(head, sectorBytes))
    return { sectorBytes, table: 'gpt', esp: gptTypes(head, sectorBytes).some((t) => t.equals(ESP_TYPE)), bootCode };
  const types = signed ? [0, 1, 2, 3].map((n) => head[446 + 16 * n + 4] ?? 0) : [];
  return { sectorBytes, table: types.some((type) => type !== 0) ? 'mbr' : 'none', esp: types.includes(MBR_ESP), bootCode };
}

const hasGpt = (head: Buffer, sector: number): boolean => head.toString('latin1', sector, sector + 8) === 'EFI PART';

/** A table for sectors of 512 bytes counts where a disk has both, as one that was written anew may have. */
export function sectorBytesOf(head: Buffer): BootSectors['sectorBytes'] {
  return hasGpt(head, 4096) && !hasGpt(head, SECTOR) ? 4096 : SECTOR;
}

/** Types of the partitions whose entries lie in `head`. */
function gptTypes(head: Buffer, sector: number): Buffer[] {
  if (head.length < sector + 92) return [];
  const at = Number(head.readBigUInt64LE(sector + 72)) * sector;
  const count = Math.min(head.readUInt32LE(sector + 80), 128);
  const size = head.readUInt32LE(sector + 84);
  return Array.from({ length: count }, (_, n) => head.subarray(at + n * size, at + n * size + 16));
}

/** Whether there may be file systems: a partition table, or ext, XFS or LVM on the whole disk. `head` are its first sectors. */
export function mayHoldSystem(head: Buffer): boolean {
  const at = (offset: number, text: string) => head.toString('latin1', offset, offset + text.length) === text;
  return readBootSectors(head).table !== 'none' || at(1080, '\x53\xef') || at(0, 'XFSB') || at(SECTOR, 'LABELONE');
}

/** The firmware that can start such a disk; undefined = both or neither. SeaBIOS leaves disks out whose sectors have not 512 bytes. */
export function firmwareFor({ sectorBytes, esp, bootCode }: BootSectors): 'bios' | 'efi' | undefined {
  if (sectorBytes !== SECTOR) return 'efi';
  return esp === bootCode ? undefined : esp ? 'efi' : 'bios';
}

/** For people: `GPT, EFI system partition, no boot code for a BIOS`. */
export function describeBoot({ sectorBytes, table, esp, bootCode }: BootSectors): string {
  return [
    ...(sectorBytes === SECTOR ? [] : [`sectors of ${sectorBytes} bytes`]),
    { gpt: 'GPT', mbr: 'MBR', none: 'no partition table' }[table],
    esp ? 'EFI system partition' : 'no EFI system partition',
    bootCode ? 'boot code for a BIOS' : 'no boot code for a BIOS',
  ].join(', ');
}
