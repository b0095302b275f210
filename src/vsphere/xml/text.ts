import { XmlError } from './error.ts';

// no prototype: `&constructor;` must not find anything
const NAMED: Record<string, string | undefined> = Object.assign(Object.create(null) as object, {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
});

function fromCodePoint(code: number, source: string): string {
  const valid =
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 32 && code < 0xd800) ||
    (code > 0xdfff && code <= 0x10ffff && code !== 0xfffe && code !== 0xffff);
  if (!valid) throw new XmlError(`${source} is not a character that XML allows`);
  return String.fromCodePoint(code);
}

/** Resolves the five named entities and character references; any other `&` is an error, since there is no DTD to define one. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));|&/g, (whole, hex?: string, dec?: string, name?: string) => {
    if (hex !== undefined) return fromCodePoint(Number.parseInt(hex, 16), whole);
    if (dec !== undefined) return fromCodePoint(Number(dec), whole);
    const found = name === undefined ? undefined : NAMED[name];
    if (found === undefined) throw new XmlError(`unknown entity ${whole}`);
    return found;
  });
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
  '\n': '&#xA;',
  '\t': '&#x9;',
};
const UNWRITABLE =
  // oxlint-disable-next-line no-control-regex -- these are what XML cannot carry
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
// oxlint-disable-next-line no-control-regex -- finds what needs work at all
const SPECIAL = /[\u0000-\u001f&<>"\ud800-\udfff\ufffe\uffff]/;

function refuseUnwritable(text: string): void {
  const bad = UNWRITABLE.exec(text);
  if (bad)
    throw new XmlError(`text with the character U+${(bad[0].codePointAt(0) ?? 0).toString(16).padStart(4, '0')} cannot be sent as XML`);
}

/** Text content; throws on characters that XML 1.0 cannot carry. */
export function escapeText(text: string): string {
  if (!SPECIAL.test(text)) return text;
  refuseUnwritable(text);
  return text.replace(/[&<>\r]/g, (c) => ESCAPES[c] as string);
}

/** An attribute's value between double quotes. */
export function escapeAttribute(text: string): string {
  if (!SPECIAL.test(text)) return text;
  refuseUnwritable(text);
  return text.replace(/[&<>"\r\n\t]/g, (c) => ESCAPES[c] as string);
}
