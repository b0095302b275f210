/**
 * Sagas: durable operations of named steps. This file is the runner; what it writes down goes through a {@link Journal},
 * so that a test can run it over memory and the worker over PostgreSQL.
 *
 * Forward: `started` is written, the step acts, its output is written, the next one begins. A step that fails with retry class
 * `later` is tried again after a pause; any other failure, a cancel, or too many tries turns the run around: every step that
 * was started, the failed one included, is undone in reverse order, each as often as it takes. A crash anywhere resumes from
 * what is written: a step that was `started` is run again, therefore every do and every undo must bear being run twice.
 *
 * An outage costs time, not work: while the provider or the store does not answer, the run looks again at most 30 s apart, for as long
 * as it takes, and none of these looks is a try. Only errors about the thing itself are.
 *
 * A journal is matched by the names of its steps. A run whose recorded steps are not the saga's any more is parked: what they did is
 * not guessed at.
 */
import { anyOf, type Ctx, raceWithGrace, withTimeout } from '../lib/context.ts';
import { CarrelError, isCode, type StoredError, toStored } from '../lib/errors.ts';
import { backoffMs } from '../lib/retry.ts';
import type { SlotKind } from '../store/slots.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };

export interface StepArgs<EngineDeps, Input> {
  ctx: Ctx;
  deps: EngineDeps;
  input: Input;
  /** What earlier steps returned, by step name. In an undo, the step's own output is there only if it had finished. */
  outputs: Readonly<Record<string, unknown>>;
  /**
   * The journal had no word of this step when this run of it began: no try of it was ever made, by this server or another. False in doubt, and in
   * an undo.
   */
  first: boolean;
}

export interface Step<EngineDeps, Input> {
  name: string;
  /** Longest time one try may take, in milliseconds. */
  timeoutMs: number;
  /**
   * What of its provider's slots it takes, in place of what the step before took; `nothing` if it only waits for something, which takes no
   * place of a worker either. Left out: what the step before took.
   */
  takes?(deps: EngineDeps, input: Input): SlotKind | 'nothing';
  do(args: StepArgs<EngineDeps, Input>): Promise<unknown>;
  /** Missing where nothing needs to be taken back. */
  undo?(args: StepArgs<EngineDeps, Input>): Promise<void>;
}

export interface Saga<EngineDeps, Input, Tx> {
  name: string;
  steps: readonly Step<EngineDeps, Input>[];
  /** True for work that cannot be taken back (ending, power): it is tried again until it is done, and never undone. */
  forwardOnly?: boolean;
  /** Tries of one step before the run turns around (or, forward only, before an operator is asked). */
  maxAttempts: number;
  /** Runs in the transaction that marks the run `done`: the promise and its record appear together. */
  done(tx: Tx, deps: EngineDeps, input: Input, outputs: Readonly<Record<string, unknown>>): Promise<void>;
  /** Runs in the transaction that marks the run `undone`. */
  undone(tx: Tx, deps: EngineDeps, input: Input, error: StoredError): Promise<void>;
  /** Runs in the transaction that begins a pause for a reason that passes: whoever waits for the run is told what it waits for. */
  waiting?(tx: Tx, deps: EngineDeps, input: Input, error: StoredError): Promise<void>;
}

export type RunDirection = 'do' | 'undo';

export interface StepRecord {
  seq: number;
  name: string;
  state: 'started' | 'done' | 'undone';
  output: unknown;
}

/** One run's memory. Every write is refused with code `fenced` once another worker has taken the run over. */
export interface Journal<Tx> {
  direction: RunDirection;
  attempt: number;
  /** Pauses in a row for a reason that passes. */
  waits: number;
  error: StoredError | undefined;
  steps(): Promise<readonly StepRecord[]>;
  /** What the run takes from now on. False if there is none free: the run was given back, and is claimed again when there is. */
  take(what: SlotKind | 'nothing'): Promise<boolean>;
  started(seq: number, name: string): Promise<void>;
  finished(seq: number, output: unknown): Promise<void>;
  undone(seq: number): Promise<void>;
  turnAround(error: StoredError): Promise<void>;
  /** Gives the run back to the queue as {@link retryLater} does, but not as a try; `tell` runs in the same transaction. */
  pause(delayMs: number, error: StoredError, tell: (tx: Tx) => Promise<void>): Promise<void>;
  /** Gives the run back to the queue, to be taken up again after `delayMs`. */
  retryLater(delayMs: number, error: StoredError): Promise<void>;
  /** Parks the run for an operator. */
  park(error: StoredError): Promise<void>;
  complete(state: 'done' | 'undone', hook: (tx: Tx) => Promise<void>): Promise<void>;
}

export type RunEnd = 'done' | 'undone' | 'retry' | 'stuck';

/** Where tests cut a run short. Called with `saga:step:do|undo:before|after`; what it throws or kills is its business. */
export type FaultPoint = (point: string) => void | Promise<void>;

