import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { abortError, type Ctx, checkCtx } from '../../lib/context.ts';
import { CarrelError } from '../../lib/errors.ts';

/** Which Debian package brings which program. */
const PACKAGE_OF: Record<string, string> = {
  'apt-get': 'apt',
  'apt-cache': 'apt',
  'dpkg-deb': 'dpkg',
  mke2fs: 'e2fsprogs',
  debugfs: 'e2fsprogs',
  'qemu-img': 'qemu-utils',
  'qemu-system-x86_64': 'qemu-system-x86',
  mmdebstrap: 'mmdebstrap',
  xz: 'xz-utils',
  'apt-config': 'apt',
  newuidmap: 'uidmap',
  unshare: 'util-linux',
};

/** Programs of these folders are found even if a user's PATH leaves them out, as Debian's does. */
const EXTRA_FOLDERS = ['/usr/sbin', '/sbin'];

export function searchPath(env: NodeJS.ProcessEnv = process.env): string {
  const folders = (env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter);
  return [...folders, ...EXTRA_FOLDERS.filter((f) => !folders.includes(f))].join(delimiter);
}

function onPath(tool: string): boolean {
  return searchPath()
    .split(delimiter)
    .some((folder) => {
      try {
        accessSync(join(folder, tool), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** `missing-tool` naming every program that is not there, with the one command that brings them. */
export function missingTool(tools: readonly string[], cause?: unknown): CarrelError {
  const packages = [...new Set(tools.map((t) => PACKAGE_OF[t] ?? t))].sort();
  return new CarrelError('missing-tool', `${tools.join(', ')} ${tools.length === 1 ? 'is' : 'are'} not installed`, {
    hint: `apt-get install ${packages.join(' ')}`,
    details: { tools, packages },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Throws {@link missingTool} unless every program is on PATH. */
export function requireTools(tools: readonly string[]): void {
  const missing = tools.filter((tool) => !onPath(tool));
  if (missing.length > 0) throw missingTool(missing);
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Written to the program's standard input, which is empty otherwise. */
  input?: string;
  /** Called with each whole line of standard error, for progress. */
  onLine?: (line: string) => void;
}

const KEEP = 256 * 1024;
const TERM_GRACE_MS = 5000;

/**
 * Runs a program and answers its standard output. It gets a process group of its own: when the context ends, the whole group gets
 * SIGTERM (mmdebstrap then undoes its mounts) and, five seconds later, SIGKILL; the promise settles only after the program is gone.
 * Errors: `missing-tool`, `recipe-failed` with the last lines of standard error, `cancelled`, `deadline`.
 */
export async function run(ctx: Ctx, command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  checkCtx(ctx);
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, PATH: searchPath(), LC_ALL: 'C', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const out: Buffer[] = [];
  let err = '';
  let partial = '';
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err = (err + chunk).slice(-KEEP);
    const lines = (partial + chunk).split(/[\r\n]/);
    partial = lines.pop() ?? '';
    for (const line of lines) if (line !== '') options.onLine?.(line);
  });
  const killGroup = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // Gone already.
    }
  };
  let killTimer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    killGroup('SIGTERM');
    killTimer = setTimeout(() => killGroup('SIGKILL'), TERM_GRACE_MS);
  };
  ctx.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const code = await new Promise<number | string>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, signal) => resolve(status ?? signal ?? 'unknown'));
    });
    if (ctx.signal.aborted) throw abortError(ctx.signal);
    if (code !== 0) throw toolFailed(command, args, code, err);
    return Buffer.concat(out).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && options.cwd === undefined) throw missingTool([command], error);
    throw error;
  } finally {
    clearTimeout(killTimer);
    ctx.signal.removeEventListener('abort', onAbort);
  }
}

function toolFailed(command: string, args: readonly string[], code: number | string, stderr: string): CarrelError {
  // One line: whoever shows it takes a line break for an attempt to steer the terminal.
  const tail = stderr
    .trim()
    .split(/\s*\n\s*/)
    .slice(-6)
    .join('; ');
  const full = /No space left on device|ENOSPC/.test(stderr);
  return new CarrelError(full ? 'no-space' : 'recipe-failed', `${command} failed (${code}): ${tail}`, {
    details: { command, args, code, stderr: stderr.slice(-4000) },
    ...(full ? { hint: 'free some space on the file system of the data directory', retry: 'elsewhere' as const } : {}),
  });
}
