/** Promise 7: no machine and no unit of capacity is promised twice, by however many processes. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { type KyselyPlugin, type RootOperationNode, sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { childProgram } from '../../test/support/child-program.ts';
import type { CapacityLimits } from '../core/capacity.ts';
import { isCode } from '../lib/errors.ts';
import { type Store, tx } from './db.ts';
import * as machines from './machines.ts';
import * as placements from './placements.ts';
import * as providers from './providers.ts';
import * as reservations from './reservations.ts';
import type { Db } from './schema.ts';
import { type Seed, seed } from './seed-testing.ts';
import { HOWEVER_SLOW, type TestDb, testDb } from './testing.ts';

const now = new Date('2026-11-23T10:00:00Z');
const LIMITS: CapacityLimits = { machines: 12, memoryMiB: 1600, vcpus: 20, storageMiB: 1000 };

/** Everything that was promised twice, in one look at the store. */
async function violations(db: Db): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    select 'over capacity: ' || p.name as what from provider p
    where (select count(*) from machine m where m.provider_id = p.id and m.state <> 'gone') > p.max_machines
       or (select coalesce(sum(memory_mib), 0) from machine m where m.provider_id = p.id and m.state <> 'gone') > p.max_memory_mib
       or (select coalesce(sum(vcpus), 0) from machine m where m.provider_id = p.id and m.state <> 'gone') > p.max_vcpus
       or (select coalesce(sum(storage_mib), 0) from machine m where m.provider_id = p.id and m.state <> 'gone') > p.max_storage_mib
    union all
    select 'machine twice: ' || a.machine_id from reservation a join reservation b
      on a.machine_id = b.machine_id and a.id < b.id and a.during && b.during
    where a.state in ('preparing', 'ready', 'ending') and b.state in ('preparing', 'ready', 'ending')`.execute(db);
  return rows.map((r) => r.what);
}

/** Takes the lock clause from every SELECT: what the code would be without it. */
const unlocked: KyselyPlugin = {
  transformQuery: ({ node }) => (node.kind === 'SelectQueryNode' ? ({ ...node, endModifiers: [] } as RootOperationNode) : node),
  transformResult: async ({ result }) => result,
};

/** A small generator with a seed, so that a failing run can be repeated. */
function dice(start: number): (n: number) => number {
  let state = start;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** Makes and ends reservations of random size as fast as it can; returns how many it was granted. */
async function churn(db: Db, s: Seed, rounds: number, roll: (n: number) => number): Promise<number> {
  const mine: { id: string; machineId: string }[] = [];
  let granted = 0;
  for (let i = 0; i < rounds; i++) {
    const old = roll(3) === 0 ? mine.shift() : undefined;
    if (old !== undefined) {
      await tx(db, async (within) => {
        await machines.transition(within, old.machineId, 'destroyed', { goneAt: now });
        await reservations.transition(within, old.id, 'tornDown', { endedAt: now });
      });
      continue;
    }
    const r = s.reservation({ memoryMiB: 64 + 64 * roll(4), vcpus: 1 + roll(3), storageMiB: roll(3) * 100 });
    try {
      await tx(db, (within) => reservations.create(within, r));
      mine.push(r);
      granted += 1;
    } catch (error) {
      if (!isCode(error, 'no-capacity')) throw error;
    }
  }
  return granted;
}

/** Looks again and again while `work` is under way; returns everything it saw. */
async function watch(db: Db, work: Promise<unknown>): Promise<string[]> {
  let over = false;
  const ended = work.finally(() => {
    over = true;
  });
  const seen: string[] = [];
  while (!over) seen.push(...(await violations(db)));
  await ended;
  return [...seen, ...(await violations(db))];
}

const pools = async (t: TestDb): Promise<Store[]> => [t.store, await t.again(), await t.again()];

test('of 60 at once exactly as many are promised as there is room for', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { machines: 7, memoryMiB: 1e6, vcpus: 1000, storageMiB: 1e6 });
  const stores = await pools(t);
  const tries = Array.from({ length: 60 }, (_, i) =>
    (stores[i % 3] as Store).tx((within) => reservations.create(within, s.reservation({}))),
  );
  const ended = await Promise.allSettled(tries);
  expect(ended.filter((e) => e.status === 'fulfilled')).toHaveLength(7);
  for (const e of ended) {
    if (e.status === 'rejected')
      expect(e.reason).toMatchObject({ code: 'no-capacity', details: { resource: 'machines', wanted: 1, free: 0 } });
  }
  expect(await violations(t.db)).toEqual([]);
});

test('what is refused leaves nothing, and what is rolled back gives its room back', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { machines: 1, memoryMiB: 128, vcpus: 1, storageMiB: 10 });
  const cancelled = t.store.tx(async (within) => {
    await reservations.create(within, s.reservation({}));
    throw new Error('no');
  });
  await expect(cancelled).rejects.toThrow('no');
  for (const more of [{ memoryMiB: 129 }, { vcpus: 2 }, { storageMiB: 11 }]) {
    await expect(t.store.tx((within) => reservations.create(within, s.reservation(more)))).rejects.toMatchObject({ code: 'no-capacity' });
  }
  expect(await t.db.selectFrom('machine').select('id').execute()).toEqual([]);
  expect(await t.db.selectFrom('reservation').select('id').execute()).toEqual([]);
  await t.store.tx((within) => reservations.create(within, s.reservation({})));
});

test('capacity holds at every moment while many take and give back', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, LIMITS);
  const stores = await pools(t);
  const writers = Array.from({ length: 9 }, (_, i) => churn((stores[i % 3] as Store).db, s, 20, dice(i + 1)));
  const granted = Promise.all(writers);
  expect(await watch(t.db, granted)).toEqual([]);
  // It was tight: more was granted in all than there is room for at one time, and some was refused.
  const sum = (await granted).reduce((a, b) => a + b, 0);
  expect(sum).toBeGreaterThan(LIMITS.machines);
});

test('without the lock the checker finds capacity promised twice', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, LIMITS);
  const stores = await pools(t);
  let seen: string[] = [];
  for (let round = 0; round < 400 && seen.length === 0; round++) {
    const writers = Array.from({ length: 9 }, (_, i) =>
      churn((stores[i % 3] as Store).db.withPlugin(unlocked), s, 20, dice(round * 9 + i)),
    );
    seen = await watch(t.db, Promise.all(writers));
  }
  expect(seen[0]).toMatch(/over capacity/);
});

/** Reservations of five machines over spans that often overlap; returns how many were refused. */
async function overlap(t: TestDb, s: Seed, roll: (n: number) => number): Promise<number> {
  const ids = Array.from({ length: 5 }, () => randomUUID());
  const stores = await pools(t);
  const tries = Array.from({ length: 90 }, (_, i) => {
    const start = new Date(now.getTime() + roll(20) * 60_000);
    const end = roll(10) === 0 ? null : new Date(start.getTime() + (1 + roll(10)) * 60_000);
    const r = s.reservation({ machineId: ids[i % 5] as string, during: { start, end } });
    const insert = sql`insert into reservation (id, account_id, image_id, revision_id, provider_id, machine_id, kind, mode, state, stage, during, hold,
        vcpus, memory_mib, hostname, created_at)
      values (${r.id}, ${r.accountId}, ${r.imageId}, ${r.revisionId}, ${r.providerId}, ${r.machineId}, 'lab', 'linked', 'preparing', 'queued',
        tstzrange(${r.during.start}, ${r.during.end}), tstzrange(${r.during.start}, ${r.during.end}), 1, 128, 'h', ${now})`;
    // The provider's row first, as `create` has it: two inserts that exclude each other and hold nothing wait for each other.
    return (stores[i % 3] as Store).tx(async (within) => {
      await providers.lock(within, r.providerId);
      await insert.execute(within);
    });
  });
  const ended = await Promise.allSettled(tries);
  const refused = ended.filter((e): e is PromiseRejectedResult => e.status === 'rejected');
  for (const e of refused) expect(e.reason).toMatchObject({ code: 'conflict', details: { constraint: 'reservation_machine_once' } });
  return refused.length;
}

test('one machine is never in two reservations at one time; without the constraint the checker sees it', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now);
  expect(await overlap(t, s, dice(1))).toBeGreaterThan(0);
  expect(await violations(t.db)).toEqual([]);
  await sql`alter table reservation drop constraint reservation_machine_once`.execute(t.db);
  expect(await overlap(t, s, dice(2))).toBe(0);
  expect((await violations(t.db))[0]).toMatch(/machine twice/);
});

test('of two that are booked with one machine the second is refused when it begins', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now);
  const prepareAt = new Date(now.getTime() + 60_000);
  const during = { start: new Date(now.getTime() + 120_000), end: new Date(now.getTime() + 3_600_000) };
  const first = s.reservation({ during, prepareAt });
  const second = { ...first, id: randomUUID() };
  await t.store.tx((within) => reservations.createAll(within, [first, second]));
  const begin = ({ id, revisionId }: typeof first) => t.store.tx((within) => placements.begin(within, id, revisionId, prepareAt));
  await begin(first);
  await expect(begin(second)).rejects.toMatchObject({ code: 'conflict', details: { constraint: 'reservation_machine_once' } });
  expect((await reservations.find(t.db, second.id))?.state).toBe('booked');
  expect(await violations(t.db)).toEqual([]);
});

test('lengthening a reservation into the next one of its machine is refused', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now);
  const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
  const first = s.reservation({ during: { start: at(0), end: at(60) } });
  await t.store.tx((within) => reservations.create(within, first));
  await sql`insert into reservation (id, account_id, image_id, revision_id, provider_id, machine_id, kind, mode, state, stage, during, hold,
      vcpus, memory_mib, hostname, created_at)
    select ${randomUUID()}, account_id, image_id, revision_id, provider_id, machine_id, kind, mode, state, stage,
      tstzrange(${at(60)}, ${at(90)}), tstzrange(${at(60)}, ${at(90)}), 1, 128, hostname, created_at from reservation`.execute(t.db);
  const extend = (end: Date) => t.store.tx((within) => reservations.setEnd(within, first.id, end, now));
  await expect(extend(at(61))).rejects.toMatchObject({ code: 'conflict' });
  expect((await reservations.find(t.db, first.id))?.during.end).toEqual(at(60));
  await extend(at(59));
});

test('three processes that promise at the same time stay within the limits', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { machines: 10, memoryMiB: 1e6, vcpus: 1000, storageMiB: 1e6 });
  const file = await childProgram(
    `import { randomUUID } from 'node:crypto';
     import { openDb, tx } from './src/store/db.ts';
     import * as reservations from './src/store/reservations.ts';
     const { db, close } = openDb(process.env.DATABASE_URL, { limits: JSON.parse(process.env.LIMITS) });
     const base = JSON.parse(process.env.BASE);
     const now = new Date('${now.toISOString()}');
     const one = () => tx(db, (within) => reservations.create(within, { ...base, id: randomUUID(), machineId: randomUUID(), now,
       during: { start: now, end: new Date(now.getTime() + 60_000) } })).then(() => 1, (e) => { if (e.code !== 'no-capacity') throw e; return 0; });
     const all = await Promise.all(Array.from({ length: 12 }, one));
     console.log(all.reduce((a, b) => a + b, 0));
     await close();`,
    onTestFinished,
  );
  const env = { ...process.env, DATABASE_URL: t.url, BASE: JSON.stringify(s.reservation({})), LIMITS: JSON.stringify(HOWEVER_SLOW) };
  const run = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.once('exit', (code) => (code === 0 ? resolve(Number(out)) : reject(new Error(`exit ${code}`))));
    });
  const granted = Promise.all([run(), run(), run()]);
  expect(await watch(t.db, granted)).toEqual([]);
  expect((await granted).reduce((a, b) => a + b, 0)).toBe(10);
});
