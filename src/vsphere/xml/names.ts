/** Names of elements, attributes and types. */

/** How many different names are remembered; a reply full of new ones must not fill the memory. */
export const MAX_KNOWN = 8192;

/** Longer ones are not remembered. */
const MAX_REMEMBERED = 128;

/** 1: may stand in a name, 2: may also start one. ASCII only; above it everything is taken for a letter. */
export const NAME_CHAR = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const ch = String.fromCharCode(c);
  if (/[A-Za-z_:]/.test(ch)) NAME_CHAR[c] = 2;
  else if (/[0-9.-]/.test(ch)) NAME_CHAR[c] = 1;
}

export function isSpace(c: number): boolean {
  return c === 32 || c === 10 || c === 9 || c === 13;
}

const localNames = new Map<string, string>();

/** Without its prefix. */
export function localName(qualified: string): string {
  const known = localNames.get(qualified);
  if (known !== undefined) return known;
  const local = qualified.slice(qualified.lastIndexOf(':') + 1).trim();
  if (localNames.size < MAX_KNOWN && qualified.length <= MAX_REMEMBERED) localNames.set(qualified, local);
  return local;
}

const XSD_TYPES = new Set([
  'string',
  'boolean',
  'byte',
  'short',
  'int',
  'long',
  'float',
  'double',
  'dateTime',
  'base64Binary',
  'anyURI',
  'anyType',
]);

/** An attribute as raw elements keep it: without its prefix, `xsi:type` excepted. */
export function rawAttribute(name: string, value: string): [string, string] {
  if (!name.includes(':')) return [name, value];
  if (!name.endsWith(':type')) return [localName(name), value];
  const local = localName(value);
  return ['xsi:type', XSD_TYPES.has(local) ? `xsd:${local}` : local];
}
