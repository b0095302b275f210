/**
 * What is held of a provider hour by hour (`held_hour`), so that a question about a long time reads a row an hour. Each row says what
 * the hour changes and how high it rises meanwhile, both over what was held just before it: changing a reservation touches the hours of
 * its two ends and no others. Whoever changes one leaves a note (`held_touched`, by a trigger, in the same transaction); an hour with a
 * note is read from its reservations until {@link refreshHours} has counted it anew.
 */
import { type RawBuilder, sql } from 'kysely';
import { TURNAROUND_MS } from '../core/calendar.ts';
import type { CapacityLimits, Demand } from '../core/capacity.ts';
import { refreshDatastoreHours } from './held-datastores.ts';
import { CLAIMED, type Counting, LIVE, NOBODY } from './held-terms.ts';
import { PREPARED } from './prepared.ts';
import type { Db, TimeRange, Tx } from './schema.ts';

export { CLAIMED, type Counting } from './held-terms.ts';

/** The hour that a moment lies in. */
const hourOf = (moment: RawBuilder<unknown>) => sql`date_bin('1 hour', ${moment}, 'epoch')`;

/** Rows `(hour, t, n, v, m, d)`: what begins and ends to be held of a provider in the hours of a relation that has a column `hour`. */
function changesIn(hours: RawBuilder<unknown>, providerId: string): RawBuilder<unknown> {
  return sql`
    select h.hour, lower(r.hold) as t, 1 as n, r.vcpus as v, r.memory_mib as m, r.storage_mib as d
    from ${hours} h join reservation r on lower(r.hold) >= h.hour and lower(r.hold) < h.hour + interval '1 hour'
    where r.provider_id = ${providerId}::uuid and r.${LIVE}
    union all
    select h.hour, upper(r.hold), -1, -r.vcpus, -r.memory_mib, -r.storage_mib
    from ${hours} h join reservation r
      on coalesce(upper(r.hold), 'infinity') >= h.hour and coalesce(upper(r.hold), 'infinity') < h.hour + interval '1 hour'
    where r.provider_id = ${providerId}::uuid and r.${LIVE}`;
}

/**
 * Counts the hours anew that have a note. Only under the provider's row lock: two who did it at one time could each overwrite what the
 * other had seen and they had not.
 */
export async function refreshHours(tx: Tx, providerId: string): Promise<void> {
  await refreshDatastoreHours(tx, providerId);
  // Nothing waits here: what keeps two apart is the provider's row alone.
  const notes = await sql<{ hour: Date }>`
    delete from held_touched where ctid = any(array(
      select ctid from held_touched where provider_id = ${providerId}::uuid for update skip locked)) returning hour`.execute(tx);
  if (notes.rows.length === 0) return;
  const hours = [...new Set(notes.rows.map((note) => note.hour.toISOString()))];
  // A statement of its own: it sees all that was committed by whoever left one of the notes.
  await sql`
    ${PREPARED} with touched as (
      select unnest(${hours}::timestamptz[]) as hour
    ), change as (
      select hour, hour as t, 0 as n, 0 as v, 0 as m, 0 as d from touched
      union all ${changesIn(sql`touched`, providerId)}
    ), moment as (
      select hour, t, sum(n)::int as n, sum(v)::int as v, sum(m)::int as m, sum(d)::int as d from change group by hour, t
    ), rise as (
      select hour, n, v, m, d, sum(n) over w as rn, sum(v) over w as rv, sum(m) over w as rm, sum(d) over w as rd
      from moment window w as (partition by hour order by t)
    ), fresh as (
      select hour, sum(n)::int as n, sum(v)::int as v, sum(m)::int as m, sum(d)::int as d,
        max(rn)::int as tn, max(rv)::int as tv, max(rm)::int as tm, max(rd)::int as td,
        bool_or(n <> 0 or v <> 0 or m <> 0 or d <> 0) as changes
      from rise group by hour
    ), quiet as (
      delete from held_hour k using fresh f where k.provider_id = ${providerId}::uuid and k.hour = f.hour and not f.changes
    )
    insert into held_hour (provider_id, hour, machines, vcpus, memory_mib, storage_mib, top_machines, top_vcpus, top_memory_mib, top_storage_mib)
    select ${providerId}::uuid, hour, n, v, m, d, tn, tv, tm, td from fresh where changes
    on conflict (provider_id, hour) do update set machines = excluded.machines, vcpus = excluded.vcpus, memory_mib = excluded.memory_mib,
      storage_mib = excluded.storage_mib, top_storage_mib = excluded.top_storage_mib, top_machines = excluded.top_machines, top_vcpus = excluded.top_vcpus, top_memory_mib = excluded.top_memory_mib`.execute(
    tx,
  );
}

