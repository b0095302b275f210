/**
 * A small POSIX shell for simulated guests: what programs that set up accounts are written in. Lists with `;`, `&&`, `||` and line
 * breaks, pipes, quotes, variables, `$(…)`, redirections, `set -e`, `exit`. No loops, no functions, no globs: a script that uses
 * them ends with 2, as a real shell does at a syntax error, instead of being waved through.
 */
import { COMMANDS, type Process } from './commands.ts';
import { oncePerInstance } from './cloud-state.ts';
import { Frozen, type GuestSystem, lacks, maySudo, type Rest } from './system.ts';

export interface ShellResult {
  code: number;
  out: string;
  err: string;
  /** Set where the script froze its machine: what is left of it, for each clone to run. */
  rest?: Rest | undefined;
}

/** One part of a word: text as it stands, or what a variable or a command gives. */
type Part = { text: string } | { variable: string } | { command: string };
type Word = Part[];
type Token = { word: Word } | { op: string };

/** Operators, longest first. */
const OPERATORS = ['2>&1', '2>>', '&&', '||', '>>', '2>', '>', '<', ';', '|', '\n'];
const UNSUPPORTED = new Set(['if', 'then', 'for', 'while', 'until', 'case', 'do', 'done', 'fi', '{', '}', '(', ')', 'function']);

class SyntaxProblem extends Error {}

/** Runs a script as `sh -c` does. Never throws for what a script does. */
export function runShell(system: GuestSystem, user: string, script: string, args: readonly string[] = []): ShellResult {
  const shell = new Shell(system, user, args);
  try {
    return shell.run(script);
  } catch (error) {
    if (error instanceof SyntaxProblem) return { code: 2, out: '', err: `sh: ${error.message}\n` };
    if (error instanceof Frozen)
      return { code: 0, out: '', err: '', rest: (into, code) => error.rests.reduce((c, rest) => rest(into, c), code) };
    throw error;
  }
}

class Exit extends Error {
  readonly code: number;
  /** What `exec` ran in the shell's place. */
  readonly last: Process | undefined;

  constructor(code: number, last?: Process) {
    super('exit');
    this.code = code;
    this.last = last;
  }
}

class Shell {
  readonly #system: GuestSystem;
  readonly #user: string;
  readonly #variables: Map<string, string>;
  #errexit = false;
  /** Exit code of the last command: that of an `exit` without one. */
  #last = 0;

  constructor(system: GuestSystem, user: string, args: readonly string[]) {
    this.#system = system;
    this.#user = user;
    const home = system.accounts.get(user)?.home ?? '/';
    this.#variables = new Map([['HOME', home], ['USER', user], ...args.map((arg, i) => [String(i), arg] as [string, string])]);
  }

