/** Images and their revisions. */
import { sql } from 'kysely';
import { REVISION_TABLE, type RevisionEvent, type RevisionProfile, type RevisionState } from '../core/image.ts';
import type { Labels, LabelWanted } from '../core/labels.ts';
import { CarrelError, isCode, type StoredError } from '../lib/errors.ts';
import { tx } from './db.ts';
import { violates } from './errors.ts';
import * as events from './events.ts';
import { carries } from './label-filter.ts';
import type { Db, Facts, Image, Revision, Tx } from './schema.ts';
import { anyOf, json } from './sql.ts';

export async function findByName(db: Db, name: string): Promise<Image | undefined> {
  return db.selectFrom('image').selectAll().where('name', '=', name).executeTakeFirst();
}

export async function find(db: Db, id: string): Promise<Image | undefined> {
  return db.selectFrom('image').selectAll().where('id', '=', id).executeTakeFirst();
}

/** All of them, or those that carry all that is wanted. */
export async function list(db: Db, labels?: readonly LabelWanted[]): Promise<Image[]> {
  return db.selectFrom('image').selectAll().where(carries(labels)).orderBy('name').execute();
}

/** The image of that name, made if it is not there; of two callers at one time both get the same. */
export async function ensure(db: Db, image: { id: string; name: string; description: string; ownerId: string; now: Date }): Promise<Image> {
  const { now, ...values } = image;
  await db
    .insertInto('image')
    .values({ ...values, createdAt: now })
    .onConflict((oc) => oc.column('name').doNothing())
    .execute();
  const row = await findByName(db, image.name);
  if (!row) throw new CarrelError('conflict', `the image ${image.name} was removed in the same moment`, { retry: 'later' });
  return row;
}

