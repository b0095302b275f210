/** The clients that bench/vsphere-clones.ts compares, each a program that clones and powers on so many machines on a server that is ready. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { buildGovmomi } from '../../test/support/govmomi.ts';
import { cpuSeconds } from './usage.ts';
import { SNAPSHOT, type Server } from './vsphere-source.ts';

/** What a client program says of itself; its warm-up, login and first look-ups are not in it. */
export interface Cost {
  wallMs: number;
  /** Of the client's process. */
  cpuMs: number;
  requests: number;
}

export interface Result extends Cost {
  /** Of the server's process in the same time. */
  serverCpuMs: number;
}

/** A server in a process of its own. */
export interface RunningServer extends Server {
  pid: number;
  stop: () => Promise<void>;
}

export interface Job {
  count: number;
  /** Machines made before, which are not counted. */
  warm: number;
  prefix: string;
}

export type Entrant = (server: RunningServer, job: Job) => Promise<Result>;

const PYTHON = fileURLToPath(new URL('../../test/support/pyvmomi/clones.py', import.meta.url));
const CLIENT = fileURLToPath(new URL('./vsphere-client.ts', import.meta.url));

/** Runs a client program: it prints `begin` when its warm-up is over, and its cost as JSON at the end. */
async function measured(server: RunningServer, command: string, args: readonly string[], env: Record<string, string>): Promise<Result> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let before = Number.NaN;
  let after = Number.NaN;
  let last = '';
  for await (const line of createInterface(child.stdout)) {
    after = cpuSeconds(server.pid);
    if (line === 'begin') before = after;
    else last = line;
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`${command} ${args.slice(0, 2).join(' ')} ended with ${code}`);
  return { ...(JSON.parse(last) as Cost), serverCpuMs: (after - before) * 1000 };
}

function ownProgram(who: 'ours' | 'replay'): Entrant {
  return async (server, { count, warm, prefix }) => {
    const { url, username, password, fingerprint256, source } = server;
    const env = { BENCH_SERVER: JSON.stringify({ url, username, password, fingerprint256, source } satisfies Server) };
    return await measured(server, process.execPath, ['--import', 'tsx', CLIENT, who, String(count), String(warm), prefix], env);
  };
}

export const ours = ownProgram('ours');
export const replay = ownProgram('replay');

export function pyvmomi(threads: number): Entrant {
  return async (server, { count, warm, prefix }) => {
    const { hostname, port } = new URL(server.url);
    const where = [hostname, port, server.username, server.password, server.source, SNAPSHOT];
    return await measured(server, '/usr/bin/python3', [PYTHON, ...where, String(count), String(threads), prefix, String(warm)], {});
  };
}

export function govmomi(ways: number): Entrant {
  return async (server, { count, warm, prefix }) => {
    const env = { TOUR_USER: server.username, TOUR_PASSWORD: server.password };
    const args = ['clones', server.url, server.source, SNAPSHOT, String(count), String(ways), prefix, 'power', String(warm)];
    return await measured(server, await buildGovmomi(), args, env);
  };
}
