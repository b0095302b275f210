/** What the helper guest leaves of the marks that were planted at every place of its list, on a disk as many guests have it; on LVM, and on others: scrub.long.ts. */
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

test('a root and swap on partitions of their own: no mark is left, and what is the image stays', async () => {
  const files = plant(HOMES);
  // Homes as their system knows them, by links that lead there only from its own root.
  const accounts = files.files.get('etc/passwd') ?? '';
  files.files.set('etc/passwd', accounts.replace('/data/some/people/ann', '/home/ann').replace('/opt/far/homes/bob', '/users/bob'));
  files.files.set('etc/fstab', '/dev/vda2 / ext4 defaults 0 1\n/swapfile none swap sw 0 0\n');
  const gaps = [35000, 327000];
  const [swap, pages, end] = [[56, 32700], [3, 290, 599], 282000];
  const disk = makeDisk(guest.dir, guest.appliance, {
    sizeMiB: 160,
    files,
    script: `
for at in ${gaps.join(' ')}; do echo ${MARK}gap$at- | dd of=/dev/vda bs=512 seek=$at conv=notrunc; done
echo ${KEPT}loader | dd of=/dev/vda bs=512 seek=5 conv=notrunc
printf 'n\np\n1\n2048\n34815\nn\np\n2\n36864\n320000\nw\n' | fdisk -u /dev/vda >/dev/null
while [ ! -b /dev/vda2 ]; do usleep 50000; done
mkswap -L swap /dev/vda1 >/dev/null
for at in ${swap.join(' ')}; do echo ${MARK}swap$at- | dd of=/dev/vda1 bs=512 seek=$at conv=notrunc; done
mke2fs -b 4096 /dev/vda2 35000 >/dev/null
echo ${MARK}end${end}- | dd of=/dev/vda2 bs=512 seek=${end} conv=notrunc
mount -t ext4 /dev/vda2 /t
plant
ln -s /data/some/people /t/home; ln -s /opt/far/homes /t/users
mv /t/opt/far/homes/bob/.pgpass /t/opt/words-of-bob; ln -s /opt/words-of-bob /t/opt/far/homes/bob/.pgpass
dd if=/dev/zero of=/t/swapfile bs=4096 count=600; mkswap /t/swapfile
for at in ${pages.join(' ')}; do echo ${MARK}swapfile$at- | dd of=/t/swapfile bs=4096 seek=$at conv=notrunc; done
umount /t`,
  });
  const planted = [
    ...files.places.keys(),
    ...gaps.map((at) => `${MARK}gap${at}-`),
    ...swap.map((at) => `${MARK}swap${at}-`),
    ...pages.map((at) => `${MARK}swapfile${at}-`),
    `${MARK}end${end}-`,
  ];
  expect(planted.length).toBeGreaterThan(100);
  expect(marksIn(disk, MARK)).toEqual(planted.sort());
  const { scrubbed, left, report } = await runScrub(ctx(), { ...guest.appliance, disk, accelArgs });
  expect({ scrubbed, left }).toEqual({ scrubbed: true, left: [] });
  expect(marksIn(disk, MARK).map((mark) => `${mark} ${files.places.get(mark) ?? ''}`)).toEqual([]);
  expect(marksIn(disk, KEPT)).toEqual(['config', 'hosts', 'loader', 'ssid', 'thesis'].map((kept) => KEPT + kept));
  expect(report).toEqual(
    expect.arrayContaining([
      'vda1: swap, emptied',
      expect.stringMatching(/^vda2 \(ext4\): a Linux root; removed \d+/),
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
