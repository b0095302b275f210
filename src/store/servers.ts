/** The servers of an installation: that they live, and which of them watches which provider. All by the database's clock. */
import { sql } from 'kysely';
import type { Db, Server } from './schema.ts';
import { dbNow } from './sql.ts';

export interface ServerSpec {
  id: string;
  name: string;
  version: string;
  /** Where it is reached, and the certificate that it shows there; unknown until it listens. */
  at?: { url: string; fingerprint256: string | undefined } | undefined;
  pid: number;
}

/** A server that was not heard of for so long is away, in milliseconds. */
export const AWAY_MS = 30_000;

/** It lives. `anew`: it has just started. Returns the database's time. */
export async function beat(db: Db, { at, ...spec }: ServerSpec, anew: boolean): Promise<Date> {
  const reached = at === undefined ? {} : { url: at.url, fingerprint256: at.fingerprint256 ?? null };
  const values = { ...spec, ...reached, beatAt: dbNow, stoppedAt: null };
  const row = await db
    .insertInto('server')
    .values({ ...values, startedAt: dbNow })
    .onConflict((oc) => oc.column('id').doUpdateSet({ ...values, ...(anew ? { startedAt: dbNow } : {}) }))
    .returning('beatAt')
    .executeTakeFirstOrThrow();
  return row.beatAt;
}

/** It stops: what it holds is free at once. */
export async function stopped(db: Db, id: string): Promise<void> {
  await db.updateTable('server').set({ stoppedAt: dbNow }).where('id', '=', id).execute();
  await db.updateTable('provider').set({ holderId: null, holderUntil: null }).where('holderId', '=', id).execute();
}

/**
 * Takes or renews hold of those of the providers that nobody else holds, for `forMs` milliseconds; returns the ids of those that are now
 * held. Of many servers at one moment one gets each.
 */
export async function hold(db: Db, serverId: string, providerIds: readonly string[], forMs: number): Promise<string[]> {
  if (providerIds.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    update provider set holder_id = ${serverId}, holder_until = clock_timestamp() + ${forMs}::float8 * interval '1 millisecond'
    where id = any(${providerIds}::uuid[])
      and (holder_id is null or holder_id = ${serverId} or holder_until is null or holder_until < clock_timestamp())
    returning id`.execute(db);
  return rows.map((r) => r.id);
}

/** Whether a server of another version than this one's serves the same store. */
export async function otherVersionServes(db: Db, id: string): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`
    select exists (select from server o join server me on me.id = ${id} where o.id <> me.id and o.version <> me.version
      and o.stopped_at is null and o.beat_at >= clock_timestamp() - ${AWAY_MS}::float8 * interval '1 millisecond') as there`.execute(db);
  return rows[0]?.there === true;
}

export type ServerState = 'up' | 'away' | 'stopped';

export interface KnownServer extends Server {
  state: ServerState;
  /** Names of the providers that only it serves. */
  hosts: string[];
  /** Names of the providers that it watches and reconciles. */
  holds: string[];
}

/** All that ever served this store, those that live first. */
export async function list(db: Db): Promise<KnownServer[]> {
  const { rows } = await sql<KnownServer>`
    select * from (select s.*, case when s.stopped_at is not null then 'stopped'
        when s.beat_at < clock_timestamp() - ${AWAY_MS}::float8 * interval '1 millisecond' then 'away' else 'up' end as state,
      array(select name from provider p where p.server_id = s.id order by name) as hosts,
      array(select name from provider p where p.holder_id = s.id and p.holder_until > clock_timestamp() order by name) as holds
    from server s) known order by state = 'up' desc, name, id`.execute(db);
  return rows;
}

/** Takes its row away; one that lives after all writes it anew. */
export async function forget(db: Db, id: string): Promise<void> {
  await db.deleteFrom('server').where('id', '=', id).execute();
}

/** A provider that only a server serves which is not there. */
export interface Orphan {
  id: string;
  /** Name of its server. */
  server: string;
  state: Exclude<ServerState, 'up'>;
  since: Date;
}

export async function orphaned(db: Db): Promise<Orphan[]> {
  const { rows } = await sql<Orphan>`
    select p.id, s.name as server, case when s.stopped_at is null then 'away' else 'stopped' end as state,
      coalesce(s.stopped_at, s.beat_at) as since
    from provider p join server s on s.id = p.server_id
    where p.enabled and (s.stopped_at is not null or s.beat_at < clock_timestamp() - ${AWAY_MS}::float8 * interval '1 millisecond')`.execute(
    db,
  );
  return rows;
}
