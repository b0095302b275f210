/** Small facts about the installation, by key. */
import type { Db } from './schema.ts';
import { json } from './sql.ts';

export async function get(db: Db, key: string): Promise<unknown> {
  return (await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst())?.value;
}

/** Locks a key that is there until the transaction ends. */
export async function lock(db: Db, key: string): Promise<void> {
  await db.selectFrom('setting').select('key').where('key', '=', key).forUpdate().execute();
}

export async function set(db: Db, key: string, value: unknown): Promise<void> {
  await db
    .insertInto('setting')
    .values({ key, value: json(value) })
    .onConflict((oc) => oc.column('key').doUpdateSet({ value: json(value) }))
    .execute();
}

/** The value of a key, first set to `value` if it has none; of two callers at one time both get the same. */
export async function getOrSet(db: Db, key: string, value: unknown): Promise<unknown> {
  await db
    .insertInto('setting')
    .values({ key, value: json(value) })
    .onConflict((oc) => oc.column('key').doNothing())
    .execute();
  return get(db, key);
}
