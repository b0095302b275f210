/** What a site says of a kind of reservation, as it is written in a form and as the server takes it. */
import type { RuleChange } from '../../../src/contract/calendar.ts';

/** The parts that are spans of time, by their name in the form and in what the server answers. */
const SPANS = [
  ['longest', 'longestMs'],
  ['total', 'totalMs'],
  ['ahead', 'aheadMs'],
  ['connectWithin', 'connectWithinMs'],
  ['idleAfter', 'idleAfterMs'],
  ['tellEnd', 'tellEndMs'],
] as const;
const NUMBERS = ['atOnce', 'groupAtOnce', 'checkpoints'] as const;

export const RULE_FIELDS = [
  'longest',
  'total',
  'ahead',
  'atOnce',
  'groupAtOnce',
  'checkpoints',
  'connectWithin',
  'idleAfter',
  'tellEnd',
] as const;
export type RuleField = (typeof RULE_FIELDS)[number];

/** Each part as it is written; empty is what the site says nothing of. */
export type RuleForm = Record<RuleField, string> & { allowed: '' | 'yes' | 'no' };

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** Milliseconds as the server takes a span: `1d12h`. */
function written(ms: number): string {
  let rest = ms;
  const parts = UNITS.flatMap(([unit, size]) => {
    const n = Math.floor(rest / size);
    rest -= n * size;
    return n === 0 ? [] : [`${n}${unit}`];
  });
  return parts.join('');
}

/** `unlimited`: the word for no limit, which is also that for not being told. */
export function formOf(said: Readonly<Record<string, unknown>>, unlimited: string): RuleForm {
  const form = Object.fromEntries(RULE_FIELDS.map((field) => [field, ''])) as RuleForm;
  form.allowed = said['allowed'] === undefined ? '' : said['allowed'] === true ? 'yes' : 'no';
  for (const [field, key] of SPANS) {
    const ms = said[key];
    if (ms !== undefined) form[field] = ms === null || ms === 0 ? unlimited : written(Number(ms));
  }
  for (const field of NUMBERS) {
    const n = said[field];
    if (n !== undefined) form[field] = n === null ? unlimited : String(n);
  }
  return form;
}

/** The whole of what the form says, in place of what was said before. What is no number is sent as it is written, for the server to refuse. */
export function changeOf(form: RuleForm, of: Required<Pick<RuleChange, 'kind' | 'group'>>, unlimited: string): RuleChange {
  const limit = (text: string) => (text.trim() === unlimited ? null : text.trim());
  const spans = SPANS.flatMap(([field]) => (form[field].trim() === '' ? [] : [[field, limit(form[field])]]));
  const numbers = NUMBERS.flatMap((field) => {
    const text = limit(form[field]);
    if (text === '') return [];
    // Number's NaN would be sent as null, which is no limit at all.
    return [[field, text !== null && /^\d+$/.test(text) ? Number(text) : text]];
  });
  return {
    ...of,
    reset: true,
    ...(form.allowed === '' ? {} : { allowed: form.allowed === 'yes' }),
    ...(Object.fromEntries([...spans, ...numbers]) as Partial<RuleChange>),
  };
}
