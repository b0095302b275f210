/** An engine for tests: real PostgreSQL, the fake driver, a clock that a test can set, and everything that the engine does in sight. */
import type { ProviderLimits } from '../../src/core/capacity.ts';
import { randomUUID } from 'node:crypto';
import { type KyselyPlugin, SelectQueryNode, sql } from 'kysely';
import { expect, onTestFinished } from 'vitest';
import type { Labels } from '../../src/core/labels.ts';
import type { CloneMode } from '../../src/core/image.ts';
import type { Capabilities, Driver } from '../../src/driver/index.ts';
import { FakeDriver } from '../../src/drivers/fake/fake-driver.ts';
import { type Sabotage, sabotaged } from '../../src/drivers/fake/sabotage.ts';
import { aroundAll, override } from '../../src/drivers/fake/sabotage-tools.ts';
import { FakeWorld } from '../../src/drivers/fake/world.ts';
import { prepareImage } from '../../src/engine/intents/image.ts';
import { reserve, type Who } from '../../src/engine/intents/reservation.ts';
import { PgJournal } from '../../src/engine/journal.ts';
import { type FaultPoint, runSaga, type Saga } from '../../src/engine/saga.ts';
import { SAGAS } from '../../src/engine/sagas/index.ts';
import { Worker, type WorkerOptions } from '../../src/engine/worker.ts';
import type { EngineDeps } from '../../src/engine/deps.ts';
import { makeCtx } from '../../src/lib/context.ts';
import { CarrelError } from '../../src/lib/errors.ts';
import { type Logger, silentLogger } from '../../src/lib/log.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as images from '../../src/store/images.ts';
import * as jobs from '../../src/store/jobs.ts';
import * as machines from '../../src/store/machines.ts';
import * as masters from '../../src/store/masters.ts';
import * as providers from '../../src/store/providers.ts';
import { claim } from '../../src/store/queue.ts';
import * as reservations from '../../src/store/reservations.ts';
import type { Job, Reservation, Tx } from '../../src/store/schema.ts';
import { type Store, tx } from '../../src/store/db.ts';
import { type TestDb, testDb } from '../../src/store/testing.ts';
import { misassigned } from './assigned.ts';
import { type BenchDriver, type BenchWorld, fakeBenchWorld, type WhenOver } from './bench-world.ts';

export type AnySaga = Saga<EngineDeps, never, Tx>;

/** The installation whose workers these are; its tag is on what the driver makes. */
const INSTALLATION = 'bench';
export const TAG = 'carrel';

export interface BenchOptions {
  limits?: Partial<ProviderLimits>;
  startSlots?: number;
  capabilities?: Partial<Capabilities>;
  sabotage?: readonly Sabotage[];
  log?: Logger;
  /** A database of its own, dropped afterwards: for tests that open it twice or leave somebody at work in it. */
  ownDatabase?: boolean;
  /** Another driver in place of the fake one; sabotage and the list of calls are the fake's alone. */
  on?: (whenOver: WhenOver) => Promise<BenchDriver>;
}

/** Emptied databases that wait for the next bench: making one takes longer than most tests here. */
const spare: TestDb[] = [];
let tables: Promise<string[]> | undefined;

async function database(whenOver: (drop: () => Promise<void>) => void, own: boolean): Promise<TestDb> {
  if (own) return testDb(whenOver);
  const db = spare.pop() ?? (await testDb());
  whenOver(async () => {
    await emptied(db);
    spare.push(db);
  });
  return db;
}

/** Takes every row out of every table: whatever one test left would be another's, in another file of the same worker as well. One round trip. */
async function emptied({ db }: TestDb): Promise<void> {
  tables ??= sql<{
    name: string;
  }>`select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename <> 'schema_version'`
    .execute(db)
    .then(({ rows }) => rows.map(({ name }) => name));
  const deletes = (await tables).map((table) => `delete from ${table}`);
  // As a replica no trigger and no foreign key is asked, so that the order is none.
  await sql.raw(['begin', 'set local session_replication_role = replica', ...deletes, 'commit'].join('; ')).execute(db);
}

interface BenchClock {
  skewMs: number;
  stoppedMs?: number;
}

