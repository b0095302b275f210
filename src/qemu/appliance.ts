/**
 * The helper guest: Debian's kernel and a busybox initramfs of our own. It is how a disk that a person has written to is worked on
 * without mounting it on this host: the kernel that reads its file systems is a guest's, without network, in a sandboxed QEMU.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { abortError, type Ctx, withTimeout } from '../lib/context.ts';
import { findQemu, QEMU } from './find-qemu.ts';
import { CarrelError } from '../lib/errors.ts';
import { type SectorBytes, sectorOptions } from './argv.ts';
import { LEFT, REPORT } from './appliance-clean.ts';
import { VOLUME_PACKAGES, VOLUME_PROGRAMS } from './appliance-volumes.ts';
import { applianceInit, DONE, FOUND, SOMETIMES } from './appliance-init.ts';
import { type CpioEntry, cpioArchive, folder, link, program } from './recipes/cpio.ts';
import { fetchKernel, type KernelModule, loadModules, putKernel } from './recipes/kernel.ts';
import { DebianPackages, PACKAGE_TOOLS } from './recipes/packages.ts';
import { copyPrograms } from './recipes/rootfs.ts';
import { requireTools } from './recipes/run.ts';
import { KERNEL_ARGS } from './kernel-args.ts';

export interface Appliance {
  kernel: string;
  initrd: string;
}

const MODULES = ['virtio_pci', 'virtio_blk', 'ext4'];
/** Not in every kernel: a disk with such a file system is then reported as unreadable. */
const OPTIONAL_MODULES = ['vfat', 'nls_cp437', 'nls_ascii'];
/** The same, and loaded where a disk has it. */
const SOMETIMES_MODULES = {
  lvm: ['dm_mod', 'dm_snapshot', 'dm_mirror', 'dm_raid', 'dm_thin_pool'],
  raid: ['raid1', 'raid0', 'raid10', 'raid456', 'linear'],
  xfs: ['xfs'],
  btrfs: ['btrfs'],
};

/**
 * The helper guest in `dir`, built there from Debian packages (about 6 s) if it is not yet. The folder appears whole by one rename, so
 * a crash leaves nothing half-made and of two builders at one time the second finds the first one's.
 * Errors: `missing-tool`, `unavailable` (download), `no-space`, `cancelled`.
 */
