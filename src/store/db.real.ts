import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { makeCtx } from '../lib/context.ts';
import { waitFor } from '../lib/retry.ts';
import { connect } from './conn.ts';
import { type Notice, openStore, type Store, type Tx, tx } from './db.ts';
import { migrationsDir, schemaWork } from './migrate.ts';
import { LOCK_KEY, type LockOptions, serverLock } from './server-lock.ts';
import * as settings from './settings.ts';
import { PREPARED } from './prepared.ts';
import { backends, type TestDb, testDb } from './testing.ts';

const bound = () => makeCtx({ timeoutMs: 600_000 });

function ownMigrations(): string {
  const dir = mkdtempSync(join(tmpdir(), 'carrel-sql-'));
  cpSync(migrationsDir(), dir, { recursive: true });
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

async function open(t: TestDb, migrations: string): Promise<Store> {
  const store = await openStore(bound(), t.conn, { migrations });
  onTestFinished(() => store.close());
  return store;
}

test('migrations run once, in order, also when four open the store at once', async () => {
  const t = await testDb(onTestFinished);
  const dir = ownMigrations();
  const next = t.store.schemaVersion + 1;
  writeFileSync(join(dir, `${String(next).padStart(4, '0')}_more.sql`), 'create table once (n int); insert into once values (1);');
  const stores = await Promise.all([open(t, dir), open(t, dir), open(t, dir), open(t, dir)]);
  expect(stores.map((s) => s.schemaVersion)).toEqual([next, next, next, next]);
  expect((await sql`select * from once`.execute(t.db)).rows).toEqual([{ n: 1 }]);
});

test('a file that fails leaves nothing of itself', async () => {
  const t = await testDb(onTestFinished);
  const dir = ownMigrations();
  const next = t.store.schemaVersion + 1;
  writeFileSync(join(dir, `${String(next).padStart(4, '0')}_bad.sql`), 'create table half (n int); select 1 / 0;');
  await expect(open(t, dir)).rejects.toMatchObject({ code: 'store-migration' });
  await expect(sql`select * from half`.execute(t.db)).rejects.toMatchObject({ code: '42P01' });
  expect((await t.again()).schemaVersion).toBe(next - 1);
});

test('a store from a newer version is refused with both versions named', async () => {
  const t = await testDb(onTestFinished);
  const here = t.store.schemaVersion;
  await sql`insert into schema_version (version, name, checksum) values (${here + 1}, 'future', 'x')`.execute(t.db);
  await expect(t.again()).rejects.toMatchObject({ code: 'store-newer', details: { store: here + 1, program: here } });
});

test('a store to which a newer version only added is served by the one before, and by no older one', async () => {
  const t = await testDb(onTestFinished);
  const here = t.store.schemaVersion;
  const dir = ownMigrations();
  const write = (n: number, text: string) => writeFileSync(join(dir, `${String(here + n).padStart(4, '0')}_more.sql`), text);
  write(1, '-- expand: a column\nalter table setting add column more text;');
  expect((await open(t, dir)).schemaVersion).toBe(here + 1);
  // This program, which knows nothing of it.
  expect((await t.again()).schemaVersion).toBe(here + 1);
  write(2, 'alter table setting drop column more;');
  write(3, '-- expand: another\nalter table setting add column other text;');
  expect((await open(t, dir)).schemaVersion).toBe(here + 3);
  await expect(t.again()).rejects.toMatchObject({
    code: 'store-newer',
    message: `the store has schema ${here + 3}, which takes a program that knows ${here + 2}, and this program knows schemas up to ${here}`,
    details: { store: here + 3, needs: here + 2, program: here },
  });
});

test('what is added beside servers waits for their work, and stops nobody who comes after', async () => {
  const t = await testDb(onTestFinished);
  const dir = ownMigrations();
  writeFileSync(
    join(dir, `${String(t.store.schemaVersion + 1).padStart(4, '0')}_more.sql`),
    '-- expand\nalter table setting add column more text;',
  );
  let opened: Promise<Store> | undefined;
  await t.store.tx(async (tx) => {
    await sql`select from setting`.execute(tx);
    opened = open(t, dir);
    // It waits for the table, which this transaction has in use; whoever reads it meanwhile does not wait for ever.
    await waitFor(bound(), 5, async () => {
      const { rows } = await sql`select from pg_locks where relation = 'setting'::regclass and not granted`.execute(t.db);
      return rows.length > 0 ? true : undefined;
    });
    await sql`select from setting`.execute(t.db);
  });
  expect((await opened)?.schemaVersion).toBe(t.store.schemaVersion + 1);
});

test('a store of before the baseline is taken over as it is, one that has less is refused', async () => {
  const t = await testDb(onTestFinished);
  const dir = ownMigrations();
  for (const name of readdirSync(dir)) if (name > '0010') rmSync(join(dir, name));
  await sql`drop schema public cascade; create schema public`.execute(t.db);
  await (await openStore(bound(), t.conn, { migrations: dir })).close();
  const checksum = 'f65c0a2dbec7023f73d112870dc7b4d9fef71555c4e7b2e4c7188857503b40b7';
  const written = (newest: number) =>
    sql`delete from schema_version; insert into schema_version (version, name, checksum)
      select n, 'of_before', case when n = 35 then ${sql.lit(checksum)} else 'x' end from generate_series(1, ${sql.lit(newest)}) n`.execute(
      t.db,
    );
  await written(34);
  await expect(t.again()).rejects.toMatchObject({ code: 'store-edited' });
  await written(35);
  expect(await schemaWork(t.conn)).toBe('alone');
  const store = await t.again();
  expect(store.schemaVersion).toBe(t.store.schemaVersion);
  expect(await schemaWork(t.conn)).toBe('none');
});

test('a landed file that was edited is refused, one with other line ends is not', async () => {
  const t = await testDb(onTestFinished);
  const dir = ownMigrations();
  const file = join(dir, '0001_site.sql');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replaceAll('\n', '\r\n'));
  await open(t, dir);
  writeFileSync(file, `${text}-- a word\n`);
  await expect(open(t, dir)).rejects.toMatchObject({ code: 'store-edited', details: { version: 1 } });
  // Also where the store has more files than the program: that it is newer cannot be told of one that began otherwise.
  rmSync(join(dir, readdirSync(dir).sort().at(-1) as string));
  await expect(open(t, dir)).rejects.toMatchObject({ code: 'store-edited', details: { version: 1 } });
});

