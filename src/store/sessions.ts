/** How people sign in: passwords, sessions of browsers, and links that sign in once. Of secrets only the SHA-256 is kept. */
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Account, Db, LinkKind, Session } from './schema.ts';
import { anyOf } from './sql.ts';

/** Channel on which it is said that a token or session is over before its time; the payload is its id. */
export const SIGN_IN_CHANNEL = 'sign_in';

/** The issuer of passwords that are kept here. */
const LOCAL = 'local';

/** 256 random bits, base64url: what a cookie or a link holds. */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}

function secretHash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** The account of that name and its password's hash; null = it has no password. */
export async function passwordOf(db: Db, name: string): Promise<(Account & { passwordHash: string | null }) | undefined> {
  return db
    .selectFrom('account')
    .leftJoin('identity', (join) =>
      join.onRef('identity.accountId', '=', 'account.id').onRef('identity.subject', '=', 'account.name').on('identity.issuer', '=', LOCAL),
    )
    .selectAll('account')
    .select('identity.passwordHash')
    .where('account.name', '=', name)
    .executeTakeFirst();
}

/** Sets the password of an account, whether it has one or not. */
export async function setPassword(db: Db, p: { id: string; account: Account; hash: string; now: Date }): Promise<void> {
  const { account, hash, now } = p;
  await db
    .insertInto('identity')
    .values({
      id: p.id,
      accountId: account.id,
      issuer: LOCAL,
      subject: account.name,
      passwordHash: hash,
      createdAt: now,
      changedAt: now,
    })
    .onConflict((oc) => oc.columns(['issuer', 'subject']).doUpdateSet({ passwordHash: hash, changedAt: now }))
    .execute();
}

