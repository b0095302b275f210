/** What it costs to seal a master's bytes and to compare them again, by samples and whole, over datastore HTTP. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { VSphereDriver } from '../src/drivers/vsphere/index.ts';
import { makeCtx } from '../src/lib/context.ts';
import type { BenchArgs, Benchmark, Outcome } from './lib/benchmark.ts';
import type { Scene } from './lib/scene.ts';
import { median, ms } from './lib/stats.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const GIB = 2 ** 30;

interface Served {
  url: string;
  username: string;
  password: string;
  fingerprint256: string;
  path: string;
}

/** A simulator in a process of its own, whose work is then not counted as ours; it tells what was read of it at each line that it is sent. */
async function serve(scene: Scene, bytes: number): Promise<{ at: Served; read: () => Promise<{ requests: number; bytes: number }> }> {
  const code = `
    import { createInterface } from 'node:readline';
    import { startVsim } from './src/vsim/vsim.ts';
    const vsim = await startVsim({ masters: 1, masterBytes: ${bytes} });
    const { url, username, password, fingerprint256, stats } = vsim;
    console.log(JSON.stringify({ url, username, password, fingerprint256, path: vsim.sim.master().path }));
    createInterface(process.stdin).on('line', () => console.log(JSON.stringify(stats.read))).on('close', () => process.exit(0));`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  scene.defer(() => child.kill('SIGKILL'));
  const lines: Interface = createInterface(child.stdout);
  const line = async <T>(): Promise<T> => JSON.parse(((await once(lines, 'line')) as [string])[0]) as T;
  const at = await line<Served>();
  return {
    at,
    read: async () => {
      const answer = line<{ requests: number; bytes: number }>();
      child.stdin.write('\n');
      return await answer;
    },
  };
}

interface Sample {
  wallMs: number;
  cpuMs: number;
  requests: number;
  bytes: number;
}

async function run({ quick, runs, scene, say }: BenchArgs): Promise<Outcome> {
  const rounds = runs ?? (quick ? 1 : 5);
  const samples: Record<string, Sample[]> = {};
  const cases: [string, number, number][] = [
    ['40 GiB, samples', 40 * GIB, GIB],
    ['1 GiB, every byte', GIB, GIB],
  ];
  for (const [name, bytes, sealWholeBytes] of cases) {
    const { at, read } = await serve(scene, bytes);
    const { url, username, password, fingerprint256 } = at;
    const driver = new VSphereDriver({
      kind: 'vcenter',
      url,
      credentials: { kind: 'password', username, password },
      trust: { fingerprint256 },
      installationId: randomUUID(),
      sealWholeBytes,
    });
    scene.defer(async () => await driver.close());
    const ctx = makeCtx();
    await driver.open(ctx);
    const measure = async (what: string, work: () => Promise<unknown>, counted: boolean): Promise<void> => {
      const [before, cpu, start] = [await read(), process.cpuUsage(), performance.now()];
      await work();
      const wallMs = performance.now() - start;
      const used = process.cpuUsage(cpu);
      const after = await read();
      const sample = {
        wallMs,
        cpuMs: (used.user + used.system) / 1000,
        requests: after.requests - before.requests,
        bytes: after.bytes - before.bytes,
      };
      if (counted) (samples[`${name}: ${what}`] ??= []).push(sample);
    };
    // the first round warms the compiler up
    for (let round = -1; round < rounds; round++) {
      const revisionId = randomUUID();
      const source = { kind: 'vm', path: at.path, how: 'copy', profile: {} } as const;
      await measure('import', async () => await driver.prepareMaster(ctx, { revisionId, source }), round >= 0);
      await measure('verify', async () => await driver.verifyMaster(ctx, revisionId), round >= 0);
      await measure('verify --full', async () => await driver.verifyMaster(ctx, revisionId, { full: true }), round >= 0);
      await driver.removeMaster(ctx, revisionId);
    }
    say(`${name}: done`);
  }
  const of = (key: string, what: keyof Sample) => median((samples[key] ?? []).map((sample) => sample[what]));
  return {
    tables: [
      {
        title: `medians of ${rounds}`,
        head: ['disk and seal: what', 'wall ms', 'our CPU ms', 'reads', 'MiB read'],
        rows: Object.keys(samples).map((key) => [
          key,
          ms(of(key, 'wallMs')),
          ms(of(key, 'cpuMs')),
          of(key, 'requests'),
          (of(key, 'bytes') / 2 ** 20).toFixed(1),
        ]),
      },
    ],
    targets: [],
    notes: ['An import here is a copy that the simulator makes in no time, and the seal: what it takes is the seal.'],
    raw: samples,
  };
}

export const benchmark: Benchmark = { name: 'vsphere-seal', what: "sealing and comparing the bytes of a master's disks", run };
