import { RECIPES } from '../../qemu/recipes/index.ts';
import { driverError } from '../../driver/errors.ts';
import type { ImageTools } from './host.ts';

/** Carrel's own image builders. */
export const defaultTools: ImageTools = {
  recipes: RECIPES,
  ensureAppliance: () => Promise.reject(driverError('not-supported', 'no appliance yet')),
  runScrub: () => Promise.reject(driverError('not-supported', 'no appliance yet')),
};
