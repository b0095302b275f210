import { translatedReply } from './language.ts';
import { decodeRequest, type DecodedRequest, encodeFault, encodeReply, NotSoapError } from '../../vsphere/soap/envelope.ts';
import { isSubtype } from '../../vsphere/types/schema.ts';
import { XmlError } from '../../vsphere/xml/error.ts';
import { assertEnabled } from '../model/disabled.ts';
import type { Entity } from '../model/entities.ts';
import { gone, VimFault } from '../model/fault.ts';
import type { Model } from '../model/model.ts';
import { ruleFault } from '../model/rules.ts';
import { type Session, SessionLimit } from '../model/sessions.ts';
import type { Sim } from '../model/simulate.ts';
import type { Call, Handlers } from './calls.ts';
import { authorizationMethods } from './methods/authorization.ts';
import { guestMethods } from './methods/guest.ts';
import { historyMethods } from './methods/history.ts';
import { inventoryMethods } from './methods/inventory.ts';
import { leaseMethods } from './methods/lease.ts';
import { computeMethods } from './methods/compute.ts';
import { licenceMethods } from './methods/licence.ts';
import { managerMethods } from './methods/manager.ts';
import { ovfMethods } from './methods/ovf.ts';
import { performanceMethods } from './methods/performance.ts';
import { podMethods } from './methods/pods.ts';
import { propertyMethods } from './methods/property.ts';
import { searchMethods } from './methods/search.ts';
import { OPEN_METHODS, sessionMethods } from './methods/session.ts';
import { storageMethods } from './methods/storage.ts';
import { vmMethods } from './methods/vm.ts';
import { ALWAYS_ALLOWED, PRIVILEGES } from './privileges.ts';
import { aboutInfo, singletons } from './props/content.ts';
import type { Reader } from './props/context.ts';
import { faultData } from './props/faults.ts';
import { SessionState } from './state.ts';
import { assertComplete } from './validate.ts';
import type { Transfers } from './transfers.ts';

type Handler = (call: Call, args: Record<string, unknown>) => unknown;
const HANDLERS = new Map<string, Handler>(
  Object.entries({
    ...sessionMethods,
    ...authorizationMethods,
    ...propertyMethods,
    ...searchMethods,
    ...vmMethods,
    ...inventoryMethods,
    ...storageMethods,
    ...guestMethods,
    ...historyMethods,
    ...leaseMethods,
    ...licenceMethods,
    ...computeMethods,
    ...managerMethods,
    ...ovfMethods,
    ...performanceMethods,
    ...podMethods,
  } satisfies Handlers as Record<string, Handler>),
);

/** Objects that exist as soon as they are asked for. */
const IMPLIED = /^(EnvironmentBrowser|HostDatastoreBrowser|HostNetworkSystem|HostDatastoreSystem)$/;
const MAX_DEPTH = 64;
// oxlint-disable-next-line no-control-regex -- these are what XML cannot carry
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

export interface SoapIn {
  body: string;
  /** Session key from the cookie. */
  cookie: string | undefined;
  soapAction: string | undefined;
  address: string;
  userAgent: string;
}

export interface SoapOut {
  status: number;
  body: string;
  contentType: string;
  /** A session key to set, '' to clear. */
  setCookie: string | undefined;
  /** Cut the connection instead of answering. */
  cut: boolean;
}

/** Counts what came in, for tests and benchmarks. */
export interface Stats {
  requests: number;
  byMethod: Map<string, number>;
  /** Of disks' extents by datastore HTTP; no calls, so not among `requests`. */
  read: { requests: number; bytes: number };
}

export class Dispatcher {
  readonly sim: Sim;
  readonly stats: Stats = { requests: 0, byMethod: new Map(), read: { requests: 0, bytes: 0 } };
  readonly #states = new Map<string, SessionState>();
  readonly #anonymous: SessionState;
  readonly #about: Record<string, string>;
  readonly #transfers: Transfers;
  origin = '';

