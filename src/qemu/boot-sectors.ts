/** What a disk can be started by, from its first sectors of 512 bytes. */

export interface BootSectors {
  table: 'gpt' | 'mbr' | 'none';
  /** It has an EFI system partition. */
  esp: boolean;
  /** Its first sector holds a program that a BIOS would run. */
  bootCode: boolean;
}

const SECTOR = 512;
/** Sectors that hold the table of a GPT as every tool writes it: 128 entries of 128 bytes after two sectors. */
export const BOOT_SECTORS = 34;
/** C12A7328-F81F-11D2-BA4B-00A0C93EC93B, as it lies on the disk (UEFI 2.10, table 5.7). */
const ESP_TYPE = Buffer.from('28732ac11ff8d211ba4b00a0c93ec93b', 'hex');
const MBR_ESP = 0xef;
/** Before the disk's signature and the table. */
const CODE_BYTES = 440;

export function readBootSectors(head: Buffer): BootSectors {
  const signed = head.length >= SECTOR && head[510] === 0x55 && head[511] === 0xaa;
  const bootCode = signed && head.subarray(0, CODE_BYTES).some((byte) => byte !== 0);
  if (head.toString('latin1', SECTOR, SECTOR + 8) === 'EFI PART')
    return { table: 'gpt', esp: gptTypes(head).some((t) => t.equals(ESP_TYPE)), bootCode };
  const types = signed ? [0, 1, 2, 3].map((n) => head[446 + 16 * n + 4] ?? 0) : [];
  return { table: types.some((type) => type !== 0) ? 'mbr' : 'none', esp: types.includes(MBR_ESP), bootCode };
}

/** Types of the partitions whose entries lie in `head`. */
function gptTypes(head: Buffer): Buffer[] {
  if (head.length < SECTOR + 92) return [];
  const at = Number(head.readBigUInt64LE(SECTOR + 72)) * SECTOR;
  const count = Math.min(head.readUInt32LE(SECTOR + 80), 128);
  const size = head.readUInt32LE(SECTOR + 84);
  return Array.from({ length: count }, (_, n) => head.subarray(at + n * size, at + n * size + 16));
}

/** Whether there may be file systems: a partition table, or ext, XFS or LVM on the whole disk. `head` are its first sectors. */
export function mayHoldSystem(head: Buffer): boolean {
  const at = (offset: number, text: string) => head.toString('latin1', offset, offset + text.length) === text;
  return readBootSectors(head).table !== 'none' || at(1080, '\x53\xef') || at(0, 'XFSB') || at(SECTOR, 'LABELONE');
}

/** The firmware that can start such a disk; undefined = both or neither. */
export function firmwareFor({ esp, bootCode }: BootSectors): 'bios' | 'efi' | undefined {
  return esp === bootCode ? undefined : esp ? 'efi' : 'bios';
}

/** For people: `GPT, EFI system partition, no boot code for a BIOS`. */
export function describeBoot({ table, esp, bootCode }: BootSectors): string {
  return [
    { gpt: 'GPT', mbr: 'MBR', none: 'no partition table' }[table],
    esp ? 'EFI system partition' : 'no EFI system partition',
    bootCode ? 'boot code for a BIOS' : 'no boot code for a BIOS',
  ].join(', ');
}
