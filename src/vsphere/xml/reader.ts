/**
 * A strict pull reader over a whole document: well-formed XML without DTD, namespaces by prefix only.
 * It hands out start tags and text in document order, so that the decoder builds typed objects with no tree between.
 * Not supported on purpose: DTDs and entities (so nothing expands), encodings other than UTF-8.
 */
import { XmlError } from './error.ts';
import { isSpace, localName, MAX_KNOWN, NAME_CHAR, rawAttribute } from './names.ts';
import { decodeEntities } from './text.ts';
import type { RawElement } from '../types/value.ts';

export interface ReaderLimits {
  /** Elements inside each other. */
  maxDepth?: number;
}

const LT = 60;
const GT = 62;
const SLASH = 47;
const BANG = 33;
const QUESTION = 63;
const QUOTE = 34;
const APOS = 39;
const EQUALS = 61;
const AMP = 38;

/** Attributes of one element; real ones have ten at most. They are compared with each other, so there must be a bound. */
const MAX_ATTRIBUTES = 256;

/** Characters of a name. Names are remembered, and errors repeat them. */
const MAX_NAME = 1024;

/** Names seen before, by a hash of their characters, so that the ten thousandth `<propSet>` makes no new string. Bounded. */
const knownNames = new Map<number, string>();

export class XmlReader {
  /** Local name of the element whose start tag was read last. */
  name = '';
  /** Its xsi:type without prefix, or ''. */
  xsiType = '';
  /** Its plain `type` attribute (of references), or ''. */
  refType = '';
  /** It has xsi:nil="true". */
  nil = false;
  private readonly s: string;
  private pos = 0;
  private readonly open: string[] = [];
  private empty = false;
  // attributes of the start tag read last; arrays that are used again and again, as there are many tags
  private readonly attrNames: string[] = [];
  private readonly attrValues: string[] = [];
  private attrCount = 0;
  private readonly maxDepth: number;
  private readonly plain: boolean;
  private readonly cdataEnd: boolean;
  private readonly interned = new Map<string, string>();

  constructor(document: string, limits: ReaderLimits = {}) {
    let s = document;
    if (s.charCodeAt(0) === 0xfeff) s = s.slice(1);
    // XML's line ends are \n, whatever was sent
    if (s.includes('\r')) s = s.replace(/\r\n?/g, '\n');
    this.s = s;
    this.maxDepth = limits.maxDepth ?? 256;
    this.plain = !s.includes('&');
    this.cdataEnd = s.includes(']]>');
  }

  fail(what: string): never {
    const before = this.s.slice(Math.max(0, this.pos - 40), this.pos + 40).replace(/\s+/g, ' ');
    throw new XmlError(`${what} at character ${this.pos}`, { near: before, path: this.open.slice(-6).join('/') });
  }

  get depth(): number {
    return this.open.length;
  }

  /** Reads up to the root's start tag. */
  root(): void {
    this.skipMisc();
    if (!this.nextChildTag()) this.fail('there is no root element');
  }

  /** After the root's end: only comments and space may follow. */
  end(): void {
    if (this.open.length > 0 || this.empty) this.fail('the document goes on');
    this.skipMisc();
    if (this.pos < this.s.length) this.fail('something follows the root element');
  }

  /** Inside an element that holds elements: true at the next child's start tag, false at the element's own end tag, which is consumed. */
  nextChild(): boolean {
    if (this.empty) {
      this.empty = false;
      this.open.pop();
      return false;
    }
    return this.nextChildTag();
  }

  /** The text of the element whose start tag was just read; consumes its end tag. */
  text(): string {
    if (this.empty) {
      this.empty = false;
      this.open.pop();
      return '';
    }
    const s = this.s;
    const at = s.indexOf('<', this.pos);
    if (at < 0) this.fail('the document ends too early');
    const raw = s.slice(this.pos, at);
    if (s.charCodeAt(at + 1) !== SLASH) return this.mixedText();
    this.pos = at;
    this.endTag();
    return this.detach(this.plain && !this.cdataEnd ? raw : this.decodeText(raw));
  }

  /** The element just opened, kept as it is. */
  raw(): RawElement {
    const name = this.name;
    const attrs: [string, string][] = [];
    for (let i = 0; i < this.attrCount; i++) {
      const attr = this.attrNames[i] as string;
      if (attr !== 'xmlns' && !attr.startsWith('xmlns:')) attrs.push(rawAttribute(attr, this.attrValues[i] as string));
    }
    const children: (RawElement | string)[] = [];
    if (this.empty) {
      this.empty = false;
      this.open.pop();
      return { name, attrs, children };
    }
    for (;;) {
      const text = this.textPiece();
      if (text !== '') children.push(text);
      if (this.s.charCodeAt(this.pos + 1) === SLASH) {
        this.endTag();
        break;
      }
      this.startTag();
      children.push(this.raw());
    }
    // white space between elements is layout
    const elements = children.some((c) => typeof c !== 'string');
    return { name, attrs, children: elements ? children.filter((c) => typeof c !== 'string' || c.trim() !== '') : children };
  }

