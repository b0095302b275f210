import { ensureAppliance, runInspect, runScrub } from '../../qemu/appliance.ts';
import { RECIPES } from '../../qemu/recipes/index.ts';
import type { ImageTools } from './host.ts';

/** Carrel's own image builders and helper guest. */
export const defaultTools: ImageTools = { recipes: RECIPES, ensureAppliance, runInspect, runScrub };
