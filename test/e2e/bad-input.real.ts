/** What people get wrong, and what machines do: each with a clear message, the right exit code, and nothing lost. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gptHead } from '../support/gpt.ts';
import { ova } from '../support/ova.ts';
import { haveStore } from '../support/made-store.ts';
import { pictureOf } from '../support/picture.ts';
import { haveAppliance } from '../support/qemu-harness.ts';
import { runCli } from '../support/run-cli.ts';
import { LAUNCHER, TestServer, until } from '../support/server.ts';

const scratch = mkdtempSync(join(tmpdir(), 'carrel-bad-'));
// PostgreSQL's and QEMU's accounts must be able to pass through.
chmodSync(scratch, 0o711);
// A disk that can be made small and filled.
const mount = join(scratch, 'small');
const server = new TestServer(mount);
// Its file system is smaller than a whole copy may come to be: without a word of the operator's none would be promised there.
const serveHere = () => server.start({}, undefined, ['--max-storage', '10000']);
beforeAll(async () => {
  mkdirSync(mount, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3g,mode=0711', 'tmpfs', mount]);
  await haveAppliance(mount);
  await serveHere();
});
afterAll(async () => {
  await server.dispose().finally(() => execFileSync('umount', ['-l', mount]));
  rmSync(scratch, { recursive: true, force: true });
});

/** A process; while it runs this one goes on, or the server would end connections that are used again. */
async function carrel(args: string[], env: NodeJS.ProcessEnv = {}, dataDir = mount) {
  const child = spawn(LAUNCHER, ['--data', dataDir, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, stdout, stderr };
}

/** The same in this process: what a shell is told of it is shown once, below, and in src/cli/process.real.ts. */
async function here(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const { code, out, err } = await runCli(undefined, undefined, args, { env: { CARREL_DATA: mount } });
  return { status: code, stdout: out, stderr: err };
}

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
    const { stderr, stdout, status } = await carrel(['--json', 'reserve', 'nothere']);
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

test('an image that never starts is not handed out: the proof says why, with the last words of its console', async () => {
  const nothing = join(scratch, 'nothing.img');
  // A boot sector whose program gives the word back to the BIOS (INT 18h).
  const disk = Buffer.alloc(1 << 20);
  disk.set([0xcd, 0x18]);
  disk.set([0x55, 0xaa], 510);
  writeFileSync(nothing, disk);
  const { status, stderr } = await here('image', 'import', nothing, '--name', 'nothing', '--prove', '--memory', '64');
  expect(status).not.toBe(0);
  expect(stderr).toContain('nothing@1 cannot be lent as it is');
  expect(stderr).toContain('its BIOS found nothing to start it from');
  const shown = JSON.parse((await here('image', 'show', 'nothing@1', '--json')).stdout) as { state: string; facts: Record<string, string> };
  expect([shown.state, shown.facts['notProved']]).toEqual(['draft', expect.stringContaining('its BIOS found nothing')]);
  expect((await here('reserve', 'nothing')).status).not.toBe(0);
  expect(server.processes()).toEqual([]);
});

const serve = (dataDir: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) =>
  carrel(['serve', '--listen', '127.0.0.1:0', ...args], env, dataDir);

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
    const { status, stderr } = await carrel(['serve', '--listen', `127.0.0.1:${port}`], {}, dir);
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
    const doctor = await carrel(['doctor'], { PATH: bin });
    expect(doctor.status).toBe(1);
    expect(doctor.stdout).toContain('apt-get install');
  });
  test('the data directory is of a newer Carrel, or broken', async () => {
    const dir = join(scratch, 'newer');
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'carrel.json'), '{"format": 99, "installationId": "00000000-0000-4000-8000-000000000000"}');
    expect((await serve(dir)).stderr).toContain('format 99');
    writeFileSync(join(dir, 'carrel.json'), 'no JSON');
    expect((await serve(dir)).stderr).toContain('restore it');
    expect(readFileSync(join(dir, 'carrel.json'), 'utf8')).toBe('no JSON');
  });
  test('nobody serves: the command says how to start a server', async () => {
    const { code, err } = await runCli(undefined, undefined, ['ls'], { env: { CARREL_DATA: join(scratch, 'nobody') } });
    expect(code).toBe(6);
    expect(err).toContain('carrel serve');
  });
});

