/** Storage is promised as memory and processors are: to machines with whole disks of their own. */
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, jobOf, makeBench, problems, readyOne, reservationOf, reserveOne } from '../../test/support/engine.ts';
import * as machines from '../store/machines.ts';
import * as kept from '../store/kept.ts';
import { availability } from './intents/availability.ts';
import { endReservation } from './intents/end.ts';
import { prepareImage } from './intents/image.ts';
import { reimageReservation } from './intents/reimage.ts';
import { moveReservation, powerReservation } from './intents/reservation.ts';
import { unlinkReservation } from './intents/unlink.ts';
import { beginDue } from './timers.ts';

/** What a whole copy of the fake's golden disk may come to take, in MiB. */
const WHOLE = 256;
const HOUR = 3_600_000;

/** A provider with storage for two whole copies. */
const roomForTwo = async () => makeBench(onTestFinished, { limits: { storageMiB: 2 * WHOLE + 100 } });
const held = async (bench: Bench) => (await machines.used(bench.store.db, bench.providerId)).storageMiB;
const short = { code: 'no-capacity', details: { resource: 'storageMiB', wanted: WHOLE, free: 100 } };

async function off(bench: Bench) {
  const made = await readyOne(bench);
  await powerReservation(bench.deps, bench.who, made.id, 'off');
  await drain(bench);
  return made;
}

test('whole copies are promised as far as there is storage for all that they may come to take; what stands on its image holds none', async () => {
  const bench = await roomForTwo();
  const first = await readyOne(bench, { mode: 'full' });
  await readyOne(bench, { mode: 'full' });
  expect(await held(bench)).toBe(2 * WHOLE);
  await expect(reserveOne(bench, { mode: 'full' })).rejects.toMatchObject({
    ...short,
    message: expect.stringMatching(/^here has 100 MiB of storage left and this needs 256, at /),
  });
  await readyOne(bench, { mode: 'linked' });
  expect(await held(bench)).toBe(2 * WHOLE);
  await endReservation(bench.deps, first.id, 'end', 'ada');
  await drain(bench);
  await readyOne(bench, { mode: 'full' });
  expect(await problems(bench)).toEqual([]);
});

test('it is promised for a time: later there is room, a move into a full time is refused, and the next free start is told', async () => {
  const bench = await roomForTwo();
  const at = new Date(Date.now() + 10 * HOUR);
  for (let i = 0; i < 2; i++) await reserveOne(bench, { mode: 'full', startsAt: at, forMs: HOUR });
  await expect(reserveOne(bench, { mode: 'full', startsAt: at, forMs: HOUR })).rejects.toMatchObject(short);
  const later = await reserveOne(bench, { mode: 'full', startsAt: new Date(at.getTime() + 3 * HOUR), forMs: HOUR });
  await expect(moveReservation(bench.deps, bench.who, later.id, { startsAt: at })).rejects.toMatchObject(short);
  const asked = await availability(bench.deps, bench.who, { image: 'golden', mode: 'full', startsAt: at, forMs: HOUR });
  expect([asked.possible, asked.obstacle, asked.next !== undefined && asked.next.getTime() >= at.getTime() + HOUR]).toEqual([
    false,
    expect.objectContaining({ resource: 'storageMiB' }),
    true,
  ]);
  const linked = await availability(bench.deps, bench.who, { image: 'golden', mode: 'linked', startsAt: at, forMs: HOUR });
  expect(linked.possible).toBe(true);
});

test('a machine that is taken off its image holds what its disks may come to take; a re-image gives that back', async () => {
  const bench = await roomForTwo();
  const [one, two, three] = [await off(bench), await off(bench), await off(bench)];
  for (const { id } of [one, two]) await unlinkReservation(bench.deps, bench.who, id);
  await expect(unlinkReservation(bench.deps, bench.who, three.id)).rejects.toMatchObject(short);
  await drain(bench);
  expect(await held(bench)).toBe(2 * WHOLE);
  expect((await bench.store.db.selectFrom('job').select('id').where('saga', '=', 'unlink').execute()).length).toBe(2);
  await reimageReservation(bench.deps, bench.who, { id: one.id });
  await drain(bench);
  expect((await reservationOf(bench, one.id)).state).toBe('ready');
  expect(await held(bench)).toBe(WHOLE);
  await unlinkReservation(bench.deps, bench.who, three.id);
  await drain(bench);
  expect(await problems(bench)).toEqual([]);
});

test('a copy that fails gives back what was held for it; one of which only the answer was lost keeps it', async () => {
  const bench = await roomForTwo();
  const { id } = await off(bench);
  bench.fake.addFault({ verb: 'unlink', when: 'before', count: 1, error: 'no-permission' });
  await unlinkReservation(bench.deps, bench.who, id);
  await drain(bench);
  expect((await jobOf(bench, 'unlink')).state).toBe('undone');
  expect([await held(bench), (await reservationOf(bench, id)).storageMib]).toEqual([0, 0]);
  bench.fake.addFault({ verb: 'unlink', when: 'after', count: 1, error: 'no-permission' });
  await unlinkReservation(bench.deps, bench.who, id);
  await drain(bench);
  expect([await held(bench), (await reservationOf(bench, id)).storageMib]).toEqual([WHOLE, WHOLE]);
});

test('what is published when it begins is handed out only where its whole copy fits into what was promised', async () => {
  const bench = await roomForTwo();
  const startsAt = new Date(Date.now() + 2 * HOUR);
  const [full, linked] = [await reserveOne(bench, { mode: 'full', startsAt }), await reserveOne(bench, { startsAt })];
  const source = { kind: 'recipe' as const, recipe: 'tiny' };
  const { revision } = await prepareImage(bench.deps, bench.who, { image: 'golden', publish: true, source, told: { kind: 'recipe' } });
  await drain(bench);
  const larger = (WHOLE + 1) * 2 ** 20;
  await bench.store.db.updateTable('master').set({ virtualBytes: larger }).where('revisionId', '=', revision.id).execute();
  bench.clock.skewMs = 2 * HOUR;
  expect(await beginDue(bench.deps)).toBe(2);
  expect((await reservationOf(bench, full.id)).revisionId).toBe(bench.revisionId);
  expect((await reservationOf(bench, linked.id)).revisionId).toBe(revision.id);
  await drain(bench);
  await expect(reimageReservation(bench.deps, bench.who, { id: full.id, revision: 'published' })).rejects.toMatchObject({
    code: 'wrong-state',
    message: 'a full copy of revision 2 may take 257 MiB of storage; this reservation holds 256 MiB',
  });
});

test('of machines that are kept after their end only one with disks of its own makes room for a whole copy', async () => {
  const bench = await roomForTwo();
  const [linked, full] = [await readyOne(bench), await readyOne(bench, { mode: 'full' })];
  await readyOne(bench, { mode: 'full' });
  for (const { id } of [linked, full]) {
    await bench.store.tx((tx) => kept.keep(tx, id, new Date(Date.now() + HOUR)));
    await bench.store.db
      .updateTable('reservation')
      .set({ state: 'ending', endAskedAt: new Date(id === linked.id ? 1 : 2) })
      .where('id', '=', id)
      .execute();
  }
  const where = { providerIds: [bench.providerId], at: new Date() };
  expect(await kept.longestKept(bench.store.db, { ...where, ownDisks: true })).toEqual({ id: full.id });
});
