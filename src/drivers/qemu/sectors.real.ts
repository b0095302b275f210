/** A disk with sectors of 4096 bytes, from its import through its machines to a capture: whoever reads its table must see such sectors. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEMD, variable } from '../../../test/support/efi-variable.ts';
import { gptDisk } from '../../../test/support/gpt-disk.ts';
import { MARK, marksIn } from '../../../test/support/made-disk.ts';
import { quickTools, QemuWorld } from '../../../test/support/qemu-harness.ts';
import type { HardwareProfile } from '../../core/image.ts';
import { makeCtx } from '../../lib/context.ts';

const ctx = () => makeCtx({ timeoutMs: 600_000 });
const MIB = 1024 ** 2;
let world: QemuWorld;
let brought: string;
beforeAll(async () => {
  world = await QemuWorld.make(await quickTools());
  brought = await disk();
});
afterAll(async () => await world?.dispose());

/** An ESP, and a Linux root with a secret in it; what lies outside of partitions has others. */
async function disk(): Promise<string> {
  const path = join(world.dataDir, 'staging', `${randomUUID()}.raw`);
  const [, root = 0] = await gptDisk(path, 4096, [
    { type: 'esp', bytes: MIB },
    { type: 'linux', bytes: 8 * MIB },
  ]);
  const tree = mkdtempSync(join(world.dataDir, 'staging', 'tree-'));
  const put = (name: string, text: string) => {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  };
  put('etc/passwd', 'root:x:0:0::/root:/bin/sh\n');
  put('etc/os-release', 'PRETTY_NAME="Fedora Asahi"\n');
  put('root/.netrc', `${MARK}inside-`);
  put('root/thesis', 'KEPT-MARK-thesis-');
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-b', '4096', '-d', tree, '-E', `offset=${root}`, path, '2048']);
  const file = await open(path, 'r+');
  try {
    // Behind the table, and behind the last partition: what the table's own bytes are must stay.
    for (const [name, at] of [
      ['front', 7 * 4096],
      ['behind', root + 8 * MIB + 4096],
    ] as const)
      await file.write(Buffer.from(`${MARK}${name}-`), 0, MARK.length + name.length + 1, at);
  } finally {
    await file.close();
  }
  return path;
}

const bring = async (profile: Partial<HardwareProfile> = {}) => {
  const revisionId = randomUUID();
  const source = { kind: 'file' as const, path: brought, claimed: undefined, profile: { agent: 'none' as const, ...profile } };
  return { revisionId, made: await world.driver.prepareMaster(ctx(), { revisionId, source }) };
};

test('a disk with sectors of 4096 bytes is seen, its machines have such sectors, and a capture of it too, cleaned by the same table, as its variables are', async () => {
  const { revisionId, made } = await bring({ diskBus: 'pvscsi' });
  expect(made.profile.hardware).toMatchObject({ sectorBytes: 4096, firmware: 'efi', diskBus: 'pvscsi' });
  expect(made.facts['boot']).toContain('sectors of 4096 bytes, GPT, EFI system partition');
  expect(made.profile.guest.os).toBe('Fedora Asahi');
  expect(made.facts['inside']).toContain('vda2: ext4');

  const machineId = randomUUID();
  await world.driver.clone(ctx(), { machineId, revisionId, mode: 'linked', hardware: { vcpus: 1, memoryMiB: 64 }, hostname: 'm' });
  await world.driver.power(ctx(), machineId, 'on');
  const { qmp } = world.parts.fleet.get(machineId) ?? {};
  const has = async (property: string) => await qmp?.execute(ctx(), 'qom-get', { path: '/machine/peripheral/vda', property });
  expect([await has('logical_block_size'), await has('physical_block_size')]).toEqual([4096, 4096]);
  await world.driver.power(ctx(), machineId, 'off');
  const storeOf = (of: string) => join(world.dataDir, of, 'efivars.fd');
  const own = await readFile(storeOf(`machines/${machineId}`));
  // Behind the headers of volume and store.
  Buffer.concat([variable(SYSTEMD, 'LoaderSystemToken', 'SECRET'), variable(SYSTEMD, 'LoaderEntryDefault', 'KEPT')]).copy(own, 100);
  await writeFile(storeOf(`machines/${machineId}`), own);

  const captured = randomUUID();
  const master = await world.driver.capture(ctx(), { machineId, revisionId: captured });
  expect(master.profile.hardware).toMatchObject({ sectorBytes: 4096, diskBus: 'pvscsi' });
  // The ESP has no file system.
  expect(master.facts['scrubReport']).toContain('what lies outside of partitions: emptied');
  expect(master.facts['scrubbed']).toBe('yes');
  const golden = join(world.dataDir, 'masters', captured, 'disk.qcow2');
  expect([marksIn(golden, MARK), marksIn(golden, 'KEPT-MARK-')]).toEqual([[], ['KEPT-MARK-thesis-']]);
  await world.driver.destroy(ctx(), machineId);
  const sealed = await readFile(storeOf(`masters/${captured}`));
  expect([sealed.includes('SECRET'), sealed.includes('KEPT')]).toEqual([false, true]);
  expect(master.facts['scrubReport']).toContain('removed LoaderSystemToken');
  expect((await stat(storeOf(`masters/${captured}`))).mode & 0o777).toBe(0o444);
  expect(master.files.map((each) => each.path)).toContain(storeOf(`masters/${captured}`));
  const next = randomUUID();
  await world.driver.clone(ctx(), {
    machineId: next,
    revisionId: captured,
    mode: 'linked',
    hardware: { vcpus: 1, memoryMiB: 64 },
    hostname: 'n',
  });
  expect((await readFile(storeOf(`machines/${next}`))).equals(sealed)).toBe(true);
  await world.driver.destroy(ctx(), next);

  // By the table of the captured disk its machines' kernels find the partitions, and by its copy too.
  const raw = join(world.dataDir, 'staging', 'captured.raw');
  execFileSync('qemu-img', ['convert', '-O', 'raw', golden, raw]);
  const file = await open(raw, 'r');
  const { size } = await file.stat();
  const at = async (place: number) => (await file.read(Buffer.alloc(8), 0, 8, place)).buffer.toString('latin1');
  expect([await at(4096), await at(size - 4096)]).toEqual(['EFI PART', 'EFI PART']);
  await file.close();
  await world.driver.removeMaster(ctx(), captured);
  await world.driver.removeMaster(ctx(), revisionId);
});

test.each([
  [{ diskBus: 'sata' }, 'those on SATA have 512', '--disk-bus virtio'],
  [{ firmware: 'bios' }, 'a BIOS starts from none but of 512', '--firmware efi'],
] as const)('with %o it is refused, with the way that there is', async (hardware, message, hint) => {
  await expect(bring(hardware)).rejects.toMatchObject({
    code: 'bad-image',
    message: expect.stringContaining(message) as string,
    hint: expect.stringContaining(hint) as string,
  });
});
