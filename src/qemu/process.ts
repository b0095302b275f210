import { isKvmOnly } from './find-qemu.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { type Ctx, makeCtx } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';
import { waitFor } from '../lib/retry.ts';
import { type Account, withLimits } from './run-tool.ts';

/** A process told apart from a later one with the same number by its start time (clock ticks since boot, /proc/PID/stat field 22). */
export interface ProcessId {
  pid: number;
  startTime: string;
}

/** State letter and start time from /proc/PID/stat; the name in parentheses may itself hold spaces and parentheses. */
export function parseStat(text: string): { state: string; startTime: string } | undefined {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .trim()
    .split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}

async function readStat(pid: number) {
  try {
    return parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The identity of a living process; undefined when there is none, or only a zombie that nobody has reaped. */
export async function identify(pid: number): Promise<ProcessId | undefined> {
  const found = await readStat(pid);
  return found === undefined || found.state === 'Z' || found.state === 'X' ? undefined : { pid, startTime: found.startTime };
}

export async function isAlive(id: ProcessId): Promise<boolean> {
  return (await identify(id.pid))?.startTime === id.startTime;
}

/** Kills and waits until the process is proven gone; `internal` if the kernel does not let go of it within 15 s. */
export async function killProcess(id: ProcessId): Promise<void> {
  const ctx = makeCtx({ timeoutMs: 15_000 });
  try {
    await waitFor(ctx, 5, async () => {
      if (!(await isAlive(id))) return true;
      try {
        process.kill(id.pid, 'SIGKILL');
      } catch (error) {
        if ((error as { code?: string }).code === 'EPERM') throw error;
      }
      return undefined;
    });
  } catch (cause) {
    throw new CarrelError('internal', `process ${id.pid} cannot be ended`, { cause });
  }
}

/** Sends a signal if the process is still there and may be sent one. */
export async function signalProcess(id: ProcessId, signal: NodeJS.Signals): Promise<void> {
  if (!(await isAlive(id))) return;
  try {
    process.kill(id.pid, signal);
  } catch {
    // It ended in between, or is not ours to signal: whoever waits for its end will see.
  }
}

/** Waits until a process is gone; rejects when the context ends. */
export async function waitGone(ctx: Pick<Ctx, 'signal'>, id: ProcessId): Promise<void> {
  await waitFor(ctx, 20, async () => ((await isAlive(id)) ? undefined : true));
}

export interface FoundProcess extends ProcessId {
  /** What stands behind the prefix in the `-name guest=` argument. */
  tail: string;
}

/**
 * All living QEMUs whose `-name` begins with `prefix`; read from /proc, so it finds those that no file of ours mentions. A program that
 * merely has the words among its arguments is not one: its executable's name must be QEMU's.
 */
export async function findProcesses(prefix: string): Promise<FoundProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => matchProcess(Number(pid), `guest=${prefix}`)));
  return found.filter((each): each is FoundProcess => each !== undefined);
}

async function matchProcess(pid: number, prefix: string): Promise<FoundProcess | undefined> {
  try {
    // First, since one link is a fifth of the work of a file, and nearly all processes of a host end here.
    const program = await readlink(`/proc/${pid}/exe`);
    if (!program.includes('qemu-system') && !isKvmOnly(program)) return undefined;
    const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    const name = args[args.indexOf('-name') + 1];
    if (!args.includes('-name') || name === undefined || !name.startsWith(prefix)) return undefined;
    const id = await identify(pid);
    return id && { ...id, tail: name.slice(prefix.length) };
  } catch {
    return undefined;
  }
}

export interface SpawnOptions {
  account: Account | undefined;
  /** File that gets QEMU's own words; truncated at each start. */
  logFile: string;
  /** Open files that the child gets as descriptors 3 and up. */
  extraFds?: readonly number[];
  /** Our end of a channel to another child: the next descriptor is the child's from now on, and ours is closed. */
  handOver?: Socket | undefined;
  limits: { memoryBytes?: number };
}

/**
 * Starts a program that outlives us: own session, no shared descriptors but those given. Gives its identity at once; whether it works
 * is for the caller to find out.
 */
export async function spawnDetached(command: string, args: readonly string[], options: SpawnOptions): Promise<ProcessId> {
  return (await start(command, args, options, false)).id;
}

/**
 * As {@link spawnDetached}, with a pair of sockets of which the child has one as descriptor 3; whoever calls closes `channel` or hands it over.
 * `ended` resolves when it has ended, while we live.
 */
export async function spawnWithChannel(
  command: string,
  args: readonly string[],
  options: Omit<SpawnOptions, 'extraFds' | 'handOver'>,
): Promise<{ process: ProcessId; channel: Socket; ended: Promise<void> }> {
  const { id, child } = await start(command, args, options, true);
  const ended = new Promise<void>((resolve) => {
    // It may have ended before anybody could listen.
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
  const channel = child.stdio[3];
  if (!(channel instanceof Socket)) throw new CarrelError('internal', `${command} was started without a channel`);
  return { process: id, channel, ended };
}

async function start(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
  channel: boolean,
): Promise<{ id: ProcessId; child: ChildProcess }> {
  const { extraFds = [], handOver } = options;
  const log = openSync(options.logFile, 'w', 0o600);
  try {
    const child = spawn('prlimit', withLimits(command, args, options.limits), {
      detached: true,
      stdio: ['ignore', log, log, ...(channel ? ['pipe' as const] : []), ...extraFds, ...(handOver === undefined ? [] : [handOver])],
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      ...(options.account === undefined ? {} : { uid: options.account.uid, gid: options.account.gid }),
    });
    // At once: what comes through it is not for us, and we would read it.
    handOver?.destroy();
    child.unref();
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => reject(new CarrelError('missing-tool', 'prlimit cannot be started', { cause })));
    });
    const { pid } = child;
    const id = pid === undefined ? undefined : await identify(pid);
    if (id === undefined) throw new CarrelError('crashed', `${command} ended as soon as it was started`);
    return { id, child };
  } finally {
    closeSync(log);
  }
}

/** An account by name from /etc/passwd, or undefined. */
export async function findAccount(name: string): Promise<Account | undefined> {
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((each) => each.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { name, uid: Number(uid), gid: Number(gid) };
}

/** The account that QEMU runs under: undefined (our own) when we are not root; `carrel-qemu` where the operator made it, else `nobody`. */
export async function chooseAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return (await findAccount('carrel-qemu')) ?? (await findAccount('nobody'));
}

/** The first folder on the way to `path` that an account may not pass, or undefined. */
export async function closedFolder(path: string, account: Account): Promise<string | undefined> {
  const parts = path.split('/').filter((part) => part !== '');
  for (let i = 0; i <= parts.length; i++) {
    const folder = `/${parts.slice(0, i).join('/')}`;
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return folder;
  }
  return undefined;
}
