/** A preparation that fails for a reason of its place is tried at another before its person hears of it. */
import { expect, onTestFinished, test } from 'vitest';
import {
  type Bench,
  drain,
  dueNow,
  makeBench,
  makeWorker,
  otherProcess,
  reservationOf,
  reserveOne,
  until,
  withoutLocks,
} from '../../test/support/engine.ts';
import { placementNotices } from '../core/placement.ts';
import { addPlace, type OtherPlace } from '../../test/support/places.ts';
import type { FakeWorld } from '../drivers/fake/world.ts';
import * as machines from '../store/machines.ts';
import * as providers from '../store/providers.ts';
import { DOWN_MS, leaveDown } from './intents/elsewhere.ts';
import type { EngineDeps } from './deps.ts';
import { endReservation } from './intents/end.ts';
import { reserve } from './intents/reservation.ts';
import { leaveDownProviders } from './timers.ts';

const full = 'no-space' as const;
const machinesOf = (world: FakeWorld) => Object.values(world.state.machines).map((m) => [m.machineId, m.power]);

/** Two places, of which the bench's own is the emptier one: what is reserved goes there first. */
async function twoPlaces(more: { own?: boolean } = {}): Promise<{ bench: Bench; there: OtherPlace }> {
  const bench = await makeBench(onTestFinished, { limits: { machines: 50 }, ownDatabase: more.own ?? false });
  return { bench, there: await addPlace(bench, { machines: 2 }) };
}

test('a place without space is left for another: nothing stays there, its room is free again, and the reason is kept', async () => {
  const { bench, there } = await twoPlaces();
  bench.fake.addFault({ verb: 'clone', when: 'middle', count: 9, error: full });
  const made = await reserveOne(bench);
  expect(made.providerId).toBe(bench.providerId);
  await drain(bench);
  const row = await reservationOf(bench, made.id);
  expect(row).toMatchObject({
    state: 'ready',
    failure: null,
    providerId: there.id,
    placement: 'there has room; tried before it: here',
    tried: [{ provider: 'here', code: 'no-space' }],
  });
  expect(placementNotices(row.placement ?? '')?.map((n) => n.code)).toEqual(['place-room', 'place-tried']);
  expect(row.machineId).not.toBe(made.machineId);
  expect(machinesOf(bench.fake)).toEqual([]);
  expect(machinesOf(there.world)).toEqual([[row.machineId, 'on']]);
  expect((await machines.find(bench.store.db, made.machineId))?.state).toBe('gone');
  const used = await Promise.all([bench.providerId, there.id].map((id) => machines.used(bench.store.db, id)));
  expect(used.map((u) => u.machines)).toEqual([0, 1]);
  // And it ends as any other.
  await endReservation(bench.deps, made.id, 'end', 'ada');
  await drain(bench);
  expect((await reservationOf(bench, made.id)).state).toBe('ended');
  expect(machinesOf(there.world)).toEqual([]);
});

test('when no place can make it, it fails with the reason of each, after one try at each', async () => {
  const { bench, there } = await twoPlaces();
  bench.fake.addFault({ verb: 'clone', when: 'middle', count: 9, error: full });
  there.world.addFault({ verb: 'clone', when: 'middle', count: 9, error: 'no-capacity' });
  const made = await reserveOne(bench);
  await drain(bench);
  expect(await reservationOf(bench, made.id)).toMatchObject({
    state: 'failed',
    stage: 'gone',
    failure: {
      code: 'no-capacity',
      message: expect.stringMatching(/^on here: .+; on there: .+/),
      details: { tried: [{ provider: 'here', code: 'no-space' }] },
    },
  });
  expect([machinesOf(bench.fake), machinesOf(there.world)]).toEqual([[], []]);
});

