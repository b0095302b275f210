/**
 * What is claimed of each datastore of a provider: as held.ts counts what is held of the provider as a whole, of all its datastores in one
 * statement. Everything here is one resource, storage in MiB.
 */
import { type RawBuilder, sql } from 'kysely';
import { TURNAROUND_MS } from '../core/calendar.ts';
import type { DatastoreShort, DatastoreUse } from '../core/datastores.ts';
import { CLAIMED, type Counting, LIVE, NOBODY } from './held-terms.ts';
import { PREPARED } from './prepared.ts';
import type { Db, TimeRange, Tx } from './schema.ts';

const hourOf = (moment: RawBuilder<unknown>) => sql`date_bin('1 hour', ${moment}, 'epoch')`;

/**
 * Rows `(datastore, hour, t, d)`: what begins and ends to be claimed in the hours of a relation with columns `datastore` and `hour`. Hour by hour, each by
 * the index (`offset 0` keeps it so): joined by datastore alone, as a plan would have it that knows no better, all hours would meet all reservations.
 */
function changesIn(hours: RawBuilder<unknown>, providerId: string): RawBuilder<unknown> {
  const one = (moment: RawBuilder<unknown>, indexed: RawBuilder<unknown>, d: RawBuilder<unknown>) => sql`
    select h.datastore, h.hour, c.t, c.d from ${hours} h cross join lateral (
      select ${moment} as t, ${d} as d from reservation r
      where r.provider_id = ${providerId}::uuid and r.datastore = h.datastore and ${indexed} >= h.hour
        and ${indexed} < h.hour + interval '1 hour' and r.${LIVE}
      offset 0) c`;
  const [start, end] = [sql`lower(r.hold)`, sql`upper(r.hold)`];
  return sql`${one(start, start, sql`r.storage_mib`)} union all ${one(end, sql`coalesce(upper(r.hold), 'infinity')`, sql`-r.storage_mib`)}`;
}

/** Rows `(datastore, hour, t, d)`: each moment of such hours at which something changes, and their beginnings. */
const momentsIn = (hours: RawBuilder<unknown>, providerId: string): RawBuilder<unknown> => sql`
  select datastore, hour, t, sum(d)::int as d from (
    select datastore, hour, hour as t, 0 as d from ${hours} union all ${changesIn(hours, providerId)}
  ) as change group by datastore, hour, t`;

/** Counts the hours anew that have a note. Only under the provider's row lock, as `refreshHours`. */
export async function refreshDatastoreHours(tx: Tx, providerId: string): Promise<void> {
  const notes = await sql<{ datastore: string; hour: Date }>`
    delete from datastore_touched where ctid = any(array(
      select ctid from datastore_touched where provider_id = ${providerId}::uuid for update skip locked)) returning datastore, hour`.execute(
    tx,
  );
  if (notes.rows.length === 0) return;
  const [names, hours] = [notes.rows.map((n) => n.datastore), notes.rows.map((n) => n.hour.toISOString())];
  // A statement of its own: it sees all that was committed by whoever left one of the notes.
  await sql`
    with touched as (
      select distinct * from unnest(${names}::text[], ${hours}::timestamptz[]) as t (datastore, hour)
    ), moment as (
      ${momentsIn(sql`touched`, providerId)}
    ), rise as (
      select datastore, hour, d, sum(d) over (partition by datastore, hour order by t) as rd from moment
    ), fresh as (
      select datastore, hour, sum(d)::int as d, max(rd)::int as td, bool_or(d <> 0) as changes from rise group by datastore, hour
    ), quiet as (
      delete from datastore_hour k using fresh f
      where k.provider_id = ${providerId}::uuid and k.datastore = f.datastore and k.hour = f.hour and not f.changes
    )
    insert into datastore_hour (provider_id, datastore, hour, storage_mib, top_storage_mib)
    select ${providerId}::uuid, datastore, hour, d, td from fresh where changes
    on conflict (provider_id, datastore, hour) do update
      set storage_mib = excluded.storage_mib, top_storage_mib = excluded.top_storage_mib`.execute(tx);
}

