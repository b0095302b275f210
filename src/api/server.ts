/** Puts contract, handlers, sign-in and errors together into one Fastify server. */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { Registry } from 'prom-client';
import { api } from '../contract/api.ts';
import type { Operation } from '../contract/paths.ts';
import type { Problem } from '../contract/problem.ts';
import type { RouteDef } from '../contract/route.ts';
import { errorCode } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { makeAuthenticate } from './auth.ts';
import { compileSerializer, compileValidator } from './compilers.ts';
import { answersElsewhere, passOn } from './elsewhere.ts';
import { problem, toProblem } from './errors.ts';
import { calendarHandlers } from './handlers/calendar.ts';
import { licenceHandlers } from './handlers/licences.ts';
import { imageHandlers } from './handlers/images.ts';
import { providerHandlers } from './handlers/providers.ts';
import { checkpointHandlers } from './handlers/checkpoints.ts';
import { reservationHandlers } from './handlers/reservations.ts';
import { seriesHandlers } from './handlers/series.ts';
import { systemHandlers } from './handlers/system.ts';
import type { Handlers, JsonOperation, RequestContext } from './handlers/types.ts';
import { makeRegistry, requestTimer } from './metrics.ts';
import { fastifyPath, goneSignal, SECURITY_HEADERS, schemaOf, type ServerParts } from './parts.ts';
import { type MostOpen, Places } from './places.ts';
import { registerPortal, wantsPage } from './portal.ts';
import type { Services } from '../services/interface.ts';
import { registerSpecial } from './special.ts';
import { TicketBox } from './tickets.ts';
import type { Staging } from './upload.ts';

export interface ApiOptions {
  services: Services;
  /** Of the product, for people and logs. */
  version: string;
  log: Logger;
  staging: Staging;
  /** Where metrics are gathered; makes one of its own if left out. */
  registry?: Registry;
  now?: () => Date;
  /** PEM; plain HTTP if left out. */
  tls?: { cert: string; key: string } | undefined;
  /** Folder of the built portal; without it the server has no pages. */
  portal?: string | undefined;
  /** Largest JSON body, in bytes; 64 KiB if left out. */
  bodyBytes?: number;
  /** Proxies whose `X-Forwarded-For` is believed: addresses and networks, by commas. Nobody's if left out. */
  trustProxy?: string | undefined;
  requestsPerMinute?: number;
  refusalsPerMinute?: number;
  heartbeatMs?: number;
  stallMs?: number;
  /** Event streams open at one time: of one person, and of all; 32 and 2000 if left out. */
  streams?: MostOpen;
  /** The same of consoles; 16 and 500 if left out. */
  consoles?: MostOpen;
  /** The same of tunnels; 32 and 1000 if left out: an editor over SSH holds a few, and copying in a loop opens one each time. */
  tunnels?: MostOpen;
  /** The same of disks that are being sent; 4 and 16 if left out: each is read once more when it has arrived. */
  uploads?: MostOpen;
  /** Milliseconds that requests get to end in when the server stops; 5000 if left out. */
  closeGraceMs?: number;
}

/** As bytes: given a string, Fastify would add a charset, which this media type does not have. */
function sendProblem(reply: FastifyReply, body: Problem): void {
  // A refused upgrade ends its connection; the next request must not be sent on it.
  if (reply.request.ws) reply.header('connection', 'close');
  reply
    .code(body.status)
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify(body)));
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const body = toProblem(error, request.id);
  if (errorCode(error) === 'FST_ERR_CTP_BODY_TOO_LARGE') body.hint = `It may have ${request.routeOptions.bodyLimit} bytes.`;
  // What is left of a refused upload is read and thrown away, or its connection would never be idle again.
  if (!request.raw.complete) request.raw.resume();
  // What has a word of its own was foreseen: where in the code it came from helps nobody.
  if (body.code === 'internal') request.log.error({ err: error, code: body.code }, 'request failed');
  else if (body.status >= 500) request.log.warn({ code: body.code, detail: body.detail }, 'request failed');
  if (body.status === 401) reply.header('www-authenticate', 'Bearer');
  const retryAfterS = body.details?.retryAfterS;
  if (typeof retryAfterS === 'number') reply.header('retry-after', String(retryAfterS));
  sendProblem(reply, body);
}

function registerJson(app: FastifyInstance, parts: ServerParts): void {
  const handlers: Handlers = {
    ...imageHandlers(parts),
    ...reservationHandlers(parts),
    ...checkpointHandlers(parts),
    ...seriesHandlers(parts),
    ...calendarHandlers(parts),
    ...licenceHandlers(parts),
    ...providerHandlers(parts),
    ...systemHandlers(parts),
  };
  for (const operation of Object.keys(handlers) as JsonOperation[]) {
    const route: RouteDef = api[operation];
    // The parts were checked against the route's own schemas, which is what the handler's type is derived from.
    const handler = handlers[operation] as (input: object) => Promise<unknown>;
    app.route({
      method: route.method,
      url: fastifyPath(route.path),
      schema: schemaOf(route),
      config: { operation },
      onRequest: (request) => parts.authenticate(request, route.scope),
      handler: async (request, reply) => {
        const context: Pick<RequestContext, 'signal'> = { signal: goneSignal(reply) };
        const peer = await answersElsewhere(parts, operation, request);
        if (peer !== undefined) return passOn(parts, peer, request, reply, context.signal);
        const { params, query, body, caller } = request;
        const result = await handler({ params, query, body, ...context, ...(caller === undefined ? {} : { caller }) });
        return reply.code(route.status).send(result);
      },
    });
  }
}

