import { findType, KIND, type TypeDesc } from '../../vsphere/types/schema.ts';
import type { DataObject } from '../../vsphere/types/value.ts';
import { VimFault } from '../model/fault.ts';

/**
 * Refuses arguments in which a data object lacks a field that the schema requires, as vCenter does; the methods may then
 * rely on them. Numbers, names and references are the decoder's and the methods' business.
 */
export function assertComplete(desc: TypeDesc, value: Record<string, unknown>, path = ''): void {
  for (const field of desc.fields) {
    if (field.name === '_this') continue;
    const at = path === '' ? field.name : `${path}.${field.name}`;
    const got = value[field.name];
    if (got === undefined) {
      if (field.optional || field.array) continue;
      throw new VimFault('InvalidRequest', `Required property ${field.name} is missing from data object of type ${desc.name} at ${at}`);
    }
    if (field.kind !== KIND.object) continue;
    for (const item of Array.isArray(got) ? got : [got]) assertObject(field.type, item as DataObject & Record<string, unknown>, at);
  }
}

function assertObject(declared: TypeDesc | undefined, item: DataObject & Record<string, unknown>, path: string): void {
  const desc = findType(item._type ?? '') ?? findType(item._base ?? '') ?? declared;
  if (desc !== undefined) assertComplete(desc, item, path);
}
