import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Scope } from '../contract/route.ts';
import { CarrelError } from '../lib/errors.ts';
import { isAdmin, notAllowed } from './access.ts';
import type { Caller, Services } from '../services/interface.ts';
import type { TicketBox } from './tickets.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined;
  }
}

const BEARER = /^Bearer ([\w.~+/=-]{16,256})$/i;

export interface AuthOptions {
  services: Pick<Services, 'verifyToken'>;
  tickets: TicketBox;
  /** Requests of one account in a minute. */
  requestsPerMinute: number;
  /** Requests of one address in a minute that may be refused for want of a token. Those with a good one are not counted. */
  refusalsPerMinute: number;
}

const UNAUTHORIZED_HINT = 'Send a token: `Authorization: Bearer …`. `carrel token add` makes one.';

type Limiter = ReturnType<FastifyInstance['createRateLimit']>;

async function refuseIfExceeded(limiter: Limiter, request: FastifyRequest): Promise<void> {
  const state = await limiter(request);
  if (!state.isAllowed && state.isExceeded) {
    throw new CarrelError('rate-limited', 'too many requests in the last minute', {
      hint: `Try again in ${state.ttlInSeconds} s.`,
      details: { retryAfterS: state.ttlInSeconds },
    });
  }
}

async function signIn(request: FastifyRequest, scope: Scope, options: AuthOptions): Promise<Caller | undefined> {
  const ticket = scope === 'ticket' ? (request.query as { ticket?: unknown }).ticket : undefined;
  if (typeof ticket === 'string') return options.tickets.take(ticket, (request.params as { id: string }).id);
  const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
  return token === undefined ? undefined : options.services.verifyToken(token);
}

/** Finds out whose request it is, before its body is read, and refuses those without a right to the route. */
export function makeAuthenticate(app: FastifyInstance, options: AuthOptions) {
  const timeWindow = 60_000;
  const byAccount = app.createRateLimit({ max: options.requestsPerMinute, timeWindow, keyGenerator: (r) => r.caller?.accountId ?? r.ip });
  const byRefusal = app.createRateLimit({ max: options.refusalsPerMinute, timeWindow, keyGenerator: (r) => `refused ${r.ip}` });

  return async (request: FastifyRequest, scope: Scope): Promise<void> => {
    if (scope === 'public') return;
    // First the token, then the limit: many people come from one address (a proxy, a computer room), and one of them who guesses
    // must not lock out the others.
    const caller = await signIn(request, scope, options);
    if (caller === undefined) {
      await refuseIfExceeded(byRefusal, request);
      const given = request.headers.authorization !== undefined;
      throw new CarrelError('unauthorized', given ? 'the token is not one of ours, or it is over' : 'a token is needed', {
        hint: UNAUTHORIZED_HINT,
      });
    }
    request.caller = caller;
    await refuseIfExceeded(byAccount, request);
    if (scope === 'admin' && !isAdmin(caller)) throw notAllowed('only operators may do that');
  };
}
