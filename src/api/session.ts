/** Signing in and out, and the password: the routes that set the session's cookie. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { api } from '../contract/api.ts';
import { CarrelError } from '../lib/errors.ts';
import type { SessionMade, SignInPlace } from '../services/interface.ts';
import { sessionCookie, setSessionCookie } from './cookies.ts';
import { callerOf, common, type ServerParts, showSession } from './parts.ts';

function placeOf(request: FastifyRequest): SignInPlace {
  return { address: request.ip, userAgent: request.headers['user-agent'] ?? '', session: sessionCookie(request) };
}

export function registerSession(app: FastifyInstance, parts: ServerParts): void {
  const { services, now, version, refuseGuessers } = parts;
  const give = (request: FastifyRequest, reply: FastifyReply, { caller, secret }: SessionMade) => {
    const maxAgeS = Math.ceil(((caller.session?.endsAt.getTime() ?? 0) - now().getTime()) / 1000);
    return reply.header('set-cookie', setSessionCookie(request, { secret, maxAgeS })).send(showSession(caller, version));
  };

  app.route({
    ...common(api.signIn, parts),
    handler: async (request, reply) => {
      const { account, password, code } = request.body as { account?: string; password?: string; code?: string };
      // Before anything is used up: there may be no way to give the cookie.
      setSessionCookie(request, undefined);
      const byPassword = account !== undefined && password !== undefined && code === undefined;
      if (!byPassword && (code === undefined || account !== undefined || password !== undefined))
        throw new CarrelError('bad-request', 'either account and password are needed, or the code of a link');
      const made = await services
        .signIn(byPassword ? { account, password } : { code: code as string }, placeOf(request))
        .catch((error: unknown) => refuseGuessers(request, error));
      return give(request, reply, made);
    },
  });
  app.route({
    ...common(api.signOut, parts),
    handler: async (request, reply) => {
      const caller = callerOf(request);
      if (caller.session === undefined)
        throw new CarrelError('bad-request', 'a token has no session to end', { hint: 'DELETE the token itself, or `carrel logout`.' });
      await services.signOut(caller);
      return reply.header('set-cookie', setSessionCookie(request, undefined)).send({ done: true });
    },
  });
  app.route({
    ...common(api.setPassword, parts),
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const body = request.body as { current?: string; password: string };
      const made = await services.setPassword(caller, body, placeOf(request)).catch((error: unknown) => refuseGuessers(request, error));
      return made === undefined ? reply.send(showSession(caller, version)) : give(request, reply, made);
    },
  });
}
