/** A cluster's folder: what lies where, how it is made the first time, and what is wrong with one that will not do. */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CarrelError, isCode } from '../lib/errors.ts';
import { makeFolder } from '../lib/folder.ts';
import { blockedAt, type OsAccount } from './pg-account.ts';
import { isAlive, PORT } from './postmaster.ts';

export const CLUSTER_USER = 'carrel';
export const RESTORE_HINT = 'Nothing was changed. Move the store away and restore a backup in its place.';

/** sun_path holds 108 bytes with the closing NUL (unix(7)). */
const MAX_SOCKET_PATH = 107;
/** An empty cluster with its first WAL segment takes 40 MB. */
const MIN_FREE_BYTES = 100 * 1024 * 1024;
const LOG_ROTATE_BYTES = 5 * 1024 * 1024;
const HALF = /^data\.half-(\d+)$/;

export interface ClusterLayout {
  dir: string;
  /** PostgreSQL's data folder. */
  data: string;
  /** Folder of the socket, 0700. */
  run: string;
  log: string;
  /** Written once the cluster was complete, so that a missing one is noticed and never made anew in silence. */
  marker: string;
}

/** Errors: `bad-request` when the socket's path would be longer than the system allows. */
export function layout(dir: string): ClusterLayout {
  const run = join(dir, 'run');
  const bytes = Buffer.byteLength(join(run, `.s.PGSQL.${PORT}`));
  if (bytes > MAX_SOCKET_PATH) {
    throw new CarrelError('bad-request', `the store's socket would have a path of ${bytes} bytes; the system allows ${MAX_SOCKET_PATH}`, {
      hint: 'Choose a data directory with a shorter path.',
      details: { bytes, allowed: MAX_SOCKET_PATH },
    });
  }
  return { dir, data: join(dir, 'data'), run, log: join(dir, 'postgres.log'), marker: join(dir, 'store.json') };
}

function ownedFolder(path: string, account: OsAccount | undefined): void {
  makeFolder(path, 0o700);
  chmodSync(path, 0o700);
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}

/**
 * Makes the folder and the socket's. The top folder stays ours (for root 0711, so that PostgreSQL's account may pass); the account
 * owns only what is below, so that root never follows a link that the account could have laid.
 */
export function makeFolders(at: ClusterLayout, account: OsAccount | undefined): void {
  try {
    makeFolder(at.dir, 0o700);
    chmodSync(at.dir, account === undefined ? 0o700 : 0o711);
    const blocked = account === undefined ? undefined : blockedAt(at.run, account);
    if (account !== undefined && blocked !== undefined) {
      throw new CarrelError('no-permission', `PostgreSQL runs as ${account.name}, which cannot pass through ${blocked} to the store`, {
        hint: `Choose a data directory that every account can reach, such as /var/lib/carrel, or: chmod o+x '${blocked}'`,
        details: { account: account.name, blocked },
      });
    }
    ownedFolder(at.run, account);
  } catch (error) {
    throw fileProblem(error, at.dir);
  }
}

function fileProblem(error: unknown, dir: string): unknown {
  if (isCode(error, 'EACCES', 'EPERM', 'EROFS')) {
    return new CarrelError('no-permission', `the store's folder ${dir} cannot be written`, {
      hint: 'Run as the account that owns it, or choose another data directory.',
      cause: error,
    });
  }
  if (isCode(error, 'ENOSPC', 'EDQUOT')) return noSpace(dir, error);
  return error;
}

