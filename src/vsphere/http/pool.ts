/** One keep-alive pool of HTTPS connections to one host. Every request has a deadline and a size limit. */
import { Readable } from 'node:stream';
import { type Dispatcher, Pool } from 'undici';
import { abortError, type Ctx, race } from '../../lib/context.ts';
import { CarrelError } from '../../lib/errors.ts';
import { vsphereError } from '../errors.ts';
import { type HttpReply, TextExchange } from './exchange.ts';
import { requestError } from './failure.ts';
import { makeConnector, type Trust } from './trust.ts';

export interface PoolOptions {
  trust: Trust;
  /** Connections at most; one is held by the pending wait. */
  connections?: number | undefined;
  /** TCP and TLS together, in milliseconds. */
  connectTimeoutMs?: number | undefined;
  /** Bytes of one reply. */
  maxReplyBytes?: number | undefined;
}

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array | Readable;
  /** Milliseconds for the whole exchange. */
  timeoutMs: number;
  /** What is being done, for the deadline's message. */
  what: string;
}

/** Well below the two minutes after which vSphere's proxies drop idle connections, so that a call rarely meets one that is going away. */
const KEEP_ALIVE_MS = 30_000;

export class HttpPool {
  readonly host: string;
  private readonly pool: Pool;
  private readonly maxReplyBytes: number;

  /** `url` must be https; its path is ignored. */
  constructor(url: URL, options: PoolOptions) {
    if (url.protocol !== 'https:') {
      throw vsphereError('vsphere-not-tls', `${url.origin} is not an https address`, { hint: 'Carrel speaks to vSphere by HTTPS only.' });
    }
    this.host = url.host;
    this.maxReplyBytes = options.maxReplyBytes ?? 64 * 1024 * 1024;
    const connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
    this.pool = new Pool(url.origin, {
      connect: makeConnector(url.host, options.trust, connectTimeoutMs),
      connections: options.connections ?? 8,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      // the deadline below rules; these would cut a WaitForUpdatesEx short
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** A request whose reply is text. */
  async request(ctx: Pick<Ctx, 'signal'>, request: HttpRequest): Promise<HttpReply> {
    if (ctx.signal.aborted) throw abortError(ctx.signal);
    return await new Promise<HttpReply>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        ctx.signal.removeEventListener('abort', onAbort);
      };
      const exchange = new TextExchange(
        this.host,
        this.maxReplyBytes,
        (reply) => {
          end();
          resolve(reply);
        },
        (error) => {
          end();
          // its file must not stay open
          if (request.body instanceof Readable) request.body.on('error', () => {}).destroy(error);
          reject(error);
        },
      );
      const onAbort = (): void => exchange.cancel(this.overdue(ctx, request, false));
      const timer = setTimeout(() => exchange.cancel(this.overdue(ctx, request, true)), request.timeoutMs);
      ctx.signal.addEventListener('abort', onAbort, { once: true });
      this.pool.dispatch(this.options(request), exchange);
    });
  }

  /** A request whose reply goes to `consume` as it comes; the deadline covers that too. */
  async stream<T>(ctx: Pick<Ctx, 'signal'>, request: HttpRequest, consume: (reply: Dispatcher.ResponseData) => Promise<T>): Promise<T> {
    if (ctx.signal.aborted) throw abortError(ctx.signal);
    // One controller and one timer for each call: AbortSignal.any on a long-lived signal leaks on Node 20.
    const control = new AbortController();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      control.abort();
    }, request.timeoutMs);
    const onAbort = () => control.abort();
    ctx.signal.addEventListener('abort', onAbort, { once: true });
    try {
      // undici itself does not give up what still waits for a free connection
      const reply = await race(control, this.pool.request({ ...this.options(request), signal: control.signal }));
      return await consume(reply);
    } catch (error) {
      if (late || ctx.signal.aborted) throw this.overdue(ctx, request, late, error);
      throw requestError(this.host, error);
    } finally {
      clearTimeout(timer);
      ctx.signal.removeEventListener('abort', onAbort);
    }
  }

  /** Ends all connections; what is under way fails. */
  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private options({ method, path, headers, body }: HttpRequest): Dispatcher.DispatchOptions {
    return { method, path, headers: headers ?? null, body: body ?? null };
  }

  private overdue(ctx: Pick<Ctx, 'signal'>, request: HttpRequest, late: boolean, cause?: unknown): CarrelError {
    const reason = late ? undefined : abortError(ctx.signal);
    if (reason && reason.code !== 'deadline') return reason;
    return new CarrelError('deadline', `${this.host} did not answer ${request.what} in time`, {
      retry: 'later',
      hint: 'The host is overloaded or hangs. Whether the call was carried out is not known.',
      cause: reason ? undefined : cause,
    });
  }
}
