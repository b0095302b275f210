/** EFI guests with secure boot, with a TPM, and from a capture: what takes a whole distribution's boot each. */
import { randomUUID } from 'node:crypto';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { efiGuest } from '../../../test/support/efi-guest.ts';
import { EfiMachines, variablesGoAlong } from '../../../test/support/efi-machines.ts';
import { quickTools, QemuWorld } from '../../../test/support/qemu-harness.ts';
import { makeCtx } from '../../lib/context.ts';

const ctx = () => makeCtx({ timeoutMs: 300_000 });
const [secure, refused] = [randomUUID(), randomUUID()];
let world: QemuWorld;
beforeAll(async () => {
  world = await QemuWorld.make(await quickTools());
  await bring(secure, 'shim', { secureBoot: true });
  await bring(refused, 'grub', { secureBoot: true });
});
afterAll(async () => await world?.dispose());

async function bring(revisionId: string, loader: 'shim' | 'grub', more: { secureBoot?: boolean; tpm?: boolean }): Promise<void> {
  const path = join(world.dataDir, 'staging', 'brought.qcow2');
  await copyFile(await efiGuest(loader), path);
  // Far above what a boot takes, so that only the console's words end the wait within the test's patience.
  const profile = { agent: 'carrel' as const, memoryMiB: 256, display: false, bootTimeoutS: 3600, ...more };
  await world.driver.prepareMaster(ctx(), { revisionId, source: { kind: 'file', path, claimed: 'qcow2', profile } });
  await rm(path);
}

/** GRUB's signed way to a kernel holds it twice: such a guest needs 512 MiB. */
async function clone(revisionId: string, memoryMiB = 256): Promise<string> {
  const machineId = randomUUID();
  await world.driver.clone(ctx(), { machineId, revisionId, mode: 'linked', hardware: { vcpus: 1, memoryMiB }, hostname: 'm' });
  return machineId;
}

async function boot(machineId: string): Promise<void> {
  await world.driver.power(ctx(), machineId, 'on');
  await world.driver.guest.ready(ctx(), machineId);
}

const VARS = '/sys/firmware/efi/efivars';

test('with secure boot only what is signed runs, and a captured machine keeps its keys; a loader that it refuses ends the wait at once', async () => {
  const machineId = await clone(secure, 512);
  await boot(machineId);
  // Of the global variables (EFI_GLOBAL_VARIABLE), behind four bytes of attributes; UEFI 2.10, section 3.3.
  const secureBoot = `tail -c 1 ${VARS}/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c | od -An -tu1 | tr -d ' '`;
  expect(await world.shell(machineId, secureBoot)).toBe('1\n');
  await world.shell(machineId, `printf '\\007\\000\\000\\000x' > ${VARS}/Before-3b7c1a52-6d0e-4c1f-9f0a-5a1e5d8c2b90`);
  await world.driver.power(ctx(), machineId, 'off');
  const captured = randomUUID();
  const { profile } = await world.driver.capture(ctx(), { machineId, revisionId: captured });
  expect(profile.hardware).toMatchObject({ firmware: 'efi', secureBoot: true });
  // Its keys, as the same firmware reads them in a clone.
  const next = await clone(captured, 512);
  await boot(next);
  expect(await world.shell(next, `${secureBoot}; tail -c 1 ${VARS}/Before-3b7c1a52-6d0e-4c1f-9f0a-5a1e5d8c2b90`)).toBe('1\nx');
  await world.driver.destroy(ctx(), next);
  await world.driver.removeMaster(ctx(), captured);
  await world.driver.destroy(ctx(), machineId);

  const other = await clone(refused);
  await world.driver.power(ctx(), other, 'on');
  await expect(world.driver.guest.ready(ctx(), other)).rejects.toMatchObject({
    code: 'guest-failed',
    message: expect.stringMatching(/refuses its boot loader.*secure boot/),
  });
  await world.driver.destroy(ctx(), other);
});

test('a guest on a disk with sectors of 4096 bytes boots by its firmware, loader and kernel', async () => {
  const revisionId = randomUUID();
  const path = join(world.dataDir, 'staging', 'brought.qcow2');
  await copyFile(await efiGuest('shim', 4096), path);
  const profile = { agent: 'carrel' as const, memoryMiB: 256, display: false, bootTimeoutS: 3600 };
  const made = await world.driver.prepareMaster(ctx(), { revisionId, source: { kind: 'file', path, claimed: undefined, profile } });
  expect(made.profile.hardware).toMatchObject({ sectorBytes: 4096, firmware: 'efi' });
  const machineId = await clone(revisionId);
  await boot(machineId);
  expect(await world.shell(machineId, 'cat /sys/class/block/vda/queue/logical_block_size')).toBe('4096\n');
  await world.driver.destroy(ctx(), machineId);
  await world.driver.removeMaster(ctx(), revisionId);
  await rm(path);
});

test('an imported EFI guest has a TPM as well', async () => {
  const revisionId = randomUUID();
  await bring(revisionId, 'shim', { tpm: true });
  const machineId = await clone(revisionId);
  await boot(machineId);
  expect(await world.shell(machineId, 'cat /sys/class/tpm/tpm0/tpm_version_major')).toBe('2\n');
  // What the firmware measured of secure boot's policy (TCG "PC Client Platform Firmware Profile", section 2.3.4).
  expect(await world.shell(machineId, 'cat /sys/class/tpm/tpm0/pcr-sha256/7')).not.toMatch(/^0*\n$/);
  await world.driver.destroy(ctx(), machineId);
  await world.driver.removeMaster(ctx(), revisionId);
});

const machines = new EfiMachines();

test('what a guest writes into its variables is there in the guest of a clone of its capture, which never writes the master or misses it once off it', async () =>
  await variablesGoAlong(machines, true));
