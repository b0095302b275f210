/**
 * A small reader of TypeScript source: tokens without comments, and the imports among them. No compiler, so that the check
 * of the walls costs a fraction of a second; what it must tell apart are comments, strings, templates and regular expressions.
 */

export interface Token {
  kind: 'word' | 'mark' | 'string' | 'template';
  /** For a string or a template its content, without quotes; `${…}` parts of a template are left out. */
  text: string;
  /** Counted from 1. */
  line: number;
}

export interface Import {
  /** The module as written; undefined for a dynamic import whose module is computed. */
  from: string | undefined;
  typeOnly: boolean;
  line: number;
}

const WORD = /[A-Za-z0-9_$\u0080-\uffff]/;
/** After these a slash begins a regular expression, not a division. */
const BEFORE_REGEX = /^(?:[([{,;:=!&|?+\-*%<>~^]|return|typeof|case|in|of|delete|void|throw|new|do|else|await|yield)$/;

class Scanner {
  readonly #source: string;
  #at = 0;
  #line = 1;
  readonly tokens: Token[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  scan(): Token[] {
    this.#code(false);
    return this.tokens;
  }

  /** Reads code up to the end, or up to the brace that closes a template's `${`. */
  #code(inTemplate: boolean): void {
    let depth = 0;
    while (this.#at < this.#source.length) {
      const c = this.#source[this.#at] as string;
      if (this.#skipped(c)) continue;
      if (inTemplate && c === '}' && depth === 0) return;
      if (c === '{') depth += 1;
      if (c === '}') depth -= 1;
      if (c === "'" || c === '"') this.#string(c);
      else if (c === '`') this.#template();
      else if (c === '/' && this.#regexMayBegin()) this.#regex();
      else if (WORD.test(c)) this.#word();
      else this.#push('mark', c, this.#at++);
    }
  }

  /** White space and comments. */
  #skipped(c: string): boolean {
    const two = this.#source.slice(this.#at, this.#at + 2);
    if (two === '//' || (two === '#!' && this.#at === 0)) {
      const end = this.#source.indexOf('\n', this.#at);
      this.#at = end < 0 ? this.#source.length : end;
      return true;
    }
    if (two === '/*') {
      const end = this.#source.indexOf('*/', this.#at + 2);
      this.#advance(end < 0 ? this.#source.length : end + 2);
      return true;
    }
    if (!/\s/.test(c)) return false;
    this.#advance(this.#at + 1);
    return true;
  }

  #advance(to: number): void {
    for (; this.#at < to; this.#at++) if (this.#source[this.#at] === '\n') this.#line += 1;
  }

  #push(kind: Token['kind'], text: string, _at: number, line = this.#line): void {
    this.tokens.push({ kind, text, line });
  }

  #word(): void {
    const from = this.#at;
    while (this.#at < this.#source.length && WORD.test(this.#source[this.#at] as string)) this.#at += 1;
    this.#push('word', this.#source.slice(from, this.#at), from);
  }

  #string(quote: string): void {
    const [from, line] = [this.#at + 1, this.#line];
    this.#at += 1;
    while (this.#at < this.#source.length && this.#source[this.#at] !== quote && this.#source[this.#at] !== '\n') {
      this.#advance(this.#at + (this.#source[this.#at] === '\\' ? 2 : 1));
    }
    this.#push('string', this.#source.slice(from, this.#at), from, line);
    this.#at += 1;
  }

  #template(): void {
    const line = this.#line;
    const parts: Token[] = [];
    let text = '';
    this.#at += 1;
    while (this.#at < this.#source.length && this.#source[this.#at] !== '`') {
      const c = this.#source[this.#at] as string;
      if (c === '$' && this.#source[this.#at + 1] === '{') {
        const before = this.tokens.length;
        this.#at += 2;
        this.#code(true);
        parts.push(...this.tokens.splice(before));
        this.#at += 1;
        continue;
      }
      text += c;
      this.#advance(this.#at + (c === '\\' ? 2 : 1));
    }
    this.#at += 1;
    // A template with parts is not a constant: its own text goes first, then what is computed in it.
    this.#push('template', text, 0, line);
    if (parts.length > 0) this.tokens.push({ kind: 'mark', text: '$', line }, ...parts);
  }

  #regexMayBegin(): boolean {
    const last = this.tokens.at(-1);
    return last === undefined || (last.kind !== 'string' && last.kind !== 'template' && BEFORE_REGEX.test(last.text));
  }

  #regex(): void {
    let inClass = false;
    this.#at += 1;
    for (; this.#at < this.#source.length; this.#at++) {
      const c = this.#source[this.#at];
      if (c === '\n') break;
      if (c === '\\') this.#at += 1;
      else if (c === '[') inClass = true;
      else if (c === ']') inClass = false;
      else if (c === '/' && !inClass) break;
    }
    this.#at += 1;
    this.#push('string', '', 0);
  }
}

export function tokensOf(source: string): Token[] {
  return new Scanner(source).scan();
}

/** Every static import, `export … from`, dynamic import, `import('…')` type and `require`. */
export function importsOf(tokens: readonly Token[]): Import[] {
  const found: Import[] = [];
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== 'word' || tokens[i - 1]?.text === '.') continue;
    if (token.text === 'import') found.push(...importAt(tokens, i));
    else if (token.text === 'export') found.push(...exportAt(tokens, i));
    else if (token.text === 'require') found.push(...requireAt(tokens, i));
  }
  return found;
}

