/** What a benchmark is: one file `bench/NAME.ts` that exports `benchmark`. `bench/run.ts` finds it by its name. */
import type { Scene } from './scene.ts';

export interface BenchArgs {
  /** Few runs: shows that it works, not what it costs. */
  quick: boolean;
  /** Rounds, if the caller wants another number than the benchmark's own. */
  runs: number | undefined;
  /** Most rows, for benchmarks that grow what they look at; how many machines, for `vsphere-machines`. */
  size: number | undefined;
  scene: Scene;
  say: (text: string) => void;
}

export interface Target {
  what: string;
  /** As it was asked for, such as `at most 150 ms`. */
  wanted: string;
  measured: string;
  met: boolean;
}

export interface Table {
  title: string;
  head: string[];
  rows: (string | number)[][];
}

export interface Outcome {
  tables: Table[];
  targets: Target[];
  /** What a reader must know to judge the figures. */
  notes: string[];
  /** Every single measurement, by series; milliseconds unless the name says otherwise. */
  raw: Record<string, unknown>;
}

export interface Benchmark {
  name: string;
  /** One sentence: what is measured. */
  what: string;
  /** Least `size` that it can do anything with; 1 unless given. */
  leastSize?: number;
  run(args: BenchArgs): Promise<Outcome>;
}
