/** From reserve to login on a simulated vCenter with the times and limits of a real one, through the whole server: many machines at one moment. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { TestServer, until } from '../test/support/server.ts';
import { errorCode } from '../src/lib/errors.ts';
import type { BenchArgs, Benchmark, Outcome } from './lib/benchmark.ts';
import type { Scene } from './lib/scene.ts';
import { median } from './lib/stats.ts';
import { cpuSeconds } from './lib/usage.ts';
import { pyvmomi } from './lib/vsphere-entrants.ts';
import { prepareAlone } from './lib/vsphere-source.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HOSTS = 4;
/** In the simulator addresses follow the boot, and cloud-init those, about 2 s and 3 s later; each of the three takes a quarter more at most. */
const AFTER_BOOT_S = 5;
const LONGEST = 1.25;
/** An address alone does not tell one simulated guest from another; a port that nobody else here takes does. */
const GUEST_SSH_PORT = 2333;

interface Served {
  url: string;
  username: string;
  password: string;
  fingerprint256: string;
  source: string;
  pid: number;
  /** SOAP requests it has answered so far, by method. */
  requests: () => Promise<Map<string, number>>;
  stop: () => Promise<void>;
}

/** The simulator in a process of its own. */
async function serve(scene: Scene, bootMs: number): Promise<Served> {
  const code = `
    import { CLOUD_IMAGE } from './src/vsim/model/options.ts';
    import { startVsim } from './src/vsim/vsim.ts';
    const more = { latency: 'real', hosts: ${HOSTS}, masters: 1, bootMs: ${bootMs}, guestSshPort: ${GUEST_SSH_PORT} };
    const vsim = await startVsim({ ...CLOUD_IMAGE, ...more });
    const { url, username, password, fingerprint256 } = vsim;
    console.log(JSON.stringify({ url, username, password, fingerprint256, source: vsim.sim.master().path }));
    process.on('SIGUSR2', () => console.log(JSON.stringify([...vsim.stats.byMethod])));
    process.on('SIGTERM', () => process.exit(0));`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  scene.defer(() => child.kill('SIGKILL'));
  const lines = createInterface(child.stdout);
  const [line] = (await once(lines, 'line')) as [string];
  const requests = async (): Promise<Map<string, number>> => {
    const told = once(lines, 'line');
    child.kill('SIGUSR2');
    return new Map(JSON.parse((await told)[0] as string) as [string, number][]);
  };
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return { ...(JSON.parse(line) as Omit<Served, 'pid' | 'requests' | 'stop'>), pid: child.pid as number, requests, stop };
}

/** A server with that vCenter and a published image of its master. */
async function ready(scene: Scene, vcenter: Served): Promise<TestServer> {
  const server = new TestServer(mkdtempSync(join(tmpdir(), 'carrel-bench-')));
  scene.defer(() => server.dispose());
  await server.start({}, undefined, ['--no-qemu']);
  const { url, username, password, fingerprint256, source } = vcenter;
  await server.client.addProvider({ body: { name: 'lab', kind: 'vcenter', url, username, password, trust: { fingerprint256 } } });
  await server.client.importVm({
    params: { name: 'golden' },
    body: { provider: 'lab', vm: source, how: 'copy', publish: true, sshPort: GUEST_SSH_PORT },
  });
  await until('the image', async () => {
    const { state, failure } = await server.client.showRevision({ params: { name: 'golden', number: 1 } });
    if (state !== 'preparing' && state !== 'published') throw new Error(failure?.message ?? state);
    return state === 'published' ? true : undefined;
  });
  return server;
}

/** Of one machine: seconds from the first request to its clone's beginning, in its steps, and how long it held a slot. */
interface Stages {
  waited: number;
  clone: number;
  gate: number;
  start: number;
  guest: number;
  /** From the beginning of the clone to the end of the start. */
  slot: number;
}

