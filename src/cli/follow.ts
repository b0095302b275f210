/** Waiting for something the server is working on, with a line per stage; at a terminal the last line is kept up to date. */
import type { Session } from './session.ts';
import { CarrelError } from '../lib/errors.ts';
import { EXIT } from './exit.ts';

/** Looks again at least this often, in milliseconds: an event that never came must not keep anybody waiting. */
const LOOK_EVERY_MS = 2_000;

/** Shows stages: plain lines in a log, one live line with the seconds at a terminal. */
export class StageLine {
  readonly #tty = process.stderr.isTTY === true;
  readonly #silent: boolean;
  readonly #began = performance.now();
  #text = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(silent: boolean) {
    this.#silent = silent;
    if (this.#tty && !silent) this.#timer = setInterval(() => this.#draw(), 200);
  }

  show(text: string): void {
    if (this.#silent || text === this.#text) return;
    if (this.#tty && this.#text !== '') process.stderr.write(`\r\u001b[K${this.#line()}\n`);
    this.#text = text;
    if (this.#tty) this.#draw();
    else process.stderr.write(`${this.#line()}\n`);
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#tty && !this.#silent && this.#text !== '') process.stderr.write(`\r\u001b[K${this.#line()}\n`);
    this.#text = '';
  }

  #line(): string {
    return `${((performance.now() - this.#began) / 1000).toFixed(1).padStart(7)} s  ${this.#text}`;
  }
  #draw(): void {
    if (this.#text !== '') process.stderr.write(`\r\u001b[K${this.#line()}`);
  }
}

export interface Followed<T> {
  look(): Promise<T>;
  /** What to show, and whether the wait is over. */
  stage(now: T): { text: string; over: boolean };
  /** Said when the person no longer wants to wait. */
  goesOn: string;
  /** Ids whose events are worth a look. */
  subjects: readonly string[];
}

/** Follows until it is over. Ctrl-C stops following, not the work: it says so and exits with 130. */
export async function follow<T>(session: Session, what: Followed<T>): Promise<T> {
  const line = new StageLine(session.json);
  const stop = new AbortController();
  const onInterrupt = () => {
    line.end();
    process.stderr.write(`\n${what.goesOn}\n`);
    process.exit(EXIT.interrupted);
  };
  process.once('SIGINT', onInterrupt);
  let wake = () => {};
  void (async () => {
    for await (const event of session.client.events({ signal: stop.signal })) {
      if (event.subject === undefined || what.subjects.includes(event.subject)) wake();
    }
  })().catch(() => {});
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const now = await what.look();
      const { text, over } = what.stage(now);
      line.show(text);
      if (over) return now;
      await Promise.race([woken, new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))]);
    }
  } finally {
    stop.abort();
    line.end();
    process.removeListener('SIGINT', onInterrupt);
  }
}

/** A failure that the server stored, as an error of this command. */
export function failed(what: string, failure: { code: string; message: string; hint?: string } | undefined): CarrelError {
  return new CarrelError(
    failure?.code ?? 'failed',
    `${what}: ${failure?.message ?? 'it failed'}`,
    failure?.hint === undefined ? {} : { hint: failure.hint },
  );
}
