/** The routes that are more than JSON in and out: readiness, metrics, RDP files, screenshots, events, upload, console, terminal, tunnel, and those that set a cookie. */
import { rm } from 'node:fs/promises';
import type { Duplex, Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { api } from '../contract/api.ts';
import type { UploadQuery } from '../contract/images.ts';
import type { UploadCheckQuery } from '../contract/upload-check.ts';
import { hardwareProblem, stillProposed } from '../core/brought-image.ts';
import type { Problem } from '../contract/problem.ts';
import type { RouteDef } from '../contract/route.ts';
import { CarrelError } from '../lib/errors.ts';
import { personalReservation } from './access.ts';
import { relay, type WebSocketLike } from './console.ts';
import { streamEvents } from './events.ts';
import { answersElsewhere, joinSockets, passOn, socketPath } from './elsewhere.ts';
import { checkNewName } from './handlers/images.ts';
import { callerOf, common, goneSignal, SECURITY_HEADERS, type ServerParts } from './parts.ts';
import { registerSession } from './session.ts';
import type { Caller, GuestSerial, GuestShell, GuestTunnel } from '../services/interface.ts';
import type { Over } from './over.ts';
import type { Places } from './places.ts';
import { isToldInside, refusalOf, refuse } from './refusal.ts';
import { relayShell } from './terminal.ts';
import { checkLength, type Received, receiveFile } from './upload.ts';

function registerReadiness(app: FastifyInstance, parts: ServerParts): void {
  const { response, ...route } = common(api.ready, parts).schema as { response: Record<number, unknown> };
  app.route({
    ...common(api.ready, parts),
    schema: { ...route, response: { 200: response[200], 503: response[200] } },
    handler: async (_request, reply) => {
      const readiness = await parts.services.readiness();
      return reply.code(readiness.ready ? 200 : 503).send(readiness);
    },
  });
}

function registerMetrics(app: FastifyInstance, parts: ServerParts): void {
  app.route({
    ...common(api.metrics, parts),
    handler: async (_request, reply) => reply.type(parts.registry.contentType).send(await parts.registry.metrics()),
  });
}

function registerRdpFile(app: FastifyInstance, parts: ServerParts): void {
  app.route({
    ...common(api.rdpFile, parts),
    handler: async (request, reply) => {
      const { id } = request.params as { id: string };
      await personalReservation(parts.services, callerOf(request), id);
      const { name, text } = await parts.services.rdpFile(id);
      return reply.header('content-disposition', `attachment; filename="${name}"`).type('application/x-rdp').send(text);
    },
  });
}

function registerScreenshot(app: FastifyInstance, parts: ServerParts): void {
  app.route({
    ...common(api.screenshot, parts),
    handler: async (request, reply) => {
      const { id } = request.params as { id: string };
      await personalReservation(parts.services, callerOf(request), id);
      const signal = goneSignal(reply);
      const peer = await answersElsewhere(parts, 'screenshot', request);
      if (peer !== undefined) return passOn(parts, peer, request, reply, signal);
      return reply.type('image/png').send(await parts.services.screenshot(id, signal));
    },
  });
}

function registerEvents(app: FastifyInstance, parts: ServerParts): void {
  const { services, now, heartbeatMs, stallMs, streams: places, closing } = parts;
  app.route({
    ...common(api.events, parts),
    handler: async (request, reply) => {
      const headers = { ...SECURITY_HEADERS, 'x-request-id': request.id };
      await streamEvents(request, reply, callerOf(request), { services, now, heartbeatMs, stallMs, places, closing, headers });
      return reply;
    },
  });
}

/** Refuses what no file could be imported by. */
function checkSaid(name: string, hints: Received['proposed']): void {
  checkNewName(name);
  const wrong = hardwareProblem(hints);
  if (wrong !== undefined) throw new CarrelError('bad-request', wrong, { hint: 'Leave firmware out, or secureBoot.' });
}

/** Answered by the server that the file would be taken by: what is installed there counts, and its room. */
function registerUploadCheck(app: FastifyInstance, parts: ServerParts): void {
  app.route({
    ...common(api.checkUpload, parts),
    handler: async (request, reply) => {
      const { name } = request.params as { name: string };
      const { bytes, format, publish: _, description: __, provider, masterOf, ...hints } = request.query as UploadCheckQuery;
      checkSaid(name, hints);
      const peer = await answersElsewhere(parts, 'checkUpload', request);
      if (peer !== undefined) return passOn(parts, peer, request, reply, goneSignal(reply));
      await parts.services.checkImport({ image: name, format, provider, masterOf, hints });
      if (bytes !== undefined) await checkLength(bytes, parts.staging);
      return reply.send({ maxBytes: parts.staging.maxBytes });
    },
  });
}

/** In a scope of its own, so that no other route takes such a body. */
async function registerUpload(app: FastifyInstance, parts: ServerParts): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
    scope.route({
      ...common(api.uploadImage, parts),
      handler: async (request, reply) => {
        const { name } = request.params as { name: string };
        const { format, publish = false, description, provider, masterOf, ...hints } = request.query as UploadQuery;
        checkSaid(name, hints);
        if (request.body === undefined) {
          throw new CarrelError('unsupported-media-type', 'the upload has no content', {
            hint: 'Send the file as the body, with Content-Type: application/octet-stream.',
          });
        }
        const peer = await answersElsewhere(parts, 'uploadImage', request);
        if (peer !== undefined) return passOn(parts, peer, request, reply, goneSignal(reply), request.body as Readable);
        await parts.services.checkImport({ image: name, format, provider, masterOf, hints });
        const imageId = (await parts.services.showImage(name))?.id;
        const place = parts.uploads.take(callerOf(request));
        const { proposed, ...file } = await receiveFile(request.raw, request.body as Readable, parts.staging, format).finally(place);
        try {
          const started = await parts.services.importImage(callerOf(request), {
            image: name,
            imageId,
            ...file,
            publish,
            description,
            format,
            provider,
            masterOf,
            // One more master of a revision has that one's profile.
            ...(masterOf === undefined ? withProposed(proposed, hints) : { hints }),
          });
          return await reply.code(202).send(started);
        } catch (error) {
          await rm(file.path, { force: true });
          throw error;
        }
      },
    });
  });
}