export interface Bench {
  readonly db: TestDb;
  readonly store: Store;
  /** Empty when the bench is on another driver. */
  readonly fake: FakeWorld;
  readonly world: BenchWorld;
  readonly driver: Driver;
  readonly deps: EngineDeps;
  readonly providerId: string;
  readonly who: Who;
  /** `skewMs` is added to the engine's clock; where `stoppedMs` is given (since the epoch) the clock goes on by that alone. */
  clock: BenchClock;
  /** `verb id` of every call to the driver, in order. */
  readonly calls: string[];
  /** The published revision of the image `golden`. */
  revisionId: string;
  imageId: string;
  /** The driver as another process opens it. */
  reopen(): Promise<void>;
}

/** A fresh bench. Give it the hook that drops its database: `await bench(onTestFinished)`. */
export async function makeBench(whenOver: (drop: () => Promise<void>) => void, options: BenchOptions = {}): Promise<Bench> {
  const db = await database(whenOver, options.ownDatabase ?? false);
  const calls: string[] = [];
  const fake = new FakeWorld();
  const { driver, capabilities, world, golden, again } = await (options.on?.(whenOver) ?? fakeDriver(fake, calls, options));
  const clock: BenchClock = { skewMs: 0 };
  const who: Who = { accountId: randomUUID(), name: 'ada' };
  await accounts.create(db.db, { id: who.accountId, name: who.name, role: 'admin', now: new Date() });
  const providerId = await providers.put(db.db, {
    id: randomUUID(),
    name: 'here',
    kind: driver.kind,
    limits: { machines: 100, memoryMiB: 102_400, vcpus: 400, storageMiB: 10_000_000, ...options.limits },
    startSlots: options.startSlots ?? capabilities.startSlots,
    facts: {},
    now: new Date(),
  });
  const deps = depsOn(db.store, driver, capabilities, providerId, clock, options.log ?? silentLogger);
  const drivers = deps.drivers as Map<string, Driver>;
  const bench: Bench = {
    ...{ db, store: db.store, fake, world, driver, deps, providerId, who, clock, calls, revisionId: '', imageId: '' },
    reopen: async () => void drivers.set(providerId, await again()),
  };
  const made = await prepareImage(deps, who, {
    image: 'golden',
    publish: true,
    source: golden,
    told: { kind: golden.kind },
  });
  await drain(bench);
  bench.revisionId = made.revision.id;
  bench.imageId = made.image.id;
  expect((await images.revision(bench.store.db, made.revision.id))?.state).toBe('published');
  calls.length = 0;
  return bench;
}

async function fakeDriver(fake: FakeWorld, calls: string[], options: BenchOptions): Promise<BenchDriver> {
  const honest = new FakeDriver({ world: fake, tag: TAG, capabilities: options.capabilities });
  const spoilt = sabotaged(honest, ...(options.sabotage ?? []));
  const driver = override(
    spoilt,
    aroundAll(spoilt, (call, args, verb) => {
      const about = args[1];
      calls.push(
        `${verb} ${typeof about === 'string' ? about : ((about as { machineId?: string; revisionId?: string } | undefined)?.machineId ?? '')}`,
      );
      return call(...args);
    }),
  );
  const capabilities = await driver.open(makeCtx());
  const golden = { kind: 'recipe' as const, recipe: 'tiny' };
  return { driver, capabilities, world: fakeBenchWorld(fake, TAG), golden, again: async () => driver };
}

function depsOn(store: Store, driver: Driver, capabilities: Capabilities, providerId: string, clock: BenchClock, log: Logger): EngineDeps {
  return {
    store,
    drivers: new Map([[providerId, driver]]),
    capabilities: new Map([[providerId, capabilities]]),
    log,
    now: () => new Date((clock.stoppedMs ?? Date.now()) + clock.skewMs),
    newId: () => randomUUID(),
  };
}

/** The same store seen by another process: a pool of its own. */
export async function otherProcess(bench: Bench): Promise<EngineDeps> {
  return { ...bench.deps, store: await bench.db.again() };
}

/** A process that takes no row locks: what the code would be without them. */
export function withoutLocks(deps: EngineDeps): EngineDeps {
  const unlocked: KyselyPlugin = {
    transformQuery({ node }) {
      if (!SelectQueryNode.is(node) || node.endModifiers === undefined) return node;
      const { endModifiers: _, ...rest } = node;
      return rest;
    },
    transformResult: async ({ result }) => result,
  };
  const db = deps.store.db.withPlugin(unlocked);
  return { ...deps, store: { ...deps.store, db, tx: (work) => tx(db, work) } };
}

