import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { CLEANING } from './appliance-clean.ts';
import { applianceInit } from './appliance-init.ts';

const INIT = applianceInit({ scrub: ['virtio_blk'], lvm: ['dm_mod'], raid: ['raid1'], xfs: ['xfs'], btrfs: ['btrfs'] });

test.each([
  ['/init', INIT],
  ['the part that cleans', CLEANING],
])('a shell reads %s of the helper guest to its end', (_, script) => {
  const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

/** Runs functions of /init by themselves; a file stands for the disk. */
const say = (script: string, sector = 512): string => {
  const functions = INIT.slice(INIT.indexOf('# What units of systemd mount'), INIT.indexOf('# What a root is, for an import'));
  const numbers = INIT.split('\n').filter((line) => /^(number_of|number|gpt)\(\) \{/.test(line));
  return spawnSync('sh', ['-s'], {
    input: [functions, ...numbers, `sector=${sector} part=vda`, script].join('\n'),
    encoding: 'utf8',
  }).stdout;
};

test.each([512, 4096])('a PARTUUID is that of the entry in the GPT, or of the signature in the MBR, with sectors of %i bytes', (sector) => {
  const made = (hex: string, at: number) => `printf '${hex}' | dd of=$disk bs=1 seek=${at} conv=notrunc 2>/dev/null\n`;
  const gpt = [
    'disk=$(mktemp); trap "rm $disk" EXIT',
    made('EFI PART', sector),
    // Entries of 128 bytes from sector 2 on.
    made(String.raw`\002\0\0\0\0\0\0\0\200\0\0\0\200\0\0\0`, sector + 72),
    made(String.raw`\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020`, 2 * sector + 128 + 16),
  ].join('\n');
  expect(say(`${gpt}\npart_uuid 2`, sector).trim()).toBe('04030201-0605-0807-090a-0b0c0d0e0f10');
  expect(say(`disk=$(mktemp)\n${made(String.raw`\0\356\377\300`, 440)}part_uuid 10; rm $disk`, sector).trim()).toBe('c0ffee00-0a');
});

test('what cannot be read is called by its name', () => {
  const [from, to] = ['# Names for people of what is not read', 'called() {'].map((mark) => INIT.indexOf(mark));
  const kind = (bytes: string, at: number) =>
    spawnSync('sh', ['-s'], {
      input: `${CLEANING}\n${INIT.slice(from, to)}\nd=$(mktemp); printf '${bytes}' | dd of=$d bs=1 seek=${at} 2>/dev/null; kind_of $d; rm $d`,
      encoding: 'utf8',
    }).stdout.trim();
  expect([kind('\\353R\\220NTFS    ', 0), kind('\\001CD001', 32768), kind('ReIsEr2Fs', 65588), kind('NTFS', 9)]).toEqual([
    'NTFS',
    'ISO 9660',
    'ReiserFS',
    'unknown',
  ]);
});