  /** Passes over the element just opened. */
  skip(): void {
    this.raw();
  }

  /** An attribute of the start tag read last. */
  attribute(name: string): string | undefined {
    for (let i = 0; i < this.attrCount; i++) if (this.attrNames[i] === name) return this.attrValues[i];
    return undefined;
  }

  private decodeText(raw: string): string {
    if (this.cdataEnd && raw.includes(']]>')) this.fail('"]]>" in text');
    return this.plain ? raw : decodeEntities(raw);
  }

  /** A copy that does not keep the whole document alive (V8 slices of 13 characters and more point into their source); equal ones are shared. */
  private detach(text: string): string {
    if (text.length < 13) return text;
    const found = this.interned.get(text);
    if (found !== undefined) return found;
    const copy = ` ${text}`.slice(1);
    this.interned.set(copy, copy);
    return copy;
  }

  /** Text up to the next tag, over comments, CDATA and processing instructions; stops at the `<`. */
  private textPiece(): string {
    const s = this.s;
    let out = '';
    for (;;) {
      const at = s.indexOf('<', this.pos);
      if (at < 0) this.fail('the document ends too early');
      out += this.decodeText(s.slice(this.pos, at));
      this.pos = at;
      const c = s.charCodeAt(at + 1);
      if (c === BANG && s.startsWith('<![CDATA[', at)) {
        const close = s.indexOf(']]>', at + 9);
        if (close < 0) this.fail('a CDATA section does not end');
        out += s.slice(at + 9, close);
        this.pos = close + 3;
      } else if (c === BANG || c === QUESTION) this.skipMarkup();
      else return this.detach(out);
    }
  }

  private mixedText(): string {
    const out = this.textPiece();
    if (this.s.charCodeAt(this.pos + 1) !== SLASH) this.fail(`an element inside <${this.name}>, which holds text`);
    this.endTag();
    return out;
  }

  private nextChildTag(): boolean {
    const s = this.s;
    for (;;) {
      let p = this.pos;
      let c = s.charCodeAt(p);
      while (isSpace(c)) c = s.charCodeAt(++p);
      this.pos = p;
      if (c !== LT) {
        if (p >= s.length) this.fail('the document ends too early');
        if (this.open.length > 0 && s.startsWith('<![CDATA[', p)) this.fail('text between elements');
        this.fail('text between elements');
      }
      const n = s.charCodeAt(p + 1);
      if (n === SLASH) {
        if (this.open.length === 0) this.fail('an end tag without its start');
        this.endTag();
        return false;
      }
      if (n !== BANG && n !== QUESTION) {
        this.startTag();
        return true;
      }
      this.skipMarkup();
    }
  }

  /** At `<name`. Sets name, xsiType, refType, nil. */
  private startTag(): void {
    const s = this.s;
    const from = this.pos + 1;
    const to = this.scanName(from);
    const qualified = this.nameText(from, to);
    if (this.open.length >= this.maxDepth) this.fail(`elements inside each other more than ${this.maxDepth} deep`);
    this.open.push(qualified);
    const colon = qualified.indexOf(':');
    this.name = colon < 0 ? qualified : qualified.slice(colon + 1);
    this.xsiType = '';
    this.refType = '';
    this.nil = false;
    this.attrCount = 0;
    if (s.charCodeAt(to) === GT) {
      this.pos = to + 1;
      return;
    }
    this.readAttributes(to);
  }

  private scanName(from: number): number {
    const s = this.s;
    const first = s.charCodeAt(from);
    if (!(first < 128 ? NAME_CHAR[first] === 2 : first >= 128)) this.fail('"<" without a name');
    let h = first;
    let p = from + 1;
    for (let c = s.charCodeAt(p); c < 128 ? NAME_CHAR[c] !== 0 : c >= 128; c = s.charCodeAt(++p)) h = (h * 31 + c) | 0;
    if (p - from > MAX_NAME) this.fail(`a name of more than ${MAX_NAME} characters`);
    this.hash = h;
    return p;
  }

  private hash = 0;

  private nameText(from: number, to: number): string {
    const known = knownNames.get(this.hash);
    if (known !== undefined && known.length === to - from && this.s.startsWith(known, from)) return known;
    const name = ` ${this.s.slice(from, to)}`.slice(1);
    if (known === undefined && knownNames.size < MAX_KNOWN) knownNames.set(this.hash, name);
    return name;
  }

