/** Uploads that are packed: unpacked on the way, within bounds. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from '../../test/support/test-server.ts';
import { unwrap } from '../intake/unwrap.ts';
import type { Staging } from './upload.ts';

let dir: string;
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'carrel-packed-'))));
afterAll(() => rmSync(dir, { recursive: true }));

const content = randomBytes(300_000);
const staging = () => ({ dir, maxBytes: 1 << 20, maxUnpackedBytes: 1 << 22, keepFreeBytes: 0 });
async function* chunks(data: Buffer) {
  for (let at = 0; at < data.length; at += 65_536) yield data.subarray(at, at + 65_536);
}

describe('packed', () => {
  const lax = { unwrap, firstBytes: 100, first: () => {}, whole: () => Promise.resolve() };
  const sendTo = async (bounds: Partial<Staging>, packed: Buffer, rest: Promise<void>, bytes = packed.length) => {
    const at = await startTestServer({ staging: { ...staging(), inspector: lax, ...bounds } });
    async function* content() {
      yield* chunks(packed);
      await rest;
    }
    try {
      const answer = await at
        .client('root')
        .uploadImage({ params: { name: 'packed' }, query: {}, content: content(), bytes })
        .catch((e: unknown) => e);
      const request = at.world.calls.find((c) => c.name === 'importImage')?.args[1] as { path: string; bytes: number } | undefined;
      return { answer, request };
    } finally {
      await at.close();
    }
  };

  it.each([
    ['gzip', gzipSync],
    ['xz', (b: Buffer) => execFileSync('xz', ['-c'], { input: b })],
    ['zstd', (b: Buffer) => execFileSync('zstd', ['-cq'], { input: b })],
  ])('by %s is unpacked on the way; a hole stays one', async (_, pack) => {
    const disk = Buffer.concat([content, Buffer.alloc(1 << 21), content]);
    const packed = pack(disk);
    const { request } = await sendTo({}, packed, Promise.resolve());
    expect(request).toMatchObject({ bytes: packed.length, sha256: createHash('sha256').update(packed).digest('hex') });
    const path = request?.path as string;
    expect(readFileSync(path).equals(disk)).toBe(true);
    expect(statSync(path).blocks * 512).toBeLessThan(disk.length - (1 << 20));
    rmSync(path);
  });

  it.each([
    ['gzip', gzipSync],
    // As many frames as fill the program's buffer.
    ['zstd', (b: Buffer) => Buffer.alloc(500_000, execFileSync('zstd', ['-cq'], { input: b }))],
  ])('more than is taken is refused before the rest was sent: %s', async (_, pack) => {
    let refused: () => void = () => {};
    const answered = new Promise<void>((resolve) => (refused = resolve));
    const { answer } = await sendTo({}, pack(Buffer.alloc(64 << 20)), answered, 1 << 20);
    refused();
    expect(answer).toMatchObject({ status: 413, code: 'too-large', message: expect.stringContaining('unpacked') });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('what would fill the disk when unpacked is refused, and so is what is damaged or holds nothing', async () => {
    const { bavail, bsize } = statfsSync(dir);
    const keepFreeBytes = bavail * bsize - (64 << 20);
    // of many members, as cheap to make as one of them
    const member = gzipSync(Buffer.alloc(4 << 20, 7));
    const sevens = Buffer.concat(Array.from({ length: 50 }, () => member));
    const full = await sendTo({ keepFreeBytes, maxUnpackedBytes: 1 << 30 }, sevens, Promise.resolve());
    expect(full.answer).toMatchObject({ status: 507, code: 'no-space' });
    const whole = gzipSync(content);
    const cut = await sendTo({}, whole.subarray(0, whole.length - 9), Promise.resolve());
    expect(cut.answer).toMatchObject({ status: 422, code: 'bad-image', hint: expect.stringContaining('gzip -t') });
    expect((await sendTo({}, gzipSync(Buffer.alloc(0)), Promise.resolve())).answer).toMatchObject({ status: 422, code: 'bad-image' });
    expect(readdirSync(dir)).toEqual([]);
  });
});
