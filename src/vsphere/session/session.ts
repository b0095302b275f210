/**
 * One login, shared by everything that talks to one endpoint.
 *
 * States: idle -> opening (version, service content, login) -> ready -> (NotAuthenticated) opening -> ready … -> closed.
 * `opening` is one promise that all callers share; `epoch` counts logins, so that of many calls which meet the same expired session
 * only the first starts a new login.
 */
import { type Ctx, makeCtx, race, sleep } from '../../lib/context.ts';
import { CarrelError, isCode } from '../../lib/errors.ts';
import { type Logger, silentLogger } from '../../lib/log.ts';
import { backoffMs } from '../../lib/retry.ts';
import { isFault, vsphereError } from '../errors.ts';
import { HttpPool } from '../http/pool.ts';
import { findMethod } from '../types/schema.ts';
import type { Ref } from '../types/value.ts';
import type { ServiceContent, UserSession } from '../types/vim.gen.ts';
import type { MethodArgs, MethodName, MethodResult } from '../soap/envelope.ts';
import { loginOnce } from './login.ts';
import type { SessionOptions } from './options.ts';
import { SoapTransport } from './transport.ts';
import { compareVersions, NEWEST_KNOWN, pickVersion, readServiceVersions } from './version.ts';

export const SERVICE_INSTANCE: Ref = { type: 'ServiceInstance', value: 'ServiceInstance' };

export interface CallOptions {
  /** May be sent again after a new login although the tables do not call it a read. */
  safe?: boolean | undefined;
  /** Milliseconds; the session's callTimeoutMs unless given. */
  timeoutMs?: number | undefined;
  /** Shown in the server's log. */
  operationId?: string | undefined;
}

export type Call = <M extends MethodName>(
  ctx: Pick<Ctx, 'signal'>,
  method: M,
  self: Ref,
  args: MethodArgs<M>,
  options?: CallOptions,
) => Promise<MethodResult<M>>;

interface Opened {
  content: ServiceContent;
  user: UserSession;
}

export class Session {
  readonly options: SessionOptions;
  readonly pool: HttpPool;
  /** Logins so far; a view, filter or collector made in an earlier one is gone. */
  epoch = 0;
  private readonly transport: SoapTransport;
  private readonly log: Logger;
  private opening: Promise<Opened> | undefined;
  private opened: Opened | undefined;
  private refusal: { error: CarrelError; until: number; times: number } | undefined;
  private keepAlive: NodeJS.Timeout | undefined;
  private lastCall = Date.now();
  private closed: AbortController = new AbortController();

  constructor(options: SessionOptions) {
    this.options = options;
    this.log = options.log ?? silentLogger;
    const url = sdkUrl(options.url);
    this.pool = new HttpPool(url, options);
    this.transport = new SoapTransport(this.pool, url.pathname);
  }

  /** Calls made so far, logins and keep-alive included. */
  get requests(): number {
    return this.transport.requests;
  }

  /** The API version spoken, once connected. */
  get version(): string {
    return this.transport.version;
  }

  /** The session's cookie for transfers from the same host; '' before the login. */
  get cookie(): string {
    return this.transport.cookie;
  }

  /** Logs in if that has not happened yet. */
  async open(ctx: Pick<Ctx, 'signal'>): Promise<ServiceContent> {
    return (await this.ready(ctx)).content;
  }

  /** The session as the server sees it. */
  async user(ctx: Pick<Ctx, 'signal'>): Promise<UserSession> {
    return (await this.ready(ctx)).user;
  }

  /**
   * One call. After NotAuthenticated the session logs in again, and sends the call again if it is a read or `safe`;
   * other calls fail with the fault although the session is good again: whether to repeat them is the caller's to decide.
   */
  call: Call = async (ctx, method, self, args, options = {}) => {
    await this.ready(ctx);
    const epoch = this.epoch;
    try {
      return await this.send(ctx, method, self, args, options);
    } catch (error) {
      if (!isFault(error, 'NotAuthenticated')) throw error;
      await this.renew(ctx, epoch);
      if (!findMethod(method)?.read && !options.safe) throw error;
      return await this.send(ctx, method, self, args, options);
    }
  };

  /** Logs in again unless someone already did since `epoch`. */
  async renew(ctx: Pick<Ctx, 'signal'>, epoch: number): Promise<void> {
    if (this.epoch === epoch) {
      this.opened = undefined;
      this.log.info({ host: this.pool.host }, 'vSphere session expired; logging in again');
    }
    await this.ready(ctx);
  }

  /** Logs out and ends all connections. Safe to call twice. */
  async close(): Promise<void> {
    if (this.closed.signal.aborted) return;
    clearInterval(this.keepAlive);
    const opened = this.opened;
    if (opened?.content.sessionManager) {
      const ctx = makeCtx({ timeoutMs: 5_000 });
      // the server drops the session by itself if this fails
      await this.transport.call(ctx, 'Logout', opened.content.sessionManager, {}, { timeoutMs: 5_000 }).catch((error: unknown) => {
        this.log.debug({ err: error }, 'logout failed');
      });
    }
    this.closed.abort(vsphereError('vsphere-closed', 'the vSphere session was closed'));
    this.opened = undefined;
    await this.pool.close();
  }

