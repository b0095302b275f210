/** Goes from one thing that is due to the next, until nothing is: the engine's work, its timers, what people do, and outages. */
import { sql } from 'kysely';
import { lookOnce } from '../../../src/engine/timers.ts';
import { Reconciler } from '../../../src/engine/reconcilers/reconcile.ts';
import { makeCtx } from '../../../src/lib/context.ts';
import { describeError, isCode } from '../../../src/lib/errors.ts';
import { PREPARED } from '../../../src/store/prepared.ts';
import { Agenda } from './agenda.ts';
import { SimServer } from './server.ts';
import type { SemesterWorld } from './world.ts';

const MINUTE = 60_000;
/** The timers of a server look so often; here at the first such moment at which something is due. */
const LOOK_EVERY_MS = 5_000;
/** What is due and cannot be done is looked at again after this: each look at a waiting room costs the same, and tells nothing new. */
const LOOK_AGAIN_MS = MINUTE;
/** While machines run they are looked at so often for want of use. */
const LOOK_IDLE_MS = 10 * MINUTE;
/** The worlds are held against the store so often, in simulated time. */
const CHECK_EVERY_MS = 60 * MINUTE;
const RECONCILE_EVERY_MS = 6 * 60 * MINUTE;
/** So many people press a button at one moment. */
const AT_ONE_MOMENT = 8;
/** Nothing of the run has changed for so long in real time: what is at work waits for something that only time brings. */
const STALLED_MS = 120;

export class Simulation {
  readonly world: SemesterWorld;
  readonly agenda = new Agenda();
  readonly server: SimServer;
  readonly problems: string[] = [];
  readonly findings = new Map<string, number>();
  jumps = 0;
  stalls = 0;
  /** Real milliseconds by what they were spent on. */
  readonly spent = new Map<string, { ms: number; times: number }>();
  #actions = 0;
  #changed: () => void = () => {};
  #looked = 0;
  /** Since when all has been up. */
  #calmSince: number;
  readonly #reconciler: Reconciler;

  constructor(world: SemesterWorld) {
    this.world = world;
    this.server = new SimServer(world.deps);
    this.#reconciler = new Reconciler(world.deps);
    this.#calmSince = world.time.now();
    const change = () => this.#changed();
    this.server.onChange = change;
    world.time.onChange = change;
  }

  /** Something is not as it should be from now on, or is again. */
  disturbed(): void {
    this.#calmSince = this.world.time.now();
  }
  outages = 0;

  get now(): number {
    return this.world.time.now();
  }

  get quietMs(): number {
    return this.outages > 0 ? 0 : this.now - this.#calmSince;
  }

  /** Runs until `untilMs`, and then until everything is over. */
  async run(untilMs: number): Promise<void> {
    const { time, check, bench } = this.world;
    let nextCheck = this.now + CHECK_EVERY_MS;
    let nextReconcile = this.now + RECONCILE_EVERY_MS;
    for (;;) {
      const still = await this.#timed('settle', () => this.#settle());
      check.count(this.now);
      if (still && this.now >= nextCheck) {
        nextCheck = this.now + CHECK_EVERY_MS;
        await this.#timed('check', () => untouched(() => check.look(this.now, this.quietMs)));
        check.golden();
        this.world.ledger.forget(this.now - 60 * MINUTE);
      }
      if (still && this.now >= nextReconcile && this.server.up && this.outages === 0) {
        nextReconcile = this.now + RECONCILE_EVERY_MS;
        await this.#timed('reconcile', () => this.#reconcile());
      }
      const due = await this.#timed('next', () => this.#next(still));
      if (due === Number.POSITIVE_INFINITY) return;
      if (due > untilMs) throw new Error(`it comes to no end: something is due at ${new Date(due).toISOString()}`);
      if (due > this.now) {
        this.jumps += 1;
        await this.#timed('jump', () => untouched(() => time.moveTo(bench.db.db, due)));
        this.server.dirty = true;
      }
      if (still) await this.#begin();
    }
  }

