/** What the helper guest leaves of marks on LVM, and on disks as old tools made them, and what it names. */
import { expect, test } from 'vitest';
import {
  hostProgram,
  makeDisk,
  KEPT,
  MARK,
  marksIn,
  debianPrograms,
  plant,
  sectorsOf,
  tablesOf,
  withHelperGuest,
} from '../../test/support/made-disk.ts';
import { makeCtx } from '../lib/context.ts';
import { runScrub } from './appliance.ts';

const ctx = () => makeCtx({ timeoutMs: 600_000 });
const accelArgs = ['-accel', 'tcg,tb-size=32', '-cpu', 'qemu64'];
const guest = withHelperGuest();

const HOMES = ['root', 'data/some/people/ann', 'opt/far/homes/bob'];

test('root, /home and /var on LVM, swap and a partition for booting: no mark is left, and what is the image stays', async () => {
  const files = plant(HOMES);
  // Homes as their system knows them, by links that lead there only from its own root.
  const accounts = files.files.get('etc/passwd') ?? '';
  files.files.set('etc/passwd', accounts.replace('/data/some/people/ann', '/home/ann').replace('/opt/far/homes/bob', '/users/bob'));
  // What the author's own list names beyond the root's own file system.
  files.files.set('etc/carrel/capture-remove', `${files.files.get('etc/carrel/capture-remove')}/data/some/licence*\n`);
  files.files.set('data/some/licence of ours', `${MARK}licence-\n`);
  files.files.set('boot/grub/grub.cfg', `${KEPT}grub`);
  files.files.set(
    'etc/fstab',
    '/dev/mapper/vg0-root / ext4 defaults 0 1\nPARTUUID=c0ffee00-01 /boot ext4 defaults 0 2\n/swapfile none swap sw 0 0\n',
  );
  files.files.set('etc/systemd/system/data.mount', '[Mount]\nWhat=/dev/vg0/home\nWhere=/data\nType=ext4\n');
  files.files.set('etc/carrel/capture-remove', `${files.files.get('etc/carrel/capture-remove')}/boot/licence*\n`);
  files.files.set('boot/licence of ours', `${MARK}bootlicence-\n`);
  const disk = makeDisk(guest.dir, guest.appliance, {
    sizeMiB: 640,
    files,
    script: `
for at in 35000 104447 1254448 1296448 1310719; do echo ${MARK}gap$at- | dd of=/dev/vda bs=512 seek=$at conv=notrunc; done
echo ${KEPT}loader | dd of=/dev/vda bs=512 seek=5 conv=notrunc
printf 'n\np\n1\n2048\n34815\nn\np\n2\n36864\n102396\nn\np\n3\n104448\n1300000\nw\n' | fdisk -u /dev/vda >/dev/null
while [ ! -b /dev/vda3 ]; do usleep 50000; done
printf '\\0\\356\\377\\300' | dd of=/dev/vda bs=1 seek=440 conv=notrunc
mke2fs /dev/vda1 16001 >/dev/null
mkswap -L swap /dev/vda2 >/dev/null
for at in 56 65532; do echo ${MARK}swap$at- | dd of=/dev/vda2 bs=512 seek=$at conv=notrunc; done
lvm pvcreate /dev/vda3; lvm vgcreate vg0 /dev/vda3
for v in root:256 home:96 var:96; do lvm lvcreate -y -Zn -Wn -n \${v%:*} -L \${v#*:}M vg0; mke2fs -b 4096 /dev/mapper/vg0-\${v%:*} >/dev/null; done
mke2fs -b 4096 /dev/mapper/vg0-home 24000 >/dev/null
for at in vda1:32003 vda1:32767 mapper/vg0-home:192000; do echo ${MARK}end\${at#*:}- | dd of=/dev/\${at%:*} bs=512 seek=\${at#*:} conv=notrunc; done
mount -t ext4 /dev/mapper/vg0-root /t; mkdir -p /t/data /t/var /t/boot
mount -t ext4 /dev/mapper/vg0-home /t/data; mount -t ext4 /dev/mapper/vg0-var /t/var; mount -t ext4 /dev/vda1 /t/boot
plant
ln -s /data/some/people /t/home; ln -s /opt/far/homes /t/users
mv /t/opt/far/homes/bob/.pgpass /t/opt/words-of-bob; ln -s /opt/words-of-bob /t/opt/far/homes/bob/.pgpass
dd if=/dev/zero of=/t/swapfile bs=4096 count=600; mkswap /t/swapfile
for at in 3 290 599; do echo ${MARK}swapfile$at- | dd of=/t/swapfile bs=4096 seek=$at conv=notrunc; done
umount /t/boot /t/var /t/data /t; lvm vgchange -an`,
  });
  const planted = [
    ...files.places.keys(),
    `${MARK}licence-`,
    `${MARK}bootlicence-`,
    ...['swap56', 'swap65532', 'end32003', 'end32767', 'end192000'].map((mark) => `${MARK}${mark}-`),
    `${MARK}swapfile3-`,
    `${MARK}swapfile290-`,
    `${MARK}swapfile599-`,
  ];
  // Outside of partitions; where LVM has no volume, and behind its last extent.
  planted.push(...[35000, 104447, 1254448, 1296448, 1310719].map((at) => `${MARK}gap${at}-`));
  expect(planted.length).toBeGreaterThan(100);
  expect(marksIn(disk, MARK)).toEqual(planted.sort());
  const { scrubbed, left, report } = await runScrub(ctx(), { ...guest.appliance, disk, accelArgs });
  expect({ scrubbed, left }).toEqual({ scrubbed: true, left: [] });
  expect(marksIn(disk, MARK).map((mark) => `${mark} ${files.places.get(mark) ?? ''}`)).toEqual([]);
  expect(marksIn(disk, KEPT)).toEqual(['config', 'grub', 'hosts', 'loader', 'ssid', 'thesis'].map((kept) => KEPT + kept));
  expect(report).toEqual(
    expect.arrayContaining([
      'vda2: swap, emptied',
      expect.stringMatching(/^vg0-root \(ext4\): a Linux root; removed \d+/),
      expect.stringMatching(/^vg0-home \(ext4\): no root; removed \d+/),
      expect.stringMatching(/^vda1 \(ext4\): no root; removed \d+/),
      expect.stringContaining('/etc/carrel/capture-remove is no path from the root: ../etc/passwd'),
    ]),
  );
});

