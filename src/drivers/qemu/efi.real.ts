/** Machines of EFI images: what their firmware keeps is their own, goes with checkpoints and captures, and never into a master. */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { copyFile, link, mkdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CloneMode } from '../../core/image.ts';
import { makeCtx } from '../../lib/context.ts';
import { findOvmf } from '../../qemu/ovmf.ts';
import { efiGuest } from '../../../test/support/efi-guest.ts';
import { quickTools, QemuWorld } from '../../../test/support/qemu-harness.ts';

const ctx = () => makeCtx({ timeoutMs: 600_000 });
const imported = randomUUID();
let world: QemuWorld;
beforeAll(async () => {
  world = await QemuWorld.make(await quickTools());
  const path = join(world.dataDir, 'staging', 'brought.qcow2');
  await copyFile(await efiGuest('shim'), path);
  // Far above what a boot takes, so that only the console's words end the wait within the test's patience.
  const profile = { agent: 'carrel' as const, memoryMiB: 256, display: false, secureBoot: false, bootTimeoutS: 3600 };
  await world.driver.prepareMaster(ctx(), { revisionId: imported, source: { kind: 'file', path, claimed: 'qcow2', profile } });
  await rm(path);
});
afterAll(async () => await world?.dispose());

async function clone(revisionId: string, mode: CloneMode = 'linked'): Promise<string> {
  const machineId = randomUUID();
  await world.driver.clone(ctx(), { machineId, revisionId, mode, hardware: { vcpus: 1, memoryMiB: 256 }, hostname: 'm' });
  return machineId;
}

async function boot(machineId: string): Promise<void> {
  await world.driver.power(ctx(), machineId, 'on');
  await world.driver.guest.ready(ctx(), machineId);
}

const storeOf = (machineId: string) => join(world.dataDir, 'machines', machineId, 'efivars.fd');
const masterStore = (revisionId: string) => join(world.dataDir, 'masters', revisionId, 'efivars.fd');
const digest = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

/** A variable of ours as Linux shows it: four bytes of attributes (non-volatile, boot and runtime access), then the data. */
const VARS = '/sys/firmware/efi/efivars';
const file = (name: string) => `${VARS}/${name}-3b7c1a52-6d0e-4c1f-9f0a-5a1e5d8c2b90`;
const set = async (machineId: string, name: string) => await world.shell(machineId, `printf '\\007\\000\\000\\000${name}' > ${file(name)}`);
const has = async (machineId: string, names: readonly string[]) =>
  (await world.shell(machineId, names.map((name) => `[ ! -e ${file(name)} ] || echo $(tail -c +5 ${file(name)})`).join('; ')))
    .split(/\s+/)
    .filter(Boolean);
const ALL = ['Before', 'After', 'Clone'];
const MASTERS = [imported];

test('an EFI guest is ready as others are; its variables go with a checkpoint and with a capture, and a clone of that never writes the master or misses it once off it', async () => {
  const golden = await world.masterDigest(imported);
  const machineId = await clone(imported);
  // Of an import there is no store: the firmware's template is where its machines begin.
  expect((await world.driver.verifyMaster(ctx(), imported)).files.map((each) => each.path)).toEqual([
    join(world.dataDir, 'masters', imported, 'disk.qcow2'),
  ]);
  await boot(machineId);
  expect(await world.shell(machineId, 'cat /sys/firmware/efi/fw_platform_size')).toBe('64\n');
  await set(machineId, 'Before');
  const before = await digest(storeOf(machineId));
  await world.driver.checkpoint(ctx(), machineId, 'c');
  await set(machineId, 'After');
  expect(await digest(storeOf(machineId))).not.toBe(before);
  await world.guestWrite(machineId, '/root/mark', 'captured');
  await world.shell(
    machineId,
    `printf '\\007\\000\\000\\000secret-of-one-machine' > ${VARS}/LoaderSystemToken-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f`,
  );
  expect((await readFile(storeOf(machineId))).includes('secret-of-one-machine')).toBe(true);
  expect(await has(machineId, ALL)).toEqual(['Before', 'After']);

  const captured = randomUUID();
  const master = await world.driver.capture(ctx(), { machineId, revisionId: captured });
  expect(master.profile.hardware.firmware).toBe('efi');
  expect(master.facts['captured']).toMatch(/^running/);
  expect((await stat(masterStore(captured))).mode & 0o777).toBe(0o444);
  expect(master.files.map((each) => each.path)).toContain(masterStore(captured));
  const sealed = await digest(masterStore(captured));
  expect((await readFile(masterStore(captured))).includes('secret-of-one-machine')).toBe(false);
  expect([master.facts['scrubbed'], master.facts['scrubReport']]).toEqual(['yes', expect.stringContaining('removed LoaderSystemToken')]);

  // The file itself, of which the firmware reads at a boot: each boot of an EFI guest is dear.
  await world.driver.revert(ctx(), machineId, 'c');
  expect(await digest(storeOf(machineId))).toBe(before);
  await world.driver.deleteCheckpoint(ctx(), machineId, 'c');
  await world.driver.destroy(ctx(), machineId);

  const next = await clone(captured);
  expect(await digest(storeOf(next))).toBe(sealed);
  await boot(next);
  expect(await has(next, ALL)).toEqual(['Before', 'After']);
  expect(await world.shell(next, `ls ${VARS} | grep -c LoaderSystemToken || true`)).toBe('0\n');
  expect(await world.guestRead(next, '/root/mark')).toBe('captured');
  await set(next, 'Clone');
  expect(await digest(storeOf(next))).not.toBe(sealed);
  expect(await digest(masterStore(captured))).toBe(sealed);
  expect((await world.driver.verifyMaster(ctx(), captured)).ok).toBe(true);

  // Taken off its master, it has the variables that its image begins with from its own folder.
  await world.driver.power(ctx(), next, 'off');
  await world.driver.unlink(ctx(), next);
  await world.driver.removeMaster(ctx(), captured);
  expect(await digest(join(world.dataDir, 'machines', next, 'origin', 'efivars.fd'))).toBe(sealed);
  await rm(storeOf(next));
  await world.driver.power(ctx(), next, 'on');
  expect((await readFile(storeOf(next))).includes('Before')).toBe(true);
  await world.driver.destroy(ctx(), next);
  expect(await world.masterDigest(imported)).toBe(golden);
  expect(await world.leaks({ machines: [], masters: MASTERS })).toEqual([]);
});

