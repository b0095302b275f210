/** Files as people bring them, made by the tools that make them: what each is taken for, and what is said of it. */
import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCtx } from '../lib/context.ts';
import type { CarrelError } from '../lib/errors.ts';
import { checkFirstBytes, checkImport } from './import-check.ts';
import { HEAD_BYTES } from './qcow2.ts';
import { gptHead } from '../../test/support/gpt.ts';
import { bootSectorsOf } from './take-image.ts';
import { type DiskFormat, QemuImg } from './qemu-img.ts';
import { silentLogger } from '../lib/log.ts';
import { StreamConverter } from './stream-converter.ts';
import { unwrap } from '../intake/unwrap.ts';
import { ova } from '../../test/support/ova.ts';
import { sampleOf } from '../../test/support/rows.ts';

const MIB = 1024 ** 2;
const BYTES = 5 * MIB;
const limits = { maxVirtualBytes: 1024 ** 4 };
const GUIDE = new URL('../../docs/guide/images.md', import.meta.url);
let dir: string;
let plain: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'import-formats-'));
  plain = join(dir, 'plain.raw');
  const b = Buffer.alloc(BYTES);
  b.writeUInt16BE(0x55aa, 510);
  b.write('EFI PART', 512);
  for (let at = 4096; at < BYTES; at += 65_536) b.write(`content at ${at}`, at);
  b.write('the last sector', BYTES - 512);
  writeFileSync(plain, b);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The name says nothing, or the wrong thing, on purpose. */
let made = 0;
const path = () => join(dir, `${made++}.img`);
function of(content: Buffer | string): string {
  const to = path();
  writeFileSync(to, content);
  return to;
}
function converted(format: string, ...options: string[]): string {
  const to = path();
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', format, ...options.flatMap((o) => (o === '-c' ? [o] : ['-o', o])), plain, to]);
  return to;
}
function changed(from: string, change: (content: Buffer) => void): string {
  const b = readFileSync(from);
  change(b);
  return of(b);
}
function head(bytes: string | Buffer, at = 0, size = 40_960): Buffer {
  const b = Buffer.alloc(size);
  b.writeUInt16BE(0x55aa, 510);
  (typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes).copy(b, at);
  return b;
}
/** The same bytes with a table for sectors of 4096 bytes, and none for others. */
const plain4k = () =>
  changed(plain, (b) => {
    b.fill(0, 0, 4096);
    gptHead({ esp: true, bootCode: false, sector: 4096 }).copy(b);
  });
const packed = (by: string, from: string) => of(execFileSync(by, ['-c'], { input: readFileSync(from) }));
/** As VMware's exporter writes it: of its one extent it says that it is only read. */
const readOnly = () =>
  changed(converted('vmdk', 'subformat=streamOptimized'), (b) => {
    const at = b.indexOf('\nRW ') + 1;
    const text = b.toString('latin1', at, b.indexOf('\0', at)).replace('RW ', 'RDONLY ');
    b.write(text, at, 'latin1');
  });

const TAKEN: readonly [what: string, format: string, make: () => string][] = [
  ['qcow2, version 2', 'qcow2', () => converted('qcow2', 'compat=0.10')],
  ['qcow2, version 3', 'qcow2', () => converted('qcow2', 'compat=1.1')],
  ['qcow2, compressed by zlib', 'qcow2', () => converted('qcow2', '-c')],
  ['qcow2, compressed by zstd', 'qcow2', () => converted('qcow2', '-c', 'compression_type=zstd')],
  ['VMDK, stream-optimised, as VMware exports it', 'vmdk', readOnly],
  ['VMDK, monolithic sparse', 'vmdk', () => converted('vmdk', 'subformat=monolithicSparse')],
  ['VHD, fixed', 'vhd', () => converted('vpc', 'subformat=fixed,force_size=on')],
  ['VHD, dynamic', 'vhd', () => converted('vpc', 'subformat=dynamic,force_size=on')],
  ['VHDX, dynamic', 'vhdx', () => converted('vhdx', 'subformat=dynamic')],
  ['VHDX, fixed', 'vhdx', () => converted('vhdx', 'subformat=fixed')],
  ['VDI, dynamic', 'vdi', () => converted('vdi')],
  ['VDI, fixed', 'vdi', () => converted('vdi', 'static=on')],
  ['raw, sectors of 512 bytes', 'raw', () => plain],
  ['OVA, as VMware exports it', 'vmdk', () => ova(dir, { disk: readOnly() })],
  ['raw, sectors of 4096 bytes', 'raw', () => plain4k()],
  ['raw, packed with gzip (.gz)', 'raw', () => packed('gzip', plain)],
  ['raw, packed with xz (.xz)', 'raw', () => packed('xz', plain)],
  ['qcow2, packed with zstd (.zst)', 'qcow2', () => packed('zstd', converted('qcow2'))],
];

