import { type Operation, operationPath } from '../contract/paths.ts';
import { ApiError, problemOf, UnreachableError } from './errors.ts';

export type Fetch = (url: string, init: RequestInit & { duplex?: 'half' }) => Promise<Response>;

export interface ClientOptions {
  /** Address of the server, such as `http://127.0.0.1:7070`. */
  baseUrl: string;
  token?: string | undefined;
  fetch?: Fetch | undefined;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/** The parts of a call, untyped; {@link makeClient} gives them their types. */
export interface RawInput {
  params?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
}

function segment(operation: Operation, value: string): string {
  // A URL takes these for steps up and down, encoded or not, so that another operation would be called.
  if (value === '' || value === '.' || value === '..') {
    const detail = `"${value}" cannot be part of an address`;
    throw new ApiError({
      type: 'urn:carrel:problem:bad-request',
      title: `${operation} was not sent`,
      status: 400,
      code: 'bad-request',
      detail,
    });
  }
  return encodeURIComponent(value);
}

export function urlOf(baseUrl: string, operation: Operation, input: RawInput): string {
  const path = operationPath(operation).path.replace(/\{(\w+)\}/g, (_, key: string) =>
    segment(operation, String(input.params?.[key] ?? '')),
  );
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(input.query ?? {})) if (value !== undefined) query.set(key, String(value));
  const tail = query.size > 0 ? `?${query.toString()}` : '';
  return `${baseUrl.replace(/\/+$/, '')}${path}${tail}`;
}

export function headersOf(options: ClientOptions, extra: Record<string, string> = {}): Record<string, string> {
  return { accept: 'application/json', ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }), ...extra };
}

/** One request; rejects with {@link ApiError} or {@link UnreachableError}. An abort by the caller's own signal stays what it is. */
export async function send(options: ClientOptions, url: string, init: RequestInit & { duplex?: 'half' }): Promise<Response> {
  const doFetch: Fetch = options.fetch ?? ((u, i) => fetch(u, i));
  let response: Response;
  try {
    response = await doFetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new UnreachableError(options.baseUrl, error);
  }
  if (!response.ok) throw new ApiError(await problemOf(response));
  return response;
}

/** Waits so many milliseconds, or until the signal aborts. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** So long a call is sent again while the server says that it is too busy and when to come again, in milliseconds. */
const BUSY_FOR_MS = 120_000;

/** The pause before a request is sent again, in milliseconds: the server was too busy, did nothing of it and said when; undefined otherwise. */
function busyPause(error: unknown): number | undefined {
  if (!(error instanceof ApiError) || error.status !== 503) return undefined;
  const { retryAfterS } = error.details;
  // By chance up to twice as long, so that those who were sent away together do not come back together.
  return typeof retryAfterS === 'number' ? retryAfterS * 1000 * (1 + Math.random()) : undefined;
}

/** Sends it again for as long as the server is only too busy. */
async function patiently<T>(signal: AbortSignal | undefined, request: () => Promise<T>): Promise<T> {
  const until = performance.now() + BUSY_FOR_MS;
  for (;;) {
    try {
      return await request();
    } catch (error) {
      const pauseMs = busyPause(error);
      if (pauseMs === undefined || performance.now() + pauseMs > until) throw error;
      await pause(pauseMs, signal);
      signal?.throwIfAborted();
    }
  }
}

/** Calls an operation whose request is JSON; its answer is JSON, text or the bytes of a picture. While the server is too busy it waits. */
export async function call(options: ClientOptions, operation: Operation, input: RawInput, callOptions: CallOptions): Promise<unknown> {
  const { method } = operationPath(operation);
  const hasBody = input.body !== undefined;
  const response = await patiently(callOptions.signal, () =>
    send(options, urlOf(options.baseUrl, operation, input), {
      method,
      headers: headersOf(options, hasBody ? { 'content-type': 'application/json' } : {}),
      ...(hasBody ? { body: JSON.stringify(input.body) } : {}),
      ...(callOptions.signal === undefined ? {} : { signal: callOptions.signal }),
    }),
  );
  try {
    const type = response.headers.get('content-type') ?? '';
    if (type.startsWith('image/')) return new Uint8Array(await response.arrayBuffer());
    return type.includes('json') ? await response.json() : await response.text();
  } catch (error) {
    if (callOptions.signal?.aborted) throw error;
    throw new UnreachableError(options.baseUrl, error);
  }
}
