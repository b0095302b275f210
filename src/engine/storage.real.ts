/** Storage is promised as memory and processors are: for whole disks, and for a share of those that stand on their image's. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, jobOf, makeBench, problems, readyOne, reservationOf, reserveOne } from '../../test/support/engine.ts';
import { addPlace } from '../../test/support/places.ts';
import * as machines from '../store/machines.ts';
import * as kept from '../store/kept.ts';
import * as providers from '../store/providers.ts';
import { availability } from './intents/availability.ts';
import { endReservation } from './intents/end.ts';
import { prepareImage } from './intents/image.ts';
import { reimageReservation } from './intents/reimage.ts';
import { extendReservation, moveReservation, powerReservation } from './intents/reservation.ts';
import { reserveSeries } from './intents/series.ts';
import { unlinkReservation } from './intents/unlink.ts';
import { beginDue } from './timers.ts';

/** What a whole copy of the fake's golden disk may come to take, in MiB. */
const WHOLE = 256;
/** What of it is counted of a linked clone, unless an operator sets another share. */
const SHARE = 13;
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

test('whole copies are promised as far as there is storage for all that they may come to take; what stands on its image is counted with a share', async () => {
  const bench = await roomForTwo();
  const first = await readyOne(bench, { mode: 'full' });
  await readyOne(bench, { mode: 'full' });
  expect(await held(bench)).toBe(2 * WHOLE);
  await expect(reserveOne(bench, { mode: 'full' })).rejects.toMatchObject({
    ...short,
    message: expect.stringMatching(/^here has 100 MiB of storage left and this needs 256, at /),
  });
  await readyOne(bench, { mode: 'linked' });
  expect(await held(bench)).toBe(2 * WHOLE + SHARE);
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
  expect(await held(bench)).toBe(2 * WHOLE + SHARE);
  expect((await bench.store.db.selectFrom('job').select('id').where('saga', '=', 'unlink').execute()).length).toBe(2);
  await reimageReservation(bench.deps, bench.who, { id: one.id });
  await drain(bench);
  expect((await reservationOf(bench, one.id)).state).toBe('ready');
  expect(await held(bench)).toBe(WHOLE + 2 * SHARE);
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
  expect([await held(bench), (await reservationOf(bench, id)).storageMib]).toEqual([SHARE, SHARE]);
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

test('of machines that are kept after their end the one that holds most storage makes room first for a whole copy', async () => {
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
  expect(await kept.longestKept(bench.store.db, { ...where, storage: true })).toEqual({ id: full.id });
});

/** 20 % of a golden disk of 256 MiB, rounded up. */
const FIFTH = 52;
const fifths = async (storageMiB: number) => {
  const bench = await makeBench(onTestFinished, { limits: { storageMiB } });
  await providers.setLinkedPercent(bench.store.db, bench.providerId, 20);
  return bench;
};

test('linked clones are promised as far as there is storage for the share that the provider counts of them, whichever way they are asked for', async () => {
  const bench = await fifths(3 * FIFTH + 10);
  const startsAt = new Date(Date.now() + 10 * HOUR);
  const rush = await Promise.allSettled(Array.from({ length: 8 }, () => reserveOne(bench, { startsAt, forMs: HOUR })));
  expect(rush.filter((r) => r.status === 'fulfilled')).toHaveLength(3);
  const full = { code: 'no-capacity', details: { resource: 'storageMiB', wanted: FIFTH, free: 10 } };
  await expect(reserveOne(bench, { startsAt, forMs: HOUR })).rejects.toMatchObject(full);
  const daily = {
    id: randomUUID(),
    image: 'golden',
    mode: 'linked' as const,
    forMs: HOUR,
    startsAt,
    zone: 'UTC',
    rule: 'FREQ=DAILY;COUNT=3',
  };
  const { reservations, refused } = await reserveSeries(bench.deps, bench.who, { ...daily, partial: true });
  expect([reservations.map((r) => r.storageMib), refused.map((r) => r.at)]).toEqual([[FIFTH, FIFTH], [startsAt]]);
  const asked = await availability(bench.deps, bench.who, { image: 'golden', mode: 'linked', startsAt, forMs: HOUR });
  expect(asked).toMatchObject({ possible: false, obstacle: { resource: 'storageMiB' } });
  expect((asked.next as Date).getTime()).toBeGreaterThanOrEqual(startsAt.getTime() + HOUR);
  // What was promised stays; what is asked for from then on is counted anew.
  await providers.setLinkedPercent(bench.store.db, bench.providerId, 0);
  expect((await reserveOne(bench, { startsAt, forMs: HOUR })).storageMib).toBe(0);
});

test('each place counts in its own way: one that goes to another is counted with the share there; a larger disk counts as large as it is', async () => {
  const bench = await fifths(FIFTH);
  const there = await addPlace(bench);
  await providers.setLinkedPercent(bench.store.db, there.id, 50);
  await providers.enable(bench.store.db, there.id, false);
  const startsAt = new Date(Date.now() + 10 * HOUR);
  const first = await reserveOne(bench, { startsAt, forMs: HOUR });
  const second = await reserveOne(bench, { startsAt: new Date(startsAt.getTime() + 5 * HOUR), forMs: HOUR });
  await providers.enable(bench.store.db, there.id, true);
  const moved = await moveReservation(bench.deps, bench.who, second.id, { startsAt });
  expect([first.storageMib, second.storageMib, moved.providerId, moved.storageMib]).toEqual([FIFTH, FIFTH, there.id, WHOLE / 2]);
  const grown = await reserveOne(bench, { startsAt, forMs: HOUR, diskMiB: 4 * WHOLE });
  expect([grown.providerId, grown.storageMib]).toEqual([there.id, 2 * WHOLE]);
  // A preparation that has no space at its place takes up what the next one counts.
  bench.fake.addFault({ verb: 'clone', when: 'before', count: 1, error: 'no-space' });
  await providers.enable(bench.store.db, there.id, false);
  const { id } = await reserveOne(bench);
  await providers.enable(bench.store.db, there.id, true);
  await drain(bench);
  expect(await reservationOf(bench, id)).toMatchObject({ state: 'ready', providerId: there.id, storageMib: WHOLE / 2 });
});

test('disks that the largest datastore could not take are promised at no time, whichever way they are asked for, and the refusal says so', async () => {
  const largest = WHOLE - 1;
  const bench = await makeBench(onTestFinished, { limits: { storageMiB: 10 * WHOLE, largestStorageMiB: largest } });
  const never = {
    code: 'no-capacity',
    message: expect.stringContaining('its disks may come to take 256 MiB, and the largest datastore there holds 255 MiB'),
    details: { resource: 'storageMiB', wanted: WHOLE, free: largest, largest, provider: 'here', providerId: bench.providerId },
  };
  const startsAt = new Date(Date.now() + 10 * HOUR);
  const rush = await Promise.allSettled(Array.from({ length: 4 }, () => reserveOne(bench, { mode: 'full', startsAt, forMs: HOUR })));
  expect(rush.map((r) => r.status === 'rejected' && r.reason)).toEqual(Array(4).fill(expect.objectContaining(never)));
  const daily = { image: 'golden', mode: 'full' as const, forMs: HOUR, startsAt, zone: 'UTC', rule: 'FREQ=DAILY;COUNT=2' };
  await expect(reserveSeries(bench.deps, bench.who, { ...daily, id: randomUUID(), partial: true })).rejects.toMatchObject({
    code: 'no-capacity',
    message: expect.stringContaining('the largest datastore there holds 255 MiB'),
  });
  const asked = await availability(bench.deps, bench.who, { image: 'golden', mode: 'full', startsAt, forMs: HOUR });
  expect(asked).toMatchObject({
    possible: false,
    obstacle: { kind: 'capacity', resource: 'storageMiB', wanted: WHOLE, largest },
    free: [],
  });
  expect(asked.next).toBeUndefined();
  const machine = await off(bench);
  await expect(unlinkReservation(bench.deps, bench.who, machine.id)).rejects.toMatchObject(never);
  // Another place with a datastore that could take it is where it goes, also of several asked for together.
  const there = await addPlace(bench);
  const had = await Promise.all(Array.from({ length: 4 }, () => reserveOne(bench, { mode: 'full', startsAt, forMs: HOUR })));
  const { reservations } = await reserveSeries(bench.deps, bench.who, { ...daily, id: randomUUID(), partial: false });
  expect([...had, ...reservations].map((r) => r.providerId)).toEqual(Array(6).fill(there.id));
  expect(await availability(bench.deps, bench.who, { image: 'golden', mode: 'full', startsAt, forMs: HOUR })).toMatchObject({
    possible: true,
    providerId: there.id,
  });
});

test('a machine whose disks stand already goes on where the largest datastore went away: it is no new promise', async () => {
  const bench = await roomForTwo();
  const made = await readyOne(bench, { mode: 'full' });
  const startsAt = new Date(Date.now() + 10 * HOUR);
  const booked = await reserveOne(bench, { mode: 'full', startsAt, forMs: HOUR });
  await providers.setLargest(bench.store.db, bench.providerId, WHOLE - 1);
  await extendReservation(bench.deps, bench.who, made.id, HOUR);
  // One that is to be made yet may be put to no other time, and keeps its own.
  await expect(
    moveReservation(bench.deps, bench.who, booked.id, { startsAt: new Date(startsAt.getTime() + 2 * HOUR) }),
  ).rejects.toMatchObject({ code: 'no-capacity', details: { largest: WHOLE - 1 } });
  expect((await reservationOf(bench, booked.id)).during.start).toEqual(startsAt);
});
