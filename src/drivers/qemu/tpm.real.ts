/**
 * Machines with a TPM: each has one of its own, which lives as long as its QEMU, and leaves nothing behind. That its guest finds it, and that it keeps
 * what it holds: tpm.long.ts.
 */
import { chmod, chown, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startSwtpm } from '../../qemu/swtpm.ts';
import { ctx, TpmMachines, twoHaveOneEach } from '../../../test/support/tpm-machines.ts';
import { mustHaveTpms } from './tpm.ts';

const m = new TpmMachines();

test('two clones have a TPM 2.0 each, which stays through a restart of the server, and ends with its QEMU', async () =>
  await twoHaveOneEach(m, false));

test('a TPM that was started for a QEMU which never came is ended by the next server, and by the end of its machine', async () => {
  const [machineId, other] = [await m.clone(), await m.clone()];
  await m.world.driver.power(ctx(), other, 'on');
  const running = await m.tpms(other);
  const leave = async () => {
    await mkdir(m.folder(machineId, 'tpm'), { recursive: true });
    const left = await startSwtpm(m.folder(machineId, 'tpm'), { account: undefined, logFile: m.folder(machineId, 'tpm.log') });
    left.channel.destroy();
    expect(await m.tpms(machineId)).toEqual([left.process.pid]);
  };
  await leave();
  await m.world.restart();
  expect(await m.tpms(machineId)).toEqual([]);
  expect(await m.tpms(other)).toEqual(running);
  await leave();
  await m.world.driver.destroy(ctx(), machineId);
  await m.world.driver.destroy(ctx(), other);
  expect(await m.world.leaks({ machines: [], masters: [m.golden] })).toEqual([]);
});

test('nothing but a TPM’s own file is kept for one, and no folder but its own is given to one', async () => {
  const machineId = await m.clone();
  await m.world.driver.power(ctx(), machineId, 'on');
  await m.world.driver.power(ctx(), machineId, 'off');
  await chmod(m.folder(machineId, 'tpm'), 0o500);
  await chown(m.folder(machineId, 'tpm'), 0, 0);
  await expect(m.world.driver.power(ctx(), machineId, 'on')).rejects.toMatchObject({
    code: 'crashed',
    message: expect.stringMatching(/TPM did not start: .*Permission denied/) as string,
    hint: expect.stringContaining(m.folder(machineId, 'tpm')) as string,
  });
  expect(await m.tpms(machineId)).toEqual([]);
  await rm(m.folder(machineId, 'tpm/tpm2-00.permall'));
  await symlink(m.folder(machineId, 'machine.json'), m.folder(machineId, 'tpm/tpm2-00.permall'));
  await expect(m.world.driver.checkpoint(ctx(), machineId, 'c')).rejects.toMatchObject({ code: 'gate-refused' });
  expect(await m.kept(machineId)).toEqual([]);
  await rename(m.folder(machineId, 'tpm'), m.folder(machineId, 'elsewhere'));
  await symlink(m.folder(machineId, 'elsewhere'), m.folder(machineId, 'tpm'));
  await expect(m.world.driver.power(ctx(), machineId, 'on')).rejects.toMatchObject({ code: 'gate-refused' });
  await m.world.driver.destroy(ctx(), machineId);
});

test('a TPM that ends at its start is told by its machine and its own words, and the machine is off', async () => {
  const machineId = await m.clone();
  await m.withStandIn('echo "swtpm: no libtpms here" >&2; exit 1', async () => {
    await expect(m.world.driver.power(ctx(), machineId, 'on')).rejects.toMatchObject({
      code: 'crashed',
      message: `the TPM of machine ${machineId} did not start: no libtpms here`,
      hint: expect.stringContaining(m.folder(machineId, 'tpm.log')) as string,
    });
  });
  const found = (await m.world.driver.inventory(ctx())).machines.find((each) => each.machineId === machineId);
  expect(found?.power).toBe('off');
  await m.world.driver.destroy(ctx(), machineId);
});

test('where no TPM can be had it is refused with the reason, and nothing is made', async () => {
  await expect(m.clone(m.golden, 'instant')).rejects.toMatchObject({ code: 'not-supported', message: expect.stringContaining('TPM') });
  const empty = await mkdtemp(join(tmpdir(), 'carrel-path-'));
  const path = process.env['PATH'];
  onTestFinished(async () => {
    process.env['PATH'] = path;
    await rm(empty, { recursive: true });
  });
  process.env['PATH'] = empty;
  const missing = { code: 'missing-tool', hint: 'install it: apt install swtpm' };
  await expect(m.clone()).rejects.toMatchObject(missing);
  const source = { kind: 'file' as const, path: '/nowhere', claimed: undefined, profile: { tpm: true } };
  await expect(m.world.driver.prepareMaster(ctx(), { revisionId: randomUUID(), source })).rejects.toMatchObject(missing);
  process.env['PATH'] = path;
  expect(() => mustHaveTpms({ root: '/a,b' })).toThrow(/comma/);
  expect(await m.world.leaks({ machines: [], masters: [m.golden] })).toEqual([]);
});
