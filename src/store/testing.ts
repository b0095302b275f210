/**
 * Databases for tests: one cluster per test run, and for each test a clone of a migrated template, which takes some 20 ms.
 * The cluster lies in /tmp, is shared by all processes of the run, and goes away with the run, however that ends.
 */
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { type Client, escapeIdentifier } from 'pg';
import { makeCtx } from '../lib/context.ts';
import { isCode } from '../lib/errors.ts';
import { silentLogger } from '../lib/log.ts';
import { retry } from '../lib/retry.ts';
import { ensureCluster } from './cluster.ts';
import { connect, type StoreConn } from './conn.ts';
import { type Db, openStore, type Store, type StoreLimits } from './db.ts';
import { migrationsDir, readMigrations } from './migrate.ts';

/** However slow the machine is, nobody is turned away for having waited. What tests of limits need is tighter, and their own. */
export const HOWEVER_SLOW: StoreLimits = { connectionMs: 600_000, lockMs: 600_000, statementMs: 600_000 };

export interface TestDb {
  readonly store: Store;
  readonly db: Db;
  readonly conn: StoreConn;
  /** The same as a `DATABASE_URL`, for processes that a test starts. */
  readonly url: string;
  /** Opens the same database once more, as another process would. */
  again(): Promise<Store>;
  /** Closes all that was opened and removes the database. */
  drop(): Promise<void>;
}

/** The process whose end is the end of the run: vitest's main process when this is one of its forks. */
function owner(): number {
  return process.env.VITEST !== undefined && process.send !== undefined ? process.ppid : process.pid;
}

/** Start of a process in clock ticks since boot (field 22 of proc(5)'s stat): with the pid it names one process for good. */
function startedAt(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] as string;
}

/** Waits in the background until the run is over (gone, or a zombie), then ends the cluster and removes its folder. */
const JANITOR = `
while s=$(cut -d')' -f2- "/proc/$1/stat" 2>/dev/null) && case "$s" in ' Z'*) false;; esac; do sleep 1; done
pid=$(head -n 1 "$2/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
sleep 1
rm -rf "$2"`;

function folderOfRun(): string {
  const pid = owner();
  const dir = `/tmp/carrel-test-${pid}-${startedAt(pid)}`;
  try {
    mkdirSync(dir, { mode: 0o711 });
    spawn('/bin/sh', ['-c', JANITOR, 'sh', String(pid), dir], { detached: true, stdio: 'ignore', cwd: '/' }).unref();
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  return dir;
}

interface Run {
  conn: StoreConn;
  template: string;
}

let run: Promise<Run> | undefined;

/** Durability is not what these tests are about, and the run's end takes the data with it. */
const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_connections: '120',
};

async function startRun(): Promise<Run> {
  const ctx = makeCtx({ timeoutMs: 600_000 });
  const { conn } = await ensureCluster(ctx, { dir: folderOfRun(), log: silentLogger, settings: SETTINGS });
  const files = await readMigrations(migrationsDir());
  const sum = createHash('sha256')
    .update(files.map((f) => f.checksum).join())
    .digest('hex');
  const template = `template_${sum.slice(0, 16)}`;
  await asAdmin(conn, async (admin) => {
    // Held until this session ends; other processes of the run wait here for the template.
    await admin.query('select pg_advisory_lock(1)');
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [template]);
    if (rowCount !== 0) return;
    const half = `half_${randomUUID()}`;
    await admin.query(`create database ${escapeIdentifier(half)}`);
    await (await openStore(ctx, { ...conn, database: half })).close();
    await whenUnused(() => admin.query(`alter database ${escapeIdentifier(half)} rename to ${escapeIdentifier(template)}`));
  });
  return { conn, template };
}

async function asAdmin(conn: StoreConn, work: (admin: Client) => Promise<unknown>): Promise<void> {
  const admin = await connect({ ...conn, database: 'postgres' }, `carrel test pid=${process.pid}`);
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

/** Sessions that were closed vanish a moment later; until then PostgreSQL answers 55006 (object_in_use). */
async function whenUnused(work: () => Promise<unknown>): Promise<void> {
  const options = { attempts: 100, firstDelayMs: 5, maxDelayMs: 50, retryable: (e: unknown) => isCode(e, '55006') };
  await retry(makeCtx({ timeoutMs: 600_000 }), options, work);
}

/** A DATABASE_URL for a socket's folder. */
export function urlOf(conn: StoreConn): string {
  return `postgres://${encodeURIComponent(conn.user)}@/${encodeURIComponent(conn.database)}?host=${encodeURIComponent(conn.host)}`;
}

/**
 * A fresh database with the newest schema. Give it the hook that should drop it: `await testDb(onTestFinished)` or
 * `await testDb(afterAll)`; without one, call `drop()`.
 */
export async function testDb(whenOver?: (drop: () => Promise<void>) => void): Promise<TestDb> {
  const { conn: base, template } = await (run ??= startRun());
  const database = `t_${randomUUID()}`;
  await asAdmin(base, (admin) =>
    // Its files as they are: by the log, block by block, it takes three times as long (measured on 9 MB).
    whenUnused(() =>
      admin.query(`create database ${escapeIdentifier(database)} template ${escapeIdentifier(template)} strategy file_copy`),
    ),
  );
  const conn = { ...base, database };
  const opened: Store[] = [];
  const again = async (): Promise<Store> => {
    const store = await openStore(makeCtx({ timeoutMs: 600_000 }), conn, { limits: HOWEVER_SLOW });
    opened.push(store);
    return store;
  };
  const store = await again();
  const drop = async (): Promise<void> => {
    await Promise.all(opened.map((s) => s.close()));
    await asAdmin(base, (admin) => admin.query(`drop database if exists ${escapeIdentifier(database)} with (force)`));
  };
  whenOver?.(drop);
  return { store, db: store.db, conn, url: urlOf(conn), again, drop };
}

/** The server's processes at the work of those whose application name is like `like`, in that database. */
export async function backends(t: Pick<TestDb, 'db'>, like: string): Promise<number[]> {
  const { rows } = await sql<{
    pid: number;
  }>`select pid from pg_stat_activity where datname = current_database() and application_name like ${like}`.execute(t.db);
  return rows.map((r) => r.pid);
}