const NO_FAULT: FaultPoint = () => {};
/**
 * How long a step is waited for once its time is up or its run is to stop, in milliseconds: it tidies up behind itself. A driver that
 * does not listen is left to itself after that; what it still makes carries our tag, and the reconciler finds it.
 */
const GRACE_MS = 10_000;
const UNDO_ATTEMPTS_BEFORE_STUCK = 12;

/** Failures that say nothing about the thing itself: something that is needed does not answer, and will again. */
const PASSES: ReadonlySet<string> = new Set(['unavailable', 'store-unavailable', 'store-busy']);

/** Waits between tries and between looks, in milliseconds: 0.25 s doubling to 30 s. */
export function retryDelayMs(attempt: number): number {
  return backoffMs(attempt, 250, 30_000);
}

/** The reason given to a run's context when the server stops: the run is given back, not undone. */
export const SHUTDOWN = new CarrelError('shutdown', 'the server is stopping', { retry: 'later' });
/** The reason given when somebody no longer wants the result: the run turns around. */
export const CANCELLED = new CarrelError('cancelled', 'it was ended before it was ready');

/**
 * Runs a saga from where its journal stands to an end or a pause.
 * Throws only `fenced` (somebody else has the run now), `shutdown`, and failures of the journal itself.
 */
export async function runSaga<EngineDeps, Input, Tx>(
  saga: Saga<EngineDeps, Input, Tx>,
  args: {
    ctx: Ctx;
    deps: EngineDeps;
    input: Input;
    journal: Journal<Tx>;
    fault?: FaultPoint;
    /** Aborts with `shutdown` or `fenced` when the run must be let go of. Unlike the context's signal it can come after a cancel. */
    leave?: AbortSignal;
    /** What is done with a run that is not one of this version's; it is parked if left out. */
    foreign?: (error: StoredError) => Promise<'retry' | 'stuck'>;
    /** Called when a step has come to its end, before that is kept. */
    stepOver?: () => Promise<void>;
    /** {@link GRACE_MS}; tests make it short. */
    graceMs?: number;
  },
): Promise<RunEnd> {
  const { journal, deps, input } = args;
  const fault = args.fault ?? NO_FAULT;
  const graceMs = args.graceMs ?? GRACE_MS;
  const records = new Map([...(await journal.steps())].sort((a, b) => a.seq - b.seq).map((r) => [r.name, r]));
  const outputs = (): Record<string, unknown> =>
    Object.fromEntries([...records.values()].filter((r) => r.state === 'done').map((r) => [r.name, r.output]));

  const stranger = misfit(saga, journal.direction, [...records.values()]);
  if (stranger !== undefined) {
    if (args.foreign !== undefined) return await args.foreign(toStored(stranger));
    await journal.park(toStored(stranger));
    return 'stuck';
  }
  // Claimed again and again without a word: the step takes the process down with it.
  const tries = journal.direction === 'do' ? saga.maxAttempts : UNDO_ATTEMPTS_BEFORE_STUCK;
  if (journal.attempt > tries) {
    const why = toStored(new CarrelError('internal', `the server ended ${journal.attempt - 1} times during this step`));
    if (journal.direction === 'undo' || saga.forwardOnly) {
      await journal.park(why);
      return 'stuck';
    }
    await journal.turnAround(why);
  }
  if (journal.direction === 'do') {
    for (const step of saga.steps) {
      const known = records.get(step.name);
      if (known?.state === 'done') continue;
      const seq = known?.seq ?? Math.max(-1, ...[...records.values()].map((r) => r.seq)) + 1;
      try {
        throwIfAborted(args.ctx);
        if (step.takes !== undefined && !(await journal.take(step.takes(deps, input)))) return 'retry';
        if (known === undefined) {
          await journal.started(seq, step.name);
          records.set(step.name, { seq, name: step.name, state: 'started', output: undefined });
        }
        await fault(`${saga.name}:${step.name}:do:before`);
        const ctx = withTimeout(args.ctx, step.timeoutMs);
        const output =
          (await raceWithGrace(ctx, step.do({ ctx, deps, input, outputs: outputs(), first: known === undefined }), graceMs)) ?? null;
        await fault(`${saga.name}:${step.name}:do:after`);
        await args.stepOver?.();
        await journal.finished(seq, output);
        records.set(step.name, { seq, name: step.name, state: 'done', output });
      } catch (error) {
        const end = await afterFailure(saga, args, error);
        if (end !== 'turned') return end;
        break;
      }
    }
    if (journal.direction === 'do') {
      await fault(`${saga.name}:end:do:before`);
      await journal.complete('done', (tx) => saga.done(tx, deps, input, outputs()));
      return 'done';
    }
  }

  const cleanUp = anyOf([cleanUpSignal(args.ctx.signal), ...(args.leave ? [args.leave] : [])]);
  for (const record of [...records.values()].reverse()) {
    const step = saga.steps.find((s) => s.name === record.name);
    if (step === undefined || record.state === 'undone') continue;
    try {
      if (cleanUp.aborted) throw cleanUp.reason as Error;
      await fault(`${saga.name}:${step.name}:undo:before`);
      const ctx = withTimeout({ ...args.ctx, signal: cleanUp }, step.timeoutMs);
      if (step.undo) await raceWithGrace(ctx, step.undo({ ctx, deps, input, outputs: outputs(), first: false }), graceMs);
      await fault(`${saga.name}:${step.name}:undo:after`);
      await journal.undone(record.seq);
    } catch (thrown) {
      const error: unknown = cleanUp.aborted ? cleanUp.reason : thrown;
      if (isCode(error, 'fenced', 'shutdown')) throw error;
      const stored = toStored(error);
      if (PASSES.has(stored.code)) return pause(saga, args, stored);
      // A master that is not what it was is for people to look at: another try would find nothing to delete and call that well.
      if (journal.attempt >= UNDO_ATTEMPTS_BEFORE_STUCK || stored.code === 'master-changed') {
        await journal.park(stored);
        return 'stuck';
      }
      await journal.retryLater(retryDelayMs(journal.attempt), stored);
      return 'retry';
    }
  }
  const why = journal.error ?? toStored(CANCELLED);
  await fault(`${saga.name}:end:undo:before`);
  await journal.complete('undone', (tx) => saga.undone(tx, deps, input, why));
  return 'undone';
}

