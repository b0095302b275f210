/** Machines with a TPM: each has one of its own, which lives as long as its QEMU, keeps what it holds, and leaves nothing behind. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { CloneMode } from '../../core/image.ts';
import { type Ctx, makeCtx } from '../../lib/context.ts';
import { identify, waitGone } from '../../qemu/process.ts';
import { findSwtpms, startSwtpm } from '../../qemu/swtpm.ts';
import { defineIndex, definedIndexes, endorsementKey } from '../../../test/support/guest-tpm.ts';
import type { BuiltImage, ImageTools } from './host.ts';
import { quickTools, QemuWorld } from '../../../test/support/qemu-harness.ts';
import { mustHaveTpms } from './tpm.ts';

const ctx = () => makeCtx({ timeoutMs: 300_000 });
const golden = randomUUID();
let world: QemuWorld;
beforeAll(async () => {
  world = await QemuWorld.make(await toolsWithTpm());
  await world.driver.prepareMaster(ctx(), { revisionId: golden, source: { kind: 'recipe', recipe: 'starter' } });
});
afterAll(async () => await world?.dispose());

/** The starter image, whose kernel has drivers for a TPM built in, and which starts much quicker than an EFI guest. */
async function toolsWithTpm(): Promise<ImageTools> {
  const tools = await quickTools();
  const build = async (c: Ctx, out: string): Promise<BuiltImage> => {
    const built = await tools.recipes['starter']?.build(c, out);
    if (built === undefined) throw new Error('there is no starter recipe');
    return { ...built, profile: { ...built.profile, hardware: { ...built.profile.hardware, tpm: true } } };
  };
  return { ...tools, recipes: { starter: { build } } };
}

async function clone(revisionId = golden, mode: CloneMode = 'linked', memoryMiB = 128): Promise<string> {
  const machineId = randomUUID();
  await world.driver.clone(ctx(), { machineId, revisionId, mode, hardware: { vcpus: 1, memoryMiB }, hostname: 'm' });
  return machineId;
}

async function boot(machineId: string): Promise<void> {
  await world.driver.power(ctx(), machineId, 'on');
  await world.driver.guest.ready(ctx(), machineId);
}

const shell = (machineId: string) => async (script: string) => await world.shell(machineId, script);
const folder = (machineId: string, name = '') => join(world.dataDir, 'machines', machineId, name);
const tpms = async (machineId: string) => (await findSwtpms((path) => path === folder(machineId, 'tpm'))).map(({ pid }) => pid);
const kept = async (machineId: string) => (await readdir(folder(machineId))).filter((name) => name.endsWith('.tpm'));

test('two clones have a TPM 2.0 each, which stays through a reset, a restart of the server, off and on and a crash, and ends with its QEMU', async () => {
  const [machineId, other] = [await clone(), await clone()];
  await Promise.all([boot(machineId), boot(other)]);
  expect(await world.shell(machineId, 'cat /sys/class/tpm/tpm0/tpm_version_major')).toBe('2\n');
  const key = await endorsementKey(shell(machineId));
  expect(await endorsementKey(shell(other))).not.toBe(key);
  expect(await readFile(folder(other, 'tpm/tpm2-00.permall'))).not.toEqual(await readFile(folder(machineId, 'tpm/tpm2-00.permall')));
  await world.driver.destroy(ctx(), other);
  expect(await tpms(other)).toEqual([]);
  await defineIndex(shell(machineId), 1);

  const running = await tpms(machineId);
  expect(running).toHaveLength(1);
  await world.restart();
  expect(await definedIndexes(shell(machineId))).toEqual([1]);
  await world.driver.power(ctx(), machineId, 'reset');
  await world.driver.guest.ready(ctx(), machineId);
  expect(await endorsementKey(shell(machineId))).toBe(key);
  expect(await tpms(machineId)).toEqual(running);

  await world.driver.power(ctx(), machineId, 'off');
  expect(await tpms(machineId)).toEqual([]);
  await world.driver.power(ctx(), machineId, 'on');
  // Nobody but the kernel and swtpm itself: no verb of the driver is at work meanwhile.
  const [started = 0] = await tpms(machineId);
  const tpm = await identify(started);
  await world.crashMachine(machineId);
  if (tpm !== undefined) await waitGone(ctx(), tpm);
  expect(await tpms(machineId)).toEqual([]);
  await boot(machineId);
  expect(await endorsementKey(shell(machineId))).toBe(key);
  expect(await definedIndexes(shell(machineId))).toEqual([1]);
  await world.driver.destroy(ctx(), machineId);
  expect(await world.leaks({ machines: [], masters: [golden] })).toEqual([]);
});

