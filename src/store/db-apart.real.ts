import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { makeCtx } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';
import { waitFor } from '../lib/retry.ts';
import { openDb, type Store, tx } from './db.ts';
import * as settings from './settings.ts';
import { backends, HOWEVER_SLOW, testDb } from './testing.ts';

const bound = () => makeCtx({ timeoutMs: 600_000 });
const patient = HOWEVER_SLOW;

/** What `ask` comes to once its pool could answer at all: to connect may take longer than the short limits allow, again and again. */
const served = async <T>(ask: () => Promise<T>): Promise<T> => {
  const answer = () => ask().then((value) => ({ value }));
  const unlessAway = (error: unknown) =>
    error instanceof CarrelError && error.code === 'store-unavailable' ? undefined : Promise.reject(error);
  return (await waitFor(bound(), 20, () => answer().catch(unlessAway))).value;
};

test('who waits for a lock is told so after the time that may be waited, while others may wait longer', async () => {
  const t = await testDb(onTestFinished);
  await settings.set(t.db, 'k', 1);
  const short = t.store.apart({ limits: { ...patient, lockMs: 50 } });
  const write = (store: Store) => settings.set(store.db, 'k', 2);
  let later: Promise<unknown> | undefined;
  await t.store.tx(async (within) => {
    await settings.set(within, 'k', 3);
    later = write(t.store);
    await expect(write(short)).rejects.toMatchObject({
      code: 'store-busy',
      message: 'something else is at work on the same thing and takes long',
      hint: 'Try again in a moment.',
    });
  });
  await later;
  await write(short);
});

test('when all connections are taken it is said, and nobody waits for ever', async () => {
  const t = await testDb(onTestFinished);
  const small = t.store.apart({ poolSize: 1, limits: { ...patient, connectionMs: 50 } });
  // Once open, the connection stays.
  await served(() => settings.get(small.db, 'k'));
  await small.tx(async (within) => {
    await settings.get(within, 'k');
    await expect(settings.get(small.db, 'k')).rejects.toMatchObject({
      code: 'store-busy',
      message: 'too much is asked of the server at this moment',
    });
  });
  expect(await settings.get(small.db, 'k')).toBeUndefined();
});

test('a server that takes fewer connections than a pool would open serves all that is asked, by those', async () => {
  const t = await testDb(onTestFinished);
  const user = `few_${t.conn.database}`;
  await sql`create role ${sql.ref(user)} login connection limit 2`.execute(t.db);
  onTestFinished(() => sql`drop role ${sql.ref(user)}`.execute(t.db).then(() => {}));
  const { db, close } = openDb({ ...t.conn, user }, { poolSize: 8, limits: patient });
  onTestFinished(close);
  const one = sql`select 1`;
  await Promise.all(Array.from({ length: 24 }, () => tx(db, (within) => one.execute(within))));
  const other = openDb({ ...t.conn, user }, { limits: { ...patient, connectionMs: 50 } });
  onTestFinished(other.close);
  const refused = { code: 'store-busy', message: 'the database takes no more connections' };
  await tx(db, async (first) => {
    await one.execute(first);
    await tx(db, async (second) => {
      await one.execute(second);
      await expect(served(() => one.execute(other.db))).rejects.toMatchObject(refused);
    });
  });
});

test('a server that says nothing holds nobody: the connection is given up, in a transaction too, and a new one serves', async () => {
  const t = await testDb(onTestFinished);
  const short = t.store.apart({ poolSize: 1, limits: { ...patient, queryMs: 200 } });
  const silent = sql`select pg_sleep(20)`;
  await expect(silent.execute(short.db)).rejects.toMatchObject({ code: 'store-unavailable', retry: 'later' });
  await expect(short.tx(async (within) => silent.execute(within))).rejects.toMatchObject({ code: 'store-unavailable' });
  expect((await served(() => sql`select 1 as one`.execute(short.db))).rows).toEqual([{ one: 1 }]);
});

test('is closed with the store it came from', async () => {
  const t = await testDb(onTestFinished);
  const other = await t.again();
  const apart = other.apart({ purpose: 'test' });
  await settings.get(apart.db, 'k');
  expect(await backends(t, 'carrel test pid%')).toHaveLength(1);
  await other.close();
  await waitFor(bound(), 10, async () => ((await backends(t, 'carrel test pid%')).length === 0 ? true : undefined));
});
