import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeCtx } from '../lib/context.ts';
import { choose } from './accel.ts';
import { escapeOption, IDENTITY_FILE_BYTES, identityFileContent, type QemuMachine, qemuArgs, SANDBOX } from './argv.ts';
import { Cgroups } from './cgroup.ts';
import { identify, isAlive, killProcess, parseStat, spawnDetached } from './process.ts';
import { parseProgress } from './qemu-img.ts';
import { runTool, saysNoSpace } from './run-tool.ts';
import { sealedCopy } from './sealed-memory.ts';

const machine: QemuMachine = {
  machineType: 'pc-q35-7.2',
  accel: 'tcg',
  cpu: 'x86-64-v2',
  diskBus: 'virtio',
  sectorBytes: 512,
  nic: 'virtio',
  tbSizeMiB: 32,
  vcpus: 1,
  memoryMiB: 128,
  memoryFile: undefined,
  name: 'carrel:i:m',
  uuid: '00000000-0000-4000-8000-000000000000',
  mac: '52:54:00:00:00:01',
  disk: '/d/a,b.qcow2',
  kernel: { path: '/k', initrd: '/i', cmdline: 'quiet' },
  firmware: undefined,
  sshGuestPort: 22,
  restrictNetwork: false,
  display: true,
  clipboard: false,
  identityFile: '/d/a,b/id',
  paths: {
    qmp: '/r/qmp',
    guestAgent: '/r/ga',
    identity: '/r/id',
    vnc: '/r,x/vnc',
    serial: '/r/ser',
    pidFile: '/r/pid',
  },
  incoming: false,
};

const after = (args: string[], name: string) => args.flatMap((arg, i) => (arg === name ? [args[i + 1] ?? ''] : []));

