/** Runs that this version of Carrel does not know: begun by the one before, or by the next one that serves beside it. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { idle, jobOf, makeBench, reserveOne, startWorker, until } from '../../test/support/engine.ts';
import * as jobs from '../store/jobs.ts';
import * as reservations from '../store/reservations.ts';
import * as servers from '../store/servers.ts';

test('a run of a saga that is not there any more is parked with the reason', async () => {
  const bench = await makeBench(onTestFinished);
  await jobs.enqueue(bench.store.db, { saga: 'former', input: {}, key: 'former', lane: 'former' });
  await startWorker(bench);
  await until(() => idle(bench), 'an end');
  expect(await jobOf(bench, 'former')).toMatchObject({ state: 'stuck', error: { code: 'saga-changed' } });
});

test('a run that only a newer version knows is left to the server of that one, and parked once there is none', async () => {
  const bench = await makeBench(onTestFinished);
  const { db } = bench.store;
  const [me, newer] = [randomUUID(), randomUUID()];
  await servers.beat(db, { id: me, name: 'me', version: '1.0.0', pid: 1 }, true);
  await servers.beat(db, { id: newer, name: 'newer', version: '1.1.0', pid: 2 }, true);
  bench.deps.serverId = me;
  const row = await reserveOne(bench);
  await sql`insert into job_step (job_id, seq, name, state, started_at) select id, 0, 'first of all', 'done', now() from job where saga = 'provision'`.execute(
    db,
  );
  await jobs.enqueue(db, { saga: 'later', input: {}, key: 'later', lane: 'later' });
  await startWorker(bench, { pollMs: 50 });
  for (const saga of ['later', 'provision']) {
    await until(async () => {
      const { state, attempt, error } = await jobOf(bench, saga);
      return state === 'ready' && attempt === 0 && error?.code === 'saga-changed';
    }, `${saga} to be left`);
  }
  expect((await reservations.find(db, row.id))?.state).toBe('preparing');
  await servers.stopped(db, newer);
  await sql`update job set run_at = clock_timestamp() where state = 'ready'`.execute(db);
  for (const saga of ['later', 'provision']) await until(async () => (await jobOf(bench, saga)).state === 'stuck', `${saga} to be parked`);
});
