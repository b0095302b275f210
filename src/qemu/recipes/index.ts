import { debian } from './debian.ts';
import { starter } from './starter.ts';
import type { Recipe } from './types.ts';

export type { BuiltImage, Recipe, RecipeProfile } from './types.ts';

/** The images that Carrel can build on this machine from Debian's packages, by name. */
export const RECIPES: Record<string, Recipe> = { starter, debian };
