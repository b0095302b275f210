/** Runs the command line in this process, against a server of choice, and keeps what it said. */
import { Readable, Writable } from 'node:stream';
import type { Io } from '../../src/cli/io.ts';
import { makeProgram, runProgram } from '../../src/cli/program.ts';
import { type Person, TOKENS } from './fake-services.ts';
import type { TestServer } from './test-server.ts';

export interface CliRun {
  /** Ctrl-C. */
  interrupt(): void;
  /** What was said so far. */
  readonly out: string;
  readonly err: string;
  /** Ends with the exit code. */
  done: Promise<number>;
}

export interface CliOptions {
  env?: NodeJS.ProcessEnv;
  /** Makes standard error a terminal of so many columns. */
  columns?: number;
  /** Makes standard output a terminal of this size. */
  screen?: NonNullable<Io['screen']>;
  /** What is typed, or comes by a pipe; none if left out. */
  input?: Readable;
  /** Makes standard input a terminal, and hears how it is set. */
  raw?: Io['bytes']['raw'];
  /** Answers questions, as somebody at a terminal would. */
  ask?: NonNullable<Io['ask']>;
}

/** Begins a run. Nobody in `person` means no address and no token in the environment. */
export function startCli(
  server: Pick<TestServer, 'baseUrl'> | undefined,
  person: Person | undefined,
  args: string[],
  options: CliOptions = {},
): CliRun {
  const said = { out: '', err: '' };
  let code = 0;
  const handlers = new Set<() => void>();
  const io: Io = {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    columns: options.columns,
    screen: options.screen,
    ...(options.ask === undefined ? {} : { ask: options.ask }),
    env: {
      ...(server === undefined ? {} : { CARREL_URL: server.baseUrl }),
      ...(person === undefined ? {} : { CARREL_TOKEN: TOKENS[person] }),
      CARREL_DATA: '/nonexistent/carrel',
      ...options.env,
    },
    bytes: {
      input: options.input ?? Readable.from([]),
      output: new Writable({
        write(chunk, _encoding, done) {
          said.out += String(chunk);
          done();
        },
      }),
      raw: options.raw,
    },
    setExitCode: (n) => void (code = n),
    onInterrupt(handler) {
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
  };
  const program = makeProgram({ version: '0.0.0-test', defaultDataDir: (env) => env?.CARREL_DATA ?? '/var/lib/carrel', io });
  const done = runProgram(program, ['node', 'carrel', ...args]).then(() => code);
  return {
    interrupt: () => handlers.forEach((handler) => handler()),
    get out() {
      return said.out;
    },
    get err() {
      return said.err;
    },
    done,
  };
}

export interface CliResult {
  code: number;
  out: string;
  err: string;
  /** Standard output, as the one JSON document that it must be. */
  json: unknown;
}

/** A run to its end. */
export async function runCli(
  server: Pick<TestServer, 'baseUrl'> | undefined,
  person: Person | undefined,
  args: string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const run = startCli(server, person, args, options);
  const code = await run.done;
  const { out, err } = run;
  return {
    code,
    out,
    err,
    get json() {
      return JSON.parse(out) as unknown;
    },
  };
}
