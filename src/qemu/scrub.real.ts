/** What the helper guest leaves of the marks that were planted at every place of its list, on disks as guests have them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KEPT, makeDisk, MARK, marksIn, plant, withHelperGuest } from '../../test/support/made-disk.ts';
import { makeCtx } from '../lib/context.ts';
import { runScrub } from './appliance.ts';
import { CLEANED, STAYS } from './scrub-list.ts';

const ctx = () => makeCtx({ timeoutMs: 600_000 });
const accelArgs = ['-accel', 'tcg,tb-size=32', '-cpu', 'qemu64'];
const HOMES = ['root', 'data/some/people/ann', 'opt/far/homes/bob'];
const guest = withHelperGuest();

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

test('docs/guide/capture.md shows the list as it is', () => {
  const guide = new URL('../../docs/guide/capture.md', import.meta.url);
  const text = readFileSync(guide, 'utf8');
  const places = { home: '`~/`', root: '`/`', boot: '`/boot/`, ESP', var: '`/var/`', log: '`/var/log/`' };
  const paths = (all: readonly string[] = [], how = '') => all.map((path) => `\`${path}\`${how}`);
  const rows = CLEANED.map(({ what, below, remove, blank, redact, accounts }) => {
    const list = [
      ...paths(remove),
      ...paths(blank, ' (emptied)'),
      ...paths([...(redact ?? []), ...(accounts ?? [])], ' (the secret alone)'),
    ];
    return `| ${what} | ${places[below]} | ${list.join(', ')} |`;
  });
  const made = [
    '| what goes | below | paths |',
    '|---|---|---|',
    ...rows,
    '',
    '| what stays | why |',
    '|---|---|',
    ...STAYS.map(([what, why]) => `| ${what} | ${why} |`),
  ];
  const [begin, end] = ['<!-- list -->\n\n', '\n\n<!-- /list -->'];
  const shown = text.slice(text.indexOf(begin) + begin.length, text.indexOf(end));
  if (process.env['WRITE_TABLE'] === '1')
    writeFileSync(
      guide,
      text.replace(begin + shown + end, () => begin + made.join('\n') + end),
    );
  else expect(shown).toBe(made.join('\n'));
});
