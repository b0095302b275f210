/** Who waits for whom at the store: requests and runs may hold up each other, but nothing that keeps leases and due times. */
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { makeBench, makeWorker, readyOne, reserveOne, until } from '../../test/support/engine.ts';
import { expireDue } from './timers.ts';

const HOUR = 3_600_000;
/** Connections of a pool, as makeBench opens it. */
const POOL = 10;

test('with every connection of requests and runs held up, heartbeats and timers go on', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  const due = await readyOne(bench, { forMs: HOUR });
  bench.fake.addFault({ verb: 'guest.ready', when: 'before', count: 1, error: 'hang' });
  await reserveOne(bench, { forMs: 9 * HOUR });
  const other = await bench.db.again();
  const vital = bench.store.apart({ poolSize: 2, purpose: 'vital' });
  const worker = makeWorker(bench, { leaseMs: 6000, pollMs: 60_000, beats: vital });
  await worker.start();
  const leases = async () => {
    const rows = await other.db.selectFrom('job').select('leaseUntil').where('state', '=', 'running').execute();
    return rows[0]?.leaseUntil?.getTime() ?? 0;
  };
  await until(async () => (await leases()) > 0, 'a run');
  let held: Promise<unknown>[] = [];
  try {
    await other.tx(async (tx) => {
      await sql`lock table token in access exclusive mode`.execute(tx);
      held = Array.from({ length: 2 * POOL }, () => bench.store.db.selectFrom('token').select('id').execute());
      const waiting = sql<{ n: number }>`select count(*) as n from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      await until(async () => (await waiting.execute(other.db)).rows[0]?.n === POOL, 'all connections held up');
      for (let beat = 0; beat < 2; beat++) {
        const before = await leases();
        await until(async () => (await leases()) > before, 'a heartbeat');
      }
      bench.clock.skewMs = HOUR + 1000;
      expect(await expireDue({ ...bench.deps, store: vital })).toBe(1);
      const row = await other.db.selectFrom('reservation').select('state').where('id', '=', due.id).executeTakeFirst();
      expect(row?.state).toBe('ending');
    });
  } finally {
    // Half of them never had a connection to wait on.
    await Promise.allSettled(held);
    await worker.stop();
  }
});
