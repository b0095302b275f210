/** A machine is made on the datastore that was promised, and what is claimed for it counts where it lies. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, makeBench, reservationOf, reserveOne } from '../../test/support/engine.ts';
import type { CloneSpec, Driver } from '../driver/index.ts';
import * as datastores from '../store/datastores.ts';
import * as machines from '../store/machines.ts';
import { availability } from './intents/availability.ts';
import { beginReservation } from './intents/begin.ts';
import { moveReservation } from './intents/reservation.ts';
import { reserveSeries } from './intents/series.ts';

/** What a whole copy of the fake's golden disk may come to take, in MiB. */
const WHOLE = 256;
const HOUR = 3_600_000;

/** A bench whose provider tells of datastores with so much room, and makes machines on the one that is asked for, or on `lands`. */
async function withDatastores(rooms: Record<string, number>) {
  const bench = await makeBench(onTestFinished);
  const tell = (all: Record<string, number | undefined>) =>
    datastores.put(
      bench.store.db,
      bench.providerId,
      Object.entries(all).map(([name, mib]) => (mib === undefined ? { name } : { name, capacityMiB: mib, freeMiB: mib })),
    );
  await tell(rooms);
  const { driver } = bench;
  const asked: (string | undefined)[] = [];
  const lands: { on?: string } = {};
  const clone = driver.clone.bind(driver);
  const wrapped: Driver = Object.create(driver, {
    clone: {
      value: async (ctx: Parameters<Driver['clone']>[0], spec: CloneSpec) => {
        asked.push(spec.datastore);
        return { ...(await clone(ctx, spec)), datastore: lands.on ?? spec.datastore };
      },
    },
  });
  (bench.deps.drivers as Map<string, Driver>).set(bench.providerId, wrapped);
  return { bench, asked, lands, tell };
}

const counts = async (bench: Bench, id: string) => {
  const row = await reservationOf(bench, id);
  return [row.datastore, (await machines.find(bench.store.db, row.machineId))?.datastore];
};

test('two that ask at one time are promised the room of one datastore each, and a third none: not the sum, and not the largest twice', async () => {
  const { bench, asked } = await withDatastores({ large: WHOLE + 100, small: WHOLE + 50 });
  const startsAt = new Date(Date.now() + 10 * HOUR);
  const rush = await Promise.allSettled(Array.from({ length: 5 }, () => reserveOne(bench, { mode: 'full', startsAt, forMs: HOUR })));
  const made = rush.flatMap((r) => (r.status === 'fulfilled' ? [r.value.datastore ?? ''] : []));
  expect(made.sort((a, b) => a.localeCompare(b))).toEqual(['large', 'small']);
  const refused = {
    code: 'no-capacity',
    details: {
      resource: 'storageMiB',
      datastores: [
        { name: 'large', free: 100 },
        { name: 'small', free: 50 },
      ],
    },
  };
  await expect(reserveOne(bench, { mode: 'full', startsAt, forMs: HOUR })).rejects.toMatchObject(refused);
  const ask = { image: 'golden', mode: 'full' as const, startsAt, forMs: HOUR };
  const answer = await availability(bench.deps, bench.who, ask);
  expect(answer).toMatchObject({ possible: false, obstacle: { kind: 'capacity', resource: 'storageMiB', free: 100 } });
  // When it is told to be free it can be had.
  const next = answer.next as Date;
  expect(next.getTime()).toBeGreaterThanOrEqual(startsAt.getTime() + HOUR);
  expect((await availability(bench.deps, bench.who, { ...ask, startsAt: next })).possible).toBe(true);
  const later = await reserveOne(bench, { mode: 'full', startsAt: next, forMs: HOUR });
  await expect(moveReservation(bench.deps, bench.who, later.id, { startsAt })).rejects.toMatchObject({ code: 'no-capacity' });
  // Of a series, the days on which there is room.
  const daily = {
    id: randomUUID(),
    image: 'golden',
    mode: 'full' as const,
    forMs: HOUR,
    startsAt,
    zone: 'UTC',
    rule: 'FREQ=DAILY;COUNT=3',
  };
  const { reservations, refused: days } = await reserveSeries(bench.deps, bench.who, { ...daily, partial: true });
  expect([reservations.map((r) => r.datastore), days.map((d) => d.at)]).toEqual([['large', 'large'], [startsAt]]);
  const now = await reserveOne(bench, { mode: 'full' });
  await drain(bench);
  expect([asked, await counts(bench, now.id)]).toEqual([['large'], ['large', 'large']]);
});

test('linked clones are promised so far as each datastore has room for their share', async () => {
  const { bench } = await withDatastores({ one: 30, two: 20 });
  const startsAt = new Date(Date.now() + 10 * HOUR);
  const rush = await Promise.allSettled(Array.from({ length: 6 }, () => reserveOne(bench, { startsAt, forMs: HOUR })));
  const made = rush.flatMap((r) => (r.status === 'fulfilled' ? [r.value.datastore ?? ''] : []));
  // 13 MiB each: in the sum there would be room for three, and one datastore of 50 could take them.
  expect(made.sort((a, b) => a.localeCompare(b))).toEqual(['one', 'one', 'two']);
});

test('one that came to lie elsewhere counts there; one whose datastore went away before it is made counts on another', async () => {
  const { bench, asked, lands, tell } = await withDatastores({ one: 2 * WHOLE, two: WHOLE });
  lands.on = 'two';
  const { id } = await reserveOne(bench, { mode: 'full' });
  await drain(bench);
  expect([asked, await counts(bench, id)]).toEqual([['one'], ['two', 'two']]);
  delete lands.on;
  const startsAt = new Date(Date.now() + 10 * HOUR);
  const booked = await reserveOne(bench, { mode: 'full', startsAt, forMs: HOUR });
  expect(booked.datastore).toBe('one');
  await tell({ one: undefined, two: WHOLE, three: WHOLE });
  bench.clock.skewMs = 10 * HOUR;
  expect(await beginReservation(bench.deps, booked.id)).toBe('preparing');
  await drain(bench);
  expect([asked.at(-1), await counts(bench, booked.id)]).toEqual(['three', ['three', 'three']]);
});
