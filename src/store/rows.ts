/** Many rows in one statement that stays small: a parameter for each column, not for each field. */
import { type RawBuilder, sql } from 'kysely';

/** Columns by name, each with its type in PostgreSQL. */
type Types = Readonly<Record<string, string>>;

/** What each column is to be: json and spans as text, as PostgreSQL reads them. */
export type Row<T extends Types> = { readonly [K in keyof T]: string | number | boolean | Date | null };

/**
 * A query that gives the rows, at least one, with the columns in the order of their types: for `insertInto(…).columns(columnsOf(types)).expression(…)`.
 * A column that is the same in all rows is one value; a thousand rows in `values (…), (…)` take PostgreSQL and Kysely longer to read than to write.
 */
export function rowsOf<T extends Types>(types: T, rows: readonly Row<T>[]): RawBuilder<unknown> {
  const arrays: RawBuilder<unknown>[] = [];
  const names: RawBuilder<unknown>[] = [];
  const selected = Object.entries(types).map(([key, type]) => {
    const values = rows.map((row) => plain(row[key]));
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

/** As text at once: pg writes a date field by field, in the time of the place. */
const plain = (value: unknown) => (value instanceof Date ? value.toISOString() : value);
