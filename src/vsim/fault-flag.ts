import { findMethod, isSubtype } from '../vsphere/types/schema.ts';
import { CarrelError } from '../lib/errors.ts';
import type { FaultValue } from './model/fault.ts';
import type { Rule, RulePoint } from './model/rules.ts';

const POINTS: readonly RulePoint[] = ['before', 'start', 'effect', 'end', 'reply', 'drop', 'status', 'delay'];
const WORDS = ['method', 'object', 'at', 'count', 'skip', 'probability', 'fault', 'message', 'status', 'delayMs'] as const;
type Word = (typeof WORDS)[number];

/** Where a fault of vSphere is what comes of it; the others cut, wait, or answer with a status. */
const HAVE_FAULT: readonly RulePoint[] = ['before', 'start', 'effect', 'end'];

function wrong(text: string, why: string): CarrelError {
  return new CarrelError('usage', `--fault '${text}': ${why}`);
}

/**
 * A fault rule as the command line says it: a point, then words with values, such as
 * `effect method=CloneVM_Task at=2 count=3 fault=FileLocked file=x`. Values with spaces stand in double quotes. A word that is no word of
 * rules is a field of the fault. Throws a CarrelError of code `usage`.
 */
export function readFault(text: string): Rule {
  const [first = '', ...rest] = wordsOf(text);
  const point = POINTS.find((p) => p === first);
  if (point === undefined) throw wrong(text, `begins with '${first}', but must with one of ${POINTS.join(', ')}`);
  const { known, fields } = valuesOf(text, rest);
  const rule: Rule = { point };
  const number = (word: Word, min: number, max: number, whole = true): number | undefined => {
    const value = known.get(word);
    if (value === undefined) return undefined;
    const n = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    if (!(n >= min && n <= max) || (whole && !Number.isInteger(n)))
      throw wrong(text, `${word} must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}, not '${value}'`);
    return n;
  };
  const method = known.get('method')?.split(',');
  const strange = method?.find((name) => findMethod(name) === undefined);
  if (strange !== undefined) throw wrong(text, `there is no method '${strange}'; names are as on the wire, such as CloneVM_Task`);
  if (method !== undefined) rule.method = method;
  const object = known.get('object');
  if (object !== undefined) rule.object = object;
  const set = (key: 'at' | 'count' | 'skip' | 'probability' | 'status' | 'delayMs', value: number | undefined) => {
    if (value !== undefined) rule[key] = value;
  };
  set('at', number('at', 1, 1_000_000));
  set('count', known.get('count') === 'always' ? Number.POSITIVE_INFINITY : number('count', 1, 1_000_000));
  set('skip', number('skip', 0, 1_000_000));
  set('probability', number('probability', 0, 1, false));
  set('status', number('status', 400, 599));
  set('delayMs', number('delayMs', 0, 2 ** 31 - 1));
  checkPoint(text, rule, known);
  const fault = known.get('fault');
  if (fault !== undefined) {
    if (!isSubtype(fault, 'MethodFault') && !isSubtype(fault, 'RuntimeFault')) throw wrong(text, `there is no fault '${fault}'`);
    rule.fault = { fault, message: known.get('message') ?? `${fault} (injected)`, fields };
  } else if (Object.keys(fields).length > 0 || known.has('message')) {
    throw wrong(
      text,
      `'${Object.keys(fields)[0] ?? 'message'}' belongs to a fault; say which one with fault=NAME, or use one of ${WORDS.join(', ')}`,
    );
  }
  return rule;
}

/** A word that the point has no use for would be taken for one that works. */
function checkPoint(text: string, { point }: Rule, known: ReadonlyMap<string, string>): void {
  const only = (word: Word, points: readonly RulePoint[]) => {
    if (known.has(word) && !points.includes(point)) throw wrong(text, `${word} is for ${points.join(', ')}, not for ${point}`);
  };
  only('at', ['effect']);
  only('fault', HAVE_FAULT);
  only('status', ['status']);
  only('delayMs', ['delay']);
  if (point === 'delay' && !known.has('delayMs')) throw wrong(text, 'says no delayMs');
}

function valuesOf(text: string, words: readonly string[]): { known: Map<string, string>; fields: Record<string, FaultValue> } {
  const known = new Map<string, string>();
  const fields: Record<string, FaultValue> = {};
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 1) throw wrong(text, `'${word}' is no word=value`);
    const [key, value] = [word.slice(0, equals), word.slice(equals + 1)];
    if (known.has(key) || Object.hasOwn(fields, key)) throw wrong(text, `says ${key} twice`);
    if ((WORDS as readonly string[]).includes(key)) known.set(key, value);
    else fields[key] = /^(true|false)$/.test(value) ? value === 'true' : /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  }
  return { known, fields };
}

/** Words between spaces; a part in double quotes keeps its spaces. */
function wordsOf(text: string): string[] {
  if ((text.match(/"/g)?.length ?? 0) % 2 === 1) throw wrong(text, 'a double quote is open');
  return (text.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((word) => word.replaceAll('"', ''));
}
