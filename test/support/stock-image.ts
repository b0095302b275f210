/**
 * A cloud image as distributions ship it, made from Debian's packages: a boot loader for a BIOS on a GPT disk, Debian's own kernel and initramfs,
 * cloud-init with its packaged configuration, OpenSSH and sudo. Nothing of Carrel is in it: no agent, no key, no password. Needs root.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const PACKAGES = [
  ...['linux-image-cloud-amd64', 'initramfs-tools', 'grub-pc-bin', 'grub-common', 'fdisk', 'cloud-guest-utils', 'e2fsprogs'],
  ...['systemd', 'systemd-sysv', 'udev', 'dbus', 'openssh-server', 'sudo', 'cloud-init', 'iproute2', 'netbase', 'procps'],
] as const;

/** How the image sets up its network: `netplan` with systemd-networkd, as Ubuntu and Debian 12 and later have it, or `ifupdown`, as before. */
export type StockNetwork = 'netplan' | 'ifupdown';

const NETWORK: Record<StockNetwork, readonly string[]> = {
  netplan: ['netplan.io', 'systemd-resolved'],
  ifupdown: ['ifupdown', 'isc-dhcp-client'],
};

/** Size of the disk in MiB, and of its root partition, which leaves room to grow. */
export const STOCK_DISK_MIB = 3072;
export const STOCK_ROOT_MIB = 1600;

/** What somebody's own host keys are in an image that had booted before it was brought: the same in every copy of the file. */
const ORIGIN = `ssh-keygen -q -t ed25519 -N '' -f "$1/etc/ssh/ssh_host_ed25519_key"
echo 0123456789abcdef0123456789abcdef > "$1/etc/machine-id"`;

export interface StockOptions {
  network: StockNetwork;
  bootedBefore: boolean;
}

/** Makes the image at `path` as qcow2, in a minute or two. `bootedBefore`: with host keys and a machine-id of its origin, which are given back. */
export async function buildStockImage(
  path: string,
  { network, bootedBefore }: StockOptions,
): Promise<{ originKey: string; originId: string }> {
  if (process.getuid?.() !== 0) throw new Error('a stock image is made as root: its files keep their owners');
  const work = mkdtempSync(join(tmpdir(), 'carrel-stock-'));
  try {
    const setup = join(work, 'setup');
    writeFileSync(setup, `set -e\nrm -f "$1"/etc/ssh/ssh_host_*\n: > "$1/etc/machine-id"\n${bootedBefore ? ORIGIN : ''}\n`);
    const { stdout } = await run('apt-get', [
      'indextargets',
      '--format',
      '$(CREATED_BY)|$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)',
    ]);
    const rows = stdout.split('\n').map((line) => line.split('|'));
    const ours = rows.filter(([by, origin, , , , component]) => by === 'Packages' && origin === 'Debian' && component === 'main');
    const lines = [...new Set(ours.map(([, , , uri, release]) => `deb ${uri} ${release} main`))];
    const codename = ours.map((row) => row[2] ?? '').find((name) => /^[a-z]+$/.test(name)) ?? 'stable';
    const include = [...PACKAGES, ...NETWORK[network]].join(',');
    const root = join(work, 'root');
    await run(
      'mmdebstrap',
      [
        '--variant=minbase',
        '--mode=root',
        `--include=${include}`,
        '--dpkgopt=path-exclude=/usr/share/doc/*',
        '--dpkgopt=path-exclude=/usr/share/locale/*',
        `--customize-hook=sh ${setup} "$1"`,
        codename,
        root,
        ...lines,
      ],
      { maxBuffer: 1 << 26 },
    );
    await run('sh', ['-c', DISK, 'disk', root, join(work, 'disk.raw')], {
      maxBuffer: 1 << 26,
      env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    });
    const read = async (file: string): Promise<string> => (await readFile(join(root, file), 'utf8').catch(() => '')).trim();
    const origin = { originKey: await read('etc/ssh/ssh_host_ed25519_key.pub'), originId: await read('etc/machine-id') };
    await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', join(work, 'disk.raw'), path]);
    return origin;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Disk from a root folder ($1) to a raw file ($2). GRUB's first sector names where its core lies (at byte 0x5c), and the core's first sector
 * where its rest lies (at byte 0x1f4): GNU GRUB's i386-pc layout. The core is in the BIOS boot partition, as grub-install puts it.
 */
const DISK = `set -e
root=$1 disk=$2
cat > "$root/boot/grub.carrel" <<'EOF'
search --no-floppy --set=root --label cloudimg-rootfs
linux /vmlinuz root=LABEL=cloudimg-rootfs ro console=tty0 console=ttyS0,115200
initrd /initrd.img
boot
EOF
chroot "$root" grub-mkimage -O i386-pc -c /boot/grub.carrel -p /boot/grub -o /boot/core.img biosdisk part_gpt ext2 search search_label linux boot
echo 'LABEL=cloudimg-rootfs / ext4 rw,discard,errors=remount-ro 0 1' > "$root/etc/fstab"
[ -e "$root/vmlinuz" ] || { ln -s "$(cd "$root" && ls boot/vmlinuz-*)" "$root/vmlinuz"; ln -s "$(cd "$root" && ls boot/initrd.img-*)" "$root/initrd.img"; }
truncate -s ${STOCK_DISK_MIB}M "$disk"
printf 'label: gpt\\nstart=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649\\nstart=4096, size=${STOCK_ROOT_MIB}MiB, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709\\n' > "$root/run/table"
truncate -s ${STOCK_DISK_MIB}M "$root/run/disk"
chroot "$root" sh -c 'sfdisk --no-reread --no-tell-kernel -q /run/disk < /run/table'
cp --sparse=always "$root/run/disk" "$disk"
le() { printf "\\\\$(printf %03o $(($1 & 255)))\\\\$(printf %03o $(($1 >> 8 & 255)))\\\\000\\\\000\\\\000\\\\000\\\\000\\\\000"; }
dd if="$root/usr/lib/grub/i386-pc/boot.img" of="$disk" bs=1 count=440 conv=notrunc status=none
le 2048 | dd of="$disk" bs=1 seek=92 conv=notrunc status=none
dd if="$root/boot/core.img" of="$disk" bs=512 seek=2048 conv=notrunc status=none
le 2049 | dd of="$disk" bs=1 seek=$((2048 * 512 + 500)) conv=notrunc status=none
rm -rf "$root/run/"* "$root/boot/core.img" "$root/boot/grub.carrel"
mke2fs -q -t ext4 -L cloudimg-rootfs -d "$root" -E offset=$((4096 * 512)) "$disk" ${STOCK_ROOT_MIB}M
`;
