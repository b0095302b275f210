import type { DriverEvent } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import { type FakeClock, systemClock } from './clock.ts';
import type { FaultRule } from './faults.ts';
import { StateFile } from './state-file.ts';
import { emptyState, type FakeLimits, type FakeState } from './state.ts';

/** How long things take, in milliseconds of the world's clock. Zero by default: everything is immediate. */
export interface FakeDelays {
  /** Between the halves of prepareMaster and capture. */
  master: number;
  clone: number;
  destroy: number;
  power: number;
  /** From power-on to a guest that answers. */
  boot: number;
  /** The same for an instant clone. */
  instantBoot: number;
}

export interface FakeWorldOptions {
  /** File, or folder for a file, that holds the world; several processes may look at it. In memory if left out. */
  path?: string | undefined;
  clock?: FakeClock | undefined;
  delays?: Partial<FakeDelays> | undefined;
  limits?: Partial<FakeLimits> | undefined;
}

const NO_DELAYS: FakeDelays = { master: 0, clone: 0, destroy: 0, power: 0, boot: 0, instantBoot: 0 };

/**
 * What a {@link FakeDriver} drives: disks, machines, masters, kept honest. It outlives drivers, as a hypervisor outlives us.
 * Change it only through {@link change}; what throws there must throw before it changes anything.
 */
export class FakeWorld {
  readonly clock: FakeClock;
  readonly delays: FakeDelays;
  /** True if other processes may look at this world too. */
  readonly shared: boolean;
  readonly #file: StateFile<FakeState> | undefined;
  #state: FakeState;
  readonly #limits: Partial<FakeLimits>;
  readonly #listeners = new Set<(event: DriverEvent) => void>();

  constructor(options: FakeWorldOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.delays = { ...NO_DELAYS, ...options.delays };
    this.#limits = options.limits ?? {};
    this.#state = this.#fresh();
    this.#file = options.path === undefined ? undefined : new StateFile<FakeState>(options.path);
    this.shared = this.#file !== undefined;
  }

  /** The world as it is now; not to be changed, not to be kept across an await. */
  get state(): Readonly<FakeState> {
    if (this.#file === undefined) return this.#state;
    return this.#file.read() ?? this.#state;
  }

  /** One change, whole or not at all, with nobody in between. */
  change<T>(work: (state: FakeState) => T): T {
    if (this.#file === undefined) return work(this.#state);
    return this.#file.update((current) => {
      const next = current ?? this.#fresh();
      const result = work(next);
      return { next, result };
    });
  }

  addFault(rule: FaultRule): void {
    this.change((state) => state.faults.push({ ...rule }));
  }

  clearFaults(): void {
    this.change((state) => {
      state.faults = [];
    });
  }

  /** ISO 8601 time of the world's clock. */
  isoNow(): string {
    return new Date(this.clock.now()).toISOString();
  }

  onPower(listener: (event: DriverEvent) => void): () => void {
    // Wrapped, so that the same function may listen twice.
    const own = (event: DriverEvent): void => listener(event);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** A running machine ends by itself. */
  crash(machineId: string): void {
    this.change((state) => {
      const machine = state.machines[machineId];
      if (machine?.power !== 'on') throw driverError('wrong-state', `${machineId} does not run`);
      machine.power = 'crashed';
      machine.readyAt = undefined;
    });
    for (const listener of this.#listeners) listener({ kind: 'machine', machineId, power: 'crashed' });
  }

  #fresh(): FakeState {
    const state = emptyState();
    return { ...state, limits: { ...state.limits, ...this.#limits } };
  }
}
