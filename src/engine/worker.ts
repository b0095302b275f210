/**
 * The worker: claims jobs, runs their sagas, keeps the leases alive, and gives everything back when the server stops.
 *
 * A job is woken by NOTIFY; a slow poll catches what a lost notification would leave lying. A heartbeat renews the leases of
 * all running jobs at once and reports those that are no longer ours: their runs are aborted, and every write they still try
 * is refused by the fence.
 *
 * The fence does not reach the hypervisor. So a worker that has not got a heartbeat through for two thirds of a lease lets its runs go
 * by itself, before anybody may take them; and what stops because the store does not answer is given back once it does, as it was.
 */
import { anyOf, makeCtx, sleep } from '../lib/context.ts';
import { CarrelError, describeError, isCode, type StoredError, toStored } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { backoffMs } from '../lib/retry.ts';
import * as jobs from '../store/jobs.ts';
import { otherVersionServes } from '../store/servers.ts';
import { claim, heartbeat, reapExpired, type ClaimedJob, type QueueStore } from '../store/queue.ts';
import { isClearing } from '../store/slots.ts';
import { PgJournal } from './journal.ts';
import { ProgressNotes } from './progress-notes.ts';
import { CANCELLED, type FaultPoint, runSaga, SHUTDOWN } from './saga.ts';
import { SAGAS } from './sagas/index.ts';
import type { EngineDeps } from './deps.ts';

/** What is over sooner is not worth a write, in milliseconds. */
const PROGRESS_EVERY_MS = 1_000;

/** How long a run that only a server of another version can go on with lies until somebody looks at it again, in milliseconds. */
const LEFT_TO_OTHERS_MS = 5_000;

export interface WorkerOptions {
  deps: EngineDeps;
  /** Unique among workers, and the same for all lives of one installation up to the last `/`. */
  name: string;
  /** Runs at one time in this process, beside those that clear away and those that only wait. */
  concurrency: number;
  /** Runs at one time that clear away (ends, and what was cancelled or turned around when it was claimed); as `concurrency` by default. */
  clearing?: number;
  /** Length of a lease in milliseconds; a dead worker's jobs move on after it. */
  leaseMs: number;
  /** Slow poll in milliseconds. */
  pollMs: number;
  /** What of the work this server can do; all of it if left out. */
  serves?: () => { serverId: string; providerIds: readonly string[] };
  /** The store by connections that nothing else uses, for heartbeats; that of `deps` if left out. */
  beats?: QueueStore;
  fault?: FaultPoint;
  /** Least time between two notes of how far a run is, and before the first, in milliseconds; {@link PROGRESS_EVERY_MS} if left out. */
  progressEveryMs?: number;
}

interface Running {
  job: ClaimedJob;
  /** Somebody no longer wants the result. */
  cancel: AbortController;
  /** The run must be let go of, its clean-up too: a signal of its own, since a cancel may have come before. */
  leave: AbortController;
  ended: Promise<void>;
  /** It only waits for something: it takes no place. */
  waiting: boolean;
  /** Claimed for one of the places of what clears away. */
  clearing: boolean;
  /** When the claim or heartbeat was begun by which it is known to be ours, by the monotonic clock in milliseconds. */
  oursAt: number;
}

