import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import type { RawElement } from '../types/value.ts';
import { XmlError } from './error.ts';
import { XmlReader } from './reader.ts';
import { escapeAttribute, escapeText } from './text.ts';

interface Tree {
  name: string;
  attrs: Record<string, string>;
  children: (Tree | string)[];
}

/** The document as another parser sees it; undefined if it refuses. */
function oracle(document: string): Tree | undefined {
  const parser = new SaxesParser();
  const top: Tree = { name: '', attrs: {}, children: [] };
  const stack = [top];
  let bad = false;
  parser.on('error', () => {
    bad = true;
  });
  parser.on('doctype', () => {
    bad = true;
  });
  parser.on('opentag', (tag) => {
    const node: Tree = { name: tag.name, attrs: { ...tag.attributes } as Record<string, string>, children: [] };
    stack.at(-1)?.children.push(node);
    stack.push(node);
  });
  const add = (text: string) => {
    const children = stack.at(-1)?.children;
    if (!children || stack.length === 1 || text === '') return;
    if (typeof children.at(-1) === 'string') children[children.length - 1] += text;
    else children.push(text);
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => void stack.pop());
  parser.write(document).close();
  return bad ? undefined : (top.children[0] as Tree);
}

function ours(document: string, maxDepth = 256): RawElement | undefined {
  try {
    const r = new XmlReader(document, { maxDepth });
    r.root();
    const raw = r.raw();
    r.end();
    return raw;
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

/** The oracle's tree as the reader shows it: local names, no layout between elements. */
function asRaw(tree: Tree): RawElement {
  const local = (n: string) => n.slice(n.indexOf(':') + 1);
  const children = tree.children.map((c) => (typeof c === 'string' ? c : asRaw(c)));
  const elements = children.some((c) => typeof c !== 'string');
  return {
    name: local(tree.name),
    attrs: Object.entries(tree.attrs).filter(([n]) => n !== 'xmlns' && !n.startsWith('xmlns:')) as [string, string][],
    children: elements ? children.filter((c) => typeof c !== 'string' || c.trim() !== '') : children,
  };
}

const NAME = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,5}$/);
const TEXT = fc
  .string({ unit: 'binary', maxLength: 12 })
  .filter((s) => /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u.test(s));

const ELEMENT = fc.letrec<{ node: string }>((tie) => ({
  node: fc
    .tuple(
      NAME,
      fc.dictionary(NAME, TEXT, { maxKeys: 3 }),
      fc.array(
        fc.oneof(
          { maxDepth: 4 },
          TEXT.map(escapeText),
          TEXT.filter((t) => !t.includes(']]>')).map((t) => `<![CDATA[${t}]]>`),
          fc.constantFrom('<!-- a -->', '<?pi x?>', '&#65;', '&#x1F600;', '\n  '),
          tie('node'),
        ),
        { maxLength: 4 },
      ),
    )
    .map(([name, attrs, children]) => {
      const a = Object.entries(attrs)
        .map(([k, v]) => ` ${k}="${escapeAttribute(v)}"`)
        .join('');
      return children.length === 0 ? `<${name}${a}/>` : `<${name}${a}>${children.join('')}</${name}>`;
    }),
})).node;

test('well-formed documents read as another parser reads them', () => {
  fc.assert(
    fc.property(ELEMENT, (body) => {
      const document = `<?xml version="1.0" encoding="UTF-8"?>\n${body}\n`;
      const expected = oracle(document);
      expect(expected).toBeDefined();
      expect(ours(document)).toEqual(asRaw(expected as Tree));
    }),
    { numRuns: 500 },
  );
});

test('of damaged documents none is read that another parser refuses, and what both read is the same', () => {
  fc.assert(
    fc.property(ELEMENT, fc.nat(), fc.constantFrom('<', '>', '&', '"', '/', '=', 'x', ' ', ']]>', '<!', '&#0;', ''), (body, at, put) => {
      // by code points: half a pair cannot come out of UTF-8
      const points = Array.from(body);
      const cut = at % (points.length + 1);
      const document = [...points.slice(0, cut), put, ...points.slice(cut + 1)].join('');
      const expected = oracle(document);
      const got = ours(document);
      // names are judged by ASCII only, and control characters in plain text are let through: neither harms
      if (got !== undefined && expected !== undefined) expect(got).toEqual(asRaw(expected));
      if (got !== undefined && expected === undefined) expect(document).toMatch(/[^\t\n\r -~]|:/);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['a DTD', '<!DOCTYPE a><a/>'],
  ['entity declarations', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ['an unknown entity', '<a>&b;</a>'],
  ['names of Object.prototype as entities', '<a>&constructor;</a>'],
  ['__proto__ as an entity', '<a>&__proto__;</a>'],
  ['a character that XML does not have', '<a>&#0;</a>'],
  ['half a surrogate pair', '<a>&#xD800;</a>'],
  ['a number beyond Unicode', '<a>&#x110000;</a>'],
  ['an attribute twice', '<a b="1" b="2"/>'],
  ['a wrong end tag', '<a></b>'],
  ['an end tag of a longer name', '<a></ab>'],
  ['an open end', '<a><b></b>'],
  ['two roots', '<a/><b/>'],
  ['text after the root', '<a/>x'],
  ['text before the root', 'x<a/>'],
  ['nothing', ''],
  ['only a declaration', '<?xml version="1.0"?>'],
  ['no space between attributes', '<a b="1"c="2"/>'],
  ['an unquoted value', '<a b=1/>'],
  ['"<" in a value', '<a b="<"/>'],
  ['"]]>" in text', '<a>]]></a>'],
  ['"--" in a comment', '<a><!-- -- --></a>'],
  ['a CDATA section without end', '<a><![CDATA[x</a>'],
  ['a comment without end', '<a><!-- x</a>'],
  ['a tag without end', '<a b="1"'],
  ['a name that starts with a digit', '<1a/>'],
])('%s is refused', (_, document) => {
  expect(ours(document)).toBeUndefined();
});

test('depth is bounded, and the error says where', () => {
  expect(ours('<a>'.repeat(256) + '</a>'.repeat(256))).toBeDefined();
  expect(ours('<a>'.repeat(257) + '</a>'.repeat(257))).toBeUndefined();
  expect(ours('<a>'.repeat(200_000))).toBeUndefined();
  expect(() => new XmlReader('<a><b x></b></a>').root()).not.toThrow();
  const r = new XmlReader('<a><b x></b></a>');
  r.root();
  expect(() => r.nextChild()).toThrow(/character 6/);
});

test('attributes and names are bounded', () => {
  const attributes = (n: number): string => Array.from({ length: n }, (_, i) => `a${i}="x"`).join(' ');
  expect(ours(`<a ${attributes(256)}/>`)).toBeDefined();
  expect(ours(`<a ${attributes(257)}/>`)).toBeUndefined();
  // comparing them all with each other would take minutes
  expect(ours(`<a ${attributes(400_000)}/>`)).toBeUndefined();
  const name = (n: number): string => 'n'.repeat(n);
  expect(ours(`<${name(1024)}/>`)).toBeDefined();
  expect(ours(`<${name(1025)}/>`)).toBeUndefined();
  expect(ours(`<a ${name(1025)}="x"/>`)).toBeUndefined();
});

test('texts of 13 characters and more are shared, so that a kept value does not keep its document', () => {
  const r = new XmlReader('<a><b>a text that is long</b><b>a text that is long</b></a>');
  r.root();
  const texts: string[] = [];
  while (r.nextChild()) texts.push(r.text());
  expect(texts).toEqual(['a text that is long', 'a text that is long']);
});
