/** Labels of reservations: put on, changed, found by, in one's own list and in everybody's. */
import { expect, onTestFinished, test } from 'vitest';
import { drain, makeBench, reservationOf, reserveOne } from '../../test/support/engine.ts';
import * as audit from '../store/audit.ts';
import * as events from '../store/events.ts';
import * as reservations from '../store/reservations.ts';
import { endReservation } from './intents/end.ts';
import { labelReservation } from './intents/labels.ts';
import { reserveSeries } from './intents/series.ts';

test('they are put on, changed and taken away, are told of, and a list has those that carry all that is wanted', async () => {
  const bench = await makeBench(onTestFinished);
  const { db } = bench.store;
  const first = await reserveOne(bench, { labels: { course: 'cs101', team: 'a' } });
  const second = await reserveOne(bench, { labels: { course: 'cs102' } });
  const third = await reserveOne(bench);
  const found = async (labels: { key: string; value?: string }[]) =>
    (await reservations.list(db, { past: true, limit: 10, labels })).map(({ id }) => id).toSorted();
  expect(await found([{ key: 'course' }])).toEqual([first.id, second.id].toSorted());
  expect(await found([{ key: 'course', value: 'cs101' }])).toEqual([first.id]);
  expect(await found([{ key: 'course', value: 'cs102' }, { key: 'team' }])).toEqual([]);
  expect(await found([])).toEqual([first.id, second.id, third.id].toSorted());

  const { last } = await events.bounds(db);
  const row = await labelReservation(bench.deps, bench.who, second.id, { course: null, team: 'b', 'a.b/c': '' });
  expect([row.labels, (await reservationOf(bench, second.id)).labels]).toEqual([
    { 'a.b/c': '', team: 'b' },
    { 'a.b/c': '', team: 'b' },
  ]);
  expect(await found([{ key: 'a.b/c', value: '' }])).toEqual([second.id]);
  const told = await events.after(db, { after: last, limit: 10 });
  expect(told.map(({ kind, subjectId }) => [kind, subjectId])).toContainEqual(['reservation', second.id]);
  const [entry] = await audit.list(db, { limit: 1 });
  expect(entry).toMatchObject({ action: 'reservation.labelled', subjectId: second.id, detail: { labels: { team: 'b' } } });

  // they stay when it is over
  await drain(bench);
  await endReservation(bench.deps, second.id, 'end', 'ada');
  await drain(bench);
  expect(await found([{ key: 'team', value: 'b' }])).toEqual([second.id]);
});

test('sixteen are the most, and one more changes none', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await reserveOne(bench, { labels: Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`l${i}`, 'x'])) });
  await labelReservation(bench.deps, bench.who, id, { last: 'x' });
  await expect(labelReservation(bench.deps, bench.who, id, { more: 'x', l0: 'y' })).rejects.toMatchObject({
    code: 'bad-request',
    message: 'it would have 17 labels, and 16 is the most',
  });
  expect((await reservationOf(bench, id)).labels).toMatchObject({ l0: 'x', last: 'x' });
  // in place of another there is room
  await labelReservation(bench.deps, bench.who, id, { more: 'x', l0: null });
});

test('each reservation of a series has those of the series', async () => {
  const bench = await makeBench(onTestFinished);
  const startsAt = new Date(bench.deps.now().getTime() + 86_400_000);
  const { series } = await reserveSeries(bench.deps, bench.who, {
    id: crypto.randomUUID(),
    image: 'golden',
    mode: 'linked',
    forMs: 3_600_000,
    startsAt,
    zone: 'UTC',
    rule: 'FREQ=DAILY;COUNT=2',
    partial: false,
    labels: { course: 'cs101' },
  });
  const rows = await reservations.list(bench.store.db, { past: false, limit: 10, labels: [{ key: 'course', value: 'cs101' }] });
  expect(rows.map((row) => row.seriesId)).toEqual([series.id, series.id]);
});