test('partitions on odd sectors, as old tools make them: swap goes to its last byte, what cannot be read or taken out is named, and a head of zeros does not pass for empty', async () => {
  const disk = makeDisk(guest.dir, guest.appliance, {
    sizeMiB: 64,
    programs: await hostProgram('usr/bin/chattr'),
    script: `
printf 'n\\np\\n1\\n63\\n40000\\nn\\np\\n2\\n40001\\n60003\\nn\\np\\n3\\n60005\\n80005\\nn\\ne\\n80100\\n\\nn\\n80200\\n90000\\nn\\n90200\\n120000\\nw\\n' | fdisk -u /dev/vda >/dev/null
while [ ! -b /dev/vda6 ]; do usleep 50000; done
mke2fs -b 4096 /dev/vda1 >/dev/null; mount -t ext4 /dev/vda1 /t
put /t/root/.netrc ${MARK}fixed-; chattr +i /t/root/.netrc
put /t/etc/passwd root:x:0:0::/root:/bin/sh; put /t/etc/shadow 'old:PLANTEDdesabc:1:0:99999:7:::'; umount /t
mkswap /dev/vda2 >/dev/null; printf 'S1SUSPEND\\0' | dd of=/dev/vda2 bs=1 seek=4086 conv=notrunc
for at in 8 9 10 11 12 13 14 15 $(($(blockdev --getsz /dev/vda2) - 1)); do echo ${MARK}s$at- | dd of=/dev/vda2 bs=512 seek=$at conv=notrunc; done
for at in 60004 90100 130000; do echo ${MARK}gap$at- | dd of=/dev/vda bs=512 seek=$at conv=notrunc; done
echo ${MARK}behind- | dd of=/dev/vda3 bs=512 seek=4096 conv=notrunc`,
  });
  expect(marksIn(disk, MARK).length).toBe(14);
  const tables = tablesOf(disk);
  expect(tables).toHaveLength(3);
  expect(marksIn(disk, 'PLANTEDdes')).toEqual(['PLANTEDdesabc']);
  const { scrubbed, left, report } = await runScrub(ctx(), { ...guest.appliance, disk, accelArgs });
  expect({ scrubbed, left }).toEqual({
    scrubbed: true,
    left: ['vda3: unknown, which cannot be read here', 'vda1 (ext4): could not be taken out: /root/.netrc'],
  });
  expect(report).toEqual(
    expect.arrayContaining(['vda2: swap, emptied', 'vda5: empty', 'vda6: empty', 'what lies outside of partitions: emptied']),
  );
  expect(tablesOf(disk)).toEqual(tables);
  expect(marksIn(disk, MARK)).toEqual([`${MARK}behind-`, `${MARK}fixed-`]);
  expect(marksIn(disk, 'PLANTEDdes')).toEqual([]);
});

