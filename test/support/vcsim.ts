/** Starts govmomi's simulator, built from Debian's packages, as somebody else's vSphere. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { testCache } from './cache.ts';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface RunningVcsim extends VSphereServer {
  pid: number;
}

export interface VSphereServer {
  url: string;
  username: string;
  password: string;
  fingerprint256: string;
  stop(): Promise<void>;
}

const GOPATH = '/usr/share/gocode';
const SOURCE = fileURLToPath(new URL('./vcsim/', import.meta.url));

/** Why vcsim cannot be had here, or undefined. */
export function vcsimMissing(): string | undefined {
  if (!existsSync(`${GOPATH}/src/github.com/vmware/govmomi/simulator`))
    return 'the package golang-github-vmware-govmomi-dev is not installed';
  if (!existsSync('/usr/bin/go')) return 'the package golang-go is not installed';
  return undefined;
}

/** The program, built once for each version of its source; the first build takes half a minute. */
async function build(): Promise<string> {
  const hash = createHash('sha256')
    .update(readFileSync(join(SOURCE, 'main.go')))
    .digest('hex')
    .slice(0, 12);
  const dir = join(testCache(), 'vcsim');
  const program = join(dir, `vcsim-${hash}`);
  if (existsSync(program)) return program;
  mkdirSync(dir, { recursive: true });
  const half = `${program}.${process.pid}`;
  await promisify(execFile)('go', ['build', '-o', half, '.'], {
    cwd: SOURCE,
    env: { ...process.env, GO111MODULE: 'off', GOPATH, GOCACHE: join(dir, 'go-build'), GOFLAGS: '' },
  });
  renameSync(half, program);
  return program;
}

async function shownFingerprint(url: URL): Promise<string> {
  const socket = connect({ host: url.hostname, port: Number(url.port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const fingerprint = socket.getPeerX509Certificate()?.fingerprint256 ?? '';
  socket.destroy();
  return fingerprint;
}

/**
 * A vCenter with one cluster (three hosts, two datastores, two machines), or a lone ESXi host with two machines.
 * `files` is the folder for its datastores, the system's temporary one unless given.
 */
export async function startVcsim(args: readonly string[] = [], files?: string): Promise<RunningVcsim> {
  const env = files === undefined ? process.env : { ...process.env, TMPDIR: files };
  const child = spawn(await build(), args, { stdio: ['pipe', 'pipe', 'inherit'], env });
  const line = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`vcsim ended with ${String(code)}`);
    }),
  ])) as [string];
  const info = JSON.parse(line[0]) as { url: string; username: string; password: string };
  return {
    ...info,
    pid: child.pid as number,
    fingerprint256: await shownFingerprint(new URL(info.url)),
    stop: async () => {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined;
      child.stdin.end();
      await ended;
    },
  };
}