const REFUSED: readonly [what: string, make: () => Buffer | string][] = [
  ['a partition without its disk', () => Buffer.alloc(MIB)],
  ['QED', () => readFileSync(converted('qed'))],
  ['Parallels', () => readFileSync(converted('parallels'))],
  ['qcow, version 1', () => readFileSync(converted('qcow'))],
  ['VMDK, descriptor only', () => '# Disk DescriptorFile\nversion=1\nRW 2048 FLAT "/etc/passwd" 0\n'],
  ['ISO (installer)', () => head('CD001', 0x8001)],
  ['OVF', () => '<?xml version="1.0"?>\n<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"></Envelope>\n'],
  ['packed twice', () => head(Buffer.from('fd377a585a00', 'hex'))],
  ['zip', () => head('PK\x03\x04')],
  ['LUKS', () => head(Buffer.from('4c554b53babe', 'hex'))],
  ['WIM', () => head('MSWIM\0\0\0')],
  ['a web page', () => '<!DOCTYPE html><html></html>'],
];

/** What is said of the file when its first bytes have come, as an upload does. */
function early(content: Buffer): CarrelError {
  try {
    checkFirstBytes(content.subarray(0, HEAD_BYTES), content.length, undefined, limits);
  } catch (error) {
    return error as CarrelError;
  }
  throw new Error('it was let in');
}

describe('taken by content', () => {
  test.each(TAKEN)('%s', async (what, format, make) => {
    const from = path();
    const file = make();
    const { bytes } = await unwrap(createReadStream(file) as AsyncIterable<Buffer>, 1 << 30);
    await writeFile(from, bytes);
    expect(() => checkFirstBytes(readFileSync(from).subarray(0, HEAD_BYTES), readFileSync(from).length, undefined, limits)).not.toThrow();
    const checked = await checkImport(from, undefined, limits);
    expect(checked).toMatchObject({ format, virtualBytes: BYTES });
    expect((await checkImport(from, format, limits)).format).toBe(format);
    const to = `${from}.qcow2`;
    const ctx = makeCtx();
    await new QemuImg().convert(ctx, { path: from, format: checked.format }, to);
    expect((await new QemuImg().info(ctx, from, checked.format)).virtualBytes).toBe(BYTES);
    // Equal sizes and equal bytes: QEMU's own comparison, which is strict about the size.
    execFileSync('qemu-img', ['compare', '-q', '-s', '-f', 'qcow2', '-F', 'raw', to, what.includes('4096') ? file : plain]);
  });

  // One of each format, whose kinds are read alike here, by QEMU; all of them: import-formats.long.ts.
  test.each(sampleOf(TAKEN.slice(0, 12), 0, 4, 6, 8, 10))(
    'sectors of 4096 bytes are found in a %s, and a disk that ends within one is refused',
    async (_what, format, make) => {
      const by = { img: new QemuImg(), account: undefined };
      const seen = async (from: string) => {
        const { virtualBytes } = await checkImport(from, undefined, limits);
        return await bootSectorsOf(makeCtx(), by, { path: from, format: format as DiskFormat, virtualBytes }, dir);
      };
      expect(await seen(make())).toMatchObject({ sectorBytes: 512, esp: false });
      const whole = plain;
      try {
        plain = plain4k();
        expect(await seen(make())).toMatchObject({ sectorBytes: 4096, table: 'gpt', esp: true });
        truncateSync(plain, BYTES - 512);
        await expect(seen(make())).rejects.toMatchObject({ code: 'bad-image', message: expect.stringContaining('cut off') as string });
      } finally {
        plain = whole;
      }
    },
  );

  test('for vSphere, whose disks have sectors of 512 bytes, such a disk is refused before anything is converted', async () => {
    const converter = new StreamConverter({ dataDir: dir, log: silentLogger });
    await expect(converter.make(makeCtx(), 'one', { path: plain4k(), claimed: undefined })).rejects.toMatchObject({
      code: 'bad-image',
      message: expect.stringContaining('sectors of 4096 bytes, and a VMDK has 512') as string,
      hint: expect.stringContaining('kind qemu') as string,
    });
    expect(existsSync(join(dir, 'converting', 'one', 'disk.vmdk'))).toBe(false);
  });

  test('a fixed VHD is no raw disk, whatever its owner says', async () => {
    const vhd = converted('vpc', 'subformat=fixed,force_size=on');
    await expect(checkImport(vhd, 'raw', limits)).rejects.toThrow('said to be raw, but it is vhd');
  });

  test('a raw disk whose last sector only looks like a footer of VHD stays raw', async () => {
    const fake = changed(plain, (b) => b.write('conectix', BYTES - 512));
    expect((await checkImport(fake, undefined, limits)).format).toBe('raw');
  });

  test('the size of a VHD is that in its footer, not that of its geometry', async () => {
    const vhd = changed(converted('vpc', 'subformat=fixed,force_size=on'), (b) => {
      const at = b.length - 512;
      b.write('vbox', at + 28);
      b.writeUInt16BE(10, at + 56);
      let sum = 0;
      b.writeUInt32BE(0, at + 64);
      for (let i = at; i < b.length; i++) sum += b[i] ?? 0;
      b.writeUInt32BE(~sum >>> 0, at + 64);
    });
    expect((await new QemuImg().info(makeCtx(), vhd, 'vhd')).virtualBytes).toBe(BYTES);
  });
});

