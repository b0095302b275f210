import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { makeCtx } from '../lib/context.ts';
import { waitFor } from '../lib/retry.ts';
import type { Notice, Store } from './db.ts';
import * as jobs from './jobs.ts';
import { claim, countJobs, heartbeat, LeaseWatch, listJobs, queuePosition, reapExpired, reapFormerLives } from './queue.ts';
import type { Db } from './schema.ts';
import { testDb } from './testing.ts';

const bound = () => makeCtx({ timeoutMs: 600_000 });
const error = { code: 'x', message: 'x', retry: 'never' as const, details: {} };

const add = (db: Db, key: string, more: Partial<jobs.JobSpec> = {}) =>
  jobs.enqueue(db, { saga: 's', input: { key }, key, lane: 'main', ...more });

async function one(store: Store, worker = 'w'): Promise<jobs.JobRef & { attempt: number }> {
  const [job] = await claim(store, { worker, limit: 1 });
  if (job === undefined) throw new Error('nothing to claim');
  return job;
}

const keysOf = (claimed: readonly { key: string }[]): string[] => claimed.map((j) => j.key);

/** A watch whose time the test moves, in milliseconds. */
function watched(): { watch: LeaseWatch; pass: (ms: number) => void } {
  let now = 0;
  return { watch: new LeaseWatch(() => now), pass: (ms) => (now += ms) };
}

/** Lets a lease of 30 s run out as seen by `watch`. */
async function letRunOut(store: Store, { watch, pass }: ReturnType<typeof watched>): Promise<string[]> {
  for (let i = 0; i < 2; i++) {
    await watch.sweep(store);
    pass(15_000);
  }
  return watch.sweep(store);
}

test('higher priority first, then the one that has waited longest; what is not due waits', async () => {
  const { store, db } = await testDb(onTestFinished);
  await add(db, 'low1');
  await add(db, 'later', { priority: 9, delayMs: 3_600_000 });
  await add(db, 'high', { priority: 5 });
  await add(db, 'low2');
  expect(keysOf(await claim(store, { worker: 'w', limit: 2 }))).toEqual(['high', 'low1']);
  expect(keysOf(await claim(store, { worker: 'w', limit: 9 }))).toEqual(['low2']);
});

test('of 50 that enqueue one key at the same time, one creates', async () => {
  const t = await testDb(onTestFinished);
  const other = await t.again();
  const made = await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 ? t.store : other).tx((tx) => add(tx, 'k'))));
  expect(made.filter((m) => m.created)).toHaveLength(1);
  expect(new Set(made.map((m) => m.id)).size).toBe(1);
  expect(await countJobs(t.db)).toEqual({ ready: 1 });
});

test('a key is free again once its run is over, and taken while it is stuck', async () => {
  const { store, db } = await testDb(onTestFinished);
  const first = await add(db, 'k');
  await jobs.finish(db, await one(store), 'stuck', error);
  expect(await add(db, 'k')).toEqual({ id: first.id, created: false });
  expect(await jobs.unstick(db, first.id, 'undo')).toBe(true);
  const again = await one(store);
  expect([again.id, again.attempt]).toEqual([first.id, 1]);
  await jobs.finish(db, again, 'undone', error);
  expect((await add(db, 'k')).created).toBe(true);
});