test('what a TPM holds goes back with a checkpoint, and does not come along at a capture', async () => {
  const machineId = await clone();
  await world.driver.checkpoint(ctx(), machineId, 'empty');
  await boot(machineId);
  const key = await endorsementKey(shell(machineId));
  await defineIndex(shell(machineId), 1);
  await world.driver.checkpoint(ctx(), machineId, 'c');
  await defineIndex(shell(machineId), 2);
  expect(await definedIndexes(shell(machineId))).toEqual([1, 2]);
  const captured = randomUUID();
  const master = await world.driver.capture(ctx(), { machineId, revisionId: captured });
  expect(master.profile.hardware).toMatchObject({ tpm: true });
  expect((await readdir(join(world.dataDir, 'masters', captured))).sort()).toEqual(['disk.qcow2', 'initrd', 'kernel', 'master.json']);
  // What its TPM would find is what lies there: nothing. Another's key is of another test.
  const next = await clone(captured);
  expect(await readdir(folder(next))).not.toContain('tpm');

  await world.driver.revert(ctx(), machineId, 'c');
  await boot(machineId);
  expect(await endorsementKey(shell(machineId))).toBe(key);
  expect(await definedIndexes(shell(machineId))).toEqual([1]);
  await world.driver.destroy(ctx(), next);

  await world.driver.revert(ctx(), machineId, 'empty');
  expect(await readdir(folder(machineId))).not.toContain('tpm');
  expect(await kept(machineId)).toHaveLength(1);
  await world.driver.deleteCheckpoint(ctx(), machineId, 'c');
  expect(await kept(machineId)).toEqual([]);
  await world.driver.destroy(ctx(), machineId);
  await world.driver.removeMaster(ctx(), captured);
  expect(await world.leaks({ machines: [], masters: [golden] })).toEqual([]);
});

test('a TPM that was started for a QEMU which never came is ended by the next server, and by the end of its machine', async () => {
  const [machineId, other] = [await clone(), await clone()];
  await world.driver.power(ctx(), other, 'on');
  const running = await tpms(other);
  const leave = async () => {
    await mkdir(folder(machineId, 'tpm'), { recursive: true });
    const left = await startSwtpm(folder(machineId, 'tpm'), { account: undefined, logFile: folder(machineId, 'tpm.log') });
    left.channel.destroy();
    expect(await tpms(machineId)).toEqual([left.process.pid]);
  };
  await leave();
  await world.restart();
  expect(await tpms(machineId)).toEqual([]);
  expect(await tpms(other)).toEqual(running);
  await leave();
  await world.driver.destroy(ctx(), machineId);
  await world.driver.destroy(ctx(), other);
  expect(await world.leaks({ machines: [], masters: [golden] })).toEqual([]);
});

test('nothing but a TPM’s own file is kept for one, and no folder but its own is given to one', async () => {
  const machineId = await clone();
  await world.driver.power(ctx(), machineId, 'on');
  await world.driver.power(ctx(), machineId, 'off');
  await rm(folder(machineId, 'tpm/tpm2-00.permall'));
  await symlink(folder(machineId, 'machine.json'), folder(machineId, 'tpm/tpm2-00.permall'));
  await expect(world.driver.checkpoint(ctx(), machineId, 'c')).rejects.toMatchObject({ code: 'gate-refused' });
  expect(await kept(machineId)).toEqual([]);
  await rename(folder(machineId, 'tpm'), folder(machineId, 'elsewhere'));
  await symlink(folder(machineId, 'elsewhere'), folder(machineId, 'tpm'));
  await expect(world.driver.power(ctx(), machineId, 'on')).rejects.toMatchObject({ code: 'gate-refused' });
  await world.driver.destroy(ctx(), machineId);
});

test('where no TPM can be had it is refused with the reason, and nothing is made', async () => {
  await expect(clone(golden, 'instant')).rejects.toMatchObject({ code: 'not-supported', message: expect.stringContaining('TPM') });
  const empty = await mkdtemp(join(tmpdir(), 'carrel-path-'));
  const path = process.env['PATH'];
  onTestFinished(async () => {
    process.env['PATH'] = path;
    await rm(empty, { recursive: true });
  });
  process.env['PATH'] = empty;
  const missing = { code: 'missing-tool', hint: 'install it: apt install swtpm' };
  await expect(clone()).rejects.toMatchObject(missing);
  const source = { kind: 'file' as const, path: '/nowhere', claimed: undefined, profile: { tpm: true } };
  await expect(world.driver.prepareMaster(ctx(), { revisionId: randomUUID(), source })).rejects.toMatchObject(missing);
  process.env['PATH'] = path;
  expect(() => mustHaveTpms({ root: '/a,b' })).toThrow(/comma/);
  expect(await world.leaks({ machines: [], masters: [golden] })).toEqual([]);
});
