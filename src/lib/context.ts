import { setMaxListeners } from 'node:events';
import { CarrelError } from './errors.ts';
import { type Logger, silentLogger } from './log.ts';

/** What a long operation reports while it runs. `fraction` is 0 to 1, or undefined where it cannot be known. */
export interface ProgressReport {
  text: string;
  fraction?: number;
}

/**
 * The first argument of everything that waits for the outside: when to stop, where to log, whom to tell.
 * Clean-up code uses a fresh one (`makeCtx`), since the caller's may already be over.
 */
export interface Ctx {
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly progress: (report: ProgressReport) => void;
}

export interface CtxOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds from now until the context's signal aborts with code `deadline`. */
  timeoutMs?: number | undefined;
  log?: Logger | undefined;
  progress?: ((report: ProgressReport) => void) | undefined;
}

export function makeCtx(options: CtxOptions = {}): Ctx {
  const signals = [options.signal, options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs)].filter(
    (s): s is AbortSignal => s !== undefined,
  );
  return {
    signal: shared(signals.length === 1 ? (signals[0] as AbortSignal) : anyOf(signals)),
    log: options.log ?? silentLogger,
    progress: options.progress ?? (() => {}),
  };
}

/**
 * Sources of a combined signal, held for as long as it lives. Node 20 holds them weakly: a timeout that nobody else refers to is collected
 * and its deadline never comes.
 */
const sources = new WeakMap<AbortSignal, readonly AbortSignal[]>();

/** `AbortSignal.any` whose timeouts survive garbage collection. */
export function anyOf(signals: readonly AbortSignal[]): AbortSignal {
  const signal = AbortSignal.any([...signals]);
  sources.set(signal, signals);
  return signal;
}

/** One context may be waited on hundreds of times at once; Node would take that for a leak and warn. */
function shared(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}

/** A child with a deadline of its own, at most the parent's. */
export function withTimeout(ctx: Ctx, timeoutMs: number): Ctx {
  return { ...ctx, signal: shared(anyOf([ctx.signal, AbortSignal.timeout(timeoutMs)])) };
}

/** Throws `cancelled` or `deadline` if the context is over. */
export function checkCtx(ctx: Ctx): void {
  if (ctx.signal.aborted) throw abortError(ctx.signal);
}

export function abortError(signal: AbortSignal): CarrelError {
  const timedOut = (signal.reason as { name?: string } | undefined)?.name === 'TimeoutError';
  return timedOut
    ? new CarrelError('deadline', 'the operation took longer than it may', { retry: 'later' })
    : signal.reason instanceof CarrelError
      ? signal.reason
      : new CarrelError('cancelled', 'the operation was cancelled');
}

/** Waits `ms` milliseconds; rejects at once when the context ends. */
export async function sleep(ctx: Pick<Ctx, 'signal'>, ms: number): Promise<void> {
  if (ctx.signal.aborted) throw abortError(ctx.signal);
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(abortError(ctx.signal));
    };
    const timer = setTimeout(() => {
      ctx.signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    ctx.signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Settles as `promise` does, or rejects when the context ends, whichever is first. The promise itself goes on. */
export async function race<T>(ctx: Pick<Ctx, 'signal'>, promise: Promise<T>): Promise<T> {
  if (ctx.signal.aborted) {
    promise.catch(() => {});
    throw abortError(ctx.signal);
  }
  let onAbort!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(abortError(ctx.signal));
    ctx.signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    ctx.signal.removeEventListener('abort', onAbort);
  }
}

/**
 * Settles as `promise` does, but at most `graceMs` milliseconds after the context has ended: then it rejects as {@link race} does. For
 * work that is to clean up behind itself when it is told to stop, and may be deaf to it. The promise itself goes on.
 */
export async function raceWithGrace<T>(ctx: Pick<Ctx, 'signal'>, promise: Promise<T>, graceMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort!: () => void;
  const over = new Promise<never>((_, reject) => {
    onAbort = () => (timer = setTimeout(() => reject(abortError(ctx.signal)), graceMs));
    if (ctx.signal.aborted) onAbort();
    else ctx.signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
    ctx.signal.removeEventListener('abort', onAbort);
  }
}