  constructor(sim: Sim, transfers: Transfers) {
    this.sim = sim;
    this.#transfers = transfers;
    const m = sim.model;
    this.#about = aboutInfo(m.isVc, m.options.apiVersion, m.instanceUuid);
    for (const { type, id } of singletons(m.isVc)) m.objects.set(id, { type, id, name: id, parent: undefined });
    this.#anonymous = new SessionState('anonymous', m, () => this.#reader(undefined, 0));
    sim.sessions.onEnd((key) => this.#endSession(key));
  }

  #endSession(key: string): void {
    this.#states.get(key)?.close();
    this.#states.delete(key);
  }

  #reader(session: Session | undefined, version: number): Reader {
    const state = session === undefined ? this.#anonymous : this.#states.get(session.key);
    return { sim: this.sim, session, version, about: this.#about, sessionProps: (entity) => state?.props(entity) };
  }

  #state(session: Session | undefined, version: number): SessionState {
    if (session === undefined) return this.#anonymous;
    let state = this.#states.get(session.key);
    if (state === undefined) {
      state = new SessionState(session.key, this.sim.model, () => this.#reader(session, version));
      this.#states.set(session.key, state);
    }
    return state;
  }

  /** Answers one SOAP message. Never throws. */
  async handle(input: SoapIn): Promise<SoapOut> {
    this.stats.requests++;
    const out: SoapOut = { status: 200, body: '', contentType: 'text/xml; charset="utf-8"', setCookie: undefined, cut: false };
    try {
      await this.#answer(input, out);
    } catch (error) {
      this.#fail(error, out);
    }
    if (this.sim.model.options.translated) out.body = translatedReply(out.body);
    return out;
  }

  async #answer(input: SoapIn, out: SoapOut): Promise<void> {
    // What XML cannot carry back would make every later read of it fail.
    if (UNPRINTABLE.test(input.body)) throw new XmlError('a character that XML does not allow');
    const request = decodeRequest(input.body, { maxDepth: MAX_DEPTH });
    const { method } = request;
    this.stats.byMethod.set(method, (this.stats.byMethod.get(method) ?? 0) + 1);
    const m = this.sim.model;
    const named = m.objects.get(request.self.value);
    if (!m.rules.empty && (await this.#early(method, named, out))) return;
    // After the rules: a rule may take its time, and the session may be over by then.
    const session = this.sim.sessions.use(input.cookie);
    const version = parseVersion(input.soapAction, m.options.apiVersion);
    const state = this.#state(session, version);
    assertLogin(request, session, named ?? m.root);
    const self = this.#self(request, state);
    this.#admit(request, self);
    const call: Call = {
      sim: this.sim,
      m,
      method,
      self,
      session,
      state,
      reader: this.#reader(session, version),
      client: { address: input.address, userAgent: input.userAgent, samlToken: this.#token(input.body) },
      setCookie: (key) => {
        out.setCookie = key ?? '';
      },
      stateOf: (s) => this.#state(s, version),
      transfers: this.#transfers,
      origin: this.origin,
    };
    m.actor = session?.user ?? 'anonymous';
    const privilege = Object.hasOwn(PRIVILEGES, method) ? PRIVILEGES[method] : undefined;
    if (privilege !== undefined) m.require(privilege, privilegeTarget(m, self, request));
    const handler = HANDLERS.get(method);
    if (handler === undefined) throw unknownMethod(request, self);
    if (request.desc !== undefined) assertComplete(request.desc.request, request.args);
    const value = await handler(call, request.args);
    if (!m.rules.empty && m.rules.match('reply', method, named) !== undefined) {
      out.cut = true;
      return;
    }
    out.body = encodeReply(method, value);
  }

  /** Rules that act before the call. True if the answer is made. */
  async #early(method: string, named: Entity | undefined, out: SoapOut): Promise<boolean> {
    const { rules } = this.sim.model;
    const delay = rules.match('delay', method, named);
    if (delay !== undefined) await new Promise((resolve) => setTimeout(resolve, delay.delayMs ?? 0).unref());
    if (rules.match('drop', method, named) !== undefined) {
      out.cut = true;
      return true;
    }
    const status = rules.match('status', method, named);
    if (status !== undefined) {
      Object.assign(out, { status: status.status ?? 503, body: 'Service Unavailable', contentType: 'text/plain' });
      return true;
    }
    const before = rules.match('before', method, named);
    if (before !== undefined) throw ruleFault(before);
    return false;
  }

  #token(body: string): string | undefined {
    for (const token of this.sim.sessions.tokens.keys()) if (body.includes(token)) return token;
    return undefined;
  }

