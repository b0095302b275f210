/** Many machines at once: until the last one answers a login, and what each takes of memory and storage. */
import type { BenchArgs, Benchmark, Outcome, Target } from './lib/benchmark.ts';
import { availableParallelism } from 'node:os';
import { CarrelRig } from './lib/carrel.ts';
import { Floor } from './lib/floor.ts';
import { median, mib } from './lib/stats.ts';
import { allocatedBytes, cpuSeconds, pssBytes } from './lib/usage.ts';

type Mode = 'linked' | 'instant';

interface Batch {
  who: 'carrel' | 'floor';
  mode: Mode;
  count: number;
  /** Seconds from the common start to each login. */
  logins: number[];
  failures: string[];
  pssBytes: number;
  diskBytes: number;
  /** Processor seconds of QEMU until its guest's login, by machine. */
  cpuSeconds: number;
}

interface Machine {
  pid: number;
  folder: string;
  seconds: number;
  end: () => Promise<unknown>;
}

/** Starts in flight: what Carrel's driver asks for (cores + 1), so that both do the same. */
const IN_FLIGHT = availableParallelism() + 1;

async function run({ quick, runs, scene, say }: BenchArgs): Promise<Outcome> {
  const counts = quick ? [runs ?? 4] : [20, 50];
  const rig = await CarrelRig.start(scene, say);
  let floor: Floor | undefined;
  for (const mode of ['linked', 'instant'] as const) {
    const lent = await rig.lend(mode);
    floor ??= new Floor(scene, rig, rig.user);
    floor.learn(rig, lent);
    await rig.end(lent.reservation.id);
  }
  const batches: Batch[] = [];
  for (const count of counts) {
    for (const mode of ['instant', 'linked'] as const) {
      for (const who of ['carrel', 'floor'] as const) {
        const batch = await together(who, mode, count, { rig, floor: floor as Floor });
        batches.push(batch);
        say(`${count} ${mode} by ${who}: last login after ${Math.max(...batch.logins).toFixed(1)} s, ${batch.failures.length} failed`);
      }
    }
  }
  return summary(batches, rig.accelerator);
}

async function together(who: Batch['who'], mode: Mode, count: number, on: { rig: CarrelRig; floor: Floor }): Promise<Batch> {
  const t0 = performance.now();
  const seconds = () => (performance.now() - t0) / 1000;
  const slots = who === 'floor' ? new Slots(IN_FLIGHT) : undefined;
  const one = async (): Promise<Machine> => {
    if (who === 'carrel') {
      const lent = await on.rig.lend(mode);
      return { pid: lent.pid, folder: lent.folder, seconds: seconds(), end: () => on.rig.end(lent.reservation.id) };
    }
    const machine = await (slots as Slots).run(() => on.floor.lend(mode));
    return { pid: machine.pid, folder: machine.folder, seconds: seconds(), end: machine.end };
  };
  const settled = await Promise.allSettled(Array.from({ length: count }, one));
  const machines = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failures = settled.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
  const mean = (of: (machine: Machine) => number) => machines.reduce((sum, each) => sum + of(each), 0) / Math.max(1, machines.length);
  const batch: Batch = {
    who,
    mode,
    count,
    logins: machines.map((each) => each.seconds).sort((a, b) => a - b),
    failures,
    cpuSeconds: mean((each) => cpuSeconds(each.pid)),
    pssBytes: mean((each) => pssBytes(each.pid)),
    diskBytes: mean((each) => allocatedBytes(each.folder)),
  };
  await Promise.all(machines.map((each) => each.end()));
  return batch;
}

/** So many at one time, first come first served. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(free: number) {
    this.#free = free;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

function summary(batches: Batch[], accelerator: string): Outcome {
  const find = (who: Batch['who'], mode: Mode, count: number) => batches.find((b) => b.who === who && b.mode === mode && b.count === count);
  const rows = batches.map((b) => {
    const last = Math.max(...b.logins);
    const floor = find('floor', b.mode, b.count);
    return [
      `${b.count} ${b.mode}: ${b.who}`,
      `${b.logins.length}/${b.count}`,
      Math.min(...b.logins).toFixed(1),
      median(b.logins).toFixed(1),
      last.toFixed(1),
      floor ? (last / Math.max(...floor.logins)).toFixed(2) : '-',
      b.cpuSeconds.toFixed(2),
      mib(b.pssBytes),
      mib(b.diskBytes),
    ];
  });
  const most = Math.max(...batches.map((b) => b.count));
  return {
    tables: [
      {
        title: 'All asked for at one moment; seconds until each had a login',
        head: ['batch', 'answered', 'first s', 'median s', 'last s', 'last x floor', 'CPU s each', 'PSS MiB each', 'disk MiB each'],
        rows,
      },
    ],
    targets: targets(find('carrel', 'instant', most), find('carrel', 'linked', most), most),
    notes: [
      `Both have at most ${IN_FLIGHT} starts in flight. The floor holds a slot until the login, Carrel until the SSH banner.`,
      'PSS and disk are read as soon as the last login is done, all machines running; PSS is of the QEMU processes.',
    ],
    raw: { accelerator, batches },
  };
}

function targets(instant: Batch | undefined, linked: Batch | undefined, count: number): Target[] {
  if (!instant || !linked) return [];
  const last = Math.max(...instant.logins);
  const lastLinked = Math.max(...linked.logins);
  const whole = instant.failures.length === 0 && linked.failures.length === 0;
  return [
    {
      what: `last login of ${count} instant clones`,
      wanted: 'within 25 s of 50, where 50 boots take 130 s: at most 0.19 of the boots',
      measured: `${last.toFixed(1)} s, boots ${lastLinked.toFixed(1)} s: ${(last / lastLinked).toFixed(2)}`,
      met: whole && (count < 50 ? last / lastLinked <= 25 / 130 : last <= 25),
    },
    {
      what: 'memory of an instant clone of a 128 MiB guest',
      wanted: 'at most 60 MiB PSS',
      measured: `${mib(instant.pssBytes)} MiB`,
      met: instant.pssBytes <= 60 * 2 ** 20,
    },
  ];
}

export const benchmark: Benchmark = {
  name: 'many',
  what: '20 and 50 machines at once: time until all answer a login, memory and disk of each',
  run,
};
