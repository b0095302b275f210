/** Whose store it is: the installation that it belongs to, and the key that its credentials are sealed under. */
import { CarrelError } from '../lib/errors.ts';
import { connect, type StoreTarget } from './conn.ts';
import { storeError } from './errors.ts';
import type { Db } from './schema.ts';

export interface StoreOwner {
  /** Id of the installation: the data directory's. */
  id: string;
  /** Of the sealing key; says nothing of the key. */
  keyFingerprint: string;
}

function refuseStranger(there: StoreOwner, mine: StoreOwner): void {
  if (there.id !== mine.id) {
    throw new CarrelError('store-foreign', `the store belongs to the installation ${there.id}; this data directory is of ${mine.id}`, {
      hint: 'Serve from a data directory that has joined it (`carrel server join`), or give this one a database of its own in DATABASE_URL.',
      details: { store: there.id, dataDirectory: mine.id },
    });
  }
  if (there.keyFingerprint !== mine.keyFingerprint) {
    throw new CarrelError('store-foreign', 'the key in secrets.key is not the one that the credentials in the store are sealed under', {
      hint: 'Restore secrets.key from the backup of this data directory.',
      details: { store: there.keyFingerprint, dataDirectory: mine.keyFingerprint },
    });
  }
}

/** Whose a store is; undefined if nobody's yet. Errors: `store-unavailable`, `store-access`. */
export async function readOwner(target: StoreTarget): Promise<StoreOwner | undefined> {
  const client = await connect(target, 'carrel').catch((error: unknown) => {
    throw storeError(error);
  });
  try {
    const { rows: tables } = await client.query<{ there: boolean }>("select to_regclass('installation') is not null as there");
    if (tables[0]?.there !== true) return undefined;
    const { rows } = await client.query<StoreOwner>('select id, key_fingerprint as "keyFingerprint" from installation');
    return rows[0];
  } catch (error) {
    throw storeError(error);
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Refuses a stranger before the schema is looked at: it must not even bring the store up to date. A store without an owner passes.
 * Errors: `store-foreign`, `store-unavailable`, `store-access`.
 */
export async function checkOwner(target: StoreTarget, mine: StoreOwner): Promise<void> {
  const owner = await readOwner(target);
  if (owner !== undefined) refuseStranger(owner, mine);
}

/** Makes the store this installation's if it is nobody's. `store-foreign` if it is another's. */
export async function takeStore(db: Db, mine: StoreOwner, now: Date): Promise<void> {
  await db
    .insertInto('installation')
    .values({ ...mine, createdAt: now })
    .onConflict((oc) => oc.doNothing())
    .execute();
  refuseStranger(await db.selectFrom('installation').select(['id', 'keyFingerprint']).executeTakeFirstOrThrow(), mine);
}
