/** Typed values into XML in schema order, with xsi:type wherever the value's type is not the slot's. */
import { type FieldDesc, findType, isSubtype, KIND, propertyField, type TypeDesc } from '../types/schema.ts';
import { type AnyValue, type DataObject, isRef, type RawElement, type Ref, TypedValue, typed } from '../types/value.ts';
import { XmlError } from './error.ts';
import { escapeAttribute, escapeText } from './text.ts';

type Fields = Record<string, unknown> & DataObject;

/** Collects a document. Strings are joined by V8's ropes, which is faster than an array of pieces here. */
export class XmlWriter {
  out = '';
}

function wrong(f: FieldDesc, value: unknown): never {
  throw new XmlError(`${f.name} must be ${f.typeName}, not ${value === null ? 'null' : typeof value}`);
}

function intText(f: FieldDesc, value: unknown): string {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < f.min || value > f.max) {
    throw new XmlError(`${f.name} must be a whole number from ${f.min} to ${f.max}`, { value: String(value) });
  }
  return String(value);
}

function longText(name: string, value: unknown): string {
  if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw new XmlError(`${name} must be a bigint of 64 bits`);
  return String(value);
}

function doubleText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'INF' : '-INF';
}

function dateText(name: string, value: Date): string {
  if (Number.isNaN(value.getTime())) throw new XmlError(`${name} is not a valid date`);
  return value.toISOString();
}

function base64Text(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
}

function refXml(tag: string, ref: Ref, attrs = ''): string {
  const guid = ref.serverGuid === undefined ? '' : ` serverGuid="${escapeAttribute(ref.serverGuid)}"`;
  return `<${tag}${attrs} type="${escapeAttribute(ref.type)}"${guid}>${escapeText(ref.value)}</${tag}>`;
}

/** One element (or none, or several for an array) for a field. */
export function writeField(w: XmlWriter, f: FieldDesc, value: unknown): void {
  if (value === undefined) return;
  if (!f.array) {
    writeOne(w, f, value);
    return;
  }
  if (!Array.isArray(value)) wrong(f, value);
  for (const item of value) writeOne(w, f, item);
}

function writeOne(w: XmlWriter, f: FieldDesc, value: unknown): void {
  const tag = f.name;
  switch (f.kind) {
    case KIND.string:
      if (typeof value !== 'string') wrong(f, value);
      w.out += `<${tag}>${escapeText(value)}</${tag}>`;
      return;
    case KIND.boolean:
      if (typeof value !== 'boolean') wrong(f, value);
      w.out += `<${tag}>${value}</${tag}>`;
      return;
    case KIND.int:
      w.out += `<${tag}>${intText(f, value)}</${tag}>`;
      return;
    case KIND.long:
      w.out += `<${tag}>${longText(tag, value)}</${tag}>`;
      return;
    case KIND.double:
      if (typeof value !== 'number') wrong(f, value);
      w.out += `<${tag}>${doubleText(value)}</${tag}>`;
      return;
    case KIND.dateTime:
      if (!(value instanceof Date)) wrong(f, value);
      w.out += `<${tag}>${dateText(tag, value)}</${tag}>`;
      return;
    case KIND.base64:
      if (!(value instanceof Uint8Array)) wrong(f, value);
      w.out += `<${tag}>${base64Text(value)}</${tag}>`;
      return;
    case KIND.ref:
      if (!isRef(value)) wrong(f, value);
      w.out += refXml(tag, value);
      return;
    case KIND.any:
      writeAny(w, tag, value as AnyValue);
      return;
    case KIND.object:
      if (typeof value !== 'object' || value === null) wrong(f, value);
      writeObject(w, tag, value as DataObject, f.type as TypeDesc);
      return;
    case KIND.opaque:
      writeOpaque(w, tag, value as DataObject, f.typeName);
      return;
  }
}

function writeOpaque(w: XmlWriter, tag: string, value: DataObject, declared: string): void {
  const type = value._type !== undefined && value._type !== declared ? ` xsi:type="${escapeAttribute(value._type)}"` : '';
  w.out += `<${tag}${type}>`;
  for (const raw of value._rest ?? []) writeRaw(w, raw);
  w.out += `</${tag}>`;
}

