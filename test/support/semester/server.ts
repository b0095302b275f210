/** A server whose runs can be told to be at rest: it claims and runs as the worker does, and may be killed in the middle of all. */
import { type Ctx, makeCtx, anyOf } from '../../../src/lib/context.ts';
import { CarrelError, describeError, isCode } from '../../../src/lib/errors.ts';
import type { EngineDeps } from '../../../src/engine/deps.ts';
import { PgJournal } from '../../../src/engine/journal.ts';
import { CANCELLED, runSaga } from '../../../src/engine/saga.ts';
import { SAGAS } from '../../../src/engine/sagas/index.ts';
import * as jobs from '../../../src/store/jobs.ts';
import { claim, type ClaimedJob, reapFormerLives } from '../../../src/store/queue.ts';
import { isClearing } from '../../../src/store/slots.ts';
import { PREPARED } from '../../../src/store/prepared.ts';
import { sql } from 'kysely';
import type { AnySaga } from '../engine.ts';

/** As `carrel serve` has them. */
const CONCURRENCY = 16;

interface Run {
  job: ClaimedJob;
  cancel: AbortController;
  leave: AbortController;
  waiting: boolean;
  clearing: boolean;
}

export class SimServer {
  readonly #deps: EngineDeps;
  readonly #runs = new Map<string, Run>();
  #life = 0;
  #up = true;
  /** Something happened that may make a job claimable. */
  dirty = true;
  /** Faults of the runs themselves, which a worker would log. */
  readonly faults: string[] = [];
  /** How often each saga ended how. */
  readonly ends = new Map<string, number>();
  onChange: () => void = () => {};

  constructor(deps: EngineDeps) {
    this.#deps = deps;
  }

  get up(): boolean {
    return this.#up;
  }

  get active(): number {
    return this.#runs.size;
  }

  get #name(): string {
    return `bench/life-${this.#life}`;
  }

  /** Claims what can be claimed now. */
  async pump(): Promise<void> {
    if (!this.#up) return;
    this.dirty = false;
    if (!(await this.#anything())) return;
    const places = [...this.#runs.values()].filter((run) => !run.waiting);
    const busy = places.filter((run) => run.clearing).length;
    try {
      const asked = new Set(await jobs.cancelAskedAmong(this.#deps.store.db, [...this.#runs.keys()]));
      for (const run of this.#runs.values()) if (asked.has(run.job.id)) run.cancel.abort(CANCELLED);
      const limits = { limit: Math.max(0, CONCURRENCY - (places.length - busy)), clearing: Math.max(0, CONCURRENCY - busy) };
      for (const job of await claim(this.#deps.store, { worker: this.#name, ...limits })) this.#begin(job);
    } catch (error) {
      if (!isCode(error, 'store-unavailable', 'store-busy')) throw error;
      this.dirty = true;
    }
  }

  /** Whether a claim could find something, or a run is to hear that it is not wanted any more: one question in place of a claim's five. */
  async #anything(): Promise<boolean> {
    try {
      const { rows } = await sql<{ some: boolean }>`${PREPARED} select exists (
        select from job where (state = 'ready' and run_at <= clock_timestamp()) or (state = 'running' and cancel_asked)) as some`.execute(
        this.#deps.store.db,
      );
      return rows[0]?.some === true;
    } catch {
      this.dirty = true;
      return false;
    }
  }

  #begin(job: ClaimedJob): void {
    const run: Run = {
      job,
      cancel: new AbortController(),
      leave: new AbortController(),
      waiting: job.waiting && !isClearing(job),
      clearing: isClearing(job),
    };
    if (job.cancelAsked) run.cancel.abort(CANCELLED);
    this.#runs.set(job.id, run);
    void this.#run(run).finally(() => {
      if (this.#runs.get(job.id) === run) this.#runs.delete(job.id);
      this.dirty = true;
      this.onChange();
    });
  }

  async #run({ job, cancel, leave }: Run): Promise<void> {
    const journal = new PgJournal(this.#deps.store, job, ({ waiting }) => {
      const known = this.#runs.get(job.id);
      if (known) known.waiting = waiting;
      this.dirty = true;
      this.onChange();
    });
    const ctx: Ctx = makeCtx({ signal: anyOf([leave.signal, cancel.signal]) });
    try {
      const end = await runSaga(SAGAS[job.saga] as AnySaga, {
        ctx,
        deps: this.#deps,
        input: job.input as never,
        journal,
        leave: leave.signal,
      });
      const key = `${job.saga} ${end}`;
      this.ends.set(key, (this.ends.get(key) ?? 0) + 1);
      if (end === 'stuck') this.faults.push(`${job.saga} is stuck: ${journal.error?.message}`);
    } catch (error) {
      if (isCode(error, 'fenced')) return;
      if (isCode(error, 'shutdown', 'store-unavailable', 'store-busy')) await this.#giveBack(job);
      else this.faults.push(`${job.saga} stopped on a fault of its own: ${describeError(error)}`);
    }
  }

  async #giveBack(job: ClaimedJob): Promise<void> {
    for (let tries = 0; tries < 50; tries++) {
      try {
        return await jobs.giveBack(this.#deps.store.db, job);
      } catch (error) {
        if (isCode(error, 'fenced')) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    this.faults.push(`${job.saga} could not be given back`);
  }

  /** As by `kill -9`: nothing is given back, and what was half done stays so. */
  kill(): void {
    this.#up = false;
    const dead = new CarrelError('fenced', 'the server was killed');
    for (const run of this.#runs.values()) run.leave.abort(dead);
    this.#runs.clear();
  }

  /** Another life of the same installation: it takes up at once what the former one left. */
  async restart(): Promise<void> {
    this.#life += 1;
    await reapFormerLives(this.#deps.store, this.#name);
    this.#up = true;
    this.dirty = true;
  }
}
