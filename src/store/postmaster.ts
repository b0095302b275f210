/** The processes of a cluster, as /proc shows them; Linux only, as the binaries are. */
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, statSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import { join } from 'node:path';
import { type Ctx, sleep } from '../lib/context.ts';
import { CarrelError, isCode } from '../lib/errors.ts';

export const PORT = 5432;

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** True for a process that runs; false for one that is gone or waits as a zombie for a parent that does not reap (containers). */
export function isAlive(pid: number): boolean {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return false;
  // The name is in parentheses and may hold any character; the state follows the last one.
  const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  return state !== 'Z' && state !== 'X';
}

/** True if `pid` is a PostgreSQL process whose working folder is `data`: every one of a cluster's processes has it as such. */
export function belongsTo(pid: number, data: string): boolean {
  try {
    return (
      isAlive(pid) &&
      readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data) &&
      readText(`/proc/${pid}/comm`)?.startsWith('postgres') === true
    );
  } catch {
    return false;
  }
}

/** All live processes of the cluster. */
export function processesOf(data: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => belongsTo(pid, data));
}

/** The pid in postmaster.pid, whoever has it now. */
export function recordedPid(data: string): number | undefined {
  const pid = Number(readText(join(data, 'postmaster.pid'))?.split('\n')[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/** The running postmaster of the cluster. */
export function postmasterOf(data: string): number | undefined {
  const pid = recordedPid(data);
  return pid !== undefined && belongsTo(pid, data) ? pid : undefined;
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

/** Waits until none of the pids runs; false if some still do after `ms` milliseconds. */
export async function allGone(ctx: Pick<Ctx, 'signal'>, pids: () => number[], ms: number): Promise<boolean> {
  const until = performance.now() + ms;
  while (pids().length > 0) {
    if (performance.now() > until) return false;
    await sleep(ctx, 10);
  }
  return true;
}

/**
 * Runs `work` while no other process does the same for this folder. The lock is a socket in Linux's abstract namespace: it is taken
 * in one step and vanishes with its process, however that ends. Waits up to a minute.
 */
export async function alone<T>(ctx: Ctx, dir: string, work: () => Promise<T>): Promise<T> {
  const { dev, ino } = statSync(dir);
  const until = performance.now() + 60_000;
  let held: Server | undefined;
  while ((held = await bind(`\0carrel-store-${dev}-${ino}`)) === undefined) {
    if (performance.now() > until) {
      throw new CarrelError('store-start', 'another process has been starting this store for a minute', {
        hint: 'Look for other carrel processes on this data directory.',
        retry: 'later',
      });
    }
    await sleep(ctx, 20);
  }
  try {
    return await work();
  } finally {
    held.close();
  }
}

function bind(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (isCode(error, 'EADDRINUSE') ? resolve(undefined) : reject(error)));
    server.listen(name, () => resolve(server.unref()));
  });
}

/**
 * Clears what a killed postmaster left, so that the next one can start. Its backends are waited for, then ended: PostgreSQL itself
 * refuses to start beside them, and so must we, since two sets of processes on one data folder destroy it. Only then are lock files
 * removed whose pid belongs to a zombie or to a stranger: PostgreSQL takes those for a running server. Files whose pid is free are
 * left to PostgreSQL's own judgement. Call under {@link alone}. Returns false when a live postmaster turned up.
 */
export async function clearStale(ctx: Ctx, data: string, runDir: string): Promise<boolean> {
  const orphans = (): number[] => (postmasterOf(data) === undefined ? processesOf(data) : []);
  for (const [name, ms] of [
    [undefined, 5_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (name !== undefined) for (const pid of orphans()) signal(pid, name);
    if (await allGone(ctx, orphans, ms)) break;
  }
  if (processesOf(data).length > 0) return false;
  for (const file of [join(data, 'postmaster.pid'), join(runDir, `.s.PGSQL.${PORT}.lock`)]) {
    const pid = Number(readText(file)?.split('\n')[0]);
    if (pid > 1 && existsSync(`/proc/${pid}`)) rmSync(file, { force: true });
  }
  return true;
}
