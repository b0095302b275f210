/** Clone and power on, 500 machines: our client, pyvmomi, govmomi and prepared bytes, on somebody else's server and on our simulator. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startVcsim } from '../test/support/vcsim.ts';
import type { BenchArgs, Benchmark, Outcome, Target } from './lib/benchmark.ts';
import { median, ms } from './lib/stats.ts';
import { type Cost, govmomi, ours, prepareAlone, pyvmomi, replay, type Server } from './lib/vsphere-entrants.ts';

type Where = 'vcsim' | 'vsim';
type Who = 'ours' | 'pyvmomi 1' | 'pyvmomi 8' | 'govmomi 16' | 'replay';

const ENTRANTS: Record<Who, (server: Server, count: number, prefix: string) => Promise<Cost>> = {
  ours,
  'pyvmomi 1': (server, count, prefix) => pyvmomi(server, count, prefix, 1),
  'pyvmomi 8': (server, count, prefix) => pyvmomi(server, count, prefix, 8),
  'govmomi 16': (server, count, prefix) => govmomi(server, count, prefix, 16),
  replay,
};
const WHO = Object.keys(ENTRANTS) as Who[];
const ROOT = fileURLToPath(new URL('..', import.meta.url));

async function serveVcsim(): Promise<Server> {
  const server = await startVcsim();
  return { ...server, source: '/DC0/vm/DC0_C0_RP0_VM0', stop: () => server.stop() };
}

/** The simulator as a process of its own, so that its work is not counted as the client's. */
async function serveVsim(vms = 0): Promise<Server> {
  const code = `import { main } from './src/vsim/program.ts'; process.exit(await main(process.argv.slice(1)));`;
  const flags = ['--json', '--masters', '1', '--hosts', '8', '--vms', String(vms)];
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code, '--', ...flags], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url, username, password, fingerprint256 } = JSON.parse(line) as Omit<Server, 'stop' | 'source'>;
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return { url, username, password, fingerprint256, source: '/DC0/vm/golden/master-0', stop };
}

async function once1(where: Where, who: Who, count: number): Promise<Cost> {
  const server = await (where === 'vcsim' ? serveVcsim() : serveVsim());
  try {
    await prepareAlone(server);
    return await ENTRANTS[who](server, count, who.replace(' ', ''));
  } finally {
    await server.stop();
  }
}

/** Requests of our client for a few clones in inventories of different sizes, without what opening costs. */
async function requestsBySize(sizes: readonly number[], clones: number): Promise<[number, number][]> {
  const rows: [number, number][] = [];
  for (const size of sizes) {
    const server = await serveVsim(size);
    try {
      await ours(server, 5, 'warm');
      rows.push([size, (await ours(server, clones, 'size')).requests / clones]);
    } finally {
      await server.stop();
    }
  }
  return rows;
}

const rate = (count: number, costs: readonly Cost[]) => median(costs.map((c) => (count * 1000) / c.wallMs));

async function run({ quick, runs, say }: BenchArgs): Promise<Outcome> {
  const count = quick ? 50 : 500;
  const rounds = runs ?? (quick ? 1 : 3);
  const samples = new Map<string, Cost[]>();
  for (let round = 0; round < rounds; round++) {
    for (const where of ['vcsim', 'vsim'] as const) {
      for (const who of round % 2 === 0 ? WHO : [...WHO].reverse()) {
        const cost = await once1(where, who, count);
        samples.set(`${where} ${who}`, [...(samples.get(`${where} ${who}`) ?? []), cost]);
        say(`${round + 1}/${rounds} ${where} ${who}: ${((count * 1000) / cost.wallMs).toFixed(0)} machines/s`);
      }
    }
  }
  say('requests by size of the inventory');
  const bySize = await requestsBySize(quick ? [10, 1000] : [10, 1000, 10_000], 50);
  return summary(count, samples, bySize);
}

function summary(count: number, samples: Map<string, Cost[]>, bySize: [number, number][]): Outcome {
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
      (median(costs.map((c) => c.requests)) / count).toFixed(2),
    ];
  };
  return {
    tables: [
      {
        title: `${count} machines cloned, powered on and awaited`,
        head: ['server: client', 'machines/s', 'ours is x', 'wall ms', 'client CPU ms', 'requests a machine'],
        rows: (['vcsim', 'vsim'] as const).flatMap((where) => WHO.map((who) => row(where, who))),
      },
      {
        title: "Our client's requests for one clone and power-on, by machines in the inventory",
        head: ['machines', 'requests'],
        rows: bySize.map(([size, requests]) => [size, requests.toFixed(2)]),
      },
    ],
    targets: targets(count, of, bySize),
    notes: [
      'Each figure is the median over rounds; every entrant gets a server of its own, freshly started, and they take turns.',
      'vcsim is govmomi 0.24.2 as Debian has it; it ignores diskMoveType. Server and client share the machine and its cores.',
      'replay sends prepared bytes over eight connections and looks only at the HTTP status; it reads the list of machines between.',
      'Client CPU: of the process for Python and Go, of this process for ours and replay. Logins and the first look-ups are not counted.',
    ],
    raw: { ...Object.fromEntries(samples), bySize },
  };
}

function targets(count: number, of: (where: Where, who: Who) => Cost[], bySize: [number, number][]): Target[] {
  const on = (who: Who) => rate(count, of('vcsim', who));
  const times = (who: Who, least: number): Target => ({
    what: `machines/s on vcsim against ${who}`,
    wanted: `at least ${least} times`,
    measured: `${(on('ours') / on(who)).toFixed(2)} times`,
    met: on('ours') / on(who) >= least,
  });
  const requests = median(of('vcsim', 'ours').map((c) => c.requests)) / count;
  const [least, most] = [Math.min(...bySize.map(([, n]) => n)), Math.max(...bySize.map(([, n]) => n))];
  return [
    times('pyvmomi 8', 2),
    times('govmomi 16', 1.5),
    times('replay', 0.8),
    { what: 'requests a machine on vcsim', wanted: 'at most 3', measured: requests.toFixed(2), met: requests <= 3 },
    {
      what: 'requests for a clone do not grow with the inventory',
      wanted: 'within 10 %',
      measured: `${least.toFixed(2)} to ${most.toFixed(2)}`,
      met: most <= least * 1.1,
    },
  ];
}

export const benchmark: Benchmark = {
  name: 'vsphere-clones',
  what: 'machines cloned and powered on per second through vSphere, with our client and with others',
  run,
};
