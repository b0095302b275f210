/**
 * The cookie of a session, and the walls around it.
 *
 * Over TLS it is `__Host-carrel`: browsers keep such a one only when it came over TLS from this very host, so neither a neighbour
 * domain nor somebody on the line can plant one. Over plain HTTP browsers keep neither that name nor `Secure`; there the cookie has
 * another name, with the port in it since cookies do not know ports, and is given and taken on this machine itself only.
 *
 * `SameSite=Strict` costs nothing: the page that a foreign link opens is the same for everybody, and what it asks for then comes from
 * itself. `Lax` would send the cookie along with a foreign link already.
 */
import type { FastifyRequest } from 'fastify';
import { CarrelError } from '../lib/errors.ts';

/** The header that a page of another site cannot send without asking first, which is always refused. */
export const CSRF_HEADER = 'x-carrel-csrf';

const SECRET = /^[\w-]{43}$/;
const MARK = /^[\w.-]{20,120}$/;
/** How long a browser is known, in seconds: 180 days. */
const KNOWN_S = 180 * 86_400;

function isLoopback(address: string | undefined): boolean {
  const plain = address?.replace(/^::ffff:/i, '') ?? '';
  return plain === '::1' || /^127\.\d+\.\d+\.\d+$/.test(plain);
}

/** Undefined where no cookie may be: plain HTTP from elsewhere. */
function cookieName(request: FastifyRequest): string | undefined {
  if (request.protocol === 'https') return '__Host-carrel';
  return isLoopback(request.socket.remoteAddress) && isLoopback(request.ip) ? `carrel-${request.socket.localPort ?? 0}` : undefined;
}

/** The value of a cookie; undefined if there is none, or more than one of that name. */
function cookie(request: FastifyRequest, name: string, form: RegExp): string | undefined {
  const found = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return found.length === 1 && form.test(found[0] ?? '') ? found[0] : undefined;
}

/** The secret of the request's session cookie; undefined if it has none, or more than one. */
export function sessionCookie(request: FastifyRequest): string | undefined {
  const name = cookieName(request);
  return name === undefined ? undefined : cookie(request, name, SECRET);
}

/** The mark of a browser that signed in before. */
export function knownCookie(request: FastifyRequest): string | undefined {
  const name = cookieName(request);
  return name === undefined ? undefined : cookie(request, `${name}-known`, MARK);
}

/** Refuses to take a password or a code, or to give a cookie, over an open line: `not-allowed`. */
export function refuseOpenLine(request: FastifyRequest): string {
  const name = cookieName(request);
  if (name !== undefined) return name;
  throw new CarrelError('not-allowed', 'nobody signs in over plain HTTP, except on the machine of the server itself', {
    hint: 'Use the https address of the server; with a proxy in front, name it with --trust-proxy.',
  });
}

/** `Set-Cookie` for a session, or for none. `not-allowed` where it would go over an open line. */
export function setSessionCookie(request: FastifyRequest, session: { secret: string; maxAgeS: number } | undefined): string {
  const name = refuseOpenLine(request);
  const secure = name.startsWith('__Host-') ? '; Secure' : '';
  return `${name}=${session?.secret ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${session?.maxAgeS ?? 0}${secure}`;
}

/** `Set-Cookie` for the mark by which the browser is known at the next sign-in. */
export function setKnownCookie(request: FastifyRequest, mark: string): string {
  const name = refuseOpenLine(request);
  return `${name}-known=${mark}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${KNOWN_S}${name.startsWith('__Host-') ? '; Secure' : ''}`;
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses a request by cookie that changes something and that a page of another site could have made. */
export function refuseForged(request: FastifyRequest): void {
  if (READS.has(request.method) || request.headers[CSRF_HEADER] !== undefined) return;
  throw new CarrelError('not-allowed', 'a change by a signed-in browser needs the header X-Carrel-CSRF', {
    hint: 'Send `X-Carrel-CSRF: 1`: a page of another site cannot, so nobody can make your browser change things for them.',
  });
}

/** Refuses a WebSocket that a page of another site opens: browsers ask nobody before they do, but they say from where. */
export function refuseForeignSocket(request: FastifyRequest, byCookie: boolean): void {
  const { origin } = request.headers;
  if (origin === undefined && !byCookie) return;
  if (origin?.toLowerCase() === `${request.protocol}://${request.host}`.toLowerCase()) return;
  throw new CarrelError('not-allowed', 'a page of another address may not open this', {
    hint: 'If this is the address of the portal, the proxy in front must pass on Host and X-Forwarded-Proto, and be named with --trust-proxy.',
  });
}