export class Worker {
  readonly #options: WorkerOptions;
  readonly #log: Logger;
  readonly #running = new Map<string, Running>();
  readonly #stopped = new AbortController();
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
        leaseMs / 6,
      ),
      // Not part of the heartbeat: a query may hang for as long as the network likes.
      setInterval(() => this.#letGoOfUnsure(), leaseMs / 12),
    ];
    this.wake();
  }

  /** Stops claiming, aborts what runs with reason `shutdown`, and waits until every run has been given back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#unlisten?.();
    await this.#claiming;
    this.#stopped.abort(SHUTDOWN);
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
    const { deps, name, concurrency, leaseMs, serves } = this.#options;
    await this.#passOnCancels();
    // Two kinds of places: however many captures take an hour each, an end is begun at once.
    const places = [...this.#running.values()].filter((run) => !run.waiting);
    const busy = places.filter((run) => run.clearing).length;
    const clearing = Math.max(0, (this.#options.clearing ?? concurrency) - busy);
    const limit = Math.max(0, concurrency - (places.length - busy));
    const oursAt = performance.now();
    for (const job of await claim(deps.store, { worker: name, limit, clearing, leaseMs, serves: serves?.() })) {
      const cancel = new AbortController();
      if (job.cancelAsked) cancel.abort(CANCELLED);
      const run: Running = {
        ...{ job, cancel, oursAt },
        leave: new AbortController(),
        ended: Promise.resolve(),
        waiting: job.waiting && !isClearing(job),
        clearing: isClearing(job),
      };
      // Lost and claimed anew by this very worker: the earlier run holds an old fence and has nothing more to say.
      this.#running.get(job.id)?.leave.abort(leaseLost());
      run.ended = this.#run(run).finally(() => {
        if (this.#running.get(job.id) === run) this.#running.delete(job.id);
        this.wake();
      });
      this.#running.set(job.id, run);
    }
  }

  async #run(run: Running): Promise<void> {
    const { job, cancel, leave } = run;
    const { deps, fault } = this.#options;
    const log = this.#log.child({ job: job.id, saga: job.saga });
    const journal = new PgJournal(deps.store, job, ({ waiting }) => {
      run.waiting = waiting;
      this.wake();
    });
    const notes = new ProgressNotes(this.#options.progressEveryMs ?? PROGRESS_EVERY_MS, async (report) => {
      await jobs
        .noteProgress(deps.store.db, job, report)
        .catch((error: unknown) => log.debug({ err: describeError(error) }, 'how far it is was not noted'));
    });
    try {
      const saga = SAGAS[job.saga];
      const foreign = async (error: StoredError): Promise<'retry' | 'stuck'> => await this.#begunByAnother(journal, error);
      if (!saga) return void (await foreign(unknownSaga(job.saga)));
      const ctx = makeCtx({ signal: anyOf([leave.signal, cancel.signal]), log, progress: (report) => notes.take(report) });
      const end = await runSaga(saga, {
        ctx,
        deps,
        input: job.input as never,
        journal,
        leave: leave.signal,
        foreign,
        stepOver: async () => await notes.end(),
        ...(fault ? { fault } : {}),
      });
      log.info({ end, err: end === 'done' ? undefined : journal.error?.message }, `saga ${job.saga}: ${end}`);
    } catch (error) {
      if (isCode(error, 'fenced')) log.warn('another worker has taken this run over');
      else if (isCode(error, 'shutdown', 'store-unavailable', 'store-busy')) {
        log.info({ err: describeError(error) }, 'the run is given back');
        await this.#giveBack(job);
      } else {
        log.error({ err: describeError(error) }, 'the run stopped on a fault of its own; its lease will run out and it is tried again');
      }
    } finally {
      await notes.end();
    }
  }

  /** Until the store has taken it or the lease is somebody else's; when the server stops, once more and no longer. */
  async #giveBack(job: ClaimedJob): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        const last = this.#stopping;
        const given = await jobs.giveBack(this.#options.deps.store.db, job).then(
          () => true,
          (error: unknown) => isCode(error, 'fenced'),
        );
        if (given || last) return;
        await sleep({ signal: this.#stopped.signal }, backoffMs(tries, 100, 5000));
      } catch {
        // The server stops: the loop's last try comes now.
      }
    }
  }

  async #beat(): Promise<void> {
    const { deps, leaseMs, beats = deps.store } = this.#options;
    // Of those alone: what was claimed while the beat was on its way is nobody else's for not being in it.
    const asked = [...this.#running.values()];
    if (asked.length > 0) {
      const begun = performance.now();
      const jobsOf = asked.map((run) => run.job);
      const ours = new Set(await heartbeat(beats, jobsOf, leaseMs));
      for (const run of asked) {
        if (!ours.has(run.job.id)) run.leave.abort(leaseLost());
        else run.oursAt = Math.max(run.oursAt, begun);
      }
    }
    if ((await reapExpired(beats)) > 0) this.wake();
  }

  #letGoOfUnsure(): void {
    const limit = (this.#options.leaseMs * 2) / 3;
    for (const run of this.#running.values()) {
      if (performance.now() - run.oursAt < limit || run.leave.signal.aborted) continue;
      this.#log.warn({ job: run.job.id }, 'the store does not answer; its run is let go of before another server may take it');
      run.leave.abort(new CarrelError('shutdown', 'the store has not heard of this server for too long', { retry: 'later' }));
    }
  }

  /** A run that is not one of ours: left to the server of another version that is there, such as in the middle of an upgrade; else parked. */
  async #begunByAnother(journal: PgJournal, error: StoredError): Promise<'retry' | 'stuck'> {
    const { serverId, store } = this.#options.deps;
    if (serverId !== undefined && (await otherVersionServes(store.db, serverId))) {
      await journal.pause(LEFT_TO_OTHERS_MS, error, async () => {});
      return 'retry';
    }
    await journal.park(error);
    return 'stuck';
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

function unknownSaga(name: string): StoredError {
  const hint = 'finish it with the version of Carrel that began it';
  return toStored(new CarrelError('saga-changed', `there is no saga called ${name} here`, { hint }));
}

function leaseLost(): CarrelError {
  return new CarrelError('fenced', 'the lease ran out and another worker has this run');
}