  run(script: string): ShellResult {
    const said = { out: '', err: '' };
    try {
      return { code: this.#list(tokensOf(script), said), ...said };
    } catch (error) {
      if (error instanceof Exit)
        return { code: error.code, out: said.out + (error.last?.out ?? ''), err: said.err + (error.last?.err ?? '') };
      throw error;
    }
  }

  /** A whole list; the code is that of the last pipeline that ran. */
  #list(
    tokens: readonly Token[],
    said: { out: string; err: string },
    begin: { code: number; joint: string } = { code: 0, joint: ';' },
  ): number {
    let { code, joint } = begin;
    let from = 0;
    for (let i = 0; i <= tokens.length; i++) {
      const token = tokens[i];
      const op = token !== undefined && 'op' in token ? token.op : undefined;
      if (token !== undefined && (op === undefined || ![';', '\n', '&&', '||'].includes(op))) continue;
      const pipeline = tokens.slice(from, i);
      from = i + 1;
      if (pipeline.length > 0 && (joint === '&&' ? code === 0 : joint === '||' ? code !== 0 : true)) {
        try {
          code = this.#pipeline(pipeline, said);
          this.#last = code;
        } catch (error) {
          if (error instanceof Frozen && !error.replaced) error.rests.push(this.#restOf(tokens.slice(i + 1), op ?? ';'));
          throw error;
        }
        // A failure before `&&` or `||` is what they ask about.
        if (code !== 0 && this.#errexit && op !== '&&' && op !== '||') throw new Exit(code);
      } else if (pipeline.length === 0 && (joint === '&&' || joint === '||') && op !== '\n') {
        throw new SyntaxProblem(`syntax error near ${joint}`);
      }
      // A line may break after a joint.
      if (!(pipeline.length === 0 && op === '\n' && (joint === '&&' || joint === '||'))) joint = op ?? ';';
    }
    return code;
  }

  /** What is left of a list, as a shell with these variables runs it in another guest. */
  #restOf(tokens: readonly Token[], joint: string): Rest {
    const variables = [...this.#variables];
    return (system, code) => {
      const shell = new Shell(system, this.#user, []);
      for (const [name, value] of variables) shell.#variables.set(name, value);
      shell.#errexit = this.#errexit;
      try {
        return shell.#list(tokens, { out: '', err: '' }, { code, joint });
      } catch (error) {
        if (error instanceof Exit) return error.code;
        if (error instanceof Frozen) return 0;
        throw error;
      }
    };
  }

  #pipeline(tokens: readonly Token[], said: { out: string; err: string }): number {
    let input = '';
    let code = 0;
    let from = 0;
    for (let i = 0; i <= tokens.length; i++) {
      const token = tokens[i];
      if (token !== undefined && !('op' in token && token.op === '|')) continue;
      const one: Process = { system: this.#system, user: this.#user, args: [], input, out: '', err: '' };
      code = this.#command(tokens.slice(from, i), one);
      said.err += one.err;
      input = one.out;
      from = i + 1;
    }
    said.out += input;
    return code;
  }

  #command(tokens: readonly Token[], process: Process): number {
    const words: string[] = [];
    const redirects: [op: string, path: string][] = [];
    let onlyAssignments = true;
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] as Token;
      if ('op' in token) {
        const target = tokens[i + 1];
        if (token.op === '2>&1') redirects.push([token.op, '']);
        else if (target === undefined || 'op' in target) throw new SyntaxProblem(`syntax error near ${token.op}`);
        else {
          redirects.push([token.op, this.#expand(target.word)]);
          i++;
        }
        continue;
      }
      const [first, ...rest] = token.word;
      const set = onlyAssignments && first !== undefined && 'text' in first ? /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(first.text) : null;
      if (set !== null) {
        this.#variables.set(set[1] as string, this.#expand([{ text: set[2] as string }, ...rest]));
        continue;
      }
      onlyAssignments = false;
      words.push(this.#expand(token.word));
    }
    const [name, ...args] = words;
    if (name === undefined) return 0;
    if (UNSUPPORTED.has(name)) throw new SyntaxProblem(`${name}: this shell does not know it`);
    const into = redirects.filter(([op]) => op === '<').at(-1);
    if (into !== undefined) process.input = this.#system.files.get(into[1])?.toString('utf8') ?? '';
    process.args = args;
    const code = this.#call(name, process);
    for (const [op, path] of redirects) this.#redirect(op, path, process);
    return code;
  }

  #call(name: string, process: Process): number {
    if (name === 'exit') throw new Exit(process.args[0] === undefined ? this.#last : Number(process.args[0]));
    if (name === 'exec') {
      try {
        throw new Exit(this.#call(process.args[0] ?? 'true', Object.assign(process, { args: process.args.slice(1) })), process);
      } catch (error) {
        // nothing of this shell is left to go on with
        if (error instanceof Frozen) error.replaced = true;
        throw error;
      }
    }
    if (name === 'set') {
      this.#errexit = process.args.includes('-e') || this.#errexit;
      return 0;
    }
    if (/^(?:\/bin\/|\/usr\/bin\/)?(?:ba|da)?sh$/.test(name) && process.args[0] === '-c') {
      const script = process.args[1] ?? '';
      // A program that this shell does not run says in its first line what comes of it.
      return this.#inner(process, this.#user, /^# simulated: (.*)/.exec(script)?.[1] ?? script, process.args.slice(2));
    }
    if (name === 'sudo') {
      const words = process.args.filter((word, i) => i > 0 || word !== '-n');
      if (maySudo(this.#system, this.#user)) return this.#inner(process, 'root', asLine(words));
      process.err += 'sudo: a password is required\n';
      return 1;
    }
    if (name === 'cloud-init-per') {
      const [, mark, ...words] = process.args;
      return oncePerInstance(this.#system, mark ?? '') ? this.#inner(process, this.#user, asLine(words)) : 0;
    }
    const command = COMMANDS[name.split('/').at(-1) as string];
    if (command === undefined || lacks(this.#system, name)) {
      process.err += `sh: ${name}: not found\n`;
      return 127;
    }
    return command(process);
  }

  #inner(process: Process, user: string, script: string, args: readonly string[] = []): number {
    const inner = runShell(this.#system, user, script, args);
    process.out += inner.out;
    process.err += inner.err;
    if (inner.rest !== undefined) {
      const frozen = new Frozen();
      frozen.rests.push(inner.rest);
      throw frozen;
    }
    return inner.code;
  }

  #redirect(op: string, path: string, process: Process): void {
    if (op === '<') return;
    if (op === '2>&1') {
      // Where standard output went is where errors go: a file took it already, or it is still to be read.
      process.out += process.err;
      process.err = '';
      return;
    }
    const text = op.startsWith('2') ? process.err : process.out;
    if (op.startsWith('2')) process.err = '';
    else process.out = '';
    if (path === '/dev/null') {
      // `>/dev/null 2>&1` silences both.
      if (!op.startsWith('2')) process.err = '';
      return;
    }
    const before = op.endsWith('>>') ? (this.#system.files.get(path) ?? Buffer.alloc(0)) : Buffer.alloc(0);
    this.#system.files.set(path, Buffer.concat([before, Buffer.from(text)]));
  }

  #expand(word: Word): string {
    return word
      .map((part) => {
        if ('text' in part) return part.text;
        if ('variable' in part) return this.#variables.get(part.variable) ?? '';
        const inner = new Shell(this.#system, this.#user, []);
        for (const [name, value] of this.#variables) inner.#variables.set(name, value);
        return inner.run(part.command).out.replace(/\n+$/, '');
      })
      .join('');
  }
}

/** Words as one line that gives the same words. */
const asLine = (words: readonly string[]): string => words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');

/** Words and operators. Throws {@link SyntaxProblem} for a quote or a `$(` that is not closed. */
function tokensOf(script: string): Token[] {
  const tokens: Token[] = [];
  let word: Word | undefined;
  let i = 0;
  const push = (part: Part): void => void (word ??= []).push(part);
  const end = (): void => {
    if (word !== undefined) tokens.push({ word: joined(word) });
    word = undefined;
  };
  while (i < script.length) {
    const c = script[i] as string;
    const op = OPERATORS.find((o) => script.startsWith(o, i) && (word === undefined || !o.startsWith('2')));
    if (op !== undefined) {
      end();
      tokens.push({ op });
      i += op.length;
    } else if (c === ' ' || c === '\t') {
      end();
      i++;
    } else if (c === '#' && word === undefined) {
      while (i < script.length && script[i] !== '\n') i++;
    } else if (c === "'") {
      const close = script.indexOf("'", i + 1);
      if (close < 0) throw new SyntaxProblem("a ' is not closed");
      push({ text: script.slice(i + 1, close) });
      i = close + 1;
    } else if (c === '"') {
      i = doubleQuoted(script, i + 1, push);
    } else if (c === '\\') {
      if (script[i + 1] !== '\n') push({ text: script[i + 1] ?? '' });
      i += 2;
    } else if (c === '$') {
      i = dollar(script, i, push);
    } else {
      push({ text: c });
      i++;
    }
  }
  end();
  return tokens;
}

function doubleQuoted(script: string, from: number, push: (part: Part) => void): number {
  push({ text: '' });
  for (let i = from; i < script.length; ) {
    const c = script[i] as string;
    if (c === '"') return i + 1;
    if (c === '\\' && /["$`\\]/.test(script[i + 1] ?? '')) {
      push({ text: script[i + 1] as string });
      i += 2;
    } else if (c === '$') {
      i = dollar(script, i, push);
    } else {
      push({ text: c });
      i++;
    }
  }
  throw new SyntaxProblem('a " is not closed');
}

function dollar(script: string, at: number, push: (part: Part) => void): number {
  if (script[at + 1] === '(') {
    let depth = 0;
    for (let i = at + 1; i < script.length; i++) {
      if (script[i] === '(') depth++;
      if (script[i] === ')' && --depth === 0) {
        push({ command: script.slice(at + 2, i) });
        return i + 1;
      }
    }
    throw new SyntaxProblem('a $( is not closed');
  }
  const name = /^\$(?:\{(\w+)\}|(\w+))/.exec(script.slice(at));
  if (name === null) {
    push({ text: '$' });
    return at + 1;
  }
  push({ variable: (name[1] ?? name[2]) as string });
  return at + name[0].length;
}

/** Neighbouring texts as one, so that an assignment shows as its first part. */
function joined(word: Word): Word {
  const out: Word = [];
  for (const part of word) {
    const last = out.at(-1);
    if (last !== undefined && 'text' in last && 'text' in part) last.text += part.text;
    else out.push({ ...part });
  }
  return out;
}