/**
 * Why a journal, oldest record first, is not one of this saga; undefined if it is. Forward, what is recorded must be how the saga
 * begins; to be undone, every record must have its step.
 */
function misfit<EngineDeps, Input, Tx>(
  saga: Saga<EngineDeps, Input, Tx>,
  direction: RunDirection,
  records: readonly StepRecord[],
): CarrelError | undefined {
  const names = saga.steps.map((s) => s.name);
  const wrong = records.find(({ name }, i) => (direction === 'do' ? names[i] !== name : !names.includes(name)));
  if (wrong === undefined) return undefined;
  return new CarrelError(
    'saga-changed',
    `this run of ${saga.name} was begun by another version: its step ${wrong.name} has no place here`,
    {
      hint: 'finish it with the version of Carrel that began it',
      details: { recorded: records.map((r) => r.name), steps: names },
    },
  );
}

async function afterFailure<EngineDeps, Input, Tx>(
  saga: Saga<EngineDeps, Input, Tx>,
  run: { ctx: Ctx; deps: EngineDeps; input: Input; journal: Journal<Tx> },
  thrown: unknown,
): Promise<RunEnd | 'turned'> {
  const { ctx, journal } = run;
  // Whatever a step throws after an abort, the abort's reason is the cause: `shutdown` gives the run back, `cancelled` undoes it.
  const error = ctx.signal.aborted && ctx.signal.reason instanceof CarrelError ? ctx.signal.reason : thrown;
  if (isCode(error, 'fenced', 'shutdown')) throw error;
  const stored = toStored(error);
  if (PASSES.has(stored.code)) return pause(saga, run, stored);
  const tryAgain = stored.retry === 'later' && journal.attempt < saga.maxAttempts;
  if (saga.forwardOnly) {
    if (journal.attempt >= saga.maxAttempts || stored.retry === 'never') {
      await journal.park(stored);
      return 'stuck';
    }
    await journal.retryLater(retryDelayMs(journal.attempt), stored);
    return 'retry';
  }
  if (tryAgain) {
    await journal.retryLater(retryDelayMs(journal.attempt), stored);
    return 'retry';
  }
  await journal.turnAround(stored);
  return 'turned';
}

async function pause<EngineDeps, Input, Tx>(
  saga: Saga<EngineDeps, Input, Tx>,
  { deps, input, journal }: { deps: EngineDeps; input: Input; journal: Journal<Tx> },
  error: StoredError,
): Promise<'retry'> {
  await journal.pause(retryDelayMs(journal.waits + 1), error, async (tx) => saga.waiting?.(tx, deps, input, error));
  return 'retry';
}

/** A cancel must not cancel the clean-up that it asks for; a stopping server and a lost lease end it. */
function cleanUpSignal(signal: AbortSignal): AbortSignal {
  const own = new AbortController();
  const pass = () => {
    if (isCode(signal.reason, 'shutdown', 'fenced')) own.abort(signal.reason);
  };
  if (signal.aborted) pass();
  else signal.addEventListener('abort', pass, { once: true });
  return own.signal;
}

function throwIfAborted(ctx: Ctx): void {
  if (!ctx.signal.aborted) return;
  throw ctx.signal.reason instanceof CarrelError ? ctx.signal.reason : CANCELLED;
}
