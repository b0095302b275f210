/** What happened, for those who follow it: browsers, `carrel reserve`, webhooks. */
import { type RawBuilder, sql } from 'kysely';
import { beforeCommit } from './db.ts';
import { columnsOf, rowsOf } from './rows.ts';
import type { Db, Facts, StoreEvent } from './schema.ts';

/** Channel on which followers are woken; the payload is empty, they read the table. */
export const EVENT_CHANNEL = 'event';

export type EventKind = 'reservation' | 'image' | 'revision' | 'machine' | 'job';

export interface NewEvent {
  at: Date;
  /** Whose event it is; null = for operators only, and for everybody where the kind is `image`. */
  accountId: string | null;
  kind: EventKind;
  subjectId: string;
  body: Facts;
}

// Ids are drawn before commit, so without this lock a reader could see a larger id first and never go back for the smaller one.
// It is taken at the end of a transaction, so that it is held for a moment only.
const EVENT_LOCK = 0x65_76_65_6e_74;

/** What is written of an event; its number is drawn. */
const NEW = { at: 'timestamptz', accountId: 'uuid', kind: 'text', subjectId: 'uuid', body: 'jsonb' } as const;

/** Appends, in the caller's transaction if there is one; followers are woken when it commits, in the order of ids. */
export async function append(db: Db, ...some: NewEvent[]): Promise<void> {
  if (some.length === 0) return;
  await beforeCommit(db, async (tx) => {
    // The notice goes out with the commit, wherever in the transaction it is given.
    await sql`select pg_advisory_xact_lock(${EVENT_LOCK}), pg_notify(${EVENT_CHANNEL}, '')`.execute(tx);
    await tx
      .insertInto('event')
      .columns(columnsOf(NEW))
      .expression(rowsOf(NEW, some) as RawBuilder<never>)
      .execute();
  });
}

/** Events with ids above `after`, oldest first: an account's own with those of images, or all when `accountId` is undefined. */
export async function after(db: Db, request: { after: number; accountId?: string | undefined; limit: number }): Promise<StoreEvent[]> {
  return db
    .selectFrom('event')
    .selectAll()
    .where('id', '>', request.after)
    .$if(request.accountId !== undefined, (q) =>
      q.where((eb) => eb.or([eb('accountId', '=', request.accountId as string), eb('kind', '=', 'image' satisfies EventKind)])),
    )
    .orderBy('id')
    .limit(request.limit)
    .execute();
}

/** Key of the setting that says after which id this life of the store gives out its own: see `beginEventsAnew` of restored.ts. */
export const EVENTS_BEGIN = 'events.begin';

/**
 * Smallest and largest id that are kept; zeros when there is none. `begin`: ids up to this one were given out before the store was restored
 * from a backup, after which other things may have happened to it than those who follow were told.
 */
export async function bounds(db: Db): Promise<{ first: number; last: number; begin: number }> {
  const begin = sql<number>`coalesce((select (value #>> '{}')::bigint from setting where key = ${EVENTS_BEGIN}), 0)`;
  const row = await db
    .selectFrom('event')
    .select((eb) => [
      eb.fn.coalesce(eb.fn.min('id'), sql<number>`0::bigint`).as('first'),
      sql<number>`greatest(max(id), ${begin})`.as('last'),
      begin.as('begin'),
    ])
    .executeTakeFirstOrThrow();
  return row;
}

/**
 * Forgets what is older than `before`; returns how many. The newest is kept, so that ids go on from it. Never more than `batch` in one
 * statement.
 */
export async function prune(db: Db, before: Date, batch = 5_000): Promise<number> {
  for (let all = 0; ; ) {
    const { numAffectedRows } = await sql`
      delete from event where id = any(array(
        select id from event where at < ${before}::timestamptz and id < (select max(id) from event) order by at limit ${batch}))`.execute(
      db,
    );
    const n = Number(numAffectedRows ?? 0);
    all += n;
    if (n < batch) return all;
  }
}
