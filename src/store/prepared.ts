/** Statements that a connection parses and plans once. */
import { sql } from 'kysely';

/**
 * At the beginning of a statement: it is asked so often, and its plan costs so much more than it does, that each connection prepares it. The
 * claim of work took 6.7 ms to plan and 0.9 ms to run, the peak of what is held 20 ms and 0.7 ms (pg_stat_statements over the engine's tests).
 * PostgreSQL plans the first five for their values, and goes on doing so where a plan for any values would cost more. Only for statements that
 * name the columns they give: one with `*` fails when a newer server adds a column. Its text must be always the same, or one of a few.
 */
export const PREPARED = sql.raw('/* prepared */');

const MARK = /^\s*\/\* prepared \*\//;
const names = new Map<string, string>();

/** The name by which a statement is prepared; undefined where it is not. */
export function preparedName(text: string): string | undefined {
  if (!MARK.test(text)) return undefined;
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = `carrel_${names.size}`));
  return name;
}
