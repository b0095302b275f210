import { chmod, copyFile, cp, mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Ctx } from '../../lib/context.ts';
import { CarrelError } from '../../lib/errors.ts';
import { AGENT_PATH, agentScript } from './assets/agent.ts';
import {
  AGENT_UNIT,
  CLOUD_CFG,
  DEBIAN_BEFORE_INIT,
  DEBIAN_SETUP,
  DS_IDENTIFY_CFG,
  NETWORK,
  OPENSSH,
  SSH_DROP_IN,
  SSHD_CONFIG,
} from './assets/debian-guest.ts';
import { reseedProgram } from './assets/reseed.ts';
import { BOOT_MODULES, bootInitramfs } from './initramfs.ts';
import { fetchKernel, type KernelFiles, loadModules } from './kernel.ts';
import { DebianPackages, PACKAGE_TOOLS } from './packages.ts';
import { makeDisk, put } from './rootfs.ts';
import { requireTools, run } from './run.ts';
import type { BuiltImage, Recipe } from './types.ts';
import { buildWhole } from './whole.ts';
import { KERNEL_ARGS } from '../kernel-args.ts';

/** Besides what `--variant=minbase` brings (the essential packages and apt). */
export const DEBIAN_PACKAGES = [
  ...['systemd', 'systemd-sysv', 'udev', 'dbus', 'kmod', 'openssh-server', 'sudo', 'cloud-init', 'qemu-guest-agent'],
  ...['iproute2', 'iputils-ping', 'netbase', 'ca-certificates', 'procps', 'less', 'nano'],
] as const;

const SIZE_MIB = 8192;
const CMDLINE = `console=ttyS0,115200 console=tty0 quiet loglevel=3 systemd.show_status=false net.ifnames=0 ${KERNEL_ARGS}`;

/** What mmdebstrap says on standard error as it goes on, and how far the build is then. */
const STAGES: readonly [RegExp, number, string][] = [
  [/running apt-get update/, 0.32, "fetching Debian's package lists"],
  [/downloading packages with apt/, 0.36, 'downloading Debian packages'],
  [/extracting archives/, 0.42, 'unpacking'],
  [/installing essential packages/, 0.46, 'installing the essential packages'],
  [/installing remaining packages/, 0.55, 'installing the other packages'],
  [/sync-in|customize/, 0.82, 'setting up'],
  [/cleaning package lists/, 0.86, 'cleaning up'],
];

/**
 * A full Debian of the host's release: systemd, OpenSSH, sudo, apt, cloud-init, qemu-guest-agent and Carrel's agent. The user `carrel` may
 * do everything by sudo; nobody has a password.
 *
 * Kernel and initramfs lie beside the disk and are started directly; there is no boot loader. Inside there are the kernel's modules but no
 * kernel package, so `apt-get upgrade` never replaces them under a running kernel: a newer kernel comes with a newer build of the image.
 * If somebody installs a kernel package inside, its files appear in /boot and are not used.
 */
export const debian: Recipe = {
  name: 'debian',
  description: 'A full Debian (systemd, SSH, sudo, apt, cloud-init, 512 MiB of memory), built in a minute or two from Debian packages',
  needs: [...PACKAGE_TOOLS, 'apt-config', 'mmdebstrap', 'mke2fs', 'debugfs', 'qemu-img', 'tar'],
  async build(ctx, outDir) {
    requireTools(isRoot() ? debian.needs : [...debian.needs, 'newuidmap', 'unshare']);
    return buildWhole(ctx, outDir, (workDir, resultDir) => buildDebian(ctx, workDir, resultDir));
  },
};

const isRoot = (): boolean => process.getuid?.() === 0;

async function buildDebian(ctx: Ctx, workDir: string, resultDir: string): Promise<Omit<BuiltImage, 'disk'>> {
  const started = Date.now();
  const packages = new DebianPackages(workDir);
  const kernel = await fetchKernel(ctx, packages, workDir, { from: 0, to: 0.25 });
  const [busyboxDeb] = await packages.download(ctx, ['busybox-static'], join(workDir, 'debs'), { from: 0.25, to: 0.27 });
  await packages.unpack(ctx, busyboxDeb as string, join(workDir, 'tree'));
  const extra = join(workDir, 'extra');
  await makeExtra(extra, kernel);
  const source = await debianSource(ctx);
  const disk = join(resultDir, 'disk.qcow2');
  await bootstrap(ctx, { workDir, extra, kernel, source, disk });
  await copyFile(kernel.image, join(resultDir, 'vmlinuz'));
  await chmod(join(resultDir, 'vmlinuz'), 0o644);
  const initrd = await bootInitramfs({
    busybox: join(workDir, 'tree/bin/busybox'),
    modules: await loadModules(ctx, kernel, BOOT_MODULES),
    init: '/sbin/init',
    before: DEBIAN_BEFORE_INIT,
  });
  await writeFile(join(resultDir, 'initrd.img'), initrd);
  ctx.progress({ text: 'done', fraction: 1 });
  return {
    kernel: 'vmlinuz',
    initrd: 'initrd.img',
    cmdline: CMDLINE,
    profile: {
      hardware: { vcpus: 1, memoryMiB: 512, firmware: 'bios', display: true },
      guest: { os: `Debian ${source.codename}`, user: 'carrel', sshPort: 22, agent: 'carrel', bootTimeoutS: 240 },
    },
    facts: {
      recipe: 'debian',
      release: source.codename,
      kernel: basename(kernel.package),
      diskBytes: String((await stat(disk)).size),
      buildSeconds: ((Date.now() - started) / 1000).toFixed(1),
    },
  };
}

