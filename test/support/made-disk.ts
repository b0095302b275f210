/** Disks as guests have them (partitions, LVM, btrfs), made by the helper guest itself: nothing is mounted on this host. For tests. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { makeCtx } from '../../src/lib/context.ts';
import { CLEANED } from '../../src/qemu/scrub-list.ts';
import type { Appliance } from '../../src/qemu/appliance.ts';
import { type CpioEntry, cpioArchive, program } from '../../src/qemu/recipes/cpio.ts';
import { DebianPackages } from '../../src/qemu/recipes/packages.ts';
import { copyPrograms } from '../../src/qemu/recipes/rootfs.ts';
import { quickTools } from './qemu-harness.ts';
import { KERNEL_ARGS } from '../../src/qemu/kernel-args.ts';

/**
 * Every module of the appliance that the script has a use for is loaded, whatever it needs being before it after a few rounds; each try of one reads
 * it whole, and RAID 5 and btrfs measure the processor first.
 */
const BEGIN = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
exec >/dev/ttyS0 2>&1
todo=$(ls /m | grep -vxE "$unused")
for n in 1 2 3 4 5 6 7 8; do again=; for m in $todo; do insmod /m/$m 2>/dev/null || again="$again $m"; done; todo=$again; done
while [ ! -b /dev/vda ]; do usleep 50000; done
mkdir -p /run/lock/lvm /run/lvm /t
lvm() { /bin/lvm "$@" --config 'activation{udev_sync=0 udev_rules=0 verify_udev_operations=0 monitoring=0} devices{obtain_device_list_from_udev=0 use_devicesfile=0 external_device_info_source="none"} backup{backup=0 archive=0} global{thin_check_executable=""}'; }
plant() { tar -xf /tree.tar -C /t; }
put() { mkdir -p "$(dirname "$1")"; printf '%s\\n' "$2" >"$1"; }
set -e
`;

/** What takes long to load, by the word in a script that has a use for it. */
const SELDOM = {
  btrfs: ['btrfs', 'zstd_compress'],
  xfs: ['xfs'],
  'level=5': ['raid456', 'dm_raid'],
};

/**
 * A qcow2 in `folder` on which `script` was run as root, with the disk as /dev/vda. `plant` in it writes `files` below /t; `programs` are more
 * than busybox and LVM.
 */
export function makeDisk(
  folder: string,
  appliance: Appliance,
  o: { sizeMiB: number; script: string; files?: Planted; programs?: readonly CpioEntry[] },
): string {
  const dir = mkdtempSync(join(tmpdir(), 'made-disk-'));
  try {
    const disk = join(folder, 'made.qcow2');
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-o', 'cluster_size=4096', disk, `${o.sizeMiB}M`]);
    // A later archive's files take the place of an earlier one's.
    for (const [path, text] of o.files?.files ?? []) {
      mkdirSync(dirname(join(dir, 'tree', path)), { recursive: true });
      writeFileSync(join(dir, 'tree', path), text);
    }
    if (o.files) execFileSync('tar', ['-cf', join(dir, 'tree.tar'), '--owner=0', '--group=0', '-C', join(dir, 'tree'), '.']);
    const tar = o.files ? [{ path: 'tree.tar', mode: 0o100644, data: readFileSync(join(dir, 'tree.tar')) }] : [];
    const unused = Object.entries(SELDOM).flatMap(([word, modules]) => (o.script.includes(word) ? [] : modules));
    const begin = BEGIN.replace('"$unused"', `'(${unused.join('|')}|none)\\.ko'`);
    const init = program('init', `${begin}${o.script}\nset +e; sync; umount -a; echo MADE-IT; stty -F /dev/ttyS0 -echo; poweroff -f\n`);
    writeFileSync(join(dir, 'initrd'), Buffer.concat([readFileSync(appliance.initrd), cpioArchive([...tar, ...(o.programs ?? []), init])]));
    const drive = JSON.stringify({ driver: 'qcow2', 'node-name': 'd', discard: 'unmap', file: { driver: 'file', filename: disk } });
    const args = ['-nodefaults', '-no-reboot', '-nographic', '-machine', 'q35', '-accel', 'tcg', '-m', '384', '-kernel', appliance.kernel];
    const rest = [
      '-initrd',
      join(dir, 'initrd'),
      '-append',
      `console=ttyS0 quiet loglevel=1 panic=-1 ipv6.disable=1 ${KERNEL_ARGS}`,
      '-blockdev',
      drive,
    ];
    const all = [...args, ...rest, '-device', 'virtio-blk-pci,drive=d', '-serial', 'stdio', '-monitor', 'none', '-nic', 'none'];
    const { stdout } = spawnSync('qemu-system-x86_64', all, { encoding: 'latin1', timeout: 600_000 });
    if (!stdout.includes('MADE-IT')) throw new Error(`the disk was not made: ${stdout.slice(-3000)}`);
    return disk;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The helper guest of this run, and a folder for its disks: there for the tests of a file. */
export function withHelperGuest(): { readonly dir: string; readonly appliance: Appliance } {
  let dir = '';
  let appliance: Appliance | undefined;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'helper-guest-'));
    appliance = await (await quickTools()).ensureAppliance(makeCtx({ timeoutMs: 600_000 }), '');
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return {
    get dir() {
      return dir;
    },
    get appliance() {
      if (appliance === undefined) throw new Error('the helper guest is there in tests alone');
      return appliance;
    },
  };
}

/** Files for {@link makeDisk} without marks. */
export const tree = (files: Record<string, string>): Planted => ({ files: new Map(Object.entries(files)), places: new Map() });

/** A program of this host with what it needs to run, as bin/NAME of the helper guest. */
export async function hostProgram(path: string): Promise<CpioEntry[]> {
  return await programs('/', [path]);
}

/** The same of programs of Debian packages, by their paths there. */
export async function debianPrograms(packages: readonly string[], paths: readonly string[]): Promise<CpioEntry[]> {
  const dir = mkdtempSync(join(tmpdir(), 'debian-programs-'));
  const ctx = makeCtx({ timeoutMs: 600_000 });
  try {
    const debian = new DebianPackages(dir);
    const wanted = await debian.withLibraries(ctx, [...packages]);
    for (const deb of await debian.download(ctx, wanted, join(dir, 'deb'), { from: 0, to: 1 }))
      await debian.unpack(ctx, deb, join(dir, 'tree'));
    return await programs(
      join(dir, 'tree'),
      paths.filter((path) => existsSync(join(dir, 'tree', path))),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function programs(root: string, wanted: readonly string[]): Promise<CpioEntry[]> {
  const dir = mkdtempSync(join(tmpdir(), 'host-program-'));
  try {
    await copyPrograms(root, dir, [...wanted]);
    const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const at = (file: string) => relative(dir, file);
    const paths = files.map((entry) => join(entry.parentPath, entry.name));
    return paths.map((file) => program(wanted.includes(at(file)) ? `bin/${basename(file)}` : at(file), readFileSync(file)));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A name that a shell pattern matches. */
const sample = (pattern: string): string =>
  pattern
    .replaceAll(/\[!(.)[^\]]*\]/g, 'r')
    .replaceAll(/\[(.)[^\]]*\]/g, '$1')
    .replaceAll('*', 'x')
    .replaceAll('?', ' ');

/** A line in the manner of the file, with the secret. */
function secretLine(path: string, secret: string): string {
  if (/shadow|passwd|group/.test(path))
    return `# accounts\nroot:x:0:0::/root:/bin/sh\nann:!*$6$${secret}$hash:900:900::/:/bin/sh\npin:${secret}:901:901::/:/bin/sh`;
  if (/netplan|yarnrc/.test(path)) return `  password: "${secret}"`;
  if (/npmrc/.test(path)) return `//registry.example.org/:_authToken=${secret}`;
  if (/settings.xml/.test(path)) return `<server><password>${secret}</password></server>`;
  if (/keys-/.test(path)) return `KEY1=${secret}`;
  return `psk="${secret}"`;
}