/** The providers of which some hour has a note. */
export async function notedProviders(db: Db): Promise<string[]> {
  const { rows } = await sql<{
    id: string;
  }>`select distinct t.provider_id as id from (
    select provider_id from held_touched union select provider_id from datastore_touched) t join provider p on p.id = t.provider_id`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

/** Takes away what is kept of a provider that goes itself. */
export async function forgetHours(db: Db, providerId: string): Promise<void> {
  await sql`with notes as (delete from held_touched where provider_id = ${providerId}::uuid),
      theirs as (delete from datastore_touched where provider_id = ${providerId}::uuid),
      hours as (delete from datastore_hour where provider_id = ${providerId}::uuid)
    delete from held_hour where provider_id = ${providerId}::uuid`.execute(db);
}

/**
 * Rows `(s, e, vcpus, memory_mib, storage_mib)` of the provider's machines that are not gone and that no live reservation has, as `leftBehind` of
 * src/core/calendar.ts: a preparation that was taken elsewhere leaves one until the first place is back and its undo gets through.
 */
export function leftBehind(providerId: string, from: Date): RawBuilder<unknown> {
  return sql`
    select ${from}::timestamptz as s, 'infinity'::timestamptz as e, m.vcpus, m.memory_mib, m.storage_mib
    from machine m
    where m.provider_id = ${providerId}::uuid and m.state <> 'gone' and not ${CLAIMED}`;
}

/**
 * The beginning of a query (`with …`) whose `level` has rows `(t, kept, machines, vcpus, memory, top_…)` in order of time: what is held
 * from `t` on, and the most of it until the next row. A row that is `kept` is a whole hour; the hours in which the answer is more than
 * what is kept (the ends of the span, late machines, hours with a note) have a row for each moment at which something changes.
 */
export function levels(providerId: string, span: TimeRange, { now, except = NOBODY }: Counting): RawBuilder<unknown> {
  const soon = new Date(now.getTime() + TURNAROUND_MS);
  const provider = sql`provider_id = ${providerId}::uuid`;
  return sql`
    with more as (
      -- Late to go: the hold is over, or about to be, and the machine is not gone.
      select coalesce(upper(hold), 'infinity') as s, ${soon}::timestamptz as e, 1 as n, vcpus as v, memory_mib as m, storage_mib as d
      from reservation
      where ${provider} and id <> ${except}::uuid and ${LIVE} and state <> 'booked'
        and coalesce(upper(hold), 'infinity') < ${soon}::timestamptz
      union all
      select s, e, 1, vcpus, memory_mib, storage_mib from (${leftBehind(providerId, now)}) as behind
      union all
      select lower(hold), coalesce(upper(hold), 'infinity'), -1, -vcpus, -memory_mib, -storage_mib
      from reservation where id = ${except}::uuid and ${provider} and ${LIVE}
    ), edge as (
      select s as t, n, v, m, d from more
      union all select e, -n, -v, -m, -d from more where e < 'infinity'
      union all select ${span.start}::timestamptz, 0, 0, 0, 0
    ), opened as (
      select ${hourOf(sql`t`)} as hour from edge
      union select ${hourOf(sql`${span.end}::timestamptz`)} where ${span.end}::timestamptz is not null
      union select hour from held_touched where ${provider}
    ), change as (
      select t, n, v, m, d from edge
      union all select hour, 0, 0, 0, 0 from opened
      union all select t, n, v, m, d from (${changesIn(sql`opened`, providerId)}) as c
    ), line as (
      select t, false as kept, sum(n)::int as n, sum(v)::int as v, sum(m)::int as m, sum(d)::int as d,
        sum(n)::int as tn, sum(v)::int as tv, sum(m)::int as tm, sum(d)::int as td
      from change group by t
      union all
      select hour, true, machines, vcpus, memory_mib, storage_mib, top_machines, top_vcpus, top_memory_mib, top_storage_mib
      from held_hour where ${provider} and hour not in (select hour from opened)
    ), level as (
      select t, kept, n, v, m, d,
        sum(n) over w as machines, sum(v) over w as vcpus, sum(m) over w as memory, sum(d) over w as storage,
        sum(n) over w - n + tn as top_machines, sum(v) over w - v + tv as top_vcpus, sum(m) over w - m + tm as top_memory,
        sum(d) over w - d + td as top_storage
      from line window w as (order by t)
    ), asked as (
      select * from level where t >= ${span.start}::timestamptz and t < coalesce(${span.end}::timestamptz, 'infinity')
    )`;
}

/** The most that is held of a provider at any moment of a span, of each resource by itself. */
export async function peak(db: Db, providerId: string, span: TimeRange, counting: Counting): Promise<CapacityLimits> {
  const { rows } = await sql<CapacityLimits>`
    ${PREPARED} ${levels(providerId, span, counting)}
    select coalesce(max(top_machines), 0)::bigint as machines, coalesce(max(top_vcpus), 0)::bigint as vcpus,
      coalesce(max(top_memory), 0)::bigint as "memoryMiB", coalesce(max(top_storage), 0)::bigint as "storageMiB"
    from asked`.execute(db);
  return rows[0] as CapacityLimits;
}

export interface Room {
  limits: CapacityLimits;
  /** Of each of {@link count}. */
  wanted: Demand;
  count: number;
}

/**
 * Rows `(t, machines, vcpus, memory, storage)`: the steps of what is held at which there is too little room, and those that follow them. Of a
 * span without an end the first and the last such hour are told moment by moment, and what lies between is not looked into: no time
 * without an end begins before the last.
 */
export function shortLevels(providerId: string, span: TimeRange, counting: Counting, { limits, wanted, count }: Room): RawBuilder<unknown> {
  const short = (
    machines: RawBuilder<unknown>,
    vcpus: RawBuilder<unknown>,
    memory: RawBuilder<unknown>,
    storage: RawBuilder<unknown>,
  ) => sql`
    (${machines} + ${count}::bigint > ${limits.machines}::bigint or ${vcpus} + ${count * wanted.vcpus}::bigint > ${limits.vcpus}::bigint
      or ${memory} + ${count * wanted.memoryMiB}::bigint > ${limits.memoryMiB}::bigint
      or ${storage} + ${count * wanted.storageMiB}::bigint > ${limits.storageMiB}::bigint)`;
  const inside = sql`select t as hour, machines - n as machines, vcpus - v as vcpus, memory - m as memory, storage - d as storage from full_hour`;
  const looked = span.end === null ? sql`${inside} where t in ((select min(t) from full_hour), (select max(t) from full_hour))` : inside;
  return sql`
    ${levels(providerId, span, counting)}, full_hour as (
      select * from asked where kept and ${short(sql`top_machines`, sql`top_vcpus`, sql`top_memory`, sql`top_storage`)}
    ), looked as (${looked}), change_inside as (
      select hour, hour as t, 0 as n, 0 as v, 0 as m, 0 as d from looked
      union all ${changesIn(sql`looked`, providerId)}
    ), moment_inside as (
      select hour, t, sum(n)::int as n, sum(v)::int as v, sum(m)::int as m, sum(d)::int as d from change_inside group by hour, t
    ), step as (
      select t, machines, vcpus, memory, storage from asked where t not in (select t from full_hour)
      union all
      select t, top_machines, top_vcpus, top_memory, top_storage from full_hour where t not in (select hour from looked)
      union all
      select i.t, h.machines + sum(i.n) over w, h.vcpus + sum(i.v) over w, h.memory + sum(i.m) over w, h.storage + sum(i.d) over w
      from moment_inside i join looked h on h.hour = i.hour window w as (partition by i.hour order by i.t)
    ), marked as (
      select t, machines, vcpus, memory, storage, short, lag(short, 1, false) over (order by t) as after_short
      from (select step.*, ${short(sql`machines`, sql`vcpus`, sql`memory`, sql`storage`)} as short from step) as s
    )
    select t, machines::bigint, vcpus::bigint, memory::bigint, storage::bigint from marked where short or after_short`;
}
