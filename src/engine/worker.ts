/**
 * The worker: claims jobs, runs their sagas, keeps the leases alive, and gives everything back when the server stops.
 *
 * A job is woken by NOTIFY; a slow poll catches what a lost notification would leave lying. A heartbeat renews the leases of
 * all running jobs at once and reports those that are no longer ours: their runs are aborted, and every write they still try
 * is refused by the fence.
 */
import { makeCtx, type ProgressReport } from '../lib/context.ts';
import { CarrelError, describeError, isCode } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import * as jobs from '../store/jobs.ts';
import { claim, heartbeat, reapExpired, type ClaimedJob } from '../store/queue.ts';
import { PgJournal } from './journal.ts';
import { CANCELLED, type FaultPoint, runSaga, SHUTDOWN } from './saga.ts';
import { SAGAS } from './sagas/index.ts';
import type { EngineDeps } from './deps.ts';

export interface WorkerOptions {
  deps: EngineDeps;
  /** Unique among workers, and the same for all lives of one installation up to the last `/`. */
  name: string;
  /** Runs at one time in this process. */
  concurrency: number;
  /** Length of a lease in milliseconds; a dead worker's jobs move on after it. */
  leaseMs: number;
  /** Slow poll in milliseconds. */
  pollMs: number;
  fault?: FaultPoint;
  onProgress?: (job: ClaimedJob, report: ProgressReport) => void;
}

interface Running {
  job: ClaimedJob;
  /** Somebody no longer wants the result. */
  cancel: AbortController;
  /** The run must be let go of, its clean-up too: a signal of its own, since a cancel may have come before. */
  leave: AbortController;
  ended: Promise<void>;
}

export class Worker {
  readonly #options: WorkerOptions;
  readonly #log: Logger;
  readonly #running = new Map<string, Running>();
  #stopping = false;
  #claiming: Promise<void> | undefined;
  #claimAgain = false;
  #timers: NodeJS.Timeout[] = [];
  #unlisten: (() => void | Promise<void>) | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#log = options.deps.log.child({ part: 'worker' });
  }

  async start(): Promise<void> {
    const { deps, pollMs, leaseMs } = this.#options;
    this.#unlisten = await deps.store.listen(['job'], () => this.wake());
    this.#timers = [
      setInterval(() => this.wake(), pollMs),
      setInterval(
        () => void this.#beat().catch((error: unknown) => this.#log.warn({ err: describeError(error) }, 'heartbeat failed')),
        leaseMs / 3,
      ),
    ];
    this.wake();
  }

  /** Stops claiming, aborts what runs with reason `shutdown`, and waits until every run has been given back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#unlisten?.();
    await this.#claiming;
    for (const run of this.#running.values()) run.leave.abort(SHUTDOWN);
    await Promise.allSettled([...this.#running.values()].map((run) => run.ended));
  }

  /** Looks for work soon. Cheap to call often. */
  wake(): void {
    if (this.#stopping) return;
    if (this.#claiming) {
      this.#claimAgain = true;
      return;
    }
    this.#claiming = this.#claimRound()
      .catch((error: unknown) => this.#log.warn({ err: describeError(error) }, 'claiming failed; the next poll tries again'))
      .finally(() => {
        this.#claiming = undefined;
        if (this.#claimAgain) {
          this.#claimAgain = false;
          this.wake();
        }
      });
  }

  async #claimRound(): Promise<void> {
    const { deps, name, concurrency, leaseMs } = this.#options;
    await this.#passOnCancels();
    const room = concurrency - this.#running.size;
    if (room <= 0) return;
    for (const job of await claim(deps.store, { worker: name, limit: room, leaseMs })) {
      const cancel = new AbortController();
      if (job.cancelAsked) cancel.abort(CANCELLED);
      const run: Running = { job, cancel, leave: new AbortController(), ended: Promise.resolve() };
      // Lost and claimed anew by this very worker: the earlier run holds an old fence and has nothing more to say.
      this.#running.get(job.id)?.leave.abort(leaseLost());
      run.ended = this.#run(run).finally(() => {
        if (this.#running.get(job.id) === run) this.#running.delete(job.id);
        this.wake();
      });
      this.#running.set(job.id, run);
    }
  }

  async #run({ job, cancel, leave }: Running): Promise<void> {
    const { deps, fault, onProgress } = this.#options;
    const log = this.#log.child({ job: job.id, saga: job.saga });
    const journal = new PgJournal(deps.store, job);
    try {
      const saga = SAGAS[job.saga];
      if (!saga) throw new CarrelError('internal', `there is no saga called ${job.saga}`);
      const ctx = makeCtx({ signal: AbortSignal.any([leave.signal, cancel.signal]), log, progress: (report) => onProgress?.(job, report) });
      const end = await runSaga(saga, { ctx, deps, input: job.input as never, journal, leave: leave.signal, ...(fault ? { fault } : {}) });
      log.info({ end, err: end === 'done' ? undefined : journal.error?.message }, `saga ${job.saga}: ${end}`);
    } catch (error) {
      if (isCode(error, 'fenced')) log.warn('another worker has taken this run over');
      else if (isCode(error, 'shutdown')) await jobs.giveBack(deps.store.db, job).catch(() => {});
      else {
        log.error({ err: describeError(error) }, 'the run stopped on a fault of its own; its lease will run out and it is tried again');
      }
    }
  }

  async #beat(): Promise<void> {
    const { deps, leaseMs } = this.#options;
    if (this.#running.size > 0) {
      const ours = new Set(
        await heartbeat(
          deps.store,
          [...this.#running.values()].map((r) => r.job),
          leaseMs,
        ),
      );
      for (const run of this.#running.values()) {
        if (!ours.has(run.job.id)) run.leave.abort(leaseLost());
      }
    }
    if ((await reapExpired(deps.store)) > 0) this.wake();
  }

  /** Cancels asked for while a run is under way reach it through its signal. */
  async #passOnCancels(): Promise<void> {
    if (this.#running.size === 0) return;
    const asked = new Set(await jobs.cancelAskedAmong(this.#options.deps.store.db, [...this.#running.keys()]));
    for (const run of this.#running.values()) {
      if (asked.has(run.job.id) && !run.cancel.signal.aborted) run.cancel.abort(CANCELLED);
    }
  }
}

function leaseLost(): CarrelError {
  return new CarrelError('fenced', 'the lease ran out and another worker has this run');
}