  #self(request: DecodedRequest, state: SessionState): Entity {
    const { self } = request;
    const own = state.own(self.value);
    const entity = own ?? this.sim.model.objects.get(self.value);
    if (entity !== undefined && (entity.type === self.type || isSubtype(entity.type, self.type))) return entity;
    if (entity === undefined && IMPLIED.test(self.type)) return { type: self.type, id: self.value, name: self.value, parent: undefined };
    throw gone({ type: self.type, id: self.value });
  }

  #admit(request: DecodedRequest, self: Entity): void {
    const m = this.sim.model;
    const { method } = request;
    if (m.options.restricted && request.desc?.read === false && !ALWAYS_ALLOWED.has(method)) {
      throw new VimFault('RestrictedVersion', 'Current license or ESXi version prohibits execution of the requested operation.');
    }
    assertEnabled(self, method);
  }

  #fail(error: unknown, out: SoapOut): void {
    out.status = 500;
    if (error instanceof VimFault) {
      out.body = encodeFault({ message: error.message, detail: faultData(error) });
    } else if (error instanceof SessionLimit) {
      Object.assign(out, { status: 503, body: 'The maximum session limit was reached.', contentType: 'text/plain' });
    } else if (error instanceof XmlError || error instanceof NotSoapError) {
      out.body = encodeFault({ message: safeText(error.message), detail: { _type: 'InvalidRequest' } });
    } else {
      this.sim.model.bug(error);
      out.body = encodeFault({
        message: 'A general system error occurred: internal',
        detail: { _type: 'SystemError', reason: 'internal' } as never,
      });
    }
  }
}

/** A message may quote what was sent, and XML cannot carry everything. */
function safeText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 500);
}

/** Nearly everything needs a login, and that is said before whether the object exists. */
function assertLogin(request: DecodedRequest, session: Session | undefined, object: Entity): void {
  if (session !== undefined || (OPEN_METHODS.has(request.method) && openTo(request))) return;
  throw new VimFault('NotAuthenticated', 'The session is not authenticated.', { object, privilegeId: 'System.View' });
}

/** Without a login only the service's own content and the session manager may be read. */
function openTo(request: DecodedRequest): boolean {
  if (!request.method.startsWith('RetrieveProp')) return true;
  const specs = request.args['specSet'] as { objectSet: { obj: { type: string }; selectSet?: unknown[] }[] }[];
  return specs.every((s) =>
    s.objectSet.every((o) => /^(ServiceInstance|SessionManager)$/.test(o.obj.type) && (o.selectSet ?? []).length === 0),
  );
}

/** Guest operations are methods of a manager; their privilege is wanted on the VM. */
function privilegeTarget(m: Model, self: Entity, request: DecodedRequest): Entity {
  const vm = request.args['vm'] as { value?: string } | undefined;
  return (
    (vm?.value === undefined ? undefined : m.objects.get(vm.value)) ??
    (self.type === 'VirtualMachineSnapshot' ? (self.parent ?? self) : self)
  );
}

function unknownMethod(request: DecodedRequest, self: Entity): VimFault {
  if (request.desc !== undefined) return new VimFault('NotSupported', 'The operation is not supported on the object.');
  return new VimFault('MethodNotFound', `The method ${safeText(request.method)} is not known.`, {
    receiver: self,
    method: safeText(request.method),
  });
}

/** `"urn:vim25/6.7.1"` as 6.7; the endpoint's own version if the client names none. */
export function parseVersion(soapAction: string | undefined, own: string): number {
  const asked = Number.parseFloat(/urn:vim25\/(\d+\.\d+)/.exec(soapAction ?? '')?.[1] ?? '');
  const mine = Number.parseFloat(own);
  return Number.isNaN(asked) ? mine : Math.min(asked, mine);
}
