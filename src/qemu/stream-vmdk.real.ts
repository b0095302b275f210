import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streamVmdk } from './stream-vmdk.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'stream-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const img = (...args: string[]): string => execFileSync('qemu-img', args, { encoding: 'utf8' });

/** Contents here and there in a disk of that size, through qemu-img and through us. */
async function through(name: string, bytes: number, marks: Record<number, string>): Promise<{ raw: string; ours: string }> {
  const raw = join(dir, `${name}.raw`);
  writeFileSync(raw, '');
  truncateSync(raw, bytes);
  for (const [at, text] of Object.entries(marks))
    execFileSync('dd', [`of=${raw}`, 'bs=1', `seek=${at}`, 'conv=notrunc', 'status=none'], { input: text });
  const theirs = join(dir, `${name}.qemu.vmdk`);
  img('convert', '-f', 'raw', '-O', 'vmdk', '-o', 'subformat=streamOptimized', raw, theirs);
  const made = await streamVmdk(theirs);
  const ours = join(dir, `${name}.vmdk`);
  await pipeline(made.stream(), createWriteStream(ours));
  expect(statSync(ours).size).toBe(made.bytes);
  expect(made.virtualBytes).toBe(Math.ceil(bytes / 2 ** 20) * 2 ** 20);
  return { raw, ours };
}

test.each([
  ['of one table', 16 * 2 ** 20, { 0: 'first', [9 * 2 ** 20 + 3]: 'x'.repeat(200_000), [16 * 2 ** 20 - 4]: 'last' }],
  ['whose middle table is empty', 96 * 2 ** 20, { 7: 'a', [70 * 2 ** 20]: 'b' }],
  ['of many tables', 6 * 2 ** 30, { [5 * 2 ** 30 + 1]: 'far' }],
  ['with nothing in it', 2 ** 20, {}],
  ['of odd size', 2 ** 20 + 512, { [2 ** 20 + 500]: 'the end' }],
])('a disk %s is what it was, by the word of qemu-img', async (name, bytes, marks) => {
  const { raw, ours } = await through(name.replaceAll(' ', '-'), bytes, marks as Record<number, string>);
  img('check', '-q', '-f', 'vmdk', ours);
  expect(JSON.parse(img('info', '--output=json', '-f', 'vmdk', ours))).toMatchObject({
    'virtual-size': Math.ceil(bytes / 2 ** 20) * 2 ** 20,
    'format-specific': { data: { 'create-type': 'streamOptimized' } },
  });
  img('compare', '-q', '-f', 'raw', '-F', 'vmdk', raw, ours);
});

test('another form of VMDK is refused', async () => {
  const path = join(dir, 'sparse.vmdk');
  img('create', '-q', '-f', 'vmdk', path, '1M');
  await expect(streamVmdk(path)).rejects.toMatchObject({ code: 'bad-image' });
});
