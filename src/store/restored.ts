/** What is looked at, and put right, in a store that came from a backup. */
import { connect, type StoreTarget } from './conn.ts';
import { EVENTS_BEGIN } from './events.ts';

const NAME = `carrel restore pid=${process.pid}`;

/** Golden disks are recorded by their whole paths, and the data directory may be another now. */
export async function moveMasterPaths(target: StoreTarget, from: string, to: string): Promise<void> {
  if (from === to) return;
  const client = await connect(target, NAME);
  try {
    await client.query(
      `update master m set files = (
         select jsonb_agg(case when starts_with(f ->> 'path', $1)
           then jsonb_set(f, '{path}', to_jsonb($2 || substr(f ->> 'path', length($1) + 1))) else f end)
         from jsonb_array_elements(m.files) f)
       where exists (select from jsonb_array_elements(m.files) f where starts_with(f ->> 'path', $1))`,
      [`${from}/`, `${to}/`],
    );
  } finally {
    await client.end();
  }
}

/**
 * Ids of events go on far above all that were ever given out of this store, also after the backup was made: whoever comes back with one of
 * those is told that there is a gap. They begin with the time, 2^20 to a second, so that of two restores of one backup each has its own.
 */
export async function beginEventsAnew(target: StoreTarget, now: Date): Promise<void> {
  const client = await connect(target, NAME);
  try {
    const begin = `greatest((select max(id) from event), ${Math.floor(now.getTime() / 1000)}::bigint << 20)`;
    await client.query(
      `insert into setting (key, value) values ($1, to_jsonb(${begin})) on conflict (key) do update set value = excluded.value`,
      [EVENTS_BEGIN],
    );
    await client.query(`select setval(pg_get_serial_sequence('event', 'id'), ${begin})`);
  } finally {
    await client.end();
  }
}

export interface RecordedMaster {
  revisionId: string;
  /** `debian@3`. */
  image: string;
  provider: string;
  /** On this host, and not at an endpoint. */
  here: boolean;
}

/** The masters of revisions that may be lent. */
export async function recordedMasters(target: StoreTarget): Promise<RecordedMaster[]> {
  const client = await connect(target, NAME);
  try {
    const { rows } = await client.query<RecordedMaster>(
      `select m.revision_id as "revisionId", i.name || '@' || r.number as image, p.name as provider, p.connection is null as here
       from master m join revision r on r.id = m.revision_id join image i on i.id = r.image_id join provider p on p.id = m.provider_id
       where r.state in ('draft', 'published') order by 2`,
    );
    return rows;
  } finally {
    await client.end();
  }
}