export function noSpace(dir: string, cause?: unknown): CarrelError {
  return new CarrelError('no-space', `there is no room left for the store in ${dir}`, {
    hint: 'Make room on that disk and start again.',
    retry: 'later',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Major version of the cluster in `data`, undefined if there is none yet. Errors: `store-corrupt` for a folder that is no cluster. */
export function existingMajor(at: ClusterLayout): number | undefined {
  if (!existsSync(at.data)) {
    if (existsSync(at.marker)) {
      throw new CarrelError('store-corrupt', `the store's data ${at.data} is gone, although this folder had a store before`, {
        hint: `Mount it or restore a backup in its place; to begin with an empty store on purpose, remove ${at.marker}.`,
      });
    }
    return undefined;
  }
  let text = '';
  try {
    text = readFileSync(join(at.data, 'PG_VERSION'), 'utf8').trim();
  } catch (cause) {
    if (!isCode(cause, 'ENOENT')) throw fileProblem(cause, at.dir);
  }
  if (!/^\d+$/.test(text)) {
    throw new CarrelError('store-corrupt', `${at.data} is no PostgreSQL data folder: its PG_VERSION is missing or unreadable`, {
      hint: RESTORE_HINT,
    });
  }
  return Number(text);
}

/**
 * Makes a new cluster in a folder with another name and renames it when it is whole: a crash in the middle leaves only rubbish, which
 * the next start sweeps. Errors: `no-space`, `store-start`. Call under `alone`.
 */
export async function makeCluster(at: ClusterLayout, bin: string, account: OsAccount | undefined): Promise<void> {
  sweepHalves(at);
  const { bavail, bsize } = statfsSync(at.dir);
  if (bavail * bsize < MIN_FREE_BYTES) throw noSpace(at.dir);
  const half = join(at.dir, `data.half-${process.pid}`);
  try {
    ownedFolder(half, account);
    await promisify(execFile)(
      join(bin, 'initdb'),
      ['-D', half, '-U', CLUSTER_USER, '-E', 'UTF8', '--locale=C', '--data-checksums', '--auth-local=trust', '--auth-host=reject'],
      { env: pgEnv(), cwd: '/', ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }), maxBuffer: 1 << 20 },
    );
    // initdb has flushed everything below it.
    renameSync(half, at.data);
    syncPath(at.dir);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    const said = String((error as { stderr?: unknown }).stderr ?? '');
    if (/No space left on device|Disk quota exceeded/.test(said)) throw noSpace(at.dir, error);
    if (said === '') throw fileProblem(error, at.dir);
    throw new CarrelError('store-start', 'initdb could not make a new store', { details: { log: said.slice(-4000) }, cause: error });
  }
}

function syncPath(path: string): void {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function sweepHalves(at: ClusterLayout): void {
  for (const name of readdirSync(at.dir)) {
    const pid = Number(HALF.exec(name)?.[1] ?? Number.NaN);
    if (!Number.isNaN(pid) && (pid === process.pid || !isAlive(pid))) rmSync(join(at.dir, name), { recursive: true, force: true });
  }
}

/** Says in the folder that the store is whole. */
export function markWhole(at: ClusterLayout, major: number): void {
  if (!existsSync(at.marker)) writeFileSync(at.marker, `${JSON.stringify({ postgres: major })}\n`, { flag: 'wx', mode: 0o644 });
}

/** What PostgreSQL's programs get to see of our environment: no PG* settings, messages in English. */
export function pgEnv(): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH } = process.env;
  return { PATH: PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...(LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH }) };
}

/** Opens the log for appending, beginning a new one when it has grown beyond 5 MiB. Gives its length, to tell old lines from new. */
export function openLog(at: ClusterLayout): { fd: number; from: number } {
  if (existsSync(at.log) && statSync(at.log).size > LOG_ROTATE_BYTES) renameSync(at.log, `${at.log}.1`);
  try {
    const fd = openSync(at.log, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW, 0o600);
    return { fd, from: fstatSync(fd).size };
  } catch (error) {
    throw fileProblem(error, at.dir);
  }
}

/** The log's last lines after byte `from`, at most 4 kB. */
export function logTail(at: ClusterLayout, from: number): string {
  try {
    const fd = openSync(at.log, constants.O_RDONLY);
    try {
      const size = fstatSync(fd).size;
      const start = Math.max(from, size - 4096);
      const buffer = Buffer.alloc(Math.max(0, size - start));
      readSync(fd, buffer, 0, buffer.length, start);
      return buffer.toString('utf8').trim();
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}

/**
 * What a log says about a start that failed. PostgreSQL gives no code for it, so this once text is matched; it is English, since
 * we set the locale. Patterns: the messages of xlogrecovery.c, controldata_utils.c, bufpage.c, relmapper.c and slru.c.
 */
const CORRUPT = new RegExp(
  [
    'checkpoint record',
    'checksum',
    'pg_control',
    'control file',
    'WAL ends before',
    'invalid page',
    'could not (?:open|read|access) (?:file|directory) "(?:global|base|pg_)',
    'could not access (?:the )?status of transaction',
    'relation mapping file',
    'invalid data in file',
    'could not find (?:the )?(?:redo|database system)',
    'is missing.*data directory',
    'required directory',
    'database files are incompatible',
  ].join('|'),
  'i',
);

/** The error for a start that failed, from the log's lines about it. */
export function startProblem(at: ClusterLayout, log: string, exit: string): CarrelError {
  if (/No space left on device|Disk quota exceeded/.test(log)) return noSpace(at.dir);
  const last = log.split('\n').findLast((line) => /(?:PANIC|FATAL|ERROR):/.test(line)) ?? log.split('\n').at(-1);
  const cause = new Error(last?.replace(/^.*?(?=PANIC|FATAL|ERROR)/, '') || exit);
  const details = { log, logFile: at.log, exit };
  if (CORRUPT.test(log)) {
    return new CarrelError('store-corrupt', `the store in ${at.data} is damaged`, { hint: RESTORE_HINT, details, cause });
  }
  return new CarrelError('store-start', `PostgreSQL did not start on ${at.data}`, {
    hint: `Read ${at.log}; if the store itself is damaged, restore a backup.`,
    details,
    cause,
  });
}
