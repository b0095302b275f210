import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import type { RouteDef } from '../contract/route.ts';
import { CarrelError } from '../lib/errors.ts';
import type { SessionInfo } from '../contract/sessions.ts';
import type { Authentication } from './auth.ts';
import type { Deps } from './handlers/types.ts';
import type { Places } from './places.ts';
import type { Caller } from '../services/interface.ts';
import type { Staging } from './upload.ts';

/** Nothing an answer holds is for caches, frames, or guessing at. */
export const SECURITY_HEADERS: Record<string, string> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** What the files of this folder share while a server runs. */
export interface ServerParts extends Deps {
  authenticate: Authentication['authenticate'];
  refuseGuessers: Authentication['refuseGuessers'];
  registry: Registry;
  staging: Staging;
  now: () => Date;
  heartbeatMs: number;
  stallMs: number;
  streams: Places;
  consoles: Places;
  tunnels: Places;
  uploads: Places;
  /** Aborts when the server stops. */
  closing: AbortSignal;
}

/** `/images/{name}` as Fastify writes it. */
export function fastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

/** The schemas of a route in Fastify's words. */
export function schemaOf(route: RouteDef): Record<string, unknown> {
  return {
    ...(route.params === undefined ? {} : { params: route.params }),
    ...(route.query === undefined ? {} : { querystring: route.query }),
    ...(route.body === undefined ? {} : { body: route.body }),
    ...(route.kind === 'json' || route.kind === 'upload' ? { response: { [route.status]: route.response } } : {}),
  };
}

/** What every route has, whatever its answer looks like. */
export function common(route: RouteDef, parts: ServerParts) {
  return {
    method: route.method,
    url: fastifyPath(route.path),
    schema: schemaOf(route),
    config: { operation: route.operation },
    onRequest: (request: FastifyRequest) => parts.authenticate(request, route.scope),
  };
}

/** What somebody is told of how they are signed in. */
export function showSession(caller: Caller, version: string): SessionInfo {
  const { session, token } = caller;
  const endsAt = session?.endsAt ?? token?.expiresAt;
  return {
    account: caller.name,
    role: caller.role,
    by: session === undefined ? 'token' : session.byLink ? 'link' : 'password',
    ...(session === undefined ? {} : { id: session.id, idleEndsAt: session.idleEndsAt.toISOString() }),
    ...(endsAt ? { endsAt: endsAt.toISOString() } : {}),
    version,
  };
}

/** Aborts when the caller goes before the answer is there. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === undefined) throw new CarrelError('internal', 'a public route asked who is calling');
  return request.caller;
}
