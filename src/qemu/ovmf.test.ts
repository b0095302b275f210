/** Firmware is found by descriptions as distributions have them; these were written after theirs, each with the files that they name. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, afterEach, describe, expect, test } from 'vitest';
import { descriptionFolders, findOvmf } from './ovmf.ts';

const BYTES = { small: 131_072, large: 540_672 };
const SECURE = ['acpi-s3', 'requires-smm', 'secure-boot'];
const ENROLLED = [...SECURE, 'enrolled-keys'];
const Q35 = [{ architecture: 'x86_64', machines: ['pc-q35-*'] }];

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'carrel-ovmf-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const at = (path: string) => join(root, path);
const put = (path: string, content: string | Buffer) => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), content);
};

interface Described {
  code: string;
  /** Left out: it has no place for variables. */
  variables?: string;
  bytes?: number;
  features?: readonly string[];
  targets?: readonly { architecture: string; machines: readonly string[] }[];
  format?: 'raw' | 'qcow2';
  more?: Record<string, unknown>;
  missing?: boolean;
}

/** As much of a qcow2 as says how large the disk in it is. */
function qcow2(size: number): Buffer {
  const b = Buffer.alloc(104);
  b.writeUInt32BE(0x514649fb, 0);
  b.writeUInt32BE(3, 4);
  b.writeBigUInt64BE(BigInt(size), 24);
  return b;
}

function describes(name: string, of: Described, folder = 'usr/share/qemu/firmware'): void {
  const { code, variables, bytes = BYTES.large, features = ['acpi-s3'], targets = Q35, format = 'raw', more = {} } = of;
  const file = (path: string) => ({ filename: at(path), format });
  const mapping = {
    device: 'flash',
    executable: file(code),
    ...(variables === undefined ? {} : { 'nvram-template': file(variables) }),
    ...more,
  };
  put(join(folder, name), JSON.stringify({ description: name, 'interface-types': ['uefi'], mapping, targets, features, tags: [] }));
  if (of.missing === true) return;
  const flash = (size: number) => (format === 'raw' ? Buffer.alloc(size) : qcow2(size));
  put(code, flash(4096));
  if (variables !== undefined) put(variables, flash(bytes));
}

const folders = () => ['home/qemu/firmware', 'etc/qemu/firmware', 'usr/share/qemu/firmware'].map(at);
const found = (secureBoot: boolean, storeBytes?: number) => {
  const files = findOvmf({ secureBoot, storeBytes }, folders(), []);
  return files && [files.code.slice(root.length + 1), files.variables.slice(root.length + 1)];
};