/** As `levels` of held.ts, of each datastore of the provider: rows `(datastore, t, kept, d, storage, top)` of `asked`. */
function levels(providerId: string, span: TimeRange, { now, except = NOBODY }: Counting): RawBuilder<unknown> {
  const soon = new Date(now.getTime() + TURNAROUND_MS);
  const provider = sql`provider_id = ${providerId}::uuid`;
  return sql`
    with store as (
      select name as datastore from datastore where ${provider}
    ), more as (
      select datastore, coalesce(upper(hold), 'infinity') as s, ${soon}::timestamptz as e, storage_mib as d from reservation
      where ${provider} and datastore is not null and id <> ${except}::uuid and ${LIVE} and state <> 'booked'
        and coalesce(upper(hold), 'infinity') < ${soon}::timestamptz
      union all
      select m.datastore, ${now}::timestamptz, 'infinity', m.storage_mib from machine m
      where m.${provider} and m.datastore is not null and m.state <> 'gone' and not ${CLAIMED}
      union all
      select datastore, lower(hold), coalesce(upper(hold), 'infinity'), -storage_mib from reservation
      where id = ${except}::uuid and ${provider} and datastore is not null and ${LIVE}
    ), edge as (
      select datastore, s as t, d from more
      union all select datastore, e, -d from more where e < 'infinity'
      union all select datastore, ${span.start}::timestamptz, 0 from store
    ), opened as (
      select datastore, ${hourOf(sql`t`)} as hour from edge
      union select datastore, ${hourOf(sql`${span.end}::timestamptz`)} from store where ${span.end}::timestamptz is not null
      union select datastore, hour from datastore_touched where ${provider}
    ), change as (
      select datastore, t, d from edge
      union all select datastore, hour, 0 from opened
      union all select datastore, t, d from (${changesIn(sql`opened`, providerId)}) as c
    ), line as (
      select datastore, t, false as kept, sum(d)::int as d, sum(d)::int as td from change group by datastore, t
      union all
      select k.datastore, k.hour, true, k.storage_mib, k.top_storage_mib from datastore_hour k
      where k.${provider} and not exists (select from opened o where o.datastore = k.datastore and o.hour = k.hour)
    ), level as (
      select datastore, t, kept, d, sum(d) over w as storage, sum(d) over w - d + td as top
      from line window w as (partition by datastore order by t)
    ), asked as (
      select * from level where t >= ${span.start}::timestamptz and t < coalesce(${span.end}::timestamptz, 'infinity')
    )`;
}

/** Which of them has golden disks of the revision: vSphere names a file by its datastore first. */
const golden = (revisionId: string | undefined) => sql`exists (
  select from master m, jsonb_array_elements(m.files) f
  where m.provider_id = s.provider_id and m.revision_id = ${revisionId ?? null}::uuid and starts_with(f->>'path', '[' || s.name || '] '))`;

/** The datastores of a provider with the most that is claimed of each at any moment of a span; none where it is one place. */
export async function peaks(db: Db, providerId: string, span: TimeRange, counting: Counting, revisionId?: string): Promise<DatastoreUse[]> {
  const { rows } = await sql<{ name: string; room: number | null; held: number; golden: boolean; copy: number; since: Date | null }>`
    ${PREPARED} ${levels(providerId, span, counting)}
    select s.name, case when s.away_since is null then coalesce(s.room_mib, s.free_mib) end as room, s.away_since as since,
      ${golden(revisionId)} as golden,
      coalesce((select ceil(virtual_bytes / 1048576.0) from master m
        where m.provider_id = s.provider_id and m.revision_id = ${revisionId ?? null}::uuid), 0)::bigint as copy,
      coalesce((select max(top) from asked a where a.datastore = s.name), 0)::bigint as held
    from datastore s where s.provider_id = ${providerId}::uuid order by s.name`.execute(db);
  return rows.map(({ name, room, held, golden: has, copy, since }) => ({
    name,
    heldMiB: held,
    golden: has,
    goldenMiB: copy,
    ...(room === null ? { awaySince: since?.getTime() } : { roomMiB: room }),
  }));
}

/**
 * Of each datastore that `most` names the spans in which more than that is claimed of it, in order. Of a span without an end, what
 * lies between the first and the last hour without room is told as one.
 */
export async function shortSpans(
  db: Db,
  providerId: string,
  span: TimeRange,
  counting: Counting,
  most: ReadonlyMap<string, number>,
): Promise<DatastoreShort[]> {
  const short = (storage: RawBuilder<unknown>) => sql`coalesce(${storage} > (select l.most from most l where l.name = datastore), false)`;
  const ends = sql`(datastore, t) in (select datastore, min(t) from full_hour group by datastore union select datastore, max(t) from full_hour group by datastore)`;
  const { rows } = await sql<{ datastore: string; t: Date; storage: number; short: boolean }>`
    ${levels(providerId, span, counting)}, most as (
      select * from unnest(${[...most.keys()]}::text[], ${[...most.values()]}::bigint[]) as m (name, most)
    ), full_hour as (
      select * from asked where kept and ${short(sql`top`)}
    ), looked as (
      select datastore, t as hour, storage - d as storage from full_hour where ${span.end === null ? ends : sql`true`}
    ), moment_inside as (
      ${momentsIn(sql`looked`, providerId)}
    ), step as (
      select datastore, t, storage from asked a where not exists (select from full_hour f where f.datastore = a.datastore and f.t = a.t)
      union all
      select datastore, t, top from full_hour f where not exists (select from looked l where l.datastore = f.datastore and l.hour = f.t)
      union all
      select i.datastore, i.t, h.storage + sum(i.d) over (partition by i.datastore, i.hour order by i.t)
      from moment_inside i join looked h on h.datastore = i.datastore and h.hour = i.hour
    ), judged as (
      select step.*, ${short(sql`storage`)} as short from step
    ), marked as (
      select *, lag(short, 1, false) over (partition by datastore order by t) as after_short from judged
    )
    select datastore, t, storage::bigint, short from marked where short or after_short order by datastore, t`.execute(db);
  return rows.flatMap((row, i) => {
    if (!row.short) return [];
    const next = rows[i + 1];
    const end = next?.datastore === row.datastore ? next.t.getTime() : Number.POSITIVE_INFINITY;
    return [{ name: row.datastore, start: row.t.getTime(), end, heldMiB: row.storage }];
  });
}