export interface DrainOptions {
  /** Runs these in place of the sagas of that name. */
  sagas?: Readonly<Record<string, AnySaga>>;
  fault?: FaultPoint;
  /** Only what is due by its time. */
  timed?: boolean;
  /** Most runs before it counts as coming to no end. */
  limit?: number;
}

/**
 * Claims and runs what is due, one by one and without waiting for pauses between tries, until nothing is ready. What a run throws
 * (`fenced`, or a fault of the journal) is passed on, and the run is left as a dead worker leaves it.
 */
export async function drain(bench: Bench, options: DrainOptions = {}): Promise<void> {
  for (let i = 0; i < (options.limit ?? 60); i++) {
    if (!options.timed) await dueNow(bench);
    const [job] = await claim(bench.store, { worker: `${INSTALLATION}/drain`, limit: 1 });
    if (!job) return;
    const saga = options.sagas?.[job.saga] ?? (SAGAS[job.saga] as AnySaga);
    const abort = new AbortController();
    if (job.cancelAsked) abort.abort(new CarrelError('cancelled', 'it was ended before it was ready'));
    await runSaga(saga, {
      ctx: makeCtx({ signal: abort.signal }),
      deps: bench.deps,
      input: job.input as never,
      journal: new PgJournal(bench.store, job),
      ...(options.fault ? { fault: options.fault } : {}),
    });
  }
  throw new Error('the jobs come to no end');
}

/** Takes the pauses between tries away. */
export async function dueNow(bench: Bench): Promise<void> {
  await bench.store.db.updateTable('job').set({ runAt: sql<Date>`created_at` }).where('state', '=', 'ready').execute();
}

/** A worker with short times; stop it yourself. Its name belongs to one installation unless told otherwise. */
export function makeWorker(bench: Bench, options: Partial<WorkerOptions> = {}): Worker {
  return new Worker({
    deps: bench.deps,
    name: `${INSTALLATION}/${randomUUID().slice(0, 8)}`,
    concurrency: 8,
    leaseMs: 20_000,
    // What is due is told; this is for what is due later.
    pollMs: 200,
    ...options,
  });
}

/** {@link makeWorker}, at work; stopped when the test is over, or before. */
export async function startWorker(bench: Bench, options: Partial<WorkerOptions> = {}) {
  const worker = makeWorker(bench, options);
  await worker.start();
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= worker.stop());
  onTestFinished(stop);
  return { stop, wake: () => worker.wake() };
}

