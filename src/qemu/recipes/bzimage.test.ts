import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { uncompressedKernel } from './bzimage.ts';

/** An ELF file with one note, and after it some text. */
function elf(note: { name: string; type: number }, text = 'kernel '.repeat(4)): Buffer {
  const head = Buffer.alloc(64 + 56);
  head.writeUInt32BE(0x7f454c46, 0);
  head.set([2, 1], 4);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  const other = noteOf('GNU', 3, 20);
  const notes = Buffer.concat([other, noteOf(note.name, note.type, 4)]);
  head.writeUInt32LE(4, 64);
  head.writeBigUInt64LE(120n, 72);
  head.writeBigUInt64LE(BigInt(notes.length), 64 + 32);
  return Buffer.concat([head, notes, Buffer.from(text)]);
}

function noteOf(name: string, type: number, bytes: number): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(name.length + 1, 0);
  head.writeUInt32LE(bytes, 4);
  head.writeUInt32LE(type, 8);
  return Buffer.concat([head, Buffer.from(name.padEnd((name.length + 4) & ~3, '\0')), Buffer.alloc(bytes)]);
}

/** A legacy LZ4 frame of two blocks: of `head` literals alone, and of `word` said `times` times by one match that reaches into itself. */
function lz4(head: Buffer, word: string, times: number): Buffer {
  const u32 = (n: number) => Buffer.from(Uint32Array.of(n).buffer);
  const length = (nibble: number) =>
    nibble < 15 ? [] : [...Array.from({ length: Math.floor((nibble - 15) / 255) }, () => 255), (nibble - 15) % 255];
  const first = Buffer.concat([Buffer.from([Math.min(head.length, 15) << 4, ...length(head.length)]), head]);
  const match = word.length * (times - 1) - 4;
  const second = Buffer.from([
    ...[(word.length << 4) | Math.min(match, 15), ...Buffer.from(word), word.length, 0],
    ...length(match),
    // The last sequence has literals alone: here none.
    0,
  ]);
  const out = head.length + word.length * times;
  return Buffer.concat([u32(0x184c2102), ...[first, second].flatMap((block) => [u32(block.length), block]), u32(out)]);
}

function bzImage(payload: Buffer): Buffer {
  const head = Buffer.alloc(1024);
  head[0x1f1] = 1;
  head.write('HdrS', 0x202, 'latin1');
  head.writeUInt16LE(0x20f, 0x206);
  head.writeUInt32LE(16, 0x248);
  head.writeUInt32LE(payload.length, 0x24c);
  return Buffer.concat([head, Buffer.alloc(16), payload, Buffer.from('what comes after')]);
}

const PVH = { name: 'Xen', type: 18 };

test.each([
  ['seven', 300],
  ['x', 2],
  ['ab', 3],
])('LZ4: %s said %i times', (word, times) => {
  const text = times * word.length - word.length < 4 ? word.repeat(9) : word.repeat(times);
  const repeated = text.length / word.length;
  expect(uncompressedKernel(bzImage(lz4(elf(PVH), word, repeated)))?.equals(Buffer.concat([elf(PVH), Buffer.from(text)]))).toBe(true);
});

test('gzip', () => {
  expect(uncompressedKernel(bzImage(gzipSync(elf(PVH))))?.equals(elf(PVH))).toBe(true);
});

test('what QEMU could not start is left to the bzImage', () => {
  const whole = bzImage(lz4(elf(PVH), 'seven', 9));
  for (const image of [
    bzImage(gzipSync(elf({ name: 'Xen', type: 17 }))),
    bzImage(gzipSync(elf({ name: 'Zen', type: 18 }))),
    bzImage(gzipSync(Buffer.from('no ELF'.repeat(40)))),
    bzImage(Buffer.from('\xfd7zXZ\0 of another compression', 'latin1')),
    // A length, and a byte of a block, that are not so.
    bzImage(Buffer.concat([lz4(elf(PVH), 'seven', 9).subarray(0, -4), Buffer.alloc(4)])),
    whole.subarray(0, 1100),
    Buffer.alloc(2048),
    Buffer.alloc(0),
  ])
    expect(uncompressedKernel(image)).toBeUndefined();
});
