/** libguestfs as the oracle of a scrub: another program, with mounts of its own, reads the same disk before and after. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { libguestfsEnv } from '../../test/support/libguestfs.ts';
import { KEPT, makeDisk, MARK, marksIn, plant, withHelperGuest } from '../../test/support/made-disk.ts';
import { makeCtx } from '../lib/context.ts';
import { runScrub } from './appliance.ts';

const ctx = () => makeCtx({ timeoutMs: 900_000 });
const accelArgs = ['-accel', 'tcg,tb-size=32', '-cpu', 'qemu64'];
const guest = withHelperGuest();

/** Every file of the disk with what it holds, as libguestfs sees them. */
function oracle(env: NodeJS.ProcessEnv, disk: string): Map<string, string> {
  const dir = mkdtempSync(join(guest.dir, 'seen-'));
  const tar = `${dir}.tar`;
  const { status, stderr } = spawnSync('guestfish', [], {
    env,
    encoding: 'utf8',
    timeout: 600_000,
    input: `add-ro ${disk}\nrun\nmount-ro /dev/vg0/root /\nmount-ro /dev/vg0/home /home\nmount-ro /dev/sda1 /boot\ntar-out / ${tar}\n`,
  });
  expect([status, stderr]).toEqual([0, '']);
  mkdirSync(dir, { recursive: true });
  execFileSync('tar', ['-xf', tar, '--no-same-owner', '-C', dir]);
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [relative(dir, path), readFileSync(path, 'latin1')]));
}

test('what libguestfs finds changed on a scrubbed disk is what the report counts: no mark in any file, and what is the image to the byte', async () => {
  const files = plant(['root', 'home/ann']);
  files.files.set('etc/fstab', '/dev/mapper/vg0-root / ext4 defaults 0 1\n/dev/mapper/vg0-home /home ext4 defaults 0 2\n');
  const disk = makeDisk(guest.dir, guest.appliance, {
    sizeMiB: 512,
    files,
    script: `
printf 'n\\np\\n1\\n2048\\n34815\\nn\\np\\n2\\n36864\\n1000000\\nw\\n' | fdisk -u /dev/vda >/dev/null
while [ ! -b /dev/vda2 ]; do usleep 50000; done
mke2fs /dev/vda1 >/dev/null
lvm pvcreate /dev/vda2; lvm vgcreate vg0 /dev/vda2
for v in root:256 home:96; do lvm lvcreate -y -Zn -Wn -n \${v%:*} -L \${v#*:}M vg0; mke2fs -b 4096 /dev/mapper/vg0-\${v%:*} >/dev/null; done
mount -t ext4 /dev/mapper/vg0-root /t; mkdir -p /t/home /t/boot
mount -t ext4 /dev/mapper/vg0-home /t/home; mount -t ext4 /dev/vda1 /t/boot
plant
umount /t/boot /t/home /t; lvm vgchange -an`,
  });
  const env = await libguestfsEnv(ctx(), guest.dir);
  const before = oracle(env, disk);
  const marked = [...before].filter(([, text]) => text.includes(MARK)).map(([path]) => path);
  expect(new Set(marked)).toEqual(new Set(files.places.values()));
  const { scrubbed, left, report } = await runScrub(ctx(), { ...guest.appliance, disk, accelArgs });
  expect({ scrubbed, left }).toEqual({ scrubbed: true, left: [] });
  const after = oracle(env, disk);
  expect([...after].filter(([, text]) => text.includes(MARK)).map(([path]) => path)).toEqual([]);
  expect(marksIn(disk, MARK)).toEqual([]);
  const touched = [...before].filter(([path, text]) => after.get(path) !== text).map(([path]) => path);
  const counted = report.map((line) => Number(/removed (\d+)/.exec(line)?.[1] ?? 0)).reduce((sum, n) => sum + n, 0);
  expect(touched.filter((path) => !marked.includes(path))).toEqual([]);
  expect([touched.length, [...after.keys()].filter((path) => !before.has(path))]).toEqual([counted, []]);
  for (const kept of ['etc/hosts', 'root/thesis.tex', 'home/ann/thesis.tex', 'home/ann/.ssh/config'])
    expect(after.get(kept)).toContain(KEPT);
});