test('it is not tried where there is no room, nor for a reason that is not of the place', async () => {
  const { bench, there } = await twoPlaces();
  const request = { image: 'golden', mode: 'linked' as const, forMs: 3_600_000 };
  await providers.setState(bench.store.db, bench.providerId, 'down', { text: 'no answer' }, bench.deps.now());
  for (const id of [crypto.randomUUID(), crypto.randomUUID()])
    expect((await reserve(bench.deps, bench.who, { ...request, id })).providerId).toBe(there.id);
  await providers.setState(bench.store.db, bench.providerId, 'up', null, bench.deps.now());
  bench.fake.addFault({ verb: 'clone', when: 'middle', count: 1, error: full });
  const noRoom = await reserveOne(bench);
  await drain(bench);
  expect(await reservationOf(bench, noRoom.id)).toMatchObject({
    state: 'failed',
    failure: { code: 'no-space', message: expect.stringMatching(/^(?!on )/) },
  });
  bench.fake.addFault({ verb: 'clone', when: 'middle', count: 1, error: 'bad-image' });
  const broken = await reserveOne(bench);
  await drain(bench);
  expect(await reservationOf(bench, broken.id)).toMatchObject({ state: 'failed', failure: { code: 'bad-image' }, tried: [] });
});

test('a provider that goes down in the middle is left after some seconds; all go on, and what it had begun goes when it is back', async () => {
  const { bench, there } = await twoPlaces({ own: true });
  const away = 'unavailable' as const;
  // The first is half made when the provider goes away.
  bench.fake.addFault({ verb: 'power', when: 'before', count: 1_000, error: away });
  bench.fake.addFault({ verb: 'destroy', when: 'before', count: 1_000, error: away });
  const made = [await reserveOne(bench), await reserveOne(bench)];
  expect(made.map((r) => r.providerId)).toEqual([bench.providerId, bench.providerId]);
  const worker = makeWorker(bench);
  await worker.start();
  onTestFinished(() => worker.stop());
  await until(async () => (await reservationOf(bench, made[1]?.id ?? '')).stageText.startsWith('waiting for the provider'), 'the wait');
  await providers.setState(bench.store.db, bench.providerId, 'down', { text: 'no answer' }, bench.deps.now());
  expect(await leaveDownProviders(bench.deps)).toBe(0);
  bench.clock.skewMs = DOWN_MS + 1_000;
  expect(await leaveDownProviders(bench.deps)).toBe(2);
  for (const { id } of made) await until(async () => (await reservationOf(bench, id)).state === 'ready', 'its machine elsewhere');
  const rows = await Promise.all(made.map((r) => reservationOf(bench, r.id)));
  expect(rows.map((r) => [r.providerId, r.tried.map((t) => t.code)])).toEqual([
    [there.id, ['unavailable']],
    [there.id, ['unavailable']],
  ]);
  expect(machinesOf(bench.fake)).toHaveLength(2);
  bench.fake.clearFaults();
  await providers.setState(bench.store.db, bench.providerId, 'up', null, bench.deps.now());
  await until(async () => {
    await dueNow(bench);
    const left = await Promise.all(made.map((r) => machines.find(bench.store.db, r.machineId)));
    return left.every((m) => m?.state === 'gone');
  }, 'what was begun to be gone');
  expect(machinesOf(bench.fake)).toEqual([]);
  expect(Object.fromEntries(machinesOf(there.world))).toEqual(Object.fromEntries(rows.map((r) => [r.machineId, 'on'])));
  for (const { id } of made) expect((await reservationOf(bench, id)).state).toBe('ready');
});

/** Eight that are to leave one place at one moment, in two processes, for another with room for three: how many did, and how many are there. */
async function rushAway(process: (deps: EngineDeps) => EngineDeps): Promise<{ moved: number; there: number }> {
  const bench = await makeBench(onTestFinished, { limits: { machines: 50 }, ownDatabase: true });
  const there = await addPlace(bench, { machines: 3 });
  const made = [];
  for (let i = 0; i < 8; i++) made.push(await reserveOne(bench));
  expect(made.every((r) => r.providerId === bench.providerId)).toBe(true);
  await providers.setState(bench.store.db, bench.providerId, 'down', { text: 'no answer' }, bench.deps.now());
  bench.clock.skewMs = DOWN_MS + 1_000;
  const two = [process(bench.deps), process(await otherProcess(bench))];
  const left = await Promise.all(made.map(({ id }, i) => leaveDown(two[i % 2] as EngineDeps, id)));
  return { moved: left.filter(Boolean).length, there: (await machines.used(bench.store.db, there.id)).machines };
}

test('of many that leave a place at one moment in two processes, as many go to another as it has room for', async () => {
  expect(await rushAway((deps) => deps)).toEqual({ moved: 3, there: 3 });
});

test('without the row locks the same rush promises the other place twice', async () => {
  expect((await rushAway(withoutLocks)).there).toBeGreaterThan(3);
});
