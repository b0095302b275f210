/** Reservations with which something is to be done: what their time says, and what no work stands behind. */
import { sql } from 'kysely';
import type { UseRule } from '../core/rules.ts';
import type { Role } from './schema-people.ts';
import type { Db, Reservation, Tx } from './schema.ts';

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

/** Who cannot get at a machine is not held to it. */
const NOTHING_THE_MATTER = sql<boolean>`not exists (
  select from machine where machine.id = reservation.machine_id and machine.condition is not null)`;

/**
 * Ready ones of whose machines no use was made since `since`, and with which nothing is the matter: with the role of whose each is. By
 * `connectWithinMs` those to which nobody connected at all, by `idleAfterMs` those at which nobody was.
 */
export async function unused(db: Db, by: UseRule, since: Date): Promise<(Pick<Reservation, 'id' | 'kind'> & { role: Role })[]> {
  return db
    .selectFrom('reservation')
    .innerJoin('account', 'account.id', 'reservation.accountId')
    .select(['reservation.id', 'reservation.kind', 'account.role'])
    .where('reservation.state', '=', 'ready')
    .where('reservation.proof', 'is', null)
    .where(
      by === 'connectWithinMs'
        ? sql<boolean>`reservation.connected_at is null and reservation.ready_at <= ${since}::timestamptz`
        : sql<boolean>`greatest(reservation.ready_at, reservation.last_seen_at) <= ${since}::timestamptz`,
    )
    .where(NOTHING_THE_MATTER)
    .orderBy('reservation.readyAt')
    .execute();
}

/** What was seen so lately is not written again, in milliseconds: a little less than the beat of an open connection. */
const SEEN_LATELY_MS = 50_000;

/** Somebody is connected to one that is ready. True if that was not known already. */
export async function noteConnected(db: Db, id: string, now: Date): Promise<boolean> {
  const row = await db
    .updateTable('reservation')
    .set({ connectedAt: sql<Date>`coalesce(connected_at, ${now}::timestamptz)`, lastSeenAt: now })
    .where('id', '=', id)
    .where('state', '=', 'ready')
    .where((eb) =>
      eb.or([
        eb('connectedAt', 'is', null),
        eb('lastSeenAt', 'is', null),
        eb('lastSeenAt', '<=', new Date(now.getTime() - SEEN_LATELY_MS)),
        // A word was said since.
        eb('idleTold', '>=', eb.ref('lastSeenAt')),
      ]),
    )
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** It is still needed, whoever says so. */
export async function noteSeen(db: Db, id: string, now: Date): Promise<void> {
  await db.updateTable('reservation').set({ lastSeenAt: now }).where('id', '=', id).execute();
}

/** Somebody used its machine then, past every server; what was seen later stays. */
export async function noteUsedAt(db: Db, id: string, at: Date): Promise<void> {
  await db
    .updateTable('reservation')
    .set({ lastSeenAt: at })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('lastSeenAt', 'is', null), eb('lastSeenAt', '<', at)]))
    .execute();
}

export interface EndTold {
  id: string;
  machineId: string;
  providerId: string;
  end: Date;
}

/**
 * Some of those on these providers whose people were told that their end is near and whose guests were not yet; from here on they count as told:
 * of several servers one has each, and none says it twice.
 */
export async function claimGuestsToTell(db: Db, providerIds: readonly string[], now: Date, most: number): Promise<EndTold[]> {
  const { rows } = await sql<EndTold>`
    update reservation r set guest_told = r.end_told from (
      select id from reservation where state = 'ready' and end_told = upper(during) and guest_told is distinct from end_told
        and upper(during) > ${now}::timestamptz and provider_id = any(${providerIds}::uuid[])
      order by upper(during) limit ${most} for update skip locked) due
    where r.id = due.id returning r.id, r.machine_id, r.provider_id, upper(r.during) as "end"`.execute(db);
  return rows;
}

/** Its people are told, in the caller's transaction, that it will be ended for want of use. */
export async function noteIdleTold(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.updateTable('reservation').set({ idleTold: now }).where('id', '=', id).execute();
}

/** Ready ones that end by then, whose people were not told of that end: with the role of whose each is, and how long it lasts in milliseconds. */
export async function endingSoon(db: Db, until: Date): Promise<(Pick<Reservation, 'id' | 'kind'> & { role: Role; lengthMs: number })[]> {
  return db
    .selectFrom('reservation')
    .innerJoin('account', 'account.id', 'reservation.accountId')
    .select(['reservation.id', 'reservation.kind', 'account.role'])
    .select(sql<number>`(extract(epoch from upper(during) - lower(during)) * 1000)::float8`.as('lengthMs'))
    .where('reservation.state', '=', 'ready')
    .where(sql<boolean>`upper(during) <= ${until}::timestamptz and end_told is distinct from upper(during)`)
    .orderBy(sql`upper(during)`)
    .execute();
}

/** Its people are told, in the caller's transaction, that this end is near. */
export async function noteEndTold(tx: Tx, id: string, end: Date): Promise<void> {
  await tx.updateTable('reservation').set({ endTold: end }).where('id', '=', id).execute();
}