describe('of each distribution the pair that belongs together', () => {
  test('Debian and Ubuntu', () => {
    const [vars, ms] = ['usr/share/OVMF/OVMF_VARS_4M.fd', 'usr/share/OVMF/OVMF_VARS_4M.ms.fd'];
    describes('40-edk2-x86_64-secure-enrolled.json', { code: 'usr/share/OVMF/OVMF_CODE_4M.ms.fd', variables: ms, features: ENROLLED });
    describes('50-edk2-x86_64-secure.json', { code: 'usr/share/OVMF/OVMF_CODE_4M.secboot.fd', variables: vars, features: SECURE });
    describes('60-edk2-x86_64.json', { code: 'usr/share/OVMF/OVMF_CODE_4M.fd', variables: vars });
    expect(found(false)).toEqual(['usr/share/OVMF/OVMF_CODE_4M.fd', vars]);
    expect(found(true)).toEqual(['usr/share/OVMF/OVMF_CODE_4M.ms.fd', ms]);
  });

  test('Fedora: its qcow2 of 4 MiB before its raw ones, which those of a smaller store have, and none of other machines', () => {
    const folder = 'usr/share/edk2/ovmf';
    const q = { format: 'qcow2' as const };
    const [code4, vars4] = [`${folder}/OVMF_CODE_4M`, `${folder}/OVMF_VARS_4M`];
    const small = { bytes: BYTES.small };
    const enrolled = { variables: `${folder}/OVMF_VARS.secboot.fd`, features: ENROLLED, ...small };
    const plain = { code: `${folder}/OVMF_CODE.fd`, variables: `${folder}/OVMF_VARS.fd`, ...small };
    describes('30-edk2-ovmf-4m-qcow2-x64-sb-enrolled.json', {
      code: `${code4}.secboot.qcow2`,
      variables: `${vars4}.secboot.qcow2`,
      features: ENROLLED,
      ...q,
    });
    describes('31-edk2-ovmf-2m-raw-x64-sb-enrolled.json', { code: `${folder}/OVMF_CODE.secboot.fd`, ...enrolled });
    describes('40-edk2-ovmf-4m-qcow2-x64-sb.json', { code: `${code4}.secboot.qcow2`, variables: `${vars4}.qcow2`, features: SECURE, ...q });
    const microvm = [{ architecture: 'x86_64', machines: ['microvm'] }];
    describes('50-edk2-ovmf-x64-microvm.json', { code: 'usr/share/edk2/MICROVM.fd', variables: 'usr/share/edk2/M.fd', targets: microvm });
    describes('50-edk2-ovmf-4m-qcow2-x64-nosb.json', { code: `${code4}.qcow2`, variables: `${vars4}.qcow2`, ...q });
    describes('51-edk2-ovmf-2m-raw-x64-nosb.json', plain);
    describes('60-edk2-ovmf-x64-amdsev.json', { code: `${folder}/OVMF.amdsev.fd`, more: { mode: 'stateless' } });
    expect(found(false)).toEqual([`${code4}.qcow2`, `${vars4}.qcow2`]);
    expect(findOvmf({ secureBoot: false }, folders(), [])).toMatchObject({
      codeFormat: 'qcow2',
      variablesFormat: 'qcow2',
      storeBytes: BYTES.large,
    });
    expect(found(true)).toEqual([`${code4}.secboot.qcow2`, `${vars4}.secboot.qcow2`]);
    expect(found(false, BYTES.small)).toEqual([plain.code, plain.variables]);
    expect(found(true, BYTES.small)).toEqual([`${folder}/OVMF_CODE.secboot.fd`, enrolled.variables]);
    expect(findOvmf({ secureBoot: false, storeBytes: BYTES.small }, folders(), [])).toMatchObject({
      codeFormat: 'raw',
      variablesFormat: 'raw',
    });
    // What is said to be a qcow2 and is none is passed over.
    put(`${code4}.qcow2`, 'code');
    expect(found(false)).toEqual([plain.code, plain.variables]);
  });

  test('Arch: its secure boot has no keys, so that it is in force nowhere and is not taken for it', () => {
    const folder = 'usr/share/edk2/x64';
    const variables = `${folder}/OVMF_VARS.4m.fd`;
    describes('50-edk2-ovmf-x86_64-secure-4m.json', { code: `${folder}/OVMF_CODE.secboot.4m.fd`, variables, features: SECURE });
    describes('60-edk2-ovmf-x86_64-4m.json', { code: `${folder}/OVMF_CODE.4m.fd`, variables });
    expect(found(false)).toEqual([`${folder}/OVMF_CODE.4m.fd`, variables]);
    expect(found(true)).toBeUndefined();
  });

  test('RHEL: it has none without secure boot, so that the one whose store has no keys starts what nobody signed', () => {
    const folder = 'usr/share/edk2/ovmf';
    const code = `${folder}/OVMF_CODE.secboot.fd`;
    const [plain, enrolled] = [`${folder}/OVMF_VARS.fd`, `${folder}/OVMF_VARS.secboot.fd`];
    describes('30-edk2-ovmf-x64-sb-enrolled.json', { code, variables: enrolled, features: ENROLLED });
    expect(found(false)).toBeUndefined();
    describes('40-edk2-ovmf-x64-sb.json', { code, variables: plain, features: SECURE });
    expect(found(false)).toEqual([code, plain]);
    expect(found(true)).toEqual([code, enrolled]);
    const smm = (secureBoot: boolean, fixed: Parameters<typeof findOvmf>[2] = []) => findOvmf({ secureBoot }, folders(), fixed)?.smm;
    expect([smm(false), smm(true)]).toEqual([true, true]);
    // One without, by whatever it is found, comes before it, and wants no such mode.
    put('plain', Buffer.alloc(4096));
    expect(smm(false, [{ secureBoot: false, code: at('plain'), variables: at(plain) }])).toBe(false);
    describes('50-edk2-ovmf-x64-nosb.json', { code: `${folder}/OVMF_CODE.fd`, variables: plain });
    expect([found(false), smm(false)]).toEqual([[`${folder}/OVMF_CODE.fd`, plain], false]);
  });

  test('openSUSE: with keys, and not the build without system management mode', () => {
    const name = (kind: string) => ({
      code: `usr/share/qemu/ovmf-x86_64-${kind}code.bin`,
      variables: `usr/share/qemu/ovmf-x86_64-${kind}vars.bin`,
    });
    describes('50-ovmf-x86_64-ms.json', { ...name('ms-'), features: ['enrolled-keys', 'secure-boot'] });
    describes('50-ovmf-x86_64-smm-ms.json', { ...name('smm-ms-'), features: ENROLLED });
    describes('51-ovmf-x86_64-secure.json', { ...name('secure-'), features: ['secure-boot'] });
    describes('60-ovmf-x86_64.json', name(''));
    expect(found(false)).toEqual(Object.values(name('')));
    expect(found(true)).toEqual(Object.values(name('smm-ms-')));
  });
});