/** What the journal says of the machines that were asked for since `since`, in milliseconds of the epoch. */
async function stagesOf(server: TestServer, since: number): Promise<Stages[]> {
  const found: Stages[] = [];
  const { items } = await server.client.listJobs({ query: { limit: 1000 } });
  for (const { id, saga, createdAt } of items) {
    if (saga !== 'provision' || Date.parse(createdAt) < since) continue;
    const { steps } = await server.client.showJob({ params: { id } });
    const at = (name: string, which: 'startedAt' | 'finishedAt') => Date.parse(steps.find((s) => s.name === name)?.[which] ?? '') / 1000;
    const took = (from: string, to = from) => at(to, 'finishedAt') - at(from, 'startedAt');
    const waited = at('clone', 'startedAt') - since / 1000;
    found.push({
      waited,
      clone: took('clone'),
      gate: took('gate'),
      start: took('start'),
      guest: took('guest'),
      slot: took('clone', 'start'),
    });
  }
  return found;
}

/** As a person does it: told that too much is asked for at this moment, they ask again. */
async function reserve(server: TestServer): Promise<{ id: string }> {
  const id = randomUUID();
  return until(
    'a promise',
    () =>
      server.client.reserve({ body: { id, image: 'golden', mode: 'linked', for: '4h' } }).catch((error: unknown) => {
        if (errorCode(error) === 'unavailable') return undefined;
        throw error;
      }),
    undefined,
    250,
  );
}

/** Seconds from the first request until each machine is ready. */
async function together(server: TestServer, count: number): Promise<number[]> {
  const begun = performance.now();
  const ids = new Map<string, number>();
  await Promise.all(Array.from({ length: count }, () => reserve(server).then(({ id }) => ids.set(id, Number.NaN))));
  const seconds: number[] = [];
  await until(
    'all machines',
    async () => {
      const { items } = await server.client.listReservations({ query: { limit: 1000 } });
      const failed = items.find((r) => ids.has(r.id) && r.state === 'failed');
      if (failed !== undefined) throw new Error(failed.failure?.message);
      const now = (performance.now() - begun) / 1000;
      for (const { id, state } of items) {
        if (!ids.has(id) || state !== 'ready') continue;
        ids.delete(id);
        seconds.push(now);
      }
      return ids.size === 0 ? true : undefined;
    },
    undefined,
    500,
  );
  return seconds;
}

/** Of each method, and of all together, so many were answered in between. */
function between(from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>): { all: number; byMethod: Record<string, number> } {
  const made = [...to].map(([method, n]) => [method, n - (from.get(method) ?? 0)] as const).filter(([, n]) => n > 0);
  return { all: made.reduce((sum, [, n]) => sum + n, 0), byMethod: Object.fromEntries(made) };
}

/** Ends all there are; seconds until the last is gone. */
async function endAll(server: TestServer): Promise<number> {
  const begun = performance.now();
  const { items } = await server.client.listReservations({ query: { limit: 1000 } });
  await Promise.all(items.filter(({ state }) => state === 'ready').map(({ id }) => server.client.endReservation({ params: { id } })));
  await until(
    'the end of all machines',
    async () => {
      const { items } = await server.client.listReservations({ query: { limit: 1000 } });
      return items.every(({ state }) => state === 'ended') ? true : undefined;
    },
    undefined,
    500,
  );
  return (performance.now() - begun) / 1000;
}

const peakBytes = (pid: number): number => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

