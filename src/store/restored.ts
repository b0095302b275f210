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

/** What lies in a database that is not part of an extension, and the extensions; by PostgreSQL's own numbers. */
export interface Contents {
  relations: readonly number[];
  routines: readonly number[];
  extensions: readonly number[];
}

const OWN = (catalog: string, table: string) =>
  `not exists (select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = ${table}.oid and d.deptype = 'e')`;
const RELATIONS = `from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S') and ${OWN('pg_class', 'c')}`;
const ROUTINES = `from pg_proc p where p.pronamespace = current_schema()::regnamespace and ${OWN('pg_proc', 'p')}`;

/** What is there before anything is written. */
export async function contentsOf(target: StoreTarget): Promise<Contents> {
  const client = await connect(target, NAME);
  try {
    const { rows } = await client.query<Contents>(
      `select coalesce((select array_agg(c.oid::int8::float8) ${RELATIONS}), '{}') as relations,
         coalesce((select array_agg(p.oid::int8::float8) ${ROUTINES}), '{}') as routines,
         coalesce((select array_agg(e.oid::int8::float8) from pg_extension e), '{}') as extensions`,
    );
    return rows[0] ?? { relations: [], routines: [], extensions: [] };
  } finally {
    await client.end();
  }
}

/** Takes away what was made in a database since `before`: all of it or, where PostgreSQL refuses, nothing. */
export async function takeAwayNew(target: StoreTarget, before: Contents): Promise<void> {
  const client = await connect(target, NAME);
  const drop = async (query: string, known: readonly number[]): Promise<void> => {
    const { rows } = await client.query<{ drop: string }>(query, [known]);
    for (const row of rows) await client.query(row.drop);
  };
  try {
    await client.query('begin');
    // Sequences and triggers go with their tables.
    await drop(
      `select format('drop table if exists %s cascade', c.oid::regclass) as drop ${RELATIONS} and c.relkind in ('r', 'p') and c.oid <> all ($1::oid[])`,
      before.relations,
    );
    await drop(
      `select format('drop routine %s cascade', p.oid::regprocedure) as drop ${ROUTINES} and p.oid <> all ($1::oid[])`,
      before.routines,
    );
    await drop(
      `select format('drop extension %I', e.extname) as drop from pg_extension e where e.oid <> all ($1::oid[])`,
      before.extensions,
    );
    await client.query('commit');
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
