import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isCode } from '../lib/errors.ts';
import { checkImport } from './import-check.ts';
import { parseQcow2 } from './qcow2.ts';
import { checkDescriptor } from './vmdk.ts';

const GIB = 1024 ** 3;
const limits = { maxVirtualBytes: 10 * GIB };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-check-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(content: Buffer | string): string {
  const path = join(folder, `f${Math.random().toString(36).slice(2)}`);
  writeFileSync(path, content);
  return path;
}

/** A version 3 header with its tables in place, in a file of four clusters. */
function qcow2(change: (head: Buffer) => void = () => {}, size = 4 * 65536): Buffer {
  const b = Buffer.alloc(size);
  b.writeUInt32BE(0x514649fb, 0);
  b.writeUInt32BE(3, 4);
  b.writeUInt32BE(16, 20);
  b.writeBigUInt64BE(BigInt(GIB), 24);
  b.writeUInt32BE(2, 36);
  b.writeBigUInt64BE(3n * 65536n, 40);
  b.writeBigUInt64BE(65536n, 48);
  b.writeUInt32BE(1, 56);
  b.writeUInt32BE(4, 96);
  b.writeUInt32BE(104, 100);
  change(b);
  return b;
}

function backing(name: string): (b: Buffer) => void {
  return (b) => {
    b.writeBigUInt64BE(512n, 8);
    b.writeUInt32BE(name.length, 16);
    b.write(name, 512);
  };
}

const DESCRIPTOR = `# Disk DescriptorFile
version=1
CID=12345678
parentCID=ffffffff
createType="monolithicSparse"

# Extent description
RW 2097152 SPARSE "disk.vmdk"
`;

function vmdk(descriptor = DESCRIPTOR, change: (head: Buffer) => void = () => {}): Buffer {
  const b = Buffer.alloc(128 * 512);
  b.write('KDMV', 0, 'latin1');
  b.writeUInt32LE(1, 4);
  b.writeBigUInt64LE(2097152n, 12);
  b.writeBigUInt64LE(128n, 20);
  b.writeBigUInt64LE(1n, 28);
  b.writeBigUInt64LE(20n, 36);
  b.writeUInt32LE(512, 44);
  b.writeBigUInt64LE(21n, 48);
  b.writeBigUInt64LE(26n, 56);
  b.write(descriptor, 512, 'latin1');
  change(b);
  return b;
}

function raw(): Buffer {
  const b = Buffer.alloc(1024 * 1024);
  b.writeUInt16BE(0x55aa, 510);
  return b;
}

async function refusal(path: string, claimed?: string): Promise<string> {
  try {
    await checkImport(path, claimed, limits);
  } catch (error) {
    expect(isCode(error, 'bad-image'), String(error)).toBe(true);
    return (error as Error).message;
  }
  throw new Error('it was let in');
}

describe('images that are let in', () => {
  test.each([
    ['qcow2', qcow2()],
    ['vmdk', vmdk()],
    ['raw', raw()],
  ] as const)('%s, claimed or not', async (format, content) => {
    const path = file(content);
    expect((await checkImport(path, format, limits)).format).toBe(format);
    expect((await checkImport(path, undefined, limits)).format).toBe(format);
  });

  test('what qemu-img itself makes', async () => {
    for (const [format, option] of [
      ['qcow2', 'compat=0.10'],
      ['qcow2', 'compat=1.1'],
      ['vmdk', 'subformat=monolithicSparse'],
      ['vmdk', 'subformat=streamOptimized'],
    ] as const) {
      const path = join(folder, `made.${option.split('=')[1]}`);
      const source = file(raw());
      execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', format, '-o', option, source, path]);
      expect(await checkImport(path, format, limits)).toMatchObject({ format, virtualBytes: 1024 * 1024 });
    }
  });

  test('internal snapshots are said', async () => {
    const path = file(qcow2((b) => b.writeUInt32BE(2, 60)));
    expect((await checkImport(path, 'qcow2', limits)).notes.join()).toContain('2 internal snapshot');
  });
});

