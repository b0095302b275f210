import { isSubtype } from './schema.ts';
import type { DataObject } from './value.ts';
import type { VimFamilies, VimTypes } from './vim.gen.ts';

/** What a value that passed {@link isA} is: the type or one of its subtypes. */
export type Of<T extends keyof VimTypes> = T extends keyof VimFamilies ? VimFamilies[T] : VimTypes[T];

/** Whether a value is a data object of that vim25 type or a subtype: `isA(device, 'VirtualEthernetCard')` holds for a VirtualVmxnet3. */
export function isA<T extends keyof VimTypes>(value: unknown, type: T): value is Of<T> {
  if (typeof value !== 'object' || value === null) return false;
  const o = value as DataObject;
  if (o._type === undefined) return false;
  return isSubtype(o._type, type) || (o._base !== undefined && isSubtype(o._base, type));
}
