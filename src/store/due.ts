/** Reservations with which something is to be done: what their time says, and what no work stands behind. */
import { sql } from 'kysely';
import type { Db, Reservation } from './schema.ts';

/** Booked ones whose preparation is to begin, the earliest first. */
export async function dueToBegin(db: Db, now: Date): Promise<Pick<Reservation, 'id'>[]> {
  return db
    .selectFrom('reservation')
    .select('id')
    .where('state', '=', 'booked')
    .where(sql<boolean>`lower(hold) <= ${now}::timestamptz`)
    .orderBy(sql`lower(hold)`)
    .execute();
}

/** Those under way (`preparing`, `ending`) that no live run stands behind: a promise whose job is gone. */
export async function withoutWork(db: Db): Promise<Pick<Reservation, 'id' | 'machineId' | 'providerId'>[]> {
  return db
    .selectFrom('reservation')
    .select(['id', 'machineId', 'providerId'])
    .where('state', 'in', ['preparing', 'ending'])
    .where(
      sql<boolean>`not exists (select from job where state in ('ready', 'running', 'stuck')
        and key in ('provision:' || reservation.id, 'end:' || reservation.id))`,
    )
    .execute();
}

/** Live ones, not yet ending, whose span is over: also booked ones that never began. */
export async function dueToExpire(db: Db, now: Date): Promise<Pick<Reservation, 'id'>[]> {
  return db
    .selectFrom('reservation')
    .select('id')
    .where('state', 'in', ['booked', 'preparing', 'ready'])
    .where(sql<boolean>`upper(during) <= ${now}::timestamptz`)
    .execute();
}
