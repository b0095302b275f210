/** Machines with a TPM of the starter image, for tests of the QEMU driver. */
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { CloneMode } from '../../src/core/image.ts';
import type { BuiltImage, ImageTools } from '../../src/drivers/qemu/host.ts';
import { type Ctx, makeCtx } from '../../src/lib/context.ts';
import { waitFor } from '../../src/lib/retry.ts';
import { identify, waitGone } from '../../src/qemu/process.ts';
import { findSwtpms } from '../../src/qemu/swtpm.ts';
import { defineIndex, definedIndexes, endorsementKey } from './guest-tpm.ts';
import { quickTools, QemuWorld } from './qemu-harness.ts';

export const ctx = () => makeCtx({ timeoutMs: 600_000 });

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

/** A world with one such master, for all tests of a file. */
export class TpmMachines {
  readonly golden = randomUUID();
  #world: QemuWorld | undefined;

  constructor() {
    beforeAll(async () => {
      this.#world = await QemuWorld.make(await toolsWithTpm());
      await this.world.driver.prepareMaster(ctx(), { revisionId: this.golden, source: { kind: 'recipe', recipe: 'starter' } });
    });
    afterAll(async () => await this.#world?.dispose());
  }

  get world(): QemuWorld {
    if (this.#world === undefined) throw new Error('the world is there in tests alone');
    return this.#world;
  }

  async clone(revisionId = this.golden, mode: CloneMode = 'linked'): Promise<string> {
    const machineId = randomUUID();
    const hardware = { vcpus: 1, memoryMiB: 128 };
    await this.world.driver.clone(ctx(), { machineId, revisionId, mode, hardware, hostname: 'm' });
    return machineId;
  }

  async boot(machineId: string): Promise<void> {
    await this.world.driver.power(ctx(), machineId, 'on');
    await this.world.driver.guest.ready(ctx(), machineId);
  }

  /** Of a machine's guest. */
  shell(machineId: string): (script: string) => Promise<string> {
    return async (script) => await this.world.shell(machineId, script);
  }

  folder(machineId: string, name = ''): string {
    return join(this.world.dataDir, 'machines', machineId, name);
  }

  /** Does something while a script of the shell stands in the place of swtpm; the channel is its descriptor 3. */
  async withStandIn(script: string, work: () => Promise<void>): Promise<void> {
    const dir = await mkdtemp(join(tmpdir(), 'stand-in-'));
    const path = process.env['PATH'];
    await chmod(dir, 0o755);
    await writeFile(join(dir, 'swtpm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    process.env['PATH'] = `${dir}:${path}`;
    try {
      await work();
    } finally {
      process.env['PATH'] = path;
      await rm(dir, { recursive: true });
    }
  }

  /** Processes of its TPM. */
  async tpms(machineId: string): Promise<number[]> {
    return (await findSwtpms((path) => path === this.folder(machineId, 'tpm'))).map(({ pid }) => pid);
  }

  /** What checkpoints hold of it. */
  async kept(machineId: string): Promise<string[]> {
    return (await readdir(this.folder(machineId))).filter((name) => name.endsWith('.tpm'));
  }
}

/** Two machines, a restart of the server, and a crash. Where `whole` says so their guests boot, and the first's once more. */
export async function twoHaveOneEach(m: TpmMachines, whole: boolean): Promise<void> {
  const [machineId, other] = [await m.clone(), await m.clone()];
  await Promise.all([machineId, other].map(async (id) => await (whole ? m.boot(id) : m.world.driver.power(ctx(), id, 'on'))));
  const { qmp } = m.world.parts.fleet.get(machineId) ?? {};
  expect(await qmp?.execute(ctx(), 'query-tpm')).toMatchObject([{ options: { type: 'emulator' } }]);
  if (whole) expect(await m.world.shell(machineId, 'cat /sys/class/tpm/tpm0/tpm_version_major')).toBe('2\n');
  // It is written by swtpm itself, at its start.
  const state = async (id: string) =>
    await waitFor(ctx(), 50, async () => await readFile(m.folder(id, 'tpm/tpm2-00.permall')).catch(() => undefined));
  expect(await state(other)).not.toEqual(await state(machineId));
  const key = whole ? await endorsementKey(m.shell(machineId)) : undefined;
  if (whole) expect(await endorsementKey(m.shell(other))).not.toBe(key);
  await m.world.driver.destroy(ctx(), other);
  expect(await m.tpms(other)).toEqual([]);
  if (whole) await defineIndex(m.shell(machineId), 1);

  const running = await m.tpms(machineId);
  expect(running).toHaveLength(1);
  await m.world.restart();
  if (whole) expect(await definedIndexes(m.shell(machineId))).toEqual([1]);
  expect(await m.tpms(machineId)).toEqual(running);

  // Nobody but the kernel and swtpm itself: no verb of the driver is at work meanwhile.
  const [started = 0] = running;
  const tpm = await identify(started);
  await m.world.crashMachine(machineId);
  if (tpm !== undefined) await waitGone(ctx(), tpm);
  expect(await m.tpms(machineId)).toEqual([]);
  if (whole) {
    await m.boot(machineId);
    expect(await endorsementKey(m.shell(machineId))).toBe(key);
    expect(await definedIndexes(m.shell(machineId))).toEqual([1]);
  }
  await m.world.driver.destroy(ctx(), machineId);
  expect(await m.world.leaks({ machines: [], masters: [m.golden] })).toEqual([]);
}
