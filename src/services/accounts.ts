import type { AccountServices, Caller } from './interface.ts';
import type { TokenInfo } from '../contract/system.ts';
import { CarrelError } from '../lib/errors.ts';
import * as accounts from '../store/accounts.ts';
import * as audit from '../store/audit.ts';
import type { Token } from '../store/schema.ts';
import { given, iso, page, type Parts } from './parts.ts';
import { untilSignedOut } from './sign-ins.ts';

const showToken = (t: Token): TokenInfo => ({
  id: t.id,
  label: t.label,
  createdAt: t.createdAt.toISOString(),
  ...given({ expiresAt: iso(t.expiresAt), lastUsedAt: iso(t.lastUsedAt) }),
});

/** A token that was made by another, or by a session, ends with it at the latest: else one that leaked for an hour would be one for ever. */
function endOfToken({ token, session }: Caller, forMs: number | undefined, now: Date): Date | undefined {
  const latest = session?.endsAt ?? token?.expiresAt ?? undefined;
  if (forMs === undefined) return latest;
  const end = new Date(now.getTime() + forMs);
  if (Number.isNaN(end.getTime())) throw new CarrelError('bad-request', 'that is too long');
  if (latest === undefined || end <= latest) return end;
  throw new CarrelError(
    'not-allowed',
    `a token cannot make one that outlives it, and what you signed in by ends at ${latest.toISOString()}`,
    {
      hint: 'Ask for a shorter span, leave the span out, or sign in with a token that has no end.',
    },
  );
}

export function accountServices({ deps }: Parts): AccountServices {
  const { db } = deps.store;
  return {
    async verifyToken(token) {
      const account = await accounts.verifyToken(db, token, deps.now());
      return account && { accountId: account.id, name: account.name, role: account.role, token: account.token };
    },
    untilSignedOut: (caller, released) => untilSignedOut(deps.store, () => deps.now(), caller, released),
    async listAccounts({ limit, after }) {
      return page(
        await accounts.list(db, { limit: limit + 1, after }),
        limit,
        (a) => ({ name: a.name, role: a.role, createdAt: a.createdAt.toISOString() }),
        (a) => a.name,
      );
    },
    async createAccount(caller, { name, role }) {
      const now = deps.now();
      const made = await accounts.create(db, { id: deps.newId(), name, role, now });
      await audit.append(db, {
        at: now,
        actor: caller.name,
        action: 'account.made',
        subjectKind: 'account',
        subjectId: made.id,
        detail: { name, role },
      });
      return { name: made.name, role: made.role, createdAt: made.createdAt.toISOString() };
    },
    async listTokens(name) {
      const account = await accounts.findByName(db, name);
      return account && (await accounts.tokensOf(db, account.id)).map(showToken);
    },
    async createToken(caller, { account: name, label, forMs }) {
      const account = await accounts.findByName(db, name);
      if (!account) return undefined;
      const now = deps.now();
      const token = accounts.makeToken();
      const expiresAt = endOfToken(caller, forMs, now);
      const made = await accounts.addToken(db, { id: deps.newId(), accountId: account.id, token, label, now, expiresAt });
      await audit.append(db, {
        at: now,
        actor: caller.name,
        action: 'token.made',
        subjectKind: 'account',
        subjectId: account.id,
        detail: { label, id: made.id },
      });
      return { ...showToken(made), token };
    },
    async deleteToken(caller, { account: name, token }) {
      const account = await accounts.findByName(db, name);
      if (!account || !(await accounts.removeToken(db, account.id, token))) return false;
      await audit.append(db, {
        at: deps.now(),
        actor: caller.name,
        action: 'token.removed',
        subjectKind: 'account',
        subjectId: account.id,
        detail: { id: token },
      });
      return true;
    },
  };
}
