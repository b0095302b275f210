/** Simulated time: one clock for the engine, the fake hypervisor and the database, which stands still until it is told to go on. */
import { sql } from 'kysely';
import type { FakeClock } from '../../../src/drivers/fake/clock.ts';
import { type Ctx, race } from '../../../src/lib/context.ts';
import type { Db } from '../../../src/store/schema.ts';

/**
 * Lets `clock_timestamp()` of a database be what it is told: a function of that name lies in a schema that is searched before the system's. For connections
 * that are opened afterwards. The time is kept as a sequence, in milliseconds, since that is seen at once, also within a transaction.
 */
export async function simulateTime(db: Db, startMs: number): Promise<void> {
  await sql`create schema sim`.execute(db);
  await sql.raw(`create sequence sim.clock minvalue 0 start ${startMs}`).execute(db);
  await sql.raw(`select setval('sim.clock', ${startMs})`).execute(db);
  await sql
    .raw(
      `create function sim.clock_timestamp() returns timestamptz language sql volatile as
        'select pg_catalog.to_timestamp(last_value::float8 / 1000) from sim.clock'`,
    )
    .execute(db);
  await sql
    .raw(`do $$ begin execute format('alter database %I set search_path = public, sim, pg_catalog', current_database()); end $$`)
    .execute(db);
}

interface Sleeper {
  until: number;
  wake: () => void;
}

export class SimTime implements FakeClock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();
  /** Called when somebody begins or stops to wait. */
  onChange: () => void = () => {};

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  /** How many wait for this clock. */
  get waiting(): number {
    return this.#sleepers.size;
  }

  /** When the first of those who wait is to go on. */
  next(): number {
    return Math.min(...[...this.#sleepers].map((s) => s.until), Number.POSITIVE_INFINITY);
  }

  async sleep(ctx: Pick<Ctx, 'signal'>, ms: number): Promise<void> {
    if (ms <= 0) return;
    let wake!: () => void;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    const sleeper = { until: this.#now + ms, wake };
    this.#sleepers.add(sleeper);
    this.onChange();
    try {
      await race(ctx, woken);
    } finally {
      this.#sleepers.delete(sleeper);
    }
  }

  /** The database first: nobody is woken before it knows. */
  async moveTo(db: Db, ms: number): Promise<void> {
    if (ms < this.#now) throw new Error('time does not go back');
    await sql`select setval('sim.clock', ${ms})`.execute(db);
    this.#now = ms;
    for (const sleeper of this.#sleepers) {
      if (sleeper.until > ms) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}

/** The moment at which the clocks of a zone show this; the zone's own rules are those of the runtime's Intl, not of the engine's library. */
export function localMoment(zone: string, [year, month, day]: readonly [number, number, number], hour: number, minute = 0): number {
  const wanted = Date.UTC(year, month - 1, day, hour, minute);
  let at = wanted;
  for (let i = 0; i < 3; i++) at += wanted - shownAt(zone, at);
  return at;
}

/** What the clocks of a zone show at a moment, as if it were UTC. */
function shownAt(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
}

/** `Mon 13:00` there. */
export function localLabel(zone: string, at: number): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);
}
