/** XML events straight into typed objects, led by the tables; no generic tree between. */
import { type FieldDesc, findType, isEnum, isSubtype, KIND, type TypeDesc } from '../types/schema.ts';
import type { AnyValue, DataObject, RawElement, Ref } from '../types/value.ts';
import type { XmlReader } from './reader.ts';

type Fields = Record<string, unknown> & DataObject;

const WHOLE = /^\s*[+-]?\d{1,20}\s*$/;
// no two neighbours may match the same characters: a server could make us try all ways to split a long text
const REAL = /^\s*[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$/;
const DATE = /^\s*(-?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?\s*$/;
const BASE64 = /^[A-Za-z0-9+/\s]*(?:=\s*){0,2}$/;

function parseInteger(r: XmlReader, text: string, min: number, max: number): number {
  const value = WHOLE.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) r.fail(`"${text.slice(0, 40)}" is not a whole number from ${min} to ${max}`);
  return value;
}

function parseLong(r: XmlReader, text: string): bigint {
  if (!WHOLE.test(text)) r.fail(`"${text.slice(0, 40)}" is not a whole number`);
  const value = BigInt(text.trim().replace(/^\+/, ''));
  if (BigInt.asIntN(64, value) !== value) r.fail(`${text.trim()} does not fit 64 bits`);
  return value;
}

function parseDouble(r: XmlReader, text: string): number {
  if (REAL.test(text)) return Number(text);
  const word = text.trim();
  if (word === 'INF' || word === '+INF' || word === '-INF') return word === '-INF' ? -Infinity : Infinity;
  if (word !== 'NaN') r.fail(`"${text.slice(0, 40)}" is not a number`);
  return Number.NaN;
}

function parseBoolean(r: XmlReader, text: string): boolean {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  const word = text.trim();
  if (word === text) r.fail(`"${text.slice(0, 40)}" is not true or false`);
  return parseBoolean(r, word);
}

/** A time without a zone is taken for UTC, as vSphere means it. Microseconds are cut to milliseconds. */
function parseDate(r: XmlReader, text: string): Date {
  const m = DATE.exec(text);
  const value = m ? new Date(`${m[1]}${m[2] ?? 'Z'}`) : undefined;
  if (!value || Number.isNaN(value.getTime())) r.fail(`"${text.slice(0, 40)}" is not a date and time`);
  return value;
}

function parseBase64(r: XmlReader, text: string): Uint8Array {
  if (!BASE64.test(text)) r.fail('not base64');
  return new Uint8Array(Buffer.from(text, 'base64'));
}

export function readRef(r: XmlReader): Ref {
  const type = r.refType;
  const guid = r.attribute('serverGuid');
  const value = r.text();
  if (type === '' && value !== '') r.fail(`the reference ${value} has no type`);
  return guid === undefined ? { type, value } : { type, value, serverGuid: guid };
}

/** The element just opened, as a value of the field. */
export function readField(r: XmlReader, f: FieldDesc): unknown {
  switch (f.kind) {
    case KIND.string:
      return r.text();
    case KIND.object:
      return readObject(r, f.type as TypeDesc);
    case KIND.boolean:
      return parseBoolean(r, r.text());
    case KIND.int:
      return parseInteger(r, r.text(), f.min, f.max);
    case KIND.ref:
      return readRef(r);
    case KIND.long:
      return parseLong(r, r.text());
    case KIND.any:
      return readAny(r);
    case KIND.dateTime:
      return parseDate(r, r.text());
    case KIND.double:
      return parseDouble(r, r.text());
    case KIND.base64:
      return parseBase64(r, r.text());
    case KIND.opaque:
      return readOpaque(r, f.typeName);
  }
}

function readOpaque(r: XmlReader, typeName: string): unknown {
  const type = r.xsiType || typeName;
  const raw = r.raw();
  return opaqueObject(type, raw);
}

function opaqueObject(type: string, raw: RawElement): DataObject {
  const rest: RawElement[] = [];
  for (const child of raw.children) if (typeof child !== 'string') rest.push(child);
  return { _type: type, _rest: rest };
}

/** Which descriptor reads the element: the declared one, or that of its xsi:type. */
function actualType(r: XmlReader, declared: TypeDesc): TypeDesc | undefined {
  if (r.xsiType === '' || r.xsiType === declared.name) return declared;
  const actual = findType(r.xsiType);
  if (actual && declared.name !== 'DynamicData' && !isSubtype(actual.name, declared.name)) {
    r.fail(`a ${actual.name} where a ${declared.name} belongs`);
  }
  return actual;
}

/** The element just opened, as an object of the declared type or a subtype. A subtype that the tables do not know keeps its extra elements in `_rest`. */
export function readObject(r: XmlReader, declared: TypeDesc): DataObject {
  const unknownType = r.xsiType;
  const known = actualType(r, declared);
  const desc = known ?? declared;
  const o: Fields = known ? { _type: desc.name } : { _type: unknownType, _base: declared.name };
  readFields(r, desc, o);
  return o;
}

/** The children of the element just opened into `o`. */
export function readFields(r: XmlReader, desc: TypeDesc, o: Fields): void {
  const byName = desc.byName;
  let last: string | undefined;
  while (r.nextChild()) {
    const f = byName.get(r.name);
    if (f === undefined) {
      const raw = r.raw();
      o._rest ??= [];
      o._rest.push(last === undefined ? raw : { ...raw, after: last });
      continue;
    }
    if (r.nil) {
      r.skip();
      continue;
    }
    last = f.name;
    if (f.array) {
      const value = readField(r, f);
      const list = o[f.name] as unknown[] | undefined;
      if (list === undefined) o[f.name] = [value];
      else list.push(value);
    } else {
      if (o[f.name] !== undefined) r.fail(`element ${f.name} twice`);
      o[f.name] = readField(r, f);
    }
  }
  for (const name of desc.arrays) o[name] ??= [];
}

type AnyReader = (r: XmlReader) => AnyValue;

const PRIMITIVE_READERS = new Map<string, AnyReader>([
  ['string', (r) => r.text()],
  ['anyURI', (r) => r.text()],
  ['boolean', (r) => parseBoolean(r, r.text())],
  ['byte', (r) => parseInteger(r, r.text(), -128, 255)],
  ['short', (r) => parseInteger(r, r.text(), -32768, 65535)],
  ['int', (r) => parseInteger(r, r.text(), -(2 ** 31), 2 ** 31 - 1)],
  ['long', (r) => parseLong(r, r.text())],
  ['float', (r) => parseDouble(r, r.text())],
  ['double', (r) => parseDouble(r, r.text())],
  ['dateTime', (r) => parseDate(r, r.text())],
  ['base64Binary', (r) => parseBase64(r, r.text())],
  ['ManagedObjectReference', readRef],
]);

/** Names of array elements that differ from the type's own: `ArrayOfString` holds `string`. */
const ELEMENT_READERS = new Map<string, AnyReader>(
  [...PRIMITIVE_READERS].map(([name, read]) => [name.charAt(0).toUpperCase() + name.slice(1), read]),
);

function readArray(r: XmlReader, element: string): AnyValue[] {
  const out: AnyValue[] = [];
  const read = ELEMENT_READERS.get(element);
  const desc = read ? undefined : findType(element);
  while (r.nextChild()) {
    if (read) out.push(read(r));
    else if (desc) out.push(readObject(r, desc));
    else {
      if (r.xsiType === '' && element !== 'AnyType') r.xsiType = element;
      out.push(readAny(r));
    }
  }
  return out;
}

/** The element just opened, by its own xsi:type. Without one: text as a string, elements as an object without a type. */
export function readAny(r: XmlReader): AnyValue {
  const type = r.xsiType;
  const primitive = PRIMITIVE_READERS.get(type);
  if (primitive) return primitive(r);
  const desc = findType(type);
  if (desc) return readObject(r, desc);
  if (type.startsWith('ArrayOf')) return readArray(r, type.slice(7));
  if (isEnum(type)) return r.text();
  if (type === '' && r.refType !== '') return readRef(r);
  // unknown: an enum or another simple type if there is only text
  const raw = r.raw();
  if (raw.children.every((c) => typeof c === 'string')) {
    if (raw.children.length > 0 || type === '') return raw.children.join('');
    return { _type: type };
  }
  return opaqueObject(type, raw);
}
