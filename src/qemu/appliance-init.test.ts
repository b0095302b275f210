import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { CLEANING } from './appliance-clean.ts';
import { applianceInit } from './appliance-init.ts';
import { VOLUMES } from './appliance-volumes.ts';

const INIT = applianceInit({ scrub: ['virtio_blk'], lvm: ['dm_mod'], raid: ['raid1'], xfs: ['xfs'], btrfs: ['btrfs'] });

test.each([
  ['/init', INIT],
  ['the part that cleans', CLEANING],
])('a shell reads %s of the helper guest to its end', (_, script) => {
  const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('it ends only when all that it said is out: the kernel would write into the middle of it', () => {
  const ends = INIT.split('\n').filter((line) => line.includes('poweroff'));
  expect(ends).toHaveLength(3);
  for (const line of ends) expect(line).toContain('stty -F /dev/ttyS0 -echo; poweroff -f');
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

/** Runs functions of the part that opens volumes; $d is a file for a device. */
const volumes = (script: string): string =>
  spawnSync('sh', ['-s'], {
    input: [VOLUMES({ lvm: [], raid: [] }), 'd=$(mktemp); trap "rm $d" EXIT', script].join('\n'),
    encoding: 'utf8',
  }).stdout.trim();

/** Numbers of a superblock by offset, with the lowest byte first unless they are bytes themselves. */
const superblock = (values: readonly (readonly [at: number, bytes: string])[]): string =>
  values.map(([at, bytes]) => `printf '${bytes}' | dd of=$d bs=1 seek=${at} conv=notrunc 2>/dev/null`).join('\n');

test.each([
  [
    'ext4',
    'ext4 of 5 blocks of 4096 bytes',
    [
      [1028, '\\005'],
      [1048, '\\002'],
      [1120, '\\100'],
    ],
    40,
  ],
  [
    'ext4',
    'ext4 of 2^32 + 1 blocks of 1024 bytes',
    [
      [1028, '\\001'],
      [1120, '\\200'],
      [1360, '\\001'],
    ],
    2 ** 33 + 2,
  ],
  [
    'xfs',
    'XFS of 3 blocks of 512 bytes',
    [
      [6, '\\002\\0'],
      [15, '\\003'],
    ],
    3,
  ],
  ['btrfs', 'btrfs of 65536 bytes', [[65747, '\\001']], 128],
  // 2 + 2 tables of 1 + 16 entries of the root, and two whole clusters of 4 of 9 sectors.
  [
    'vfat',
    'FAT with a cluster that is none',
    [
      [11, '\\0\\002\\004\\002\\0\\002\\020\\0\\016\\0'],
      [22, '\\001'],
    ],
    13,
  ],
] as const)('of %s: the end of %s is known by its superblock', (kind, _, values, end) => {
  expect(Number(volumes(`truncate -s 70000 $d\n${superblock(values)}\nend_of $d ${kind}`))).toBe(end);
});

test.each([
  ['skip_block_zeroing', 'rw', 1, 'stale'],
  ['error_if_no_space', 'rw', 1, ''],
  ['skip_block_zeroing', 'rw', 0, ''],
])('a pool of thin volumes with %s, %s, %i blocks of it taken: %j', (feature, mode, used, said) => {
  const dmsetup = `dmsetup() { case $1 in status) echo "0 98304 thin-pool 1 40/1024 ${used}/768 - ${mode} discard_passdown queue_if_no_space - 1024" ;;
table) echo "0 98304 thin-pool 254:0 254:1 128 0 1 ${feature} " ;; esac; }`;
  // What the guest keeps below /run.
  const shell = VOLUMES({ lvm: [], raid: [] }).replaceAll('/run/pool-', '$d.');
  const input = `${shell}\n${dmsetup}\nd=$(mktemp)\nthin_pool pool; stale_pool && echo stale\nrm $d $d.*`;
  expect(spawnSync('sh', ['-s'], { input, encoding: 'utf8' }).stdout.trim()).toBe(said);
});