/** What was said, over what the file's description proposes. */
function withProposed({ secureBoot, tpm, ...hardware }: Received['proposed'], hints: Received['proposed']) {
  return { hints: { ...hardware, ...hints }, described: stillProposed({ secureBoot, tpm }, hints) };
}

/** What a WebSocket of a machine is joined with, and how. */
interface Joined<T> {
  route: RouteDef;
  /** Bounds how many are open. */
  places: Places;
  /** Opens the machine's side. Gone when the caller is; what came too late is closed by `close`. */
  open(request: FastifyRequest, caller: Caller, id: string, gone: AbortSignal): Promise<T>;
  close(side: T): void;
  join(ws: WebSocketLike, side: T, over: Over): void;
}

/**
 * A WebSocket joined with a person's machine. What may be refused is refused before the upgrade, with a status; to whoever came with a ticket,
 * and cannot read that, inside the WebSocket.
 */
function registerJoined<T extends object>(app: FastifyInstance, parts: ServerParts, of: Joined<T>): void {
  /** How each that was let in is joined with the other side, which is open. */
  const joins = new WeakMap<FastifyRequest, (ws: WebSocketLike, over: Over) => void>();
  const refusals = new WeakMap<FastifyRequest, Problem>();
  const { onRequest, ...rest } = common(of.route, parts);
  const readably = async (request: FastifyRequest, act: () => Promise<void>): Promise<void> => {
    // Refused already.
    if (refusals.has(request)) return;
    try {
      await act();
    } catch (error) {
      if (!isToldInside(request)) throw error;
      refusals.set(request, refusalOf(error, request));
    }
  };
  const prepare = async (request: FastifyRequest): Promise<void> => {
    const { id } = request.params as { id: string };
    const caller = callerOf(request);
    await personalReservation(parts.services, caller, id);
    // Given back when the connection ends, which that of a refused upgrade does too.
    request.raw.socket.once('close', of.places.take(caller));
    const gone = new AbortController();
    request.raw.socket.once('close', () => gone.abort());
    const peer = await answersElsewhere(parts, of.route.operation, request);
    if (peer !== undefined) {
      const there = await parts.services.joinPeer(peer, caller, socketPath(request), gone.signal);
      request.raw.socket.once('close', () => there.terminate());
      if (gone.signal.aborted) there.terminate();
      joins.set(request, (ws, over) => joinSockets(ws, there, over));
      return;
    }
    const side = await of.open(request, caller, id, gone.signal);
    request.raw.socket.once('close', () => of.close(side));
    if (gone.signal.aborted) of.close(side);
    joins.set(request, (ws, over) => of.join(ws, side, over));
  };
  app.route({
    ...rest,
    onRequest: async (request: FastifyRequest) => {
      // Before the ticket is looked at: a plain request must not use it up.
      if (!request.ws)
        throw new CarrelError('bad-request', `the ${of.route.operation} is a WebSocket`, { hint: 'Send an Upgrade request.' });
      await readably(request, () => onRequest(request));
    },
    preHandler: (request) => readably(request, () => prepare(request)),
    handler: async () => {},
    wsHandler: (ws, request) => {
      const refusal = refusals.get(request);
      if (refusal !== undefined) return refuse(ws as WebSocketLike, refusal);
      const join = joins.get(request);
      if (join === undefined) throw new CarrelError('internal', `a ${of.route.operation} without its machine's side`);
      const gone = new AbortController();
      ws.on('close', () => gone.abort());
      join(ws as WebSocketLike, { closing: parts.closing, signedOut: parts.services.untilSignedOut(callerOf(request), gone.signal) });
    },
  });
}

