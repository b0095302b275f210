/** Many rows in one statement that stays small: a parameter for each column, not for each field. */
import { type RawBuilder, sql } from 'kysely';
import type { TimeRange } from './schema.ts';
import { jsonText, rangeText } from './sql.ts';

/** Columns by name, each with its type in PostgreSQL. */
type Types = Readonly<Record<string, 'uuid' | 'text' | 'int' | 'boolean' | 'timestamptz' | 'tstzrange' | 'jsonb'>>;

/** A row as it is read, too. What is null is null in a column of JSON as well. */
export type Row<T extends Types> = { readonly [K in keyof T]: T[K] extends 'jsonb' ? unknown : Field };
type Field = string | number | boolean | Date | TimeRange | null;

/**
 * A query that gives the rows, at least one, with the columns in the order of their types: for `insertInto(…).columns(columnsOf(types)).expression(…)`.
 * A column that is the same in all rows is one value; a thousand rows in `values (…), (…)` take PostgreSQL and Kysely longer to read than to write.
 */
export function rowsOf<T extends Types>(types: T, rows: readonly Row<T>[]): RawBuilder<unknown> {
  const arrays: RawBuilder<unknown>[] = [];
  const names: RawBuilder<unknown>[] = [];
  const selected = Object.entries(types).map(([key, type]) => {
    const text = writer(type);
    const values = rows.map((row) => text(row[key]));
    // The first is a list in any case, so that there are as many rows as there are.
    if (arrays.length > 0 && values.every((value) => value === values[0])) return sql`${values[0]}::${sql.raw(type)}`;
    arrays.push(sql`${values}::${sql.raw(type)}[]`);
    const name = sql.ref(`c${arrays.length}`);
    names.push(name);
    return name;
  });
  return sql`select ${sql.join(selected)} from unnest(${sql.join(arrays)}) as r (${sql.join(names)})`;
}

export function columnsOf<T extends Types>(types: T): (keyof T & string)[] {
  return Object.keys(types);
}

/** How the values of a column are sent, one after the other: of those that are alike in a row the text is made once. */
function writer(type: Types[string]): (value: unknown) => unknown {
  const text = type === 'jsonb' ? jsonText : type === 'tstzrange' ? (span: unknown) => rangeText(span as TimeRange) : plain;
  const alike = type === 'tstzrange' ? sameSpan : Object.is;
  let [last, lastText]: [unknown, unknown] = [null, null];
  return (value) => {
    if (value === null || value === undefined) return null;
    if (last === null || !alike(last, value)) [last, lastText] = [value, text(value)];
    return lastText;
  };
}

function sameSpan(one: unknown, other: unknown): boolean {
  const [a, b] = [one as TimeRange, other as TimeRange];
  return a.start.getTime() === b.start.getTime() && a.end?.getTime() === b.end?.getTime();
}

/** A date as text at once: pg writes it field by field, in the time of the place. */
const plain = (value: unknown) => (value instanceof Date ? value.toISOString() : value);
