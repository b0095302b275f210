/** Carrel with years of use in its store: what each answer, look of the timers, reconcile and booking costs as the past grows. */
import { randomUUID } from 'node:crypto';
import { reserve } from '../src/engine/intents/reservation.ts';
import { reserveSeries } from '../src/engine/intents/series.ts';
import { availability } from '../src/engine/intents/availability.ts';
import { Reconciler } from '../src/engine/reconcilers/reconcile.ts';
import { beginDue, countHours, expireDue } from '../src/engine/timers.ts';
import { makeCtx } from '../src/lib/context.ts';
import * as events from '../src/store/events.ts';
import { pruneJobs } from '../src/store/jobs.ts';
import { everyGet } from '../test/support/every-get.ts';
import { fill } from '../test/support/fill.ts';
import type { BenchArgs, Benchmark, Outcome, Target } from './lib/benchmark.ts';
import { startFullStore, until } from './lib/full-store.ts';
import { quantile } from './lib/stats.ts';

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Rows of a page, as it is when nobody says a number. */
const PAGE = 100;

type Samples = Map<string, number[]>;

async function run({ quick, runs, size, scene, say }: BenchArgs): Promise<Outcome> {
  const most = size ?? (quick ? 10_000 : 1_000_000);
  const sizes = SIZES.filter((n) => n <= most);
  const times = runs ?? (quick ? 5 : 20);
  const { services, deps, log, who, of, patient } = await startFullStore(scene, 'scale');
  for (const kind of ['lab', 'server'] as const) await services.setRule(who, { kind, ahead: '1000d', atOnce: null });
  const first = await reserve(deps, who, { id: randomUUID(), image: 'golden', mode: 'linked', forMs: 10 * HOUR });
  await until('the machine', async () => (await services.showReservation(first.id))?.state === 'ready');

  const booking = (more: object) => ({ id: randomUUID(), image: 'golden', mode: 'linked' as const, forMs: HOUR, ...more });
  let day = 20;
  const series = (count: number) => ({
    ...booking({}),
    startsAt: new Date(Date.now() + DAY * 2 + HOUR * ++day),
    rule: `FREQ=DAILY;COUNT=${count}`,
    zone: 'UTC',
    partial: false,
  });
  const measured = new Map<number, Samples>();
  let there = 0;
  for (const n of sizes) {
    const from = performance.now();
    const more = n - there;
    await fill(patient.db, of, { past: more, booked: more / 10, accounts: more / 20, audit: more });
    there = n;
    await countHours({ ...deps, store: patient });
    if (measured.size === 0) await reserveSeries(deps, who, series(2));
    say(`${n} past reservations after ${Math.round((performance.now() - from) / 1000)} s`);
    const samples: Samples = new Map();
    measured.set(n, samples);
    const measure = async (name: string, count: number, work: () => Promise<unknown>) => {
      const took = samples.get(name) ?? [];
      samples.set(name, took);
      for (let i = 0; i < count; i++) {
        const begun = performance.now();
        await work();
        took.push(performance.now() - begun);
      }
    };
    const every = await everyGet({ deps, of, log, limit: PAGE, dir: scene.folder('staging') });
    for (const request of every.requests) {
      // Once without a clock: a plan and a page of the store that nobody has looked at yet is not what is asked here.
      await every.ask(request);
      await measure(`${request.operation} ${request.as}`, times, () => every.ask(request));
    }
    await every.app.close();
    await measure('timers', times, () => expireDue(deps).then(() => beginDue(deps)));
    const reconciler = new Reconciler(deps);
    await measure('reconcile', Math.min(times, 3), () => reconciler.run(makeCtx(), of.providerId, { dryRun: false, askedFor: true }));
    const at = () => new Date(Date.now() + DAY * (30 + Math.random() * 200));
    await measure('book', times, () => reserve(deps, who, booking({ startsAt: at() })));
    await measure('book, open end', times, () =>
      reserve(deps, who, booking({ startsAt: at(), mode: 'full', forMs: Number.POSITIVE_INFINITY })),
    );
    await measure('availability', times, () => availability(deps, who, booking({ startsAt: at() })));
    await measure('availability, open end', times, () =>
      availability(deps, who, booking({ startsAt: at(), mode: 'full', forMs: Number.POSITIVE_INFINITY })),
    );
    await measure('series of 366', 1, () => reserveSeries(deps, who, series(366)));
  }
  const all = new Date(Date.now() - DAY);
  const pruned = { begun: performance.now(), jobs: await pruneJobs(patient.db, all), events: await events.prune(patient.db, all) };
  const pruneMs = performance.now() - pruned.begun;
  return outcome(sizes, measured, { rows: pruned.jobs + pruned.events, ms: pruneMs });
}

function outcome(sizes: readonly number[], measured: ReadonlyMap<number, Samples>, pruned: { rows: number; ms: number }): Outcome {
  const [small, large] = [measured.get(sizes[0] as number), measured.get(sizes.at(-1) as number)] as [Samples, Samples];
  const of = (samples: Samples | undefined, name: string, q: number) => quantile(samples?.get(name) ?? [], q);
  const names = [...large.keys()];
  const rows = names.map((name) => [
    name,
    ...sizes.map((n) => `${of(measured.get(n), name, 0.5).toFixed(1)} / ${of(measured.get(n), name, 0.99).toFixed(1)}`),
    (of(large, name, 0.5) / of(small, name, 0.5)).toFixed(1),
  ]);
  const target = (what: string, members: readonly string[], ms: number): Target => {
    const worst = members.map((name) => ({ name, ms: of(large, name, 0.99) })).sort((a, b) => b.ms - a.ms)[0] ?? { name: '-', ms: 0 };
    return { what, wanted: `under ${ms} ms`, measured: `${worst.ms.toFixed(1)} ms (${worst.name})`, met: worst.ms < ms };
  };
  const answers = names.filter((name) => / (?:operator|person)$/.test(name));
  return {
    tables: [
      {
        title: `Milliseconds, median / 99 %, by past reservations; a tenth as many booked, a twentieth as many accounts, as many rows of audit`,
        head: ['what', ...sizes.map(String), 'x'],
        rows,
      },
    ],
    targets: [
      target('every answer of the API, 99 %', answers, 100),
      target('a reconcile', ['reconcile'], 2_000),
      target('a look of the timers', ['timers'], 20),
      target('book and availability, 99 %', ['book', 'availability'], 50),
      target('the same without an end', ['book, open end', 'availability, open end'], 50),
      target('a series of 366', ['series of 366'], 500),
    ],
    notes: [
      `Pruning took ${Math.round(pruned.ms)} ms for ${pruned.rows} runs and events, in statements of at most 5000 rows.`,
      'x: the median at the largest size over that at the smallest. Store, server and fake driver on one machine; HTTP without a socket.',
    ],
    raw: Object.fromEntries([...measured].map(([n, samples]) => [String(n), Object.fromEntries(samples)])),
  };
}

export const benchmark: Benchmark = {
  name: 'scale',
  what: 'answers, timers, reconcile and bookings as the store grows',
  leastSize: 1000,
  run,
};
