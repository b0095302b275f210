/** The bytes of a disk's extent as a host's file server gives them: never held, made where they are asked for. */
import { createHash } from 'node:crypto';
import type { DsFile } from './storage.ts';
import { GRAIN } from './vmdk.ts';

/** A file of `size` bytes whose block `n` (of {@link GRAIN} bytes) `block` makes; undefined is one of zeros. */
export interface BlockFile {
  size: number;
  block: (n: number) => Uint8Array | undefined;
}

/**
 * A flat extent is the disk itself: what was written, below it what came with the image, else zeros. A redo extent has a table of its blocks and
 * then these, as all sparse formats do; it is none of VMware's formats.
 */
export function extentBytes(file: DsFile): BlockFile {
  const { seed, seedBytes = 0, blocks } = file.data ?? {};
  if (file.name.endsWith('-flat.vmdk')) {
    return {
      size: file.size,
      block: (n) => blocks?.get(n) ?? (seed !== undefined && n * GRAIN < seedBytes ? imageBlock(seed, n) : undefined),
    };
  }
  const order = [...(blocks?.keys() ?? [])].sort((a, b) => a - b);
  const table = Buffer.from(JSON.stringify(order)).subarray(0, GRAIN);
  return {
    size: Math.max(file.size, (1 + order.length) * GRAIN),
    block: (n) => (n === 0 ? table : blocks?.get(order[n - 1] ?? -1)),
  };
}

/** The bytes that an image brought: the same for the same name, different from block to block. */
function imageBlock(seed: string, n: number): Uint8Array {
  return Buffer.alloc(GRAIN, createHash('sha256').update(`${seed}:${n}`).digest());
}

/** Bytes `from` to `to` (not included), block by block. */
export function* bytesOf(file: BlockFile, from: number, to: number): Generator<Buffer> {
  for (let at = from; at < to; ) {
    const n = Math.floor(at / GRAIN);
    const start = at - n * GRAIN;
    const end = Math.min(GRAIN, start + to - at);
    const whole = Buffer.alloc(GRAIN);
    whole.set(file.block(n) ?? []);
    yield whole.subarray(start, end);
    at += end - start;
  }
}
