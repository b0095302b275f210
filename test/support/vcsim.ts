/** Starts govmomi's simulator, built from Debian's packages, as somebody else's vSphere. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import { goProgram, GOPATH } from './go-program.ts';

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

const SOURCE = new URL('./vcsim/', import.meta.url);

/** Why vcsim cannot be had here, or undefined. */
export function vcsimMissing(): string | undefined {
  if (!existsSync(`${GOPATH}/src/github.com/vmware/govmomi/simulator`))
    return 'the package golang-github-vmware-govmomi-dev is not installed';
  if (!existsSync('/usr/bin/go')) return 'the package golang-go is not installed';
  return undefined;
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
  const child = spawn(await goProgram(SOURCE), args, { stdio: ['pipe', 'pipe', 'inherit'], env });
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
