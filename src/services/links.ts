/** Links that sign in once. */
import type { EngineDeps } from '../engine/deps.ts';
import { CarrelError } from '../lib/errors.ts';
import * as accounts from '../store/accounts.ts';
import * as audit from '../store/audit.ts';
import type { Account, LinkKind } from '../store/schema.ts';
import * as sessions from '../store/sessions.ts';

/** How long each kind is good for, in milliseconds: an invitation may wait for a holiday to end, the others are used at once. */
const GOOD_FOR_MS: Record<LinkKind, number> = { first: 86_400_000, invitation: 7 * 86_400_000, reset: 86_400_000 };

/** The code of a new link; an older one of the account is worthless then. `wrong-state` if the account is switched off. */
export async function makeLink(deps: EngineDeps, account: Account, kind: LinkKind, by: string): Promise<{ code: string; expiresAt: Date }> {
  if (account.offSince !== null) {
    throw new CarrelError('wrong-state', `the account ${account.name} is switched off`, {
      hint: `Switch it on first: \`carrel account on ${account.name}\`.`,
    });
  }
  const now = deps.now();
  const code = sessions.makeSecret();
  const expiresAt = new Date(now.getTime() + GOOD_FOR_MS[kind]);
  await deps.store.tx(async (tx) => {
    await sessions.addLink(tx, { id: deps.newId(), accountId: account.id, kind, code, createdBy: by, now, expiresAt });
    await audit.append(tx, { at: now, actor: by, action: 'link.made', subjectKind: 'account', subjectId: account.id, detail: { kind } });
  });
  return { code, expiresAt };
}

/** The code of a link for the account `admin` while no operator has a password yet; undefined afterwards. */
export async function firstLink(deps: EngineDeps): Promise<string | undefined> {
  const { db } = deps.store;
  const admin = await accounts.findByName(db, 'admin');
  if (admin === undefined || admin.offSince !== null || (await sessions.hasOperator(db))) return undefined;
  return (await makeLink(deps, admin, 'first', 'server')).code;
}