test('an enqueue that is rolled back never was, and wakes nobody', async () => {
  const { store } = await testDb(onTestFinished);
  const heard: Notice[] = [];
  const stop = await store.listen([jobs.JOB_CHANNEL], (n) => heard.push(n));
  onTestFinished(() => stop());
  await expect(
    store.tx(async (tx) => {
      await add(tx, 'gone');
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await claim(store, { worker: 'w', limit: 9 })).toEqual([]);
  await store.tx((tx) => add(tx, 'there'));
  await waitFor(bound(), 2, () => (heard.length > 0 ? true : undefined));
  expect(heard).toHaveLength(1);
  expect(keysOf(await claim(store, { worker: 'w', limit: 9 }))).toEqual(['there']);
});

test('after its lease ran out a worker is fenced off from every write', async () => {
  const { store, db } = await testDb(onTestFinished);
  const { id } = await add(db, 'k');
  const old = await one(store, 'old');
  await jobs.stepStarted(db, old, 0, 'a');
  expect(await letRunOut(store, watched())).toEqual([id]);
  const fenced = { code: 'fenced' };
  const refuseAll = async () => {
    await expect(jobs.stepStarted(db, old, 1, 'b')).rejects.toMatchObject(fenced);
    await expect(jobs.stepDone(db, old, 0, 'late')).rejects.toMatchObject(fenced);
    await expect(jobs.stepUndone(db, old, 0)).rejects.toMatchObject(fenced);
    await expect(jobs.setDirection(db, old, 'undo', error)).rejects.toMatchObject(fenced);
    await expect(jobs.retryAt(db, old, 0, error)).rejects.toMatchObject(fenced);
    await expect(jobs.giveBack(db, old)).rejects.toMatchObject(fenced);
    await expect(jobs.finish(db, old, 'done')).rejects.toMatchObject(fenced);
    expect(await heartbeat(store, [old])).toEqual([]);
  };
  // While nobody has it, and after somebody else took it.
  await refuseAll();
  const fresh = await one(store, 'new');
  expect([fresh.id, fresh.fence, fresh.attempt]).toEqual([id, old.fence + 1, 2]);
  await refuseAll();
  expect(await jobs.jobSteps(db, id)).toMatchObject([{ seq: 0, name: 'a', state: 'started', output: null }]);
  await jobs.stepStarted(db, fresh, 0, 'a');
  await jobs.stepDone(db, fresh, 0, { n: 1 });
  await jobs.finish(db, fresh, 'done');
  expect(await jobs.findJob(db, id)).toMatchObject({ state: 'done', direction: 'do', worker: null, error: null });
});

test('a write or heartbeat and the reaper that race end in one of two ways, never in both', async () => {
  const t = await testDb(onTestFinished);
  const other = await t.again();
  const yes = () => true;
  const no = () => false;
  for (let i = 0; i < 60; i++) {
    await add(t.db, `k${i}`);
    // The new one, or one that the reaper won in an earlier round.
    const job = await one(t.store);
    const clock = watched();
    await clock.watch.sweep(other);
    clock.pass(15_000);
    await clock.watch.sweep(other);
    clock.pass(15_000);
    const [wrote, freed] = await Promise.all([
      i % 2 ? heartbeat(t.store, [job]).then((ours) => ours.length === 1) : jobs.finish(t.db, job, 'done').then(yes, no),
      clock.watch.sweep(other),
    ]);
    expect(wrote).toBe(!freed.includes(job.id));
  }
});

test('heartbeats keep a lease; time stamps alone take or keep nothing', async () => {
  const { store, db } = await testDb(onTestFinished);
  const { id } = await add(db, 'k');
  const job = await one(store);
  const clock = watched();
  // The clock of the database's host is set forward by a day: the lease looks long over, but its worker lives.
  for (let i = 0; i < 6; i++) {
    expect(await clock.watch.sweep(store)).toEqual([]);
    expect(await heartbeat(store, [job])).toEqual([id]);
    await sql`update job set lease_until = lease_until - interval '1 day' where id = ${id}`.execute(db);
    clock.pass(15_000);
  }
  // It is set back, so that the lease seems to last until tomorrow, and the worker dies.
  await sql`update job set lease_until = now() + interval '1 day' where id = ${id}`.execute(db);
  expect(await letRunOut(store, clock)).toEqual([id]);
});

test('a watcher that slept, or could not reach the store, takes nothing at its first look', async () => {
  const { store, db } = await testDb(onTestFinished);
  await add(db, 'k');
  await one(store);
  const clock = watched();
  await clock.watch.sweep(store);
  clock.pass(3_600_000);
  expect(await clock.watch.sweep(store)).toEqual([]);
  expect(await reapExpired(store)).toBe(0);
});

test('a job that was queued before the clock was set back does not wait for the old time', async () => {
  const { store, db } = await testDb(onTestFinished);
  const { id } = await add(db, 'k');
  await jobs.retryAt(db, await one(store), 60_000, error);
  expect(await claim(store, { worker: 'w', limit: 1 })).toEqual([]);
  await sql`update job set queued_at = queued_at + interval '1 day', run_at = run_at + interval '1 day' where id = ${id}`.execute(db);
  expect((await one(store)).id).toBe(id);
});

test('the next life of a server goes on with what the last one left, and with nothing of others', async () => {
  const { store, db } = await testDb(onTestFinished);
  const mine = await add(db, 'a');
  await one(store, 'inst1/100');
  await add(db, 'b');
  await one(store, 'inst10/100');
  await add(db, 'c');
  await one(store, 'inst1/101');
  expect(await reapFormerLives(store, 'inst1/101')).toBe(1);
  expect((await one(store, 'inst1/101')).id).toBe(mine.id);
  expect(await reapFormerLives(store, 'nameless')).toBe(0);
});

test('tries are counted per step: a step that went well begins the count anew', async () => {
  const { store, db } = await testDb(onTestFinished);
  const { id } = await add(db, 'k');
  await jobs.retryAt(db, await one(store), 0, error);
  const second = await one(store);
  expect(second.attempt).toBe(2);
  await jobs.stepStarted(db, second, 0, 'a');
  await jobs.stepDone(db, second, 0, undefined);
  await jobs.giveBack(db, second);
  const third = await one(store);
  expect(third.attempt).toBe(1);
  await jobs.retryAt(db, third, 0, error);
  const fourth = await one(store);
  await jobs.setDirection(db, fourth, 'undo', error);
  expect(await jobs.findJob(db, id)).toMatchObject({ attempt: 1, direction: 'undo', error: { code: 'x' } });
  await jobs.stepUndone(db, fourth, 0);
  expect(await jobs.jobSteps(db, id)).toMatchObject([{ state: 'undone' }]);
});

test('a step may start twice, but not under another name and not after its end', async () => {
  const { store, db } = await testDb(onTestFinished);
  await add(db, 'k');
  const job = await one(store);
  await jobs.stepStarted(db, job, 0, 'a');
  await jobs.stepStarted(db, job, 0, 'a');
  await expect(jobs.stepStarted(db, job, 0, 'b')).rejects.toMatchObject({ code: 'saga-changed' });
  await jobs.stepDone(db, job, 0, ['kept\0', { x: null }]);
  await expect(jobs.stepStarted(db, job, 0, 'a')).rejects.toMatchObject({ code: 'saga-changed' });
  expect(await jobs.jobSteps(db, job.id)).toMatchObject([{ state: 'done', output: ['kept\ufffd', { x: null }] }]);
});

test('finish is part of the transaction that it closes', async () => {
  const { store, db } = await testDb(onTestFinished);
  const { id } = await add(db, 'k');
  const job = await one(store);
  await expect(
    store.tx(async (tx) => {
      await jobs.finish(tx, job, 'done');
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await jobs.findJob(db, id)).toMatchObject({ state: 'running' });
});

test('cancel reaches waiting and running runs, and says when there is none', async () => {
  const { store, db } = await testDb(onTestFinished);
  const { id } = await add(db, 'k');
  expect(await jobs.askCancel(db, 'k')).toEqual({ id, state: 'ready' });
  const [job] = await claim(store, { worker: 'w', limit: 1 });
  expect(job?.cancelAsked).toBe(true);
  expect(await jobs.cancelAskedAmong(db, [id, randomUUID()])).toEqual([id]);
  await jobs.finish(db, job as jobs.JobRef, 'undone', error);
  expect(await jobs.askCancel(db, 'k')).toBeUndefined();
});

test('place in the queue counts the lane alone, and is 0 for what runs', async () => {
  const { store, db } = await testDb(onTestFinished);
  const a = await add(db, 'a');
  const b = await add(db, 'b');
  await add(db, 'other', { lane: 'other' });
  const c = await add(db, 'c', { priority: 1 });
  const places = () => Promise.all([a, b, c].map((j) => queuePosition(db, j.id)));
  expect(await places()).toEqual([2, 3, 1]);
  await claim(store, { worker: 'w', limit: 1 });
  expect(await places()).toEqual([1, 2, 0]);
  expect(await queuePosition(db, randomUUID())).toBeUndefined();
});

test('operators see runs newest first; old ones are forgotten with their steps, stuck ones are not', async () => {
  const { store, db } = await testDb(onTestFinished);
  for (const key of ['a', 'b', 'c']) await add(db, key);
  const a = await one(store);
  const b = await one(store);
  await jobs.stepStarted(db, a, 0, 's');
  await jobs.finish(db, a, 'done');
  await jobs.finish(db, b, 'stuck', error);
  expect(keysOf(await listJobs(db))).toEqual(['c', 'b', 'a']);
  expect(keysOf(await listJobs(db, { states: ['stuck', 'done'], saga: 's', limit: 1 }))).toEqual(['b']);
  expect(await countJobs(db)).toEqual({ ready: 1, stuck: 1 });
  expect(await jobs.pruneJobs(db, new Date(Date.now() + 1000))).toBe(1);
  expect(keysOf(await listJobs(db))).toEqual(['c', 'b']);
  expect(await jobs.jobSteps(db, a.id)).toEqual([]);
});
