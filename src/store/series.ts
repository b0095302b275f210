/** Series of reservations that repeat. */
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

/** An account's, newest first; all of them for undefined. */
export async function list(db: Db, accountId: string | undefined): Promise<Series[]> {
  return db
    .selectFrom('series')
    .selectAll()
    .$if(accountId !== undefined, (q) => q.where('accountId', '=', accountId as string))
    .orderBy('createdAt', 'desc')
    .orderBy('id')
    .limit(1000)
    .execute();
}

/** Its reservations by their starts. */
export async function reservationsOf(db: Db, id: string): Promise<Reservation[]> {
  const rows = await db.selectFrom('reservation').selectAll().where('seriesId', '=', id).execute();
  return rows.sort((a, b) => a.during.start.getTime() - b.during.start.getTime());
}

export async function markEnded(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.updateTable('series').set({ endedAt: now }).where('id', '=', id).where('endedAt', 'is', null).execute();
}
