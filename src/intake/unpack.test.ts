import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/test-server.ts';
import { CarrelError } from '../lib/errors.ts';
import { unwrap } from './unwrap.ts';

async function* pieces(data: Buffer, size = 1000) {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}
async function all(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  const found: Buffer[] = [];
  for await (const chunk of bytes) found.push(chunk);
  return Buffer.concat(found);
}
const unpacked = async (packed: Buffer, size?: number) => all((await unwrap(pieces(packed, size), 1 << 30)).bytes);

const PACKERS: [string, (content: Buffer) => Buffer][] = [
  ['gzip', (b) => gzipSync(b)],
  ['xz', (b) => execFileSync('xz', ['-c'], { input: b })],
  ['zstd', (b) => execFileSync('zstd', ['-cq'], { input: b })],
];
const content = Buffer.concat([randomBytes(200_000), Buffer.alloc(300_000)]);

/** Command lines of the processes that this one has started. */
function programs(): string {
  const of = (pid: string) => {
    try {
      const mine = readFileSync(`/proc/${pid}/status`, 'utf8').includes(`\nPPid:\t${process.pid}\n`);
      return mine ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') : '';
    } catch {
      // It has ended meanwhile.
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(of)
    .join('\n');
}

describe.each(PACKERS)('%s', (name, pack) => {
  it('gives the same bytes, whatever the pieces that come', async () => {
    for (const size of [1, 4096]) {
      const short = size === 1 ? content.subarray(199_900, 200_100) : content;
      expect((await unpacked(pack(short), size)).equals(short)).toBe(true);
    }
  });
  it('of several parts, one after the other', async () => {
    expect((await unpacked(Buffer.concat([pack(content), pack(content)]))).length).toBe(2 * content.length);
  });
  it('cut off, or damaged, is said with what helps', async () => {
    const packed = pack(content);
    const broken = Buffer.from(packed);
    broken.fill(0x55, 50_000, 50_400);
    for (const wrong of [packed.subarray(0, 100_000), broken]) {
      const error = await unpacked(wrong).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'bad-image', message: expect.stringContaining(`packed with ${name}`) });
      expect((error as CarrelError).hint).toContain(`${name} -t`);
    }
  });
  it('an error of the source is that error, and not one of the packing', async () => {
    async function* cutOff() {
      yield pack(content).subarray(0, 100_000);
      throw new CarrelError('deadline', 'no byte came');
    }
    await expect(unwrap(cutOff(), 1 << 30).then(({ bytes }) => all(bytes))).rejects.toMatchObject({ code: 'deadline' });
  });
  it('whoever stops taking does not wait for the source, and leaves no program', async () => {
    async function* stuck() {
      yield pack(content);
      await new Promise(() => {});
    }
    const { bytes } = await unwrap(stuck(), 1 << 30);
    for await (const chunk of bytes) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await eventually('no program', () => !programs().includes(`${name} -dc`));
  });
});

it('what wants gigabytes of memory to be unpacked is refused', async () => {
  const packed = execFileSync('zstd', ['-cq', '--long=31', '--no-check', '-1'], { input: content });
  // The frame's header asks for a window of 2 GiB: no size of the content, no checksum, exponent 21.
  expect(packed.readUInt32LE(0)).toBe(0xfd2fb528);
  const greedy = Buffer.concat([packed.subarray(0, 4), Buffer.from([0x00, 21 << 3]), packed.subarray(6)]);
  await expect(unpacked(greedy)).rejects.toMatchObject({ code: 'bad-image', message: expect.stringMatching(/memory|Window/i) });
});

it('what is not packed comes as it is', async () => {
  const { bytes, plain } = await unwrap(pieces(content), 1 << 30);
  expect([plain, (await all(bytes)).equals(content)]).toEqual([true, true]);
  expect(await unpacked(Buffer.from('ab'))).toEqual(Buffer.from('ab'));
});