test('a DATABASE_URL leads to the same store', async () => {
  const t = await testDb(onTestFinished);
  await settings.set(t.db, 'k', { a: [1, 'ü', null] });
  const store = await openStore(bound(), t.url);
  onTestFinished(() => store.close());
  expect(await settings.get(store.db, 'k')).toEqual({ a: [1, 'ü', null] });
});

test('a server that is not there or refuses is said to be so', async () => {
  const t = await testDb(onTestFinished);
  await expect(openStore(bound(), { ...t.conn, host: '/tmp/nowhere' })).rejects.toMatchObject({
    code: 'store-unavailable',
    retry: 'later',
  });
  await expect(openStore(bound(), { ...t.conn, database: 'none' })).rejects.toMatchObject({ code: 'store-access' });
  await expect(openStore(bound(), 'postgres://127.0.0.1:1/x')).rejects.toMatchObject({ code: 'store-unavailable' });
});

test('settings: of many that set the first value at once all get the same', async () => {
  const t = await testDb(onTestFinished);
  const got = await Promise.all(Array.from({ length: 20 }, (_, i) => settings.getOrSet(t.db, 'id', `v${i}`)));
  expect(new Set(got).size).toBe(1);
});

test('two transactions that wait for each other both get through', async () => {
  const t = await testDb(onTestFinished);
  await settings.set(t.db, 'a', 0);
  await settings.set(t.db, 'b', 0);
  let tries = 0;
  let both: () => void = () => {};
  const met = new Promise<void>((resolve) => {
    both = resolve;
  });
  const add = (first: string, second: string) =>
    tx(t.db, async (within) => {
      const plus = (key: string) => sql`update setting set value = to_jsonb((value #>> '{}')::int + 1) where key = ${key}`.execute(within);
      await plus(first);
      if (++tries === 2) both();
      await met;
      await plus(second);
    });
  await Promise.all([add('a', 'b'), add('b', 'a')]);
  // The one that was turned away may come back before the other has moved, and be turned away again.
  expect(tries).toBeGreaterThanOrEqual(3);
  expect([await settings.get(t.db, 'a'), await settings.get(t.db, 'b')]).toEqual([2, 2]);
});

