/** What is brought is looked into, by the helper guest: LVM, several systems; not a byte of it is changed. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeDisk, tree, withHelperGuest } from '../../../test/support/made-disk.ts';
import { makeCtx } from '../../lib/context.ts';
import { runInspect } from '../../qemu/appliance.ts';

const ctx = () => makeCtx({ timeoutMs: 600_000 });
const guest = withHelperGuest();

test('a cloud image with LVM and another system beside it', async () => {
  const files = tree({
    'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
    'etc/os-release': 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    'etc/cloud/cloud.cfg': 'users:\n  - default\nsystem_info:\n  default_user:\n    name: debian\n    groups: [adm]\n',
    'usr/bin/cloud-init': '#!/bin/sh\n',
    'usr/sbin/sshd': '',
    'etc/ssh/ssh_host_ed25519_key': 'x\n',
    'etc/machine-id': 'uninitialized\n',
  });
  const disk = makeDisk(guest.dir, guest.appliance, {
    sizeMiB: 128,
    files,
    script: `
printf 'n\\np\\n1\\n\\n+24M\\nn\\np\\n2\\n\\n\\nw\\n' | fdisk /dev/vda >/dev/null
while [ ! -b /dev/vda2 ]; do usleep 50000; done
mke2fs -b 4096 /dev/vda1 >/dev/null; mount -t ext4 /dev/vda1 /t; put /t/etc/passwd root:x:0:0::/root:/bin/sh; umount /t
lvm pvcreate /dev/vda2; lvm vgcreate vg0 /dev/vda2; lvm lvcreate -y -Zn -Wn -n root -L 64M vg0
mke2fs -b 4096 /dev/mapper/vg0-root >/dev/null; mount -t ext4 /dev/mapper/vg0-root /t; plant; umount /t; lvm vgchange -an`,
  });
  const sum = () => createHash('sha256').update(readFileSync(disk)).digest('hex');
  const before = sum();
  const { systems } = await runInspect(ctx(), { ...guest.appliance, disk, accelArgs: ['-accel', 'tcg', '-cpu', 'qemu64'] });
  expect(sum()).toBe(before);
  expect(systems).toEqual([
    { system: 'vda1' },
    {
      system: 'vg0-root',
      os: 'Debian GNU/Linux 12 (bookworm)',
      cloudInit: 'yes',
      cloudUser: 'debian',
      sshServer: 'yes',
      hostKeys: 'yes',
    },
  ]);
});
