import type { AccountServices, Caller } from './interface.ts';
import type { Account as ShownAccount, TokenInfo } from '../contract/system.ts';
import { CarrelError } from '../lib/errors.ts';
import * as accounts from '../store/accounts.ts';
import * as audit from '../store/audit.ts';
import type { Account, Token } from '../store/schema.ts';
import { makeLink } from './links.ts';
import { given, iso, page, type Parts } from './parts.ts';
import { untilSignedOut } from './sign-ins.ts';

export const showToken = (t: Token): TokenInfo => ({
  id: t.id,
  label: t.label,
  createdAt: t.createdAt.toISOString(),
  ...given({ expiresAt: iso(t.expiresAt), lastUsedAt: iso(t.lastUsedAt) }),
});

const showAccount = (a: Account): ShownAccount => ({
  name: a.name,
  role: a.role,
  createdAt: a.createdAt.toISOString(),
  ...given({ offSince: iso(a.offSince) }),
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
      return page(await accounts.list(db, { limit: limit + 1, after }), limit, showAccount, (a) => a.name);
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
      return showAccount(made);
    },
    async changeAccount(caller, { account: name, off, role }) {
      return deps.store.tx(async (tx) => {
        // One at a time: of two operators who switch each other off, one stays.
        await accounts.lockOperators(tx);
        const account = await accounts.findByName(tx, name);
        if (account === undefined) return undefined;
        const self = await accounts.find(tx, caller.accountId);
        if (self?.role !== 'admin' || self.offSince !== null) throw new CarrelError('not-allowed', 'you are no operator any more');
        if (account.id === caller.accountId) {
          throw new CarrelError('wrong-state', 'you are signed in to this account', { hint: 'Another operator can change it.' });
        }
        const now = deps.now();
        const offSince = off === undefined ? account.offSince : off ? (account.offSince ?? now) : null;
        const after = { ...account, offSince, role: role ?? account.role };
        await accounts.change(tx, after, now);
        const detail = { ...given({ role }), ...given({ off }) };
        await audit.append(tx, {
          at: now,
          actor: caller.name,
          action: 'account.changed',
          subjectKind: 'account',
          subjectId: account.id,
          detail,
        });
        return showAccount(after);
      });
    },
    async makeLink(caller, { account: name, kind }) {
      const account = await accounts.findByName(db, name);
      if (account === undefined) return undefined;
      const { code, expiresAt } = await makeLink(deps, account, kind, caller.name);
      return { account: account.name, kind, code, expiresAt: expiresAt.toISOString() };
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