/** What stands for a secret on the disk, by number. */
export const MARK = 'PLANTED-MARK-';
/** What has to be there afterwards. */
export const KEPT = 'KEPT-MARK-';

export interface Planted {
  /** Files by path below the root, without a leading slash. */
  files: Map<string, string>;
  /** By mark, where it is. */
  places: Map<string, string>;
}

/** A mark at every place of the list, and what has to stay. Homes and /var may be file systems of their own. */
export function plant(homes: readonly string[]): Planted {
  const places = new Map<string, string>();
  const files = new Map<string, string>();
  const put = (path: string, text: (secret: string) => string): void => {
    const mark = `${MARK}${places.size}-`;
    places.set(mark, path);
    files.set(path, `${text(mark)}\n`);
  };
  const bases = { root: [''], boot: ['boot/', 'boot/efi/'], home: homes.map((h) => `${h}/`), var: ['var/'], log: ['var/log/'] };
  for (const { below, remove = [], blank = [], redact = [], accounts = [] } of CLEANED) {
    for (const base of bases[below]) {
      for (const pattern of remove) put(`${base}${sample(pattern)}`, (mark) => mark);
      for (const pattern of blank) put(`${base}${sample(pattern)}${pattern.endsWith('*') ? '.log' : ''}`, (mark) => mark);
      for (const pattern of [...redact, ...accounts]) put(`${base}${sample(pattern)}`, (mark) => secretLine(pattern, mark));
    }
  }
  for (const home of homes) {
    put(`${home}/.ssh/deploy`, (mark) => `-----BEGIN OPENSSH PRIVATE KEY----- ${mark}`);
    put(`${home}/cloud.pem`, (mark) => `-----BEGIN RSA PRIVATE KEY----- ${mark}`);
    put(`${home}/.local-keys`, (mark) => `ssh-ed25519 AAAA ${mark}`);
    files.set(`${home}/thesis.tex`, `${KEPT}thesis`).set(`${home}/.ssh/config`, `${KEPT}config`);
  }
  // Keys, and what is left of one that was being made when the power went.
  for (const name of ['ssh/ssh_host_rsa_key', 'dropbear/dropbear_ed25519_host_key'])
    for (const end of ['', '.pub', '.tmp109', '.Xa1b2c3d4e']) put(`etc/${name}${end}`, (mark) => mark);
  put('etc/ssh/keys/ann', (mark) => `ssh-ed25519 AAAA ${mark}`);
  put('opt/site/secret of ours', (mark) => mark);
  put('etc/NetworkManager/system-connections/lab', (mark) => `[wifi]\nssid=${KEPT}ssid\npsk=${mark}`);
  files
    .set('etc/ssh/sshd_config', 'AuthorizedKeysFile /etc/ssh/keys/%u .local-keys\n')
    .set('etc/carrel/capture-remove', '# ours\n/opt/site/secret*\n../etc/passwd\n/\nCARREL-SCRUB-DONE 0\n')
    .set('etc/hosts', `${KEPT}hosts\n`)
    .set('etc/passwd', `${files.get('etc/passwd') ?? ''}${homes.map((home, i) => `u${i}:x:${i}:${i}::/${home}:/bin/sh\n`).join('')}`);
  return { files, places };
}

