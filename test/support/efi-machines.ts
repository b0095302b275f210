/** Machines of an EFI image, for tests of the QEMU driver. */
import { createHash, randomUUID } from 'node:crypto';
import { copyFile, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { CloneMode } from '../../src/core/image.ts';
import { makeCtx } from '../../src/lib/context.ts';
import { efiGuest } from './efi-guest.ts';
import { quickTools, QemuWorld } from './qemu-harness.ts';

export const ctx = () => makeCtx({ timeoutMs: 600_000 });

/** A world with one such master, for all tests of a file. */
export class EfiMachines {
  readonly imported = randomUUID();
  #world: QemuWorld | undefined;

  constructor() {
    beforeAll(async () => {
      this.#world = await QemuWorld.make(await quickTools());
      const path = join(this.world.dataDir, 'staging', 'brought.qcow2');
      await copyFile(await efiGuest('shim'), path);
      // Far above what a boot takes, so that only the console's words end the wait within the test's patience.
      const profile = { agent: 'carrel' as const, memoryMiB: 256, display: false, secureBoot: false, bootTimeoutS: 3600 };
      const source = { kind: 'file' as const, path, claimed: 'qcow2', profile };
      await this.world.driver.prepareMaster(ctx(), { revisionId: this.imported, source });
      await rm(path);
    });
    afterAll(async () => await this.#world?.dispose());
  }

  get world(): QemuWorld {
    if (this.#world === undefined) throw new Error('the world is there in tests alone');
    return this.#world;
  }

  async clone(revisionId: string, mode: CloneMode = 'linked'): Promise<string> {
    const machineId = randomUUID();
    const hardware = { vcpus: 1, memoryMiB: 256 };
    await this.world.driver.clone(ctx(), { machineId, revisionId, mode, hardware, hostname: 'm' });
    return machineId;
  }

  async boot(machineId: string): Promise<void> {
    await this.world.driver.power(ctx(), machineId, 'on');
    await this.world.driver.guest.ready(ctx(), machineId);
  }

  /** The variables of a machine, as its firmware keeps them. */
  storeOf(machineId: string): string {
    return join(this.world.dataDir, 'machines', machineId, 'efivars.fd');
  }

  /** What a master's machines begin with. */
  masterStore(revisionId: string): string {
    return join(this.world.dataDir, 'masters', revisionId, 'efivars.fd');
  }
}

const digest = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

/** A variable of ours as Linux shows it: four bytes of attributes (non-volatile, boot and runtime access), then the data. */
const VARS = '/sys/firmware/efi/efivars';
const file = (name: string) => `${VARS}/${name}-3b7c1a52-6d0e-4c1f-9f0a-5a1e5d8c2b90`;
const set = async (m: EfiMachines, machineId: string, name: string) =>
  await m.world.shell(machineId, `printf '\\007\\000\\000\\000${name}' > ${file(name)}`);
const has = async (m: EfiMachines, machineId: string, names: readonly string[]) =>
  (await m.world.shell(machineId, names.map((name) => `[ ! -e ${file(name)} ] || echo $(tail -c +5 ${file(name)})`).join('; ')))
    .split(/\s+/)
    .filter(Boolean);
const ALL = ['Before', 'After', 'Clone'];

/** A machine's boot, its checkpoint and the way back; where `whole` says so, its capture too, a clone of which boots and is taken off its master. */
export async function variablesGoAlong(m: EfiMachines, whole: boolean): Promise<void> {
  const { imported } = m;
  const golden = await m.world.masterDigest(imported);
  const machineId = await m.clone(imported);
  // Of an import there is no store: the firmware's template is where its machines begin.
  expect((await m.world.driver.verifyMaster(ctx(), imported)).files.map((each) => each.path)).toEqual([
    join(m.world.dataDir, 'masters', imported, 'disk.qcow2'),
  ]);
  await m.boot(machineId);
  expect(await m.world.shell(machineId, 'cat /sys/firmware/efi/fw_platform_size')).toBe('64\n');
  await set(m, machineId, 'Before');
  const before = await digest(m.storeOf(machineId));
  await m.world.driver.checkpoint(ctx(), machineId, 'c');
  await set(m, machineId, 'After');
  expect(await digest(m.storeOf(machineId))).not.toBe(before);
  await m.world.guestWrite(machineId, '/root/mark', 'captured');
  await m.world.shell(
    machineId,
    `printf '\\007\\000\\000\\000secret-of-one-machine' > ${VARS}/LoaderSystemToken-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f`,
  );
  expect((await readFile(m.storeOf(machineId))).includes('secret-of-one-machine')).toBe(true);
  expect(await has(m, machineId, ALL)).toEqual(['Before', 'After']);

  const captured = whole ? await capture(m, machineId) : undefined;

  // The file itself, of which the firmware reads at a boot: each boot of an EFI guest is dear.
  await m.world.driver.revert(ctx(), machineId, 'c');
  expect(await digest(m.storeOf(machineId))).toBe(before);
  await m.world.driver.deleteCheckpoint(ctx(), machineId, 'c');
  await m.world.driver.destroy(ctx(), machineId);

  if (captured !== undefined) await cloneOf(m, captured);
  expect(await m.world.masterDigest(imported)).toBe(golden);
  expect(await m.world.leaks({ machines: [], masters: [imported] })).toEqual([]);
}

async function capture(m: EfiMachines, machineId: string): Promise<string> {
  const captured = randomUUID();
  const master = await m.world.driver.capture(ctx(), { machineId, revisionId: captured });
  expect(master.profile.hardware.firmware).toBe('efi');
  expect(master.facts['captured']).toMatch(/^running/);
  expect((await stat(m.masterStore(captured))).mode & 0o777).toBe(0o444);
  expect(master.files.map((each) => each.path)).toContain(m.masterStore(captured));
  expect((await readFile(m.masterStore(captured))).includes('secret-of-one-machine')).toBe(false);
  expect([master.facts['scrubbed'], master.facts['scrubReport']]).toEqual(['yes', expect.stringContaining('removed LoaderSystemToken')]);
  return captured;
}

async function cloneOf(m: EfiMachines, captured: string): Promise<void> {
  const sealed = await digest(m.masterStore(captured));
  const next = await m.clone(captured);
  expect(await digest(m.storeOf(next))).toBe(sealed);
  await m.boot(next);
  expect(await has(m, next, ALL)).toEqual(['Before', 'After']);
  expect(await m.world.shell(next, `ls ${VARS} | grep -c LoaderSystemToken || true`)).toBe('0\n');
  expect(await m.world.guestRead(next, '/root/mark')).toBe('captured');
  await set(m, next, 'Clone');
  expect(await digest(m.storeOf(next))).not.toBe(sealed);
  expect(await digest(m.masterStore(captured))).toBe(sealed);
  expect((await m.world.driver.verifyMaster(ctx(), captured)).ok).toBe(true);

  // Taken off its master, it has the variables that its image begins with from its own folder.
  await m.world.driver.power(ctx(), next, 'off');
  await m.world.driver.unlink(ctx(), next);
  await m.world.driver.removeMaster(ctx(), captured);
  expect(await digest(join(m.world.dataDir, 'machines', next, 'origin', 'efivars.fd'))).toBe(sealed);
  await rm(m.storeOf(next));
  await m.world.driver.power(ctx(), next, 'on');
  expect((await readFile(m.storeOf(next))).includes('Before')).toBe(true);
  await m.world.driver.destroy(ctx(), next);
}
