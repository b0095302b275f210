/** What the helper guest leaves of marks on disks as old tools made them, and what it names. */
import { expect, test } from 'vitest';
import { hostProgram, makeDisk, MARK, marksIn, withHelperGuest } from '../../test/support/made-disk.ts';
import { makeCtx } from '../lib/context.ts';
import { runScrub } from './appliance.ts';

const ctx = () => makeCtx({ timeoutMs: 600_000 });
const accelArgs = ['-accel', 'tcg,tb-size=32', '-cpu', 'qemu64'];
const guest = withHelperGuest();

test('partitions on odd sectors, as old tools make them: swap goes to its last byte, what cannot be read or taken out is named, and a head of zeros does not pass for empty', async () => {
  const disk = makeDisk(guest.dir, guest.appliance, {
    sizeMiB: 64,
    programs: await hostProgram('usr/bin/chattr'),
    script: `
printf 'n\\np\\n1\\n63\\n40000\\nn\\np\\n2\\n40001\\n60003\\nn\\np\\n3\\n60005\\n80005\\nn\\np\\n80100\\n\\nw\\n' | fdisk -u /dev/vda >/dev/null
while [ ! -b /dev/vda4 ]; do usleep 50000; done
mke2fs -b 4096 /dev/vda1 >/dev/null; mount -t ext4 /dev/vda1 /t
put /t/root/.netrc ${MARK}fixed-; chattr +i /t/root/.netrc
put /t/etc/passwd root:x:0:0::/root:/bin/sh; put /t/etc/shadow 'old:PLANTEDdesabc:1:0:99999:7:::'; umount /t
mkswap /dev/vda2 >/dev/null; printf 'S1SUSPEND\\0' | dd of=/dev/vda2 bs=1 seek=4086 conv=notrunc
for at in 8 9 10 11 12 13 14 15 $(($(blockdev --getsz /dev/vda2) - 1)); do echo ${MARK}s$at- | dd of=/dev/vda2 bs=512 seek=$at conv=notrunc; done
echo ${MARK}behind- | dd of=/dev/vda3 bs=512 seek=4096 conv=notrunc`,
  });
  expect(marksIn(disk, MARK).length).toBe(11);
  expect(marksIn(disk, 'PLANTEDdes')).toEqual(['PLANTEDdesabc']);
  const { scrubbed, left, report } = await runScrub(ctx(), { ...guest.appliance, disk, accelArgs });
  expect({ scrubbed, left }).toEqual({
    scrubbed: true,
    left: ['vda3: unknown, which cannot be read here', 'vda1 (ext4): could not be taken out: /root/.netrc'],
  });
  expect(report).toEqual(expect.arrayContaining(['vda2: swap, emptied', 'vda4: empty']));
  expect(marksIn(disk, MARK)).toEqual([`${MARK}behind-`, `${MARK}fixed-`]);
  expect(marksIn(disk, 'PLANTEDdes')).toEqual([]);
});
