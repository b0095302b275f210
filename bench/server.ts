/** The server itself: how fast it starts, and what it takes when nobody asks anything of it. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchArgs, Benchmark, Outcome } from './lib/benchmark.ts';
import { median, mib, ms, spread } from './lib/stats.ts';
import { family, processes, pssBytes } from './lib/usage.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const BUILT = existsSync(join(ROOT, 'dist', 'carrel.js'));
/** Longest wait for a start. */
const START_MS = 60_000;

interface Server {
  pid: number;
  startMs: number;
  stop(): Promise<number>;
}

/** From the start of the process until `GET /healthz` is answered. */
async function start(dir: string): Promise<Server> {
  const command = BUILT ? [join(ROOT, 'bin', 'carrel')] : ['--import', 'tsx', join(ROOT, 'src', 'main', 'cli.ts')];
  const told = join(dir, 'client.json');
  rmSync(told, { force: true });
  const t0 = performance.now();
  const args = [...command, 'serve', '--data', dir, '--listen', '127.0.0.1:0', '--log-level', 'warn'];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  let over = false;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve((over = true) as never)));
  const stop = async () => {
    const from = performance.now();
    if (!over) child.kill('SIGTERM');
    await ended;
    return performance.now() - from;
  };
  try {
    for (;;) {
      if (over) throw new Error('the server ended as soon as it was started');
      if (performance.now() - t0 > START_MS) throw new Error('the server does not answer');
      const answers = existsSync(told) && (await health(told));
      if (answers) return { pid: child.pid ?? 0, startMs: performance.now() - t0, stop };
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

async function health(told: string): Promise<boolean> {
  try {
    const { url } = JSON.parse(readFileSync(told, 'utf8')) as { url: string };
    return (await fetch(`${url}/healthz`)).ok;
  } catch {
    return false;
  }
}

/** The server's process and its database's: PostgreSQL is a process tree of its own, known by its data directory. */
function memory(pid: number, dir: string): { node: number; postgres: number; postgresProcesses: number } {
  const all = processes();
  const [postmaster] = all.filter((each) => each.args.includes(join(dir, 'pg', 'data')) && each.args[0]?.endsWith('postgres'));
  const cluster = postmaster ? family(postmaster.pid, all) : [];
  const sum = (pids: number[]) => pids.reduce((total, each) => total + (pssBytes(each) || 0), 0);
  const node = family(pid, all).filter((each) => !cluster.includes(each));
  return { node: sum(node), postgres: sum(cluster), postgresProcesses: cluster.length };
}

async function run({ quick, runs, scene, say }: BenchArgs): Promise<Outcome> {
  const rounds = runs ?? (quick ? 1 : 5);
  const idleMs = quick ? 5_000 : 30_000;
  const first: number[] = [];
  const later: number[] = [];
  const stops: number[] = [];
  const sizes: ReturnType<typeof memory>[] = [];
  let live: Server | undefined;
  scene.defer(() => live?.stop());
  for (let round = 0; round < rounds; round++) {
    const dir = scene.folder('server');
    live = await start(dir);
    first.push(live.startMs);
    stops.push(await live.stop());
    live = await start(dir);
    later.push(live.startMs);
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    const size = memory(live.pid, dir);
    sizes.push(size);
    stops.push(await live.stop());
    live = undefined;
    say(
      `${round + 1}/${rounds}: first ${ms(first.at(-1))} ms, later ${ms(later.at(-1))} ms, ${mib(size.node)} + ${mib(size.postgres)} MiB`,
    );
  }
  const node = median(sizes.map((each) => each.node));
  const postgres = median(sizes.map((each) => each.postgres));
  const whole = median(sizes.map((each) => each.node + each.postgres));
  return {
    tables: [
      {
        title: 'Milliseconds until /healthz is answered: median (least-most)',
        head: ['first start, empty store', 'later start', 'stop'],
        rows: [[spread(first), spread(later), spread(stops)]],
      },
      {
        title: `MiB of PSS after ${idleMs / 1000} s of rest`,
        head: ['Node', 'PostgreSQL', 'processes of it', 'together'],
        rows: [[mib(node), mib(postgres), median(sizes.map((each) => each.postgresProcesses)), mib(whole)]],
      },
    ],
    targets: [
      { what: 'first start with an empty store', wanted: 'under 5 s', measured: `${ms(median(first))} ms`, met: median(first) < 5_000 },
      { what: 'later starts', wanted: 'under 2 s', measured: `${ms(median(later))} ms`, met: median(later) < 2_000 },
      {
        what: 'memory at rest with its database',
        wanted: 'under 150 MB PSS',
        measured: `${(whole / 1e6).toFixed(0)} MB`,
        met: whole < 150e6,
      },
    ],
    notes: [
      BUILT ? 'The built program, `bin/carrel serve`.' : 'Not built: the sources under tsx, which take more memory and start slower.',
    ],
    raw: { first, later, stops, sizes },
  };
}

export const benchmark: Benchmark = {
  name: 'server',
  what: "the server's start and its memory at rest, database included",
  run,
};
