import { CarrelError } from '../../lib/errors.ts';
import { accountOf, missingAccount, missingToken } from '../access.ts';
import { durationMs } from '../../services/duration.ts';
import { openapiDocument } from '../openapi.ts';
import { showSession } from '../parts.ts';
import { DEFAULT_PAGE } from './reservations.ts';
import type { Deps, Handlers } from './types.ts';

type SystemOperation =
  | 'health'
  | 'openapi'
  | 'me'
  | 'showSession'
  | 'reconcile'
  | 'listAudit'
  | 'listServers'
  | 'forgetServer'
  | 'listAccounts'
  | 'createAccount'
  | 'changeAccount'
  | 'makeLink'
  | 'listSessions'
  | 'endSession'
  | 'listTokens'
  | 'createToken'
  | 'deleteToken'
  | 'listJobs'
  | 'retryJob';

export function systemHandlers({ services, version }: Deps): Handlers<SystemOperation> {
  return {
    health: async () => ({ status: 'ok', version }),
    openapi: async () => openapiDocument(),
    me: async ({ caller }) => ({ account: caller.name, role: caller.role, version }),
    showSession: async ({ caller }) => showSession(caller, version),
    reconcile: ({ body, caller, signal }) => services.reconcile(caller, body, signal),
    listServers: async () => ({ items: await services.listServers() }),
    async forgetServer({ params, caller }) {
      if (await services.forgetServer(caller, params.server)) return { done: true };
      throw new CarrelError('not-found', `there is no server ${params.server}`, { hint: 'List them with `carrel server ls`.' });
    },
    listAudit: ({ query }) => services.listAudit({ limit: query.limit ?? DEFAULT_PAGE, after: query.after, subject: query.subject }),
    listAccounts: ({ query }) => services.listAccounts({ limit: query.limit ?? DEFAULT_PAGE, after: query.after }),
    createAccount: ({ body, caller }) => services.createAccount(caller, body),
    async changeAccount({ params, body, caller }) {
      const changed = await services.changeAccount(caller, { account: params.account, ...body });
      if (changed === undefined) throw missingAccount(params.account);
      return changed;
    },
    async makeLink({ params, body, caller }) {
      const made = await services.makeLink(caller, { account: params.account, kind: body.kind });
      if (made === undefined) throw missingAccount(params.account);
      return made;
    },
    async listSessions({ query, caller }) {
      const account = accountOf(caller, query.account ?? caller.name);
      const items = await services.listSessions(caller, account);
      if (items === undefined) throw missingAccount(account);
      return { items };
    },
    async endSession({ params, query, caller }) {
      const done = await services.endSession(caller, { account: accountOf(caller, query.account ?? caller.name), id: params.id });
      if (!done) throw new CarrelError('not-found', `there is no session ${params.id}`);
      return { done };
    },
    async listTokens({ params, caller }) {
      const items = await services.listTokens(accountOf(caller, params.account));
      if (items === undefined) throw missingAccount(params.account);
      return { items };
    },
    async createToken({ params, body, caller }) {
      const forMs = body.for === undefined ? undefined : durationMs(body.for);
      const made = await services.createToken(caller, { account: accountOf(caller, params.account), label: body.label, forMs });
      if (made === undefined) throw missingAccount(params.account);
      return made;
    },
    async deleteToken({ params, caller }) {
      const done = await services.deleteToken(caller, { account: accountOf(caller, params.account), token: params.token });
      if (!done) throw missingToken(params.token);
      return { done };
    },
    listJobs: ({ query }) => services.listJobs({ limit: query.limit ?? DEFAULT_PAGE, after: query.after, state: query.state }),
    async retryJob({ params, caller }) {
      const job = await services.retryJob(caller, params.id);
      if (job === undefined) throw new CarrelError('not-found', `there is no job ${params.id}`);
      return job;
    },
  };
}
