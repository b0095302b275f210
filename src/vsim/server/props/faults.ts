import { findType, KIND } from '../../../vsphere/types/schema.ts';
import type { DataObject } from '../../../vsphere/types/value.ts';
import type { FaultBody, FaultValue } from '../../model/fault.ts';
import { ref } from './context.ts';

/** A fault as a vim25 data object, with numbers as the type's fields want them. */
export function faultData(fault: FaultBody): DataObject & { _type: string } {
  const desc = findType(fault.fault);
  const data: Record<string, unknown> & DataObject & { _type: string } = { _type: fault.fault };
  if (desc === undefined) data._base = 'MethodFault';
  for (const [name, value] of Object.entries(fault.fields)) {
    const field = desc?.byName.get(name);
    if (field === undefined) continue;
    const wire = fieldValue(value, field.kind === KIND.long, field.typeName === 'MethodFault');
    if (wire !== undefined) data[name] = field.array && !Array.isArray(wire) ? [wire] : wire;
  }
  for (const field of desc?.fields ?? []) {
    if (field.optional || field.array || data[field.name] !== undefined) continue;
    if (field.kind === KIND.string) data[field.name] = '';
    else if (field.kind === KIND.int) data[field.name] = 0;
    else if (field.kind === KIND.long) data[field.name] = 0n;
    else if (field.kind === KIND.boolean) data[field.name] = false;
  }
  return data;
}

function fieldValue(value: FaultValue, long: boolean, bare: boolean): unknown {
  if (typeof value === 'number') return long ? BigInt(Math.floor(value)) : value;
  if (Array.isArray(value)) return value.map((v: FaultValue) => fieldValue(v, long, bare));
  if (typeof value !== 'object' || value === null) return value;
  if ('fault' in value) return bare ? faultData(value) : localized(value);
  return 'id' in value ? ref(value) : undefined;
}

export function localized(fault: FaultBody): DataObject {
  return { _type: 'LocalizedMethodFault', fault: faultData(fault), localizedMessage: fault.message } as DataObject;
}