describe('refused by name, by the first bytes, with what helps', () => {
  test.each(REFUSED)('%s', (_what, make) => {
    const content = make();
    const refused = early(Buffer.isBuffer(content) ? content : Buffer.from(content));
    expect(refused.code).toBe('bad-image');
    expect(refused.hint).toBeTruthy();
  });

  test('what stands on another file, by the formats that can', async () => {
    const base = converted('qcow2');
    const leaf = path();
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', base, leaf]);
    expect(early(readFileSync(leaf)).message).toContain('stands on another file');
    const cases: [string, string][] = [
      [changed(converted('vdi'), (b) => b.writeUInt32LE(4, 0x4c)), 'VirtualBox snapshot'],
      [changed(converted('vdi'), (b) => b.writeUInt32LE(7, 0x1b8)), 'VirtualBox snapshot'],
      [
        changed(converted('vpc', 'subformat=dynamic,force_size=on'), (b) => {
          b.writeUInt32BE(4, 60);
          b.writeUInt32BE(b.readUInt32BE(64) - 1, 64);
        }),
        'differencing VHD',
      ],
      [
        changed(converted('vhdx'), (b) => {
          const item = b.indexOf(Buffer.from('3767a1ca36fa434db3b633f0aa44e76b', 'hex'));
          const table = b.lastIndexOf('metadata', item);
          b.writeUInt32LE(2, table + b.readUInt32LE(item + 16) + 4);
        }),
        'differencing VHDX',
      ],
    ];
    for (const [file, words] of cases) await expect(checkImport(file, undefined, limits)).rejects.toThrow(words);
  });

  test('what is cut off', async () => {
    for (const format of ['vhdx', 'vpc']) {
      const whole = converted(format);
      truncateSync(whole, format === 'vhdx' ? 200_000 : readFileSync(whole).length - 512);
      await expect(checkImport(whole, undefined, limits)).rejects.toThrow('cut off');
    }
  });

  test('a disk over the limit names the setting', () => {
    const huge = path();
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', huge, '8T']);
    const refused = early(readFileSync(huge));
    expect([refused.message.includes('limit of 1024.0 GiB'), refused.hint?.includes('--max-image')]).toEqual([true, true]);
  });
});

test('the table in the guide says what happens', () => {
  const rows = [
    ...TAKEN.map(([what, format]) => `| ${what} | taken, as \`${format}\` | |`),
    ...REFUSED.map(([what, make]) => {
      const refused = early(Buffer.from(make()));
      return `| ${what} | refused: ${refused.message} | ${refused.hint} |`;
    }),
  ];
  const table = ['| file | what happens | what helps |', '|---|---|---|', ...rows].join('\n');
  const guide = readFileSync(GUIDE, 'utf8');
  const there = /<!-- kinds -->\n([\s\S]*?)\n<!-- \/kinds -->/.exec(guide)?.[1]?.trim();
  if (process.env['WRITE_TABLE'] === '1')
    writeFileSync(GUIDE, guide.replace(/(<!-- kinds -->\n)[\s\S]*?(\n<!-- \/kinds -->)/, `$1\n${table}\n$2`));
  else expect(there).toBe(table);
});
