import { X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { selfSigned } from '../../lib/self-signed.ts';
import { type BlockFile, bytesOf } from '../model/extent-bytes.ts';
import type { Sim } from '../model/simulate.ts';
import { VimFault } from '../model/fault.ts';
import { hasDisk, leaseByTicket, receiveDisk, sendDisk } from '../model/lease.ts';
import { BadStream } from '../model/stream-vmdk.ts';
import { writeGuestFile } from '../model/guest-ops.ts';
import { serveConsoles } from './consoles.ts';
import { type DatastoreFiles, datastoreFiles } from './folder.ts';
import { Dispatcher } from './dispatch.ts';
import { makePage, type Page } from './page.ts';
import { Rest, restRequest } from './rest.ts';
import { Sso, SSO_ADMIN_PATH, STS_PATH } from './sso.ts';
import { Transfers } from './transfers.ts';
import { versionsXml } from './versions.ts';

/** Largest SOAP request, and largest uploaded file, in bytes. */
const MAX_SOAP = 16 * 2 ** 20;
const MAX_UPLOAD = 64 * 2 ** 20;
const COOKIE = 'vmware_soap_session';

export interface Listening {
  server: Server;
  dispatcher: Dispatcher;
  host: string;
  port: number;
  fingerprint256: string;
  /** PEM, for clients that verify by CA. */
  certificate: string;
  /** Cuts all consoles off. */
  closeConsoles: () => void;
}

class TooLarge extends Error {}

async function readBody(request: IncomingMessage, max: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > max) throw new TooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

export function cookieOf(request: IncomingMessage): string | undefined {
  const match = new RegExp(`(?:^|;\\s*)${COOKIE}="?([^";]*)"?`).exec(request.headers.cookie ?? '');
  return match?.[1] === '' ? undefined : match?.[1];
}

function send(response: ServerResponse, status: number, body: string | Buffer, type: string): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length, 'cache-control': 'no-cache' });
  response.end(bytes);
}

/** Serves one simulated endpoint over TLS with a certificate made at start. */
export async function listen(sim: Sim, host: string, port: number): Promise<Listening> {
  const tls = selfSigned(['localhost', host]);
  const transfers = new Transfers(new X509Certificate(tls.cert), sim.model.random);
  const dispatcher = new Dispatcher(sim, transfers);
  const files = datastoreFiles(sim);
  const page = makePage(sim.model);
  const rest = sim.model.isVc ? new Rest(sim) : undefined;
  const sso = sim.model.isVc ? new Sso(sim) : undefined;
  const server = createServer({ key: tls.key, cert: tls.cert, keepAliveTimeout: 120_000 }, (request, response) => {
    route({ sim, dispatcher, transfers, files, page, rest, sso }, request, response).catch((error: unknown) => {
      if (!(error instanceof TooLarge)) {
        // The client went away while it was sending: nobody is left to answer.
        response.destroy();
        return;
      }
      response.setHeader('connection', 'close');
      send(response, 413, 'The request is too large.', 'text/plain');
    });
  });
  const closeConsoles = serveConsoles(server, sim.model);
  server.on('clientError', (_, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  const address = server.address() as AddressInfo;
  dispatcher.origin = `https://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  return { server, dispatcher, host, port: address.port, fingerprint256: tls.fingerprint256, certificate: tls.cert, closeConsoles };
}

interface Parts {
  sim: Sim;
  dispatcher: Dispatcher;
  transfers: Transfers;
  files: DatastoreFiles;
  page: Page;
  /** A vCenter has it, a host has none. */
  rest: Rest | undefined;
  /** As of `rest`. */
  sso: Sso | undefined;
}

async function route(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://localhost');
  if (request.method === 'POST' && /^\/sdk\/?(vimService)?$/.test(url.pathname)) return soap(parts.dispatcher, request, response);
  if (request.method === 'GET' && url.pathname === '/sdk/vimServiceVersions.xml') {
    return send(response, 200, versionsXml(parts.sim.model.options.apiVersion), 'text/xml');
  }
  if (parts.sso !== undefined && request.method === 'POST' && (STS_PATH.test(url.pathname) || SSO_ADMIN_PATH.test(url.pathname))) {
    return signOn(parts.sso, url.pathname, request, response);
  }
  if (url.pathname === '/folder' || url.pathname.startsWith('/folder/')) return folder(parts, url, request, response);
  if (url.pathname.startsWith('/nfc/')) return nfc(parts, url, request, response);
  if (parts.rest !== undefined && /^\/(api|rest)\//.test(url.pathname)) {
    return restRequest(parts.rest, url, request, response, await readBody(request, MAX_SOAP));
  }
  if (url.pathname === '/guestFile') return guestFile(parts, url, request, response);
  if (request.method === 'GET' && showPage(parts, url, request, response)) return;
  send(response, 404, '<html><body>Not found</body></html>', 'text/html');
}

/** The page for people; they log in as a client does. */
function showPage({ page, files }: Parts, url: URL, request: IncomingMessage, response: ServerResponse): boolean {
  const answer = page(url.pathname, url.searchParams.get('since') ?? undefined);
  if (answer === undefined) return false;
  if (files.basic(request.headers.authorization) === undefined) {
    response.setHeader('www-authenticate', 'Basic realm="vsim"');
    send(response, 401, "Log in with the simulator's user name and password.", 'text/plain');
    return true;
  }
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  send(response, answer.status, answer.body, answer.type);
  return true;
}

async function soap(dispatcher: Dispatcher, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, MAX_SOAP);
  const action = request.headers['soapaction'];
  const out = await dispatcher.handle({
    body: body.toString('utf8'),
    cookie: cookieOf(request),
    soapAction: typeof action === 'string' ? action : undefined,
    address: request.socket.remoteAddress ?? '',
    userAgent: request.headers['user-agent'] ?? '',
  });
  if (out.cut) {
    response.socket?.destroy();
    return;
  }
  if (out.setCookie !== undefined) {
    const gone = out.setCookie === '' ? '; Max-Age=0' : '';
    response.setHeader('set-cookie', `${COOKIE}="${out.setCookie}"; Path=/; HttpOnly; Secure; SameSite=Strict${gone}`);
  }
  send(response, out.status, out.body, out.contentType);
}

async function signOn(sso: Sso, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = (await readBody(request, MAX_SOAP)).toString('utf8');
  const answer = STS_PATH.test(path) ? sso.token(body) : sso.administer(body, cookieOf(request));
  if (answer.setCookie !== undefined) {
    const gone = answer.setCookie === '' ? '; Max-Age=0' : '';
    response.setHeader('set-cookie', `${COOKIE}="${answer.setCookie}"; Path=/sso-adminserver; HttpOnly; Secure${gone}`);
  }
  send(response, answer.status, answer.body, 'text/xml; charset="utf-8"');
}

async function folder(parts: Parts, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const user = parts.sim.sessions.use(cookieOf(request))?.user ?? parts.files.basic(request.headers.authorization);
  if (user === undefined) {
    response.setHeader('www-authenticate', 'Basic realm="vsim"');
    return send(response, 401, 'Unauthorized', 'text/plain');
  }
  const body = request.method === 'PUT' || request.method === 'POST' ? await readBody(request, MAX_UPLOAD) : undefined;
  const answer = parts.files.handle(request.method ?? 'GET', url, user, body);
  if (typeof answer.body === 'object' && 'block' in answer.body) {
    const sent = await sendBlocks(response, answer.body, answer.type, request.headers.range, request.method === 'HEAD');
    // read here and not before: others were sent meanwhile
    const { stats } = parts.dispatcher;
    stats.read = { requests: stats.read.requests + 1, bytes: stats.read.bytes + sent };
    return;
  }
  send(response, answer.status, request.method === 'HEAD' ? '' : answer.body, answer.type);
}

/** One range of bytes (RFC 9110, 14.2) or all of them; more than one range is answered with all, as servers may. Gives the bytes sent. */
async function sendBlocks(
  response: ServerResponse,
  file: BlockFile,
  type: string,
  range: string | undefined,
  head: boolean,
): Promise<number> {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
  const whole = asked === null || (asked[1] === '' && asked[2] === '');
  const last = asked?.[1] === '' || asked?.[2] === '' || whole ? file.size - 1 : Math.min(Number(asked?.[2]), file.size - 1);
  const from = whole ? 0 : asked[1] === '' ? Math.max(0, file.size - Number(asked[2])) : Number(asked[1]);
  const headers = { 'content-type': type, 'accept-ranges': 'bytes', 'cache-control': 'no-cache' };
  if (!whole && from > last) {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${file.size}`, 'content-length': 0 }).end();
    return 0;
  }
  const partial = whole ? {} : { 'content-range': `bytes ${from}-${last}/${file.size}` };
  response.writeHead(whole ? 200 : 206, { ...headers, ...partial, 'content-length': last + 1 - from });
  await pipeline(Readable.from(head ? [] : bytesOf(file, from, last + 1)), response);
  return head ? 0 : last + 1 - from;
}