test('a transaction that is turned away again and again gets through while there is time, and is refused after it', async () => {
  const t = await testDb(onTestFinished);
  const deadlock = sql`do $$ begin raise exception 'deadlock detected' using errcode = '40P01'; end $$`;
  const turnedAway = async (times: number, forMs?: number) => {
    let tries = 0;
    const work = async (within: Tx) => {
      if (++tries <= times) await deadlock.execute(within);
    };
    const error = await tx(t.db, work, forMs).catch((e: unknown) => e);
    return { tries, error };
  };
  expect(await turnedAway(8)).toEqual({ tries: 9, error: undefined });
  expect(await turnedAway(8, 0)).toMatchObject({ tries: 5, error: { code: 'store-busy', details: { sqlstate: '40P01' } } });
});

test('a connection lost in a transaction is store-unavailable, and the pool goes on', async () => {
  const t = await testDb(onTestFinished);
  const other = await t.again();
  const lost = tx(t.db, async (within) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(within);
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(other.db);
    await settings.set(within, 'x', 1);
  });
  await expect(lost).rejects.toMatchObject({ code: 'store-unavailable', retry: 'later' });
  expect(await settings.get(t.db, 'x')).toBeUndefined();
});

test('NOTIFY arrives; after a lost connection it says so and arrives again', async () => {
  const t = await testDb(onTestFinished);
  const heard: Notice[] = [];
  const stop = await t.store.listen(['a', 'odd "name"'], (n) => heard.push(n));
  onTestFinished(() => stop());
  const has = (want: Notice) => waitFor(bound(), 5, () => heard.find((n) => JSON.stringify(n) === JSON.stringify(want)));
  await sql`select pg_notify('a', '1'), pg_notify('odd "name"', '2'), pg_notify('b', '3')`.execute(t.db);
  await has({ kind: 'notify', channel: 'odd "name"', payload: '2' });
  expect(heard).toHaveLength(2);
  const [pid] = await backends(t, 'carrel listen %');
  await sql`select pg_terminate_backend(${pid})`.execute(t.db);
  await has({ kind: 'reconnected' });
  await sql`select pg_notify('a', '4')`.execute(t.db);
  await has({ kind: 'notify', channel: 'a', payload: '4' });
});

test('a listener that is being opened while the store is closed ends with it; none is opened after', async () => {
  const t = await testDb(onTestFinished);
  const store = await openStore(bound(), t.conn);
  const opening = store.listen(['a'], () => {});
  await store.close();
  const end = await opening;
  onTestFinished(end);
  // PostgreSQL takes a moment to see that a connection is gone.
  await waitFor(bound(), 5, async () => ((await backends(t, 'carrel listen %')).length === 0 ? true : undefined));
  await expect(store.listen(['a'], () => {})).rejects.toMatchObject({ code: 'cancelled' });
});

const lockServer = (t: TestDb, more: Partial<LockOptions> = {}) => serverLock(bound(), t.conn, { serverId: 'here', ...more });

test('one server per data directory; the second is told who has it, and gets it when that one lets go', async () => {
  const t = await testDb(onTestFinished);
  const first = await lockServer(t);
  await expect(lockServer(t)).rejects.toMatchObject({ code: 'already-running', details: { pid: process.pid } });
  await first.release();
  await (await lockServer(t)).release();
});

test('several servers share a store; who is to change the schema waits for none of them and lets none in until it is done', async () => {
  const t = await testDb(onTestFinished);
  const first = await lockServer(t);
  const second = await lockServer(t, { serverId: 'there' });
  await expect(lockServer(t, { serverId: 'newer', alone: true })).rejects.toMatchObject({
    code: 'already-running',
    message: expect.stringContaining('older schema'),
    hint: expect.stringContaining('Stop the other servers'),
  });
  await Promise.all([first.release(), second.release()]);
  const newer = await lockServer(t, { serverId: 'newer', alone: true });
  let came = false;
  const late = lockServer(t).then((lock) => {
    came = true;
    return lock;
  });
  // It has asked, and was told to wait.
  await waitFor(bound(), 5, async () => {
    const { rows } = await sql`select 1 from pg_stat_activity
      where datname = current_database() and application_name like 'carrel serve %' and query <> ''`.execute(t.db);
    return rows.length > 0 ? true : undefined;
  });
  expect(came).toBe(false);
  await newer.share();
  await (await late).release();
  await newer.release();
});

