import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { CloneMode } from '../../core/image.ts';
import type { DriverEvent } from '../../driver/driver.ts';
import { makeCtx } from '../../lib/context.ts';
import { waitFor } from '../../lib/retry.ts';
import { QemuDriver } from './index.ts';
import type { Parts } from './parts.ts';
import { onFullStorage } from '../../../test/support/full-storage.ts';
import { quickTools, QemuWorld } from '../../../test/support/qemu-harness.ts';

const run = promisify(execFile);
const ctx = () => makeCtx({ timeoutMs: 600_000 });

describe('the QEMU driver beyond the port', () => {
  let world: QemuWorld;
  const revisionId = randomUUID();

  beforeAll(async () => {
    world = await QemuWorld.make();
    await world.driver.prepareMaster(ctx(), world.prepareSpec(revisionId));
  });
  afterAll(async () => await world?.dispose());

  async function machine(mode: CloneMode = 'linked', diskBytes?: number): Promise<string> {
    const machineId = randomUUID();
    const hardware = { vcpus: 1, memoryMiB: 128 };
    await world.driver.clone(ctx(), { machineId, revisionId, mode, hardware, hostname: `m-${machineId.slice(0, 8)}`, diskBytes });
    return machineId;
  }

  /** Somebody logs in by SSH and has a terminal. */
  async function loggedIn(machineId: string): Promise<{ types(text: string): void; shows(text: string): Promise<unknown> }> {
    const { private: privateKey, public: key } = ssh2.utils.generateKeyPairSync('ed25519');
    await world.driver.guest.handover(ctx(), machineId, { user: 'root', passwordHash: '!', authorizedKeys: [key] });
    const { host, sshPort: port } = await world.driver.guest.address(ctx(), machineId);
    const ssh = new ssh2.Client();
    onTestFinished(() => void ssh.destroy());
    await new Promise<void>((resolve, reject) => {
      ssh.once('ready', resolve).once('error', reject);
      ssh.connect({ host, port, username: 'root', privateKey, readyTimeout: 600_000 });
    });
    let seen = '';
    let types = (_text: string): void => {};
    await new Promise<void>((resolve, reject) =>
      ssh.shell((error, stream) => {
        if (error) return reject(error);
        types = (text) => void stream.write(text);
        stream.on('data', (data: Buffer) => (seen += data.toString()));
        stream.once('data', () => resolve());
      }),
    );
    return {
      types: (text) => types(text),
      shows: async (text) => await waitFor(ctx(), 20, async () => (seen.includes(text) ? true : undefined)),
    };
  }

  async function booted(mode: CloneMode = 'linked', diskBytes?: number) {
    const machineId = await machine(mode, diskBytes);
    await world.driver.power(ctx(), machineId, 'on');
    return { machineId, ...(await world.driver.guest.ready(ctx(), machineId)) };
  }

  let up: ReturnType<typeof booted> | undefined;
  /** An instant clone for the tests that need one; it stays until the world goes. */
  const usual = async () => await (up ??= booted('instant'));

  test('QEMU runs without rights, in the sandbox, within limits, and the golden files are not its own', async () => {
    const { machineId } = await usual();
    const [found] = (await world.processes()).filter((each) => each.tail === machineId);
    const status = await readFile(`/proc/${found?.pid}/status`, 'utf8');
    expect(status).toMatch(/^Seccomp:\s+2$/m);
    const golden = join(world.dataDir, 'masters', revisionId, 'disk.qcow2');
    expect((await stat(golden)).mode & 0o777).toBe(0o444);
    if (process.getuid?.() === 0) {
      expect(status).not.toMatch(/^Uid:\s+0/m);
      expect(status).toMatch(/^CapEff:\s+0+$/m);
      const uid = Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]);
      const asQemu = { uid, gid: uid, cwd: '/' };
      await expect(run('sh', ['-c', `echo x >> ${golden}`], asQemu)).rejects.toThrow('Permission denied');
      await expect(run('rm', ['-f', golden], asQemu)).rejects.toThrow('Permission denied');
      await expect(run('sh', ['-c', `echo x >> ${join(world.dataDir, 'machines', machineId, 'machine.json')}`], asQemu)).rejects.toThrow();
      // All that it holds of the memory that clones share is a sealed copy.
      const fds = await readdir(`/proc/${found?.pid}/fd`);
      for (const fd of fds) {
        const path = `/proc/${found?.pid}/fd/${fd}`;
        // One that it has closed since is none of those that it holds.
        const target = await readlink(path).catch(() => '');
        if (target.includes('carrel-memory')) await expect(run('sh', ['-c', `echo x 1<> ${path}`])).rejects.toThrow();
        expect(target).not.toContain(`frozen/${revisionId}/ram`);
      }
    }
    // It writes pictures of its screen itself, and none of them stays.
    const inRun = async () => (await readdir(join(world.dataDir, 'machines', machineId, 'run'))).toSorted();
    const before = await inRun();
    await world.driver.screenshot(ctx(), machineId);
    expect(await inRun()).toEqual(before);
    const cmdline = await readFile(`/proc/${found?.pid}/cmdline`, 'utf8');
    expect(cmdline).toContain(`carrel:${world.installationId}:${machineId}`);
  });

  test('an instant clone has an identity of its own, and tells for how long nobody has used it', async () => {
    const one = await usual();
    const two = await booted('instant');
    const facts = async (machineId: string) =>
      (await world.shell(machineId, 'hostname; cat /etc/machine-id; cat /sys/class/net/eth0/address; date +%s')).split('\n');
    const [a, b] = [await facts(one.machineId), await facts(two.machineId)];
    for (const i of [0, 1, 2]) expect(a[i]).not.toBe(b[i]);
    expect(a[0]).toBe(`m-${one.machineId.slice(0, 8)}`);
    const terminal = await loggedIn(one.machineId);
    await world.driver.guest.announce?.(ctx(), one.machineId, "it's near: $HOME 100 %");
    await terminal.shows("it's near: $HOME 100 %");
    // Nobody is logged in to the other.
    await expect(world.driver.guest.announce?.(ctx(), two.machineId, 'x')).rejects.toMatchObject({ code: 'guest-failed' });
    // An hour passes in both; then somebody types in one of them.
    for (const { machineId } of [one, two]) await world.shell(machineId, 'date -s @$(($(date +%s) + 3600)) >/dev/null');
    const idle = async () => await Promise.all([one, two].map(async (m) => await world.driver.guest.idleFor?.(ctx(), m.machineId)));
    expect(Math.min(...((await idle()) as number[]))).toBeGreaterThan(40 * 60_000);
    terminal.types('echo here-$((40+2))\n');
    await terminal.shows('here-42');
    const [used, unused] = (await idle()) as [number, number];
    expect(used).toBeLessThan(40 * 60_000);
    expect(unused).toBeGreaterThan(40 * 60_000);
    for (const { machineId } of [one, two]) await world.shell(machineId, 'date -s @$(($(date +%s) - 3600)) >/dev/null');
    expect(a[1]).toBe(one.machineId.replaceAll('-', ''));
    expect(Math.abs(Number(a[3]) - Date.now() / 1000)).toBeLessThan(60);
    await world.driver.destroy(ctx(), two.machineId);
  });

  test('a golden disk that was written to shows in the inventory, and nothing that stands on it is captured; one only restored is right', async () => {
    const own = randomUUID();
    await world.driver.prepareMaster(ctx(), world.prepareSpec(own));
    const spec = {
      machineId: randomUUID(),
      revisionId: own,
      mode: 'linked' as const,
      hardware: { vcpus: 1, memoryMiB: 128 },
      hostname: 'm',
    };
    await world.driver.clone(ctx(), spec);
    const shown = async () => (await world.driver.inventory(ctx())).masters.find((m) => m.revisionId === own)?.changed;
    expect(await shown()).toBeUndefined();
    const golden = join(world.dataDir, 'masters', own, 'disk.qcow2');
    const { atime, mtime } = await stat(golden);
    await utimes(golden, atime, new Date(mtime.getTime() + 60_000));
    expect(await shown()).toContain('was written to');
    expect((await world.driver.verifyMaster(ctx(), own)).ok).toBe(true);
    expect(await shown()).toBeUndefined();
    await world.tamperMaster(own);
    expect(await shown()).toContain(golden);
    const captured = world.driver.capture(ctx(), { machineId: spec.machineId, revisionId: randomUUID() });
    await expect(captured).rejects.toMatchObject({ code: 'master-changed', retry: 'never' });
    await world.driver.destroy(ctx(), spec.machineId);
    await world.driver.removeMaster(ctx(), own);
  });

  test('a removal that cannot look everywhere says where, and is not tried for ever', async () => {
    const machineId = await machine();
    const deep = join(world.dataDir, 'restored', ...'1234567'.split(''));
    await mkdir(deep, { recursive: true });
    await expect(world.driver.destroy(ctx(), machineId)).rejects.toMatchObject({
      code: 'no-permission',
      retry: 'never',
      message: expect.stringContaining(join(world.dataDir, 'restored')) as string,
    });
    await rm(join(world.dataDir, 'restored'), { recursive: true });
    await world.driver.destroy(ctx(), machineId);
  });

  test('an image that points elsewhere becomes no master', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bring-'));
    onTestFinished(async () => await rm(folder, { recursive: true }));
    const evil = join(folder, 'evil.qcow2');
    await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-u', '-F', 'raw', '-b', '/etc/passwd', evil, '1M']);
    const profile = { memoryMiB: 256, agent: 'none' as const, access: 'cloud-init' as const };
    const id = randomUUID();
    const bad = world.driver.prepareMaster(ctx(), { revisionId: id, source: { kind: 'file', path: evil, claimed: 'qcow2', profile } });
    await expect(bad).rejects.toMatchObject({ code: 'bad-image' });
    await expect(stat(join(world.dataDir, 'masters', id))).rejects.toThrow('ENOENT');
  });
});