/** A disk of a machine that is being imported or exported. Its address is all the right that is needed, as on a host. */
async function nfc({ sim }: Parts, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, , ticket = '', file = ''] = url.pathname.split('/');
  const lease = leaseByTicket(sim.model, ticket);
  if (lease === undefined) return send(response, 404, 'No such lease', 'text/plain');
  if (lease.exporting) {
    if (request.method !== 'GET') return send(response, 405, 'GET', 'text/plain');
    if (!hasDisk(lease, file)) return send(response, 404, 'No such file', 'text/plain');
    response.writeHead(200, { 'content-type': 'application/x-vnd.vmware-streamVmdk', 'cache-control': 'no-cache' });
    // An end in the middle cuts the connection, so that nobody takes half for whole.
    return pipeline(Readable.from(sendDisk(sim.model, lease, file)), response);
  }
  if (request.method !== 'POST' && request.method !== 'PUT') return send(response, 405, 'POST or PUT', 'text/plain');
  if (request.headers['content-length'] === undefined) return send(response, 411, 'A length is needed', 'text/plain');
  const bytes: AsyncIterator<Uint8Array> = (request as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  try {
    await receiveDisk(sim.model, lease, file, { [Symbol.asyncIterator]: () => bytes });
    send(response, 200, '', 'text/plain');
  } catch (error) {
    if (!(error instanceof BadStream) && !(error instanceof VimFault)) throw error;
    // A client that is still sending would not read the answer.
    while ((await bytes.next()).done !== true);
    send(response, 500, error.message, 'text/plain');
  }
}

async function guestFile(parts: Parts, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = request.method === 'PUT' ? await readBody(request, MAX_UPLOAD) : Buffer.alloc(0);
  const transfer = parts.transfers.take(url.searchParams.get('id') ?? '');
  if (transfer === undefined) return send(response, 404, 'No such transfer', 'text/plain');
  if (transfer.kind === 'put' && request.method === 'PUT') {
    writeGuestFile(parts.sim.model, transfer.vm, transfer.path, body);
    return send(response, 200, '', 'text/plain');
  }
  const content = transfer.vm.guest?.system.files.get(transfer.path);
  if (transfer.kind === 'put' || content === undefined) return send(response, 404, 'No such file', 'text/plain');
  send(response, 200, content, 'application/octet-stream');
}
