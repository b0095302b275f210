/** A saga run's memory in PostgreSQL: every write names the fence, so a worker that lost its lease can write nothing more. */
import type { StoredError } from '../lib/errors.ts';
import * as jobs from '../store/jobs.ts';
import type { Store } from '../store/db.ts';
import type { ClaimedJob } from '../store/queue.ts';
import type { Tx } from '../store/schema.ts';
import { type Holding, type SlotKind, slotName } from '../store/slots.ts';
import type { Journal, RunDirection, StepRecord } from './saga.ts';

export class PgJournal implements Journal<Tx> {
  direction: RunDirection;
  attempt: number;
  waits: number;
  error: StoredError | undefined;
  readonly #store: Store;
  readonly #job: ClaimedJob;
  readonly #onHolding: (holding: Holding) => void;
  #holding: Holding;

  /** `onHolding` hears each time what the run takes has changed. */
  constructor(store: Store, job: ClaimedJob, onHolding: (holding: Holding) => void = () => {}) {
    this.#store = store;
    this.#job = job;
    this.#onHolding = onHolding;
    this.#holding = { slot: job.slot, waiting: job.waiting };
    this.direction = job.direction;
    this.attempt = job.attempt;
    this.waits = job.waits;
    this.error = job.error ?? undefined;
  }

  async steps(): Promise<readonly StepRecord[]> {
    return jobs.jobSteps(this.#store.db, this.#job.id);
  }
  async take(what: SlotKind | 'nothing'): Promise<boolean> {
    const waiting = what === 'nothing';
    const to: Holding = { slot: waiting ? null : slotName(what, this.#job.providerId), waiting };
    if (to.slot === this.#holding.slot && to.waiting === this.#holding.waiting) return true;
    if (!(await jobs.hold(this.#store, this.#job, to))) return false;
    this.#holding = to;
    this.#onHolding(to);
    return true;
  }
  started(seq: number, name: string): Promise<void> {
    return jobs.stepStarted(this.#store.db, this.#job, seq, name);
  }
  async finished(seq: number, output: unknown): Promise<void> {
    await jobs.stepDone(this.#store.db, this.#job, seq, output);
    this.#anew();
  }
  async undone(seq: number): Promise<void> {
    await jobs.stepUndone(this.#store.db, this.#job, seq);
    this.#anew();
  }
  #anew(): void {
    this.attempt = 1;
    this.waits = 0;
  }
  async turnAround(error: StoredError): Promise<void> {
    await jobs.setDirection(this.#store.db, this.#job, 'undo', error);
    this.direction = 'undo';
    this.error = error;
    this.#anew();
  }
  pause(delayMs: number, error: StoredError, tell: (tx: Tx) => Promise<void>): Promise<void> {
    return this.#store.tx(async (tx) => {
      await tell(tx);
      await jobs.pauseAt(tx, this.#job, delayMs, this.direction === 'undo' ? (this.error ?? error) : error, this.waits + 1);
    });
  }
  retryLater(delayMs: number, error: StoredError): Promise<void> {
    return jobs.retryAt(this.#store.db, this.#job, delayMs, this.direction === 'undo' ? (this.error ?? error) : error);
  }
  park(error: StoredError): Promise<void> {
    this.error = error;
    return jobs.finish(this.#store.db, this.#job, 'stuck', error);
  }
  complete(state: 'done' | 'undone', hook: (tx: Tx) => Promise<void>): Promise<void> {
    return this.#store.tx(async (tx) => {
      await hook(tx);
      await jobs.finish(tx, this.#job, state);
    });
  }
}
