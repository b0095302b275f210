import type { Static } from 'typebox';
import { oneOf } from './route.ts';

export const Role = oneOf(['user', 'admin']);
export type Role = Static<typeof Role>;
