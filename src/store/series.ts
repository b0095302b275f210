/** Series of reservations that repeat. */
import { sql } from 'kysely';
import { CarrelError } from '../lib/errors.ts';
import type { Db, Reservation, Series, Tx } from './schema.ts';

export async function create(tx: Tx, row: Omit<Series, 'endedAt'>): Promise<void> {
  await tx.insertInto('series').values(row).execute();
}

export async function find(db: Db, id: string): Promise<Series | undefined> {
  return db.selectFrom('series').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The row, locked until the transaction ends. `not-found`. */
export async function lock(tx: Tx, id: string): Promise<Series> {
  const row = await tx.selectFrom('series').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst();
  if (!row) throw new CarrelError('not-found', 'there is no such series');
  return row;
}

/** An account's, newest first, or everybody's; the page ends before `before` (creation time and id of the last one seen). */
export async function list(
  db: Db,
  request: { accountId?: string | undefined; limit: number; before?: { at: Date; id: string } | undefined },
): Promise<Series[]> {
  return db
    .selectFrom('series')
    .selectAll()
    .$if(request.accountId !== undefined, (q) => q.where('accountId', '=', request.accountId as string))
    .$if(request.before !== undefined, (q) =>
      q.where(sql<boolean>`(created_at, id) < (${request.before?.at}::timestamptz, ${request.before?.id}::uuid)`),
    )
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(request.limit)
    .execute();
}

/** Its reservations by their starts. */
export async function reservationsOf(db: Db, id: string): Promise<Reservation[]> {
  const rows = await db.selectFrom('reservation').selectAll().where('seriesId', '=', id).execute();
  return rows.sort((a, b) => a.during.start.getTime() - b.during.start.getTime());
}

/** Whether it is one of several machines of a series at one time. */
export async function isOneOfMany(db: Db, row: Pick<Reservation, 'id' | 'seriesId' | 'during'>): Promise<boolean> {
  if (row.seriesId === null) return false;
  const other = await db
    .selectFrom('reservation')
    .select('id')
    .where('seriesId', '=', row.seriesId)
    .where('id', '<>', row.id)
    .where(sql<boolean>`lower(during) = ${row.during.start}::timestamptz`)
    .limit(1)
    .executeTakeFirst();
  return other !== undefined;
}

export async function markEnded(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.updateTable('series').set({ endedAt: now }).where('id', '=', id).where('endedAt', 'is', null).execute();
}
