import { chmod, copyFile, mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Ctx } from '../../lib/context.ts';
import { AGENT_PATH, agentScript } from './assets/agent.ts';
import { reseedProgram } from './assets/reseed.ts';
import { CHPASSWD, DROPBEAR, INITTAB, PROFILE, QGA, RC, SHUTDOWN } from './assets/starter-guest.ts';
import { BOOT_MODULES, bootInitramfs } from './initramfs.ts';
import { fetchKernel, type KernelFiles, loadModules } from './kernel.ts';
import { DebianPackages, PACKAGE_TOOLS, parseDebName } from './packages.ts';
import { copyInto, copyPrograms, makeDisk, put, putFolders, putLink } from './rootfs.ts';
import { requireTools, run } from './run.ts';
import { buildWhole } from './whole.ts';
import type { BuiltImage, Recipe } from './types.ts';
import { KERNEL_ARGS } from '../kernel-args.ts';

/** sftp-server is what scp and editors ask an SSH server for. */
const STARTER_PACKAGES = ['busybox-static', 'dropbear-bin', 'openssh-sftp-server', 'qemu-guest-agent'] as const;

/** Not linked as commands: they would pretend that there is a package database. */
const UNWANTED_APPLETS = new Set(['dpkg', 'dpkg-deb', 'rpm', 'busybox', 'linuxrc', 'init', 'chpasswd', 'shutdown']);
const SIZE_MIB = 2048;
/**
 * VGA text console last, so that /dev/console is the screen; boot messages only if something is wrong. Without IPv6 (which the user-mode
 * network does not offer) a boot under emulation takes 0.1 s less.
 */
const CMDLINE = `console=ttyS0,115200 console=tty0 quiet loglevel=3 panic=5 ipv6.disable=1 ${KERNEL_ARGS}`;

/**
 * A small Linux from Debian's packages alone: cloud kernel, busybox, Dropbear, qemu-guest-agent and Carrel's agent. Its user is root: the
 * whole system is busybox, without sudo and without a package manager, and the machine belongs to one person for one reservation anyway.
 */
export const starter: Recipe = {
  name: 'starter',
  description: 'A tiny Linux (busybox, SSH, ext4 root, 128 MiB of memory), built in seconds from Debian packages',
  needs: [...PACKAGE_TOOLS, 'mke2fs', 'debugfs', 'qemu-img'],
  async build(ctx, outDir) {
    requireTools(starter.needs);
    return buildWhole(ctx, outDir, (workDir, resultDir) => buildStarter(ctx, workDir, resultDir));
  },
};

async function buildStarter(ctx: Ctx, workDir: string, resultDir: string): Promise<Omit<BuiltImage, 'disk'>> {
  const started = Date.now();
  const packages = new DebianPackages(workDir);
  ctx.progress({ text: 'choosing Debian packages', fraction: 0 });
  const names = await packages.withLibraries(ctx, STARTER_PACKAGES);
  const debs = await packages.download(ctx, names, join(workDir, 'debs'), { from: 0.02, to: 0.15 });
  const kernel = await fetchKernel(ctx, packages, workDir, { from: 0.15, to: 0.6 });
  ctx.progress({ text: 'unpacking', fraction: 0.65 });
  const tree = join(workDir, 'tree');
  for (const deb of debs) await packages.unpack(ctx, deb, tree);
  const root = join(workDir, 'root');
  await makeRoot(ctx, tree, root);
  ctx.progress({ text: 'making the disk', fraction: 0.8 });
  await makeDisk(ctx, root, join(resultDir, 'disk.qcow2'), { sizeMiB: SIZE_MIB, label: 'starter', ownedByRoot: true });
  await copyFile(kernel.image, join(resultDir, 'vmlinuz'));
  await chmod(join(resultDir, 'vmlinuz'), 0o644);
  const modules = await loadModules(ctx, kernel, BOOT_MODULES);
  const initrd = await bootInitramfs({ busybox: join(tree, 'bin/busybox'), modules, init: '/usr/lib/carrel/rc' });
  await writeFile(join(resultDir, 'initrd.img'), initrd);
  ctx.progress({ text: 'done', fraction: 1 });
  return {
    kernel: 'vmlinuz',
    initrd: 'initrd.img',
    cmdline: CMDLINE,
    profile: {
      // Nothing in it asks for more, and the oldest processor is the quickest to imitate.
      hardware: { vcpus: 1, memoryMiB: 128, firmware: 'bios', display: true, cpu: 'x86-64' },
      guest: { os: 'Carrel starter (Debian kernel, busybox)', user: 'root', sshPort: 22, agent: 'carrel', bootTimeoutS: 60 },
    },
    facts: await facts(debs, kernel, resultDir, started),
  };
}

