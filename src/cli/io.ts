/** Where a command reads and writes. Tests give their own. */
import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { CarrelError } from '../lib/errors.ts';
import { EXIT, showError } from './exit.ts';

export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Columns of the terminal on standard error; undefined where it is none, or one that cannot redraw a line. */
  readonly columns: number | undefined;
  /** Size of the terminal on standard output; undefined where it is none, or one that cannot draw over what it shows. */
  readonly screen: { columns: number; rows: number } | undefined;
  readonly env: NodeJS.ProcessEnv;
  setExitCode(code: number): void;
  /** Standard input and output as bytes, for what is joined with a machine. */
  readonly bytes: Bytes;
  /** Asks at the terminal; undefined where there is nobody to ask. `hidden`: what is typed is not shown. */
  ask?(question: string, options?: { hidden?: boolean }): Promise<string>;
  /** Calls back at Ctrl-C or SIGTERM instead of ending; the result takes that back. */
  onInterrupt(handler: () => void): () => void;
}

export interface Bytes {
  input: Readable;
  output: Writable;
  /** Each key goes through as it is typed, Ctrl-C too, until it is called with false; undefined where nobody types. */
  raw: ((on: boolean) => void) | undefined;
}

export function processIo(): Io {
  // A reader that has seen enough (`carrel ls | head -1`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    // A full disk, for example: what was done is done, only the answer is lost.
    process.stderr.write(showError(new CarrelError('output-failed', 'the answer could not be written', { cause: error }), false));
    process.exit(EXIT.failed);
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    get columns() {
      return process.stderr.isTTY && process.env.TERM !== 'dumb' ? (process.stderr.columns ?? 80) : undefined;
    },
    get screen() {
      const { isTTY, columns, rows } = process.stdout;
      return isTTY && process.env.TERM !== 'dumb' ? { columns, rows } : undefined;
    },
    env: process.env,
    get bytes() {
      return { input: process.stdin, output: process.stdout, raw: process.stdin.isTTY ? setRaw : undefined };
    },
    ...(process.stdin.isTTY && process.stderr.isTTY ? { ask: askAtTerminal } : {}),
    setExitCode(code) {
      process.exitCode = code;
    },
    onInterrupt(handler) {
      process.once('SIGINT', handler).once('SIGTERM', handler);
      return () => void process.removeListener('SIGINT', handler).removeListener('SIGTERM', handler);
    },
  };
}

/** Node itself puts the terminal back as it was when the process ends, but for a hang-up that somebody sends while the terminal stays. */
function setRaw(on: boolean): void {
  process.stdin.setRawMode(on);
  if (on) process.on('SIGHUP', hangUp);
  else process.removeListener('SIGHUP', hangUp);
}

const hangUp = (): void => process.exit(129);

/** Question and answer on standard error and input. Ctrl-C ends the program, as at any other prompt. */
async function askAtTerminal(question: string, { hidden = false }: { hidden?: boolean } = {}): Promise<string> {
  const shown = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
  const prompt = createInterface({ input: process.stdin, output: shown, terminal: true });
  process.stderr.write(question);
  try {
    return await new Promise<string>((resolve) => {
      prompt.once('SIGINT', () => process.exit(130));
      prompt.once('close', () => resolve(''));
      prompt.once('line', resolve);
    });
  } finally {
    prompt.close();
    if (hidden) process.stderr.write('\n');
  }
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