async function run({ quick, scene, say, size }: BenchArgs): Promise<Outcome> {
  const count = size ?? (quick ? 40 : 300);
  const bootS = quick ? 10 : 90;
  const vcenter = await serve(scene, bootS * 1000);
  const server = await ready(scene, vcenter);
  const slots = (await server.client.listProviders()).items[0]?.startSlots as number;
  const alone = await together(server, 1);
  const one = median(alone);
  const slotS = median((await stagesOf(server, 0)).map(({ slot }) => slot));
  say(`one alone: ${one.toFixed(1)} s; it holds a slot for ${slotS.toFixed(1)} s of them`);
  await endAll(server);
  const before = cpuSeconds(server.pid as number);
  const asked = await vcenter.requests();
  const since = Date.now();
  const seconds = await together(server, count);
  const cpuMs = ((cpuSeconds(server.pid as number) - before) * 1000) / count;
  const readyAt = await vcenter.requests();
  const requests = between(asked, readyAt).all / count;
  const wall = Math.max(...seconds);
  const memory = peakBytes(server.pid as number);
  say(`${count} together: last after ${wall.toFixed(1)} s, ${requests.toFixed(1)} requests a machine`);
  const stages = await stagesOf(server, since);
  const endS = await endAll(server);
  const { all, byMethod } = between(asked, await vcenter.requests());
  const whole = all / count;
  say(`all ended after ${endS.toFixed(1)} s; ${whole.toFixed(1)} requests a machine from reserve to gone`);
  await server.end('SIGTERM');
  await vcenter.stop();

  const script = await serve(scene, bootS * 1000);
  await prepareAlone(script);
  const { wallMs } = await pyvmomi(8)(script, { count, warm: 0, prefix: 'script' });
  await script.stop();
  say(`a script of eight threads: ${(wallMs / 1000).toFixed(1)} s until the last is switched on`);

  const longestS = LONGEST * (bootS + AFTER_BOOT_S);
  const bound = Math.ceil(count / slots) * slotS + longestS;
  const held = Math.ceil(count / slots) * one;
  const scripted = wallMs / 1000 + longestS;
  const spent: [string, (each: Stages) => number][] = [
    ['waits for a slot', (each) => each.waited],
    ['clone', (each) => each.clone],
    ['gate', (each) => each.gate],
    ['start', (each) => each.start],
    ['slot held in all', (each) => each.slot],
    ['guest', (each) => each.guest],
  ];
  const rows: [string, number][] = [
    ['Carrel, until each answers on SSH', wall],
    ['bound: turns at the slots, then the longest boot', bound],
    ['pyvmomi, 8 threads, and the longest boot', scripted],
    ['a slot held while the guest boots (reckoned)', held],
    ['one after the other, as VCL does (reckoned)', one * count],
  ];
  return {
    tables: [
      {
        title: `${count} machines of one master at one moment, ${HOSTS} hosts, ${slots} slots, boots of ${bootS} s`,
        head: ['way', 'seconds until the last', 'Carrel is x faster'],
        rows: rows.map(([way, s]) => [way, s.toFixed(1), (s / wall).toFixed(2)]),
      },
      {
        title: 'Where a machine spends its time, seconds',
        head: ['stage', 'median', 'least', 'most'],
        rows: spent.map(([stage, of]) => {
          const each = stages.map(of);
          return [stage, median(each).toFixed(2), Math.min(...each).toFixed(2), Math.max(...each).toFixed(2)];
        }),
      },
      {
        title: 'The server meanwhile',
        head: ['processor ms a machine', 'peak memory MiB', 'requests a machine, reserve to ready', 'reserve to gone'],
        rows: [[cpuMs.toFixed(0), (memory / 2 ** 20).toFixed(0), requests.toFixed(1), whole.toFixed(1)]],
      },
    ],
    targets: [
      {
        what: 'wall time of all',
        wanted: `at most 1.10 of the bound (${bound.toFixed(1)} s)`,
        measured: `${(wall / bound).toFixed(2)}`,
        met: wall <= bound * 1.1,
      },
      { what: 'requests a machine, reserve to gone', wanted: 'at most 8', measured: whole.toFixed(1), met: whole <= 8 },
    ],
    notes: [
      'The simulator has the times and limits of a real vCenter (16 units of work a host); it runs on the same cores as the server.',
      `A guest answers after ${bootS} s and about 5 s more, each give or take a quarter; of many the longest counts, ${longestS.toFixed(0)} s.`,
      'The script does not look whether a guest answers: that is added to its last power-on. It makes no credentials and keeps no records.',
      'What is reckoned is the time of one machine alone, times the turns.',
    ],
    raw: { alone, seconds, byMethod, byMethodUntilReady: between(asked, readyAt).byMethod, scriptMs: [wallMs] },
  };
}

export const benchmark: Benchmark = {
  name: 'vsphere-machines',
  what: 'many machines at one moment through the whole server, on a vCenter with real times and limits',
  run,
};
