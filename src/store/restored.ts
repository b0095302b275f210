/** What is looked at, and put right, in a store that came from a backup. */
import { connect, type StoreTarget } from './conn.ts';

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
