/** What holds Carrel fast with years of use in its store: every hot query goes by an index, and no answer asks once for each row. No times. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { beginDue, expireDue } from '../../src/engine/timers.ts';
import { Reconciler } from '../../src/engine/reconcilers/reconcile.ts';
import { reserve } from '../../src/engine/intents/reservation.ts';
import { reserveSeries } from '../../src/engine/intents/series.ts';
import { saveSiteRules } from '../../src/engine/intents/terms.ts';
import { makeCtx } from '../../src/lib/context.ts';
import { silentLogger } from '../../src/lib/log.ts';
import * as events from '../../src/store/events.ts';
import { pruneJobs } from '../../src/store/jobs.ts';
import { listJobs } from '../../src/store/queue.ts';
import { type Bench, makeBench, readyOne, reserveOne } from '../support/engine.ts';
import { everyGet } from '../support/every-get.ts';
import { type Fill, fill } from '../support/fill.ts';

interface Said {
  text: string;
  values: unknown[];
}

/** Everything that is asked of PostgreSQL while `work` runs. */
async function listenIn(work: () => Promise<unknown>): Promise<Said[]> {
  const said: Said[] = [];
  const real = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown;
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    // One that is prepared comes with its name and values.
    const asked = typeof args[0] === 'string' ? { text: args[0], values: args[1] as unknown[] | undefined } : (args[0] as Partial<Said>);
    if (typeof asked.text === 'string') said.push({ text: asked.text, values: asked.values ?? [] });
    return real.apply(this, args);
  } as never);
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return said.filter(({ text }) => /^\s*(?:\/\* prepared \*\/\s*)?(?:select|with|update|delete|insert)\b/i.test(text));
}

/** A bench with a past and a future, one machine that runs, one series and one window of maintenance. */
async function filled(
  counts: Fill,
): Promise<{ bench: Bench; of: { providerId: string; imageId: string; revisionId: string; accountId: string } }> {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  const { providerId, imageId, revisionId, who } = bench;
  const of = { providerId, imageId, revisionId, accountId: who.accountId };
  await fill(bench.store.db, of, counts);
  await readyOne(bench);
  await reserveSeries(bench.deps, who, seriesOf(2));
  return { bench, of };
}

const seriesOf = (count: number, seats?: number) => ({
  seats,
  id: randomUUID(),
  image: 'golden',
  mode: 'linked' as const,
  forMs: 3_600_000,
  startsAt: new Date(Date.now() + 30 * 86_400_000),
  rule: `FREQ=DAILY;COUNT=${count}`,
  zone: 'UTC',
  partial: false,
});

async function asked(bench: Bench, of: Awaited<ReturnType<typeof filled>>['of'], limit: number) {
  const dir = mkdtempSync(join(tmpdir(), 'carrel-scale-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const every = await everyGet({ deps: bench.deps, of, log: silentLogger, limit, dir });
  onTestFinished(async () => {
    await every.app.close();
  });
  return every;
}

/** Tables that grow with use. */
const GROWING = ['reservation', 'machine', 'job', 'event', 'audit', 'account', 'token', 'job_step', 'series'];

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: Node[];
}

const nodes = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)];

/** The tables that a query would read from one end to the other. */
async function readWhole(client: pg.Client, { text, values }: Said): Promise<string[]> {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(`explain (format json) ${text}`, values);
  const plan = (rows[0] as { 'QUERY PLAN': [{ Plan: Node }] })['QUERY PLAN'][0].Plan;
  return nodes(plan)
    .filter((n) => n['Node Type'] === 'Seq Scan' && GROWING.includes(n['Relation Name'] ?? ''))
    .map((n) => n['Relation Name'] as string);
}

