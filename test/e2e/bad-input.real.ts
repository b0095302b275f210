/** What people get wrong: each with a clear message, the right exit code, and nothing lost. What machines and disks do: bad-input.long.ts. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openInstallation } from '../../src/main/installation.ts';
import { carrel, carrelHere } from '../support/carrel.ts';
import { gptHead } from '../support/gpt.ts';
import { haveStore } from '../support/made-store.ts';
import { ova } from '../support/ova.ts';
import { haveAppliance } from '../support/qemu-harness.ts';
import { runCli } from '../support/run-cli.ts';
import { TestServer } from '../support/server.ts';

const scratch = mkdtempSync(join(tmpdir(), 'carrel-bad-'));
// PostgreSQL's and QEMU's accounts must be able to pass through.
chmodSync(scratch, 0o711);
const dataDir = join(scratch, 'data');
const server = new TestServer(dataDir);
beforeAll(async () => {
  mkdirSync(dataDir);
  await haveAppliance(dataDir);
  await server.start();
});
afterAll(async () => {
  await server.dispose();
  rmSync(scratch, { recursive: true, force: true });
});

const here = (...args: string[]) => carrelHere(dataDir, ...args);

describe('words', () => {
  test.each([
    [['reserve', 'nothere'], 3, 'no image nothere'],
    [['reserve', 'nothere', '--for', 'soon'], 2, 'soon'],
    [['reserve'], 2, 'image'],
    [['frobnicate'], 2, 'frobnicate'],
    [['show', 'ffff'], 3, 'ffff'],
    [['end'], 2, ''],
    [['image', 'build', 'Bad Name!'], 2, 'Bad Name!'],
    [['image', 'build', '../../etc'], 2, ''],
    [['image', 'build', 'x', '--recipe', 'nothere'], 2, 'nothere'],
    [['image', 'show', 'nothere'], 3, 'nothere'],
    [['image', 'import', '/nowhere/disk.qcow2'], 3, '/nowhere/disk.qcow2'],
  ])('carrel %j ends with %i and says why', async (args, code, text) => {
    const { status, stderr, stdout } = await here(...args);
    expect(stderr).toContain(text);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect([status, stdout]).toEqual([code, '']);
  });
  test('with --json an error is one JSON document on standard error', async () => {
    const { stderr, stdout, status } = await carrel(dataDir, ['--json', 'reserve', 'nothere']);
    expect([status, stdout]).toEqual([3, '']);
    expect(JSON.stringify(JSON.parse(stderr))).toContain('not-found');
  });
});

describe('files that are no images', () => {
  const file = (name: string, make: (path: string) => void) => {
    const path = join(scratch, name);
    make(path);
    return path;
  };
  const qemuImg = (...args: string[]) => execFileSync('qemu-img', args, { stdio: 'ignore' });
  const cases: [string, () => string, string[], string[]?][] = [
    ['text', () => file('text.qcow2', (p) => writeFileSync(p, 'this is no image '.repeat(100))), []],
    ['an empty file', () => file('empty.qcow2', (p) => writeFileSync(p, '')), []],
    [
      'a qcow2 whose backing file is /etc/passwd',
      () => file('backed.qcow2', (p) => qemuImg('create', '-q', '-f', 'qcow2', '-u', '-F', 'raw', '-b', '/etc/passwd', p, '1M')),
      ['stands on another file'],
    ],
    [
      'a qcow2 whose data lie in another file',
      () => file('data.qcow2', (p) => qemuImg('create', '-q', '-f', 'qcow2', '-o', `data_file=${join(scratch, 'other.raw')}`, p, '1M')),
      ['lies in another file'],
    ],
    [
      'a VMDK that points at /etc/passwd',
      () =>
        file('flat.vmdk', (p) =>
          writeFileSync(
            p,
            '# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType="monolithicFlat"\nRW 2048 FLAT "/etc/passwd" 0\n',
          ),
        ),
      [],
    ],
    [
      'a VMDK said to be a qcow2',
      () => file('lie.qcow2', (p) => qemuImg('create', '-q', '-f', 'vmdk', p, '1M')),
      ['but it is vmdk'],
      ['--format', 'qcow2'],
    ],
    [
      'a qcow2 cut in half',
      () =>
        file('half.qcow2', (p) => {
          qemuImg('create', '-q', '-f', 'qcow2', '-o', 'preallocation=full', p, '4M');
          writeFileSync(p, readFileSync(p).subarray(0, 300_000));
        }),
      [],
    ],
  ];
  test.each(cases)('%s is refused, and nothing is left of it', async (_what, make, texts, args) => {
    const path = make();
    const { status, stderr } = await here('image', 'import', path, '--name', 'bad', ...(args ?? []));
    for (const text of texts) expect(stderr).toContain(text);
    expect(stderr.length).toBeGreaterThan(20);
    expect(stderr).not.toContain('root:x:0');
    expect([1, 2]).toContain(status);
    expect(server.traces()).toEqual([]);
    // Refused while it was sent: there is no image of that name either.
    await expect(server.client.showImage({ params: { name: 'bad' } })).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a VHD and a qcow2 of misleading names, a packed disk and an OVA, become images of what they hold, drafts where told so', async () => {
    const plain = (name: string, sector: (disk: Buffer) => void) =>
      file(name, (p) => {
        const b = Buffer.alloc(5 << 20);
        sector(b);
        writeFileSync(p, b);
      });
    const gpt = plain('gpt', (b) => gptHead({ esp: true, bootCode: false }).copy(b));
    // Nothing but boot code: without a partition table no helper guest looks into it. One of these guests is enough.
    const mbr = plain('mbr', (b) => b.fill(0x90, 0, 64).set([0x55, 0xaa], 510));
    const made = {
      vhd: file('gpt.raw', (p) => qemuImg('convert', '-f', 'raw', '-O', 'vpc', '-o', 'subformat=fixed,force_size=on', mbr, p)),
      qcow2: file('server-cloudimg.img', (p) => qemuImg('convert', '-f', 'raw', '-O', 'qcow2', mbr, p)),
      vmdk: ova(scratch, {
        disk: file('disk.vmdk', (p) => qemuImg('convert', '-f', 'raw', '-O', 'vmdk', '-o', 'subformat=streamOptimized', gpt, p)),
      }),
      raw: file('disk.img.xz', (p) => writeFileSync(p, execFileSync('xz', ['-c'], { input: readFileSync(mbr) }))),
    };
    for (const [format, path] of Object.entries(made)) {
      const more = format === 'vmdk' ? ['--vcpus', '2'] : [];
      const { status, stderr } = await here('image', 'import', path, '--name', `of-${format}`, '--no-publish', ...more);
      expect([status, stderr.includes('bad-image')]).toEqual([0, false]);
      const shown = JSON.parse((await here('image', 'show', `of-${format}@1`, '--json')).stdout) as {
        state: string;
        facts: Record<string, string>;
        masters: { virtualBytes: number }[];
        profile: { hardware: object; guest: { os: string } };
      };
      expect([shown.state, shown.facts['importedFormat'], shown.masters[0]?.virtualBytes]).toEqual(['draft', format, 5 << 20]);
      // Found out by its first sectors; the OVA says the same.
      expect([shown.profile.hardware, shown.facts['boot']]).toEqual(
        format === 'vmdk'
          ? [expect.objectContaining({ firmware: 'efi' }), 'GPT, EFI system partition, no boot code for a BIOS']
          : [expect.objectContaining({ firmware: 'bios' }), 'no partition table, no EFI system partition, boot code for a BIOS'],
      );
      if (format !== 'vmdk') continue;
      expect([shown.profile.hardware, shown.profile.guest.os]).toEqual([
        { vcpus: 2, memoryMiB: 1536, firmware: 'efi', display: true, nic: 'vmxnet3' },
        'Debian GNU/Linux 12 (64-bit)',
      ]);
      expect(shown.facts['notes']).toContain('lsilogic');
    }
  });
});

const serve = (dir: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) =>
  carrel(dir, ['serve', '--listen', '127.0.0.1:0', ...args], env);

describe('a server that cannot start says why', () => {
  test('a log level that is none', async () => {
    const { status, stderr } = await serve(join(scratch, 'level'), ['--log-level', 'loud']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('Allowed choices are trace, debug, info')]);
  });
  test('the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const dir = join(scratch, 'port');
    mkdirSync(dir);
    await haveStore(dir);
    const { status, stderr } = await serve(dir, ['--listen', `127.0.0.1:${port}`, '--no-qemu']);
    other.close();
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(stderr).toContain('--listen');
    expect(status).not.toBe(0);
  });
  test('no QEMU', async () => {
    const bin = join(scratch, 'bin');
    mkdirSync(bin, { recursive: true });
    for (const tool of ['node', 'sh', 'env']) {
      const at = execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();
      if (!existsSync(join(bin, tool))) execFileSync('ln', ['-s', at, join(bin, tool)]);
    }
    const { status, stderr } = await serve(join(scratch, 'noqemu'), [], { PATH: bin });
    expect(stderr).toContain('qemu-system-x86');
    expect(status).not.toBe(0);
    const doctor = await carrel(dataDir, ['doctor'], { PATH: bin });
    expect(doctor.status).toBe(1);
    expect(doctor.stdout).toContain('apt-get install');
  });
  test('the data directory is of a newer Carrel, or broken', () => {
    const dir = join(scratch, 'newer');
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'carrel.json'), '{"format": 99, "installationId": "00000000-0000-4000-8000-000000000000"}');
    // In this process: a server says what is thrown.
    expect(() => openInstallation(dir)).toThrow('format 99');
    writeFileSync(join(dir, 'carrel.json'), 'no JSON');
    expect(() => openInstallation(dir)).toThrow(expect.objectContaining({ hint: expect.stringContaining('restore it') }));
    expect(readFileSync(join(dir, 'carrel.json'), 'utf8')).toBe('no JSON');
  });
  test('nobody serves: the command says how to start a server', async () => {
    const { code, err } = await runCli(undefined, undefined, ['ls'], { env: { CARREL_DATA: join(scratch, 'nobody') } });
    expect(code).toBe(6);
    expect(err).toContain('carrel serve');
  });
});
