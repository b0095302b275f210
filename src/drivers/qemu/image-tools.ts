import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureAppliance, runInspect, runScrub } from '../../qemu/appliance.ts';
import { RECIPES } from '../../qemu/recipes/index.ts';
import type { BuiltImage, ImageTools } from './host.ts';

/** Carrel's own image builders and helper guest. */
export const defaultTools: ImageTools = { recipes: RECIPES, ensureAppliance, runInspect, runScrub };

/** Where a folder of a built image says what it is: a {@link BuiltImage} with paths in that folder. */
export const BUILT = 'built.json';

/** The same with the starter image of a folder, which was built before, in place of its recipe; for tests, which need many and no new one. */
export function toolsWithBuilt(folder: string): ImageTools {
  const build = async (_ctx: unknown, out: string): Promise<BuiltImage> => {
    const built = JSON.parse(await readFile(join(folder, BUILT), 'utf8')) as BuiltImage;
    await cp(folder, out, { recursive: true });
    const at = (path: string) => path.replace(folder, out);
    const { disk, kernel, initrd } = built;
    return { ...built, disk: at(disk), ...(kernel && { kernel: at(kernel) }), ...(initrd && { initrd: at(initrd) }) };
  };
  return { ...defaultTools, recipes: { ...RECIPES, starter: { build } } };
}
