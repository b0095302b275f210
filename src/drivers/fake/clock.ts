import { type Ctx, race, sleep } from '../../lib/context.ts';

/** Time as the fake sees it; both in milliseconds. */
export interface FakeClock {
  now(): number;
  sleep(ctx: Pick<Ctx, 'signal'>, ms: number): Promise<void>;
}

export const systemClock: FakeClock = { now: () => Date.now(), sleep };

/** A clock that only goes when told to, so that a test can stand between power-on and the guest's answer. */
export class ManualClock implements FakeClock {
  #now: number;
  #sleepers: { until: number; wake: () => void }[] = [];

  constructor(startMs = Date.UTC(2030, 0, 1)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  /** How many wait for this clock just now. */
  get waiting(): number {
    return this.#sleepers.length;
  }

  async sleep(ctx: Pick<Ctx, 'signal'>, ms: number): Promise<void> {
    const until = this.#now + ms;
    let sleeper: { until: number; wake: () => void } | undefined;
    const woken = new Promise<void>((resolve) => {
      sleeper = { until, wake: resolve };
      this.#sleepers.push(sleeper);
    });
    try {
      await race(ctx, woken);
    } finally {
      this.#sleepers = this.#sleepers.filter((s) => s !== sleeper);
    }
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const sleeper of this.#sleepers.filter((s) => s.until <= this.#now)) sleeper.wake();
  }
}
