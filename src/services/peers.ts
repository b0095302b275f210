/**
 * The other servers of the installation, for what only one of them can do: the QEMU of a host is reached by that host's server. A request is
 * passed on with the word of this server for who asks, under a key that both derive from the installation's, for that one request.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import WebSocket from 'ws';
import type { Problem } from '../contract/problem.ts';
import { CarrelError } from '../lib/errors.ts';
import * as accounts from '../store/accounts.ts';
import * as providers from '../store/providers.ts';
import * as reservations from '../store/reservations.ts';
import type { Provider } from '../store/schema.ts';
import * as servers from '../store/servers.ts';
import { type Caller, ON_BEHALF, type Peer, type PeerServices } from './interface.ts';
import type { Parts } from './parts.ts';

/** How long such a word is good, in milliseconds: the clocks of two servers are both the database's. */
const GOOD_MS = 30_000;
/** How long connecting to a server may take, in milliseconds. */
const CONNECT_MS = 10_000;
/** Largest WebSocket message, in bytes; as the API takes and a console sends at most. */
const MAX_MESSAGE = 64 << 20;

interface Word {
  accountId: string;
  /** `GET /api/v1/…` without the query. */
  request: string;
  until: number;
  nonce: string;
}

export function peerServices({ deps, sealer }: Parts): PeerServices {
  const { db } = deps.store;
  const key = sealer.derive('requests between the servers of an installation');
  /** Words that were taken, until they are over: each is good once. */
  const taken = new Map<string, number>();
  const sign = (payload: string): string => createHmac('sha256', key).update(payload).digest('base64url');

  const vouch = (caller: Caller, what: string): string => {
    const word: Word = {
      accountId: caller.accountId,
      request: what,
      until: deps.now().getTime() + GOOD_MS,
      nonce: randomBytes(16).toString('base64url'),
    };
    const payload = Buffer.from(JSON.stringify(word)).toString('base64url');
    return `${payload}.${sign(payload)}`;
  };

  const serverOf = async (provider: Provider): Promise<Peer | undefined> => {
    const { serverId } = provider;
    if (serverId === null || deps.serverId === undefined || serverId === deps.serverId) return undefined;
    const server = (await servers.list(db)).find((s) => s.id === serverId);
    if (server?.state !== 'up' || server.url === null) {
      throw new CarrelError('unavailable', `${provider.name} is served by ${server?.name ?? 'a server'} alone, which is not there`, {
        hint: 'What is there goes on. Try again when that server is back.',
        retry: 'later',
      });
    }
    return { name: server.name, url: server.url, fingerprint256: server.fingerprint256 ?? undefined };
  };

  return {
    async servedElsewhere(of) {
      if (deps.serverId === undefined) return undefined;
      if (of.reservationId !== undefined) {
        const row = await reservations.find(db, of.reservationId);
        return row === undefined ? undefined : serverOf(await providers.find(db, row.providerId));
      }
      const named = of.provider === undefined ? undefined : await providers.findByName(db, of.provider);
      return named && serverOf(named);
    },
    async callerOnBehalf(header, what) {
      const [payload = '', mark = ''] = header.split('.');
      const expected = Buffer.from(sign(payload));
      const shown = Buffer.from(mark);
      if (shown.length !== expected.length || !timingSafeEqual(shown, expected)) return undefined;
      const word = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Word;
      const now = deps.now().getTime();
      for (const [nonce, until] of taken) if (until < now) taken.delete(nonce);
      if (word.request !== what || word.until < now || word.until > now + 2 * GOOD_MS || taken.has(word.nonce)) return undefined;
      taken.set(word.nonce, word.until);
      const account = await accounts.find(db, word.accountId);
      if (account === undefined || account.offSince !== null) return undefined;
      return { accountId: account.id, name: account.name, role: account.role, onBehalf: true };
    },
    async passOn(peer, caller, { method, path, headers, body }, signal) {
      const socket = await connectTo(peer, signal);
      const asked = request({
        ...{ method, path, signal, createConnection: () => socket },
        headers: { ...headers, host: new URL(peer.url).host, connection: 'close', [ON_BEHALF]: vouch(caller, `${method} ${bare(path)}`) },
      });
      const heard = answerOf(asked, peer);
      if (Buffer.isBuffer(body)) asked.end(body);
      else if (body === undefined) asked.end();
      else body.on('error', (error) => asked.destroy(error)).pipe(asked);
      const answer = await heard;
      return { status: answer.statusCode ?? 502, contentType: answer.headers['content-type'] ?? 'application/json', body: answer };
    },
    async joinPeer(peer, caller, path, signal) {
      const socket = await connectTo(peer, signal);
      const url = new URL(path, peer.url);
      url.protocol = 'ws:';
      const ws = new WebSocket(url, {
        createConnection: () => socket,
        headers: { [ON_BEHALF]: vouch(caller, `GET ${bare(path)}`) },
        perMessageDeflate: false,
        maxPayload: MAX_MESSAGE,
      });
      return new Promise((resolve, reject) => {
        const gone = () => ws.terminate();
        signal.addEventListener('abort', gone, { once: true });
        ws.on('unexpected-response', (_asked, answer: IncomingMessage) => {
          void refusalOf(answer, peer).then(reject);
        });
        ws.on('error', (cause) => reject(unreachable(peer, cause)));
        ws.once('open', () => {
          // What comes before somebody listens is kept by the socket.
          ws.pause();
          signal.removeEventListener('abort', gone);
          resolve(ws);
        });
      });
    },
  };
}

