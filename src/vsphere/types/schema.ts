/** The tables compiled for the codec: descriptors by name, fields flattened base first. */
import { DECLS } from './decls.ts';
import { type FieldDecl, PRIMITIVES } from './parse.ts';

/** How a field's value is read and written. */
export const KIND = {
  string: 0,
  boolean: 1,
  int: 2,
  long: 3,
  double: 4,
  dateTime: 5,
  base64: 6,
  any: 7,
  ref: 8,
  object: 9,
  /** Left out of the tables: kept as raw XML. */
  opaque: 10,
} as const;

export type Kind = (typeof KIND)[keyof typeof KIND];

export interface FieldDesc {
  readonly name: string;
  /** Type name as in the tables; of one element if it is an array. */
  readonly typeName: string;
  readonly kind: Kind;
  readonly array: boolean;
  readonly optional: boolean;
  /** Lowest and highest whole number, for kind int. */
  readonly min: number;
  readonly max: number;
  /** Only for kind object. */
  readonly type: TypeDesc | undefined;
}

export interface TypeDesc {
  readonly name: string;
  readonly base: TypeDesc | undefined;
  /** Base type's fields first, in schema order. */
  readonly fields: readonly FieldDesc[];
  readonly byName: ReadonlyMap<string, FieldDesc>;
  /** Required arrays, which are empty rather than unset when nothing was sent. */
  readonly arrays: readonly string[];
  readonly hasSubtypes: boolean;
}

export interface MethodDesc {
  readonly name: string;
  readonly read: boolean;
  /** What is sent: `_this`, then the parameters. */
  readonly request: TypeDesc;
  readonly returns: FieldDesc | undefined;
}

const primitiveKinds: Record<(typeof PRIMITIVES)[number], Kind> = {
  string: KIND.string,
  anyURI: KIND.string,
  boolean: KIND.boolean,
  byte: KIND.int,
  short: KIND.int,
  int: KIND.int,
  long: KIND.long,
  float: KIND.double,
  double: KIND.double,
  dateTime: KIND.dateTime,
  base64: KIND.base64,
  any: KIND.any,
  ref: KIND.ref,
};

const INT_BITS: Record<string, number> = { byte: 8, short: 16, int: 32 };

const types = new Map<string, TypeDesc>();
const objects = new Map<string, TypeDesc>();
const enums = new Map<string, ReadonlySet<string>>();
const methods = new Map<string, MethodDesc>();

function fieldDesc(decl: FieldDecl): FieldDesc {
  const primitive = (primitiveKinds as Record<string, Kind | undefined>)[decl.type];
  const known = types.get(decl.type);
  const kind = decl.opaque ? KIND.opaque : (primitive ?? (enums.has(decl.type) ? KIND.string : KIND.object));
  if (kind === KIND.object && !known) throw new Error(`unknown type in the vSphere tables: ${decl.name} ${decl.type}`);
  const half = 2 ** ((INT_BITS[decl.type] ?? 32) - 1);
  return {
    name: decl.name,
    typeName: decl.type,
    kind,
    array: decl.array,
    optional: decl.optional,
    // vmodl's byte is signed, but some servers send 128 to 255
    min: -half,
    max: decl.type === 'byte' ? 255 : half - 1,
    type: known,
  };
}

const THIS: FieldDecl = { name: '_this', type: 'ref', optional: false, array: false, opaque: false };

interface MutableDesc {
  name: string;
  base: TypeDesc | undefined;
  fields: FieldDesc[];
  byName: Map<string, FieldDesc>;
  arrays: string[];
  hasSubtypes: boolean;
}

function emptyDesc(name: string): MutableDesc {
  return { name, base: undefined, fields: [], byName: new Map(), arrays: [], hasSubtypes: false };
}

function addFields(desc: MutableDesc, fields: readonly FieldDesc[]): void {
  for (const f of fields) {
    // a few managed objects declare an inherited property again
    if (desc.byName.has(f.name)) continue;
    desc.fields.push(f);
    desc.byName.set(f.name, f);
    if (f.array && !f.optional) desc.arrays.push(f.name);
  }
}

function compile(): void {
  // shells first, since types refer to each other in circles
  for (const d of DECLS) {
    if (d.kind === 'enum') enums.set(d.name, new Set(d.values));
    else if (d.kind === 'type') types.set(d.name, emptyDesc(d.name));
    else if (d.kind === 'object') objects.set(d.name, emptyDesc(d.name));
  }
  const done = new Set<MutableDesc>();
  const byKey = new Map(DECLS.flatMap((d) => (d.kind === 'type' || d.kind === 'object' ? [[`${d.kind} ${d.name}`, d] as const] : [])));
  const fill = (kind: 'type' | 'object', name: string): TypeDesc => {
    const desc = (kind === 'type' ? types : objects).get(name) as MutableDesc | undefined;
    const decl = byKey.get(`${kind} ${name}`);
    if (!desc || !decl) throw new Error(`unknown base type in the vSphere tables: ${name}`);
    if (done.has(desc)) return desc;
    done.add(desc);
    if (decl.base !== undefined) {
      const base = fill(kind, decl.base) as MutableDesc;
      base.hasSubtypes = true;
      desc.base = base;
      addFields(desc, base.fields);
    }
    addFields(desc, decl.fields.map(fieldDesc));
    return desc;
  };
  for (const d of DECLS) if (d.kind === 'type' || d.kind === 'object') fill(d.kind, d.name);
  for (const d of DECLS) {
    if (d.kind !== 'method') continue;
    const request = emptyDesc(d.name);
    addFields(request, [THIS, ...d.params].map(fieldDesc));
    methods.set(d.name, { name: d.name, read: d.read, request, returns: d.returns && fieldDesc(d.returns) });
  }
}
compile();

export function findType(name: string): TypeDesc | undefined {
  return types.get(name);
}

/** A type that the tables are known to have. */
export function typeDesc(name: string): TypeDesc {
  const desc = types.get(name);
  if (!desc) throw new Error(`not in the vSphere tables: ${name}`);
  return desc;
}

export function findMethod(name: string): MethodDesc | undefined {
  return methods.get(name);
}

/** Properties of a managed object type, inherited ones first. */
export function findObject(name: string): TypeDesc | undefined {
  return objects.get(name);
}

export function isEnum(name: string): boolean {
  return enums.has(name);
}

/** True if data type (or managed object type) `name` is `ancestor` or derives from it. False for names that the tables do not know. */
export function isSubtype(name: string, ancestor: string): boolean {
  for (let d = types.get(name) ?? objects.get(name); d; d = d.base) if (d.name === ancestor) return true;
  return name === ancestor;
}

/** Names of every declared data type, for tests and servers. */
export function typeNames(): string[] {
  return [...types.keys()];
}

export function methodNames(): string[] {
  return [...methods.keys()];
}

/** The declared field behind a property path such as `config.hardware.device`; undefined where the tables stop. */
export function propertyField(objectType: string, path: string): FieldDesc | undefined {
  let desc: TypeDesc | undefined = objects.get(objectType);
  let field: FieldDesc | undefined;
  for (const step of path.split('.')) {
    const at = step.indexOf('[');
    field = desc?.byName.get(at < 0 ? step : step.slice(0, at));
    if (!field) return undefined;
    if (at >= 0) field = { ...field, array: false };
    desc = field.type;
  }
  return field;
}
