import { spawn } from 'node:child_process';
import { abortError, type Ctx } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';

/** Which account a child runs under; undefined = the caller's own. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

export interface ToolOptions {
  as?: Account | undefined;
  /** Address space in bytes; the tool sees an allocation failure beyond it. */
  memoryBytes?: number;
  /** Processor time in seconds; the kernel kills the tool beyond it. */
  cpuSeconds?: number;
  /** Called with standard output as it comes. */
  onOutput?: (text: string) => void;
}

export interface ToolResult {
  stdout: string;
  stderr: string;
}

/** Longest output that is kept, in characters: a tool that misbehaves must not fill our memory. */
const KEEP = 1_000_000;

/**
 * Whether a program's text says that the storage is full. QEMU's tools exit with 1 for everything, so that this is the one place
 * where a program's words have to be read: both write strerror(ENOSPC) or strerror(EDQUOT), in English under LC_ALL=C.
 */
export function saysNoSpace(text: string): boolean {
  return /No space left on device|Disk quota exceeded/.test(text);
}

/** The last line that says something, without the program's own name before it. */
function lastLine(text: string, command: string): string {
  const line = text.trim().split('\n').at(-1)?.trim() ?? '';
  return line.startsWith(`${command}: `) ? line.slice(command.length + 2) : line;
}

/** Arguments that make `prlimit` start a program under the limits; core dumps are always off, since they would hold guest memory. */
export function withLimits(command: string, args: readonly string[], limits: { memoryBytes?: number; cpuSeconds?: number }): string[] {
  return [
    '--core=0',
    ...(limits.memoryBytes === undefined ? [] : [`--as=${limits.memoryBytes}`]),
    ...(limits.cpuSeconds === undefined ? [] : [`--cpu=${limits.cpuSeconds}`]),
    '--',
    command,
    ...args,
  ];
}

/** The error for a tool that did not succeed: `no-space` where its text says so, `tool-failed` otherwise. */
function failure(command: string, args: readonly string[], stderr: string, exit: string): CarrelError {
  const what = `${command} ${args[0] ?? ''}`.trim();
  if (saysNoSpace(stderr)) {
    return new CarrelError('no-space', `${what} ran out of space`, { retry: 'elsewhere', hint: 'free some space on the data directory' });
  }
  const said = lastLine(stderr, command);
  return new CarrelError('tool-failed', `${what} failed (${exit})${said === '' ? '' : `: ${said}`}`, { details: { command, exit } });
}

/**
 * Runs a program to its end, killed when the context ends. No shell, nothing of our environment but PATH.
 * Errors: `missing-tool`, `no-space`, `tool-failed`, `deadline`, `cancelled`.
 */
export async function runTool(ctx: Ctx, command: string, args: readonly string[], options: ToolOptions = {}): Promise<ToolResult> {
  if (ctx.signal.aborted) throw abortError(ctx.signal);
  const child = spawn('prlimit', withLimits(command, args, options), {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    ...(options.as === undefined ? {} : { uid: options.as.uid, gid: options.as.gid }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (stdout.length < KEEP) stdout += text;
    options.onOutput?.(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (stderr.length < KEEP) stderr += text;
  });
  const kill = () => child.kill('SIGKILL');
  ctx.signal.addEventListener('abort', kill, { once: true });
  try {
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (c, s) => resolve([c, s]));
    });
    if (ctx.signal.aborted) throw abortError(ctx.signal);
    if (code === 0) return { stdout, stderr };
    // prlimit itself exits with 127 when the program is not there, as a shell does.
    if (code === 127) throw missing(command);
    throw failure(command, args, stderr, signal ?? String(code));
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') throw missing('prlimit');
    throw error;
  } finally {
    ctx.signal.removeEventListener('abort', kill);
  }
}

function missing(command: string): CarrelError {
  return new CarrelError('missing-tool', `${command} is not installed`, {
    hint: 'install it: apt install qemu-system-x86 qemu-utils util-linux',
    details: { command },
  });
}
