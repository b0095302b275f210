/** What the helper guest leaves of marks on thin volumes of LVM and on members of software RAID. */
import { expect, test } from 'vitest';
import { debianPrograms, KEPT, makeDisk, MARK, marksIn, plant, withHelperGuest } from '../../test/support/made-disk.ts';
import { makeCtx } from '../lib/context.ts';
import { runInspect, runScrub } from './appliance.ts';

const ctx = () => makeCtx({ timeoutMs: 600_000 });
const accelArgs = ['-accel', 'tcg,tb-size=32', '-cpu', 'qemu64'];
const guest = withHelperGuest();
const PARTITION = `printf 'n\\np\\n1\\n2048\\n\\nw\\n' | fdisk -u /dev/vda >/dev/null; while [ ! -b /dev/vda1 ]; do usleep 50000; done`;
const options = (disk: string) => ({ ...guest.appliance, disk, accelArgs });

test('thin volumes, a snapshot of one, what was removed within their blocks and volumes that are gone: no mark is left', async () => {
  const files = plant(['root', 'home/ann']);
  files.files.set('etc/fstab', '/dev/vg0/root / ext4 defaults 0 1\n/dev/mapper/vg0-home /home ext4 defaults 0 2\n');
  const gone = [1, 100, 1000];
  const deleted = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const disk = makeDisk(guest.dir, guest.appliance, {
    sizeMiB: 416,
    files,
    script: `${PARTITION}
lvm pvcreate /dev/vda1; lvm vgcreate vg0 /dev/vda1
lvm lvcreate -y --type thin-pool -n pool -L 352M vg0
for v in root:96 home:48 swap:17 gone:32; do lvm lvcreate -y -Wn -n \${v%:*} -V \${v#*:}M --thinpool pool vg0; done
for n in ${gone.join(' ')}; do echo ${MARK}gone$n- | dd of=/dev/mapper/vg0-gone bs=4096 seek=$n conv=notrunc; done; lvm lvremove -y vg0/gone
mkswap /dev/mapper/vg0-swap; for n in 3 1000 4351; do echo ${MARK}swap$n- | dd of=/dev/mapper/vg0-swap bs=4096 seek=$n conv=notrunc; done
mke2fs -b 4096 /dev/mapper/vg0-root >/dev/null; mke2fs -b 4096 /dev/mapper/vg0-home 12001 >/dev/null
for n in 12001 12100 12287; do echo ${MARK}end$n- | dd of=/dev/mapper/vg0-home bs=4096 seek=$n conv=notrunc; done
mount -t ext4 /dev/mapper/vg0-root /t; mkdir /t/home; mount -t ext4 /dev/mapper/vg0-home /t/home
plant
for n in ${deleted.join(' ')}; do put /t/opt/$n keep; put /t/opt/del$n ${MARK}del$n-; done; sync; rm /t/opt/del*
umount /t/home /t; lvm lvcreate -y -s -n before vg0/root
lvm vgchange -an`,
  });
  const planted = marksIn(disk, MARK);
  expect(planted).toEqual(expect.arrayContaining([...files.places.keys(), ...deleted.map((n) => `${MARK}del${n}-`)]));
  expect(planted).toEqual(
    expect.arrayContaining([
      ...gone.map((n) => `${MARK}gone${n}-`),
      ...[12001, 12100, 12287].map((n) => `${MARK}end${n}-`),
      `${MARK}swap4351-`,
    ]),
  );
  const seen = await runInspect(ctx(), options(disk));
  expect(new Set(seen.systems.map(({ system }) => system))).toEqual(new Set(['vg0-before', 'vg0-root']));
  const { scrubbed, left, report } = await runScrub(ctx(), options(disk));
  expect({ scrubbed, left }).toEqual({ scrubbed: true, left: [] });
  expect(report).toEqual(
    expect.arrayContaining([
      'vg0-swap: swap, emptied',
      expect.stringMatching(/^vg0-root \(ext4\): a Linux root; removed \d+/),
      expect.stringMatching(/^vg0-before \(ext4\): a Linux root; removed \d+/),
      expect.stringMatching(/^vg0-home \(ext4\): no root; removed \d+/),
    ]),
  );
  expect(marksIn(disk, MARK).map((mark) => `${mark} ${files.places.get(mark) ?? ''}`)).toEqual([]);
  expect(marksIn(disk, KEPT)).toEqual(['config', 'hosts', 'ssid', 'thesis'].map((kept) => KEPT + kept));
  // Nothing of the pool was broken: it opens, and is cleaned, once more.
  expect(await runScrub(ctx(), options(disk))).toMatchObject({ scrubbed: true, left: [] });
});

