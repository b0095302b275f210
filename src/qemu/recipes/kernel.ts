import { chmod, copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Ctx } from '../../lib/context.ts';
import { CarrelError } from '../../lib/errors.ts';
import type { DebianPackages, Span } from './packages.ts';
import { uncompressedKernel } from './bzimage.ts';
import { run } from './run.ts';

/** Debian's kernel for virtual machines: small, with what QEMU offers and little else (no DRM, no frame buffer: VGA text console only). */
const KERNEL_META_PACKAGE = 'linux-image-cloud-amd64';

export interface KernelFiles {
  version: string;
  package: string;
  /** bzImage. */
  image: string;
  /** Folder `…/lib/modules/VERSION`. */
  modules: string;
}

/** Downloads and unpacks the kernel below `workDir`. */
export async function fetchKernel(ctx: Ctx, packages: DebianPackages, workDir: string, span: Span): Promise<KernelFiles> {
  const name = (await packages.dependencies(ctx, [KERNEL_META_PACKAGE])).find((n) => n.startsWith('linux-image-'));
  if (!name) throw new CarrelError('recipe-failed', `${KERNEL_META_PACKAGE} names no kernel`, { hint: 'run apt-get update' });
  const [deb] = await packages.download(ctx, [name], join(workDir, 'kernel-deb'), span);
  const root = join(workDir, 'kernel');
  await packages.unpack(ctx, deb as string, root);
  const image = (await readdir(join(root, 'boot'))).find((f) => f.startsWith('vmlinuz-'));
  if (!image) throw new CarrelError('recipe-failed', `${name} has no kernel image`);
  const version = image.slice('vmlinuz-'.length);
  const lib = (await readdir(join(root, 'lib')).catch((): string[] => [])).includes('modules') ? 'lib' : 'usr/lib';
  return { version, package: basename(deb as string), image: join(root, 'boot', image), modules: join(root, lib, 'modules', version) };
}

/** Puts at `path` what QEMU starts as the kernel of a guest without a TPM: uncompressed where that can be had, else the bzImage. */
export async function putKernel(kernel: KernelFiles, path: string): Promise<void> {
  const plain = uncompressedKernel(await readFile(kernel.image));
  await (plain === undefined ? copyFile(kernel.image, path) : writeFile(path, plain));
  await chmod(path, 0o644);
}

export interface KernelModule {
  name: string;
  data: Buffer;
}

/**
 * The named modules and those below them, in the order in which `insmod` takes them. What is built into the kernel, or does not exist
 * in this version, is left out when `optional` says so; else `recipe-failed`. The order is read from the modules themselves
 * (`depends=` in .modinfo): an unpacked package has no modules.dep.
 */
export async function loadModules(ctx: Ctx, kernel: KernelFiles, names: readonly string[], optional = false): Promise<KernelModule[]> {
  const files = await moduleFiles(kernel.modules);
  const builtin = new Set((await readFile(join(kernel.modules, 'modules.builtin'), 'utf8')).split('\n').map(moduleName));
  const done = new Map<string, KernelModule>();
  const visit = async (wanted: string, isOptional: boolean): Promise<void> => {
    const name = moduleName(wanted);
    if (done.has(name) || builtin.has(name)) return;
    const file = files.get(name);
    if (!file) {
      if (isOptional) return;
      throw new CarrelError('recipe-failed', `kernel ${kernel.version} has no module ${name}`);
    }
    const data = await readModule(ctx, file);
    for (const below of modinfo(data, 'depends').split(',').filter(Boolean)) await visit(below, false);
    done.set(name, { name, data: withoutSignature(data) });
  };
  for (const name of names) await visit(name, optional);
  return [...done.values()];
}

/** `virtio-rng.ko.xz` and `virtio_rng` are the same module. */
function moduleName(path: string): string {
  return basename(path)
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');
}

async function moduleFiles(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true });
  return new Map(entries.filter((e) => /\.ko(\.\w+)?$/.test(e)).map((e) => [moduleName(e), join(folder, e)]));
}

async function readModule(ctx: Ctx, file: string): Promise<Buffer> {
  if (file.endsWith('.ko')) return readFile(file);
  if (!file.endsWith('.xz')) throw new CarrelError('recipe-failed', `cannot read a kernel module of this kind: ${basename(file)}`);
  await run(ctx, 'xz', ['-dk', file]);
  return readFile(file.slice(0, -'.xz'.length));
}

/** A value of the module's .modinfo section, which is NUL-separated `key=value` text. */
export function modinfo(module: Buffer, key: string): string {
  const at = module.indexOf(`\0${key}=`);
  if (at < 0) return '';
  const start = at + key.length + 2;
  return module.toString('latin1', start, module.indexOf(0, start));
}

const SIGNATURE_MARK = '~Module signature appended~\n';

/**
 * Takes the appended signature off. The kernel does not insist on one (CONFIG_MODULE_SIG_FORCE is unset), and checking RSA
 * on an emulated CPU costs more than loading the module. The guest's kernel marks itself tainted (`E`) for it.
 */
export function withoutSignature(module: Buffer): Buffer {
  const end = module.length - SIGNATURE_MARK.length;
  if (end < 12 || module.toString('latin1', end) !== SIGNATURE_MARK) return module;
  return module.subarray(0, end - 12 - module.readUInt32BE(end - 4));
}