describe('the command line', () => {
  const args = qemuArgs(machine);

  test('no default devices, no user configuration, the sandbox', () => {
    expect(args).toContain('-nodefaults');
    expect(args).toContain('-no-user-config');
    expect(after(args, '-sandbox')).toEqual([SANDBOX]);
    for (const part of ['obsolete=deny', 'elevateprivileges=deny', 'spawn=deny', 'resourcecontrol=deny']) expect(SANDBOX).toContain(part);
  });

  test('the network is user-mode, from a port of loopback that the kernel chooses', () => {
    expect(after(args, '-netdev')).toEqual(['user,id=net0,ipv6=off,restrict=off,hostfwd=tcp:127.0.0.1:0-:22']);
    expect(after(qemuArgs({ ...machine, restrictNetwork: true }), '-netdev')[0]).toContain('restrict=on');
  });

  test('nothing listens on a TCP port; the display is a socket', () => {
    expect(after(args, '-vnc')).toEqual(['vnc=unix:/r,,x/vnc']);
    expect(args.join(' ')).not.toMatch(/telnet|tcp:0\.0\.0\.0|websocket/);
    expect(after(qemuArgs({ ...machine, display: false }), '-vnc')).toEqual([]);
  });

  test('a comma in a path cannot add an option', () => {
    expect(escapeOption('a,b,,c')).toBe('a,,b,,,,c');
    expect(after(args, '-fw_cfg')).toEqual(['name=opt/carrel/id,file=/d/a,,b/id']);
    const [blockdev = ''] = after(args, '-blockdev');
    expect(JSON.parse(blockdev)).toMatchObject({ driver: 'qcow2', file: { driver: 'file', filename: '/d/a,b.qcow2' } });
  });

  test('a seed is a drive that the guest may only read, behind all other devices; without one there is none', () => {
    const seeded = qemuArgs({ ...machine, seed: '/d/a,b/seed' });
    const drives = after(seeded, '-blockdev').map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(drives).toHaveLength(2);
    expect(drives[1]).toMatchObject({ driver: 'raw', 'read-only': true, file: { filename: '/d/a,b/seed' } });
    expect(after(seeded, '-device').at(-1)).toContain('drive=seed0');
    expect(after(seeded, '-device').slice(0, -1)).toEqual(after(args, '-device'));
  });

  test('a disk with sectors of 4096 bytes has them on every bus that can, and the seed has none of it', () => {
    const disk = (diskBus: QemuMachine['diskBus'], sectorBytes: QemuMachine['sectorBytes']) =>
      after(qemuArgs({ ...machine, diskBus, sectorBytes, seed: '/seed' }), '-device').filter((device) => device.includes('block_size'));
    for (const bus of ['virtio', 'pvscsi', 'lsilogicsas'] as const) {
      expect(disk(bus, 4096)).toEqual([expect.stringMatching(/drive=disk0,.*,logical_block_size=4096,physical_block_size=4096$/)]);
      expect(disk(bus, 512)).toEqual([]);
    }
  });

  test('EFI firmware is flash: its code is only read, its variables are written; a BIOS guest has none', () => {
    const efi = qemuArgs({ ...machine, firmware: { code: '/f,w/code', codeFormat: 'raw', variables: '/d/a,b/vars', smm: false } });
    const drives = after(efi, '-blockdev').map((text) => JSON.parse(text) as Record<string, unknown>);
    const raw = { driver: 'raw' };
    expect(drives.slice(0, 2)).toEqual([
      { ...raw, 'node-name': 'code0', 'read-only': true, file: { driver: 'file', filename: '/f,w/code' } },
      { ...raw, 'node-name': 'vars0', 'read-only': false, file: { driver: 'file', filename: '/d/a,b/vars' } },
    ]);
    expect(after(efi, '-machine')[0]).toMatch(/graphics=off,pflash0=code0,pflash1=vars0$/);
    expect(after(args, '-machine')[0]).toMatch(/graphics=off$/);
    expect(efi).not.toContain('-bios');
    expect(efi).not.toContain('-global');
    const secure = qemuArgs({ ...machine, firmware: { code: '/code', codeFormat: 'qcow2', variables: '/vars', smm: true } });
    expect(
      after(secure, '-blockdev')
        .map((text) => (JSON.parse(text) as { driver: string }).driver)
        .slice(0, 2),
    ).toEqual(['qcow2', 'raw']);
    expect(after(secure, '-machine')[0]).toMatch(/,smm=on$/);
    expect(after(secure, '-global')).toEqual(['driver=cfi.pflash01,property=secure,value=on']);
  });

  test('a TPM is spoken to through a descriptor that is given, ahead of the seed; without one there is none', () => {
    const tpm = qemuArgs({ ...machine, tpmFd: 3, seed: '/seed' });
    expect(after(tpm, '-tpmdev')).toEqual(['emulator,id=tpm0,chardev=tpm']);
    expect(after(tpm, '-chardev')).toContain('socket,id=tpm,fd=3');
    expect(after(tpm, '-device').slice(-2)).toEqual(['tpm-crb,tpmdev=tpm0', 'virtio-blk-pci,drive=seed0,id=seed']);
    expect(args.join(' ')).not.toContain('tpm');
  });

  test('a clipboard is shared where there is a screen, and by none whose state is saved or was; no other device lies elsewhere for it', () => {
    const shared = qemuArgs({ ...machine, clipboard: true });
    const added = shared.filter((arg) => arg.includes('vdagent'));
    expect(added).toEqual([
      'qemu-vdagent,id=vdagent,name=vdagent,clipboard=on,mouse=off',
      'virtserialport,bus=vser0.0,nr=3,chardev=vdagent,name=com.redhat.spice.0',
    ]);
    expect(after(shared, '-device').filter((device) => !device.includes('vdagent'))).toEqual(after(args, '-device'));
    for (const saved of [{ display: false }, { incoming: true }, { memoryFile: { path: '/m', share: true } }])
      expect(qemuArgs({ ...machine, ...saved, clipboard: true }), JSON.stringify(saved)).toEqual(qemuArgs({ ...machine, ...saved }));
  });

  test('memory from a file is private for a clone and shared for a parent', () => {
    for (const share of [true, false]) {
      const [object = ''] = after(qemuArgs({ ...machine, memoryFile: { path: '/m', share } }), '-object');
      expect(JSON.parse(object)).toMatchObject({ 'qom-type': 'memory-backend-file', 'mem-path': '/m', share, size: 134217728 });
    }
  });

  test('a parent and its clone differ only in what a saved state does not hold', () => {
    const parent = qemuArgs({ ...machine, memoryFile: { path: '/p', share: true } });
    const clone = qemuArgs({ ...machine, memoryFile: { path: '/c', share: false }, incoming: true });
    const differ = parent.filter((arg, i) => arg !== clone[i]);
    expect(differ).toHaveLength(1);
    expect(clone.slice(parent.length)).toEqual(['-no-reboot', '-incoming', 'defer']);
  });

  test('the identity file has one size, whatever is in it', () => {
    const content = identityFileContent({ machineId: 'a'.repeat(32), hostname: 'h'.repeat(63), seedHex: 'f'.repeat(64) });
    expect(Buffer.byteLength(content)).toBe(IDENTITY_FILE_BYTES);
    expect(content).toContain(`machine_id=${'a'.repeat(32)}\nhostname=`);
  });
});

describe('processes', () => {
  test('a stat line whose name holds spaces and parentheses', () => {
    const tail = ['S', ...Array.from({ length: 18 }, (_, i) => String(i)), '4711', 'rest'].join(' ');
    expect(parseStat(`12 (a ) b (c) ${tail}`)).toEqual({ state: 'S', startTime: '4711' });
  });

  test('a reused number is not the same process', async () => {
    const me = await identify(process.pid);
    expect(me).toBeDefined();
    expect(await isAlive({ pid: process.pid, startTime: '1' })).toBe(false);
  });

  test('started, alive, killed, proven gone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'proc-'));
    const id = await spawnDetached('sleep', ['600'], { account: undefined, logFile: join(folder, 'log'), limits: {} });
    expect(await isAlive(id)).toBe(true);
    await killProcess(id);
    expect(await isAlive(id)).toBe(false);
    await killProcess(id);
    rmSync(folder, { recursive: true });
  });
});