/** Sectors that hold a table of partitions and nothing else, by number: of MBR and of each extended partition. */
export function tablesOf(disk: string): number[] {
  const raw = `${disk}.raw`;
  execFileSync('qemu-img', ['convert', '-O', 'raw', disk, raw]);
  const bytes = readFileSync(raw);
  rmSync(raw, { force: true });
  return [...Array(bytes.length / 512).keys()].filter(
    (n) => bytes.readUInt16BE(n * 512 + 510) === 0x55aa && bytes.subarray(n * 512, n * 512 + 440).every((byte) => byte === 0),
  );
}

/** Sectors of 512 bytes as the guest sees them. */
export function sectorsOf(disk: string, first: number, count: number): Buffer {
  const part = `${disk}.part`;
  execFileSync('qemu-img', [
    'dd',
    '-f',
    'qcow2',
    '-O',
    'raw',
    'bs=512',
    `skip=${first}`,
    `count=${first + count}`,
    `if=${disk}`,
    `of=${part}`,
  ]);
  const bytes = readFileSync(part);
  rmSync(part, { force: true });
  return bytes;
}

/** Which texts with that beginning are in the bytes of a disk, also in compressed clusters. */
export function marksIn(disk: string, mark: string): string[] {
  const raw = `${disk}.raw`;
  execFileSync('qemu-img', ['convert', '-O', 'raw', disk, raw]);
  try {
    const bytes = readFileSync(raw);
    const found = new Set<string>();
    for (let at = bytes.indexOf(mark, 0, 'latin1'); at >= 0; at = bytes.indexOf(mark, at + 1, 'latin1')) {
      const text = new RegExp(`^${mark}[a-z0-9]+-?`).exec(bytes.toString('latin1', at, at + mark.length + 64));
      if (text) found.add(text[0]);
    }
    return [...found].sort();
  } finally {
    rmSync(raw, { force: true });
  }
}
