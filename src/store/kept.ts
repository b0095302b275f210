/** Reservations that were ended and whose machines are kept for a while, so that the end can be taken back. */
import { sql } from 'kysely';
import type { Reservation, Db, Tx } from './schema.ts';
import { note, transition } from './reservations.ts';
import { anyOf } from './sql.ts';

/** Keeps the machine of one that is ending until then; null: no longer. */
export async function keep(tx: Tx, id: string, until: Date | null): Promise<void> {
  await tx.updateTable('reservation').set({ keptUntil: until }).where('id', '=', id).execute();
}

/** One that was kept is its owner's again. */
export async function takeBack(tx: Tx, id: string, text: string, now: Date): Promise<void> {
  await transition(tx, id, 'undo', {});
  await tx
    .updateTable('reservation')
    .set({ keptUntil: null, endAskedAt: null, connectedAt: now, lastSeenAt: now, stage: 'ready' })
    .where('id', '=', id)
    .execute();
  await note(tx, id, text, now);
}

/** The one that was ended first of those on these providers; or of those that hold a licence, wherever they are. */
export async function longestKept(
  db: Db,
  where: { providerIds: readonly string[] } | { licenceId: string },
): Promise<Pick<Reservation, 'id'> | undefined> {
  return db
    .selectFrom('reservation')
    .select('id')
    .where(
      'licenceId' in where
        ? sql<boolean>`image_id in (select image_id from licence_image where licence_id = ${where.licenceId}::uuid)`
        : anyOf('reservation.provider_id', where.providerIds),
    )
    .where('keptUntil', 'is not', null)
    .orderBy(sql`end_asked_at`)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}