function importAt(tokens: readonly Token[], i: number): Import[] {
  const next = tokens[i + 1];
  if (next === undefined || next.text === '.' || next.text === ':' || next.text === '?') return [];
  if (next.text === '(' && next.kind === 'mark') return called(tokens, i, tokens[i - 1]?.text === 'typeof');
  const { line } = tokens[i] as Token;
  if (next.kind === 'string') return [{ from: next.text, typeOnly: false, line }];
  const typeOnly = next.text === 'type' && tokens[i + 2]?.text !== 'from' && tokens[i + 2]?.text !== ',';
  return fromAfter(tokens, i + 1, typeOnly, line);
}

function exportAt(tokens: readonly Token[], i: number): Import[] {
  const typeOnly = tokens[i + 1]?.text === 'type' && ['{', '*'].includes(tokens[i + 2]?.text ?? '');
  const at = typeOnly ? i + 2 : i + 1;
  if (!['{', '*'].includes(tokens[at]?.text ?? '')) return [];
  return fromAfter(tokens, at, typeOnly, (tokens[i] as Token).line);
}

/** The clause of an import or export holds words, braces, commas and stars only; then `from` and the module. */
function fromAfter(tokens: readonly Token[], start: number, typeOnly: boolean, line: number): Import[] {
  for (let i = start; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    const next = tokens[i + 1];
    if (token.text === 'from' && token.kind === 'word' && next?.kind === 'string') return [{ from: next.text, typeOnly, line }];
    if (token.kind === 'mark' && !'{},*'.includes(token.text)) return [];
    if (token.kind === 'template') return [];
    if (token.text === '}' && next?.text !== 'from') return [];
  }
  return [];
}

/** A dynamic import; also `import(name: T)` as a method's declaration looks like one and is passed over. */
function called(tokens: readonly Token[], i: number, typeOnly: boolean): Import[] {
  const [argument, next] = [tokens[i + 2], tokens[i + 3]];
  const { line } = tokens[i] as Token;
  if (argument?.text === ')' || (argument?.kind === 'word' && (next?.text === ':' || next?.text === '?'))) return [];
  return [{ from: constant(argument, next), typeOnly, line }];
}

/** CommonJS: only with the module's name in place, since a method may be called so too. */
function requireAt(tokens: readonly Token[], i: number): Import[] {
  const from = tokens[i + 1]?.text === '(' ? constant(tokens[i + 2], tokens[i + 3]) : undefined;
  return from === undefined ? [] : [{ from, typeOnly: false, line: (tokens[i] as Token).line }];
}

function constant(argument: Token | undefined, next: Token | undefined): string | undefined {
  const literal = argument?.kind === 'string' || argument?.kind === 'template';
  return literal && (next?.text === ')' || next?.text === ',') ? argument.text : undefined;
}
