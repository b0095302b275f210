/** What is kept after an end is given up where that makes the room that is wanted, and only there. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, makeBench, readyOne, reservationOf, startWorker } from '../../test/support/engine.ts';
import * as licences from '../store/licences.ts';
import { endReservation } from './intents/end.ts';
import { reserve } from './intents/reservation.ts';
import { reserveSeries } from './intents/series.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function keptOne(bench: Bench): Promise<string> {
  const { id } = await readyOne(bench);
  return keep(bench, id);
}

async function keep(bench: Bench, id: string): Promise<string> {
  await endReservation(bench.deps, id, 'end', 'ada', { keepMs: 30 * MINUTE });
  await drain(bench, { timed: true });
  return id;
}

const isKept = async (bench: Bench, id: string) => (await reservationOf(bench, id)).keptUntil !== null;
const ask = (bench: Bench, more: { memoryMiB?: number; vcpus?: number; startsAt?: Date } = {}) =>
  reserve(bench.deps, bench.who, { id: randomUUID(), image: 'golden', mode: 'linked', forMs: HOUR, ...more });

test.each([
  ['memory', { memoryMiB: 200_000 }],
  ['processors', { vcpus: 64 }],
])('who asks for more %s than all that is kept holds is refused, and nobody loses what is kept', async (_what, more) => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 9, memoryMiB: 8192, vcpus: 8 } });
  const both = [await readyOne(bench), await readyOne(bench)];
  const two = [await keep(bench, both[0]?.id as string), await keep(bench, both[1]?.id as string)];
  await startWorker(bench);
  await expect(ask(bench, more)).rejects.toMatchObject({ code: 'no-capacity' });
  expect(await Promise.all(two.map((id) => isKept(bench, id)))).toEqual([true, true]);
});

test('where two things are short, what is kept must make good both', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1, memoryMiB: 4096, vcpus: 8 } });
  const id = await keptOne(bench);
  await startWorker(bench);
  await expect(ask(bench, { memoryMiB: 5000 })).rejects.toMatchObject({
    code: 'no-capacity',
    details: { resource: 'machines', missing: { machines: 1, vcpus: 0 } },
  });
  expect(await isKept(bench, id)).toBe(true);
  expect((await ask(bench, { memoryMiB: 4096 })).state).toBe('preparing');
  expect((await reservationOf(bench, id)).state).toBe('ended');
});

test('of a licence with fewer seats than are held, what is kept is given up once that frees one', async () => {
  const bench = await makeBench(onTestFinished);
  const held = await readyOne(bench);
  const id = await keptOne(bench);
  const licence = randomUUID();
  onTestFinished(() => bench.store.tx((tx) => licences.remove(tx, licence)));
  await bench.store.tx(async (tx) => {
    await licences.create(tx, { id: licence, name: 'lowered', seats: 1, now: bench.deps.now() });
    await licences.setImages(tx, licence, [held.imageId]);
  });
  await expect(ask(bench)).rejects.toMatchObject({ code: 'no-capacity', details: { missing: { machines: 2 } } });
  expect(await isKept(bench, id)).toBe(true);
  await endReservation(bench.deps, held.id, 'end', 'ada');
  await drain(bench, { timed: true });
  await startWorker(bench);
  expect((await ask(bench)).state).toBe('preparing');
  expect((await reservationOf(bench, id)).state).toBe('ended');
});

test('for a series of which another date has no room nothing is given up, unless those are wanted that can be had', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const id = await keptOne(bench);
  await startWorker(bench);
  const soon = new Date(Math.ceil((bench.deps.now().getTime() + 20 * MINUTE) / MINUTE) * MINUTE);
  await ask(bench, { startsAt: new Date(soon.getTime() + 24 * HOUR) });
  const series = (partial: boolean) =>
    reserveSeries(bench.deps, bench.who, {
      ...{ id: randomUUID(), image: 'golden', mode: 'linked', forMs: HOUR, startsAt: soon, zone: 'UTC' },
      ...{ rule: 'FREQ=DAILY;COUNT=2', partial },
    });
  await expect(series(false)).rejects.toMatchObject({ code: 'no-capacity' });
  expect(await isKept(bench, id)).toBe(true);
  const made = await series(true);
  expect([made.reservations.length, made.refused.length]).toEqual([1, 1]);
  expect((await reservationOf(bench, id)).state).toBe('ended');
});