test('what is to be done to the schema, and whether other servers may look on, is known before anything is done', async () => {
  const t = await testDb(onTestFinished);
  const dir = ownMigrations();
  const write = (n: number, text: string) =>
    writeFileSync(join(dir, `${String(t.store.schemaVersion + n).padStart(4, '0')}_more.sql`), text);
  expect(await schemaWork(t.conn, dir)).toBe('none');
  write(1, '-- expand: nothing\nselect 1;');
  expect(await schemaWork(t.conn, dir)).toBe('beside');
  write(2, 'select 1;');
  expect(await schemaWork(t.conn, dir)).toBe('alone');
});

test('a lock held by a process that has just died is waited out', async () => {
  const t = await testDb(onTestFinished);
  const first = await lockServer(t);
  const [pid] = await backends(t, 'carrel serve %');
  const dead = await connect(t.conn, 'carrel serve pid=4194304');
  await first.release();
  await waitFor(bound(), 5, async () => {
    const { rows } = await dead.query<{ ok: boolean }>('select pg_try_advisory_lock($1::bigint) as ok', [LOCK_KEY]);
    return rows[0]?.ok === true ? true : undefined;
  });
  const second = lockServer(t);
  await dead.end();
  await (await second).release();
  expect(pid).toBeDefined();
});

test('a lost lock is taken again; if somebody else was faster, the holder is told', async () => {
  const t = await testDb(onTestFinished);
  const first = await lockServer(t);
  onTestFinished(() => first.release());
  const holders = async (): Promise<number[]> => {
    const { rows } = await sql<{ pid: number }>`select l.pid from pg_locks l join pg_database d on d.oid = l.database
      where l.locktype = 'advisory' and l.granted and d.datname = current_database()`.execute(t.db);
    return rows.map((r) => r.pid);
  };
  const [before] = await holders();
  await sql`select pg_terminate_backend(${before})`.execute(t.db);
  await waitFor(bound(), 10, async () => ((await holders()).some((pid) => pid !== before) ? true : undefined));
  await expect(lockServer(t)).rejects.toMatchObject({ code: 'already-running' });
  expect(first.lost.aborted).toBe(false);

  const thief = await connect(t.conn, `carrel serve pid=${process.ppid}`);
  onTestFinished(() => thief.end());
  // In line before the holder comes back, as a second server would be.
  const taken = thief.query('select pg_advisory_lock($1::bigint)', [LOCK_KEY]);
  await waitFor(bound(), 5, async () => {
    const { rows } = await sql<{ n: number }>`select count(*) as n from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`.execute(t.db);
    return rows[0]?.n === 1 ? true : undefined;
  });
  const [holder] = await backends(t, `carrel serve pid=${process.pid}`);
  await sql`select pg_terminate_backend(${holder})`.execute(t.db);
  await taken;
  await waitFor(bound(), 10, () => (first.lost.aborted ? true : undefined));
  expect(first.lost.reason).toMatchObject({ code: 'already-running', details: { pid: process.ppid } });
});

test('what is marked so is prepared once by a connection, and goes on after a column is added', async () => {
  const t = await testDb(onTestFinished);
  await sql`create table counted (n int)`.execute(t.db);
  await t.store.tx(async (within) => {
    const count = async (n: number) => {
      await sql`${PREPARED} insert into counted values (${n})`.execute(within);
      const { rows } = await sql<{ sum: number }>`${PREPARED} select sum(n)::int as sum from counted where n <= ${n}`.execute(within);
      return rows[0]?.sum;
    };
    expect([await count(1), await count(2)]).toEqual([1, 3]);
    await sql`alter table counted add column more text`.execute(within);
    expect(await count(3)).toBe(6);
    const { rows } = await sql<{
      n: number;
    }>`select count(*)::int as n from pg_prepared_statements where statement like '%counted%'`.execute(within);
    expect(rows).toEqual([{ n: 2 }]);
  });
});
