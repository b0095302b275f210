import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import * as jobs from './jobs.ts';
import * as providers from './providers.ts';
import { claim, type ClaimedJob, countJobs, queuePosition, reapFormerLives } from './queue.ts';
import type { Db } from './schema.ts';
import { slotName } from './slots.ts';
import { testDb } from './testing.ts';

const add = (db: Db, key: string, more: Partial<jobs.JobSpec> = {}) =>
  jobs.enqueue(db, { saga: 's', input: { key }, key, lane: 'main', ...more });

const keysOf = (claimed: readonly { key: string }[]): string[] => claimed.map((j) => j.key);

async function provider(db: Db, startSlots: number): Promise<string> {
  const limits = { machines: 9, memoryMiB: 9, vcpus: 9, storageMiB: 1e6 };
  return providers.put(db, { id: randomUUID(), name: randomUUID(), kind: 'fake', limits, startSlots, facts: {}, now: new Date() });
}

test('8 claimers at once never give more slots than there are, and leave nothing lying', async () => {
  const t = await testDb(onTestFinished);
  const lane = await provider(t.db, 3);
  const total = 60;
  for (let i = 0; i < total; i++) await add(t.db, `j${i}`, { lane, providerId: lane, slot: 'start' });
  const alone = await claim(t.store, { worker: 'w', limit: 9 });
  expect(alone).toHaveLength(3);
  for (const job of alone) await jobs.giveBack(t.db, job);
  const stores = [t.store, ...(await Promise.all(Array.from({ length: 7 }, () => t.again())))];
  let most = 0;
  let done = 0;
  const ids = new Set<string>();
  await Promise.all(
    stores.map(async (store, n) => {
      while (done < total) {
        const claimed = await claim(store, { worker: `w${n}`, limit: 2 });
        const { rows } = await sql<{ n: number }>`select count(*) as n from job where lane = ${lane} and state = 'running'`.execute(
          store.db,
        );
        most = Math.max(most, rows[0]?.n ?? 0);
        for (const job of claimed) {
          expect(ids.has(job.id)).toBe(false);
          ids.add(job.id);
          await jobs.finish(store.db, job, 'done');
          done += 1;
        }
      }
    }),
  );
  expect(most).toBeLessThanOrEqual(3);
  expect(ids.size).toBe(total);
});

test('slots that are all taken do not stand in the way of what needs others, or none', async () => {
  const { store, db } = await testDb(onTestFinished);
  const [one, other] = [await provider(db, 1), await provider(db, 1)];
  for (let i = 0; i < 300; i++) await add(db, `full${i}`, { slot: 'start', providerId: one, priority: 9 });
  await add(db, 'free');
  await add(db, 'there', { slot: 'start', providerId: other });
  // A provider's copies are counted apart from its starts: two unless its driver says otherwise.
  for (let i = 0; i < 3; i++) await add(db, `copy${i}`, { slot: 'copy', providerId: one });
  expect(keysOf(await claim(store, { worker: 'w', limit: 9 }))).toEqual(['full0', 'free', 'there', 'copy0', 'copy1']);
  expect(await claim(store, { worker: 'w', limit: 9 })).toEqual([]);
});

test('people take turns: who asked for twenty does not hold up who asks for one, and what they have at work counts', async () => {
  const { store, db } = await testDb(onTestFinished);
  const providerId = await provider(db, 3);
  const of = (owner: string | undefined, key: string, more = {}) => add(db, key, { slot: 'start', providerId, owner, ...more });
  for (let i = 0; i < 20; i++) await of('ada', `a${i}`);
  await of('bob', 'b0');
  await of('bob', 'b1');
  await of(undefined, 'nobody');
  const eve = await of('eve', 'e0');
  expect(await queuePosition(db, eve.id)).toBe(4);
  const first = await claim(store, { worker: 'w', limit: 9 });
  expect(keysOf(first)).toEqual(['a0', 'b0', 'nobody']);
  for (const job of first.slice(2)) await jobs.finish(db, job, 'done');
  expect(await queuePosition(db, eve.id)).toBe(1);
  expect(keysOf(await claim(store, { worker: 'w', limit: 9 }))).toEqual(['e0']);
  for (const job of first.slice(0, 1)) await jobs.finish(db, job, 'done');
  await of('ada', 'urgent', { priority: 5 });
  expect(keysOf(await claim(store, { worker: 'w', limit: 9 }))).toEqual(['urgent']);
});

