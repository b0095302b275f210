/** Many rows in one statement that stays small: a parameter for each column, not for each field. */
import { type RawBuilder, sql } from 'kysely';
import type { TimeRange } from './schema.ts';
import { jsonText, rangeText } from './sql.ts';

/** Columns by name, each with its type in PostgreSQL. */
type Types = Readonly<Record<string, 'uuid' | 'text' | 'int' | 'boolean' | 'timestamptz' | 'tstzrange' | 'jsonb'>>;

/** A row as it is read, too. What is null is null in a column of JSON as well. */
export type Row<T extends Types> = { readonly [K in keyof T]: T[K] extends 'jsonb' ? unknown : Field };
type Field = string | number | boolean | Date | TimeRange | null;
/** A value as it is sent. */
type Text = string | number | boolean | null;

/** A column whose values come so many in a row that are alike, on average, is sent as each of them once and who has which. */
const ALIKE = 8;

/**
 * A query that gives the rows, at least one, with the columns in the order of their types: for `insertInto(…).columns(columnsOf(types)).expression(…)`.
 * A column that is the same in all rows is one value; a thousand rows in `values (…), (…)` take PostgreSQL and Kysely longer to read than to write.
 */
export function rowsOf<T extends Types>(types: T, rows: readonly Row<T>[]): RawBuilder<unknown> {
  const arrays: RawBuilder<unknown>[] = [];
  const names: RawBuilder<unknown>[] = [];
  const list = (type: Types[string], values: readonly Text[]): RawBuilder<unknown> => {
    arrays.push(arrayOf(type, values));
    const name = sql.ref(`c${arrays.length}`);
    names.push(name);
    return name;
  };
  const selected = Object.entries(types).map(([key, type]) => {
    const { texts, which } = runsOf(type, rows, key);
    // The first is a list in any case, so that there are as many rows as there are.
    if (arrays.length > 0 && texts.length === 1) return sql`${texts[0]}::${sql.raw(type)}`;
    if (texts.length * ALIKE > rows.length)
      return list(
        type,
        which.map((n) => texts[n - 1] as Text),
      );
    return sql`(${arrayOf(type, texts)})[${list('int', which)}]`;
  });
  return sql`select ${sql.join(selected)} from unnest(${sql.join(arrays)}) as r (${sql.join(names)})`;
}

/** The values of a column, of those that follow each other and are alike one, and for each row which it has, from 1 on. */
function runsOf(type: Types[string], rows: readonly Readonly<Record<string, unknown>>[], key: string): { texts: Text[]; which: number[] } {
  const text = writer(type);
  const texts: Text[] = [];
  let last: Text | undefined;
  const which = rows.map((row) => {
    const next = text(row[key]);
    if (next !== last) texts.push((last = next));
    return texts.length;
  });
  return { texts, which };
}

/** An array as PostgreSQL reads it: pg would look at each value by itself for what is to be escaped, in numbers and ids as well. */
function arrayOf(type: Types[string], values: readonly Text[]): RawBuilder<unknown> {
  const quoted = type === 'text' || type === 'jsonb' || type === 'tstzrange';
  const text = quoted ? values.map(quotedText) : values.map((value) => value ?? 'NULL');
  return sql`${`{${text.join(',')}}`}::${sql.raw(type)}[]`;
}

function quotedText(value: Text): string {
  return value === null ? 'NULL' : `"${String(value).replaceAll(/["\\]/g, '\\$&')}"`;
}

export function columnsOf<T extends Types>(types: T): (keyof T & string)[] {
  return Object.keys(types);
}

/** How the values of a column are sent, one after the other: of those that are alike in a row the text is made once. */
function writer(type: Types[string]): (value: unknown) => Text {
  const text: (value: never) => Text = type === 'jsonb' ? jsonText : type === 'tstzrange' ? rangeText : plain;
  const alike = type === 'tstzrange' ? sameSpan : Object.is;
  let [last, lastText]: [unknown, Text] = [null, null];
  return (value) => {
    if (value === null || value === undefined) return null;
    if (last === null || !alike(last, value)) [last, lastText] = [value, text(value as never)];
    return lastText;
  };
}

function sameSpan(one: unknown, other: unknown): boolean {
  const [a, b] = [one as TimeRange, other as TimeRange];
  return a.start.getTime() === b.start.getTime() && a.end?.getTime() === b.end?.getTime();
}

/** A date as text at once: pg writes it field by field, in the time of the place. */
const plain = (value: unknown) => (value instanceof Date ? value.toISOString() : (value as Text));