/** Whether any operator that is not switched off has a way to sign in as a person. */
export async function hasOperator(db: Db): Promise<boolean> {
  const row = await db
    .selectFrom('account')
    .innerJoin('identity', 'identity.accountId', 'account.id')
    .select('account.id')
    .where('account.role', '=', 'admin')
    .where('account.offSince', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

const SESSION = [
  'session.id',
  'session.accountId',
  'session.byLink',
  'session.userAgent',
  'session.address',
  'session.createdAt',
  'session.lastSeenAt',
  'session.idleEndsAt',
  'session.endsAt',
  'session.endedAt',
] as const;

export interface NewSession {
  id: string;
  accountId: string;
  secret: string;
  byLink: boolean;
  userAgent: string;
  address: string;
  now: Date;
  idleEndsAt: Date;
  endsAt: Date;
}

export async function addSession(db: Db, { secret, now, ...s }: NewSession): Promise<Session> {
  const made = await db
    .insertInto('session')
    .values({ ...s, hash: secretHash(secret), createdAt: now, lastSeenAt: now })
    .returning(['id', 'accountId', 'byLink', 'userAgent', 'address', 'createdAt', 'lastSeenAt', 'idleEndsAt', 'endsAt', 'endedAt'])
    .executeTakeFirstOrThrow();
  return made;
}

/**
 * Whose session a secret is; undefined for nobody's, one that is over, and one of an account that is switched off. That it was seen
 * is kept to the minute, so it may end up to a minute sooner than `idleMs` after its last request.
 */
export async function verifySession(
  db: Db,
  secret: string,
  now: Date,
  idleMs: number,
): Promise<{ account: Account; session: Session } | undefined> {
  const row = await db
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.accountId')
    .select(SESSION)
    .select(['account.name', 'account.role', 'account.createdAt as accountMade', 'account.offSince'])
    .where('session.hash', '=', secretHash(secret))
    .executeTakeFirst();
  if (!row || row.offSince !== null || row.endedAt !== null || row.endsAt <= now || row.idleEndsAt <= now) return undefined;
  const { name, role, accountMade, offSince, ...session } = row;
  if (now.getTime() - session.lastSeenAt.getTime() > 60_000) {
    session.lastSeenAt = now;
    session.idleEndsAt = new Date(Math.min(now.getTime() + idleMs, session.endsAt.getTime()));
    await db
      .updateTable('session')
      .set({ lastSeenAt: now, idleEndsAt: session.idleEndsAt })
      .where('id', '=', session.id)
      .where('endedAt', 'is', null)
      .execute();
  }
  return { account: { id: session.accountId, name, role, createdAt: accountMade, offSince }, session };
}

/** Those of an account that go on, newest first. */
export async function sessionsOf(db: Db, accountId: string, now: Date): Promise<Session[]> {
  return db
    .selectFrom('session')
    .select(SESSION)
    .where('accountId', '=', accountId)
    .where('endedAt', 'is', null)
    .where('endsAt', '>', now)
    .where('idleEndsAt', '>', now)
    .orderBy('createdAt', 'desc')
    .execute();
}

/** Ends sessions of an account: one, or all but one. What is open by them is told. Returns how many were ended. */
export async function endSessions(
  db: Db,
  accountId: string,
  which: { id: string } | { allBut: string | undefined },
  now: Date,
): Promise<number> {
  const one = 'id' in which ? which.id : null;
  const but = 'allBut' in which ? (which.allBut ?? null) : null;
  const { rows } = await sql`
    with gone as (
      update session set ended_at = ${now}
      where account_id = ${accountId} and ended_at is null
        and (${one}::uuid is null or id = ${one}::uuid) and (${but}::uuid is null or id <> ${but}::uuid)
      returning id)
    select pg_notify(${SIGN_IN_CHANNEL}, id::text) from gone`.execute(db);
  return rows.length;
}

/** Whether somebody was signed in to the account from there, as far back as ended sessions are kept. */
export async function knownAddress(db: Db, accountId: string, address: string): Promise<boolean> {
  const row = await db
    .selectFrom('session')
    .select('id')
    .where('accountId', '=', accountId)
    .where('address', '=', address)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Forgets sessions and links that were over before then. Returns how many. */
export async function prune(db: Db, before: Date): Promise<number> {
  const sessions = await db.deleteFrom('session').where('endsAt', '<', before).executeTakeFirst();
  const links = await db.deleteFrom('signInLink').where('expiresAt', '<', before).executeTakeFirst();
  return Number(sessions.numDeletedRows + links.numDeletedRows);
}

/** Those of the tokens and sessions that are still good. */
export async function inForce(db: Db, ids: { tokens: Iterable<string>; sessions: Iterable<string> }, now: Date): Promise<Set<string>> {
  const rows = await db
    .selectFrom('token')
    .innerJoin('account', 'account.id', 'token.accountId')
    .select('token.id')
    .where(anyOf('token.id', ids.tokens))
    .where('account.offSince', 'is', null)
    .unionAll(
      db
        .selectFrom('session')
        .innerJoin('account', 'account.id', 'session.accountId')
        .select('session.id')
        .where(anyOf('session.id', ids.sessions))
        .where('account.offSince', 'is', null)
        .where('session.endedAt', 'is', null)
        .where('session.endsAt', '>', now)
        .where('session.idleEndsAt', '>', now),
    )
    .execute();
  return new Set(rows.map((row) => row.id));
}

export interface NewLink {
  id: string;
  accountId: string;
  kind: LinkKind;
  code: string;
  createdBy: string;
  now: Date;
  expiresAt: Date;
}

/** Makes a link; an earlier one of the account that was not used is good no more. Give it a transaction. */
export async function addLink(db: Db, { code, now, ...link }: NewLink): Promise<void> {
  await forgetLinks(db, link.accountId);
  await db
    .insertInto('signInLink')
    .values({ ...link, hash: secretHash(code), createdAt: now })
    .execute();
}

/** Makes an account's unused links worthless. */
export async function forgetLinks(db: Db, accountId: string): Promise<void> {
  await db.deleteFrom('signInLink').where('accountId', '=', accountId).where('usedAt', 'is', null).execute();
}

/** Uses a link up; of two at one time one gets it. Undefined if it is used, over, unknown, or of an account that is switched off. */
export async function takeLink(db: Db, code: string, now: Date): Promise<Account | undefined> {
  const taken = await db
    .updateTable('signInLink')
    .from('account')
    .set({ usedAt: now })
    .whereRef('account.id', '=', 'signInLink.accountId')
    .where('account.offSince', 'is', null)
    .where('signInLink.hash', '=', secretHash(code))
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', now)
    .returning(['account.id', 'account.name', 'account.role', 'account.createdAt', 'account.offSince'])
    .executeTakeFirst();
  return taken;
}
