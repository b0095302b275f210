import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { iso9660 } from './iso9660.ts';

const FILES = { 'user-data': `#cloud-config\n${'x'.repeat(5000)}\n`, 'meta-data': 'instance-id: m-1\n', 'network-config': '' };

test('blkid, which cloud-init asks, sees a CD with the label', () => {
  const folder = mkdtempSync(join(tmpdir(), 'carrel-iso-'));
  try {
    const path = join(folder, 'seed.iso');
    writeFileSync(path, iso9660('cidata', FILES));
    const said = execFileSync('blkid', ['-p', '-o', 'export', path], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    });
    expect(said.split('\n')).toEqual(expect.arrayContaining(['LABEL=cidata', 'TYPE=iso9660', 'BLOCK_SIZE=2048']));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('files lie where their records say, in both orders of bytes, by name', () => {
  const image = iso9660('cidata', FILES);
  expect(image.length % 2048).toBe(0);
  expect(image.readUInt32LE(16 * 2048 + 80) * 2048).toBe(image.length);
  const root = image.subarray(image.readUInt32LE(16 * 2048 + 156 + 2) * 2048);
  const found: [string, string][] = [];
  for (let at = 0; root[at] !== 0; at += root[at] ?? 0) {
    const [sector, bytes] = [root.readUInt32LE(at + 2), root.readUInt32LE(at + 10)];
    expect([root.readUInt32BE(at + 6), root.readUInt32BE(at + 14)]).toEqual([sector, bytes]);
    if (root[at + 25] === 2) continue;
    const name = root.toString('latin1', at + 33, at + 33 + (root[at + 32] ?? 0));
    found.push([name, image.toString('utf8', sector * 2048, sector * 2048 + bytes)]);
  }
  expect(found).toEqual([
    ['META-DATA;1', FILES['meta-data']],
    ['NETWORK-CONFIG;1', ''],
    ['USER-DATA;1', FILES['user-data']],
  ]);
});

test('the same files give the same image', () => {
  expect(iso9660('cidata', FILES).equals(iso9660('cidata', FILES))).toBe(true);
});

test.each([
  ['a name with a dot', 'cidata', { 'a.b': '' }],
  ['a name in upper case', 'cidata', { README: '' }],
  ['a label that is too long', 'c'.repeat(33), {}],
  ['more files than a sector holds', 'cidata', Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`f${n}`, '']))],
])('%s is refused', (_, label, files) => {
  expect(() => iso9660(label, files)).toThrow(RangeError);
});
