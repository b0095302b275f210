/** What the helper guest leaves of marks on a thin volume of LVM, on the one disk of a mirror. */
import { expect, test } from 'vitest';
import { KEPT, makeDisk, MARK, marksIn, withHelperGuest } from '../../test/support/made-disk.ts';
import { makeCtx } from '../lib/context.ts';
import { runScrub } from './appliance.ts';

const guest = withHelperGuest();

test('a thin volume on the one disk of a mirror: no mark is left in it, between its blocks, in its pool or beside it', async () => {
  const disk = makeDisk(guest.dir, guest.appliance, {
    sizeMiB: 72,
    script: `
printf 'n\\np\\n1\\n2048\\n\\nw\\n' | fdisk -u /dev/vda >/dev/null; while [ ! -b /dev/vda1 ]; do usleep 50000; done
echo ${MARK}gap- | dd of=/dev/vda bs=512 seek=147455 conv=notrunc
export MDADM_NO_UDEV=1; mkdir -p /run/mdadm
mdadm --create /dev/md0 --run --homehost=any --metadata=1.0 --level=1 --raid-devices=2 --name=0 /dev/vda1 missing
lvm pvcreate /dev/md0; lvm vgcreate vg0 /dev/md0; lvm lvcreate -y --type thin-pool -n pool -L 48M vg0
for v in root gone; do lvm lvcreate -y -Wn -n $v -V 20M --thinpool pool vg0; done
echo ${MARK}gone- | dd of=/dev/mapper/vg0-gone bs=4096 seek=1000 conv=notrunc; lvm lvremove -y vg0/gone
mke2fs -b 4096 /dev/mapper/vg0-root >/dev/null; mount -t ext4 /dev/mapper/vg0-root /t
put /t/etc/passwd root:x:0:0::/root:/bin/sh; put /t/root/.netrc ${MARK}root-; put /t/etc/hosts ${KEPT}hosts-
for n in 1 2 3 4 5; do put /t/opt/$n keep; put /t/opt/del$n ${MARK}del$n-; done; sync; rm /t/opt/del*
umount /t; lvm vgchange -an; mdadm --stop /dev/md0`,
  });
  const planted = ['del1', 'del2', 'del3', 'del4', 'del5', 'gap', 'gone', 'root'];
  expect(marksIn(disk, MARK)).toEqual(planted.map((mark) => `${MARK}${mark}-`));
  const accelArgs = ['-accel', 'tcg,tb-size=32', '-cpu', 'qemu64'];
  const { scrubbed, left, report } = await runScrub(makeCtx({ timeoutMs: 600_000 }), { ...guest.appliance, disk, accelArgs });
  expect({ scrubbed, left }).toEqual({ scrubbed: true, left: [] });
  expect([marksIn(disk, MARK), marksIn(disk, KEPT)]).toEqual([[], [`${KEPT}hosts-`]]);
  expect(report).toEqual(
    expect.arrayContaining([
      'md0: raid1 of 2 disks, of which 1 here: vda1',
      expect.stringMatching(/^vg0-root \(ext4\): a Linux root; removed \d+/),
      'vg0-root: free space of its ext4 file system discarded',
    ]),
  );
});
