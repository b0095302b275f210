/** What is brought is looked into, by the helper guest, and lent by what was found there. */
import { randomUUID } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDisk, tree } from '../../../test/support/made-disk.ts';
import { quickTools, QemuWorld } from '../../../test/support/qemu-harness.ts';
import { makeCtx } from '../../lib/context.ts';

const ctx = () => makeCtx({ timeoutMs: 600_000 });
let world: QemuWorld;
let appliance: { kernel: string; initrd: string };
beforeAll(async () => {
  const tools = await quickTools();
  world = await QemuWorld.make(tools);
  appliance = await tools.ensureAppliance(ctx(), '');
});
afterAll(async () => await world?.dispose());

test('a cloud image is imported as one, without a word of its person, and with what its description says', async () => {
  const files = tree({
    'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
    'usr/lib/os-release': 'PRETTY_NAME="Rocky Linux 9.4"\n',
    'etc/cloud/cloud.cfg': 'system_info:\n  default_user:\n    name: rocky\n',
    'usr/bin/cloud-init': '#!/bin/sh\n',
    'usr/sbin/sshd': '',
  });
  const script = 'mke2fs -b 4096 /dev/vda >/dev/null; mount -t ext4 /dev/vda /t; plant; umount /t';
  const disk = makeDisk(world.dataDir, appliance, { sizeMiB: 48, files, script });
  const path = join(world.dataDir, 'staging', 'rocky.img');
  copyFileSync(disk, path);
  const revisionId = randomUUID();
  const source = { kind: 'file' as const, path, claimed: undefined, described: { secureBoot: true, tpm: true } as const, profile: {} };
  const made = await world.driver.prepareMaster(ctx(), { revisionId, source });
  expect(made.profile.guest).toMatchObject({ os: 'Rocky Linux 9.4', access: 'cloud-init', user: 'rocky', agent: 'none' });
  expect(made.profile.hardware).toMatchObject({ firmware: 'efi', secureBoot: true, tpm: true });
  expect(made.facts['notes']).toContain('--no-tpm');
  expect(made.facts['inside']).toBe('vda: ext4');
  expect(made.facts['notes']).toContain('people log in as rocky');

  // Its machines have a seed for cloud-init, which goes with them.
  const machineId = randomUUID();
  const hardware = { vcpus: 1, memoryMiB: 128 };
  await world.driver.clone(ctx(), { machineId, revisionId, mode: 'linked', hardware, hostname: 'brought' });
  await world.driver.power(ctx(), machineId, 'on');
  const seed = join(world.dataDir, 'machines', machineId, 'seed');
  expect(await readFile(seed, 'latin1')).toContain(`{"instance-id":"${machineId}","local-hostname":"brought"}`);
  const { pid } = JSON.parse(await readFile(join(world.dataDir, 'machines', machineId, 'pid.json'), 'utf8')) as { pid: number };
  expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).toContain(seed);
  await world.driver.destroy(ctx(), machineId);
  await expect(stat(seed)).rejects.toThrow('ENOENT');
  await world.driver.removeMaster(ctx(), revisionId);
  await rm(path);
  expect(await world.leaks({ machines: [], masters: [] })).toEqual([]);
});
