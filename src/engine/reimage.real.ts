/** Another machine for a reservation that has one. */
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, jobOf, makeBench, problems, readyOne, reservationOf, reserveOne } from '../../test/support/engine.ts';
import type { RevisionProfile } from '../core/image.ts';
import * as images from '../store/images.ts';
import * as machines from '../store/machines.ts';
import { json } from '../store/sql.ts';
import { endReservation } from './intents/end.ts';
import { captureReservation, removeRevision, retireRevision } from './intents/image.ts';
import { reimageReservation } from './intents/reimage.ts';
import { powerReservation } from './intents/reservation.ts';

const here = (bench: Bench) => bench.world.machines().map((m) => m.id);

/** A second revision of the image, captured from a machine, as its number. */
async function secondRevision(bench: Bench, publish: boolean): Promise<number> {
  const { id } = await readyOne(bench);
  const { revision } = await captureReservation(bench.deps, bench.who, { reservationId: id, image: 'golden', publish });
  await drain(bench);
  await endReservation(bench.deps, id, 'end', 'ada');
  await drain(bench);
  expect((await images.revision(bench.store.db, revision.id))?.state).toBe(publish ? 'published' : 'draft');
  return revision.number;
}

test('the old machine is gone before the new one is asked for: a provider with room for one is enough', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const before = await readyOne(bench);
  await bench.store.db
    .updateTable('reservation')
    .set({ credential: Buffer.from('of the old machine') })
    .where('id', '=', before.id)
    .execute();
  const asked = await reimageReservation(bench.deps, bench.who, { id: before.id });
  expect(asked).toMatchObject({ state: 'preparing', stage: 'queued', readyAt: null, credential: null, machineId: before.machineId });
  const there: string[][] = [];
  await drain(bench, { fault: (point) => void (point === 'provision:clone:do:before' && there.push(here(bench))) });
  expect(there).toEqual([[]]);
  const after = await reservationOf(bench, before.id);
  expect(after).toMatchObject({ state: 'ready', hostname: before.hostname, during: before.during, revisionId: before.revisionId });
  expect(after.machineId).not.toBe(before.machineId);
  expect(here(bench)).toEqual([after.machineId]);
  expect((await machines.find(bench.store.db, before.machineId))?.proof).toBeTruthy();
  // Nobody else got the room meanwhile, and no more of it is taken than before.
  await expect(reserveOne(bench)).rejects.toMatchObject({ code: 'no-capacity' });
  expect(await problems(bench)).toEqual([]);
});

test('an end that comes while the old machine is taken away is carried out by that run: nothing is made anew', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  await reimageReservation(bench.deps, bench.who, { id });
  expect((await endReservation(bench.deps, id, 'end', 'ada')).state).toBe('ending');
  await drain(bench);
  expect((await reservationOf(bench, id)).state).toBe('ended');
  expect(here(bench)).toEqual([]);
  expect(
    (await bench.store.db.selectFrom('job').select('saga').where('saga', 'in', ['end', 'provision']).execute()).map((j) => j.saga),
  ).toEqual(['provision']);
  expect(await problems(bench)).toEqual([]);
});

test('an end takes up again a run that had given up', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  await reimageReservation(bench.deps, bench.who, { id });
  await bench.store.db.updateTable('job').set({ state: 'stuck' }).where('saga', '=', 'reimage').execute();
  await endReservation(bench.deps, id, 'end', 'ada');
  expect((await jobOf(bench, 'reimage')).state).toBe('ready');
  await drain(bench);
  expect((await reservationOf(bench, id)).state).toBe('ended');
});

