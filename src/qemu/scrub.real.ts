/** What the helper guest leaves of the marks that were planted at every place of its list, on disks as guests have them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KEPT, makeDisk, MARK, marksIn, plant, withHelperGuest } from '../../test/support/made-disk.ts';
import { makeCtx } from '../lib/context.ts';
import { runScrub } from './appliance.ts';
import { CLEANED, STAYS } from './scrub-list.ts';

const ctx = () => makeCtx({ timeoutMs: 600_000 });
const accelArgs = ['-accel', 'tcg,tb-size=32', '-cpu', 'qemu64'];
const HOMES = ['root', 'home/ann', 'srv/homes/bob'];
const guest = withHelperGuest();

test('root, /home and /var on LVM, swap and a partition for booting: no mark is left, and what is the image stays', async () => {
  const files = plant(HOMES);
  files.files.set('boot/grub/grub.cfg', `${KEPT}grub`);
  files.files.set(
    'etc/fstab',
    '/dev/mapper/vg0-root / ext4 defaults 0 1\n/dev/mapper/vg0-home /home ext4 defaults 0 2\n/swapfile none swap sw 0 0\n',
  );
  const disk = makeDisk(guest.dir, guest.appliance, {
    sizeMiB: 640,
    files,
    script: `
printf 'n\np\n1\n\n+16M\nn\np\n2\n\n+32M\nn\np\n3\n\n\nw\n' | fdisk /dev/vda >/dev/null
while [ ! -b /dev/vda3 ]; do usleep 50000; done
mke2fs /dev/vda1 >/dev/null
mkswap -L swap /dev/vda2 >/dev/null
echo ${MARK}swap- | dd of=/dev/vda2 bs=4096 seek=7 conv=notrunc
lvm pvcreate /dev/vda3; lvm vgcreate vg0 /dev/vda3
for v in root:256 home:96 var:96; do lvm lvcreate -y -Zn -Wn -n \${v%:*} -L \${v#*:}M vg0; mke2fs -b 4096 /dev/mapper/vg0-\${v%:*} >/dev/null; done
mount -t ext4 /dev/mapper/vg0-root /t; mkdir -p /t/home /t/var /t/boot
mount -t ext4 /dev/mapper/vg0-home /t/home; mount -t ext4 /dev/mapper/vg0-var /t/var; mount -t ext4 /dev/vda1 /t/boot
plant
dd if=/dev/zero of=/t/swapfile bs=4096 count=600; mkswap /t/swapfile
for at in 3 290 599; do echo ${MARK}swapfile$at- | dd of=/t/swapfile bs=4096 seek=$at conv=notrunc; done
umount /t/boot /t/var /t/home /t; lvm vgchange -an`,
  });
  const planted = [...files.places.keys(), `${MARK}swap-`, `${MARK}swapfile3-`, `${MARK}swapfile290-`, `${MARK}swapfile599-`];
  expect(planted.length).toBeGreaterThan(100);
  expect(marksIn(disk, MARK)).toEqual(planted.sort());
  const { scrubbed, left, report } = await runScrub(ctx(), { ...guest.appliance, disk, accelArgs });
  expect({ scrubbed, left }).toEqual({ scrubbed: true, left: [] });
  expect(marksIn(disk, MARK).map((mark) => `${mark} ${files.places.get(mark) ?? ''}`)).toEqual([]);
  expect(marksIn(disk, KEPT)).toEqual(['config', 'grub', 'hosts', 'ssid', 'thesis'].map((kept) => KEPT + kept));
  expect(report).toEqual(
    expect.arrayContaining([
      'vda2: swap, emptied',
      expect.stringMatching(/^vg0-root \(ext4\): a Linux root; removed \d+/),
      expect.stringMatching(/^vg0-home \(ext4\): no root; removed \d+/),
      expect.stringMatching(/^vda1 \(ext4\): no root; removed 0/),
      expect.stringContaining('/etc/carrel/capture-remove is no path from the root: ../etc/passwd'),
    ]),
  );
});

test('docs/guide/capture.md shows the list as it is', () => {
  const guide = new URL('../../docs/guide/capture.md', import.meta.url);
  const text = readFileSync(guide, 'utf8');
  const places = { home: '`~/`', root: '`/`', var: '`/var/`', log: '`/var/log/`' };
  const paths = (all: readonly string[] = [], how = '') => all.map((path) => `\`${path}\`${how}`);
  const rows = CLEANED.map(({ what, below, remove, blank, redact }) => {
    const list = [...paths(remove), ...paths(blank, ' (emptied)'), ...paths(redact, ' (the secret alone)')];
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
