/** Many who follow, over the real store: what each is given, and what following costs. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startTestServer } from '../../test/support/test-server.ts';
import { FakeWorld, fakeServices, personId } from '../../test/support/fake-services.ts';
import type { EventData } from '../contract/system.ts';
import * as events from '../store/events.ts';
import { beginEventsAnew } from '../store/restored.ts';
import { type TestDb, testDb } from '../store/testing.ts';
import { follow, lastEventId, MOST_WAITING } from './follow.ts';

const at = new Date('2026-01-02T03:04:05Z');

const world = async () => of(await testDb(onTestFinished));

function of({ store }: TestDb) {
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const one = (n: number, accountId: string | null = null) => ({
    at,
    accountId,
    kind: 'job' as const,
    subjectId: randomUUID(),
    body: { n },
  });
  return {
    store,
    signal: over.signal,
    append: (n: number, accountId?: string) => events.append(store.db, one(n, accountId)),
    /** Events of one transaction. */
    appendMany: (numbers: readonly number[]) =>
      store.tx(async (tx) => {
        for (const n of numbers) await events.append(tx, one(n));
      }),
    open: (after: string, accountId?: string) => follow(store, { after, signal: over.signal, accountId }),
    last: () => lastEventId(store),
  };
}

async function take(stream: AsyncIterator<EventData>, n: number): Promise<EventData[]> {
  const found: EventData[] = [];
  while (found.length < n) {
    const { value, done } = await stream.next();
    if (done) break;
    found.push(value as EventData);
  }
  return found;
}

const numbers = (found: readonly EventData[]) => found.map((e) => e.body.n);
const range = (n: number) => [...Array(n).keys()];

test('fifty who follow over HTTP each see every event that is theirs once and in order, by one reader of the store', async () => {
  const { store, append } = await world();
  const services = {
    ...fakeServices(new FakeWorld()),
    events: (request: Parameters<typeof follow>[1]) => follow(store, request),
    lastEventId: () => lastEventId(store),
  };
  const server = await startTestServer({ services, streams: { perPerson: 50, inAll: 100 } });
  const over = new AbortController();
  onTestFinished(async () => {
    over.abort();
    await server.close();
  });
  const streams = range(50).map((i) => server.client(i % 2 === 0 ? 'ann' : 'root').events({ signal: over.signal, all: i % 2 !== 0 }));
  for (const [hello] of await Promise.all(streams.map((s) => take(s, 1)))) expect(hello?.kind).toBe('hello');
  // Hello says that the stream is open, not that it follows already; one who has been given an event does.
  await append(-1, personId('ann'));
  for (const found of await Promise.all(streams.map((s) => take(s, 1)))) expect(numbers(found)).toEqual([-1]);
  const reads = vi.spyOn(store.db, 'selectFrom');
  // Every third is of the operators alone.
  for (const n of range(30)) await append(n, n % 3 === 0 ? undefined : personId('ann'));
  const seen = await Promise.all(streams.map((s, i) => take(s, i % 2 === 0 ? 20 : 30)));
  for (const [i, found] of seen.entries()) expect(numbers(found)).toEqual(range(30).filter((n) => i % 2 !== 0 || n % 3 !== 0));
  // One reading per event at most, and now and then a look in case a notification was lost; not one per event and follower.
  expect(reads.mock.calls.length).toBeLessThan(2 * 30);
});

test('one who does not read is cut off with a gap, and the others miss nothing', async () => {
  const { append, appendMany, open, last } = await world();
  const start = await last();
  const [slow, quick] = [open(start), open(start)];
  await append(-1);
  expect(numbers([...(await take(slow, 1)), ...(await take(quick, 1))])).toEqual([-1, -1]);
  const many = range(MOST_WAITING + 1);
  for (const from of [0, 300]) {
    const part = many.slice(from, from + 300);
    await appendMany(part);
    expect(numbers(await take(quick, part.length))).toEqual(part);
  }
  expect(await take(slow, 2)).toMatchObject([{ kind: 'gap', id: await last(), body: { reason: expect.stringContaining('waited') } }]);
});

test.each([
  ['not yet given out by this store', (last: number) => last + 5, 'not of this store'],
  ['no longer kept', () => 0, 'no longer kept'],
])('a place that is %s gets a gap and goes on from what there is', async (_, place, why) => {
  const { store, append, appendMany, open, last } = await world();
  await appendMany(range(3));
  await events.prune(store.db, new Date('2027-01-01T00:00:00Z'));
  const stream = open(String(place(Number(await last()))));
  expect(await take(stream, 1)).toMatchObject([{ kind: 'gap', body: { reason: expect.stringContaining(why) } }]);
  await append(7);
  const next = why === 'no longer kept' ? [2, 7] : [7];
  expect(numbers(await take(stream, next.length))).toEqual(next);
});

test('one who comes back after a restore is told of the gap, also when as much has happened since as before', async () => {
  const t = await testDb(onTestFinished);
  const { append, appendMany, open, last } = of(t);
  await appendMany(range(3));
  const before = Number(await last());
  await beginEventsAnew(t.conn, new Date('2026-11-29T00:00:00Z'));
  const fresh = await last();
  // One was told of something that the backup does not know, one of all that it knows.
  const streams = [before + 2, before].map((place) => open(String(place)));
  const gap = { kind: 'gap', body: { reason: expect.stringContaining('restored') } };
  for (const stream of streams) expect(await take(stream, 1)).toMatchObject([gap]);
  await append(3);
  for (const stream of streams) expect(numbers(await take(stream, 1))).toEqual([3]);
  // Whoever comes anew, and comes back, misses nothing and is told of none.
  expect(numbers(await take(open(fresh), 1))).toEqual([3]);
  expect(Number(await last())).toBe(Number(fresh) + 1);
});

test('one who comes back is given what was missed, from memory and from the store alike', async () => {
  const { append, appendMany, open, last } = await world();
  await appendMany(range(3));
  const kept = open('0');
  expect(numbers(await take(kept, 3))).toEqual([0, 1, 2]);
  const place = await last();
  await append(3);
  expect(numbers(await take(kept, 1))).toEqual([3]);
  expect(numbers(await take(open(place), 1))).toEqual([3]);
  expect(numbers(await take(open('0'), 4))).toEqual([0, 1, 2, 3]);
});
