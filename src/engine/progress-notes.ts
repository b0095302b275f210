/** What a run says of how far it is, passed on no more often than somebody can read it. */
import type { ProgressReport } from '../lib/context.ts';

export class ProgressNotes {
  readonly #everyMs: number;
  readonly #write: (report: ProgressReport) => Promise<void>;
  #latest: ProgressReport | undefined;
  #written: ProgressReport | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** `everyMs`: milliseconds between two writes, and before the first: what is over sooner is written nowhere. `write` does not throw. */
  constructor(everyMs: number, write: (report: ProgressReport) => Promise<void>) {
    this.#everyMs = everyMs;
    this.#write = write;
  }

  take(report: ProgressReport): void {
    this.#latest = report;
    this.#timer ??= setTimeout(() => this.#pass(), this.#everyMs);
  }

  /** Ends a step: nothing of it is written any more, and what is being written is waited for. The next one begins anew. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#latest = undefined;
    await this.#writing;
    this.#written = undefined;
  }

  #pass(): void {
    this.#timer = undefined;
    const report = this.#latest;
    if (report === undefined || (report.text === this.#written?.text && shown(report) === shown(this.#written))) return;
    this.#written = report;
    this.#writing = this.#write(report).then(() => {
      if (this.#latest !== undefined && this.#latest !== report) this.#timer ??= setTimeout(() => this.#pass(), this.#everyMs);
    });
  }
}

/** Whole per cent: nobody is shown more. */
function shown({ fraction }: ProgressReport): number | undefined {
  return fraction === undefined ? undefined : Math.round(fraction * 100);
}
