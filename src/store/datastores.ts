/** Datastores of providers, as the last look at each provider found them. */
import { sql } from 'kysely';
import type { DatastoreRoom } from '../core/capacity.ts';
import type { Datastore, Db } from './schema.ts';

/**
 * These are the provider's, and no others; none where it is one place. What is as before is not written. Of one that is away nothing is known but
 * since when: what it had is no promise of what it will have.
 */
export async function put(db: Db, providerId: string, found: readonly DatastoreRoom[]): Promise<void> {
  const [names, capacities, frees] = [
    found.map((d) => d.name),
    found.map((d) => d.capacityMiB ?? null),
    found.map((d) => d.freeMiB ?? null),
  ];
  await sql`
    with found as (
      select distinct on (name) * from unnest(${names}::text[], ${capacities}::int[], ${frees}::int[]) as f (name, capacity_mib, free_mib)
    ), gone as (
      delete from datastore where provider_id = ${providerId}::uuid and name <> all (${names}::text[])
    )
    insert into datastore as d (provider_id, name, capacity_mib, free_mib, away_since)
    -- In one order, so that two servers that look at one moment do not wait for each other.
    select ${providerId}::uuid, name, capacity_mib, free_mib, case when capacity_mib is null then now() end from found order by name
    on conflict (provider_id, name) do update set capacity_mib = excluded.capacity_mib, free_mib = excluded.free_mib,
      away_since = case when excluded.away_since is not null then coalesce(d.away_since, excluded.away_since) end
    where (d.capacity_mib, d.free_mib) is distinct from (excluded.capacity_mib, excluded.free_mib)`.execute(db);
}

/** By name. */
export async function of(db: Db, providerId: string): Promise<Datastore[]> {
  return db.selectFrom('datastore').selectAll().where('providerId', '=', providerId).orderBy('name').execute();
}
