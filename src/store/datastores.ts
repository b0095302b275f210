/** Datastores of providers, as the last look at each provider found them. */
import { sql } from 'kysely';
import type { DatastoreRoom } from '../core/capacity.ts';
import type { Datastore, Db } from './schema.ts';

/**
 * These are the provider's, and no others; none where it is one place. What is as before is not written. Of one that is away nothing is known but
 * since when: what it had is no promise of what it will have. One that is not told any more is away as long as something counts on it.
 *
 * What may be promised of one in all is what is free, and what its machines took of what is claimed for them: their claims count in full, and what
 * they wrote is not free any more. What they took beyond their claims is nobody's promise.
 */
export async function put(db: Db, providerId: string, found: readonly DatastoreRoom[]): Promise<void> {
  const of = (key: 'capacityMiB' | 'freeMiB' | 'machinesMiB' | 'reserveMiB') => found.map((d) => d[key] ?? null);
  const names = found.map((d) => d.name);
  await sql`
    with told as (
      select distinct on (name) * from unnest(${names}::text[], ${of('capacityMiB')}::int[], ${of('freeMiB')}::int[],
        ${of('machinesMiB')}::int[], ${of('reserveMiB')}::int[]) as f (name, capacity, free, machines, reserve)
    ), claimed as (
      select datastore as name, sum(storage_mib) as mib from machine
      where provider_id = ${providerId}::uuid and datastore is not null and state <> 'gone' group by datastore
    ), silent as (
      select d.name, null::int as capacity, null::int as free, null::int as machines, null::int as reserve from datastore d
      where d.provider_id = ${providerId}::uuid and d.name <> all (${names}::text[]) and (
        exists (select from reservation r where r.provider_id = d.provider_id and r.datastore = d.name
          and r.state in ('booked', 'preparing', 'ready', 'ending'))
        or exists (select from claimed c where c.name = d.name))
    ), found as (
      select t.*, case when free is not null then least(2147483647, greatest(0, free - coalesce(reserve, 0)) + least(coalesce(machines, 0), coalesce(c.mib, 0)))::int end as room
      from (select * from told union all select * from silent) as t left join claimed c on c.name = t.name
    ), gone as (
      delete from datastore where provider_id = ${providerId}::uuid and name not in (select name from found)
    )
    insert into datastore as d (provider_id, name, capacity_mib, free_mib, machines_mib, room_mib, away_since)
    -- In one order, so that two servers that look at one moment do not wait for each other.
    select ${providerId}::uuid, name, capacity, free, machines, room, case when capacity is null then now() end from found order by name
    on conflict (provider_id, name) do update set capacity_mib = excluded.capacity_mib, free_mib = excluded.free_mib,
      machines_mib = excluded.machines_mib, room_mib = excluded.room_mib,
      away_since = case when excluded.away_since is not null then coalesce(d.away_since, excluded.away_since) end
    where (d.capacity_mib, d.free_mib, d.machines_mib, d.room_mib)
      is distinct from (excluded.capacity_mib, excluded.free_mib, excluded.machines_mib, excluded.room_mib)`.execute(db);
}

/** Whether it has several places to tell apart. */
export async function any(db: Db, providerId: string): Promise<boolean> {
  return (await db.selectFrom('datastore').select('name').where('providerId', '=', providerId).limit(1).executeTakeFirst()) !== undefined;
}

/** By name. */
export async function of(db: Db, providerId: string): Promise<Datastore[]> {
  return db.selectFrom('datastore').selectAll().where('providerId', '=', providerId).orderBy('name').execute();
}
