/**
 * What machines and disks do while a server has them: each said, and nothing lost. A clone and a capture without room are asked of the driver
 * in qemu-driver.real.ts, an image that never starts in serial.real.ts, Ctrl-C in process.real.ts, a damaged store in cluster.real.ts.
 */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { carrel, carrelHere } from '../support/carrel.ts';
import { pictureOf } from '../support/picture.ts';
import { haveAppliance } from '../support/qemu-harness.ts';
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

const here = (...args: string[]) => carrelHere(mount, ...args);

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
    const inside = () => carrel(mount, ['ssh', id, '--', 'echo inside'], { HOME: scratch });
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
  const { status, stderr } = await carrel(mount, ['serve', '--listen', '127.0.0.1:0']);
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/store|PostgreSQL/);
  expect(pictureOf(data)).toBe(before);
});
