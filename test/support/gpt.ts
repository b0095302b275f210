/** First sectors of a disk with a GPT, as partitioning tools write them; no checksums, which nobody reads here. */
export function gptHead(parts: { esp: boolean; bootCode: boolean }): Buffer {
  const b = Buffer.alloc(34 * 512);
  if (parts.bootCode) b.write('\xeb\x63\x90', 0, 'latin1');
  b[446 + 4] = 0xee;
  b.writeUInt16BE(0x55aa, 510);
  b.write('EFI PART', 512);
  b.writeBigUInt64LE(2n, 512 + 72);
  b.writeUInt32LE(128, 512 + 80);
  b.writeUInt32LE(128, 512 + 84);
  const type = parts.esp ? '28732ac11ff8d211ba4b00a0c93ec93b' : 'af3dc60f838472478e793d69d8477de4';
  b.write('af3dc60f838472478e793d69d8477de4', 1024, 'hex');
  b.write(type, 1024 + 128, 'hex');
  return b;
}
