import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Scope } from '../contract/route.ts';
import { CarrelError, errorCode } from '../lib/errors.ts';
import { isAdmin, notAllowed } from './access.ts';
import { type Caller, ON_BEHALF, type Services } from '../services/interface.ts';
import { isPassedOn } from './elsewhere.ts';
import { refuseForeignSocket, refuseForged, sessionCookie } from './cookies.ts';
import type { TicketBox } from './tickets.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined;
  }
}

const BEARER = /^Bearer ([\w.~+/=-]{16,256})$/i;

export interface AuthOptions {
  services: Pick<Services, 'verifyToken' | 'verifySession' | 'callerOnBehalf'>;
  tickets: TicketBox;
  /** Requests of one account in a minute. */
  requestsPerMinute: number;
  /** Requests of one address in a minute that may be refused for want of a token. Those with a good one are not counted. */
  refusalsPerMinute: number;
}

const UNAUTHORIZED_HINT = 'Sign in, or send a token: `Authorization: Bearer …`. `carrel token add` makes one.';

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

interface Proof {
  caller: Caller | undefined;
  /** A cookie is sent by the browser itself, whoever made the page that asks. */
  byCookie: boolean;
}

async function signIn(request: FastifyRequest, scope: Scope, options: AuthOptions): Promise<Proof> {
  const word = request.headers[ON_BEHALF];
  if (typeof word === 'string') {
    if (!isPassedOn(request.routeOptions.config.operation)) return { caller: undefined, byCookie: false };
    const what = `${request.method} ${request.url.split('?', 1)[0]}`;
    return { caller: await options.services.callerOnBehalf(word, what), byCookie: false };
  }
  const ticket = scope === 'ticket' ? (request.query as { ticket?: unknown }).ticket : undefined;
  if (typeof ticket === 'string') return { caller: options.tickets.take(ticket, (request.params as { id: string }).id), byCookie: false };
  // Whoever sends a token means it: the cookie that a browser adds by itself is not looked at then.
  if (request.headers.authorization !== undefined) {
    const token = BEARER.exec(request.headers.authorization)?.[1];
    return { caller: token === undefined ? undefined : await options.services.verifyToken(token), byCookie: false };
  }
  const secret = sessionCookie(request);
  return { caller: secret === undefined ? undefined : await options.services.verifySession(secret), byCookie: true };
}

function whyNot(request: FastifyRequest): string {
  if (request.headers.authorization !== undefined) return 'the token is not one of ours, or it is over';
  return sessionCookie(request) === undefined ? 'a token is needed' : 'you are signed out';
}

export interface Authentication {
  /** Finds out whose request it is, before its body is read, and refuses those without a right to the route. */
  authenticate(request: FastifyRequest, scope: Scope): Promise<void>;
  /** Rethrows why a sign-in was refused, or `rate-limited` for an address that was refused too often, whatever the account. */
  refuseGuessers(request: FastifyRequest, error: unknown): Promise<never>;
}

export function makeAuthenticate(app: FastifyInstance, options: AuthOptions): Authentication {
  const timeWindow = 60_000;
  const byAccount = app.createRateLimit({ max: options.requestsPerMinute, timeWindow, keyGenerator: (r) => r.caller?.accountId ?? r.ip });
  const byRefusal = app.createRateLimit({ max: options.refusalsPerMinute, timeWindow, keyGenerator: (r) => `refused ${r.ip}` });

  return {
    async authenticate(request, scope) {
      if (scope === 'public') return;
      // First the token, then the limit: many people come from one address (a proxy, a computer room), and one of them who guesses
      // must not lock out the others.
      const { caller, byCookie } = await signIn(request, scope, options);
      if (caller === undefined) {
        await refuseIfExceeded(byRefusal, request);
        throw new CarrelError('unauthorized', whyNot(request), { hint: UNAUTHORIZED_HINT });
      }
      if (request.ws) refuseForeignSocket(request, byCookie);
      else if (byCookie) refuseForged(request);
      request.caller = caller;
      await refuseIfExceeded(byAccount, request);
      if (scope === 'admin' && !isAdmin(caller)) throw notAllowed('only operators may do that');
    },
    async refuseGuessers(request, error) {
      if (errorCode(error) === 'unauthorized') await refuseIfExceeded(byRefusal, request);
      throw error;
    },
  };
}