test('a pool smaller than its volumes, one that is full, one that does not zero, and XFS on a thin volume: what may still lie there is named', async () => {
  const disk = makeDisk(guest.dir, guest.appliance, {
    sizeMiB: 512,
    programs: await debianPrograms(['xfsprogs'], ['sbin/mkfs.xfs', 'usr/sbin/mkfs.xfs']),
    script: `${PARTITION}
lvm pvcreate /dev/vda1; lvm vgcreate vg0 /dev/vda1
for p in small:32:y full:8:y pool:360:n; do set -- $(echo $p | tr : ' '); lvm lvcreate -y --type thin-pool -Z$3 -n $1 -L $2M vg0; done
lvm lvcreate -y -Wn -n root -V 64M --thinpool small vg0; lvm lvcreate -y -Wn -n old -V 16M --thinpool full vg0; lvm lvcreate -y -Wn -n data -V 320M --thinpool pool vg0
mke2fs -b 4096 /dev/mapper/vg0-root >/dev/null; mount -t ext4 /dev/mapper/vg0-root /t; put /t/etc/passwd root:x:0:0::/root:/bin/sh; put /t/root/.netrc ${MARK}root-; umount /t
dd if=/dev/urandom of=/dev/mapper/vg0-old bs=64k count=128 conv=fsync; mkfs.xfs -q /dev/mapper/vg0-data
lvm vgchange -an`,
  });
  const { scrubbed, left } = await runScrub(ctx(), options(disk));
  expect({ scrubbed, left: left.sort() }).toEqual({
    scrubbed: true,
    left: [
      'vg0-data: what was removed of its xfs file system may still lie there: thin volumes give back whole blocks alone',
      'vg0-root: its pool has not the room for overwriting what is free of its ext4 file system, and what was removed may still lie there',
      'vg0/full: a pool of thin volumes which is full',
      'vg0/pool: a pool of thin volumes which does not zero new blocks: what lay there before may be in blocks that its volumes have',
    ],
  });
});

test('one disk of two mirrors, and a mirror within it: cleaned as arrays and never as members, and what cannot be put together is named', async () => {
  const files = plant(['root', 'home/ann']);
  files.files.set('etc/fstab', '/dev/md0 / ext4 defaults 0 1\n/dev/md1 /home ext4 defaults 0 1\n/dev/md/data /var ext4 defaults 0 1\n');
  // Before the arrays were there: where a member has no more than its array's own data, behind that, and (245759) in the last block of a file
  // system, which is among those that ext4 keeps for small files when it is cleaned.
  const gaps = [196607, 229418, 232924, 245759, 327677];
  const disk = makeDisk(guest.dir, guest.appliance, {
    sizeMiB: 160,
    files,
    script: `
printf 'n\np\n1\n2048\n196607\nn\np\n2\n262144\n327679\nn\np\n3\n196608\n229375\nn\ne\n229376\n262143\nn\n231424\n245759\nn\n247808\n262143\nw\n' | fdisk -u /dev/vda >/dev/null
while [ ! -b /dev/vda6 ]; do usleep 50000; done
for at in ${gaps.join(' ')}; do echo ${MARK}gap$at- | dd of=/dev/vda bs=512 seek=$at conv=notrunc; done
create() { mdadm --create "$@" --run --homehost=any; }
export MDADM_NO_UDEV=1; mkdir -p /run/mdadm
create /dev/md0 --metadata=1.0 --level=1 --raid-devices=2 --name=0 /dev/vda1 missing
create /dev/md1 --metadata=0.90 --level=1 --raid-devices=2 /dev/vda2 missing
create /dev/md2 --metadata=1.2 --level=1 --raid-devices=2 --name=data --assume-clean --bitmap=internal /dev/vda5 /dev/vda6
for m in 0 1; do mke2fs -b 4096 /dev/md$m >/dev/null; done
mke2fs -b 4096 /dev/md2 1500 >/dev/null; echo ${MARK}end- | dd of=/dev/md2 bs=512 seek=12100 conv=notrunc
mount -t ext4 /dev/md0 /t; mkdir /t/home /t/var; mount -t ext4 /dev/md1 /t/home; mount -t ext4 /dev/md2 /t/var
plant
umount /t/var /t/home /t; for m in 0 1 2; do mdadm --stop /dev/md$m; done
create /dev/md3 --metadata=1.0 --level=1 --raid-devices=2 --name=lost /dev/vda3 missing
mke2fs -b 4096 /dev/md3 >/dev/null; mount -t ext4 /dev/md3 /t; put /t/root/.netrc ${MARK}lost-; umount /t; mdadm --stop /dev/md3
# Its notes of itself are broken (their checksum).
printf '\\0\\0\\0\\0' | dd of=/dev/vda3 bs=1 seek=$(((32768 - 16) * 512 + 72)) conv=notrunc`,
  });
  expect(marksIn(disk, MARK)).toEqual(
    [...files.places.keys(), ...gaps.map((at) => `${MARK}gap${at}-`), `${MARK}end-`, `${MARK}lost-`].sort(),
  );
  const seen = await runInspect(ctx(), options(disk));
  expect(seen.systems).toEqual([expect.objectContaining({ system: 'md0' })]);
  const { scrubbed, left, report } = await runScrub(ctx(), options(disk));
  expect({ scrubbed, left }).toEqual({ scrubbed: true, left: ['vda3: a member of a software RAID, which could not be put together here'] });
  expect(report).toEqual(
    expect.arrayContaining([
      'md0: raid1 of 2 disks, of which 1 here: vda1',
      'md127: raid1 of 2 disks, of which 2 here: vda5 vda6',
      expect.stringMatching(/^md0 \(ext4\): a Linux root; removed \d+/),
      expect.stringMatching(/^md1 \(ext4\): no root; removed \d+/),
      expect.stringMatching(/^md127 \(ext4\): no root; removed \d+/),
    ]),
  );
  expect(marksIn(disk, MARK).map((mark) => `${mark} ${files.places.get(mark) ?? ''}`)).toEqual([`${MARK}lost- `]);
  // They are what they were, and are put together again.
  const again = await runScrub(ctx(), options(disk));
  expect([again.left, again.report.filter((line) => line.includes('raid1'))]).toEqual([
    left,
    report.filter((line) => line.includes('raid1')),
  ]);
  expect(marksIn(disk, KEPT)).toEqual(['config', 'hosts', 'ssid', 'thesis'].map((kept) => KEPT + kept));
});

