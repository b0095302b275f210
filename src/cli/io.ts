/** Where a command reads and writes. Tests give their own. */
import { CarrelError } from '../lib/errors.ts';

export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Columns of the terminal on standard error; undefined where it is none, or one that cannot redraw a line. */
  readonly columns: number | undefined;
  readonly env: NodeJS.ProcessEnv;
  setExitCode(code: number): void;
  /** Calls back at Ctrl-C or SIGTERM instead of ending; the result takes that back. */
  onInterrupt(handler: () => void): () => void;
}

export function processIo(): Io {
  // A reader that has seen enough (`carrel ls | head -1`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    get columns() {
      return process.stderr.isTTY && process.env.TERM !== 'dumb' ? (process.stderr.columns ?? 80) : undefined;
    },
    env: process.env,
    setExitCode(code) {
      process.exitCode = code;
    },
    onInterrupt(handler) {
      process.once('SIGINT', handler).once('SIGTERM', handler);
      return () => void process.removeListener('SIGINT', handler).removeListener('SIGTERM', handler);
    },
  };
}

/**
 * Runs `work` until it is done or the person no longer wants to wait: then it rejects with code `interrupted`, whose message is
 * `goesOn`, and the signal aborts what is still waiting.
 */
export async function interruptible<T>(io: Io, goesOn: () => string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  let restore = () => {};
  const interrupted = new Promise<never>((_, reject) => {
    restore = io.onInterrupt(() => {
      reject(new CarrelError('interrupted', goesOn()));
      stop.abort();
    });
  });
  try {
    return await Promise.race([work(stop.signal), interrupted]);
  } finally {
    restore();
    stop.abort();
  }
}