  private readAttributes(from: number): void {
    const s = this.s;
    let p = from;
    for (;;) {
      const before = p;
      while (isSpace(s.charCodeAt(p))) p++;
      this.pos = p;
      const c = s.charCodeAt(p);
      if (c === GT) {
        this.pos = p + 1;
        return;
      }
      if (c === SLASH) {
        if (s.charCodeAt(p + 1) !== GT) this.fail('"/" inside a tag');
        this.pos = p + 2;
        this.empty = true;
        return;
      }
      if (p === before) this.fail('no space before an attribute');
      p = this.readAttribute(p);
    }
  }

  private readAttribute(from: number): number {
    const s = this.s;
    let p = this.scanName(from);
    const name = this.nameText(from, p);
    while (isSpace(s.charCodeAt(p))) p++;
    if (s.charCodeAt(p) !== EQUALS) this.fail(`attribute ${name} without a value`);
    p++;
    while (isSpace(s.charCodeAt(p))) p++;
    const quote = s.charCodeAt(p);
    if (quote !== QUOTE && quote !== APOS) this.fail(`the value of attribute ${name} is not quoted`);
    const close = this.scanValue(p + 1, quote);
    if (this.attrCount >= MAX_ATTRIBUTES) this.fail(`more than ${MAX_ATTRIBUTES} attributes`);
    for (let i = 0; i < this.attrCount; i++) if (this.attrNames[i] === name) this.fail(`attribute ${name} twice`);
    this.attrNames[this.attrCount] = name;
    this.attrValues[this.attrCount++] = this.value;
    // Only xsi uses a prefixed `type`, so the prefix need not be resolved; vim25 type names carry none that matters.
    if (name === 'type') this.refType = this.value;
    else if (name === 'xsi:type' || (name.endsWith(':type') && !name.startsWith('xmlns:'))) this.xsiType = localName(this.value);
    else if (name.endsWith(':nil')) this.nil = this.value === 'true' || this.value === '1';
    return close + 1;
  }

  private value = '';

  /** Reads up to the closing quote into `value`; answers where that is. Nearly all values are type names, which come again and again. */
  private scanValue(from: number, quote: number): number {
    const s = this.s;
    let h = 0;
    let p = from;
    let c = s.charCodeAt(p);
    while (c > 32 && c < 128 && c !== quote && c !== LT && c !== AMP) {
      h = (h * 31 + c) | 0;
      c = s.charCodeAt(++p);
    }
    if (c === quote) {
      this.hash = h;
      this.value = p - from > 64 ? this.detach(s.slice(from, p)) : this.nameText(from, p);
      return p;
    }
    const close = s.indexOf(quote === QUOTE ? '"' : "'", from);
    if (close < 0) this.fail('the document ends too early');
    const raw = s.slice(from, close);
    if (raw.includes('<')) this.fail('"<" in the value of an attribute');
    const spaced = /[\n\t]/.test(raw) ? raw.replace(/[\n\t]/g, ' ') : raw;
    this.value = this.detach(this.plain ? spaced : decodeEntities(spaced));
    return close;
  }

  /** At `</`. Checks the name against the open element and closes it. */
  private endTag(): void {
    const s = this.s;
    const name = this.open.pop();
    if (name === undefined || !s.startsWith(name, this.pos + 2)) this.fail(`the end tag does not match <${name ?? ''}>`);
    let p = this.pos + 2 + name.length;
    while (isSpace(s.charCodeAt(p))) p++;
    if (s.charCodeAt(p) !== GT) this.fail(`the end tag does not match <${name}>`);
    this.pos = p + 1;
  }

  /** Space, comments, processing instructions and the XML declaration outside the root. */
  private skipMisc(): void {
    const s = this.s;
    for (;;) {
      while (isSpace(s.charCodeAt(this.pos))) this.pos++;
      const c = s.charCodeAt(this.pos + 1);
      if (s.charCodeAt(this.pos) !== LT || (c !== BANG && c !== QUESTION)) return;
      this.skipMarkup();
    }
  }

  /** At `<!` or `<?`: a comment or a processing instruction is passed over, anything else refused. */
  private skipMarkup(): void {
    const s = this.s;
    if (s.startsWith('<!--', this.pos)) {
      const close = s.indexOf('--', this.pos + 4);
      if (close < 0 || s.charCodeAt(close + 2) !== GT) this.fail('a comment does not end well');
      this.pos = close + 3;
    } else if (s.charCodeAt(this.pos + 1) === QUESTION) {
      const to = this.scanName(this.pos + 2);
      const close = s.indexOf('?>', to);
      if (close < 0 || (close !== to && !isSpace(s.charCodeAt(to)))) this.fail('a processing instruction does not end well');
      if (to === this.pos + 5 && this.pos !== 0 && s.slice(this.pos + 2, to).toLowerCase() === 'xml') {
        this.fail('an XML declaration inside the document');
      }
      this.pos = close + 2;
    } else if (s.startsWith('<![CDATA[', this.pos)) this.fail('text between elements');
    else this.fail('a DTD or another declaration, which is refused');
  }
}
