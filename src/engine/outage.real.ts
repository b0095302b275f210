/** Promise 12: a provider that does not answer for an hour costs an hour, and nothing else. */
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type Bench,
  jobOf,
  makeBench,
  makeWorker,
  problems,
  readyOne,
  reservationOf,
  reserveOne,
  until,
} from '../../test/support/engine.ts';
import type { Driver } from '../driver/index.ts';
import type { FakeVerb } from '../drivers/fake/faults.ts';
import { guestOf, override } from '../drivers/fake/sabotage-tools.ts';
import { makeCtx } from '../lib/context.ts';
import { openDb, tx } from '../store/db.ts';
import * as machines from '../store/machines.ts';
import { claim, LeaseWatch } from '../store/queue.ts';
import type { Tx } from '../store/schema.ts';
import { endReservation } from './intents/end.ts';
import { captureReservation, removeRevision, retireRevision } from './intents/image.ts';
import { powerReservation } from './intents/reservation.ts';
import { PgJournal } from './journal.ts';
import { runSaga } from './saga.ts';
import { SAGAS } from './sagas/index.ts';

const HOUR = 3_600_000;

/** The provider answers none of these until {@link back}. */
function down(bench: Bench, ...verbs: FakeVerb[]): void {
  for (const verb of verbs) bench.fake.addFault({ verb, when: 'before', count: 1_000_000, error: 'unavailable' });
}
const back = (bench: Bench): void => bench.fake.change((state) => void (state.faults = []));

/** Runs the one job that is due; false if there is none. */
async function runOne(bench: Bench): Promise<boolean> {
  const [job] = await claim(bench.store, { worker: 'bench/outage', limit: 1 });
  if (!job) return false;
  const saga = SAGAS[job.saga];
  if (!saga) throw new Error(job.saga);
  await runSaga(saga, { ctx: makeCtx(), deps: bench.deps, input: job.input as never, journal: new PgJournal(bench.store, job) });
  return true;
}

/** The pause before the next look, in milliseconds, which then has gone by; undefined when nothing waits. */
async function nextPause(bench: Bench): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number }>`
    update job set run_at = created_at where state = 'ready'
    returning (extract(epoch from (select o.run_at from job o where o.id = job.id) - clock_timestamp()) * 1000)::float8 as ms`.execute(
    bench.store.db,
  );
  return rows[0]?.ms;
}

/** Goes on until nothing waits; the provider is back after `ms` of simulated time. Gives the longest pause and how many there were. */
async function through(bench: Bench, ms: number): Promise<{ longest: number; pauses: number; texts: Set<string> }> {
  const seen = { longest: 0, pauses: 0, texts: new Set<string>() };
  for (let passed = 0; ; ) {
    while (await runOne(bench));
    const pause = await nextPause(bench);
    if (pause === undefined) return seen;
    for (const r of await bench.store.db.selectFrom('reservation').select('stageText').execute()) seen.texts.add(r.stageText);
    seen.longest = Math.max(seen.longest, pause);
    seen.pauses += 1;
    passed += pause;
    if (passed >= ms) back(bench);
    if (seen.pauses > 1000) throw new Error('it looks too often');
  }
}

interface Case {
  verbs: FakeVerb[];
  begin(bench: Bench): Promise<() => Promise<unknown>>;
  ends: unknown;
}

const CASES: Record<string, Case> = {
  'a provision before its clone': {
    verbs: ['clone'],
    begin: async (bench) => {
      const { id } = await reserveOne(bench);
      return async () => (await reservationOf(bench, id)).state;
    },
    ends: 'ready',
  },
  'a provision that waits for its guest': {
    verbs: ['guest.ready'],
    begin: async (bench) => {
      const { id } = await reserveOne(bench);
      return async () => (await reservationOf(bench, id)).state;
    },
    ends: 'ready',
  },
  'a provision that is being undone': {
    verbs: ['destroy'],
    begin: async (bench) => {
      bench.fake.addFault({ verb: 'guest.ready', when: 'before', count: 1, error: 'guest-timeout' });
      const { id } = await reserveOne(bench);
      return async () => (await reservationOf(bench, id)).failure?.code;
    },
    ends: 'guest-timeout',
  },
  'an end': {
    verbs: ['destroy'],
    begin: async (bench) => {
      const { id } = await readyOne(bench);
      await endReservation(bench.deps, id, 'end', 'ada');
      return async () => (await reservationOf(bench, id)).state;
    },
    ends: 'ended',
  },
  'a capture': {
    verbs: ['capture'],
    begin: async (bench) => {
      const { id } = await readyOne(bench);
      await captureReservation(bench.deps, bench.who, { reservationId: id, image: 'captured', publish: false });
      return async () => [(await jobOf(bench, 'capture')).state, (await reservationOf(bench, id)).stageText];
    },
    ends: ['done', 'ready'],
  },
  'a power-off': {
    verbs: ['power'],
    begin: async (bench) => {
      const { id, machineId } = await readyOne(bench);
      await powerReservation(bench.deps, bench.who, id, 'off');
      return async () => (await machines.find(bench.store.db, machineId))?.state;
    },
    ends: 'stopped',
  },
  'the removal of a revision': {
    verbs: ['removeMaster'],
    begin: async (bench) => {
      await retireRevision(bench.deps, bench.who, bench.revisionId);
      await removeRevision(bench.deps, bench.who, bench.revisionId);
      return async () => bench.fake.state.masters[bench.revisionId];
    },
    ends: undefined,
  },
};