export async function ensureAppliance(ctx: Ctx, dir: string): Promise<Appliance> {
  const appliance = { kernel: join(dir, 'kernel'), initrd: join(dir, 'initrd.img') };
  if (await whole(appliance, dir)) return appliance;
  requireTools(PACKAGE_TOOLS);
  await mkdir(dirname(dir), { recursive: true });
  const scratch = await mkdtemp(join(dirname(dir), '.appliance-'));
  try {
    const packages = new DebianPackages(scratch);
    const tree = join(scratch, 'tree');
    const wanted = ['busybox-static', ...(await packages.withLibraries(ctx, VOLUME_PACKAGES))];
    for (const deb of await packages.download(ctx, wanted, join(scratch, 'deb'), { from: 0, to: 0.3 }))
      await packages.unpack(ctx, deb, tree);
    const volumes = await volumePrograms(tree, join(scratch, 'volumes'));
    const kernel = await fetchKernel(ctx, packages, scratch, { from: 0.3, to: 0.9 });
    const modules = [...(await loadModules(ctx, kernel, MODULES)), ...(await loadModules(ctx, kernel, OPTIONAL_MODULES, true))];
    const scrub = unique(modules);
    const sometimes = { lvm: [], raid: [], xfs: [], btrfs: [] } as Record<(typeof SOMETIMES)[number], KernelModule[]>;
    for (const kind of SOMETIMES)
      sometimes[kind] = unique(await loadModules(ctx, kernel, SOMETIMES_MODULES[kind], true)).filter(
        ({ name }) => !scrub.some((m) => m.name === name),
      );
    const names = (list: readonly KernelModule[]) => list.map((m) => m.name);
    const initramfs = cpioArchive([
      ...['bin', 'dev', 'etc', 'fs', 'proc', 'run', 'sys', 'm'].map(folder),
      program('bin/busybox', await readFile(join(tree, 'bin/busybox'))),
      link('bin/sh', 'busybox'),
      ...volumes,
      { path: 'dev/console', mode: 0o020600, device: [5, 1] },
      { path: 'dev/ttyS0', mode: 0o020600, device: [4, 64] },
      ...unique([...scrub, ...Object.values(sometimes).flat()]).map((m) => ({ path: `m/${m.name}.ko`, mode: 0o100644, data: m.data })),
      program(
        'init',
        applianceInit({
          scrub: names(scrub),
          lvm: names(sometimes.lvm),
          raid: names(sometimes.raid),
          xfs: names(sometimes.xfs),
          btrfs: names(sometimes.btrfs),
        }),
      ),
    ]);
    const made = join(scratch, 'made');
    await mkdir(made);
    await putKernel(kernel, join(made, 'kernel'));
    await writeFile(join(made, 'initrd.img'), initramfs);
    await writeFile(join(made, 'recipe'), RECIPE);
    await chmod(made, 0o755);
    await rm(dir, { recursive: true, force: true });
    await rename(made, dir).catch(async (error: unknown) => {
      if (!(await whole(appliance, dir))) throw error;
    });
    return appliance;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The programs that open volumes, with what they need to run. */
async function volumePrograms(tree: string, to: string): Promise<CpioEntry[]> {
  const programs = new Map(
    VOLUME_PROGRAMS.map((name) => [
      [`usr/sbin/${name}`, `sbin/${name}`].find((path) => existsSync(join(tree, path))) ?? `sbin/${name}`,
      name,
    ]),
  );
  await copyPrograms(tree, to, [...programs.keys()]);
  const entries = await readdir(to, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => [relative(to, join(entry.parentPath, entry.name)), entry.isDirectory()] as const);
  const files = paths.filter(([, isFolder]) => !isFolder).map(([path]) => path);
  const place = (path: string) => (programs.has(path) ? `bin/${programs.get(path)}` : path);
  return [
    // Each after the one that it is in.
    ...paths
      .flatMap(([path, isFolder]) => (isFolder && !path.endsWith('sbin') ? [path] : []))
      .toSorted()
      .map(folder),
    ...(await Promise.all(files.map(async (path) => program(place(path), await readFile(join(to, path)))))),
  ];
}

const unique = (modules: readonly KernelModule[]): KernelModule[] => [...new Map(modules.map((m) => [m.name, m])).values()];

/** What it is made by; one that another version of Carrel made is made anew. */
export const RECIPE = createHash('sha256')
  .update(
    JSON.stringify([
      applianceInit({ scrub: [], lvm: [], raid: [], xfs: [], btrfs: [] }),
      VOLUME_PACKAGES,
      MODULES,
      OPTIONAL_MODULES,
      SOMETIMES_MODULES,
    ]),
  )
  .digest('hex');

async function whole(appliance: Appliance, dir: string): Promise<boolean> {
  if ((await readFile(join(dir, 'recipe'), 'utf8').catch(() => '')) !== RECIPE) return false;
  const sizes = await Promise.all(
    [appliance.kernel, appliance.initrd].map((file) =>
      stat(file).then(
        (s) => s.size,
        () => 0,
      ),
    ),
  );
  return sizes.every((size) => size > 0);
}

export interface ScrubOptions extends Appliance {
  qemuBinary?: string | undefined;
  /** A qcow2 without a backing file that nothing else uses. */
  disk: string;
  /** Of the disk, in bytes: 512 if left out. */
  sectorBytes?: SectorBytes | undefined;
  /** Such as `-accel tcg -cpu qemu64`. */
  accelArgs: readonly string[];
}

export interface ScrubResult {
  /** At least one Linux root was found. */
  scrubbed: boolean;
  /** What could not be cleaned, a sentence each. */
  left: string[];
  report: string[];
}

/** A system that was found on a disk; values as they stand there, a line each. */
export type FoundSystem = Readonly<Record<string, string>>;

/**
 * What systems a disk has, without changing anything of it. Errors: as of {@link runScrub}.
 */
export async function runInspect(ctx: Ctx, options: ScrubOptions): Promise<{ systems: FoundSystem[]; report: string[] }> {
  const lines = marked(await boot(withTimeout(ctx, SCRUB_MS), options, 'inspect'));
  const systems: Record<string, string>[] = [];
  for (const line of lines(FOUND)) {
    const [key = '', ...value] = line.split('=');
    if (key === 'system') systems.push({});
    const last = systems.at(-1);
    // From a disk of somebody: for people to read, and not more of it than they would.
    if (last)
      last[key] = value
        .join('=')
        .replaceAll(/[^\x20-\x7e]/g, '?')
        .slice(0, 100);
  }
  return { systems, report: lines(REPORT) };
}

/** Longest time for one disk, in milliseconds; trimming a large one under emulation takes a minute. */
const SCRUB_MS = 10 * 60_000;
const MEMORY_MIB = 256;
/** More than this on the serial line is no report. */
const MOST_OUTPUT = 1 << 20;

/**
 * Removes from a disk what belongs to one machine or person, and discards its free space so that no deleted secret stays in it. What
 * cannot be read is told in the report and is no error. Errors: `crashed` (QEMU ended by itself), `missing-tool`, `deadline`, `cancelled`.
 */
export async function runScrub(ctx: Ctx, options: ScrubOptions): Promise<ScrubResult> {
  const within = withTimeout(ctx, SCRUB_MS);
  const lines = marked(await boot(within, options, 'scrub'));
  return { scrubbed: Number(lines(DONE)[0]) > 0, left: lines(LEFT), report: lines(REPORT) };
}

/** The lines of an output behind a mark. `crashed` unless it has come to its end. */
function marked(output: string): (mark: string) => string[] {
  // The firmware's escape sequences may stand before it; a mark behind it is a name of the disk that reads like one.
  const found = output.split(/\r?\n/).flatMap((line) => {
    const first = /CARREL-[A-Z-]+ /.exec(line);
    return first ? [{ mark: first[0], text: line.slice(first.index + first[0].length) }] : [];
  });
  const after = (mark: string) => found.flatMap((each) => (each.mark === mark ? [each.text] : []));
  if (after(DONE).length > 0) return after;
  throw new CarrelError('crashed', 'the helper guest ended before it was done', {
    retry: 'later',
    details: { output: output.slice(-2000) },
  });
}

async function boot(ctx: Ctx, options: ScrubOptions, task: 'scrub' | 'inspect'): Promise<string> {
  // Under the account that the disk belongs to: the least that can work on it.
  const owner = await stat(options.disk);
  const account = process.getuid?.() === 0 && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : {};
  const blockdev = JSON.stringify({
    driver: 'qcow2',
    'node-name': 'disk0',
    ...(task === 'inspect' ? { 'read-only': true } : { discard: 'unmap', 'detect-zeroes': 'unmap' }),
    file: { driver: 'file', filename: options.disk },
  });
  const args = [
    ['-nodefaults', '-no-user-config', '-no-reboot', '-nographic'],
    ['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ['-machine', 'q35', ...options.accelArgs, '-m', String(MEMORY_MIB), '-smp', '1'],
    [
      '-kernel',
      options.kernel,
      '-initrd',
      options.initrd,
      '-append',
      `console=ttyS0 quiet loglevel=1 panic=-1 ipv6.disable=1 ${KERNEL_ARGS} carrel.task=${task} `,
    ],
    ['-blockdev', blockdev, '-device', `virtio-blk-pci,drive=disk0${sectorOptions(options.sectorBytes ?? 512)}`],
    ['-serial', 'stdio', '-monitor', 'none', '-nic', 'none'],
  ].flat();
  return new Promise((resolve, reject) => {
    const child = spawn(options.qemuBinary ?? findQemu() ?? QEMU, args, { stdio: ['ignore', 'pipe', 'pipe'], ...account });
    let output = '';
    let errors = '';
    const onAbort = () => child.kill('SIGKILL');
    ctx.signal.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('latin1')).slice(-MOST_OUTPUT);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString('latin1')).slice(-4000);
    });
    child.on('error', (cause) =>
      reject(new CarrelError('missing-tool', 'QEMU could not be started', { hint: 'apt-get install qemu-system-x86', cause })),
    );
    child.on('close', (code) => {
      ctx.signal.removeEventListener('abort', onAbort);
      if (ctx.signal.aborted) reject(abortError(ctx.signal));
      else if (code === 0) resolve(output);
      else reject(new CarrelError('crashed', `the helper guest's QEMU ended with ${code}: ${errors.trim()}`, { retry: 'later' }));
    });
  });
}