describe('on a full disk and at Ctrl-C', () => {
  beforeAll(async () => {
    await server.buildStarter();
    execFileSync('mount', ['-o', 'remount,size=460m', mount]);
  });
  const filler = join(mount, 'filler');
  const fill = (leaveKiB: number) => {
    execFileSync('sh', ['-c', `dd if=/dev/zero of=${filler} bs=64k 2>/dev/null; true`]);
    execFileSync('truncate', ['-s', `-${leaveKiB}K`, filler]);
  };

  test('Ctrl-C at `carrel reserve` leaves the reservation going and says so', async () => {
    const child = spawn(LAUNCHER, ['--data', mount, 'reserve', 'starter'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('a stage', () => (/booting|cloning|starting/.test(said) ? true : undefined));
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(130);
    expect(said).toContain('carrel end');
    const { items } = await server.client.listReservations();
    expect(items).toHaveLength(1);
    expect((await server.settled(items[0]?.id as string)).state).toBe('ready');
  });

  test('a capture that runs out of space leaves nothing, and the machine as it was', async () => {
    const [r] = (await server.client.listReservations()).items;
    fill(4096);
    const { revision } = await server.client.captureReservation({ params: { id: r?.id as string }, body: { image: 'big' } });
    const end = await until('the capture to end', async () => {
      const now = await server.client.showRevision({ params: { name: 'big', number: revision.number } });
      return now.state === 'preparing' ? undefined : now;
    });
    expect(end.state).toBe('failed');
    expect(end.failure?.code).toBe('no-space');
    rmSync(filler);
    expect(server.traces().filter((t) => !t.includes(r?.machine.id as string) && !t.startsWith('process'))).toEqual([]);
    expect((await server.client.verifyImage({ params: { name: 'starter' }, body: {} })).ok).toBe(true);
    expect((await server.client.showReservation({ params: { id: r?.id as string } })).state).toBe('ready');
  });

  const condition = async (id: string, kind: string | undefined) =>
    until(`the condition ${kind}`, async () => {
      const { machine } = await server.client.showReservation({ params: { id } });
      return machine.condition?.kind === kind || undefined;
    });

  test('a machine whose storage is full is said to be that, its ssh refused at once; it goes on when there is space, and so does what ran in it', async () => {
    const id = (await server.client.listReservations()).items[0]?.id as string;
    fill(4096);
    const args = ['--data', mount, 'ssh', id, '--', 'dd if=/dev/urandom of=/root/f bs=1M count=20 2>/dev/null; sync; echo written'];
    const child = spawn(LAUNCHER, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, HOME: scratch } });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const over = new Promise((resolve) => child.once('close', resolve));
    await condition(id, 'out-of-space');
    expect((await here('ls')).stdout).toContain('out-of-space');
    expect((await here('show', id)).stdout).toContain('stands still: the storage under it is full');
    const refused = await here('ssh', id, '--', 'true');
    expect(refused.status).toBe(4);
    expect(refused.stderr).toContain('goes on by itself when there is space again');
    rmSync(filler);
    expect(await over).toBe(0);
    expect(said).toBe('written\n');
    await condition(id, undefined);
  });

  test('a machine whose sockets were lost while nobody served is found: ssh goes on, a reset brings it back', async () => {
    const { id, machine } = (await server.client.listReservations()).items[0] as { id: string; machine: { id: string } };
    await server.end('SIGKILL');
    rmSync(join(mount, 'machines', machine.id, 'run'), { recursive: true });
    await serveHere();
    await condition(id, 'unreachable');
    const inside = () => carrel(['ssh', id, '--', 'echo inside'], { HOME: scratch });
    expect(await inside()).toMatchObject({ status: 0, stdout: 'inside\n' });
    expect((await here('reconcile', '--dry-run')).stdout).toContain('cannot be controlled');
    expect((await here('power', id, 'reset')).status).toBe(0);
    await condition(id, undefined);
    expect(await inside()).toMatchObject({ status: 0, stdout: 'inside\n' });
  });

  test('a full clone that runs out of space leaves nothing and says what to do', async () => {
    fill(6144);
    const r = await server.reserve('full');
    expect(r.state).toBe('failed');
    expect(r.failure?.code).toBe('no-space');
    rmSync(filler);
    await server.endAll();
    expect(server.traces()).toEqual([]);
  });
});

// The last one: the store is not mended.
test('a server whose store is damaged says so, and leaves it as it was', async () => {
  await server.end();
  const data = join(mount, 'pg/data');
  writeFileSync(join(data, 'global/pg_control'), Buffer.alloc(8192, 0x55));
  const before = pictureOf(data);
  const { status, stderr } = await serve(mount);
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/store|PostgreSQL/);
  expect(pictureOf(data)).toBe(before);
});