test('of another revision of its image: the published one, or by number; it keeps that one', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  const number = await secondRevision(bench, false);
  await expect(
    reimageReservation(bench.deps, { ...bench.who, accountId: crypto.randomUUID(), role: 'user' }, { id, revision: number }),
  ).rejects.toMatchObject({ code: 'not-allowed' });
  await reimageReservation(bench.deps, bench.who, { id, revision: number });
  await drain(bench);
  const drafted = await reservationOf(bench, id);
  expect((await images.revision(bench.store.db, drafted.revisionId))?.number).toBe(number);
  expect((await machines.find(bench.store.db, drafted.machineId))?.revisionId).toBe(drafted.revisionId);
  // The draft is its own now: whoever has it may have it anew, published or not.
  expect((await reimageReservation(bench.deps, { ...bench.who, role: 'user' }, { id })).revisionId).toBe(drafted.revisionId);
  await drain(bench);
  await reimageReservation(bench.deps, bench.who, { id, revision: 'published' });
  await drain(bench);
  expect((await images.revision(bench.store.db, (await reservationOf(bench, id)).revisionId))?.number).toBe(1);
});

test('the revision cannot be removed while the old machine is being taken away for it; retired meanwhile, it fails and says so', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  const number = await secondRevision(bench, false);
  await reimageReservation(bench.deps, bench.who, { id, revision: number });
  const { revisionId } = await reservationOf(bench, id);
  await retireRevision(bench.deps, bench.who, revisionId);
  await expect(removeRevision(bench.deps, bench.who, revisionId)).rejects.toMatchObject({ code: 'has-children' });
  await drain(bench);
  const row = await reservationOf(bench, id);
  expect(row).toMatchObject({ state: 'failed', failure: { code: 'wrong-state', hint: 'reserve the image again' } });
  expect(here(bench)).toEqual([]);
  expect(await problems(bench)).toEqual([]);
});

test.each([
  ['not ready', async (bench: Bench) => (await reserveOne(bench)).id, 'wrong-state'],
  [
    'with something at work on its machine',
    async (bench: Bench) => {
      const { id } = await readyOne(bench);
      await powerReservation(bench.deps, bench.who, id, 'off');
      return id;
    },
    'busy',
  ],
  [
    'on a provider that takes nothing new',
    async (bench: Bench) => {
      const { id } = await readyOne(bench);
      await bench.store.db.updateTable('provider').set({ drainingSince: new Date() }).execute();
      return id;
    },
    'unavailable',
  ],
  [
    'whose revision is retired',
    async (bench: Bench) => {
      const { id } = await readyOne(bench);
      await retireRevision(bench.deps, bench.who, bench.revisionId);
      return id;
    },
    'wrong-state',
  ],
])('one that is %s stays as it is', async (_what, make, code) => {
  const bench = await makeBench(onTestFinished);
  const id = await make(bench);
  const before = await reservationOf(bench, id);
  await expect(reimageReservation(bench.deps, bench.who, { id })).rejects.toMatchObject({ code });
  expect(await reservationOf(bench, id)).toEqual(before);
});

test('what to do is said by the state that it is in', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await reserveOne(bench);
  await expect(reimageReservation(bench.deps, bench.who, { id })).rejects.toMatchObject({ hint: 'Wait until it is ready.' });
  await endReservation(bench.deps, id, 'end', 'ada');
  await drain(bench);
  await expect(reimageReservation(bench.deps, bench.who, { id })).rejects.toMatchObject({ hint: 'Reserve the image again.' });
});

test('a revision that wants more than is held is refused', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  const number = await secondRevision(bench, true);
  const [row] = await bench.store.db.selectFrom('revision').selectAll().where('number', '=', number).execute();
  const profile = row?.profile as unknown as RevisionProfile;
  await bench.store.db
    .updateTable('revision')
    .set({ profile: json({ ...profile, hardware: { ...profile.hardware, memoryMiB: profile.hardware.memoryMiB * 2 } }) })
    .where('id', '=', row?.id ?? '')
    .execute();
  await expect(reimageReservation(bench.deps, bench.who, { id, revision: 'published' })).rejects.toMatchObject({
    code: 'wrong-state',
    message: expect.stringContaining('this reservation holds'),
  });
});
