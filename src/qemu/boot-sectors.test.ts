import { expect, test } from 'vitest';
import { gptHead } from '../../test/support/gpt.ts';
import { describeBoot, firmwareFor, readBootSectors } from './boot-sectors.ts';

const mbr = (type: number, code: boolean) => {
  const b = Buffer.alloc(34 * 512);
  if (code) b[0] = 0xeb;
  b[446 + 4] = type;
  b.writeUInt16BE(0x55aa, 510);
  return b;
};

test.each<[string, Buffer, string | undefined, string]>([
  ['EFI only', gptHead({ esp: true, bootCode: false }), 'efi', 'GPT, EFI system partition, no boot code for a BIOS'],
  ['both', gptHead({ esp: true, bootCode: true }), undefined, 'GPT, EFI system partition, boot code for a BIOS'],
  ['BIOS only', gptHead({ esp: false, bootCode: true }), 'bios', 'GPT, no EFI system partition, boot code for a BIOS'],
  ['neither', gptHead({ esp: false, bootCode: false }), undefined, 'GPT, no EFI system partition, no boot code for a BIOS'],
  [
    'sectors of 4096 bytes, both',
    gptHead({ esp: true, bootCode: true, sector: 4096 }),
    'efi',
    'sectors of 4096 bytes, GPT, EFI system partition, boot code for a BIOS',
  ],
  ['MBR', mbr(0x83, true), 'bios', 'MBR, no EFI system partition, boot code for a BIOS'],
  ['MBR with an ESP', mbr(0xef, false), 'efi', 'MBR, EFI system partition, no boot code for a BIOS'],
  ['nothing', Buffer.alloc(34 * 512), undefined, 'no partition table, no EFI system partition, no boot code for a BIOS'],
  ['a few bytes', Buffer.from('abc'), undefined, 'no partition table, no EFI system partition, no boot code for a BIOS'],
])('%s', (_, head, firmware, said) => {
  const seen = readBootSectors(head);
  expect([firmwareFor(seen), describeBoot(seen)]).toEqual([firmware, said]);
});

test('a table that points out of what was read, or says nonsense, is no error', () => {
  const b = gptHead({ esp: true, bootCode: false });
  b.writeBigUInt64LE(0xffff_ffff_ffffn, 512 + 72);
  b.writeUInt32LE(0xffff_ffff, 512 + 80);
  b.writeUInt32LE(0xffff_ffff, 512 + 84);
  expect(readBootSectors(b)).toEqual({ sectorBytes: 512, table: 'gpt', esp: false, bootCode: false });
  expect(readBootSectors(b.subarray(0, 520)).table).toBe('gpt');
});
