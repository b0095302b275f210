import { randomUUID } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { fill } from '../../test/support/fill.ts';
import { makeCtx } from '../lib/context.ts';
import { misassigned } from '../../test/support/assigned.ts';
import { peak, usage } from '../core/calendar.ts';
import * as calendar from './calendar.ts';
import { at, churn, claimsOf, dice, now, violations, watch } from './calendar-testing.ts';
import { connect, type StoreTarget } from './conn.ts';
import { type Dump, dumpStore, loadStore, RESTORE_LOCK } from './dump.ts';
import { peak as peakHeld } from './held.ts';
import * as audit from './audit.ts';
import { openStore } from './db.ts';
import type { Db } from './schema.ts';
import { seed } from './seed-testing.ts';
import { testDb } from './testing.ts';

const ctx = () => makeCtx({ timeoutMs: 600_000 });

async function emptyDb(): Promise<StoreTarget> {
  const { conn } = await testDb(onTestFinished);
  const client = await connect(conn, 'carrel test');
  await client.query('drop schema public cascade; create schema public');
  await client.end();
  return conn;
}

function folder() {
  const dir = mkdtempSync(join(tmpdir(), 'dump-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const fileOf = (table: string) => join(dir, table);
  const linesOf = (table: string) => createInterface({ input: createReadStream(fileOf(table)).pipe(createGunzip()) });
  return { fileOf, linesOf };
}

/** Everything in a store: each table's rows as PostgreSQL writes them. */
async function contents(target: StoreTarget): Promise<Record<string, string[]>> {
  const client = await connect(target, 'carrel test');
  try {
    await client.query("set timezone = 'UTC'");
    const { rows: tables } = await client.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'schema_version'",
    );
    const all: Record<string, string[]> = {};
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from "${name}" t order by 1`);
      all[name] = rows.map((r) => r.row);
    }
    return all;
  } finally {
    await client.end();
  }
}

const entry = (i: number): Parameters<typeof audit.append>[1] => ({
  at: new Date(),
  actor: 'somebody',
  action: 'tried',
  subjectKind: 'account',
  subjectId: randomUUID(),
  detail: { i, text: 'quote " backslash \\ tab \t Zürich 🐈' },
});

async function filled() {
  const t = await testDb(onTestFinished);
  const { providerId, imageId, revisionId, accountId } = await seed(t.db, new Date());
  await fill(t.db, { providerId, imageId, revisionId, accountId }, { past: 300, booked: 200, accounts: 50, audit: 2_500 });
  await audit.append(t.db, entry(0));
  return t;
}

test('what was written comes back byte for byte, and its numbers go on', async () => {
  const t = await filled();
  const { fileOf, linesOf } = folder();
  const before = await contents(t.conn);
  const dump = await dumpStore(ctx(), t.conn, fileOf);
  expect(dump.tables.find((x) => x.table === 'audit')?.rows).toBeGreaterThan(2_500);
  const target = await emptyDb();
  await loadStore(ctx(), target, dump, linesOf);
  expect(await contents(target)).toEqual(before);
  const store = await openStore(ctx(), target);
  onTestFinished(() => store.close());
  await audit.append(store.db, entry(1));
  const ids = await store.db.selectFrom('audit').select('id').orderBy('id', 'desc').limit(2).execute();
  expect((ids[0]?.id ?? 0) - (ids[1]?.id ?? 0)).toBe(1);
});

/** A person with a token, in one transaction: half of it can never be there. */
async function pair(db: Db): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ id: string }>`insert into account (id, name, role, created_at)
      values (gen_random_uuid(), ${`pair-${randomUUID()}`}, 'user', now()) returning id`.execute(tx);
    await sql`insert into token (id, account_id, hash, label, created_at)
      values (gen_random_uuid(), ${rows[0]?.id}::uuid, sha256(gen_random_uuid()::text::bytea), 'pair', now())`.execute(tx);
  });
}

test('as of one moment, whatever is written meanwhile', async () => {
  const t = await filled();
  const { fileOf, linesOf } = folder();
  let going = true;
  let made = 0;
  const writer = (async () => {
    while (going) {
      await pair(t.db);
      made++;
    }
  })();
  await expect.poll(() => made).toBeGreaterThan(3);
  const dump = await dumpStore(ctx(), t.conn, (table) => fileOf(table));
  const then = made;
  await expect.poll(() => made).toBeGreaterThan(then);
  going = false;
  await writer;
  const target = await emptyDb();
  await loadStore(ctx(), target, dump, linesOf);
  const store = await openStore(ctx(), target);
  onTestFinished(() => store.close());
  const people = await store.db.selectFrom('account').select('id').where('name', 'like', 'pair-%').execute();
  const tokens = await store.db.selectFrom('token').select('accountId').where('label', '=', 'pair').execute();
  expect(people.length).toBeGreaterThan(0);
  expect(tokens.map((r) => r.accountId).toSorted()).toEqual(people.map((r) => r.id).toSorted());
});

test('taken while many book, move and end: what comes back has promised nothing twice, counts what its reservations say, and goes on', async () => {
  const limits = { machines: 12, memoryMiB: 2_400, vcpus: 24, storageMiB: 1_500 };
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, limits);
  const places = [s.providerId, (await seed(t.db, now, limits)).providerId];
  const stores = [t.store, await t.again(), await t.again()];
  let going = true;
  let rounds = 0;
  const writers = stores.map(async ({ db }, i) => {
    for (let round = 0; going; round++, rounds++) await churn(db, s, 5, dice(100 * i + round), places);
  });
  const dumps: { dump: Dump; linesOf: ReturnType<typeof folder>['linesOf'] }[] = [];
  for (let i = 0; i < 3; i++) {
    const { fileOf, linesOf } = folder();
    const before = rounds;
    await expect.poll(() => rounds).toBeGreaterThan(before + 2);
    dumps.push({ dump: await dumpStore(ctx(), t.conn, fileOf), linesOf });
  }
  going = false;
  await Promise.all(writers);
  const promised = [];
  for (const [i, { dump, linesOf }] of dumps.entries()) {
    const target = await emptyDb();
    await loadStore(ctx(), target, dump, linesOf);
    const store = await openStore(ctx(), target);
    onTestFinished(() => store.close());
    expect([await violations(store.db), await misassigned(store.db)]).toEqual([[], []]);
    const span = { start: now, end: at(24 * 60) };
    for (const place of places) {
      const claims = await claimsOf(store.db, place);
      expect(await peakHeld(store.db, place, span, { now })).toEqual(peak(usage(claims, calendar.interval(span))));
      promised.push(claims.length);
    }
    const more = churn(store.db, s, 20, dice(i), places);
    expect(await watch(store.db, more)).toEqual([]);
    expect((await more).granted).toBeGreaterThan(0);
  }
  expect(Math.min(...promised)).toBeGreaterThan(0);
});

test('two that fill one empty store: the second is refused while the first has written nothing yet, and nothing in it counts as its own', async () => {
  const t = await filled();
  const { fileOf, linesOf } = folder();
  const dump = await dumpStore(ctx(), t.conn, fileOf);
  const target = await emptyDb();
  const first = await connect(target, 'the first');
  await first.query('select pg_advisory_lock($1::bigint)', [RESTORE_LOCK]);
  let begun = 0;
  const load = async () => await loadStore(ctx(), target, dump, linesOf, () => begun++);
  await expect(load()).rejects.toMatchObject({ code: 'already-exists' });
  expect(begun).toBe(0);
  await first.query('select pg_advisory_unlock($1::bigint)', [RESTORE_LOCK]);
  await load();
  expect(begun).toBe(1);
  await first.end();
});

test('a store that has something is not written over, and one from the future is refused', async () => {
  const t = await filled();
  const { fileOf, linesOf } = folder();
  const dump = await dumpStore(ctx(), t.conn, fileOf);
  await expect(loadStore(ctx(), t.conn, dump, linesOf)).rejects.toMatchObject({ code: 'already-exists' });
  await expect(loadStore(ctx(), await emptyDb(), { ...dump, schema: 9_999 }, linesOf)).rejects.toMatchObject({ code: 'store-newer' });
  const short = { ...dump, tables: dump.tables.map((x) => (x.table === 'audit' ? { ...x, rows: x.rows + 1 } : x)) };
  await expect(loadStore(ctx(), await emptyDb(), short, linesOf)).rejects.toMatchObject({ code: 'store-corrupt' });
  await expect(dumpStore(ctx(), await emptyDb(), fileOf)).rejects.toMatchObject({ code: 'not-found' });
});
