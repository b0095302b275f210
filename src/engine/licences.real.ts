/** Licences: seats that machines of some images take up, wherever they are made. */
import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import {
  type Bench,
  drain,
  makeBench,
  otherProcess,
  readyOne,
  reservationOf,
  startWorker,
  withoutLocks,
} from '../../test/support/engine.ts';
import { addPlace } from '../../test/support/places.ts';
import type { EngineDeps } from './deps.ts';
import * as licences from '../store/licences.ts';
import { availability } from './intents/availability.ts';
import { endReservation } from './intents/end.ts';
import { addClosure } from './intents/closures.ts';
import { extendReservation, moveReservation, reserve } from './intents/reservation.ts';
import { reserveSeries } from './intents/series.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TURNAROUND = 2 * MINUTE;

const dayOf = (bench: Bench): number => Math.ceil((bench.deps.now().getTime() + 2 * HOUR) / HOUR) * HOUR;

async function addLicence(bench: Bench, seats: number, images: readonly string[] = []): Promise<string> {
  const id = randomUUID();
  const { imageId } = await bench.store.db
    .selectFrom('revision')
    .select('imageId')
    .where('id', '=', bench.revisionId)
    .executeTakeFirstOrThrow();
  await bench.store.tx(async (tx) => {
    await licences.create(tx, { id, name: `licence-${id.slice(0, 4)}`, seats, now: bench.deps.now() });
    await licences.setImages(tx, id, [imageId, ...images]);
  });
  return id;
}

const book = (bench: Bench, at?: number, forMs = HOUR, image = 'golden') =>
  reserve(bench.deps, bench.who, {
    id: randomUUID(),
    image,
    mode: 'linked',
    forMs,
    ...(at === undefined ? {} : { startsAt: new Date(at) }),
  });

/** Another image, `second`, with a revision whose one master is on that provider. */
async function anotherImage(bench: Bench, providerId = bench.providerId): Promise<string> {
  const { db } = bench.store;
  const [image, revision] = [randomUUID(), randomUUID()];
  const copy = (table: string, where: RawBuilder<unknown>, changed: object) =>
    sql`insert into ${sql.table(table)} select (jsonb_populate_record(t, ${JSON.stringify(changed)}::jsonb)).*
      from ${sql.table(table)} t where ${where}`.execute(db);
  await copy('image', sql`id = (select image_id from revision where id = ${bench.revisionId})`, { id: image, name: 'second' });
  await copy('revision', sql`id = ${bench.revisionId}`, { id: revision, image_id: image });
  await copy('master', sql`revision_id = ${bench.revisionId} and provider_id = ${bench.providerId}`, {
    revision_id: revision,
    provider_id: providerId,
  });
  return image;
}

test('seats are counted over images and providers together, and the refusal says which licence and until when', async () => {
  const bench = await makeBench(onTestFinished);
  await addPlace(bench);
  const id = await addLicence(bench, 3, [await anotherImage(bench)]);
  const day = dayOf(bench);
  const three = [await book(bench, day), await book(bench, day), await book(bench, day, 2 * HOUR, 'second')];
  expect(new Set(three.map((r) => r.providerId)).size).toBe(2);
  const name = `licence-${id.slice(0, 4)}`;
  for (const image of ['golden', 'second'])
    await expect(book(bench, day, HOUR, image)).rejects.toMatchObject({
      code: 'no-capacity',
      message: expect.stringContaining(`every seat of licence ${name} is taken`),
      details: { resource: 'licence', licence: name, seats: 3, until: new Date(day + HOUR + TURNAROUND).toISOString() },
    });
  await endReservation(bench.deps, three[0]?.id as string, 'end', 'ada');
  await book(bench, day, HOUR, 'second');
});

/** 16 at one moment in two processes: of one image on the bench's own provider and of another on another. */
async function rush(bench: Bench, change: (deps: EngineDeps) => EngineDeps): Promise<number> {
  const there = await addPlace(bench, { master: false });
  await addLicence(bench, 4, [await anotherImage(bench, there.id)]);
  const startsAt = new Date(dayOf(bench));
  const processes = [bench.deps, await otherProcess(bench)];
  const asked = await Promise.allSettled(
    Array.from({ length: 16 }, (_, i) => {
      // What is changed is a process of its own: in one they would go in turns.
      const [deps, image] = [change(processes[i % 2] as EngineDeps), i % 4 < 2 ? 'golden' : 'second'];
      return reserve(deps, bench.who, { id: randomUUID(), image, mode: 'linked', forMs: HOUR, startsAt });
    }),
  );
  return asked.filter((a) => a.status === 'fulfilled').length;
}

test('of many at one moment in two processes, on two providers, as many are promised as there are seats', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  expect(await rush(bench, (deps) => deps)).toBe(4);
});

test('without the row locks the same rush promises seats twice', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  expect(await rush(bench, withoutLocks)).toBeGreaterThan(4);
});

test('what is moved and lengthened takes a seat as what is new does; refused, it stays; its own seat is its own', async () => {
  const bench = await makeBench(onTestFinished);
  await addLicence(bench, 1);
  const day = dayOf(bench);
  const first = await book(bench, day);
  const second = await book(bench, day + 3 * HOUR);
  await expect(moveReservation(bench.deps, bench.who, second.id, { startsAt: new Date(day + HOUR) })).rejects.toMatchObject({
    details: { resource: 'licence' },
  });
  await expect(extendReservation(bench.deps, bench.who, first.id, 2 * HOUR)).rejects.toMatchObject({ details: { resource: 'licence' } });
  expect((await reservationOf(bench, second.id)).during).toEqual(second.during);
  await extendReservation(bench.deps, bench.who, first.id, 30 * MINUTE);
  await moveReservation(bench.deps, bench.who, second.id, { startsAt: new Date(day + 4 * HOUR) });
});

