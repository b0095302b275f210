/**
 * The private PostgreSQL cluster: started when it is not running, adopted when it is, watched while it is used, stopped when nobody
 * else uses it. It outlives a server that is killed; the next one adopts it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Client, escapeIdentifier } from 'pg';
import { type Ctx, checkCtx, makeCtx, sleep } from '../lib/context.ts';
import { CarrelError, errorCode, isCode } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import {
  CLUSTER_USER,
  type ClusterLayout,
  existingMajor,
  layout,
  logTail,
  makeCluster,
  makeFolders,
  markWhole,
  openLog,
  pgEnv,
  RESTORE_HINT,
  startProblem,
} from './cluster-files.ts';
import { Keeper, type KeeperStatus } from './cluster-keeper.ts';
import { connect, type StoreConn } from './conn.ts';
import { storeError } from './errors.ts';
import { clusterAccount, type OsAccount } from './pg-account.ts';
import { findBinaries, reachableBinaries } from './pg-binaries.ts';
import { allGone, alone, clearStale, isAlive, PORT, postmasterOf, signal } from './postmaster.ts';

export interface ClusterOptions {
  /** Folder of the cluster, made if missing; nothing else lies in it. */
  dir: string;
  log: Logger;
  /** Settings over {@link SETTINGS}; for tests. */
  settings?: Readonly<Record<string, string>> | undefined;
}

export interface Cluster {
  readonly conn: StoreConn;
  /** True if it was running already. */
  readonly adopted: boolean;
  /** True if the store was made just now. */
  readonly created: boolean;
  /** Name of the account PostgreSQL runs as, when it is not ours; machines must not run under the same. */
  readonly account: string | undefined;
  status(): KeeperStatus;
  /** Lets go of it; shuts it down unless another process still uses it. Close pools first. */
  stop(): Promise<'stopped' | 'in-use'>;
}

const DATABASE = 'carrel';
const STOP_MS = 30_000;
/** A postmaster opens its socket within milliseconds of its pid file; one without is out of reach for good. */
const DEAF_MS = 15_000;

/**
 * Small, as one server with one database needs it, and durable: fsync, full_page_writes and synchronous_commit stay at their safe
 * defaults. No logical replication, no parallel workers, no JIT: they cost memory and start-up time and give nothing at this size.
 */
export const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  port: String(PORT),
  max_connections: '40',
  shared_buffers: '32MB',
  wal_buffers: '1MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  huge_pages: 'off',
  jit: 'off',
  max_worker_processes: '2',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  autovacuum_max_workers: '1',
  wal_level: 'replica',
  max_wal_senders: '2',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // A statement that failed may hold values of a row; its text and detail stay out of the log (promise 8).
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
  logging_collector: 'off',
  log_destination: 'stderr',
};

interface Running {
  at: ClusterLayout;
  account: OsAccount | undefined;
  options: ClusterOptions;
}

type Answer = 'up' | 'starting' | 'down';

/** Asks whether the cluster answers; makes the database if the store is new. Errors other than "not yet" are thrown. */
async function ask(conn: StoreConn, at: ClusterLayout): Promise<Answer> {
  let client: Client;
  try {
    client = await connect(conn, `carrel start pid=${process.pid}`);
  } catch (error) {
    if (isCode(error, '57P03')) return 'starting';
    if (isCode(error, 'ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE') || errorCode(error) === 'internal') return 'down';
    if (isCode(error, '3D000')) return makeDatabase(conn, at);
    throw storeError(error);
  }
  try {
    const { rows } = await client.query<{ dir: string }>(`select current_setting('data_directory') as dir`);
    if (realpathSync(rows[0]?.dir ?? '') !== realpathSync(at.data)) {
      throw new CarrelError('store-start', `the server on ${conn.host} serves ${rows[0]?.dir}, not ${at.data}`, {
        hint: 'Stop that server or choose another data directory.',
      });
    }
    return 'up';
  } catch (error) {
    if (error instanceof CarrelError) throw error;
    return 'down';
  } finally {
    await client.end().catch(() => {});
  }
}

async function makeDatabase(conn: StoreConn, at: ClusterLayout): Promise<Answer> {
  if (existsSync(at.marker)) {
    throw new CarrelError('store-corrupt', `the store in ${at.data} has no database ${conn.database}, although it had one before`, {
      hint: RESTORE_HINT,
    });
  }
  const client = await connect({ ...conn, database: 'postgres' }, `carrel start pid=${process.pid}`);
  try {
    await client.query(`create database ${escapeIdentifier(conn.database)}`);
  } catch (error) {
    // Another process made it a moment ago.
    if (!isCode(error, '42P04', '23505')) throw storeError(error);
  } finally {
    await client.end().catch(() => {});
  }
  return 'up';
}

