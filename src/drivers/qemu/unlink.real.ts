/** Machines taken off their masters: which bytes they have then, what a try that was cut off leaves, and that nothing of the master is missed. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFile, chmod, copyFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CloneMode } from '../../core/image.ts';
import { makeCtx } from '../../lib/context.ts';
import { QemuWorld } from '../../../test/support/qemu-harness.ts';
import { Unlink } from './unlink.ts';

const run = promisify(execFile);
const ctx = () => makeCtx({ timeoutMs: 600_000 });
let world: QemuWorld;
beforeAll(async () => {
  world = await QemuWorld.make();
});
afterAll(async () => await world?.dispose());

async function master(): Promise<string> {
  const revisionId = randomUUID();
  await world.driver.prepareMaster(ctx(), world.prepareSpec(revisionId));
  return revisionId;
}

async function clone(revisionId: string, mode: CloneMode = 'linked'): Promise<string> {
  const machineId = randomUUID();
  await world.driver.clone(ctx(), { machineId, revisionId, mode, hardware: { vcpus: 1, memoryMiB: 128 }, hostname: 'm' });
  return machineId;
}

const folderOf = (machineId: string) => join(world.dataDir, 'machines', machineId);
const disksIn = async (machineId: string) => (await readdir(folderOf(machineId))).filter((name) => name.includes('qcow2'));
const recordOf = async (machineId: string) => await readFile(join(folderOf(machineId), 'machine.json'), 'utf8');
const io = async (disk: string, ...commands: string[]) =>
  await run('qemu-io', ['-f', 'qcow2', '-d', 'unmap', ...commands.flatMap((command) => ['-c', command]), disk]);
const leafOf = async (machineId: string) => (await world.driver.readBack(ctx(), machineId)).chains[0]?.[0]?.path ?? '';

test('one disk shows what the chain showed, discards take no room, and what a try that was cut off left is replaced or taken away', async () => {
  const revisionId = await master();
  const machineId = await clone(revisionId);
  const folder = folderOf(machineId);
  await io(join(folder, 'disk.qcow2'), 'write -P 0x5a 1500M 8M', 'write -P 0x11 1600M 1M');
  // A file in the middle of the chain, of a checkpoint that was forgotten while it ran.
  await world.driver.checkpoint(ctx(), machineId, 'c');
  await io(await leafOf(machineId), 'write -P 0xa5 1500M 1M', 'discard 1600M 1M', 'discard 1502M 6M');
  const left = JSON.parse(await recordOf(machineId)) as object;
  await writeFile(join(folder, 'machine.json'), JSON.stringify({ ...left, checkpoints: [] }));
  const reference = join(world.dataDir, 'reference.raw');
  await run('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', await leafOf(machineId), reference]);
  for (const name of ['own.qcow2', 'own.qcow2.new']) await writeFile(join(folder, name), 'half a copy');
  await world.driver.checkpoints(ctx(), machineId);
  const before = await disksIn(machineId);

  const { chains, mode, ownFolder } = await world.driver.unlink(ctx(), machineId);
  expect({ mode, disks: chains[0]?.map((disk) => disk.path) }).toEqual({ mode: 'full', disks: [`${ownFolder}own.qcow2`] });
  await run('qemu-img', ['compare', '-f', 'raw', '-F', 'qcow2', reference, join(folder, 'own.qcow2')]);
  expect(await disksIn(machineId)).toEqual(['own.qcow2']);
  const golden = await stat(join(world.dataDir, 'masters', revisionId, 'disk.qcow2'));
  const own = await stat(join(folder, 'own.qcow2'));
  expect(own.blocks * 512).toBeLessThan(golden.blocks * 512 + 4 * 1024 ** 2);
  await rm(reference);

  // Cut off after its record named the new disk: the former leaves lie there.
  for (const name of before.filter((each) => !each.startsWith('own'))) await copyFile(join(folder, 'own.qcow2'), join(folder, name));
  await world.driver.unlink(ctx(), machineId);
  expect(await disksIn(machineId)).toEqual(['own.qcow2']);
  await world.driver.destroy(ctx(), machineId);
  await world.driver.removeMaster(ctx(), revisionId);
  expect(await world.leaks({ machines: [], masters: [] })).toEqual([]);
});

test('a full copy gets what its starts need of its master, and a kernel of its own that was changed is not started', async () => {
  const revisionId = await master();
  const machineId = await clone(revisionId, 'full');
  const leaf = await leafOf(machineId);
  await world.driver.unlink(ctx(), machineId);
  expect(await leafOf(machineId)).toBe(leaf);
  await world.driver.removeMaster(ctx(), revisionId);
  expect(await world.driver.power(ctx(), machineId, 'on')).toBe('on');
  await world.driver.power(ctx(), machineId, 'off');
  const kernel = join(folderOf(machineId), 'origin', 'kernel');
  expect((await stat(kernel)).mode & 0o777).toBe(0o444);
  await chmod(kernel, 0o644);
  await appendFile(kernel, 'x');
  await expect(world.driver.power(ctx(), machineId, 'on')).rejects.toMatchObject({ code: 'master-changed' });
  await world.driver.destroy(ctx(), machineId);
});

test('without room, with a chain or a master that is not what it was, the machine stays as it is', async () => {
  const revisionId = await master();
  const machineId = await clone(revisionId);
  const before = await recordOf(machineId);
  const free = 3 * 1024 ** 2;
  for (const name of ['own.qcow2', 'own.qcow2.new']) await writeFile(join(folderOf(machineId), name), 'of an earlier try');
  // What an earlier try left takes no room from this one.
  const freeBytes = async () => ((await disksIn(machineId)).length === 1 ? free : 0);
  await expect(new Unlink({ ...world.parts, freeBytes }).run(ctx(), machineId)).rejects.toMatchObject({
    code: 'no-space',
    details: { free },
    message: expect.stringMatching(/needs \d+ MiB .* \d+ MiB of that are missing/) as string,
  });
  const other = await clone(revisionId);
  await world.tamperChain(other, 'foreign-parent');
  await expect(world.driver.unlink(ctx(), other)).rejects.toMatchObject({ code: 'gate-refused' });
  await world.tamperMaster(revisionId);
  await expect(world.driver.unlink(ctx(), machineId)).rejects.toMatchObject({ code: 'master-changed' });
  expect(await recordOf(machineId)).toBe(before);
  expect(await disksIn(machineId)).toEqual(['disk.qcow2']);
  for (const id of [machineId, other]) await world.driver.destroy(ctx(), id);
  await world.driver.removeMaster(ctx(), revisionId);
});