/** What another server answers, as JSON; it refuses as it would here. `unavailable` if it cannot be reached. */
export async function askPeer<T>(
  peers: Pick<PeerServices, 'passOn'>,
  peer: Peer,
  caller: Caller,
  { method, path, body }: { method: string; path: string; body?: object },
  signal: AbortSignal,
): Promise<T> {
  const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers: Record<string, string> =
    sent === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(sent.length) };
  const answer = await peers.passOn(peer, caller, { method, path, headers, body: sent }, signal);
  if (answer.status >= 400) throw await refusalOf(answer.body, peer);
  return JSON.parse(await text(answer.body)) as T;
}

const bare = (path: string): string => path.split('?', 1)[0] as string;

function unreachable(peer: Peer, cause: unknown): CarrelError {
  return new CarrelError('unavailable', `the server ${peer.name} at ${peer.url} cannot be reached from here`, {
    hint: 'Ask that server itself; operators: see `carrel server ls`, and what it was told with --advertise.',
    retry: 'later',
    cause,
  });
}

/** What the other server refused with, as if it were this one's. */
async function refusalOf(answer: Readable, peer: Peer): Promise<CarrelError> {
  const said = await text(answer).catch(() => '');
  try {
    const { code, detail, hint, details = {} } = JSON.parse(said) as Problem;
    return new CarrelError(code, detail, { details, ...(hint === undefined ? {} : { hint }) });
  } catch (cause) {
    return unreachable(peer, cause);
  }
}

function answerOf(asked: ClientRequest, peer: Peer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once('response', resolve);
    asked.on('error', (cause) => reject(unreachable(peer, cause)));
  });
}

/**
 * A connection to the server that is meant: over TLS to one that shows the certificate which that server wrote down itself, or one that the
 * system's authorities vouch for, as that of a proxy in front of it.
 */
function connectTo(peer: Peer, signal: AbortSignal): Promise<Socket> {
  const url = new URL(peer.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const tls = url.protocol === 'https:';
  const port = Number(url.port || (tls ? 443 : 80));
  const pinned = peer.fingerprint256;
  const secure = { host, port, rejectUnauthorized: false, ...(isIP(host) === 0 ? { servername: host } : {}) };
  return new Promise((resolve, reject) => {
    const socket = tls ? connectTls(secure) : connectTcp({ host, port });
    const fail = (cause: unknown) => {
      socket.destroy();
      reject(unreachable(peer, cause));
    };
    const abort = () => fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    socket.setTimeout(CONNECT_MS, () => fail(new Error('no answer')));
    socket.once('error', fail);
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      signal.removeEventListener('abort', abort);
      socket.setTimeout(0);
      socket.off('error', fail);
      if (socket instanceof TLSSocket && !socket.authorized) {
        const shown = createHash('sha256').update(socket.getPeerCertificate().raw).digest('hex');
        if (shown !== pinned) return fail(new Error('another certificate than the one that this server wrote down'));
      }
      resolve(socket);
    });
  });
}
