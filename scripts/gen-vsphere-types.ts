/**
 * Writes src/vsphere/types/vim.gen.ts: the TypeScript side of the tables in src/vsphere/types/tables.
 * Run `node_modules/.bin/tsx scripts/gen-vsphere-types.ts` after a change of a table; a test holds the file to it.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DECLS } from '../src/vsphere/types/decls.ts';
import type { FieldDecl, MethodDecl, TypeDecl } from '../src/vsphere/types/parse.ts';

const TS_PRIMITIVES: Record<string, string> = {
  string: 'string',
  anyURI: 'string',
  boolean: 'boolean',
  byte: 'number',
  short: 'number',
  int: 'number',
  float: 'number',
  double: 'number',
  long: 'bigint',
  dateTime: 'Date',
  base64: 'Uint8Array',
  any: 'AnyValue',
  ref: 'Ref',
};

/** Above this many subtypes a slot is typed by its base: a union of hundreds of faults helps nobody. */
const MAX_UNION = 80;

const types = DECLS.filter((d): d is TypeDecl => d.kind === 'type');
const objects = DECLS.filter((d): d is TypeDecl => d.kind === 'object');
const methods = DECLS.filter((d): d is MethodDecl => d.kind === 'method');
const byName = new Map(types.map((d) => [d.name, d]));
const objectByName = new Map(objects.map((d) => [d.name, d]));
const children = new Map<string, string[]>();
for (const d of types) if (d.base !== undefined) children.set(d.base, [...(children.get(d.base) ?? []), d.name]);

function descendants(name: string): string[] {
  return (children.get(name) ?? []).flatMap((c) => [c, ...descendants(c)]);
}

function allFields(d: TypeDecl, from: Map<string, TypeDecl>): FieldDecl[] {
  const base = d.base === undefined ? undefined : from.get(d.base);
  const inherited = base ? allFields(base, from) : [];
  return [...inherited, ...d.fields.filter((f) => !inherited.some((i) => i.name === f.name))];
}

function tsType(f: FieldDecl): string {
  const element = f.opaque
    ? 'DataObject'
    : (TS_PRIMITIVES[f.type] ?? (f.type === 'DynamicData' ? 'DataObject' : children.has(f.type) ? `Any${f.type}` : f.type));
  return f.array ? `${element}[]` : element;
}

function member(f: FieldDecl): string {
  return f.optional ? `  ${f.name}?: ${tsType(f)} | undefined;` : `  ${f.name}: ${tsType(f)};`;
}

function typeText(d: TypeDecl): string {
  const inFamily = children.has(d.name) || (d.base !== undefined && d.base !== 'DynamicData');
  const tag = inFamily ? `  _type: '${d.name}';` : `  _type?: '${d.name}' | undefined;`;
  return [`export interface ${d.name} extends DataObject {`, tag, ...allFields(d, byName).map(member), '}'].join('\n');
}

function unionText(name: string): string {
  const all = [name, ...descendants(name)];
  if (all.length > MAX_UNION)
    return `/** ${name} or one of its ${all.length - 1} subtypes; narrow it with isA. */\nexport type Any${name} = Omit<${name}, '_type'> & { _type: string };`;
  return `export type Any${name} =\n${all.map((n) => `  | ${n}`).join('\n')};`;
}

function methodText(m: MethodDecl): string {
  const args = m.params.map((f) => `${f.name}${f.optional ? '?' : ''}: ${tsType(f)}${f.optional ? ' | undefined' : ''}`).join('; ');
  const result = m.returns ? (m.returns.optional ? `${tsType(m.returns)} | undefined` : tsType(m.returns)) : 'undefined';
  return `  ${m.name}: { args: ${m.params.length ? `{ ${args} }` : 'NoArgs'}; result: ${result} };`;
}

function objectText(d: TypeDecl): string {
  return [`  ${d.name}: {`, ...allFields(d, objectByName).map((f) => `  ${member(f)}`), '  };'].join('\n');
}

/** The whole text of the generated file. */
export function generate(): string {
  const enums = DECLS.filter((d) => d.kind === 'enum');
  const named = types.filter((d) => d.name !== 'DynamicData');
  return [
    '// Written by scripts/gen-vsphere-types.ts from the tables in ./tables. Do not edit.',
    '// biome-ignore-all format: generated',
    '/* oxlint-disable max-lines */',
    "import type { AnyValue, DataObject, Ref } from './value.ts';",
    '',
    '/** A method without parameters. */',
    'export type NoArgs = Record<never, never>;',
    '',
    '// A server newer than the tables may send other values: the `string & {}` keeps them representable.',
    ...enums.map((d) => `export type ${d.name} = ${d.values.map((v) => `'${v}'`).join(' | ')} | (string & {});`),
    '',
    ...named.map(typeText),
    '',
    ...named.filter((d) => children.has(d.name)).map((d) => unionText(d.name)),
    '',
    '/** Data types by their vim25 name. */',
    'export interface VimTypes {',
    ...named.map((d) => `  ${d.name}: ${d.name};`),
    '}',
    '',
    '/** Data types with subtypes: what a value that is known to be one of them may be. */',
    'export interface VimFamilies {',
    ...named.filter((d) => children.has(d.name)).map((d) => `  ${d.name}: Any${d.name};`),
    '}',
    '',
    '/** Methods: what they take beside the object they are called on, and what they answer. */',
    'export interface VimMethods {',
    ...methods.map(methodText),
    '}',
    '',
    '/** Methods that change nothing: the session may send them twice. */',
    `export type ReadMethod =\n${methods
      .filter((m) => m.read)
      .map((m) => `  | '${m.name}'`)
      .join('\n')};`,
    '',
    '/** Managed objects: their properties. */',
    'export interface VimObjects {',
    ...objects.map(objectText),
    '}',
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(fileURLToPath(new URL('../src/vsphere/types/vim.gen.ts', import.meta.url)), generate());
}
