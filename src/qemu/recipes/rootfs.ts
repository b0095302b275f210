import { chmod, copyFile, mkdir, readdir, readFile, realpath, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Ctx } from '../../lib/context.ts';
import { CarrelError } from '../../lib/errors.ts';
import { elfNeeds } from './elf.ts';
import { run } from './run.ts';

/** Writes a file below `root`, folders included. Mode bits are set exactly, whatever the umask. */
export async function put(root: string, path: string, data: string | Buffer, mode = 0o644): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, data);
  await chmod(file, mode);
}

export async function putLink(root: string, path: string, target: string): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await symlink(target, file);
}

export async function putFolders(root: string, folders: Record<string, number>): Promise<void> {
  for (const [path, mode] of Object.entries(folders)) {
    await mkdir(join(root, path), { recursive: true });
    await chmod(join(root, path), mode);
  }
}

/**
 * Copies programs, their dynamic loader and every library they need from an unpacked package tree. `extra` names libraries that are
 * loaded at run time and so stand in no program's list. Libraries all go to the folder of the loader's default search path.
 */
export async function copyPrograms(from: string, root: string, programs: readonly string[], extra: readonly string[] = []): Promise<void> {
  const libraries = await findLibraries(from);
  const wanted = new Set(extra);
  for (const path of programs) {
    const data = await readFile(join(from, path)).catch(() => undefined);
    if (!data) throw new CarrelError('recipe-failed', `the packages hold no ${path}`);
    await put(root, path, data, 0o755);
    const needs = elfNeeds(data);
    for (const name of needs?.libraries ?? []) wanted.add(name);
    if (needs?.interpreter) await put(root, needs.interpreter, await readFile(await loader(from, needs.interpreter)), 0o755);
  }
  for (const name of wanted) {
    const file = libraries.get(name);
    if (!file) throw new CarrelError('recipe-failed', `no package has the library ${name}`);
    const data = await readFile(file);
    for (const below of elfNeeds(data)?.libraries ?? []) wanted.add(below);
    await put(root, `lib/x86_64-linux-gnu/${name}`, data, 0o755);
  }
}

/** The loader is named by an absolute path, and where it is a symbolic link its target is one too. */
async function loader(from: string, path: string): Promise<string> {
  for (const candidate of [join(from, path), join(from, 'lib/x86_64-linux-gnu', basename(path)), join(from, 'usr', path)]) {
    const file = await realpath(candidate).catch(() => undefined);
    if (file?.startsWith(await realpath(from))) return file;
  }
  throw new CarrelError('recipe-failed', `no package has the loader ${path}`);
}

async function findLibraries(from: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu']) {
    for (const name of await readdir(join(from, folder)).catch(() => [])) {
      const file = join(from, folder, name);
      if (name.includes('.so') && (await stat(file).catch(() => undefined))?.isFile()) found.set(name, file);
    }
  }
  return found;
}

export async function copyInto(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}

export interface DiskOptions {
  /** Size that the guest sees, in MiB. */
  sizeMiB: number;
  label: string;
  /** Give every file to root; for trees made by an ordinary user. */
  ownedByRoot: boolean;
  /** An archive to take instead of `root`: it is unpacked there in a user namespace, in which its owners exist. */
  tar?: string;
}

/**
 * Makes a qcow2 whose whole disk is one ext4 file system with the contents of `root`. No mount, so no root and no loop device: mke2fs copies
 * the tree and debugfs corrects the owners. Inode tables are written now: the guest would else do it after its first boot, in every clone's overlay.
 */
export async function makeDisk(ctx: Ctx, root: string, disk: string, options: DiskOptions): Promise<void> {
  const raw = `${disk}.raw`;
  const settings = ['-q', '-F', '-t', 'ext4', '-L', options.label, '-m', '1', '-J', 'size=16', '-i', '32768'];
  const extended = 'lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0';
  const mke2fs = ['mke2fs', ...settings, '-E', extended, '-d', root, raw, `${options.sizeMiB}M`];
  if (options.tar === undefined) await run(ctx, 'mke2fs', mke2fs.slice(1));
  else {
    const script =
      'tar=$1 root=$2; shift 2; mkdir "$root" && tar -x -p --numeric-owner -f "$tar" -C "$root" && "$@"; code=$?; rm -rf "$root"; exit $code';
    await run(ctx, 'unshare', ['--user', '--map-root-user', '--map-auto', 'sh', '-c', script, 'sh', options.tar, root, ...mke2fs]);
  }
  if (options.ownedByRoot) await run(ctx, 'debugfs', ['-w', '-f', '-', raw], { input: await ownerCommands(root) });
  await run(ctx, 'qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, disk]);
  await run(ctx, 'rm', ['-f', raw]);
}

async function ownerCommands(root: string): Promise<string> {
  const paths = await readdir(root, { recursive: true });
  const fields = ['uid', 'uid_high', 'gid', 'gid_high'];
  return paths.flatMap((path) => fields.map((field) => `sif "/${path}" ${field} 0\n`)).join('');
}
