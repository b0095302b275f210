/** Waiting for a server that is restarted. */
import { setTimeout as pause } from 'node:timers/promises';
import { ApiError, UnreachableError } from '../client/errors.ts';

/** Between two tries at a server that does not answer, in milliseconds. */
const RETRY_MS = 500;

/** The answer, however long the server needs to come back; undefined for what is not there (any more). */
export async function patiently<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T | undefined> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not-found') return undefined;
      const passes = error instanceof UnreachableError || (error instanceof ApiError && (error.status >= 500 || error.status === 429));
      if (signal.aborted || !passes) throw error;
      await pause(RETRY_MS, undefined, { signal });
    }
  }
}