test('a run that goes on to another slot waits in its old place until one is free, and is never counted twice', async () => {
  const { store, db } = await testDb(onTestFinished);
  const providerId = await provider(db, 1);
  const start = { slot: slotName('start', providerId), waiting: false };
  const nothing = { slot: null, waiting: true };
  const full = await add(db, 'full', { slot: 'copy', providerId });
  await add(db, 'linked', { slot: 'start', providerId });
  await add(db, 'last', { slot: 'start', providerId });
  const [copying, starting] = (await claim(store, { worker: 'w', limit: 9 })) as [ClaimedJob, ClaimedJob];
  expect(keysOf([copying, starting])).toEqual(['full', 'linked']);
  expect(await jobs.hold(store, copying, start)).toBe(false);
  expect(await jobs.findJob(db, full.id)).toMatchObject({ state: 'ready', attempt: 0, worker: null });
  await expect(jobs.hold(store, copying, start)).rejects.toMatchObject({ code: 'fenced' });
  // Booting holds none: the slot goes to the one that has waited longest.
  expect(await jobs.hold(store, starting, nothing)).toBe(true);
  expect(keysOf(await claim(store, { worker: 'w', limit: 9 }))).toEqual(['full']);
  expect(await jobs.hold(store, starting, start)).toBe(false);
});

test('what only waits is taken up beside all places, at once', async () => {
  const { store, db } = await testDb(onTestFinished);
  const providerId = await provider(db, 1);
  for (const key of ['boots', 'also boots']) {
    await add(db, key, { slot: 'start', providerId });
    const [job] = await claim(store, { worker: 'w', limit: 1 });
    await jobs.hold(store, job as ClaimedJob, { slot: null, waiting: true });
  }
  await add(db, 'starts', { slot: 'start', providerId });
  await reapFormerLives(store, 'w/2');
  expect(await reapFormerLives(store, 'installation/2')).toBe(0);
  expect((await countJobs(db)).running).toBe(2);
  const { rows } = await sql<{ id: string }>`update job set state = 'ready', worker = null where state = 'running' returning id`.execute(
    db,
  );
  expect(rows).toHaveLength(2);
  expect(keysOf(await claim(store, { worker: 'w', limit: 0, clearing: 0 }))).toEqual(['boots', 'also boots']);
  expect(keysOf(await claim(store, { worker: 'w', limit: 1, clearing: 0 }))).toEqual(['starts']);
});

test('ends, cancels and undos take the places that are theirs, whatever the lanes hold', async () => {
  const { store, db } = await testDb(onTestFinished);
  const lane = await provider(db, 1);
  for (const key of ['first', 'waits', 'cancelled']) await add(db, key, { lane, slot: 'start', providerId: lane, priority: 9 });
  await add(db, 'end', { lane: `end:${lane}` });
  const [first] = await claim(store, { worker: 'w', limit: 1, clearing: 0 });
  expect(first?.key).toBe('first');
  await jobs.askCancel(db, 'cancelled');
  expect(keysOf(await claim(store, { worker: 'w', limit: 9, clearing: 0 }))).toEqual([]);
  expect(keysOf(await claim(store, { worker: 'w', limit: 0, clearing: 1 }))).toEqual(['cancelled']);
  expect(keysOf(await claim(store, { worker: 'w', limit: 0, clearing: 9 }))).toEqual(['end']);
  // One that was turned around starts nothing any more: its slot is free, and it needs none to go on.
  await jobs.setDirection(db, first as ClaimedJob, 'undo', { code: 'no', message: 'no', retry: 'never', details: {} });
  expect(keysOf(await claim(store, { worker: 'w', limit: 9, clearing: 0 }))).toEqual(['waits']);
  await jobs.giveBack(db, first as ClaimedJob);
  expect(keysOf(await claim(store, { worker: 'w', limit: 9 }))).toEqual(['first']);
});

test('a server takes only what it can do: at the providers that it works at, and what lies with it', async () => {
  const { store, db } = await testDb(onTestFinished);
  const [near, far] = [await provider(db, 9), await provider(db, 9)];
  const [me, other] = [randomUUID(), randomUUID()];
  await add(db, 'near', { providerId: near, slot: 'start' });
  await add(db, 'far', { providerId: far, slot: 'start' });
  await add(db, 'far end', { providerId: far, lane: `end:${far}` });
  await add(db, 'anywhere');
  await add(db, 'mine', { providerId: near, serverId: me });
  await add(db, 'theirs', { providerId: near, serverId: other });
  const serves = { serverId: me, providerIds: [near] };
  expect(keysOf(await claim(store, { worker: 'w', limit: 9, clearing: 9, serves })).sort()).toEqual(['anywhere', 'mine', 'near']);
  const theirs = { serverId: other, providerIds: [far, near] };
  expect(keysOf(await claim(store, { worker: 'w', limit: 9, clearing: 9, serves: theirs })).sort()).toEqual(['far', 'far end', 'theirs']);
});