describe('tools', () => {
  test('a missing program, a failure, no space, a cancelled run', async () => {
    const ctx = makeCtx({ timeoutMs: 600_000 });
    await expect(runTool(ctx, 'no-such-program', [])).rejects.toMatchObject({ code: 'missing-tool' });
    await expect(runTool(ctx, 'sh', ['-c', 'echo sh: bad >&2; exit 3'])).rejects.toMatchObject({
      code: 'tool-failed',
      details: { exit: '3' },
    });
    await expect(runTool(ctx, 'sh', ['-c', 'echo x: No space left on device >&2; exit 1'])).rejects.toMatchObject({ code: 'no-space' });
    await expect(runTool(makeCtx({ timeoutMs: 50 }), 'sleep', ['60'])).rejects.toMatchObject({ code: 'deadline' });
    expect(saysNoSpace('write error: Disk quota exceeded')).toBe(true);
  });

  test('progress', () => {
    expect(parseProgress('    (0.00/100%)\r    (12.50/100%)\r')).toBe(0.125);
    expect(parseProgress('nothing')).toBeUndefined();
  });
});

describe('control groups', () => {
  test('version 1 and 2, on a folder that looks like them', async () => {
    for (const version of [1, 2] as const) {
      const root = mkdtempSync(join(tmpdir(), 'cg-'));
      if (version === 2) {
        writeFileSync(join(root, 'cgroup.controllers'), 'cpu memory pids');
        mkdirSync(join(root, 'carrel'));
        for (const folder of [root, join(root, 'carrel')]) writeFileSync(join(folder, 'cgroup.subtree_control'), 'cpu memory pids');
      } else mkdirSync(join(root, 'memory'));
      const groups = new Cgroups('carrel', root);
      expect(await groups.open()).toBe(`cgroup v${version}`);
      expect(await groups.place('m', 42, { memoryBytes: 1000, cpus: 1.5, pids: 9 })).toBe(true);
      const at = (v1: string, v2: string) => readFileSync(join(root, version === 1 ? v1 : v2), 'utf8');
      expect(at('memory/carrel/m/memory.limit_in_bytes', 'carrel/m/memory.max')).toBe('1000');
      expect(at('cpu/carrel/m/cpu.cfs_quota_us', 'carrel/m/cpu.max')).toMatch(/^150000/);
      expect(at('pids/carrel/m/cgroup.procs', 'carrel/m/cgroup.procs')).toBe('42');
      rmSync(root, { recursive: true });
    }
  });

  test('none at all', async () => {
    const root = mkdtempSync(join(tmpdir(), 'cg-'));
    expect(await new Cgroups('carrel', root).open()).toContain('none');
    rmSync(root, { recursive: true });
  });
});

describe('sealed memory', () => {
  test('a copy holds the bytes, and nobody can write to it, by whichever way', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'seal-'));
    const path = join(folder, 'ram');
    const content = Buffer.concat([Buffer.alloc(2 << 20), Buffer.from('guest memory'), Buffer.alloc(5000)]);
    writeFileSync(path, content);
    const ctx = makeCtx({ timeoutMs: 600_000 });
    const copy = await sealedCopy(ctx, path);
    const read = Buffer.alloc(content.length + 10);
    expect((await copy.read(read, 0, read.length, 0)).bytesRead).toBe(content.length);
    expect(read.subarray(0, content.length).equals(content)).toBe(true);
    const proc = `/proc/${process.pid}/fd/${copy.fd}`;
    await expect(runTool(ctx, 'sh', ['-c', `echo x 1<> ${proc}`])).rejects.toMatchObject({ code: 'tool-failed' });
    await expect(runTool(ctx, 'truncate', ['-s', '0', proc])).rejects.toMatchObject({ code: 'tool-failed' });
    expect((await copy.stat()).size).toBe(content.length);
    await copy.close();
    rmSync(folder, { recursive: true });
  });
});

test('the faster acceleration is taken, and TCG when none came up', () => {
  const up = (ms: number) => ({ ms, reason: `a guest was up after ${ms} ms` });
  const down = { ms: undefined, reason: 'no guest was up within 5000 ms' };
  expect(choose(up(300), up(900)).accel).toBe('kvm');
  expect(choose(up(4000), up(900)).accel).toBe('tcg');
  expect(choose(down, up(900)).accel).toBe('tcg');
  expect(choose(up(300), down).accel).toBe('kvm');
  expect(choose(down, down).accel).toBe('tcg');
});