/** An object in a slot of type `declared`; undefined for an `any` slot, where the type is always written. */
export function writeObject(w: XmlWriter, tag: string, value: DataObject, declared: TypeDesc | undefined): void {
  const type = value._type ?? declared?.name;
  if (type === undefined) throw new XmlError(`${tag} needs _type, since it may be of any type`);
  const known = findType(type);
  const desc = known ?? (value._base === undefined ? undefined : findType(value._base)) ?? declared;
  if (declared && known && declared.name !== 'DynamicData' && !isSubtype(type, declared.name)) {
    throw new XmlError(`${tag} must be a ${declared.name}, not a ${type}`);
  }
  w.out += type === declared?.name ? `<${tag}>` : `<${tag} xsi:type="${escapeAttribute(type)}">`;
  writeFields(w, desc, value as Fields);
  w.out += `</${tag}>`;
}

/** The fields of an object in schema order, with what the tables do not know at its old place. */
export function writeFields(w: XmlWriter, desc: TypeDesc | undefined, value: Fields): void {
  const rest = value._rest;
  if (rest === undefined) {
    if (desc) for (const f of desc.fields) writeField(w, f, value[f.name]);
    return;
  }
  const left = new Set(rest);
  const flush = (after: string | undefined): void => {
    for (const raw of left) {
      if (raw.after !== after) continue;
      writeRaw(w, raw);
      left.delete(raw);
    }
  };
  flush(undefined);
  for (const f of desc?.fields ?? []) {
    writeField(w, f, value[f.name]);
    flush(f.name);
  }
  for (const raw of left) writeRaw(w, raw);
}

function writeRaw(w: XmlWriter, raw: RawElement): void {
  w.out += `<${raw.name}`;
  for (const [name, value] of raw.attrs) w.out += ` ${name}="${escapeAttribute(value)}"`;
  w.out += '>';
  for (const child of raw.children) {
    if (typeof child === 'string') w.out += escapeText(child);
    else writeRaw(w, child);
  }
  w.out += `</${raw.name}>`;
}

const PRIMITIVE_XSI: Record<string, string> = { any: 'xsd:anyType', base64: 'xsd:base64Binary', ref: 'ManagedObjectReference' };
const XSD = ['string', 'boolean', 'byte', 'short', 'int', 'long', 'float', 'double', 'dateTime', 'anyURI'];
for (const name of XSD) PRIMITIVE_XSI[name] = `xsd:${name}`;

/** The tables' type name as an xsi:type: `int` is `xsd:int`, `ref` is `ManagedObjectReference`, others are themselves. */
export function xsiTypeOf(typeName: string): string {
  return PRIMITIVE_XSI[typeName] ?? typeName;
}

/** The array type of a table type: `string` -> `ArrayOfString`, `ref` -> `ArrayOfManagedObjectReference`. */
export function arrayTypeOf(typeName: string): string {
  const plain = xsiTypeOf(typeName).replace(/^xsd:/, '');
  return `ArrayOf${plain.charAt(0).toUpperCase()}${plain.slice(1)}`;
}

/** A property's value with the xsi:type that the tables declare for it: what a server sends in `PropertyChange.val` and `DynamicProperty.val`. */
export function propertyValue(objectType: string, path: string, value: AnyValue): AnyValue {
  const f = propertyField(objectType, path);
  if (!f || value instanceof TypedValue) return value;
  if (f.array) return typed(arrayTypeOf(f.typeName), value);
  if (f.kind === KIND.object || f.kind === KIND.opaque) {
    return (value as DataObject)._type === undefined ? { ...(value as DataObject), _type: f.typeName } : value;
  }
  return f.kind === KIND.any ? value : typed(xsiTypeOf(f.typeName), value);
}

