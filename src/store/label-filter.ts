import { type RawBuilder, sql } from 'kysely';
import type { LabelWanted } from '../core/labels.ts';
import { json } from './sql.ts';

/** Whether a row's `labels` are all that is wanted, and perhaps more; true where nothing is. */
export function carries(wanted: readonly LabelWanted[] = []): RawBuilder<boolean> {
  const each = wanted.map(({ key, value }) => (value === undefined ? sql`labels ? ${key}` : sql`labels @> ${json({ [key]: value })}`));
  return sql<boolean>`(${each.length === 0 ? sql`true` : sql.join(each, sql` and `)})`;
}
