/** Signing in and out, and the password: the routes that set the session's cookie. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { api } from '../contract/api.ts';
import { CarrelError } from '../lib/errors.ts';
import type { SessionMade, SignInPlace } from '../services/interface.ts';
import { durationMs } from '../services/duration.ts';
import { knownCookie, refuseOpenLine, sessionCookie, setKnownCookie, setSessionCookie } from './cookies.ts';
import { callerOf, common, type ServerParts, showSession } from './parts.ts';

function placeOf(request: FastifyRequest): SignInPlace {
  return {
    address: request.ip,
    userAgent: request.headers['user-agent'] ?? '',
    session: sessionCookie(request),
    known: knownCookie(request),
  };
}

/** How somebody shows who they are. */
function proofOf(request: FastifyRequest): { account: string; password: string } | { code: string } {
  const { account, password, code } = request.body as { account?: string; password?: string; code?: string };
  if (code === undefined && account !== undefined && password !== undefined) return { account, password };
  if (code !== undefined && account === undefined && password === undefined) return { code };
  throw new CarrelError('bad-request', 'either account and password are needed, or the code of a link');
}

export function registerSession(app: FastifyInstance, parts: ServerParts): void {
  const { services, now, version, refuseGuessers } = parts;
  const give = (request: FastifyRequest, reply: FastifyReply, { caller, secret, known }: SessionMade) => {
    const maxAgeS = Math.ceil(((caller.session?.endsAt.getTime() ?? 0) - now().getTime()) / 1000);
    const cookies = [setSessionCookie(request, { secret, maxAgeS }), setKnownCookie(request, known)];
    return reply.header('set-cookie', cookies).send(showSession(caller, version));
  };

  app.route({
    ...common(api.signIn, parts),
    handler: async (request, reply) => {
      refuseOpenLine(request);
      const made = await services.signIn(proofOf(request), placeOf(request)).catch((error: unknown) => refuseGuessers(request, error));
      return give(request, reply, made);
    },
  });
  app.route({
    ...common(api.signInForToken, parts),
    handler: async (request, reply) => {
      const { label, for: span = '30d' } = request.body as { label: string; for?: string };
      refuseOpenLine(request);
      const made = await services
        .signInForToken(proofOf(request), placeOf(request), { label, forMs: durationMs(span) })
        .catch((error: unknown) => refuseGuessers(request, error));
      return reply.code(201).send(made);
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
