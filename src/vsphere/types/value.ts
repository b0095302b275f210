/** Values that are not in the tables: references, raw XML that is kept, values of an `any` slot. */

/** A managed object reference: the handle of something that lives on the server. */
export interface Ref {
  type: string;
  value: string;
  serverGuid?: string | undefined;
}

/** An element that the tables do not know, kept so that writing the value again loses nothing. */
export interface RawElement {
  name: string;
  /** `xsi:type` and `type` among others; the names of namespaced attributes lose their prefix, `xsi:type` excepted. */
  attrs: readonly (readonly [name: string, value: string])[];
  children: readonly (RawElement | string)[];
  /** The known field that stood before it, so that it goes back to its place; unset: it was the first. */
  after?: string | undefined;
}

/** What every data object may carry beside its fields. */
export interface DataObject {
  /** The vim25 type name. Always set by the decoder; needed for encoding wherever the slot's type has subtypes. */
  _type?: string | undefined;
  /** Set if `_type` is not in the tables: the slot's declared type, by which its fields were read. */
  _base?: string | undefined;
  /** Elements that are not in the tables. */
  _rest?: RawElement[] | undefined;
}

/** What fits an `any` slot. A plain number is an int if it is whole, else a double; a bigint is a long. */
export type AnyValue = string | number | bigint | boolean | Date | Uint8Array | Ref | DataObject | TypedValue | readonly AnyValue[];

/** A value of an `any` slot with its xsi:type named, for enums, shorts, empty arrays and so on. */
export class TypedValue {
  readonly xsiType: string;
  readonly value: AnyValue;

  constructor(xsiType: string, value: AnyValue) {
    this.xsiType = xsiType;
    this.value = value;
  }
}

/** Names the xsi:type of a value: `typed('VirtualMachinePowerState', 'poweredOn')`, `typed('ArrayOfString', [])`, `typed('xsd:short', 5)`. */
export function typed(xsiType: string, value: AnyValue): TypedValue {
  return new TypedValue(xsiType, value);
}

export function isRef(value: unknown): value is Ref {
  return (
    typeof value === 'object' &&
    value !== null &&
    !('_type' in value) &&
    typeof (value as Ref).type === 'string' &&
    typeof (value as Ref).value === 'string'
  );
}

/** A stable key of a reference, for maps: `VirtualMachine:vm-12`. */
export function refKey(ref: Ref): string {
  return `${ref.type}:${ref.value}`;
}

/** Reads {@link refKey} back; references are stored in this form. */
export function parseRefKey(key: string): Ref {
  const at = key.indexOf(':');
  return { type: key.slice(0, at), value: key.slice(at + 1) };
}

export function sameRef(a: Ref | undefined, b: Ref | undefined): boolean {
  return a !== undefined && b !== undefined && a.type === b.type && a.value === b.value;
}