test('a series is promised whole or not at all; with partial the others are', async () => {
  const bench = await makeBench(onTestFinished);
  await addLicence(bench, 1);
  const day = dayOf(bench);
  await book(bench, day + 24 * HOUR);
  const series = (partial: boolean) =>
    reserveSeries(bench.deps, bench.who, {
      id: randomUUID(),
      image: 'golden',
      mode: 'linked',
      forMs: HOUR,
      startsAt: new Date(day),
      zone: 'UTC',
      rule: 'FREQ=DAILY;COUNT=3',
      partial,
    });
  await expect(series(false)).rejects.toMatchObject({ code: 'no-capacity', message: expect.stringContaining('1 of 3 cannot be had') });
  const { reservations, refused } = await series(true);
  expect([reservations.length, refused.map((r) => r.at)]).toEqual([2, [new Date(day + 24 * HOUR)]]);
  // Its own occurrences hold seats against each other too.
  await expect(
    reserveSeries(bench.deps, bench.who, {
      id: randomUUID(),
      image: 'golden',
      mode: 'linked',
      forMs: 26 * HOUR,
      kind: 'long',
      startsAt: new Date(day + 100 * HOUR),
      zone: 'UTC',
      rule: 'FREQ=DAILY;COUNT=2',
      partial: false,
    }),
  ).rejects.toMatchObject({ code: 'no-capacity' });
});

test('the answer about what is free is true of licences too: the next start is had, a minute earlier is not', async () => {
  const bench = await makeBench(onTestFinished);
  await addLicence(bench, 2);
  const day = dayOf(bench);
  await book(bench, day, 2 * HOUR);
  await book(bench, day + HOUR, 3 * HOUR);
  await addClosure(bench.deps, bench.who, {
    providerId: bench.providerId,
    start: new Date(day + 6 * HOUR),
    forMs: 10 * MINUTE,
    reason: 'disks',
  });
  let possible = 0;
  const starts = Array.from({ length: 41 }, (_, i) => day - HOUR + i * 13 * MINUTE);
  // Its turn-round alone would meet the preparation of what comes.
  for (const from of [...starts, day - 11 * MINUTE]) {
    const ask = { image: 'golden', mode: 'linked' as const, forMs: HOUR };
    const answer = await availability(bench.deps, bench.who, { ...ask, startsAt: new Date(from) });
    const had = await book(bench, from).then(
      (row) => row,
      () => undefined,
    );
    expect([from, answer.possible]).toEqual([from, had !== undefined]);
    if (had) {
      possible += 1;
      await endReservation(bench.deps, had.id, 'end', 'ada');
      continue;
    }
    if (answer.obstacle?.kind !== 'licence') continue;
    const next = answer.next as Date;
    const taken = await book(bench, next.getTime());
    await endReservation(bench.deps, taken.id, 'end', 'ada');
    await expect(book(bench, next.getTime() - MINUTE)).rejects.toMatchObject({ code: 'no-capacity' });
    for (const { start, end } of answer.free.slice(0, 3)) {
      for (const at of [start, Math.min(end, start + 12 * HOUR) - HOUR]) {
        const row = await book(bench, at);
        await endReservation(bench.deps, row.id, 'end', 'ada');
      }
    }
  }
  expect(possible).toBeGreaterThan(5);
});

test('a machine that is there after its time takes its seat until it is gone, and so does one that was left behind', async () => {
  const bench = await makeBench(onTestFinished);
  await addLicence(bench, 1);
  const late = await readyOne(bench, { forMs: 5 * MINUTE });
  bench.clock.skewMs += 30 * MINUTE;
  await expect(book(bench)).rejects.toMatchObject({ details: { resource: 'licence' } });
  // As if it had been made elsewhere meanwhile: no live reservation has this machine any more.
  await bench.store.db.updateTable('reservation').set({ state: 'ended' }).where('id', '=', late.id).execute();
  await expect(book(bench)).rejects.toMatchObject({ details: { resource: 'licence', until: null } });
  await bench.store.db.updateTable('machine').set({ state: 'gone' }).where('id', '=', late.machineId).execute();
  await book(bench);
});

test('a licence that an image gets counts what is promised of it already, and takes nothing away', async () => {
  const bench = await makeBench(onTestFinished);
  const day = dayOf(bench);
  const had = [await book(bench, day), await book(bench, day)];
  const id = await addLicence(bench, 1);
  await expect(book(bench, day)).rejects.toMatchObject({ details: { resource: 'licence' } });
  for (const { id: one } of had) expect((await reservationOf(bench, one)).state).toBe('booked');
  await bench.store.tx((tx) => licences.setSeats(tx, id, 3));
  await book(bench, day);
  await bench.store.tx((tx) => licences.remove(tx, id));
  await book(bench, day);
});

test('who finds no seat gets that of a machine that is only kept, of an image that holds it', async () => {
  const bench = await makeBench(onTestFinished);
  await addLicence(bench, 1);
  const first = await readyOne(bench);
  await endReservation(bench.deps, first.id, 'end', 'ada', { keepMs: 5 * MINUTE });
  await drain(bench, { timed: true });
  // Wherever it is: the seat is one of all providers.
  const there = await addPlace(bench, { master: false });
  await bench.store.db.updateTable('reservation').set({ providerId: there.id }).where('id', '=', first.id).execute();
  await startWorker(bench);
  expect((await book(bench)).state).toBe('preparing');
  expect((await reservationOf(bench, first.id)).state).toBe('ended');
});