test('a store that is missing is made when the machine is switched on, one that has a second name is not written to', async () => {
  const machineId = await clone(imported, 'full');
  await rm(storeOf(machineId));
  await world.driver.power(ctx(), machineId, 'on');
  expect((await stat(storeOf(machineId))).size).toBe((await stat(findOvmf({ secureBoot: false })?.variables ?? '')).size);
  await world.driver.power(ctx(), machineId, 'off');
  const whole = await readFile(storeOf(machineId));
  await truncate(storeOf(machineId), 4096);
  await expect(world.driver.power(ctx(), machineId, 'on')).rejects.toMatchObject({
    code: 'missing-tool',
    message: expect.stringContaining('of another size (4096 bytes)') as string,
  });
  await writeFile(storeOf(machineId), whole);
  await link(storeOf(machineId), join(world.dataDir, 'another-name'));
  await expect(world.driver.power(ctx(), machineId, 'on')).rejects.toMatchObject({ code: 'gate-refused' });
  await rm(join(world.dataDir, 'another-name'));
  await world.driver.destroy(ctx(), machineId);
});

test('firmware that is there as qcow2 alone is started as that, and a store that begins with it is raw', async () => {
  const files = findOvmf({ secureBoot: false });
  const folder = join(world.dataDir, 'own/qemu/firmware');
  await mkdir(folder, { recursive: true });
  const flash = async (name: string, from: string) => {
    const filename = join(world.dataDir, 'own', name);
    await promisify(execFile)('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', from, filename]);
    return { filename, format: 'qcow2' };
  };
  const mapping = {
    device: 'flash',
    executable: await flash('code.qcow2', files?.code ?? ''),
    'nvram-template': await flash('vars.qcow2', files?.variables ?? ''),
  };
  const targets = [{ architecture: 'x86_64', machines: ['pc-q35-*'] }];
  await writeFile(join(folder, '10-own.json'), JSON.stringify({ 'interface-types': ['uefi'], mapping, targets, features: [] }));
  const before = process.env['XDG_CONFIG_HOME'];
  process.env['XDG_CONFIG_HOME'] = join(world.dataDir, 'own');
  try {
    const machineId = await clone(imported);
    await world.driver.power(ctx(), machineId, 'on');
    expect((await readFile(storeOf(machineId))).length).toBe(files?.storeBytes);
    const { qmp } = world.parts.fleet.get(machineId) ?? {};
    const nodes = await qmp?.execute<{ 'node-name': string; drv: string }[]>(ctx(), 'query-named-block-nodes', { flat: true });
    const drivers = new Map(nodes?.map((node) => [node['node-name'], node.drv]));
    expect([drivers.get('code0'), drivers.get('vars0')]).toEqual(['qcow2', 'raw']);
    await world.driver.destroy(ctx(), machineId);
  } finally {
    if (before === undefined) delete process.env['XDG_CONFIG_HOME'];
    else process.env['XDG_CONFIG_HOME'] = before;
  }
});

test('what a guest writes into its store does not pass for a disk that stands on somebody else’s', async () => {
  const [machineId, other] = [await clone(imported), await clone(imported)];
  const folder = join(world.dataDir, 'machines', other);
  await rm(storeOf(machineId));
  await promisify(execFile)('qemu-img', [
    'create',
    '-q',
    '-f',
    'qcow2',
    '-F',
    'qcow2',
    '-b',
    join(folder, 'disk.qcow2'),
    storeOf(machineId),
  ]);
  await world.driver.destroy(ctx(), other);
  await world.driver.destroy(ctx(), machineId);
});

test('an instant clone is refused with the reason, and makes nothing', async () => {
  await expect(clone(imported, 'instant')).rejects.toMatchObject({ code: 'not-supported', message: expect.stringContaining('EFI') });
  expect(await world.leaks({ machines: [], masters: MASTERS })).toEqual([]);
});
