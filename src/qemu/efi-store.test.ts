/** Stores of firmware variables, laid out as edk2 does. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cleanStore } from './efi-store.ts';
import { findOvmf } from './ovmf.ts';
import { guid, SYSTEMD, variable } from '../../test/support/efi-variable.ts';

const SHIM = '605dab50-e046-4300-abb6-3dd810dd8b23';
const GLOBAL = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
const LINUX = 'cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0';
/** A volume of 64 KiB, in whose second half lies a copy of its first. */
function store(...variables: readonly Buffer[]): Buffer {
  const half = Buffer.alloc(1 << 15, 0xff);
  half.fill(0, 0, 72);
  guid('fff12b8d-7696-4c8b-a985-2747075b4f50').copy(half, 16);
  half.writeBigUInt64LE(1n << 16n, 32);
  half.write('_FVH', 40);
  half.writeUInt16LE(72, 48);
  guid('aaf32c78-947b-439a-a180-2e144ec37792').copy(half, 72);
  half.writeUInt32LE(half.length - 72, 88);
  Buffer.concat(variables).copy(half, 100);
  return Buffer.concat([half, half]);
}

test("what systemd-boot, shim and the kernel keep of one machine goes, whatever was deleted before too; the system's own stays", () => {
  const boot = variable(GLOBAL, 'Boot0001', 'KEPT-boot');
  const before = store(
    variable(SYSTEMD, 'LoaderSystemToken', 'SECRET-before', 0x3c),
    boot,
    variable(SYSTEMD, 'LoaderSystemToken', 'SECRET-token'),
    variable(SHIM, 'MokAuth', 'SECRET-hash', 0x3e),
    variable(SHIM, 'MokPWStore', 'SECRET-hash'),
    variable(SHIM, 'MokList', 'KEPT-key'),
    variable(LINUX, 'dump-type0-1-1-1700000000-C', 'SECRET-log'),
    variable(GLOBAL, 'Other', 'SECRET-deleted', 0x3d),
    variable(SYSTEMD, 'LoaderConfigTimeout', 'KEPT-5'),
    variable(GLOBAL, 'LoaderSystemToken', 'KEPT-of-another-vendor'),
  );
  const { bytes, removed } = cleanStore(before) ?? { bytes: Buffer.alloc(0), removed: [] };
  expect(removed).toEqual(['LoaderSystemToken', 'MokAuth', 'MokPWStore', 'dump-type0-1-1-1700000000-C']);
  expect(bytes.includes('SECRET')).toBe(false);
  expect(bytes.toString('latin1').match(/KEPT-[a-z0-9-]+/g)).toEqual(
    [...Array(2)].flatMap(() => ['KEPT-boot', 'KEPT-key', 'KEPT-5', 'KEPT-of-another-vendor']),
  );
  // In place: the firmware finds each where it was, and those that went as deleted.
  expect(bytes.length).toBe(before.length);
  expect(bytes.indexOf(boot)).toBe(before.indexOf(boot));
  expect(cleanStore(bytes)).toEqual({ bytes, removed: [] });
});

test("the firmware's own templates are known, and nothing of them counts as a machine's", () => {
  for (const secureBoot of [false, true]) {
    const template = readFileSync(findOvmf({ secureBoot })?.variables ?? '');
    expect(cleanStore(template)?.removed).toEqual([]);
  }
});

test('a store that is none, or does not hold together, is not said to be clean', () => {
  const whole = store(variable(GLOBAL, 'Boot0001', 'x'));
  const broken = Buffer.from(whole);
  broken.writeUInt32LE(0x7fffffff, 100 + 40);
  const short = Buffer.from(whole);
  short.writeUInt32LE(1 << 20, 88);
  for (const each of [Buffer.alloc(0), Buffer.alloc(4096, 0xff), whole.subarray(0, 90), broken, short])
    expect(cleanStore(each)).toBeUndefined();
});
