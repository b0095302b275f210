/** Reservations that were ended and whose machines are kept for a while, so that the end can be taken back. */
import { sql } from 'kysely';
import type { CapacityLimits } from '../core/capacity.ts';
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

/** Kept on these providers, or holding a licence wherever it is; and that at this moment. */
export type KeptWhere = ({ providerIds: readonly string[] } | { licenceId: string }) & {
  at: Date;
  /** Only those that hold storage; who holds most goes first, so that few are given up. */
  storage?: boolean | undefined;
};

const matching = (where: KeptWhere) =>
  sql<boolean>`kept_until is not null and hold @> ${where.at}::timestamptz and ${
    'licenceId' in where
      ? sql`image_id in (select image_id from licence_image where licence_id = ${where.licenceId}::uuid)`
      : anyOf('reservation.provider_id', where.providerIds)
  } and ${where.storage === true ? sql`storage_mib > 0` : sql`true`}`;

/** Of those the one that was ended first, where it is not storage that is wanted. */
export async function longestKept(db: Db, where: KeptWhere): Promise<Pick<Reservation, 'id'> | undefined> {
  return db
    .selectFrom('reservation')
    .select('id')
    .where(matching(where))
    .orderBy(where.storage === true ? sql`storage_mib` : sql`0::int`, 'desc')
    .orderBy(sql`end_asked_at`)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

/** All that those hold together. */
export async function heldByKept(db: Db, where: KeptWhere): Promise<CapacityLimits> {
  return db
    .selectFrom('reservation')
    .select([
      sql<number>`count(*)::int`.as('machines'),
      sql<number>`coalesce(sum(memory_mib), 0)::float8`.as('memoryMiB'),
      sql<number>`coalesce(sum(vcpus), 0)::int`.as('vcpus'),
      sql<number>`coalesce(sum(storage_mib), 0)::float8`.as('storageMiB'),
    ])
    .where(matching(where))
    .executeTakeFirstOrThrow();
}