  private async send<M extends MethodName>(
    ctx: Pick<Ctx, 'signal'>,
    method: M,
    self: Ref,
    args: MethodArgs<M>,
    options: CallOptions,
  ): Promise<MethodResult<M>> {
    this.lastCall = Date.now();
    const timeoutMs = options.timeoutMs ?? this.options.callTimeoutMs ?? 120_000;
    return await this.transport.call(ctx, method, self, args, { timeoutMs, operationId: options.operationId });
  }

  private async ready(ctx: Pick<Ctx, 'signal'>): Promise<Opened> {
    if (this.opened) return this.opened;
    if (this.closed.signal.aborted) throw this.closed.signal.reason;
    if (this.refusal && Date.now() < this.refusal.until) throw this.refusal.error;
    // The login has a context of its own: the first caller may give up while others still wait.
    this.opening ??= this.doOpen().finally(() => {
      this.opening = undefined;
    });
    return await race(ctx, this.opening);
  }

  private async doOpen(): Promise<Opened> {
    const ctx = makeCtx({ signal: this.closed.signal, timeoutMs: this.options.loginTimeoutMs ?? 60_000 });
    this.transport.cookie = '';
    try {
      if (this.transport.version === '') await this.negotiate(ctx);
      const content = await this.transport.call(ctx, 'RetrieveServiceContent', SERVICE_INSTANCE, {}, this.openCall());
      const user = await this.login(ctx, content);
      this.opened = { content, user };
      this.epoch++;
      this.refusal = undefined;
      this.startKeepAlive();
      return this.opened;
    } catch (error) {
      if (isCode(error, 'vsphere-login')) {
        const first = this.options.refusedForMs ?? 30_000;
        const times = (this.refusal?.times ?? 0) + 1;
        this.refusal = { error: error as CarrelError, times, until: Date.now() + backoffMs(times, first, first * 30) };
      }
      throw error;
    }
  }

  private openCall(): { timeoutMs: number } {
    return { timeoutMs: Math.min(this.options.callTimeoutMs ?? 120_000, this.options.loginTimeoutMs ?? 60_000) };
  }

  private async negotiate(ctx: Ctx): Promise<void> {
    const reply = await this.pool.request(ctx, {
      method: 'GET',
      path: `${this.transport.path}/vimServiceVersions.xml`,
      ...this.openCall(),
      what: 'the list of API versions',
    });
    let version: string | undefined;
    // an old or odd server may not have the list; the service content names one version then
    if (reply.status === 200 && /^\s*(<\?xml[^>]*>)?\s*<namespaces/.test(reply.text))
      version = pickVersion(readServiceVersions(reply.text));
    if (version === undefined) {
      const content = await this.transport.call(ctx, 'RetrieveServiceContent', SERVICE_INSTANCE, {}, this.openCall());
      const theirs = content.about.apiVersion;
      version = compareVersions(theirs, NEWEST_KNOWN) <= 0 ? theirs : NEWEST_KNOWN;
    }
    this.transport.version = version ?? NEWEST_KNOWN;
  }

  /** Logs in; waits and tries again while the session table is full. */
  private async login(ctx: Ctx, content: ServiceContent): Promise<UserSession> {
    const first = this.options.busyBackoffMs ?? 1_000;
    for (let attempt = 1; ; attempt++) {
      try {
        return await loginOnce(ctx, this.transport, content, this.options.credentials, this.openCall().timeoutMs);
      } catch (error) {
        if (!isCode(error, 'vsphere-busy')) throw error;
        const wait = backoffMs(attempt, first, first * 30);
        this.log.warn({ host: this.pool.host, wait }, 'the vSphere session table is full; waiting');
        try {
          await sleep(ctx, wait);
        } catch {
          throw error;
        }
      }
    }
  }

  private startKeepAlive(): void {
    const every = this.options.keepAliveMs ?? 600_000;
    if (every === 0 || this.keepAlive) return;
    this.keepAlive = setInterval(() => {
      if (!this.opened || Date.now() - this.lastCall < every) return;
      this.call(makeCtx({ timeoutMs: 60_000, signal: this.closed.signal }), 'CurrentTime', SERVICE_INSTANCE, {}).catch((error: unknown) => {
        this.log.warn({ err: error }, 'keep-alive of the vSphere session failed');
      });
    }, every / 4);
    this.keepAlive.unref();
  }
}

function sdkUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw vsphereError('vsphere-config', `"${text}" is not an address`, { hint: 'Give it as https://vcenter.example/sdk.', cause: error });
  }
  if (url.pathname === '/' || url.pathname === '') url.pathname = '/sdk';
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
}