/** Starts `work` while a transaction that made `change` is still open, and commits that once `work` waits for it. Give the bench a database of its own. */
export async function overtaken<T>(bench: Bench, change: (tx: Tx) => Promise<void>, work: () => Promise<T>): Promise<T> {
  let answer: Promise<T> | undefined;
  await bench.store.tx(async (tx) => {
    await change(tx);
    answer = work();
    answer.catch(() => {});
    await until(async () => {
      const { rows } = await sql`select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(bench.store.db);
      return rows.length > 0;
    }, 'somebody who waits for the row');
  });
  return answer as Promise<T>;
}

/** Deps whose transactions are all this one. */
export function inside(bench: Bench, tx: Tx): EngineDeps {
  const within = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => work(tx);
  return { ...bench.deps, store: Object.create(bench.store, { tx: { value: within } }) as Store };
}

/** Waits until `look` gives something true; at most 600 s, so that a fault shows as a failure and not as a hang. */
export async function until<T>(look: () => Promise<T> | T, what = 'the condition'): Promise<NonNullable<T>> {
  const end = performance.now() + 600_000;
  // A look is a query as a rule, and takes the processors from what is waited for: the longer it lasts, the more seldom.
  for (let pauseMs = 5; ; pauseMs = Math.min(100, pauseMs * 1.5)) {
    const found = await look();
    if (found) return found as NonNullable<T>;
    if (performance.now() > end) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

export async function reserveOne(
  bench: Bench,
  more: { mode?: CloneMode; forMs?: number; id?: string; deps?: EngineDeps; startsAt?: Date; diskMiB?: number; labels?: Labels } = {},
): Promise<Reservation> {
  return reserve(more.deps ?? bench.deps, bench.who, {
    id: more.id ?? randomUUID(),
    image: 'golden',
    mode: more.mode ?? 'linked',
    forMs: more.forMs ?? 3_600_000,
    startsAt: more.startsAt,
    diskMiB: more.diskMiB,
    labels: more.labels,
  });
}

/** A reservation whose machine answers. */
export async function readyOne(bench: Bench, more: Parameters<typeof reserveOne>[1] = {}): Promise<Reservation> {
  const { id } = await reserveOne(bench, more);
  await drain(bench);
  const row = await reservationOf(bench, id);
  expect(row.state).toBe('ready');
  return row;
}

export async function reservationOf(bench: Bench, id: string): Promise<Reservation> {
  return (await reservations.find(bench.store.db, id)) as Reservation;
}

export async function jobOf(bench: Bench, saga: string): Promise<Job> {
  const row = await bench.store.db.selectFrom('job').selectAll().where('saga', '=', saga).orderBy('createdAt', 'desc').executeTakeFirst();
  if (!row) throw new Error(`there is no job of ${saga}`);
  return row;
}

/** True once nothing waits and nothing runs. */
export async function idle(bench: Bench): Promise<boolean> {
  const row = await bench.store.db.selectFrom('job').select('id').where('state', 'in', ['ready', 'running']).executeTakeFirst();
  return row === undefined;
}

/** All that must be equal before something and after it was undone: disks, machines, masters, rows that count, capacity in use. */
export async function observe(bench: Bench): Promise<Record<string, unknown>> {
  const { db } = bench.store;
  const rows = await db.selectFrom('machine').select(['id', 'state']).where('state', '<>', 'gone').orderBy('id').execute();
  const recorded = await masters.onProvider(db, bench.providerId);
  const revisions = await db
    .selectFrom('revision')
    .select(['id', 'state'])
    .where('state', 'in', ['preparing', 'draft', 'published'])
    .orderBy('id')
    .execute();
  const live = (await reservations.live(db)).map((r) => `${r.id} ${r.state}`).sort();
  const { world } = bench;
  return {
    leaks: await world.leaks({ machines: rows.map((m) => m.id), masters: recorded.map((m) => m.revisionId) }),
    machines: world
      .machines()
      .map((m) => `${m.id} ${m.power}`)
      .sort(),
    masters: world
      .masters()
      .map((m) => `${m.revisionId} ${m.digest ?? 'half'}`)
      .sort(),
    files: world.files().sort(),
    rows,
    recorded: recorded.map((m) => m.revisionId).sort(),
    revisions,
    live,
    used: await machines.used(db, bench.providerId),
  };
}

/** What is wrong with a world in which nothing is under way: leaks, half-made things, rows without things, things without rows. */
export async function problems(bench: Bench): Promise<string[]> {
  const { db } = bench.store;
  const seen = await observe(bench);
  const found = [...(seen.leaks as string[])];
  const there = bench.world.machines();
  const golden = bench.world.masters();
  const ids = new Set(there.map((m) => m.id));
  if (ids.size < there.length) found.push('two machines have one id');
  for (const m of there) if (m.power === 'half') found.push(`machine ${m.id} is half made`);
  for (const m of golden) if (m.digest === undefined) found.push(`master ${m.revisionId} is half made`);
  for (const m of seen.rows as { id: string; state: string }[]) {
    if (m.state !== 'running' && m.state !== 'stopped') found.push(`machine row ${m.id} is ${m.state}`);
    if (!ids.has(m.id)) found.push(`machine row ${m.id} has no machine`);
  }
  found.push(...(await misassigned(db)));
  for (const r of await reservations.live(db)) if (r.state !== 'ready') found.push(`reservation ${r.id} is ${r.state}`);
  for (const r of seen.revisions as { id: string; state: string }[])
    if (r.state === 'preparing') found.push(`revision ${r.id} is preparing`);
  for (const id of seen.recorded as string[]) if (!golden.some((m) => m.revisionId === id)) found.push(`master row ${id} has no master`);
  for (const j of await db.selectFrom('job').selectAll().where('state', 'in', ['ready', 'running', 'stuck']).execute()) {
    found.push(`job ${j.saga} is ${j.state}: ${j.error?.message}`);
  }
  return found;
}

/** Sends every stuck run on its way again. */
export async function unstickAll(bench: Bench): Promise<number> {
  const stuck = await bench.store.db.selectFrom('job').select('id').where('state', '=', 'stuck').execute();
  for (const { id } of stuck) await jobs.unstick(bench.store.db, id);
  return stuck.length;
}