describe('an hour without the provider', () => {
  test.each(Object.keys(CASES))('%s goes on by itself, nothing is parked, nothing is left', async (name) => {
    const kase = CASES[name] as Case;
    const bench = await makeBench(onTestFinished);
    const outcome = await kase.begin(bench);
    down(bench, ...kase.verbs);
    const { longest, pauses, texts } = await through(bench, HOUR);
    expect(await outcome()).toEqual(kase.ends);
    expect(longest).toBeLessThanOrEqual(30_000);
    expect(pauses).toBeGreaterThan(100);
    if (name !== 'the removal of a revision') expect([...texts]).toContainEqual(expect.stringMatching(/^waiting for the provider/));
    expect(await problems(bench)).toEqual([]);
  });
});

test('an end that is asked for in the pause of a preparation is not kept waiting by it', async () => {
  const bench = await makeBench(onTestFinished);
  down(bench, 'clone');
  const { id } = await reserveOne(bench);
  expect(await runOne(bench)).toBe(true);
  await bench.store.db
    .updateTable('job')
    .set({ runAt: sql<Date>`clock_timestamp() + interval '1 hour'` })
    .where('state', '=', 'ready')
    .execute();
  const worker = makeWorker(bench, { pollMs: 3_600_000 });
  await worker.start();
  onTestFinished(() => worker.stop());
  await endReservation(bench.deps, id, 'end', 'ada');
  await until(async () => (await reservationOf(bench, id)).state === 'ended', 'the end');
  expect(await problems(bench)).toEqual([]);
});

test('a cancel that comes just before the pause begins is acted on at once', async () => {
  const bench = await makeBench(onTestFinished);
  down(bench, 'clone');
  const { id } = await reserveOne(bench);
  const [job] = await claim(bench.store, { worker: 'bench/outage', limit: 1 });
  if (!job) throw new Error('no job');
  await endReservation(bench.deps, id, 'end', 'ada');
  const saga = SAGAS[job.saga];
  if (!saga) throw new Error(job.saga);
  // It had not heard of it: its step fails for a reason of its own.
  await runSaga(saga, { ctx: makeCtx(), deps: bench.deps, input: job.input as never, journal: new PgJournal(bench.store, job) });
  const [again] = await claim(bench.store, { worker: 'bench/outage', limit: 1 });
  expect(again).toMatchObject({ id: job.id, cancelAsked: true });
});

/** The bench's store, and how to cut it off: then nothing answers at its address. */
function cuttable(bench: Bench) {
  const nobody = openDb('postgres://127.0.0.1:1/x');
  onTestFinished(() => nobody.close());
  let refusals = 0;
  const db = () => (refusals-- > 0 ? nobody.db : bench.store.db);
  const store = new Proxy(bench.store, {
    get(target, key) {
      if (key === 'db') return db();
      if (key === 'tx') return <T>(work: (within: Tx) => Promise<T>) => tx(db(), work);
      return Reflect.get(target, key) as unknown;
    },
  });
  return {
    store,
    /** The next `count` uses are refused. */
    cut: (count: number) => void (refusals = count),
    heal: () => void (refusals = 0),
  };
}

describe('a store that does not answer', () => {
  test('a worker whose heartbeats fail lets its runs go before another may take them', async () => {
    const bench = await makeBench(onTestFinished);
    bench.fake.addFault({ verb: 'guest.ready', when: 'before', count: 1, error: 'hang' });
    const { id } = await reserveOne(bench);
    const { store, cut, heal } = cuttable(bench);
    let waited = false;
    let letGo = false;
    const ready: Driver['guest']['ready'] = async (ctx, machineId) => {
      waited = true;
      ctx.signal.addEventListener('abort', () => (letGo = true));
      return bench.driver.guest.ready(ctx, machineId);
    };
    const drivers = new Map([[bench.providerId, override(bench.driver, guestOf(bench.driver, { ready }))]]);
    const worker = makeWorker(bench, { deps: { ...bench.deps, store, drivers }, name: 'here/cut', leaseMs: 3000 });
    await worker.start();
    onTestFinished(() => worker.stop());
    await until(() => waited, 'a guest that is waited for');
    cut(Number.POSITIVE_INFINITY);
    // Another server takes it as soon as it may.
    const watch = new LeaseWatch();
    await until(async () => (await watch.sweep(bench.store)).length > 0, 'the end of its lease');
    expect(letGo).toBe(true);
    heal();
    await until(async () => (await reservationOf(bench, id)).state === 'ready', 'a machine');
    expect(await problems(bench)).toEqual([]);
  });

  test('a run that it cuts off goes on as soon as it is back, and has used up no try', async () => {
    const bench = await makeBench(onTestFinished);
    const { id } = await reserveOne(bench);
    const { store, cut } = cuttable(bench);
    let cuts = 0;
    const fault = (point: string) => {
      if (point === 'provision:start:do:after' && cuts++ < 8) cut(4);
    };
    const worker = makeWorker(bench, { deps: { ...bench.deps, store }, leaseMs: 600_000, fault });
    await worker.start();
    onTestFinished(() => worker.stop());
    await until(async () => (await reservationOf(bench, id)).state !== 'preparing', 'an end');
    expect((await reservationOf(bench, id)).state).toBe('ready');
    expect(cuts).toBe(9);
    expect(await problems(bench)).toEqual([]);
  });
});
