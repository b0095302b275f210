/** The tables against somebody else's: the Go structs of Debian's govmomi, which VMware generated from its own schema (API 7.0). */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DECLS } from './decls.ts';
import type { FieldDecl } from './parse.ts';

const OBJECTS = '/usr/share/gocode/src/github.com/vmware/govmomi/object/';
const TYPES = '/usr/share/gocode/src/github.com/vmware/govmomi/vim25/types/';

interface GoField {
  name: string;
  type: string;
  array: boolean;
  optional: boolean;
}

interface GoStruct {
  base: string | undefined;
  fields: GoField[];
}

const PRIMITIVES: Record<string, string> = {
  bool: 'boolean',
  int32: 'int',
  int64: 'long',
  int16: 'short',
  int8: 'byte',
  byte: 'byte',
  float32: 'float',
  float64: 'double',
  'time.Time': 'dateTime',
  AnyType: 'any',
  ManagedObjectReference: 'ref',
};

/** `Name *Type `xml:"name,omitempty"``; an embedded struct is the base. */
function parseGoField(line: string): GoField {
  const m = /^\w+\s+(\[\])?(\*)?(\[\])?(\S+)\s+`xml:"([^",]*)([^"]*)"/.exec(line);
  if (!m) throw new Error(`not understood: ${line}`);
  const [, outer, pointer, inner, goType = '', name = '', options = ''] = m;
  // where Go has an interface, the schema has the base type of the same name
  const type = goType.replace(/^Base(?=[A-Z])/, '');
  return {
    name,
    type: PRIMITIVES[type] ?? type,
    array: outer !== undefined || inner !== undefined,
    optional: pointer !== undefined || options.includes('omitempty'),
  };
}

/** What is in no published schema stands elsewhere, under names in lower case. */
function internalCalls(): Map<string, GoStruct> {
  const files = ['authorization_manager_internal.go', 'virtual_disk_manager_internal.go'].map((name) =>
    readFileSync(`${OBJECTS}${name}`, 'utf8'),
  );
  // their bodies and responses are no types of the wire, but the way in which Go reads it
  const text = files
    .join('\n')
    .replace(/^type \w+Body struct \{[\s\S]*?^\}/gm, '')
    .replaceAll('types.', '');
  return parseGo(text);
}

function parseGo(text: string): Map<string, GoStruct> {
  const structs = new Map<string, GoStruct>();
  for (const [, name = '', body = ''] of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
    const lines = body.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
    const base = lines.find((line) => /^\w+$/.test(line));
    structs.set(name, { base, fields: lines.filter((line) => line !== base).map(parseGoField) });
  }
  return structs;
}

const OUR_ENUMS = new Set(DECLS.flatMap((d) => (d.kind === 'enum' ? [d.name] : [])));

/** Go keeps many enumerations as strings, and bytes of any kind as []byte. */
function sameType(ours: FieldDecl, theirs: GoField, goEnums: ReadonlySet<string>): boolean {
  if (ours.type === 'base64') return theirs.type === 'byte' && theirs.array;
  if (ours.array !== theirs.array) return false;
  if (theirs.type === 'string') return ours.type === 'string' || ours.type === 'anyURI' || OUR_ENUMS.has(ours.type);
  return ours.type === theirs.type || (ours.type === 'string' && goEnums.has(theirs.type));
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const missing = existsSync(TYPES) ? '' : " (not run: Debian's golang-github-vmware-govmomi-dev is not installed)";
describe.skipIf(missing !== '')(`the tables against govmomi's types${missing}`, () => {
  const structs = existsSync(TYPES) ? parseGo(readFileSync(`${TYPES}types.go`, 'utf8')) : new Map<string, GoStruct>();
  const enums = existsSync(TYPES) ? readFileSync(`${TYPES}enum.go`, 'utf8') : '';
  const goEnums = new Set([...enums.matchAll(/^type (\w+) string/gm)].map((m) => m[1] as string));
  let compared = 0;

  /** What is wrong with our fields; those that only one side has are of another version or left out. */
  function differences(where: string, ours: readonly FieldDecl[], theirs: readonly GoField[]): string[] {
    const out: string[] = [];
    const known = new Map(theirs.map((f) => [f.name, f]));
    const both = ours.filter((f) => known.has(f.name));
    const order = theirs.filter((t) => both.some((f) => f.name === t.name)).map((f) => f.name);
    if (both.map((f) => f.name).join() !== order.join()) out.push(`${where}: the order is ${order.join()}`);
    for (const f of both) {
      const t = known.get(f.name) as GoField;
      compared++;
      if (!sameType(f, t, goEnums)) out.push(`${where}.${f.name}: ${f.type}${f.array ? '[]' : ''}, not ${t.type}${t.array ? '[]' : ''}`);
      if (f.optional && !t.optional) out.push(`${where}.${f.name}: is required`);
    }
    return out;
  }

  test('data types: bases, order of elements, types, arrays, what is required', () => {
    compared = 0;
    const wrong: string[] = [];
    for (const d of DECLS) {
      if (d.kind !== 'type') continue;
      const go = structs.get(d.name);
      if (!go) continue;
      // govmomi leaves the root out of two types
      if (go.base !== undefined && go.base !== d.base) wrong.push(`${d.name}: its base is ${go.base}`);
      wrong.push(...differences(d.name, d.fields, go.fields));
    }
    // since 7.0 a NoPermission may name several objects instead of one
    expect(wrong).toEqual(['NoPermission.object: is required', 'NoPermission.privilegeId: is required']);
    expect(compared).toBeGreaterThan(2000);
  });

  /** Internal calls return nothing, or their task. */
  const RETURNS_A_TASK: GoField = { name: 'returnval', type: 'ref', array: false, optional: false };

  test('methods: parameters in order, and what they return', () => {
    compared = 0;
    const internal = internalCalls();
    const wrong: string[] = [];
    for (const d of DECLS) {
      if (d.kind !== 'method') continue;
      const own = internal.get(`${d.name.charAt(0).toLowerCase()}${d.name.slice(1).replace('_', '')}Request`);
      const go = structs.get(`${capital(d.name).replace(/_Task$/, '')}RequestType`) ?? structs.get(capital(d.name)) ?? own;
      const reply = structs.get(`${capital(d.name)}Response`) ?? (own && { base: undefined, fields: d.returns ? [RETURNS_A_TASK] : [] });
      if (!go || !reply) {
        wrong.push(`${d.name}: govmomi does not have it`);
        continue;
      }
      wrong.push(
        ...differences(
          d.name,
          d.params,
          go.fields.filter((f) => f.name !== '_this'),
        ),
      );
      wrong.push(...differences(`${d.name} returns`, d.returns ? [d.returns] : [], reply.fields).filter((w) => !w.endsWith('is required')));
      if ((d.returns === undefined) !== (reply.fields.length === 0)) wrong.push(`${d.name}: returns something, or nothing`);
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(400);
  });

  test('enumerations', () => {
    const wrong: string[] = [];
    for (const d of DECLS) {
      if (d.kind !== 'enum' || !goEnums.has(d.name)) continue;
      const theirs = [...enums.matchAll(new RegExp(`\\s${d.name}\\s*=\\s*${d.name}\\("([^"]*)"\\)`, 'g'))].map((m) => m[1] as string);
      // the newer schema may have more values, never fewer
      for (const value of theirs) if (!d.values.includes(value)) wrong.push(`${d.name} lacks ${value}`);
    }
    expect(wrong).toEqual([]);
  });
});