test('a GPT with a root in a subvolume of btrfs, /data on XFS, and half of a mirror: cleaned as their system sees them, what cannot be is named, the table stays', async () => {
  const files = plant(['root', 'home/ann', 'data/some/people/bob']);
  files.files.set(
    'etc/fstab',
    'LABEL=sys / btrfs subvol=@ 0 0\nLABEL=sys /home btrfs subvol=/@home 0 0\n/dev/disk/by-id/virtio-one /srv ext4 defaults 0 0\n',
  );
  files.files.set('etc/systemd/system/data.mount', '[Mount]\nWhat=/dev/disk/by-partlabel/data\nWhere=/data\nType=xfs\n');
  const tools = ['usr/sbin/sfdisk', 'sbin/sfdisk', 'sbin/mkfs.btrfs', 'bin/mkfs.btrfs', 'bin/btrfs', 'sbin/mkfs.xfs', 'usr/sbin/mkfs.xfs'];
  const disk = makeDisk(guest.dir, guest.appliance, {
    sizeMiB: 768,
    files,
    programs: await debianPrograms(['fdisk', 'btrfs-progs', 'xfsprogs'], tools),
    script: `
printf 'label: gpt\nstart=4096,size=524291\nstart=532480,size=716805,name=data\nstart=1251328,size=32768\nstart=1302528,size=65536,name=first\nstart=1368064,size=65536\n' | sfdisk -q /dev/vda
while [ ! -b /dev/vda5 ]; do usleep 50000; done
for at in 2000 4000 530000 1290000; do echo ${MARK}gap$at- | dd of=/dev/vda bs=512 seek=$at conv=notrunc; done
mkfs.btrfs -q -L sys /dev/vda1; mkfs.xfs -q -L data /dev/vda2
for at in 1:524290 2:716802; do echo ${MARK}end\${at#*:}- | dd of=/dev/vda\${at%:*} bs=512 seek=\${at#*:} conv=notrunc; done
mount -t btrfs /dev/vda1 /t; for v in @ @home @old; do btrfs subvolume create /t/$v; done
put /t/@old/root/.netrc ${MARK}snapshot-; btrfs property set /t/@old ro true; umount /t
mount -t btrfs -o subvol=@ /dev/vda1 /t; mkdir /t/home /t/data
mount -t btrfs -o subvol=@home /dev/vda1 /t/home; mount -t xfs /dev/vda2 /t/data
plant
umount /t/data /t/home /t
mke2fs -b 4096 /dev/vda3 16320 >/dev/null; mount -t ext4 /dev/vda3 /t; put /t/etc/passwd root:x:0:0::/root:/bin/sh; put /t/root/.netrc ${MARK}mirror-; umount /t
lvm pvcreate /dev/vda4 /dev/vda5; lvm vgcreate v /dev/vda4 /dev/vda5
lvm lvcreate -y -Zn -Wn -n a -L 8M v /dev/vda4; lvm lvcreate -y -Zn -Wn -n b -L 8M v /dev/vda5; lvm vgchange -an; dd if=/dev/zero of=/dev/vda5 bs=1M count=1 conv=notrunc
printf '\\374\\116\\053\\251' | dd of=/dev/vda3 bs=512 seek=32752 conv=notrunc`,
  });
  const planted = [
    ...files.places.keys(),
    ...['gap2000', 'gap4000', 'gap530000', 'gap1290000', 'end524290', 'end716802', 'snapshot', 'mirror'].map((mark) => `${MARK}${mark}-`),
  ];
  expect(marksIn(disk, MARK)).toEqual(planted.sort());
  // With its copy behind the partitions.
  const table = () => Buffer.concat([sectorsOf(disk, 0, 34), sectorsOf(disk, 768 * 2048 - 33, 33)]);
  const whole = table();
  expect([whole.includes('EFI PART'), whole.subarray(34 * 512).includes('EFI PART')]).toEqual([true, true]);
  const { scrubbed, left } = await runScrub(ctx(), { ...guest.appliance, disk, accelArgs });
  expect({ scrubbed, left }).toEqual({
    scrubbed: true,
    left: [
      'vda3: a member of a software RAID, which could not be put together here',
      'v/b: a volume of LVM which could not be opened',
      'vda1 (btrfs): could not be taken out: /@old/root/.netrc',
      'vda1 (btrfs), subvolume /@: /srv is /dev/disk/by-id/virtio-one there, by which this helper does not find it',
      'vda1 (btrfs), subvolume /@old: a read-only snapshot, which is not cleaned',
    ],
  });
  expect(marksIn(disk, MARK).map((mark) => `${mark} ${files.places.get(mark) ?? ''}`)).toEqual([`${MARK}mirror- `, `${MARK}snapshot- `]);
  expect(marksIn(disk, KEPT)).toEqual(['config', 'hosts', 'ssid', 'thesis'].map((kept) => KEPT + kept));
  expect(table()).toEqual(whole);
});
