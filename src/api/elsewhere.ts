/** What is asked of this server and only another can answer: passed on whole, so that whoever asks need not know which server has a machine. */
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Operation } from '../contract/paths.ts';
import type { Peer, PeerSocket } from '../services/interface.ts';
import { bytesOf, type WebSocketLike } from './console.ts';
import { type Over, whenOver } from './over.ts';
import { callerOf, type ServerParts } from './parts.ts';

/** What needs the driver of a reservation's machine at once. What becomes a job is done by whichever server can. */
const AT_THE_MACHINE: ReadonlySet<Operation> = new Set([
  'connectReservation',
  'serialLog',
  'screenshot',
  'console',
  'terminal',
  'tunnel',
  'serialConsole',
]);

/** Of which a server asks another for its part: see `askPeer`. */
const IN_PART: ReadonlySet<Operation> = new Set(['verifyImage', 'showMachine', 'lineage', 'imageLineage']);

/** What the server answers whose storage a file goes to. */
const AT_THE_STORAGE: ReadonlySet<Operation> = new Set(['uploadImage', 'checkUpload']);

/** Whether a server asks that of another: by its word nothing else is answered. */
export function isPassedOn(operation: Operation | undefined): boolean {
  return operation !== undefined && [AT_THE_STORAGE, AT_THE_MACHINE, IN_PART].some((asked) => asked.has(operation));
}

/** The server that answers this instead; undefined if it is this one. Nothing is passed on twice. Errors: `unavailable` (it is away). */
export async function answersElsewhere(parts: ServerParts, operation: Operation, request: FastifyRequest): Promise<Peer | undefined> {
  if (request.caller?.onBehalf === true) return undefined;
  if (AT_THE_STORAGE.has(operation)) return parts.services.servedElsewhere({ provider: (request.query as { provider?: string }).provider });
  if (!AT_THE_MACHINE.has(operation)) return undefined;
  return parts.services.servedElsewhere({ reservationId: (request.params as { id: string }).id });
}

/** Passes a request on and its answer back. `body`: what is sent; the parsed JSON of the request if left out. */
export async function passOn(
  parts: ServerParts,
  peer: Peer,
  request: FastifyRequest,
  reply: FastifyReply,
  signal: AbortSignal,
  body?: Readable,
): Promise<FastifyReply> {
  const { 'content-type': type, 'content-length': length } = request.headers;
  const json = body === undefined && request.body !== undefined ? Buffer.from(JSON.stringify(request.body)) : undefined;
  const headers = {
    ...(type === undefined ? {} : { 'content-type': type }),
    ...(json !== undefined ? { 'content-length': String(json.length) } : length === undefined ? {} : { 'content-length': length }),
  };
  const what = { method: request.method, path: request.url, headers, body: body ?? json };
  const answer = await parts.services.passOn(peer, callerOf(request), what, signal);
  return reply.code(answer.status).type(answer.contentType).send(answer.body);
}

/** The address of a WebSocket at the other server: a ticket is this server's, and was used up here. */
export function socketPath(request: FastifyRequest): string {
  const url = new URL(request.url, 'http://here');
  url.searchParams.delete('ticket');
  return `${url.pathname}${url.search}`;
}

interface Sends extends Pick<PeerSocket, 'pause' | 'resume'> {
  on(event: 'message', listener: (data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean) => void): unknown;
}

/** Joins the two until one ends or something else does (`over`): messages and the reason of the end go through as they are. */
export function joinSockets(ws: WebSocketLike, peer: PeerSocket, over: Over): void {
  const release = whenOver(over, (code, reason) => {
    ws.close(code, reason);
    peer.close();
  });
  const pass = (from: Sends, to: Pick<PeerSocket, 'send'>): void => {
    from.on('message', (data, isBinary) => {
      from.pause();
      to.send(bytesOf(data), { binary: isBinary }, () => from.resume());
    });
  };
  pass(ws, peer);
  pass(peer, ws);
  peer.on('close', (code, reason) => {
    release();
    // 1005 and 1006 say that no reason came, and are not for sending (RFC 6455, section 7.4.1).
    if (code === 1005 || code === 1006) ws.close(1014, 'the connection to the machine’s server broke');
    else ws.close(code, String(reason));
  });
  peer.on('error', () => peer.terminate());
  ws.on('close', () => peer.close());
  ws.on('error', () => peer.terminate());
  peer.resume();
}
