import type { Static } from 'typebox';
import { oneOf } from './route.ts';

export const ROLES = ['user', 'admin'] as const;
export const Role = oneOf(ROLES);
export type Role = Static<typeof Role>;
