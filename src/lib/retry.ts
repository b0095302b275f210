import { type Ctx, sleep } from './context.ts';

export interface RetryOptions {
  /** Tries in all, the first included. */
  attempts: number;
  /** Wait before the second try, in milliseconds; doubles each time. */
  firstDelayMs: number;
  /** Upper bound of one wait, in milliseconds. */
  maxDelayMs: number;
  /** Which errors are worth another try. */
  retryable: (error: unknown) => boolean;
}

/** Delay in milliseconds before attempt `n` (the first retry is 1): exponential, capped, without jitter so that tests can name it. */
export function backoffMs(n: number, firstMs: number, maxMs: number): number {
  return Math.min(maxMs, firstMs * 2 ** Math.max(0, n - 1));
}

/** Runs `work` until it succeeds, an error is not retryable, the attempts are used up, or the context ends. */
export async function retry<T>(ctx: Ctx, options: RetryOptions, work: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= options.attempts || ctx.signal.aborted || !options.retryable(error)) throw error;
      await sleep(ctx, backoffMs(attempt, options.firstDelayMs, options.maxDelayMs));
    }
  }
}

/** Polls until `check` gives a value that is not undefined; rejects when the context ends. */
export async function waitFor<T>(
  ctx: Pick<Ctx, 'signal'>,
  everyMs: number,
  check: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  for (;;) {
    const value = await check();
    if (value !== undefined) return value;
    await sleep(ctx, everyMs);
  }
}