onFullStorage((full) => {
  test('in the middle of a clone: no-space, nothing left, the master whole', async () => {
    for (const [mode, room] of [
      ['full', 4 << 20],
      ['linked', 4096],
      ['linked', 0],
    ] as const) {
      const release = await full.fill(room);
      const machineId = randomUUID();
      await expect(full.clone(mode, machineId), `${mode} with ${room} bytes`).rejects.toMatchObject({
        code: 'no-space',
        retry: 'elsewhere',
      });
      expect(await readdir(join(full.folder, 'machines'))).toEqual([]);
      await release();
      expect((await full.clone(mode, machineId)).chains).toHaveLength(1);
      await full.driver.destroy(ctx(), machineId);
    }
    expect((await full.driver.verifyMaster(ctx(), full.revisionId)).ok).toBe(true);
  });

  test('in the middle of a capture: no-space, no master, the machine whole', async () => {
    const machineId = randomUUID();
    await full.clone('linked', machineId);
    const release = await full.fill(4 << 20);
    const captured = randomUUID();
    await expect(full.driver.capture(ctx(), { machineId, revisionId: captured })).rejects.toMatchObject({ code: 'no-space' });
    await release();
    expect(await readdir(join(full.folder, 'staging'))).toEqual([]);
    expect(await readdir(join(full.folder, 'masters'))).toEqual([full.revisionId]);
    expect((await full.driver.readBack(ctx(), machineId)).chains[0]).toHaveLength(2);
    await full.driver.destroy(ctx(), machineId);
  });

  test('under a machine: it stands still and says why, and goes on by itself when there is space, as does what ran in it', async () => {
    const machineId = randomUUID();
    await full.clone('linked', machineId);
    await full.driver.power(ctx(), machineId, 'on');
    await full.driver.guest.ready(ctx(), machineId);
    const events: DriverEvent[] = [];
    full.driver.watch((event) => events.push(event));
    const last = (condition: string | undefined) =>
      waitFor(ctx(), 50, async () => (events.length > 0 && events.at(-1)?.condition === condition) || undefined);
    const release = await full.fill(1 << 20);
    const agent = (full.driver as unknown as { opened: Parts }).opened.fleet.get(machineId)?.guestAgent;
    const arg = ['-c', 'dd if=/dev/urandom of=/root/f bs=1M count=4 && sync && touch /root/written'];
    await agent?.execute(ctx(), 'guest-exec', { path: '/bin/sh', arg });
    await last('out-of-space');
    const [found] = (await full.driver.inventory(ctx())).machines;
    expect(found).toMatchObject({ power: 'suspended', condition: 'out-of-space' });
    await expect(full.driver.power(ctx(), machineId, 'on')).rejects.toMatchObject({ code: 'no-space' });
    await release();
    await last(undefined);
    await waitFor(ctx(), 100, async () => (await agent?.exec(ctx(), '/bin/ls', ['/root/written']))?.exitCode === 0 || undefined);
    await full.driver.destroy(ctx(), machineId);
  });
});

test('a data directory whose sockets would not fit says how much too long it is', async () => {
  const dataDir = join(tmpdir(), `carrel-${'x'.repeat(60)}`);
  const driver = new QemuDriver({ dataDir, installationId: 'long', tools: await quickTools() });
  await expect(driver.open(ctx())).rejects.toMatchObject({ code: 'no-permission', message: expect.stringContaining('too long') as string });
  await mkdir(dataDir, { recursive: true });
  await rm(dataDir, { recursive: true });
});

test('no QEMU: missing-tool with what to install', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'noqemu-'));
  const driver = new QemuDriver({ dataDir, installationId: 'none', qemuBinary: 'no-such-qemu', tools: await quickTools() });
  await expect(driver.open(ctx())).rejects.toMatchObject({ code: 'missing-tool', hint: expect.stringContaining('apt install') as string });
  await rm(dataDir, { recursive: true });
});