/** Half a year: a browser that was here once does not go by plain HTTP any more. Not for its subdomains, which may be others'. */
const HSTS = { 'strict-transport-security': `max-age=${180 * 86_400}` };

function addHooks(app: FastifyInstance, registry: Registry, log: Logger, tls: boolean): void {
  const time = requestTimer(registry);
  const always = { ...SECURITY_HEADERS, ...(tls ? HSTS : {}) };
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...always, 'x-request-id': request.id });
  });
  // One line per request, by operation: a path may hold names, and a query a ticket (promise 8).
  app.addHook('onResponse', async (request, reply) => {
    const operation = request.routeOptions.config.operation ?? 'none';
    time(operation, reply.statusCode, reply.elapsedTime / 1000);
    const level = operation === 'health' || operation === 'ready' || operation === 'metrics' ? 'debug' : 'info';
    const ms = Math.round(reply.elapsedTime);
    log[level]({ reqId: request.id, operation, status: reply.statusCode, ms, account: request.caller?.name }, 'request');
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

/**
 * How the server stops: event streams and consoles end at once, since they never would by themselves; connections are closed
 * as soon as they are idle; what is still being answered after `graceMs` is cut off.
 */
function endConnections(app: FastifyInstance, closing: AbortController, graceMs: number): void {
  const timers: NodeJS.Timeout[] = [];
  app.addHook('preClose', async () => {
    closing.abort();
    timers.push(setInterval(() => app.server.closeIdleConnections(), 50));
    timers.push(setTimeout(() => app.server.closeAllConnections(), graceMs));
  });
  app.addHook('onClose', async () => timers.forEach((timer) => clearTimeout(timer)));
}

/** The server, ready to listen. `close()` ends event streams and consoles, and waits for what is being answered. */
export async function buildApi(options: ApiOptions): Promise<FastifyInstance> {
  const now = options.now ?? (() => new Date());
  const registry = options.registry ?? makeRegistry();
  const app = Fastify({
    ...(options.tls === undefined ? {} : { https: { cert: options.tls.cert, key: options.tls.key, minVersion: 'TLSv1.2' } }),
    loggerInstance: options.log as FastifyBaseLogger,
    // One line per request is written below; Fastify's own would hold the whole address.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: options.trustProxy ?? false,
    bodyLimit: options.bodyBytes ?? 65_536,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => sendError(error, request, reply as FastifyReply),
  }) as FastifyInstance;
  const closing = new AbortController();
  // One listener for each stream and console that is open; how many there may be is for `Places` to say.
  setMaxListeners(0, closing.signal);
  app.decorateRequest('caller', undefined);
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(compileSerializer);
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(sendError);
  let page: ((reply: FastifyReply) => FastifyReply) | undefined;
  app.setNotFoundHandler((request, reply) => {
    if (page !== undefined && wantsPage(request)) return page(reply);
    const body = problem('not-found', 'there is nothing at this address', { hint: 'GET /api/v1/openapi.json lists what there is.' });
    sendProblem(reply, { ...body, requestId: request.id });
  });
  endConnections(app, closing, options.closeGraceMs ?? 5_000);
  addHooks(app, registry, options.log, options.tls !== undefined);
  await app.register(rateLimit, { global: false });
  await app.register(websocket, { options: { maxPayload: 1 << 20 } });

  const tickets = new TicketBox(now);
  const parts: ServerParts = {
    services: options.services,
    version: options.version,
    log: options.log,
    tickets,
    ...makeAuthenticate(app, {
      services: options.services,
      tickets,
      requestsPerMinute: options.requestsPerMinute ?? 1200,
      refusalsPerMinute: options.refusalsPerMinute ?? 60,
    }),
    registry,
    staging: options.staging,
    now,
    heartbeatMs: options.heartbeatMs ?? 15_000,
    stallMs: options.stallMs ?? 30_000,
    streams: new Places('event streams', options.streams ?? { perPerson: 32, inAll: 2_000 }),
    consoles: new Places('consoles', options.consoles ?? { perPerson: 16, inAll: 500 }),
    tunnels: new Places('tunnels', options.tunnels ?? { perPerson: 32, inAll: 1_000 }),
    uploads: new Places('uploads', options.uploads ?? { perPerson: 4, inAll: 16 }),
    closing: closing.signal,
  };
  registerJson(app, parts);
  await registerSpecial(app, parts);
  if (options.portal !== undefined) page = await registerPortal(app, options.portal);
  return app;
}
