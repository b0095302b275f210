/** Where machines are made when a revision has masters on several providers. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { placementNotices } from '../core/placement.ts';
import { type Bench, drain, makeBench, otherProcess, problems, readyOne, reservationOf, reserveOne } from '../../test/support/engine.ts';
import { addPlace } from '../../test/support/places.ts';
import type { RevisionProfile } from '../core/image.ts';
import * as jobs from '../store/jobs.ts';
import * as machines from '../store/machines.ts';
import * as masters from '../store/masters.ts';
import * as providers from '../store/providers.ts';
import * as reservations from '../store/reservations.ts';
import type { Reservation } from '../store/schema.ts';
import { beginReservation } from './intents/begin.ts';
import { endReservation } from './intents/end.ts';
import { addClosure } from './intents/closures.ts';
import { availability } from './intents/availability.ts';
import { removeRevision, retireRevision } from './intents/image.ts';
import { addMaster } from './intents/masters.ts';
import { moveReservation, reserve } from './intents/reservation.ts';
import { reserveSeries } from './intents/series.ts';
import { estimate } from './intents/terms.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const inFuture = (bench: Bench, ms: number): Date => new Date(Math.ceil((bench.deps.now().getTime() + ms) / MINUTE) * MINUTE);

const whereAre = (bench: Bench, rows: readonly { providerId: string }[]): number[] => {
  const here = rows.filter((r) => r.providerId === bench.providerId).length;
  return [here, rows.length - here];
};

test('reservations are spread over the places by the room that each would have left, and it is said why', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 4 } });
  const there = await addPlace(bench, { machines: 8 });
  const made = [];
  for (let i = 0; i < 6; i++) made.push(await reserveOne(bench));
  expect(whereAre(bench, made)).toEqual([2, 4]);
  expect(made[0]).toMatchObject({
    providerId: there.id,
    placement: 'there was chosen: there would have 88 % left, here would have 75 % left',
  });
  await drain(bench);
  for (const { id } of made) expect((await reservationOf(bench, id)).state).toBe('ready');
  expect([bench.world.machines().length, Object.keys(there.world.state.machines).length]).toEqual([2, 4]);
});

test('an instant clone is promised only of images with a firmware that the place makes them of', async () => {
  const bench = await makeBench(onTestFinished, { capabilities: { cloneModes: ['linked', 'instant'], instantFirmware: ['efi'] } });
  const request = { image: 'golden', mode: 'instant' as const, forMs: HOUR };
  await expect(reserve(bench.deps, bench.who, { ...request, id: randomUUID() })).rejects.toMatchObject({
    code: 'not-supported',
    message: 'this provider makes no instant clones of images that start with BIOS',
  });
  expect((await reserve(bench.deps, bench.who, { ...request, mode: 'linked', id: randomUUID() })).state).toBe('preparing');
  const there = await addPlace(bench, { machines: 1 });
  expect((await reserve(bench.deps, bench.who, { ...request, id: randomUUID() })).providerId).toBe(there.id);
});

test('where a place makes a linked one instead, an instant clone is promised there, if no other place makes them', async () => {
  const bench = await makeBench(onTestFinished, { capabilities: { cloneModes: ['linked', 'full'], instantElseLinked: true } });
  const request = { image: 'golden', mode: 'instant' as const, forMs: HOUR };
  const askFor = async () => await reserve(bench.deps, bench.who, { ...request, id: randomUUID() });
  const { id, machineId, providerId } = await askFor();
  expect(providerId).toBe(bench.providerId);
  await drain(bench);
  expect(await machines.find(bench.store.db, machineId)).toMatchObject({ state: 'running', mode: 'linked' });
  expect(await reservationOf(bench, id)).toMatchObject({
    mode: 'instant',
    notes: [expect.stringMatching(/^It was made as a linked clone/)],
  });
  const there = await addPlace(bench, { machines: 2 });
  expect([(await askFor()).providerId, (await askFor()).providerId]).toEqual([there.id, there.id]);
});

test('how long an instant clone takes is told from those that were made as the newest was', async () => {
  const bench = await makeBench(onTestFinished, { capabilities: { cloneModes: ['linked', 'full'], instantElseLinked: true } });
  const { db } = bench.store;
  const made = [];
  for (let i = 0; i < 4; i++) made.push(await readyOne(bench, { mode: 'instant' }));
  const newest = made.at(-1)?.machineId as string;
  const { imageId, providerId } = made[0] as Reservation;
  const told = async () => (await estimate(db, { imageId, providerId, mode: 'instant' }))?.count;
  expect(await told()).toBe(4);
  await machines.setMode(db, newest, 'instant');
  expect(await told()).toBeUndefined();
  // It has disks of its own now: what it was made as is not known any more, and does not come back.
  await machines.setUnlinked(db, newest, bench.deps.now());
  await machines.setMode(db, newest, 'instant');
  expect((await machines.find(db, newest))?.mode).toBe('full');
  expect(await told()).toBe(3);
});

test('no other mode is promised where it is not there', async () => {
  const bench = await makeBench(onTestFinished, { capabilities: { cloneModes: ['linked'], instantElseLinked: true } });
  await expect(reserve(bench.deps, bench.who, { id: randomUUID(), image: 'golden', mode: 'full', forMs: HOUR })).rejects.toMatchObject({
    code: 'not-supported',
  });
});

test('nor is one promised of an image with a TPM where the place makes none of these', async () => {
  const bench = await makeBench(onTestFinished, { capabilities: { cloneModes: ['linked', 'instant'], instantTpm: false } });
  const request = { image: 'golden', mode: 'instant' as const, forMs: HOUR };
  const { db } = bench.store;
  const { profile } = await db.selectFrom('revision').select('profile').where('id', '=', bench.revisionId).executeTakeFirstOrThrow();
  const { hardware, ...guest } = profile as unknown as RevisionProfile;
  expect((await reserve(bench.deps, bench.who, { ...request, id: randomUUID() })).state).toBe('preparing');
  const withTpm = JSON.stringify({ ...guest, hardware: { ...hardware, tpm: true } });
  await db
    .updateTable('revision')
    .set({ profile: withTpm as never })
    .where('id', '=', bench.revisionId)
    .execute();
  await expect(reserve(bench.deps, bench.who, { ...request, id: randomUUID() })).rejects.toMatchObject({
    code: 'not-supported',
    message: 'this provider makes no instant clones of images with a TPM',
  });
  expect((await reserve(bench.deps, bench.who, { ...request, mode: 'linked', id: randomUUID() })).state).toBe('preparing');
});

test('a place that is down gets nothing while another has room, then it does; one that is disabled gets nothing at all', async () => {
  const bench = await makeBench(onTestFinished);
  const there = await addPlace(bench, { machines: 2 });
  const { db } = bench.store;
  await providers.setState(db, bench.providerId, 'down', { text: 'no answer' }, new Date());
  const [first, second, third] = [await reserveOne(bench), await reserveOne(bench), await reserveOne(bench)];
  expect([first, second, third].map((r) => r.providerId)).toEqual([there.id, there.id, bench.providerId]);
  expect(first.placement).toMatch(/^there was chosen: there would have 50 % left, here would have 9\d % left but is down$/);
  expect(third.placement).toMatch(/here would have \d+ % left but is down, there has no room$/);
  await providers.enable(db, bench.providerId, false);
  await expect(reserveOne(bench)).rejects.toMatchObject({ code: 'no-capacity', details: { provider: 'there' } });
  await providers.enable(db, there.id, false);
  await expect(reserveOne(bench)).rejects.toMatchObject({ code: 'unavailable' });
});

test('a place that is being emptied gets nothing new; what is there stays, and what is booked there goes elsewhere if it can', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 9 } });
  const { db } = bench.store;
  const book = () =>
    reserve(bench.deps, bench.who, { id: randomUUID(), image: 'golden', mode: 'linked', startsAt: inFuture(bench, 3 * HOUR), forMs: HOUR });
  const [stays, goes] = [await reserveOne(bench), await book()];
  await providers.drain(db, bench.providerId, new Date());
  await expect(reserveOne(bench)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'here is being emptied: nothing new goes there',
  });
  const asked = { image: 'golden', mode: 'linked' as const, forMs: HOUR };
  await expect(availability(bench.deps, bench.who, asked)).rejects.toMatchObject({ code: 'unavailable' });
  await drain(bench);
  expect((await reservationOf(bench, stays.id)).state).toBe('ready');
  const there = await addPlace(bench, { machines: 1 });
  const keeps = await book();
  expect(keeps.providerId).toBe(there.id);
  bench.clock.skewMs = 3 * HOUR;
  // There is room for one alone: what was promised is kept where it was.
  expect(await beginReservation(bench.deps, goes.id)).toBe('preparing');
  expect((await reservationOf(bench, goes.id)).providerId).toBe(bench.providerId);
  await endReservation(bench.deps, keeps.id, 'end', 'ada');
  await drain(bench);
  const next = await book();
  expect(next.providerId).toBe(there.id);
  await providers.drain(db, bench.providerId, undefined);
  await db.updateTable('reservation').set({ providerId: bench.providerId }).where('id', '=', next.id).execute();
  await providers.drain(db, bench.providerId, new Date());
  await reservations.addNotes(db, next.id, ['told when it was promised']);
  bench.clock.skewMs = 6 * HOUR;
  expect(await beginReservation(bench.deps, next.id)).toBe('preparing');
  expect(await reservationOf(bench, next.id)).toMatchObject({
    providerId: there.id,
    placement: expect.stringContaining('here is being emptied'),
    notes: ['told when it was promised'],
  });
  expect(placementNotices((await reservationOf(bench, next.id)).placement ?? '')?.[0]).toEqual({
    code: 'place-emptied',
    facts: { place: 'here' },
  });
  await drain(bench);
  expect((await reservationOf(bench, next.id)).state).toBe('ready');
  expect(Object.keys(there.world.state.machines)).toHaveLength(1);
});

test('when every place is full it is said of each, and the next start is the earliest of all', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  await addPlace(bench, { machines: 1 });
  const request = { image: 'golden', mode: 'linked' as const, forMs: HOUR };
  const long = await reserve(bench.deps, bench.who, { ...request, id: randomUUID(), forMs: 6 * HOUR });
  expect((await availability(bench.deps, bench.who, request)).possible).toBe(true);
  const short = await reserve(bench.deps, bench.who, { ...request, id: randomUUID(), forMs: 2 * HOUR });
  expect(short.providerId).not.toBe(long.providerId);
  await expect(reserve(bench.deps, bench.who, { ...request, id: randomUUID() })).rejects.toMatchObject({
    code: 'no-capacity',
    message: expect.stringMatching(/^(here|there) has 0 machines left.*; (here|there) has 0 machines left/),
  });
  const answer = await availability(bench.deps, bench.who, request);
  expect(answer).toMatchObject({ possible: false, providerId: short.providerId });
  const next = answer.next as Date;
  expect(next.getTime()).toBeLessThan(bench.deps.now().getTime() + 3 * HOUR);
  // It is true: exactly then it is promised.
  const booked = await reserve(bench.deps, bench.who, { ...request, id: randomUUID(), startsAt: next });
  expect(booked).toMatchObject({ state: 'booked', providerId: short.providerId });
});

test('maintenance of one place sends what overlaps it to the other', async () => {
  const bench = await makeBench(onTestFinished);
  const there = await addPlace(bench);
  const start = inFuture(bench, 5 * HOUR);
  await addClosure(bench.deps, bench.who, { providerId: there.id, start, forMs: HOUR, reason: 'a new disk' });
  const request = { image: 'golden', mode: 'linked' as const, forMs: 2 * HOUR };
  const made = [];
  for (let i = 0; i < 3; i++) made.push(await reserve(bench.deps, bench.who, { ...request, id: randomUUID(), startsAt: start }));
  expect(whereAre(bench, made)).toEqual([3, 0]);
});

test('one that is booked moves to another place when there is no room at its own, and stays otherwise', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const there = await addPlace(bench, { machines: 1 });
  const book = (ms: number) =>
    reserve(bench.deps, bench.who, { id: randomUUID(), image: 'golden', mode: 'linked', forMs: HOUR, startsAt: inFuture(bench, ms) });
  const [a, b, c] = [await book(5 * HOUR), await book(5 * HOUR), await book(10 * HOUR)];
  const moved = await moveReservation(bench.deps, bench.who, c.id, { startsAt: inFuture(bench, 15 * HOUR) });
  expect([moved.providerId, moved.placement]).toEqual([c.providerId, c.placement]);
  const other = a.providerId === c.providerId ? b : a;
  await moveReservation(bench.deps, bench.who, other.id, { startsAt: inFuture(bench, 20 * HOUR) });
  const again = await moveReservation(bench.deps, bench.who, c.id, { startsAt: inFuture(bench, 5 * HOUR) });
  expect(again.providerId).toBe(other.providerId);
  expect(again.placement).toMatch(/ was chosen: /);
  expect([bench.providerId, there.id]).toContain(again.providerId);
});

test('a series is in one place as far as that has room, and its other occurrences are in another', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const there = await addPlace(bench, { machines: 1 });
  const startsAt = inFuture(bench, 24 * HOUR);
  const request = { image: 'golden', mode: 'linked' as const, forMs: HOUR };
  // The second day is taken at the place that the series would be in: of two that are alike the first by name.
  await reserve(bench.deps, bench.who, { ...request, id: randomUUID(), startsAt: new Date(startsAt.getTime() + 24 * HOUR) });
  const series = { ...request, startsAt, rule: 'FREQ=DAILY;COUNT=4', zone: 'UTC', partial: false };
  const { reservations } = await reserveSeries(bench.deps, bench.who, { ...series, id: randomUUID() });
  const at = (i: number) => reservations[i]?.providerId;
  expect([at(0), at(1), at(2), at(3)]).toEqual([bench.providerId, there.id, bench.providerId, bench.providerId]);
  expect(reservations[1]?.placement).toMatch(/^there was chosen: the places before it have no room at this time$/);
  expect(placementNotices(reservations[1]?.placement ?? '')?.map((n) => n.code)).toEqual(['place-next']);
});

test('of many at one moment in two processes, over two places, exactly as many are promised as both hold', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true, limits: { machines: 3 } });
  const there = await addPlace(bench, { machines: 4 });
  const other = await otherProcess(bench);
  const asked = Array.from({ length: 16 }, (_, i) => reserveOne(bench, { deps: i % 2 ? other : bench.deps }));
  const answers = await Promise.allSettled(asked);
  const made = answers.flatMap((a) => (a.status === 'fulfilled' ? [a.value] : []));
  expect(whereAre(bench, made)).toEqual([3, 4]);
  for (const a of answers) if (a.status === 'rejected') expect(a.reason).toMatchObject({ code: 'no-capacity' });
  await drain(bench);
  expect(Object.keys(there.world.state.machines)).toHaveLength(4);
  expect((await problems(bench)).filter((p) => !p.includes('has no machine'))).toEqual([]);
});

test('a revision gets a master on a second provider, one at a time and once; its removal takes away both', async () => {
  const bench = await makeBench(onTestFinished);
  const there = await addPlace(bench, { master: false });
  const { db } = bench.store;
  const { source } = await bench.world.source(onTestFinished);
  const request = { image: 'golden', revision: 1, provider: 'there', source, told: { kind: 'file' } };
  const add = () => addMaster(bench.deps, bench.who, request);
  const [{ job }] = [await add()];
  await expect(add()).rejects.toMatchObject({ code: 'busy' });
  await drain(bench);
  expect((await jobs.findJob(db, job))?.state).toBe('done');
  expect((await masters.ofRevisions(db, [bench.revisionId])).map((m) => m.providerId).sort()).toEqual([bench.providerId, there.id].sort());
  await expect(add()).rejects.toMatchObject({ code: 'already-exists' });
  await expect(addMaster(bench.deps, bench.who, { ...request, revision: 2 })).rejects.toMatchObject({ code: 'not-found' });
  // The other's profile is the revision's, so that people are told what is so wherever their machine is.
  expect(Object.keys(there.world.state.masters)).toEqual([bench.revisionId]);
  await retireRevision(bench.deps, bench.who, bench.revisionId);
  await expect(addMaster(bench.deps, bench.who, request)).rejects.toMatchObject({ code: 'wrong-state' });
  await removeRevision(bench.deps, bench.who, bench.revisionId);
  await drain(bench);
  expect(there.world.state.masters).toEqual({});
  expect(bench.world.masters()).toEqual([]);
  expect(await masters.ofRevisions(db, [bench.revisionId])).toEqual([]);
});

test('one whose people log in by another account is not taken for the same, and nothing is left of it', async () => {
  const bench = await makeBench(onTestFinished);
  const there = await addPlace(bench, { master: false });
  const { source } = await bench.world.source(onTestFinished);
  if (source.kind !== 'file') throw new Error('the fake imports files');
  const other = { ...source, profile: { user: 'somebody' } };
  const request = { image: 'golden', revision: 1, provider: 'there', source: other, told: { kind: 'file' } };
  const { job } = await addMaster(bench.deps, bench.who, request);
  await drain(bench);
  expect(await jobs.findJob(bench.store.db, job)).toMatchObject({ state: 'undone', error: { code: 'bad-image' } });
  expect(there.world.state.masters).toEqual({});
  expect(await masters.ofRevisions(bench.store.db, [bench.revisionId])).toHaveLength(1);
});
