/** Clone and power on, 500 machines: our client, pyvmomi, govmomi and prepared bytes, on somebody else's server and on our simulator. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startVcsim } from '../test/support/vcsim.ts';
import type { BenchArgs, Benchmark, Outcome, Target } from './lib/benchmark.ts';
import type { Scene } from './lib/scene.ts';
import { median, ms } from './lib/stats.ts';
import { type Entrant, govmomi, ours, pyvmomi, replay, type Result, type RunningServer } from './lib/vsphere-entrants.ts';
import { prepareAlone, type Server } from './lib/vsphere-source.ts';

const ENTRANTS = { ours, 'pyvmomi 1': pyvmomi(1), 'pyvmomi 8': pyvmomi(8), 'govmomi 16': govmomi(16), replay } satisfies Record<
  string,
  Entrant
>;
type Who = keyof typeof ENTRANTS;
const WHO = Object.keys(ENTRANTS) as Who[];

/** vcsim makes folders and files for each machine, which on a disk cost more than all its other work. */
type Where = 'vcsim' | 'vcsim on disk' | 'vsim';
const WHERE: readonly Where[] = ['vcsim', 'vcsim on disk', 'vsim'];

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MEMORY = '/dev/shm';

async function serveVcsim(files: string): Promise<RunningServer> {
  return { ...(await startVcsim([], files)), source: '/DC0/vm/DC0_C0_RP0_VM0' };
}

/** The simulator as a process of its own, so that its work is not counted as the client's. */
async function serveVsim(vms = 0): Promise<RunningServer> {
  const code = `import { main } from './src/vsim/program.ts'; process.exit(await main(process.argv.slice(1)));`;
  const flags = ['--json', '--masters', '1', '--hosts', '8', '--vms', String(vms)];
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code, '--', ...flags], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url, username, password, fingerprint256 } = JSON.parse(line) as Omit<Server, 'source'>;
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return { url, username, password, fingerprint256, source: '/DC0/vm/golden/master-0', pid: child.pid as number, stop };
}

/** A folder for a vcsim: in memory, so that its files cost next to nothing, or on the disk. */
function filesFor(where: Where, scene: Scene): string {
  if (where !== 'vcsim' || !existsSync(MEMORY)) return scene.folder('vcsim');
  const dir = mkdtempSync(join(MEMORY, 'cb-vcsim-'));
  scene.defer(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function once1(where: Where, who: Who, count: number, scene: Scene): Promise<Result> {
  const server = await (where === 'vsim' ? serveVsim() : serveVcsim(filesFor(where, scene)));
  try {
    await prepareAlone(server);
    return await ENTRANTS[who](server, { count, warm: Math.ceil(count / 5), prefix: who.replace(' ', '') });
  } finally {
    await server.stop();
  }
}

/** Requests of our client for a few clones in inventories of different sizes, without what opening costs. */
async function requestsBySize(sizes: readonly number[], count: number): Promise<[number, number][]> {
  const rows: [number, number][] = [];
  for (const size of sizes) {
    const server = await serveVsim(size);
    try {
      rows.push([size, (await ours(server, { count, warm: 5, prefix: 'size' })).requests / count]);
    } finally {
      await server.stop();
    }
  }
  return rows;
}

const rate = (count: number, costs: readonly Result[]) => median(costs.map((c) => (count * 1000) / c.wallMs));

async function run({ quick, runs, scene, say }: BenchArgs): Promise<Outcome> {
  const count = quick ? 50 : 500;
  const rounds = runs ?? (quick ? 1 : 5);
  const samples = new Map<string, Result[]>();
  for (let round = 0; round < rounds; round++) {
    for (const where of WHERE) {
      for (const who of round % 2 === 0 ? WHO : [...WHO].reverse()) {
        const cost = await once1(where, who, count, scene);
        samples.set(`${where} ${who}`, [...(samples.get(`${where} ${who}`) ?? []), cost]);
        say(`${round + 1}/${rounds} ${where} ${who}: ${((count * 1000) / cost.wallMs).toFixed(0)} machines/s`);
      }
    }
  }
  say('requests by size of the inventory');
  const bySize = await requestsBySize(quick ? [10, 1000] : [10, 1000, 10_000], 50);
  return summary(count, samples, bySize);
}

function summary(count: number, samples: Map<string, Result[]>, bySize: [number, number][]): Outcome {
  const of = (where: Where, who: Who) => samples.get(`${where} ${who}`) ?? [];
  const row = (where: Where, who: Who) => {
    const costs = of(where, who);
    const mine = rate(count, costs);
    return [
      `${where}: ${who}`,
      mine.toFixed(0),
      (rate(count, of(where, 'ours')) / mine).toFixed(2),
      ms(median(costs.map((c) => c.wallMs))),
      ms(median(costs.map((c) => c.cpuMs))),
      ms(median(costs.map((c) => c.serverCpuMs))),
      (median(costs.map((c) => c.requests)) / count).toFixed(2),
    ];
  };
  return {
    tables: [
      {
        title: `${count} machines cloned, powered on and awaited`,
        head: ['server: client', 'machines/s', 'ours is x', 'wall ms', 'client CPU ms', 'server CPU ms', 'requests a machine'],
        rows: WHERE.flatMap((where) => WHO.map((who) => row(where, who))),
      },
      {
        title: "Our client's requests for one clone and power-on, by machines in the inventory",
        head: ['machines', 'requests'],
        rows: bySize.map(([size, requests]) => [size, requests.toFixed(2)]),
      },
    ],
    targets: targets(count, of, bySize),
    notes: [
      'Medians over rounds; every entrant gets a server of its own, freshly started, and they take turns; the order turns each round.',
      `Each is a program of its own and makes ${Math.ceil(count / 5)} machines before, which are not counted, like its login and look-ups.`,
      'vcsim is govmomi 0.24.2 as Debian has it; it ignores diskMoveType. Server and client share the machine and its cores.',
      'vcsim keeps folders and files of its machines in memory (/dev/shm), or on the disk in "vcsim on disk".',
      'replay sends prepared bytes over eight connections and looks only at the HTTP status; it reads the list of machines between.',
    ],
    raw: { ...Object.fromEntries(samples), bySize },
  };
}

function targets(count: number, of: (where: Where, who: Who) => Result[], bySize: [number, number][]): Target[] {
  const on = (who: Who) => rate(count, of('vcsim', who));
  const times = (who: Who, least: number): Target => ({
    what: `machines/s on vcsim against ${who}`,
    wanted: `at least ${least} times`,
    measured: `${(on('ours') / on(who)).toFixed(2)} times`,
    met: on('ours') / on(who) >= least,
  });
  const requests = median(of('vcsim', 'ours').map((c) => c.requests)) / count;
  const [small, large] = [bySize[0]?.[1] ?? Number.NaN, bySize.at(-1)?.[1] ?? Number.NaN];
  return [
    times('pyvmomi 8', 2),
    times('govmomi 16', 1.5),
    times('replay', 0.8),
    { what: 'requests a machine on vcsim', wanted: 'at most 3', measured: requests.toFixed(2), met: requests <= 3 },
    {
      what: 'requests for a clone do not grow with the inventory',
      wanted: 'at most 10 % more in the largest than in the smallest',
      measured: `${small.toFixed(2)} and ${large.toFixed(2)}`,
      met: large <= small * 1.1,
    },
  ];
}

export const benchmark: Benchmark = {
  name: 'vsphere-clones',
  what: 'machines cloned and powered on per second through vSphere, with our client and with others',
  run,
};