test('what an operator put above counts more, an empty one of the same name hides, and what is broken or has no files is passed over', () => {
  describes('60-b.json', { code: 'b.code', variables: 'b.vars' });
  expect(found(false)).toEqual(['b.code', 'b.vars']);
  describes('70-a.json', { code: 'a.code', variables: 'a.vars' }, 'etc/qemu/firmware');
  expect(found(false)).toEqual(['b.code', 'b.vars']);
  put('home/qemu/firmware/60-b.json', '');
  expect(found(false)).toEqual(['a.code', 'a.vars']);
  describes('10-gone.json', { code: 'gone.code', variables: 'gone.vars', missing: true });
  put('gone.vars', Buffer.alloc(BYTES.large));
  put('usr/share/qemu/firmware/11-none.json', 'null');
  put('usr/share/qemu/firmware/12-odd.json', '{"interface-types":"uefi","targets":[null],"features":{},"mapping":{"device":"flash"}}');
  describes('13-memory.json', { code: 'm.code', variables: 'm.vars', more: { device: 'memory' } });
  describes('14-arm.json', { code: 'arm.code', variables: 'arm.vars', targets: [{ architecture: 'aarch64', machines: ['pc-q35-*'] }] });
  expect(found(false)).toEqual(['a.code', 'a.vars']);
});

test('of a store that is there the size counts', () => {
  describes('50-large.json', { code: 'l.code', variables: 'l.vars' });
  describes('60-small.json', { code: 's.code', variables: 's.vars', bytes: BYTES.small });
  expect(found(false, BYTES.small)).toEqual(['s.code', 's.vars']);
  expect(found(false, BYTES.large)).toEqual(['l.code', 'l.vars']);
  expect(found(false, 1)).toBeUndefined();
});

test('where nothing is described, the places that Debian has', () => {
  const fixed = [{ secureBoot: true, code: at('code'), variables: at('vars') }];
  expect(findOvmf({ secureBoot: true }, folders(), fixed)).toBeUndefined();
  put('code', 'code');
  put('vars', 'vars');
  expect(findOvmf({ secureBoot: true }, folders(), fixed)).toMatchObject({
    code: at('code'),
    variables: at('vars'),
    variablesFormat: 'raw',
  });
  expect(findOvmf({ secureBoot: false }, folders(), fixed)).toBeUndefined();
});

test('the folders of QEMU’s own page', () => {
  const system = ['/etc/qemu/firmware', '/usr/share/qemu/firmware'];
  expect(descriptionFolders({ XDG_CONFIG_HOME: '/x', HOME: '/h' })).toEqual(['/x/qemu/firmware', ...system]);
  expect(descriptionFolders({ HOME: '/h' })).toEqual(['/h/.config/qemu/firmware', ...system]);
});
