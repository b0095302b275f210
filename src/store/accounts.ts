/** People and their tokens. Of a token only the SHA-256 is kept. */
import { createHash, randomBytes } from 'node:crypto';
import { CarrelError, isCode } from '../lib/errors.ts';
import { sql } from 'kysely';
import type { Account, Db, Role, Token } from './schema.ts';
import { endSessions, forgetLinks, SIGN_IN_CHANNEL } from './sessions.ts';
import { anyOf } from './sql.ts';

const TOKEN_PREFIX = 'carrel_';

/** A new token: 256 random bits, base64url, with a prefix by which secret scanners know it. */
export function makeToken(): string {
  return TOKEN_PREFIX + randomBytes(32).toString('base64url');
}

export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** `already-exists`, or `bad-request` for a name the store refuses. */
export async function create(db: Db, account: { id: string; name: string; role: Role; now: Date }): Promise<Account> {
  try {
    return await db
      .insertInto('account')
      .values({ id: account.id, name: account.name, role: account.role, createdAt: account.now })
      .returningAll()
      .executeTakeFirstOrThrow();
  } catch (error) {
    if (isCode(error, 'conflict')) throw new CarrelError('already-exists', `there is an account ${account.name} already`, { cause: error });
    if (isCode(error, 'invalid')) {
      throw new CarrelError('bad-request', 'that name cannot be used for an account', {
        hint: 'lower-case letters, digits, "-", "_", ".", "@", at most 64 characters',
        cause: error,
      });
    }
    throw error;
  }
}

/** By name, in the store's order; the page begins after the name `after`. */
export async function list(db: Db, request: { limit: number; after?: string | undefined }): Promise<Account[]> {
  return db
    .selectFrom('account')
    .selectAll()
    .$if(request.after !== undefined, (q) => q.where('name', '>', request.after as string))
    .orderBy('name')
    .limit(request.limit)
    .execute();
}

/** Names of those with these ids. */
export async function names(db: Db, ids: Iterable<string>): Promise<Pick<Account, 'id' | 'name' | 'role'>[]> {
  return db.selectFrom('account').select(['id', 'name', 'role']).where(anyOf('id', ids)).execute();
}

export async function find(db: Db, id: string): Promise<Account | undefined> {
  return db.selectFrom('account').selectAll().where('id', '=', id).executeTakeFirst();
}

/**
 * Locks the rows until the transaction ends, in the order of their ids so that two who lock some of the same do not meet: whoever counts
 * what a person holds has theirs.
 */
export async function lockAll(db: Db, ids: readonly string[]): Promise<Pick<Account, 'id' | 'role'>[]> {
  if (ids.length === 0) return [];
  return db.selectFrom('account').select(['id', 'role']).where('id', 'in', ids).orderBy('id').forNoKeyUpdate().execute();
}

export async function findByName(db: Db, name: string): Promise<Account | undefined> {
  return db.selectFrom('account').selectAll().where('name', '=', name).executeTakeFirst();
}

/** Locks the rows of all operators until the transaction ends, in one order for all. */
export async function lockOperators(db: Db): Promise<void> {
  await db.selectFrom('account').select('id').where('role', '=', 'admin').orderBy('id').forUpdate().execute();
}

/**
 * Writes role and `offSince`. What is open by the account's tokens and sessions is told, since what it may see has changed; if it is
 * switched off its sessions and links are over for good.
 */
export async function change(db: Db, account: Account, now: Date): Promise<void> {
  const { id, role, offSince } = account;
  await db.updateTable('account').set({ role, offSince }).where('id', '=', id).execute();
  await sql`
    select pg_notify(${SIGN_IN_CHANNEL}, id::text) from token where account_id = ${id}
    union all select pg_notify(${SIGN_IN_CHANNEL}, id::text) from session where account_id = ${id} and ended_at is null`.execute(db);
  if (offSince === null) return;
  await endSessions(db, id, { allBut: undefined }, now);
  await forgetLinks(db, id);
}

export interface NewToken {
  id: string;
  accountId: string;
  token: string;
  label: string;
  now: Date;
  expiresAt?: Date | undefined;
}

export async function addToken(db: Db, t: NewToken): Promise<Token> {
  return db
    .insertInto('token')
    .values({
      id: t.id,
      accountId: t.accountId,
      hash: tokenHash(t.token),
      label: t.label,
      createdAt: t.now,
      expiresAt: t.expiresAt ?? null,
    })
    .returning(['id', 'accountId', 'label', 'createdAt', 'expiresAt', 'lastUsedAt'])
    .executeTakeFirstOrThrow();
}

export async function tokensOf(db: Db, accountId: string): Promise<Token[]> {
  return db
    .selectFrom('token')
    .select(['id', 'accountId', 'label', 'createdAt', 'expiresAt', 'lastUsedAt'])
    .where('accountId', '=', accountId)
    .orderBy('createdAt')
    .execute();
}

/** Removes a token; what is open by it is told. False if the account has none of that id. */
export async function removeToken(db: Db, accountId: string, id: string): Promise<boolean> {
  const { rows } = await sql`
    with gone as (delete from token where account_id = ${accountId} and id = ${id} returning id)
    select pg_notify(${SIGN_IN_CHANNEL}, id::text) from gone`.execute(db);
  return rows.length > 0;
}

/** An account, and the token by which it was found. */
export interface SignedIn extends Account {
  token: { id: string; expiresAt: Date | null };
}

/**
 * Whose token this is; undefined for nobody's, one that is over, and one of an account
 * that is switched off. The look-up is by hash: what a caller can learn from its
 * timing is about the hash, from which no token can be made. The time of last use is kept to the minute.
 */
export async function verifyToken(db: Db, token: string, now: Date): Promise<SignedIn | undefined> {
  if (!token.startsWith(TOKEN_PREFIX)) return undefined;
  const row = await db
    .selectFrom('token')
    .innerJoin('account', 'account.id', 'token.accountId')
    .select([
      'account.id',
      'account.name',
      'account.role',
      'account.createdAt',
      'account.offSince',
      'token.id as tokenId',
      'token.expiresAt',
      'token.lastUsedAt',
    ])
    .where('token.hash', '=', tokenHash(token))
    .executeTakeFirst();
  if (!row || row.offSince !== null || (row.expiresAt !== null && row.expiresAt <= now)) return undefined;
  if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() > 60_000) {
    await db.updateTable('token').set({ lastUsedAt: now }).where('id', '=', row.tokenId).execute();
  }
  const { id, name, role, createdAt, offSince } = row;
  return { id, name, role, createdAt, offSince, token: { id: row.tokenId, expiresAt: row.expiresAt } };
}
