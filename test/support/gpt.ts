/** First sectors of a disk, of 512 or 4096 bytes, with a GPT, as partitioning tools write them; no checksums, which nobody reads here. */
export function gptHead(parts: { esp: boolean; bootCode: boolean; sector?: number }): Buffer {
  const { sector = 512 } = parts;
  const b = Buffer.alloc(2 * sector + 128 * 128);
  if (parts.bootCode) b.write('\xeb\x63\x90', 0, 'latin1');
  b[446 + 4] = 0xee;
  b.writeUInt16BE(0x55aa, 510);
  b.write('EFI PART', sector);
  b.writeBigUInt64LE(2n, sector + 72);
  b.writeUInt32LE(128, sector + 80);
  b.writeUInt32LE(128, sector + 84);
  const type = parts.esp ? '28732ac11ff8d211ba4b00a0c93ec93b' : 'af3dc60f838472478e793d69d8477de4';
  b.write('af3dc60f838472478e793d69d8477de4', 2 * sector, 'hex');
  b.write(type, 2 * sector + 128, 'hex');
  return b;
}