/** A value of an `any` slot. */
export function writeAny(w: XmlWriter, tag: string, value: AnyValue): void {
  if (value instanceof TypedValue) writeTyped(w, tag, value.xsiType, value.value);
  else if (Array.isArray(value)) writeTyped(w, tag, inferArrayType(tag, value), value);
  else if (typeof value === 'object' && !(value instanceof Date) && !(value instanceof Uint8Array) && !isRef(value)) {
    writeObject(w, tag, value as DataObject, undefined);
  } else writeTyped(w, tag, inferType(tag, value as AnyValue), value as AnyValue);
}

function inferType(tag: string, value: AnyValue): string {
  if (typeof value === 'string') return 'xsd:string';
  if (typeof value === 'boolean') return 'xsd:boolean';
  if (typeof value === 'bigint') return 'xsd:long';
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 'xsd:int' : 'xsd:double';
  if (value instanceof Date) return 'xsd:dateTime';
  if (value instanceof Uint8Array) return 'xsd:base64Binary';
  if (isRef(value)) return 'ManagedObjectReference';
  throw new XmlError(`${tag}: no XML type for this value`);
}

/** The nearest common base of the elements, so that every one fits. */
function inferArrayType(tag: string, values: readonly AnyValue[]): string {
  const first = values[0];
  if (first === undefined) throw new XmlError(`${tag}: an empty array in an any slot needs typed('ArrayOf…', [])`);
  if (typeof first !== 'object' || first instanceof Date || first instanceof Uint8Array || isRef(first)) {
    return arrayTypeOf(inferType(tag, first).replace(/^xsd:/, ''));
  }
  let name = (first as DataObject)._type ?? '';
  for (let d = findType(name); d && !values.every((v) => isSubtype((v as DataObject)._type ?? '', name)); d = d.base) {
    name = d.base?.name ?? name;
  }
  return `ArrayOf${name}`;
}

function writeTyped(w: XmlWriter, tag: string, xsiType: string, value: AnyValue): void {
  if (Array.isArray(value)) {
    writeArray(w, tag, xsiType, value);
    return;
  }
  if (isRef(value)) {
    w.out += refXml(tag, value, ' xsi:type="ManagedObjectReference"');
    return;
  }
  const attr = ` xsi:type="${escapeAttribute(xsiType)}"`;
  if (value instanceof Date) w.out += `<${tag}${attr}>${dateText(tag, value)}</${tag}>`;
  else if (value instanceof Uint8Array) w.out += `<${tag}${attr}>${base64Text(value)}</${tag}>`;
  else if (typeof value === 'object') writeObject(w, tag, { ...(value as DataObject), _type: xsiType }, undefined);
  else if (typeof value === 'number') w.out += `<${tag}${attr}>${doubleText(value)}</${tag}>`;
  else if (typeof value === 'bigint') w.out += `<${tag}${attr}>${longText(tag, value)}</${tag}>`;
  else w.out += `<${tag}${attr}>${escapeText(String(value))}</${tag}>`;
}

const LOWER_FIRST = new Set([...XSD, 'anyType', 'base64Binary']);

function writeArray(w: XmlWriter, tag: string, arrayType: string, values: readonly AnyValue[]): void {
  if (!arrayType.startsWith('ArrayOf')) throw new XmlError(`${tag}: ${arrayType} is not the type of an array`);
  const element = arrayType.slice(7);
  const lower = element.charAt(0).toLowerCase() + element.slice(1);
  const desc = findType(element);
  w.out += `<${tag} xsi:type="${arrayType}">`;
  for (const value of values) {
    if (desc) writeObject(w, element, value as DataObject, desc);
    else if (element === 'ManagedObjectReference') w.out += refXml(element, value as Ref);
    else if (lower === 'anyType' || !LOWER_FIRST.has(lower)) writeAny(w, lower === 'anyType' ? lower : element, value);
    else w.out += `<${lower}>${simpleText(lower, value)}</${lower}>`;
  }
  w.out += `</${tag}>`;
}

function simpleText(name: string, value: AnyValue): string {
  if (value instanceof Date) return dateText(name, value);
  if (value instanceof Uint8Array) return base64Text(value);
  return typeof value === 'number' ? doubleText(value) : escapeText(String(value as string | bigint | boolean));
}