function launch({ at, account, options }: Running, bin: string): { child: ChildProcess; from: number; exited: () => string | undefined } {
  // The list is split at commas and unquoted by PostgreSQL, so that any folder name must stand in quotes.
  const sockets = `"${at.run.replaceAll('"', '""')}"`;
  const settings = { ...SETTINGS, ...options.settings, unix_socket_directories: sockets };
  const args = ['-D', at.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const { fd, from } = openLog(at);
  try {
    let exit: string | undefined;
    const child = spawn(`${bin}/postgres`, args, {
      detached: true,
      cwd: '/',
      env: pgEnv(),
      stdio: ['ignore', fd, fd],
      ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
    });
    child.once('error', (error) => (exit = error.message));
    child.once('exit', (code, sig) => (exit = sig === null ? `exit status ${code}` : `ended by ${sig}`));
    child.unref();
    return { child, from, exited: () => exit };
  } finally {
    closeSync(fd);
  }
}

/** Starts or adopts, and waits until it answers. */
async function bringUp(ctx: Ctx, what: Running, conn: StoreConn): Promise<{ adopted: boolean; created: boolean; major: number }> {
  const { at } = what;
  const major = existingMajor(at);
  // The common case of a server that is restarted, without a look at programs and locks.
  if (major !== undefined && (await ask(conn, at)) === 'up') return { adopted: true, created: false, major };
  return alone(ctx, at.dir, async () => {
    const now = existingMajor(at);
    const found = await findBinaries(now);
    const bin = reachableBinaries(found, what.account, at.dir).dir;
    if (now === undefined) await makeCluster(at, bin, what.account);
    const adopted = await settle(ctx, what, conn, bin);
    return { adopted, created: now === undefined, major: found.major };
  });
}

/** Launches where nothing runs, waits for what is starting or going down; true if it came up without a launch of ours. */
async function settle(ctx: Ctx, what: Running, conn: StoreConn, bin: string): Promise<boolean> {
  const { at } = what;
  const state: { launched?: ReturnType<typeof launch>; deafSince?: number } = {};
  try {
    for (;;) {
      checkCtx(ctx);
      const answer = await ask(conn, at);
      if (answer === 'up') return state.launched === undefined;
      const exit = state.launched?.exited();
      if (exit !== undefined) throw startProblem(at, logTail(at, state.launched?.from ?? 0), exit);
      const pid = postmasterOf(at.data);
      if (answer === 'down' && pid === undefined && state.launched === undefined && (await clearStale(ctx, at.data, at.run))) {
        what.options.log.debug({ bin, data: at.data }, 'starting PostgreSQL');
        state.launched = launch(what, bin);
      }
      if (answer !== 'down' || pid === undefined) delete state.deafSince;
      else refuseDeaf(at, pid, (state.deafSince ??= performance.now()));
      await sleep(ctx, 10);
    }
  } catch (error) {
    // What was started here and cannot be used is not left running.
    if (state.launched !== undefined) await shutDown(at);
    throw error;
  }
}

function refuseDeaf(at: ClusterLayout, pid: number, since: number): void {
  if (performance.now() - since <= DEAF_MS) return;
  throw new CarrelError('store-start', `PostgreSQL (process ${pid}) runs on ${at.data} but does not answer on its socket`, {
    hint: `Something may have removed the socket in ${at.run}. Stop it with kill -INT ${pid} and start again.`,
    details: { pid },
  });
}

async function shutDown(at: ClusterLayout): Promise<void> {
  const pid = postmasterOf(at.data);
  if (pid === undefined) return;
  const running = (): number[] => (isAlive(pid) ? [pid] : []);
  // Fast shutdown: sessions are ended, a checkpoint is written. The second signal leaves that to the next start's recovery.
  signal(pid, 'SIGINT');
  if (await allGone(makeCtx({}), running, STOP_MS)) return;
  signal(pid, 'SIGQUIT');
  await allGone(makeCtx({}), running, STOP_MS);
}

/** True when no session but our own is left; our own that were closed a moment ago get a second to vanish. */
async function unused(conn: StoreConn): Promise<boolean> {
  const until = performance.now() + 1_000;
  const client = await connect(conn, `carrel stop pid=${process.pid}`);
  try {
    for (;;) {
      const { rows } = await client.query<{ n: number }>(
        `select count(*) as n from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      );
      if (rows[0]?.n === 0) return true;
      if (performance.now() > until) return false;
      await sleep(makeCtx({}), 20);
    }
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Makes, starts or adopts the cluster in a folder, and keeps it running until `stop()`: when its processes are killed it is started
 * again.
 * Errors: `missing-tool` (no PostgreSQL), `store-version` (made by another major version), `store-corrupt`, `store-start`, `no-space`,
 * `no-permission`, `bad-request` (path too long), `deadline`, `cancelled`. Never makes a new store where one was.
 */
export async function ensureCluster(ctx: Ctx, options: ClusterOptions): Promise<Cluster> {
  const at = layout(resolve(options.dir));
  existingMajor(at);
  const account = clusterAccount(at.data);
  makeFolders(at, account);
  const conn: StoreConn = { host: at.run, user: CLUSTER_USER, database: DATABASE };
  const what: Running = { at, account, options };
  const { adopted, created, major } = await bringUp(ctx, what, conn);
  markWhole(at, major);
  const keeper = new Keeper({ conn, log: options.log, revive: (within) => bringUp(within, what, conn) });
  await keeper.open();
  let stopping: Promise<'stopped' | 'in-use'> | undefined;
  const stop = async (): Promise<'stopped' | 'in-use'> => {
    await keeper.close();
    if ((await ask(conn, at)) === 'up' && !(await unused(conn))) return 'in-use';
    await shutDown(at);
    return 'stopped';
  };
  return { conn, adopted, created, account: account?.name, status: () => keeper.status(), stop: () => (stopping ??= stop()) };
}