function registerConsole(app: FastifyInstance, parts: ServerParts): void {
  registerJoined<Duplex>(app, parts, {
    route: api.console,
    places: parts.consoles,
    open: (_request, caller, id, gone) => parts.services.openConsole(caller, id, gone),
    close: (socket) => socket.destroy(),
    join: (ws, socket, over) => relay(ws, socket, parts.log, over),
  });
}

function registerTerminal(app: FastifyInstance, parts: ServerParts): void {
  registerJoined<GuestShell>(app, parts, {
    route: api.terminal,
    places: parts.consoles,
    open: (request, caller, id, gone) => {
      const { cols = 80, rows = 24 } = request.query as { cols?: number; rows?: number };
      return parts.services.openShell(caller, { id, size: { cols, rows } }, gone);
    },
    close: (shell) => shell.close(),
    join: relayShell,
  });
}

function registerTunnel(app: FastifyInstance, parts: ServerParts): void {
  registerJoined<GuestTunnel>(app, parts, {
    route: api.tunnel,
    places: parts.tunnels,
    open: (_request, caller, id, gone) => parts.services.openTunnel(caller, id, gone),
    close: ({ socket }) => socket.destroy(),
    join: (ws, { socket, over: machine }, over) => relay(ws, socket, parts.log, { ...over, machine }, 'the connection has ended'),
  });
}

function registerSerialConsole(app: FastifyInstance, parts: ServerParts): void {
  registerJoined<GuestSerial>(app, parts, {
    route: api.serialConsole,
    places: parts.consoles,
    open: (request, caller, id, gone) => {
      const { force = false, session } = request.query as { force?: boolean; session?: string };
      return parts.services.openSerialConsole(caller, { id, force, session }, gone);
    },
    close: ({ stream }) => stream.destroy(),
    join: (ws, { stream, over: machine, taken }, over) => relay(ws, stream, parts.log, { ...over, machine, taken }),
  });
}

export async function registerSpecial(app: FastifyInstance, parts: ServerParts): Promise<void> {
  registerReadiness(app, parts);
  registerMetrics(app, parts);
  registerRdpFile(app, parts);
  registerScreenshot(app, parts);
  registerEvents(app, parts);
  registerUploadCheck(app, parts);
  await registerUpload(app, parts);
  registerConsole(app, parts);
  registerSession(app, parts);
  registerTerminal(app, parts);
  registerTunnel(app, parts);
  registerSerialConsole(app, parts);
}
