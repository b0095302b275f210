/**
 * Machines of EFI images: what their firmware keeps is their own, and goes with checkpoints. What of it goes into a captured master: sectors.real.ts;
 * what the guest of a clone of that sees: efi.long.ts.
 */
import { execFile } from 'node:child_process';
import { link, mkdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { findOvmf } from '../../qemu/ovmf.ts';
import { ctx, EfiMachines, variablesGoAlong } from '../../../test/support/efi-machines.ts';

const m = new EfiMachines();

test('an EFI guest is ready as others are; its variables are its own, and go with a checkpoint', async () =>
  await variablesGoAlong(m, false));

test('a store that is missing is made when the machine is switched on, one that has a second name is not written to', async () => {
  const machineId = await m.clone(m.imported, 'full');
  await rm(m.storeOf(machineId));
  await m.world.driver.power(ctx(), machineId, 'on');
  expect((await stat(m.storeOf(machineId))).size).toBe((await stat(findOvmf({ secureBoot: false })?.variables ?? '')).size);
  await m.world.driver.power(ctx(), machineId, 'off');
  const whole = await readFile(m.storeOf(machineId));
  await truncate(m.storeOf(machineId), 4096);
  await expect(m.world.driver.power(ctx(), machineId, 'on')).rejects.toMatchObject({
    code: 'missing-tool',
    message: expect.stringContaining('of another size (4096 bytes)') as string,
  });
  await writeFile(m.storeOf(machineId), whole);
  await link(m.storeOf(machineId), join(m.world.dataDir, 'another-name'));
  await expect(m.world.driver.power(ctx(), machineId, 'on')).rejects.toMatchObject({ code: 'gate-refused' });
  await rm(join(m.world.dataDir, 'another-name'));
  await m.world.driver.destroy(ctx(), machineId);
});

test('firmware that is there as qcow2 alone is started as that, and a store that begins with it is raw', async () => {
  const files = findOvmf({ secureBoot: false });
  const folder = join(m.world.dataDir, 'own/qemu/firmware');
  await mkdir(folder, { recursive: true });
  const flash = async (name: string, from: string) => {
    const filename = join(m.world.dataDir, 'own', name);
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
  process.env['XDG_CONFIG_HOME'] = join(m.world.dataDir, 'own');
  try {
    const machineId = await m.clone(m.imported);
    await m.world.driver.power(ctx(), machineId, 'on');
    expect((await readFile(m.storeOf(machineId))).length).toBe(files?.storeBytes);
    const { qmp } = m.world.parts.fleet.get(machineId) ?? {};
    const nodes = await qmp?.execute<{ 'node-name': string; drv: string }[]>(ctx(), 'query-named-block-nodes', { flat: true });
    const drivers = new Map(nodes?.map((node) => [node['node-name'], node.drv]));
    expect([drivers.get('code0'), drivers.get('vars0')]).toEqual(['qcow2', 'raw']);
    await m.world.driver.destroy(ctx(), machineId);
  } finally {
    if (before === undefined) delete process.env['XDG_CONFIG_HOME'];
    else process.env['XDG_CONFIG_HOME'] = before;
  }
});

test('what a guest writes into its store does not pass for a disk that stands on somebody else’s', async () => {
  const [machineId, other] = [await m.clone(m.imported), await m.clone(m.imported)];
  const folder = join(m.world.dataDir, 'machines', other);
  await rm(m.storeOf(machineId));
  await promisify(execFile)('qemu-img', [
    'create',
    '-q',
    '-f',
    'qcow2',
    '-F',
    'qcow2',
    '-b',
    join(folder, 'disk.qcow2'),
    m.storeOf(machineId),
  ]);
  await m.world.driver.destroy(ctx(), other);
  await m.world.driver.destroy(ctx(), machineId);
});

test('an instant clone is refused with the reason, and makes nothing', async () => {
  await expect(m.clone(m.imported, 'instant')).rejects.toMatchObject({ code: 'not-supported', message: expect.stringContaining('EFI') });
  expect(await m.world.leaks({ machines: [], masters: [m.imported] })).toEqual([]);
});