test('a disk that is a member of a mirror as a whole is cleaned through the array, with its partitions within', async () => {
  const disk = makeDisk(guest.dir, guest.appliance, {
    sizeMiB: 96,
    script: `
for at in 40000 196400; do echo ${MARK}gap$at- | dd of=/dev/vda bs=512 seek=$at conv=notrunc; done
export MDADM_NO_UDEV=1; mkdir -p /run/mdadm
mdadm --create /dev/md0 --run --homehost=any --metadata=1.0 --level=1 --raid-devices=2 --name=0 /dev/vda missing
printf 'n\\np\\n1\\n2048\\n38911\\nn\\np\\n2\\n40960\\n190000\\nw\\n' | fdisk -u /dev/md0 >/dev/null
while [ ! -b /dev/md0p2 ]; do blockdev --rereadpt /dev/md0; usleep 50000; done
mke2fs -b 4096 /dev/md0p1 >/dev/null; mke2fs -b 4096 /dev/md0p2 >/dev/null
mount -t ext4 /dev/md0p2 /t; put /t/etc/passwd root:x:0:0::/root:/bin/sh; put /t/root/.netrc ${MARK}root-; put /t/etc/hosts ${KEPT}hosts
printf '/dev/sda1 /srv ext4 defaults 0 0\\n' >/t/etc/fstab; mkdir /t/srv; mount -t ext4 /dev/md0p1 /t/srv
put /t/etc/carrel/capture-remove /srv/licence; put /t/srv/licence ${MARK}licence-; umount /t/srv /t; mdadm --stop /dev/md0`,
  });
  expect(marksIn(disk, MARK)).toEqual(['gap196400', 'gap40000', 'licence', 'root'].map((mark) => `${MARK}${mark}-`));
  const { scrubbed, left, report } = await runScrub(ctx(), options(disk));
  expect({ scrubbed, left }).toEqual({ scrubbed: true, left: [] });
  expect(report).toEqual(
    expect.arrayContaining(['md0: raid1 of 2 disks, of which 1 here: vda', 'what lies outside of partitions: emptied']),
  );
  expect([marksIn(disk, MARK), marksIn(disk, KEPT)]).toEqual([[], [`${KEPT}hosts`]]);
  // Still a member: cleaned as one again.
  expect((await runScrub(ctx(), options(disk))).report).toContain('md0: raid1 of 2 disks, of which 1 here: vda');
});

test('XFS on a partition at an odd sector: what was removed may still lie in blocks that it keeps from any file, and is named', async () => {
  const disk = makeDisk(guest.dir, guest.appliance, {
    sizeMiB: 340,
    programs: await debianPrograms(['xfsprogs'], ['sbin/mkfs.xfs', 'usr/sbin/mkfs.xfs']),
    script: `
printf 'n\\np\\n1\\n63\\n\\nw\\n' | fdisk -u /dev/vda >/dev/null; while [ ! -b /dev/vda1 ]; do usleep 50000; done
mkfs.xfs -q /dev/vda1; mount -t xfs /dev/vda1 /t; put /t/etc/passwd root:x:0:0::/root:/bin/sh; put /t/root/.netrc ${MARK}root-
for n in $(seq 1 60); do put /t/opt/$n keep; put /t/opt/del$n ${MARK}del$n-; done; sync; rm /t/opt/del*; umount /t`,
  });
  expect(marksIn(disk, MARK)).toHaveLength(61);
  expect(await runScrub(ctx(), options(disk))).toMatchObject({
    scrubbed: true,
    left: [
      'vda1: what was removed of its xfs file system may still lie there: a disk gives back whole pieces of 4096 bytes alone, and its blocks are none',
    ],
  });
});

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
  const { scrubbed, left, report } = await runScrub(ctx(), options(disk));
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