test('no answer, no look of the timers, no reconcile and no booking reads a table that grows from end to end', async () => {
  const { bench, of } = await filled({ past: 10_000, booked: 1_000, accounts: 10_000, audit: 10_000 });
  const { deps, store } = bench;
  const every = await asked(bench, of, 20);
  const client = new pg.Client({ ...bench.db.conn });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query('analyze');
  const before = new Date(Date.now() - 86_400_000 * 3);
  const others: [string, () => Promise<unknown>][] = [
    ['timers', () => expireDue(deps).then(() => beginDue(deps))],
    ['reconcile', () => new Reconciler(deps).run(makeCtx(), bench.providerId, { dryRun: false, askedFor: true })],
    ['booking', () => reserveOne(bench)],
    [
      'booking for later',
      () =>
        reserve(deps, bench.who, {
          id: randomUUID(),
          image: 'golden',
          mode: 'linked',
          forMs: 3_600_000,
          startsAt: new Date(Date.now() + 86_400_000 * 50),
        }),
    ],
    ['seats at several times', () => reserveSeries(deps, bench.who, seriesOf(3, 4))],
    ['series', () => reserveSeries(deps, bench.who, seriesOf(3))],
    [
      'booking where groups are limited',
      async () => {
        const lab = { groupAtOnce: 1_000_000 };
        await saveSiteRules(store.db, { '*': { lab }, user: { lab }, admin: { lab } });
        await reserveOne(bench);
        await reserveSeries(deps, bench.who, seriesOf(3, 4));
      },
    ],
    ['runs of a kind', () => listJobs(store.db, { saga: 'prepare', states: ['ready', 'running', 'stuck'] })],
    ['events', () => events.after(store.db, { after: 9_000, limit: 100, accountId: bench.who.accountId })],
    ['pruning', () => store.tx((tx) => pruneJobs(tx, before).then(() => events.prune(tx, before)))],
  ];
  /** Each query once, with the first who asked it. */
  const found = new Map<string, string>();
  for (const [what, work] of [...every.requests.map((r) => [`${r.as} ${r.url}`, () => every.ask(r)] as const), ...others]) {
    const said = await listenIn(work);
    for (const each of new Map(said.map((s) => [s.text, s])).values()) {
      for (const table of await readWhole(client, each)) {
        const key = `${table}: ${each.text.replaceAll(/\s+/g, ' ')}`;
        if (!found.has(key)) found.set(key, what);
      }
    }
  }
  expect([...found].map(([query, what]) => `${what}: ${query}`)).toEqual([]);
});

test('an answer asks no more of the store when it has more rows to show', async () => {
  const { bench, of } = await filled({ past: 400, booked: 400, accounts: 2, audit: 200 });
  // The newest, so that a short list has what costs a question as well: one that is ready and one that is being made.
  await readyOne(bench);
  await reserveOne(bench);
  const counts = async (limit: number) => {
    const every = await asked(bench, of, limit);
    const of_ = new Map<string, number>();
    for (const request of every.requests) {
      const key = `${request.as} ${request.url.replaceAll(/limit=\d+/g, 'limit=N').replaceAll(/[0-9a-f-]{36}|after=[^&]*|at=[^&]*/g, '…')}`;
      // The fewest of three: an answer may note the token's use, and what is asked on the side, by whoever works in this process, only adds.
      const times = [];
      for (let i = 0; i < 3; i++) times.push((await listenIn(() => every.ask(request))).length);
      of_.set(key, Math.min(...times));
    }
    return of_;
  };
  const [few, many] = [await counts(2), await counts(200)];
  expect([...many].filter(([key, n]) => n > (few.get(key) ?? 0)).map(([key, n]) => `${key}: ${few.get(key)} queries, then ${n}`)).toEqual(
    [],
  );
});

test('a series asks no more of the store when it has more occurrences', async () => {
  const { bench } = await filled({ past: 10, booked: 200, accounts: 2, audit: 1 });
  /** The fewest of three: what is asked on the side, by whoever works in this process, only adds. */
  const queries = async (count: number) => {
    const tries: number[] = [];
    while (tries.length < 3) tries.push((await listenIn(() => reserveSeries(bench.deps, bench.who, seriesOf(count)))).length);
    return Math.min(...tries);
  };
  expect(await queries(60)).toBe(await queries(3));
});

test('what is old is forgotten in statements that are bounded', async () => {
  const { bench } = await filled({ past: 50, booked: 1, accounts: 1, audit: 1 });
  const { db } = bench.store;
  const before = new Date(Date.now() - 3_600_000);
  const said = await listenIn(async () => {
    expect(await pruneJobs(db, before, 20)).toBe(50);
    expect(await events.prune(db, before, 20)).toBe(50);
  });
  // Twenty, twenty, and the ten that are left; twice.
  expect(said.map(({ text }) => /^\s*delete from (\w+).*limit/s.exec(text)?.[1])).toEqual(['job', 'job', 'job', 'event', 'event', 'event']);
});