  /** Starts what people do now, and the timers' look if one is due. */
  async #begin(): Promise<void> {
    for (let i = 0; i < AT_ONE_MOMENT && this.agenda.next() <= this.now; i++) this.#act(this.agenda.take());
  }

  #act(work: () => Promise<void>): void {
    this.#actions += 1;
    void work()
      .catch((error: unknown) => void this.problems.push(describeError(error)))
      .finally(() => {
        this.#actions -= 1;
        this.server.dirty = true;
        this.#changed();
      });
  }

  /** Until all that is at work waits for the clock. False if something waits for what only the clock can bring, and is no run. */
  async #settle(): Promise<boolean> {
    for (;;) {
      if (this.server.dirty) await this.#timed('claim', () => this.server.pump());
      if (this.server.dirty && this.server.up) continue;
      const { waiting } = this.world.time;
      if (this.server.active + this.#actions <= waiting) return true;
      const changed = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), STALLED_MS);
        this.#changed = () => {
          clearTimeout(timer);
          resolve(true);
        };
      });
      if (changed || this.server.dirty) continue;
      this.stalls += 1;
      return false;
    }
  }

  /** The next moment at which anything is due. */
  async #next(still: boolean): Promise<number> {
    const { time, bench } = this.world;
    const now = new Date(this.now);
    const { rows } = await untouched(() =>
      sql<{ job: Date | null; begin: Date | null; end: Date | null; ready: boolean }>`${PREPARED} select
      (select min(run_at) from job where state = 'ready' and run_at > ${now}::timestamptz) as job,
      (select min(lower(hold)) from reservation where state = 'booked') as begin,
      (select min(upper(during)) from reservation where state in ('booked', 'preparing', 'ready')) as end,
      exists (select from reservation where state in ('ready', 'preparing')) as ready`.execute(bench.db.db),
    );
    const [row] = rows;
    const ms = (d: Date | null | undefined) => d?.getTime() ?? Number.POSITIVE_INFINITY;
    const work = Math.min(time.next(), this.server.up ? ms(row?.job) : Number.POSITIVE_INFINITY);
    if (!still) return work === Number.POSITIVE_INFINITY ? this.now : work;
    let look = Math.ceil(Math.min(ms(row?.begin), ms(row?.end)) / LOOK_EVERY_MS) * LOOK_EVERY_MS;
    if (look <= this.#looked) look = this.#looked + LOOK_AGAIN_MS;
    if (row?.ready) look = Math.min(look, this.#looked + LOOK_IDLE_MS);
    look = Math.max(look, this.now);
    if (!this.server.up) look = Number.POSITIVE_INFINITY;
    const due = Math.min(work, this.agenda.next(), look);
    if (look === due && look !== Number.POSITIVE_INFINITY) {
      this.#looked = look;
      this.agenda.put(look, () => this.#timed('look', () => this.#look()));
    }
    return due;
  }

  async #look(): Promise<void> {
    if (!this.server.up) return;
    try {
      await lookOnce(this.world.deps);
    } catch (error) {
      if (!isCode(error, 'store-unavailable', 'store-busy')) throw error;
    }
  }

  async #reconcile(): Promise<void> {
    for (const id of this.world.worlds.keys()) {
      const { results } = await this.#reconciler.run(makeCtx(), id, { dryRun: false, askedFor: false });
      for (const { finding, outcome } of results) {
        const key = `${finding.kind} ${outcome}`;
        this.findings.set(key, (this.findings.get(key) ?? 0) + 1);
      }
    }
  }

  async #timed<T>(what: string, work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      return await work();
    } finally {
      const known = this.spent.get(what) ?? { ms: 0, times: 0 };
      this.spent.set(what, { ms: known.ms + performance.now() - begun, times: known.times + 1 });
    }
  }
}

/** The checker's own questions are not what a cut connection is about. */
async function untouched<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries > 20 || !isCode(error, 'store-unavailable', 'store-busy')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
