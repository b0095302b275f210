/** Signing in and out of people: by password or by a link that is good once, kept as a session of a browser. */
import { passwordProblem } from '../core/password.ts';
import { CarrelError } from '../lib/errors.ts';
import * as accounts from '../store/accounts.ts';
import * as audit from '../store/audit.ts';
import type { Account, Db, Session } from '../store/schema.ts';
import * as sessions from '../store/sessions.ts';
import { showToken } from './accounts.ts';
import { Guesses, placeOf } from './guesses.ts';
import { KnownBrowsers } from './known-browsers.ts';
import type { Caller, SessionMade, SessionServices, SignInPlace } from './interface.ts';
import type { Parts } from './parts.ts';
import { hashPassword, isPassword } from './passwords.ts';

/** A session ends so long after its last request, and so long after its sign-in whatever happens, in milliseconds. */
export const IDLE_MS = 12 * 3_600_000;
export const LONGEST_MS = 7 * 86_400_000;

const WRONG = 'the account or the password is not right';

function callerOf(account: Account, session: Session): Caller {
  const { id, byLink, endsAt, idleEndsAt } = session;
  return { accountId: account.id, name: account.name, role: account.role, session: { id, byLink, endsAt, idleEndsAt } };
}

export function sessionServices({ deps, sealer }: Pick<Parts, 'deps' | 'sealer'>): SessionServices {
  const { db } = deps.store;
  const guesses = new Guesses(() => deps.now());
  const browsers = new KnownBrowsers(sealer.derive('known browsers'), () => deps.now());

  /** A session with a new secret; the one that the browser had ends, whoever's it was. */
  const open = async (tx: Db, account: Account, place: SignInPlace, byLink: boolean): Promise<SessionMade> => {
    const now = deps.now();
    const endsAt = new Date(now.getTime() + LONGEST_MS);
    if (place.session !== undefined) {
      const before = await sessions.verifySession(tx, place.session, now, IDLE_MS);
      if (before) await sessions.endSessions(tx, before.account.id, { id: before.session.id }, now);
    }
    const secret = sessions.makeSecret();
    const session = await sessions.addSession(tx, {
      id: deps.newId(),
      accountId: account.id,
      secret,
      byLink,
      userAgent: place.userAgent.slice(0, 300),
      address: place.address,
      now,
      idleEndsAt: new Date(now.getTime() + IDLE_MS),
      endsAt,
    });
    return { secret, known: browsers.mark(account.id), caller: callerOf(account, session) };
  };

  const record = (tx: Db, account: Account, action: string, detail: Record<string, unknown>, actor = account.name) =>
    audit.append(tx, { at: deps.now(), actor, action, subjectKind: 'account', subjectId: account.id, detail });

  const byPassword = async (name: string, password: string, place: SignInPlace): Promise<Account> => {
    const found = await sessions.passwordOf(db, name);
    const browser = found && browsers.browserOf(found.id, place.known);
    const known = browser !== undefined || (found !== undefined && (await sessions.knownAddress(db, found.id, place.address)));
    const from = browser === undefined ? placeOf(place.address) : `browser ${browser}`;
    guesses.begin(name, from, known);
    if (!(await isPassword(password, found?.passwordHash)) || found === undefined) {
      deps.log.warn({ accountId: found?.id, address: place.address }, 'wrong password');
      throw new CarrelError('unauthorized', WRONG, { hint: 'Try again, or ask an operator for a link with `carrel account reset`.' });
    }
    guesses.right(name, from);
    if (found.offSince !== null) {
      throw new CarrelError('not-allowed', `the account ${name} is switched off`, { hint: 'Ask an operator to switch it on again.' });
    }
    return found;
  };

  /** What may be done once it is clear who asks; a link is used up together with it, or not at all. */
  const proven = async <T>(
    request: Parameters<SessionServices['signIn']>[0],
    place: SignInPlace,
    then: (tx: Db, account: Account, by: 'password' | 'link') => Promise<T>,
  ): Promise<T> => {
    if ('password' in request) {
      const account = await byPassword(request.account, request.password, place);
      return deps.store.tx((tx) => then(tx, account, 'password'));
    }
    return deps.store.tx(async (tx) => {
      const account = await sessions.takeLink(tx, request.code, deps.now());
      if (account !== undefined) return then(tx, account, 'link');
      throw new CarrelError('unauthorized', 'the link was used already, is over, or is not one of ours', {
        hint: 'Ask an operator for a new one: `carrel account invite` or `carrel account reset`.',
      });
    });
  };

  return {
    async verifySession(secret) {
      const found = await sessions.verifySession(db, secret, deps.now(), IDLE_MS);
      return found && callerOf(found.account, found.session);
    },
    signIn: (request, place) =>
      proven(request, place, async (tx, account, by) => {
        const made = await open(tx, account, place, by === 'link');
        await record(tx, account, 'session.made', { by, address: place.address });
        return made;
      }),
    signInForToken: (request, place, { label, forMs }) =>
      proven(request, place, async (tx, account, by) => {
        const [token, now] = [accounts.makeToken(), deps.now()];
        const expiresAt = new Date(now.getTime() + forMs);
        const made = await accounts.addToken(tx, { id: deps.newId(), accountId: account.id, token, label, now, expiresAt });
        await record(tx, account, 'token.made', { by, address: place.address, label, id: made.id });
        return { ...showToken(made), token, account: account.name, role: account.role };
      }),
    async listSessions({ session }, name) {
      const account = await accounts.findByName(db, name);
      if (account === undefined) return undefined;
      return (await sessions.sessionsOf(db, account.id, deps.now())).map((s) => ({
        id: s.id,
        current: s.id === session?.id,
        by: s.byLink ? 'link' : 'password',
        userAgent: s.userAgent,
        address: s.address,
        createdAt: s.createdAt.toISOString(),
        lastSeenAt: s.lastSeenAt.toISOString(),
        idleEndsAt: s.idleEndsAt.toISOString(),
        endsAt: s.endsAt.toISOString(),
      }));
    },
    async endSession(caller, { account: name, id }) {
      const account = await accounts.findByName(db, name);
      if (account === undefined || (await sessions.endSessions(db, account.id, { id }, deps.now())) === 0) return false;
      await record(db, account, 'session.ended', { id }, caller.name);
      return true;
    },
    async signOut({ accountId, name, session }) {
      if (session === undefined) return;
      const now = deps.now();
      if ((await sessions.endSessions(db, accountId, { id: session.id }, now)) === 0) return;
      const detail = { id: session.id };
      await audit.append(db, { at: now, actor: name, action: 'session.ended', subjectKind: 'account', subjectId: accountId, detail });
    },
    async setPassword(caller, { current, password }, place) {
      const account = await accounts.find(db, caller.accountId);
      if (account === undefined) throw new CarrelError('unauthorized', 'the account is not there any more');
      const problem = passwordProblem(password, account.name);
      if (problem !== undefined) throw new CarrelError('bad-request', problem);
      // Whoever came by a link has shown that they may: they have no password, or have forgotten it.
      if (caller.session?.byLink !== true) {
        if (current === undefined) throw new CarrelError('bad-request', 'the present password is needed to change it');
        await byPassword(account.name, current, place);
      }
      const hash = await hashPassword(password);
      return deps.store.tx(async (tx) => {
        const now = deps.now();
        await sessions.setPassword(tx, { id: deps.newId(), account, hash, now });
        // Whoever else is signed in may be why it is changed; so may whoever has a link.
        await sessions.endSessions(tx, account.id, { allBut: undefined }, now);
        await sessions.forgetLinks(tx, account.id);
        await record(tx, account, 'password.set', {});
        return caller.session === undefined ? undefined : open(tx, account, place, false);
      });
    },
  };
}