/** Files of ours that go into the new system. */
async function makeExtra(extra: string, kernel: KernelFiles): Promise<void> {
  const files: [string, string | Buffer, number][] = [
    [AGENT_PATH, agentScript(OPENSSH), 0o755],
    ['usr/lib/carrel/reseed', reseedProgram(), 0o755],
    ['etc/systemd/system/carrel-agent.service', AGENT_UNIT, 0o644],
    ['etc/systemd/system/ssh.service.d/carrel.conf', SSH_DROP_IN, 0o644],
    ['etc/systemd/network/10-eth0.network', NETWORK, 0o644],
    ['etc/sysctl.d/60-carrel.conf', 'net.ipv4.conf.all.arp_notify = 1\n', 0o644],
    ['etc/ssh/sshd_config.d/carrel.conf', SSHD_CONFIG, 0o644],
    ['etc/cloud/cloud.cfg.d/90-carrel.cfg', CLOUD_CFG, 0o644],
    ['etc/cloud/ds-identify.cfg', DS_IDENTIFY_CFG, 0o644],
    ['etc/sudoers.d/carrel', 'carrel ALL=(ALL) NOPASSWD:ALL\n', 0o440],
    ['etc/hostname', 'carrel\n', 0o644],
    ['etc/hosts', '127.0.0.1 localhost\n127.0.1.1 carrel\n', 0o644],
    ['etc/resolv.conf', 'nameserver 10.0.2.3\n', 0o644],
    ['etc/fstab', '/dev/vda / ext4 noatime,errors=remount-ro 0 1\n', 0o644],
    ['etc/issue', 'A machine lent by Carrel. Name and password stand where you reserved it.\n\n', 0o644],
    ['carrel-setup', DEBIAN_SETUP, 0o755],
  ];
  for (const [path, data, mode] of files) await put(extra, path, data, mode);
  await mkdir(join(extra, 'usr/lib/modules'), { recursive: true });
  await cp(kernel.modules, join(extra, 'usr/lib/modules', kernel.version), { recursive: true });
}

interface DebianSource {
  codename: string;
  /** One-line entries; empty = mmdebstrap's own default. */
  lines: string[];
}

/** The host's own entries for Debian's `main`, so that its mirror is used; without any, Debian's default mirror and stable release. */
async function debianSource(ctx: Ctx): Promise<DebianSource> {
  const format = '$(CREATED_BY)|$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)';
  return parseTargets(await run(ctx, 'apt-get', ['indextargets', '--format', format]));
}

export function parseTargets(text: string): DebianSource {
  const rows = text.split('\n').map((line) => line.split('|'));
  const ours = rows.filter(([by, origin, , , , component]) => by === 'Packages' && origin === 'Debian' && component === 'main');
  const codename = ours.map((row) => row[2] ?? '').find((name) => /^[a-z]+$/.test(name));
  if (!codename) return { codename: 'bookworm', lines: [] };
  const lines = ours.map(([, , , uri, release]) => `deb ${uri} ${release} main`);
  return { codename, lines: [...new Set(lines)] };
}

interface Bootstrap {
  workDir: string;
  extra: string;
  kernel: KernelFiles;
  source: DebianSource;
  disk: string;
}

/**
 * Runs mmdebstrap. As root it fills a folder; as another user it works in a user namespace with the account's subordinate ids and writes a
 * tar archive, which is then unpacked and made into a disk in another such namespace, so that owners come out right.
 */
async function bootstrap(ctx: Ctx, b: Bootstrap): Promise<void> {
  const target = join(b.workDir, isRoot() ? 'root' : 'root.tar');
  const proxy = (await run(ctx, 'apt-config', ['shell', 'p', 'Acquire::http::Proxy'])).match(/^p='(.*)'$/m)?.[1];
  const args = [
    ...['--variant=minbase', `--mode=${isRoot() ? 'root' : 'unshare'}`, '--architectures=amd64', `--include=${DEBIAN_PACKAGES.join(',')}`],
    ...(proxy ? [`--aptopt=Acquire::http::Proxy "${proxy}"`] : []),
    ...['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*', '/usr/share/info/*'].map((p) => `--dpkgopt=path-exclude=${p}`),
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    ...[`--customize-hook=sync-in ${b.extra} /`, `--customize-hook=chroot "$1" sh /carrel-setup ${b.kernel.version}`],
    ...[b.source.codename, target, ...b.source.lines],
  ];
  const onLine = (line: string) => {
    const stage = STAGES.find(([pattern]) => pattern.test(line));
    if (stage) ctx.progress({ text: stage[2], fraction: stage[1] });
  };
  ctx.progress({ text: 'installing Debian', fraction: 0.3 });
  await run(ctx, 'mmdebstrap', args, { onLine }).catch((error: unknown) => {
    throw bootstrapFailed(error);
  });
  ctx.progress({ text: 'making the disk', fraction: 0.88 });
  const root = join(b.workDir, 'root');
  if (isRoot()) return makeDisk(ctx, root, b.disk, { sizeMiB: SIZE_MIB, label: 'debian', ownedByRoot: false });
  return makeDisk(ctx, root, b.disk, { sizeMiB: SIZE_MIB, label: 'debian', ownedByRoot: false, tar: target });
}

function bootstrapFailed(error: unknown): unknown {
  const text = String((error as CarrelError).details?.['stderr'] ?? '');
  if (/Temporary failure resolving|Could not connect|Failed to fetch|Could not resolve/.test(text)) {
    return new CarrelError('unavailable', 'the Debian packages could not be fetched', {
      cause: error,
      retry: 'later',
      hint: "check the network, and that `apt-get update` works with this machine's package sources",
    });
  }
  return error;
}
