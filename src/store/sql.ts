/** Small pieces of SQL that every aggregate needs. */
import { type RawBuilder, sql } from 'kysely';
import type { TimeRange } from './schema.ts';

/**
 * What jsonb refuses although JSON allows it: U+0000 and unpaired surrogates, both of which JSON.stringify writes as
 * escapes. A guest's output may hold them. Escaped backslashes are matched first so that the text `\\u0000` stays.
 */
const UNSTORABLE = /\\\\|\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/** JSON text that PostgreSQL accepts; what it cannot hold becomes U+FFFD. */
export function jsonText(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replace(UNSTORABLE, (m) => (m === '\\\\' ? m : '\\ufffd'));
}

/** A value for a jsonb column. */
export function json<T>(value: T): RawBuilder<T> {
  return sql<T>`${jsonText(value)}::jsonb`;
}

/** A value for a jsonb column that may be empty. */
export function jsonOrNull<T>(value: T | null | undefined): RawBuilder<T> | null {
  return value === null || value === undefined ? null : json(value);
}

/** `[start, end)`. */
export function range(span: TimeRange): RawBuilder<TimeRange> {
  return sql<TimeRange>`tstzrange(${span.start}::timestamptz, ${span.end}::timestamptz, '[)')`;
}

/** The same as text, as PostgreSQL reads it. */
export function rangeText({ start, end }: TimeRange): string {
  return `[${start.toISOString()},${end?.toISOString() ?? ''})`;
}

/**
 * The database's clock, moving within a transaction. Leases and the queue use it, so that hosts with different clocks agree.
 */
export const dbNow: RawBuilder<Date> = sql<Date>`clock_timestamp()`;

/** The database's clock plus `ms` milliseconds. */
export function dbIn(ms: number): RawBuilder<Date> {
  return sql<Date>`clock_timestamp() + ${ms}::float8 * interval '1 millisecond'`;
}

const RANGE = /^([[(])"?([^",]*)"?,"?([^",)\]]*)"?([)\]])$/;

/** Reads a tstzrange as PostgreSQL prints it under DateStyle ISO. Microseconds are lost. */
export function parseRange(text: string, parseTimestamp: (text: string) => Date): TimeRange {
  const m = RANGE.exec(text);
  if (m === null || m[2] === '') throw new RangeError(`not a span with a start: ${text}`);
  return { start: parseTimestamp(m[2] as string), end: m[3] === '' || m[3] === 'infinity' ? null : parseTimestamp(m[3] as string) };
}

/** Whether a uuid column is one of these: one parameter however many they are. */
export function anyOf(column: string, ids: Iterable<string>): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} = any(${[...new Set(ids)]}::uuid[])`;
}
