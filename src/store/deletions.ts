/** Deletes of what has no machine row, begun and not yet recorded: what was read before them (promise 2). */
import type { BeforeDelete } from '../core/lineage.ts';
import type { Db, Deletion } from './schema.ts';
import { json } from './sql.ts';

export async function find(db: Db, providerId: string, subjectId: string): Promise<Deletion | undefined> {
  return db.selectFrom('deletion').selectAll().where('providerId', '=', providerId).where('subjectId', '=', subjectId).executeTakeFirst();
}

/** Keeps what was read before the first try; what an earlier one kept stays. */
export async function begin(
  db: Db,
  row: { providerId: string; subjectId: string; kind: 'machine' | 'master'; before: BeforeDelete },
): Promise<void> {
  await db
    .insertInto('deletion')
    .values({ ...row, before: json(row.before) })
    .onConflict((oc) => oc.columns(['providerId', 'subjectId']).doNothing())
    .execute();
}

/** In the transaction that records the proof, or after a refusal. */
export async function over(db: Db, providerId: string, subjectId: string): Promise<void> {
  await db.deleteFrom('deletion').where('providerId', '=', providerId).where('subjectId', '=', subjectId).execute();
}

export async function onProvider(db: Db, providerId: string): Promise<Deletion[]> {
  return db.selectFrom('deletion').selectAll().where('providerId', '=', providerId).orderBy('subjectId').execute();
}
