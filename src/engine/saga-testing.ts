/**
 * A journal in memory and the three generic tests that every saga passes:
 * every step run twice; failure injected at every step leaves the world as before; the same with every undo run twice.
 */
import { makeCtx } from '../lib/context.ts';
import { CarrelError, type StoredError } from '../lib/errors.ts';
import { type FaultPoint, type Journal, type RunDirection, type RunEnd, runSaga, type Saga, type Step, type StepRecord } from './saga.ts';

export class MemoryJournal<Tx> implements Journal<Tx> {
  direction: RunDirection = 'do';
  attempt = 1;
  waits = 0;
  error: StoredError | undefined;
  state: 'running' | 'done' | 'undone' | 'stuck' = 'running';
  /** Every pause that was asked for, in milliseconds. */
  readonly delays: number[] = [];
  readonly records = new Map<number, StepRecord>();
  readonly #tx: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

  constructor(tx: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>) {
    this.#tx = tx;
  }
  async steps() {
    return [...this.records.values()].sort((a, b) => a.seq - b.seq).map((r) => ({ ...r }));
  }
  async take() {
    return true;
  }
  async started(seq: number, name: string) {
    this.records.set(seq, { seq, name, state: 'started', output: undefined });
  }
  async finished(seq: number, output: unknown) {
    const record = this.records.get(seq);
    // Through JSON, as the real journal does: an output that does not survive it is a bug that must show here.
    if (record) this.records.set(seq, { ...record, state: 'done', output: JSON.parse(JSON.stringify(output)) as unknown });
    this.#anew();
  }
  async undone(seq: number) {
    const record = this.records.get(seq);
    if (record) this.records.set(seq, { ...record, state: 'undone' });
    this.#anew();
  }
  #anew(): void {
    this.attempt = 1;
    this.waits = 0;
  }
  async pause(delayMs: number, error: StoredError, tell: (tx: Tx) => Promise<void>) {
    this.delays.push(delayMs);
    this.waits += 1;
    if (this.direction === 'do') this.error = error;
    await this.#tx(tell);
  }
  async turnAround(error: StoredError) {
    this.direction = 'undo';
    this.error = error;
    this.#anew();
  }
  async retryLater(delayMs: number, error: StoredError) {
    this.delays.push(delayMs);
    this.error = error;
    this.attempt += 1;
  }
  async park(error: StoredError) {
    this.error = error;
    this.state = 'stuck';
  }
  async complete(state: 'done' | 'undone', hook: (tx: Tx) => Promise<void>) {
    await this.#tx(hook);
    this.state = state;
  }
}

/** Runs until the journal is at an end, as the queue would. */
export async function runToEnd<W, I, Tx>(
  saga: Saga<W, I, Tx>,
  deps: W,
  input: I,
  journal: MemoryJournal<Tx>,
  options: { signal?: AbortSignal; fault?: FaultPoint; limit?: number; graceMs?: number } = {},
): Promise<RunEnd> {
  for (let i = 0; i < (options.limit ?? 50); i++) {
    const end = await runSaga(saga, {
      ctx: makeCtx({ signal: options.signal }),
      deps,
      input,
      journal,
      ...(options.fault === undefined ? {} : { fault: options.fault }),
      ...(options.graceMs === undefined ? {} : { graceMs: options.graceMs }),
    });
    if (end !== 'retry') return end;
  }
  throw new CarrelError('internal', 'the saga came to no end');
}

export interface SagaCase<W, I, Tx> {
  saga: Saga<W, I, Tx>;
  /** A world ready for the saga, with its input; each call gives a fresh one. */
  make(): Promise<{ deps: W; input: I; tx: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>; dispose(): Promise<void> }>;
  /** What must be equal before the saga and after it was undone: disks, processes, rows that count. */
  observe(deps: W, input: I): Promise<unknown>;
  /** Problems of the finished state; an empty list when it is right. */
  finished(deps: W, input: I): Promise<string[]>;
}

/** Every step's do runs twice in a row before its output is kept. */
export function everyStepTwice<W, I, Tx>(saga: Saga<W, I, Tx>): Saga<W, I, Tx> {
  return mapSteps(saga, (step) => ({
    ...step,
    do: async (args) => {
      await step.do(args);
      return step.do({ ...args, first: false });
    },
  }));
}

/** The step `name` fails: before it acts, or after it acted so that its effect is there but its answer is lost. */
export function failingAt<W, I, Tx>(saga: Saga<W, I, Tx>, name: string, when: 'before' | 'after'): Saga<W, I, Tx> {
  return mapSteps(saga, (step) =>
    step.name === name
      ? {
          ...step,
          do: async (args) => {
            if (when === 'after') await step.do(args);
            throw new CarrelError('injected', `step ${name} was made to fail ${when} it acted`);
          },
        }
      : step,
  );
}

/** Every undo runs twice in a row. */
export function everyUndoTwice<W, I, Tx>(saga: Saga<W, I, Tx>): Saga<W, I, Tx> {
  return mapSteps(saga, (step) => {
    const undo = step.undo?.bind(step);
    if (undo === undefined) return step;
    return {
      ...step,
      undo: async (args) => {
        await undo(args);
        await undo(args);
      },
    };
  });
}

function mapSteps<W, I, Tx>(saga: Saga<W, I, Tx>, change: (step: Step<W, I>) => Step<W, I>): Saga<W, I, Tx> {
  return { ...saga, steps: saga.steps.map(change) };
}
