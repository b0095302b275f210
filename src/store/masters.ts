/** Masters: a revision's golden disks on one provider, with the hashes they are held against (promise 1). */
import type { Db, MasterFile, MasterRow } from './schema.ts';
import { json } from './sql.ts';

export interface NewMaster {
  revisionId: string;
  providerId: string;
  files: readonly MasterFile[];
  virtualBytes: number;
  sealedAt: Date;
}

/** Records a sealed master. What is recorded stays: the same master again changes nothing. */
export async function put(db: Db, master: NewMaster): Promise<void> {
  await db
    .insertInto('master')
    .values({ ...master, files: json(master.files) })
    .onConflict((oc) => oc.columns(['revisionId', 'providerId']).doNothing())
    .execute();
}

/** Golden disks of further copies on the same provider. Those that are recorded stay as they are. */
export async function addFiles(db: Db, revisionId: string, providerId: string, files: MasterRow['files']): Promise<void> {
  // each clone says what there is; nearly always it is known, and no row has to be locked
  const before = (await find(db, revisionId, providerId))?.files;
  if (before === undefined || files.every((file) => before.some(({ path }) => path === file.path))) return;
  const row = await db
    .selectFrom('master')
    .select('files')
    .where('revisionId', '=', revisionId)
    .where('providerId', '=', providerId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return;
  const known = new Set(row.files.map((file) => file.path));
  const all = [...row.files, ...files.filter((file) => !known.has(file.path))];
  await db
    .updateTable('master')
    .set({ files: json(all) })
    .where('revisionId', '=', revisionId)
    .where('providerId', '=', providerId)
    .execute();
}

/** What a master was sealed as anew, in place of what it was. */
export async function reseal(db: Db, revisionId: string, providerId: string, files: readonly MasterFile[], sealedAt: Date): Promise<void> {
  await db
    .updateTable('master')
    .set({ files: json(files), sealedAt })
    .where('revisionId', '=', revisionId)
    .where('providerId', '=', providerId)
    .execute();
}

export async function find(db: Db, revisionId: string, providerId: string): Promise<MasterRow | undefined> {
  return db.selectFrom('master').selectAll().where('revisionId', '=', revisionId).where('providerId', '=', providerId).executeTakeFirst();
}

export async function ofRevisions(db: Db, revisionIds: readonly string[]): Promise<MasterRow[]> {
  if (revisionIds.length === 0) return [];
  return db.selectFrom('master').selectAll().where('revisionId', 'in', revisionIds).execute();
}

/** The largest that whole copies of a revision can come to be, in bytes; 0 where it has no master. */
export async function virtualBytes(db: Db, revisionId: string): Promise<number> {
  const rows = await db.selectFrom('master').select('virtualBytes').where('revisionId', '=', revisionId).execute();
  return Math.max(0, ...rows.map((row) => row.virtualBytes));
}

export async function onProvider(db: Db, providerId: string): Promise<MasterRow[]> {
  return db.selectFrom('master').selectAll().where('providerId', '=', providerId).execute();
}

export async function remove(db: Db, revisionId: string, providerId: string): Promise<void> {
  await db.deleteFrom('master').where('revisionId', '=', revisionId).where('providerId', '=', providerId).execute();
}
