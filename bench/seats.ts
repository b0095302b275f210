/** Many machines at many times promised in one transaction, in a store with 100,000 claims: a series of 366, and 300 seats at 30 dates. */
import { randomUUID } from 'node:crypto';
import { reserveSeries } from '../src/engine/intents/series.ts';
import { countHours } from '../src/engine/timers.ts';
import { fill } from '../test/support/fill.ts';
import type { BenchArgs, Benchmark, Outcome } from './lib/benchmark.ts';
import { startFullStore } from './lib/full-store.ts';
import { quantile } from './lib/stats.ts';

const HOUR = 3_600_000;
const ASKED = [
  { what: 'a series of 366', count: 366, seats: 1, ms: 1_000 },
  { what: '30 seats at 30 dates', count: 30, seats: 30, ms: 1_000 },
  { what: '300 seats at 30 dates', count: 30, seats: 300, ms: 1_000 },
] as const;

async function run({ quick, runs, size, scene, say }: BenchArgs): Promise<Outcome> {
  const booked = size ?? (quick ? 10_000 : 100_000);
  const { services, deps, who, of: rows, patient } = await startFullStore(scene, 'seats');
  await services.setRule(who, { kind: 'lab', ahead: '1000d' });
  await fill(patient.db, rows, { past: 1_000, booked, accounts: 5_000, audit: 10 });
  await countHours({ ...deps, store: patient });
  say(`${booked} are booked`);
  const samples = new Map<string, number[]>();
  let hour = 0;
  for (const { what, count, seats } of ASKED) {
    const took: number[] = [];
    for (let i = 0; i < (runs ?? 5); i++) {
      const startsAt = new Date(Date.now() + 72 * HOUR + HOUR * ++hour);
      const one = { id: randomUUID(), image: 'golden', mode: 'linked' as const, forMs: HOUR, startsAt, zone: 'UTC', partial: false };
      const begun = performance.now();
      await reserveSeries(deps, who, { ...one, rule: `FREQ=DAILY;COUNT=${count}`, seats });
      took.push(performance.now() - begun);
    }
    samples.set(what, took);
  }
  const of = (what: string, q: number) => quantile(samples.get(what) ?? [], q);
  return {
    tables: [
      {
        title: `Milliseconds, median / slowest, beside ${booked} booked`,
        head: ['what', 'median', 'slowest'],
        rows: ASKED.map(({ what }) => [what, of(what, 0.5).toFixed(0), of(what, 1).toFixed(0)]),
      },
    ],
    targets: ASKED.map(({ what, ms }) => ({
      what,
      wanted: `under ${ms} ms`,
      measured: `${of(what, 0.5).toFixed(0)} ms`,
      met: of(what, 0.5) < ms,
    })),
    notes: ['One transaction each, all or none.'],
    raw: Object.fromEntries(samples),
  };
}

export const benchmark: Benchmark = {
  name: 'seats',
  what: 'many machines at many times, promised in one transaction',
  leastSize: 1000,
  run,
};