describe('images that are refused', () => {
  test.each<[string, Buffer | string, string]>([
    ['a backing file', qcow2(backing('/etc/passwd')), 'stands on another file ("/etc/passwd")'],
    ['a backing file over the network', qcow2(backing('nbd://10.0.0.1/x')), 'stands on another file'],
    ['half a backing file', qcow2((b) => b.writeUInt32BE(5, 16)), 'half names'],
    ['an external data file', qcow2((b) => b.writeBigUInt64BE(4n, 72)), 'data lies in another file'],
    [
      'an external data file by extension alone',
      qcow2((b) => {
        b.writeUInt32BE(0x44415441, 104);
        b.writeUInt32BE(11, 108);
        b.write('/etc/passwd', 112);
      }),
      'data lies in another file',
    ],
    ['encryption', qcow2((b) => b.writeUInt32BE(2, 32)), 'encrypted'],
    ['a corrupt bit', qcow2((b) => b.writeBigUInt64BE(2n, 72)), 'corrupt'],
    ['unknown features', qcow2((b) => b.writeBigUInt64BE(1n << 40n, 72)), 'features'],
    ['an absurd size', qcow2((b) => b.writeBigUInt64BE(1n << 60n, 24)), 'absurd'],
    ['a size over the limit', qcow2((b) => (b.writeBigUInt64BE(11n * BigInt(GIB), 24), b.writeUInt32BE(22, 36))), 'larger than the limit'],
    ['no size', qcow2((b) => b.writeBigUInt64BE(0n, 24)), 'no size'],
    ['an L1 table that is too small', qcow2((b) => b.writeUInt32BE(1, 36)), 'L1 table is too small'],
    ['an L1 table that is too large', qcow2((b) => b.writeUInt32BE(0xffffffff, 36)), 'absurdly large'],
    ['tables beyond the end', qcow2(() => {}, 3 * 65536), 'cut off'],
    ['a cut-off header', qcow2().subarray(0, 50), 'cut off'],
    ['an odd cluster size', qcow2((b) => b.writeUInt32BE(40, 20)), 'clusters'],
    ['an old version', qcow2((b) => b.writeUInt32BE(1, 4)), 'version 1'],
    [
      'a VMDK of a flat extent',
      vmdk(DESCRIPTOR.replace('RW 2097152 SPARSE "disk.vmdk"', 'RW 2097152 FLAT "/etc/passwd" 0')),
      'another file',
    ],
    ['a VMDK whose extent is elsewhere', vmdk(DESCRIPTOR.replace('"disk.vmdk"', '"../../etc/passwd"')), 'another file'],
    ['a VMDK of two extents', vmdk(`${DESCRIPTOR}RW 8 SPARSE "b.vmdk"\n`), '2 extents'],
    ['a VMDK of another type', vmdk(DESCRIPTOR.replace('monolithicSparse', 'monolithicFlat')), 'other files'],
    ['a VMDK with a parent', vmdk(DESCRIPTOR.replace('ffffffff', '12345678')), 'stands on another disk'],
    ['a VMDK with a parent by name', vmdk(`${DESCRIPTOR}parentFileNameHint="/etc/passwd"\n`), 'stands on another disk'],
    ['a VMDK without capacity, which QEMU takes for a descriptor', vmdk(DESCRIPTOR, (b) => b.writeBigUInt64LE(0n, 12)), 'no size'],
    ['a VMDK without a descriptor', vmdk(DESCRIPTOR, (b) => b.writeBigUInt64LE(0n, 28)), 'no descriptor'],
    ['a cut-off VMDK', vmdk().subarray(0, 20 * 512), 'cut off'],
    ['a VMDK descriptor', DESCRIPTOR, 'descriptor without its data'],
    ['a gzip archive', Buffer.from('1f8b080000000000', 'hex'), 'gzip'],
    ['a text', 'this is a shopping list\n'.repeat(50), 'no disk image'],
    ['a raw disk of odd length', Buffer.concat([raw(), Buffer.from('x')]), '512-byte sectors'],
    ['an empty file', '', 'empty'],
  ])('%s', async (_name, content, words) => {
    expect(await refusal(file(content))).toContain(words);
  });

  test('a qcow2 that is said to be raw, so that QEMU would be told to show its header as data', async () => {
    expect(await refusal(file(qcow2(backing('/etc/passwd'))), 'raw')).toContain('said to be raw, but it is qcow2');
  });

  test('a format that is not known', async () => {
    expect(await refusal(file(raw()), 'iso')).toContain('cannot be imported');
  });

  test('folders, links, nothing', async () => {
    expect(await refusal(folder)).toContain('folder');
    const link = join(folder, 'link');
    symlinkSync('/etc/passwd', link);
    expect(await refusal(link)).toContain('symbolic link');
    expect(await refusal(join(folder, 'nothing'))).toContain('no such file');
    expect(await refusal('/dev/null')).toContain('not a regular file');
  });
});

describe('made-up headers', () => {
  test('a qcow2 header of any bytes is read or refused as a bad image, never more', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 400 }), fc.boolean(), (bytes, magic) => {
        const head = Buffer.from(bytes);
        if (magic && head.length >= 8) head.writeUInt32BE(0x514649fb, 0);
        if (magic && head.length >= 8) head.writeUInt32BE(3, 4);
        try {
          parseQcow2(head);
        } catch (error) {
          expect(isCode(error, 'bad-image')).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('one changed byte in a good file is refused as a bad image or harmless: nothing names another file', async () => {
    const good = qcow2();
    await fc.assert(
      fc.asyncProperty(fc.nat(127), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const b = Buffer.from(good);
        b[at] = (b[at] ?? 0) ^ change;
        try {
          await checkImport(file(b), 'qcow2', limits);
          const h = parseQcow2(b);
          expect([h.backingFile, h.externalData, h.encrypted]).toEqual([undefined, false, false]);
        } catch (error) {
          expect(isCode(error, 'bad-image'), String(error)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a descriptor of any text names at most its own extent', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...DESCRIPTOR.split('\n'), 'RW 1 FLAT "/etc/passwd" 0', 'rw 1 vmfs "x"', '')), (lines) => {
        const text = lines.join('\n');
        try {
          checkDescriptor(text);
        } catch (error) {
          expect(isCode(error, 'bad-image')).toBe(true);
          return;
        }
        expect(text).not.toContain('/etc/passwd');
        expect(text).not.toContain('vmfs');
      }),
    );
  });
});
