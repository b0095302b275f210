/** Ways through the server to a machine, to its SSH port or its serial console: a WebSocket as a stream of bytes, each side as fast as the other takes them. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import type { ClientOptions } from 'ws';
import { ApiError, problemOf, UnreachableError } from '../client/errors.ts';
import { headersOf, type RawInput, urlOf } from '../client/request.ts';
import type { Session } from './session.ts';

/** Milliseconds until the server must have answered; it looks who answers at the machine first, which an emulated guest takes its time for. */
const OPEN_MS = 90_000;

export interface Tunnel {
  stream: Duplex;
  /** The WebSocket's close code and reason (RFC 6455, section 7.4); 1006 if it broke. Never rejects. */
  closed: Promise<{ code: number; reason: string }>;
}

/** The tunnel of a reservation. Rejects as any other request does: with `ApiError`, or `UnreachableError`. */
export const openTunnel = (session: Way, id: string): Promise<Tunnel> => openStream(session, 'tunnel', { params: { id } });

type Way = Pick<Session, 'client' | 'fingerprint256'>;

/** A WebSocket of the API as a stream; rejects as above. */
export async function openStream({ client, fingerprint256 }: Way, operation: 'tunnel' | 'serialConsole', input: RawInput): Promise<Tunnel> {
  // Loaded by who needs it.
  const { WebSocket, createWebSocketStream } = await import('ws');
  const url = urlOf(client.baseUrl, operation, input).replace(/^http/, 'ws');
  const ws = new WebSocket(url, {
    headers: headersOf({ baseUrl: client.baseUrl, token: client.token }),
    perMessageDeflate: false,
    handshakeTimeout: OPEN_MS,
    ...(fingerprint256 === undefined ? {} : { createConnection: pinnedConnection(fingerprint256) }),
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  // At once: what comes together with the answer is not lost.
  const stream = createWebSocketStream(ws);
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('unexpected-response', (request, response) => {
      void refusal(response).then((error) => {
        request.destroy();
        reject(error);
      });
    });
    // Also when it breaks later, which `closed` says.
    stream.on('error', (error) => reject(new UnreachableError(client.baseUrl, error)));
  });
  return { stream, closed };
}

async function refusal(response: IncomingMessage): Promise<ApiError> {
  const parts: Buffer[] = [];
  try {
    for await (const part of response) parts.push(part as Buffer);
  } catch {
    // What came is what there is to read.
  }
  const { statusCode = 502, statusMessage = '' } = response;
  return new ApiError(await problemOf(new Response(Buffer.concat(parts), { status: statusCode, statusText: statusMessage })));
}

/** As `pinnedDispatcher`: nothing is sent before the certificate was compared. */
function pinnedConnection(fingerprint256: string): NonNullable<ClientOptions['createConnection']> {
  const make = (options: { host?: string; port?: number }, done: (error: Error | null, socket?: TLSSocket) => void): undefined => {
    const socket = connect({ host: options.host, port: options.port, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
    socket.once('error', done);
    socket.once('secureConnect', () => {
      socket.off('error', done);
      const shown = createHash('sha256').update(socket.getPeerCertificate().raw).digest('hex');
      if (shown === fingerprint256) {
        done(null, socket);
        return;
      }
      socket.destroy();
      done(new Error('what answers there is not the server of this data directory: it shows another certificate'));
    });
  };
  return make as unknown as NonNullable<ClientOptions['createConnection']>;
}
