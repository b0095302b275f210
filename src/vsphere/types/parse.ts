/**
 * Reads the tables in ./tables: text, one statement per unindented line, indented lines continue it, `#` starts a comment.
 *
 *     VirtualDisk < VirtualDevice: capacityInKB long, shares? SharesInfo, iofilter? string[]   a data type; its base is DynamicData unless named
 *     enum SharesLevel: low normal high custom
 *     object Folder < ManagedEntity: childEntity? ref[], name string                           a managed object's properties
 *     call CloneVM_Task(folder ref, name string, spec VirtualMachineCloneSpec): ref            a method; `read` instead of `call`: changes nothing
 *
 * Fields stand in schema order, base type first, because SOAP wants them in that order. `?` after the name: may be unset.
 * `[]` after the type: repeats. `~Type` names a type that the tables leave out on purpose; its values are kept as raw XML.
 * Primitives: string boolean byte short int long float double dateTime base64 anyURI any ref (a ManagedObjectReference).
 */

export interface FieldDecl {
  name: string;
  type: string;
  optional: boolean;
  array: boolean;
  /** The type is left out of the tables on purpose. */
  opaque: boolean;
}

export interface TypeDecl {
  kind: 'type' | 'object';
  name: string;
  base: string | undefined;
  fields: FieldDecl[];
}

export interface EnumDecl {
  kind: 'enum';
  name: string;
  values: string[];
}

export interface MethodDecl {
  kind: 'method';
  name: string;
  /** Changes nothing on the server, so it may be sent twice. */
  read: boolean;
  params: FieldDecl[];
  returns: FieldDecl | undefined;
}

export type Decl = TypeDecl | EnumDecl | MethodDecl;

export const PRIMITIVES = [
  'string',
  'boolean',
  'byte',
  'short',
  'int',
  'long',
  'float',
  'double',
  'dateTime',
  'base64',
  'anyURI',
  'any',
  'ref',
] as const;

/** Statements of a table with their continuation lines joined. */
function statements(table: string): string[] {
  const out: string[] = [];
  for (const line of table.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (line.startsWith(' ')) out[out.length - 1] += ` ${line.trim()}`;
    else out.push(line.trim());
  }
  return out;
}

function parseType(text: string): Pick<FieldDecl, 'type' | 'array' | 'opaque'> {
  const m = /^(~?)(\w+)(\[\])?$/.exec(text.trim());
  if (!m) throw new Error(`bad type in a vSphere table: ${text}`);
  return { type: m[2] as string, array: m[3] !== undefined, opaque: m[1] === '~' };
}

function parseFields(text: string): FieldDecl[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => {
      const m = /^(\w+)(\??) (\S+)$/.exec(item);
      if (!m) throw new Error(`bad field in a vSphere table: ${item}`);
      return { name: m[1] as string, optional: m[2] === '?', ...parseType(m[3] as string) };
    });
}

function parseMethod(text: string): MethodDecl {
  const m = /^(read|call) (\w+)\(\s*(.*)\)(?:: (\S+))?$/.exec(text);
  if (!m) throw new Error(`bad method in a vSphere table: ${text}`);
  const returns = m[4];
  return {
    kind: 'method',
    name: m[2] as string,
    read: m[1] === 'read',
    params: parseFields(m[3] as string),
    returns:
      returns === undefined
        ? undefined
        : { name: 'returnval', optional: returns.endsWith('?'), ...parseType(returns.endsWith('?') ? returns.slice(0, -1) : returns) },
  };
}

function parseStatement(text: string): Decl {
  if (/^(read|call) /.test(text)) return parseMethod(text);
  const en = /^enum (\w+): (.*)$/.exec(text);
  if (en) return { kind: 'enum', name: en[1] as string, values: (en[2] as string).split(/\s+/) };
  const m = /^(object )?(\w+)(?: < (\w+))?(?::\s*(.*))?$/.exec(text);
  if (!m) throw new Error(`bad statement in a vSphere table: ${text}`);
  const name = m[2] as string;
  const implied = m[1] || name === 'DynamicData' ? undefined : 'DynamicData';
  return { kind: m[1] ? 'object' : 'type', name, base: m[3] ?? implied, fields: parseFields(m[4] ?? '') };
}

/** All statements of the tables; throws on a name that is declared twice. */
export function parseTables(tables: readonly string[]): Decl[] {
  const decls = tables.flatMap(statements).map(parseStatement);
  const seen = new Set<string>();
  for (const d of decls) {
    const key = `${d.kind === 'object' || d.kind === 'method' ? d.kind : 'type'} ${d.name}`;
    if (seen.has(key)) throw new Error(`declared twice in the vSphere tables: ${key}`);
    seen.add(key);
  }
  return decls;
}