/** The row, locked until the transaction ends; undefined if there is none. */
export async function lock(tx: Tx, id: string): Promise<Image | undefined> {
  return tx.selectFrom('image').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Gives a locked image another name, and remembers the one that it had. `conflict` if another image has the new one. */
export async function rename(tx: Tx, image: Pick<Image, 'id' | 'name'>, name: string, now: Date): Promise<void> {
  try {
    await tx.updateTable('image').set({ name }).where('id', '=', image.id).execute();
  } catch (error) {
    if (!violates(error, 'image_name_key')) throw error;
    throw new CarrelError('conflict', `there is an image called ${name} already`, {
      hint: 'Choose another name, or rename that one first: `carrel image rename`.',
      cause: error,
    });
  }
  const former = { name: image.name, imageId: image.id, until: now };
  await tx
    .insertInto('imageFormerName')
    .values(former)
    .onConflict((oc) => oc.column('name').doUpdateSet({ imageId: image.id, until: now }))
    .execute();
}

export async function describe(tx: Tx, id: string, description: string): Promise<void> {
  await tx.updateTable('image').set({ description }).where('id', '=', id).execute();
}

/** Puts these labels in place of those that a locked image has. */
export async function setLabels(tx: Tx, id: string, labels: Labels): Promise<void> {
  await tx
    .updateTable('image')
    .set({ labels: json(labels) })
    .where('id', '=', id)
    .execute();
}

/** What the image is called now that had this name last; undefined if none had it. */
export async function nameSince(db: Db, former: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('imageFormerName')
    .innerJoin('image', 'image.id', 'imageFormerName.imageId')
    .select('image.name')
    .where('imageFormerName.name', '=', former)
    .executeTakeFirst();
  return row?.name;
}

export interface NewRevision {
  id: string;
  imageId: string;
  source: object;
  parentId?: string | undefined;
  createdBy: string;
  now: Date;
}

/** The next revision, `preparing`. Numbers are drawn under the image's row lock: no gaps by races, no doubles. */
export async function addRevision(db: Db, revision: NewRevision): Promise<Revision> {
  return tx(db, async (within) => {
    const { now, source, ...values } = revision;
    const image = await within.selectFrom('image').select('id').where('id', '=', revision.imageId).forNoKeyUpdate().executeTakeFirst();
    if (!image) throw new CarrelError('not-found', 'the image is not there any more');
    const last = await within
      .selectFrom('revision')
      .select((eb) => eb.fn.coalesce(eb.fn.max('number'), eb.lit(0)).as('n'))
      .where('imageId', '=', revision.imageId)
      .executeTakeFirstOrThrow();
    return within
      .insertInto('revision')
      .values({ ...values, source: json(source), number: Number(last.n) + 1, state: 'preparing', createdAt: now })
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}

export async function revision(db: Db, id: string): Promise<Revision | undefined> {
  return db.selectFrom('revision').selectAll().where('id', '=', id).executeTakeFirst();
}

/**
 * The row as it is, kept so until the transaction ends: whoever promises a machine of a revision holds it, and so the promise and the
 * revision's removal follow each other. Many may hold it at one time.
 */
export async function holdRevision(tx: Tx, id: string): Promise<Revision | undefined> {
  return tx.selectFrom('revision').selectAll().where('id', '=', id).forShare().executeTakeFirst();
}

/** The row, locked until the transaction ends against all who change it or promise of it. */
export async function lockRevision(tx: Tx, id: string): Promise<Revision | undefined> {
  return tx.selectFrom('revision').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst();
}

export async function revisionByNumber(db: Db, imageId: string, number: number): Promise<Revision | undefined> {
  return db.selectFrom('revision').selectAll().where('imageId', '=', imageId).where('number', '=', number).executeTakeFirst();
}

export async function published(db: Db, imageId: string): Promise<Revision | undefined> {
  return db.selectFrom('revision').selectAll().where('imageId', '=', imageId).where('state', '=', 'published').executeTakeFirst();
}

/** Newest first. */
export async function revisionsOf(db: Db, imageIds: readonly string[]): Promise<Revision[]> {
  if (imageIds.length === 0) return [];
  return db.selectFrom('revision').selectAll().where('imageId', 'in', imageIds).orderBy('number', 'desc').execute();
}

/** All there are, by their ids alone. */
export async function revisionIds(db: Db): Promise<string[]> {
  return (await db.selectFrom('revision').select('id').execute()).map((r) => r.id);
}

/** Names of those with these ids. */
export async function names(db: Db, ids: Iterable<string>): Promise<{ id: string; name: string }[]> {
  return db.selectFrom('image').select(['id', 'name']).where(anyOf('id', ids)).execute();
}

/** By which name and number revisions are known. */
export async function revisionNames(db: Db, ids: Iterable<string>): Promise<{ id: string; number: number; image: string }[]> {
  return db
    .selectFrom('revision')
    .innerJoin('image', 'image.id', 'revision.imageId')
    .select(['revision.id', 'revision.number', 'image.name as image'])
    .where(anyOf('revision.id', ids))
    .execute();
}

export interface RevisionPatch {
  profile?: RevisionProfile;
  facts?: Facts;
  failure?: StoredError;
  publishedAt?: Date;
}

/** Applies an event by REVISION_TABLE; `wrong-state` where the table refuses it, `not-found`. Tells followers. */
export async function transitionRevision(
  db: Db,
  id: string,
  event: RevisionEvent,
  patch: RevisionPatch,
  now: Date,
): Promise<RevisionState> {
  return tx(db, async (within) => {
    const row = await within
      .selectFrom('revision')
      .select(['state', 'imageId', 'number', 'createdBy'])
      .where('id', '=', id)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!row) throw new CarrelError('not-found', 'the revision is not there any more');
    const next = REVISION_TABLE[row.state][event];
    if (next === null) {
      throw new CarrelError('wrong-state', `revision ${row.number} is ${row.state} and cannot take "${event}"`, {
        hint: row.state === 'retired' ? 'Bring it back first: `carrel image unretire`.' : 'See `carrel image show`.',
        details: { state: row.state, event },
      });
    }
    await within
      .updateTable('revision')
      .set({
        state: next,
        ...(patch.profile === undefined ? {} : { profile: json(patch.profile) }),
        ...(patch.facts === undefined ? {} : { facts: json(patch.facts) }),
        ...(patch.failure === undefined ? {} : { failure: json(patch.failure) }),
        ...(patch.publishedAt === undefined ? {} : { publishedAt: patch.publishedAt }),
      })
      .where('id', '=', id)
      .execute();
    await events.append(within, {
      at: now,
      accountId: row.createdBy,
      kind: 'revision',
      subjectId: id,
      body: { state: next, number: row.number, ...(patch.failure ? { failure: patch.failure } : {}) },
    });
    return next;
  });
}

/** Writes down whether a revision could be lent, in place of what was known of that before. Tells followers. */
export async function noteProof(db: Db, id: string, found: { proved: string } | { notProved: string }, now: Date): Promise<void> {
  const row = await db
    .updateTable('revision')
    .set({ facts: sql<Facts>`(facts - 'proved' - 'notProved') || ${json(found)}` })
    .where('id', '=', id)
    .returning(['state', 'number', 'createdBy'])
    .executeTakeFirst();
  if (!row) return;
  const { state, number, createdBy } = row;
  await events.append(db, { at: now, accountId: createdBy, kind: 'revision', subjectId: id, body: { state, number } });
}

/** How much of a revision's golden disks its seal covers, of all that is known of the revision. */
export async function noteSeal(db: Db, id: string, found: Facts): Promise<void> {
  const seal = Object.fromEntries(['seal', 'remark.seal'].flatMap((key) => (found[key] === undefined ? [] : [[key, found[key]]])));
  await db
    .updateTable('revision')
    .set({ facts: sql<Facts>`(facts - 'seal' - 'remark.seal') || ${json(seal)}` })
    .where('id', '=', id)
    .execute();
}

/** Its golden disks are what was sealed after all. It stays in the state that it is in. */
export async function forgetDamage(db: Db, id: string): Promise<void> {
  await db.updateTable('revision').set({ failure: null }).where('id', '=', id).execute();
}

/**
 * Hands this revision out from now on and the one before no more, in the caller's transaction. Reservations name their revision,
 * so those that run stay as they are (promise 9).
 */
export async function publish(db: Db, id: string, now: Date): Promise<void> {
  return tx(db, async (within) => {
    const row = await revision(within, id);
    if (!row) throw new CarrelError('not-found', 'the revision is not there any more');
    await within.selectFrom('image').select('id').where('id', '=', row.imageId).forNoKeyUpdate().execute();
    const before = await published(within, row.imageId);
    if (before && before.id !== id) await transitionRevision(within, before.id, 'supersede', {}, now);
    await transitionRevision(within, id, 'publish', { publishedAt: now }, now);
  });
}

/** Removes a revision's row, its masters' with it; `has-children` while reservations of the past still name it is avoided by keeping the row. */
export async function deleteRevision(db: Db, id: string): Promise<void> {
  return tx(db, async (within) => {
    try {
      await within.deleteFrom('master').where('revisionId', '=', id).execute();
      const named = await within.selectFrom('reservation').select('id').where('revisionId', '=', id).limit(1).executeTakeFirst();
      // A past that names it keeps its row, retired and without masters; nothing can be reserved of it.
      if (named) await within.updateTable('revision').set({ state: 'retired' }).where('id', '=', id).execute();
      else await within.deleteFrom('revision').where('id', '=', id).execute();
    } catch (error) {
      if (!isCode(error, 'reference')) throw error;
      throw new CarrelError('has-children', 'something still refers to this revision', { cause: error });
    }
  });
}