async function facts(debs: readonly string[], kernel: KernelFiles, resultDir: string, started: number): Promise<Record<string, string>> {
  const versions = debs.map((deb) => parseDebName(basename(deb))).filter((d) => d !== undefined);
  return {
    recipe: 'starter',
    kernel: kernel.package,
    ...Object.fromEntries(versions.filter((v) => STARTER_PACKAGES.some((p) => p === v.name)).map((v) => [v.name, v.version])),
    diskBytes: String((await stat(join(resultDir, 'disk.qcow2'))).size),
    buildSeconds: ((Date.now() - started) / 1000).toFixed(1),
  };
}

async function makeRoot(ctx: Ctx, tree: string, root: string): Promise<void> {
  await putFolders(root, {
    ...{ '.': 0o755, bin: 0o755, sbin: 0o755, 'usr/bin': 0o755, 'usr/sbin': 0o755, 'usr/local/bin': 0o755, etc: 0o755, lib: 0o755 },
    ...{ dev: 0o755, proc: 0o555, sys: 0o555, run: 0o755, tmp: 0o1777, var: 0o755, 'var/lib/carrel': 0o700, 'var/log': 0o755, home: 0o755 },
    ...{ root: 0o700, 'root/.ssh': 0o700, 'etc/dropbear': 0o700, mnt: 0o755, opt: 0o755, srv: 0o755 },
  });
  await putLink(root, 'lib64', 'lib/x86_64-linux-gnu');
  await mkdir(join(root, 'lib/x86_64-linux-gnu'), { recursive: true });
  await copyPrograms(
    tree,
    root,
    ['usr/sbin/dropbear', 'usr/bin/dropbearkey', 'usr/bin/dbclient', 'usr/lib/openssh/sftp-server', 'usr/sbin/qemu-ga'],
    ['libnss_files.so.2', 'libnss_dns.so.2'],
  );
  // Where Dropbear looks for it.
  await putLink(root, 'usr/lib/sftp-server', 'openssh/sftp-server');
  await linkApplets(ctx, tree, root);
  const files: [string, string | Buffer, number][] = [
    ['etc/inittab', INITTAB, 0o644],
    ['usr/lib/carrel/rc', RC, 0o755],
    [AGENT_PATH, agentScript(DROPBEAR), 0o755],
    ['usr/lib/carrel/qga', QGA, 0o755],
    ['usr/lib/carrel/reseed', reseedProgram(), 0o755],
    ['usr/sbin/chpasswd', CHPASSWD, 0o755],
    ['sbin/shutdown', SHUTDOWN, 0o755],
    ['etc/profile', PROFILE, 0o644],
    ['etc/hostname', 'carrel\n', 0o644],
    ['etc/hosts', '127.0.0.1 localhost\n', 0o644],
    ['etc/resolv.conf', 'nameserver 10.0.2.3\n', 0o644],
    ['etc/issue', 'A machine lent by Carrel. Name and password stand where you reserved it.\n\n', 0o644],
    ['etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n', 0o644],
    ['etc/group', 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n', 0o644],
    ['etc/shadow', 'root:!:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\n', 0o600],
    ['etc/shells', '/bin/sh\n/bin/ash\n', 0o644],
    ['etc/nsswitch.conf', 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n', 0o644],
    ['etc/fstab', '/dev/vda / ext4 noatime 0 1\n', 0o644],
    ['etc/os-release', 'ID=carrel-starter\nID_LIKE=debian\nPRETTY_NAME="Carrel starter"\n', 0o644],
    ['etc/machine-id', '', 0o644],
  ];
  for (const [path, data, mode] of files) await put(root, path, data, mode);
}

/** The applets are asked of the very busybox that goes in; it runs on the build host, which is why recipes are for x86-64 alone. */
async function linkApplets(ctx: Ctx, tree: string, root: string): Promise<void> {
  const busybox = join(tree, 'bin/busybox');
  await copyInto(busybox, join(root, 'bin/busybox'));
  await chmod(join(root, 'bin/busybox'), 0o755);
  await putLink(root, 'sbin/init', '../bin/busybox');
  for (const path of (await run(ctx, busybox, ['--list-full'])).split('\n').filter(Boolean)) {
    const name = basename(path);
    if (UNWANTED_APPLETS.has(name)) continue;
    const home = path.startsWith('sbin/') || path.startsWith('usr/sbin/') ? 'sbin' : 'bin';
    await putLink(root, `${home}/${name}`, '/bin/busybox').catch(() => {});
  }
}
