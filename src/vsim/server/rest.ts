import type { IncomingMessage, ServerResponse } from 'node:http';
import { API_STATUS, ApiError } from '../model/api-error.ts';
import { VimFault } from '../model/fault.ts';
import { type Session, SessionLimit } from '../model/sessions.ts';
import type { Sim } from '../model/simulate.ts';
import { type RestAnswer, type RestCall, unknown } from './rest-call.ts';
import { storagePolicies } from './rest-policies.ts';
import { tagging } from './rest-tagging.ts';

const SESSION = 'vmware-api-session-id';

interface Service {
  handle: (call: RestCall) => RestAnswer;
}

/** The services, by the path under `/api` and (but for those of vCenter itself) `/rest/com/vmware`. */
const SERVICES: Record<string, Service> = { ...tagging, 'vcenter/storage/policies': { handle: storagePolicies } };

export interface RestIn {
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  body: string;
  address: string;
}

export interface RestOut {
  status: number;
  body: string;
  headers: Record<string, string>;
}

/** The REST services of a vCenter: who is logged in by which session id, and one answer for each request. Never throws. */
export class Rest {
  readonly #sim: Sim;
  /** Sessions of the model (which SOAP counts too), by the ids given out here: neither kind of client may use the other's. */
  readonly #keys = new Map<string, string>();

  constructor(sim: Sim) {
    this.#sim = sim;
    // An ended session is refused anyway; its id is only forgotten here.
    sim.sessions.onEnd((key) => {
      for (const [id, mine] of this.#keys) if (mine === key) this.#keys.delete(id);
    });
  }

  handle(input: RestIn): RestOut {
    const plain = input.url.pathname.startsWith('/api');
    const headers: Record<string, string> = {};
    try {
      const answer = this.#answer(input, plain, headers);
      if (answer === undefined) return { status: plain ? 204 : 200, body: '', headers };
      const value = 'made' in answer ? answer.made : answer.value;
      return { status: plain && 'made' in answer ? 201 : 200, body: JSON.stringify(plain ? value : { value }), headers };
    } catch (error) {
      return this.#fail(error, plain, headers);
    }
  }

  #answer(input: RestIn, plain: boolean, headers: Record<string, string>): RestAnswer {
    const { url } = input;
    const action = url.searchParams.get(plain ? 'action' : '~action');
    const verb = action === null ? input.method : `${input.method} ${action}`;
    const path = decodePath(url.pathname);
    if (path === '/api/session' || path === '/rest/com/vmware/cis/session') return this.#session(input, plain, verb, headers);
    const session = this.#logged(input);
    const place = placeOf(path);
    if (place === undefined) throw unknown(`${input.method} ${path}`);
    this.#sim.model.actor = session.user;
    const call = { sim: this.#sim, verb, id: place.id, query: url.searchParams, body: bodyOf(input), plain };
    return place.service.handle(call);
  }

  #session(input: RestIn, plain: boolean, verb: string, headers: Record<string, string>): RestAnswer {
    if (verb === 'POST') {
      const id = this.#login(input);
      // A browser keeps a cookie; a client that says it takes the header itself gets none.
      if (input.headers['vmware-use-header-authn'] === undefined) {
        headers['set-cookie'] = `${SESSION}=${id}; Path=${plain ? '/api' : '/rest'}; HttpOnly; Secure`;
      }
      return { made: id };
    }
    const session = this.#logged(input);
    if (verb === (plain ? 'GET' : 'POST get')) {
      const time = (at: number): string => new Date(at).toISOString();
      return { value: { user: session.user, created_time: time(session.loginTime), last_accessed_time: time(session.lastActive) } };
    }
    if (verb !== 'DELETE') throw unknown(`${verb} of sessions`);
    this.#sim.sessions.end(session.key);
    return undefined;
  }

  #login(input: RestIn): string {
    const { sessions, model } = this.#sim;
    const text = Buffer.from(/^Basic (.+)$/.exec(input.headers.authorization ?? '')?.[1] ?? '', 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon < 0) throw new ApiError('unauthenticated', 'A user name and a password are needed.');
    const agent = input.headers['user-agent'] ?? '';
    const session = sessions.login(text.slice(0, colon), text.slice(colon + 1), input.address, agent);
    const id = model.random.hex(32);
    this.#keys.set(id, session.key);
    return id;
  }

  #logged(input: RestIn): Session {
    const header = input.headers[SESSION];
    const cookie = new RegExp(`(?:^|;\\s*)${SESSION}=([^;]*)`).exec(input.headers.cookie ?? '')?.[1];
    const id = typeof header === 'string' ? header : cookie;
    const session = this.#sim.sessions.use(this.#keys.get(id ?? ''));
    if (session === undefined)
      throw new ApiError('unauthenticated', 'This method requires authentication.', 'vapi.method.authentication.required');
    return session;
  }

  #fail(error: unknown, plain: boolean, headers: Record<string, string>): RestOut {
    const api = asApiError(error);
    if (api.kind === 'internal_server_error') this.#sim.model.bug(error);
    if (api.kind === 'unauthenticated') headers['www-authenticate'] = 'Basic realm="VAPI endpoint", SIGN realm="VAPI endpoint"';
    const messages = [{ args: [], default_message: api.message, id: api.id }];
    const body = plain
      ? { error_type: api.kind.toUpperCase(), messages }
      : { type: `com.vmware.vapi.std.errors.${api.kind}`, value: { messages } };
    return { status: API_STATUS[api.kind], body: JSON.stringify(body), headers };
  }
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof SessionLimit) return new ApiError('service_unavailable', error.message);
  if (error instanceof VimFault && error.fault === 'InvalidLogin') return new ApiError('unauthenticated', error.message);
  if (error instanceof VimFault && error.fault === 'NoPermission') return new ApiError('unauthorized', error.message);
  return new ApiError('internal_server_error', 'internal');
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path).replace(/\/$/, '');
  } catch {
    throw unknown(path);
  }
}

/** `/rest` has `com/vmware` before what is not vCenter's own, and `id:` before ids. */
function placeOf(path: string): { service: Service; id: string } | undefined {
  const plain = path.startsWith('/api/');
  for (const [name, service] of Object.entries(SERVICES)) {
    const root = plain ? `/api/${name}` : `/rest/${name.startsWith('vcenter/') ? '' : 'com/vmware/'}${name}`;
    if (path === root) return { service, id: '' };
    const prefix = plain ? `${root}/` : `${root}/id:`;
    if (path.startsWith(prefix) && path.length > prefix.length) return { service, id: path.slice(prefix.length) };
  }
  return undefined;
}

function bodyOf({ body, headers }: RestIn): unknown {
  if (body.trim() === '') return undefined;
  if (!/^application\/json\b/.test(headers['content-type'] ?? '')) {
    throw new ApiError('invalid_argument', 'What is sent must be application/json.', 'vapi.rest.contenttype');
  }
  try {
    return JSON.parse(body) ?? undefined;
  } catch {
    throw new ApiError('invalid_argument', 'What was sent is not JSON.', 'vapi.rest.json');
  }
}

/** Hands a request over HTTP to the services. */
export function restRequest(rest: Rest, url: URL, request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const { method = 'GET', headers } = request;
  const out = rest.handle({ method, url, headers, body: body.toString('utf8'), address: request.socket.remoteAddress ?? '' });
  const type = out.body === '' ? {} : { 'content-type': 'application/json' };
  response.writeHead(out.status, { ...out.headers, ...type, 'content-length': Buffer.byteLength(out.body), 'cache-control': 'no-store' });
  response.end(out.body);
}
