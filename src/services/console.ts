/** A machine's screen as a stream of RFB, wherever it comes from: a unix socket of this host, or a hypervisor's WebSocket that is opened from here. */
import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import WebSocket, { createWebSocketStream } from 'ws';
import type { ConsoleTarget } from '../driver/index.ts';
import { CarrelError, isCode } from '../lib/errors.ts';

/** How long connecting and the WebSocket's handshake may take each, in milliseconds. */
const CONNECT_MS = 5_000;
/** Milliseconds of silence after which the host's kernel is asked whether it is still there. */
const KEEPALIVE_MS = 15_000;
/** Largest WebSocket message, in bytes: a whole screen of 4K without compression fits. */
const MAX_MESSAGE = 64 << 20;

type WebMks = Extract<ConsoleTarget, { kind: 'webmks' }>;

/**
 * Opens what `find` answers. A ticket is for the host on which the machine runs at that moment and good once, so where it leads nowhere another is
 * asked for, once (hazard H39). Errors: those of `find`; `unavailable`, `no-permission` (another certificate than the ticket's), `cancelled`.
 */
export async function openConsole(find: () => Promise<ConsoleTarget>, signal: AbortSignal): Promise<Duplex> {
  const target = await find();
  if (target.kind === 'vnc') return await openSocket(target.socketPath, signal);
  try {
    return await openWebMks(target, signal);
  } catch (error) {
    if (signal.aborted || !isCode(error, 'unavailable')) throw error;
    const fresh = await find();
    return fresh.kind === 'vnc' ? await openSocket(fresh.socketPath, signal) : await openWebMks(fresh, signal);
  }
}

async function openSocket(path: string, signal: AbortSignal): Promise<Duplex> {
  const socket = await connected(connect(path), 'connect', signal, "the machine's console does not answer");
  socket.setNoDelay(true);
  // Until it is joined with somebody's browser nobody else hears of it.
  socket.on('error', () => {});
  return socket;
}

async function openWebMks(target: WebMks, signal: AbortSignal): Promise<Duplex> {
  const url = new URL(target.url);
  if (url.protocol !== 'wss:') throw new CarrelError('not-supported', `the console is at ${url.protocol} and not at wss:`);
  const socket = await pinned(url, target.thumbprint, signal);
  return await upgraded(url, socket, signal);
}

/** A connection to the host whose certificate is the one with that thumbprint. Checked before the ticket is shown to anybody. */
async function pinned(url: URL, thumbprint: string, signal: AbortSignal): Promise<TLSSocket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || 443);
  const connecting = connectTls({ host, port, rejectUnauthorized: false, ...(isIP(host) === 0 ? { servername: host } : {}) });
  const message = `the host of the machine's console, ${url.host}, cannot be reached from the Carrel server`;
  const socket = await connected(connecting, 'secureConnect', signal, message);
  const certificate = socket.getPeerX509Certificate();
  const shown = thumbprint.length === certificate?.fingerprint.length ? certificate.fingerprint : certificate?.fingerprint256;
  if (shown !== thumbprint) {
    socket.destroy();
    throw new CarrelError('no-permission', `${url.host} shows another certificate than the one that vSphere names for its console`, {
      hint: 'Somebody may be in between. If the certificate of the host was renewed, vSphere learns it when the host is connected anew.',
      retry: 'never',
      details: { expected: thumbprint, actual: shown ?? null },
    });
  }
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEPALIVE_MS);
  return socket;
}

/** Resolves once `event` came. */
function connected<T extends Socket>(socket: T, event: string, signal: AbortSignal, message: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const over = () => {
      socket.off('error', fail);
      socket.off('timeout', late);
      signal.removeEventListener('abort', onAbort);
      socket.setTimeout(0);
    };
    const end = (error: Error) => {
      over();
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    const fail = (cause: Error) => end(unavailable(message, cause));
    const late = () => fail(new Error('timed out'));
    const onAbort = () => end(cancelled());
    socket.once('error', fail);
    socket.once('timeout', late);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.setTimeout(CONNECT_MS);
    socket.once(event, () => {
      over();
      resolve(socket);
    });
    if (signal.aborted) onAbort();
  });
}

/** The stream inside the WebSocket. It ends with the WebSocket, and with an error when that broke. */
function upgraded(url: URL, socket: TLSSocket, signal: AbortSignal): Promise<Duplex> {
  const ws = new WebSocket(url, ['binary'], {
    createConnection: () => socket,
    handshakeTimeout: CONNECT_MS,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE,
  });
  const stream = createWebSocketStream(ws, { allowHalfOpen: false });
  stream.on('end', () => stream.destroy());
  ws.on('close', (code) => {
    // 1006: it went without a word.
    if (code === 1006) stream.destroy(unavailable(`the connection to ${url.host} broke`));
  });
  return new Promise((resolve, reject) => {
    const end = (error: Error) => {
      signal.removeEventListener('abort', onAbort);
      stream.destroy();
      socket.destroy();
      reject(error);
    };
    const onAbort = () => end(cancelled());
    signal.addEventListener('abort', onAbort, { once: true });
    // An error of the handshake comes out of the stream.
    stream.on('error', (cause) => end(unavailable(`${url.host} did not take the ticket for the machine's console`, cause)));
    ws.once('open', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(stream);
    });
    if (signal.aborted) onAbort();
  });
}

function unavailable(message: string, cause?: Error): CarrelError {
  return new CarrelError('unavailable', message, {
    hint: 'Try again in a moment. If it stays, ask an operator to look at the host and at the way to it.',
    retry: 'later',
    ...(cause === undefined ? {} : { cause }),
  });
}

const cancelled = () => new CarrelError('cancelled', 'the console was closed before it was there');
