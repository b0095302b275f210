import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { checkCtx, type Ctx } from '../../lib/context.ts';
import { CarrelError } from '../../lib/errors.ts';
import type { BuiltImage } from './types.ts';

/**
 * Runs `build` with a scratch folder and a result folder beside `outDir` and renames the result to `outDir` when it is whole. Whatever
 * happens, the scratch folder goes; after a crash it is found by its name, `.build-…`, in `outDir`'s parent.
 * `build` answers file names inside the result folder.
 */
export async function buildWhole(
  ctx: Ctx,
  outDir: string,
  build: (workDir: string, resultDir: string) => Promise<Omit<BuiltImage, 'disk'>>,
): Promise<BuiltImage> {
  const target = resolve(outDir);
  if (await exists(target))
    throw new CarrelError('already-exists', `${target} exists already`, { hint: 'name a folder that does not exist yet' });
  await mkdir(dirname(target), { recursive: true });
  const scratch = await mkdtemp(join(dirname(target), `.build-${basename(target)}-`));
  try {
    const workDir = join(scratch, 'work');
    const resultDir = join(scratch, 'result');
    await mkdir(workDir);
    await mkdir(resultDir);
    const built = await build(workDir, resultDir);
    checkCtx(ctx);
    await rename(resultDir, target);
    return {
      ...built,
      disk: join(target, 'disk.qcow2'),
      ...(built.kernel === undefined ? {} : { kernel: join(target, built.kernel) }),
      ...(built.initrd === undefined ? {} : { initrd: join(target, built.initrd) }),
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
