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

/** Kept on these providers, or holding a licence wherever it is; and that at one of these moments. */
export type KeptWhere = ({ providerIds: readonly string[] } | { licenceId: string }) & {
  at: readonly Date[];
  /** Only those whose machines have whole disks of their own. */
  ownDisks?: boolean | undefined;
};

/** Of those the one that was ended first. */
export async function longestKept(db: Db, where: KeptWhere): Promise<Pick<Reservation, 'id'> | undefined> {
  return db
    .selectFrom('reservation')
    .select('id')
    .where(
      'licenceId' in where
        ? sql<boolean>`image_id in (select image_id from licence_image where licence_id = ${where.licenceId}::uuid)`
        : anyOf('reservation.provider_id', where.providerIds),
    )
    .where('keptUntil', 'is not', null)
    .$if(where.ownDisks === true, (q) => q.where('storageMib', '>', 0))
    .where(sql<boolean>`exists (select from unnest(${where.at}::timestamptz[]) as moment where hold @> moment)`)
    .orderBy(sql`end_asked_at`)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}
