/**
 * Runs benchmarks: `tsx bench/run.ts [NAME...] [--quick] [--runs N] [--size N]`. Without names, all there are. Prints tables with medians and
 * ratios, and writes each result with the machine, the commit and every sample to bench/results/NAME.json.
 * Exit status: 0 all ran, whatever the figures; 1 one failed; 2 unusable arguments; 130 Ctrl-C.
 */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Benchmark, Outcome } from './lib/benchmark.ts';
import { loadNow } from './lib/machine.ts';
import { outcomeText, store } from './lib/report.ts';
import { Scene } from './lib/scene.ts';

const here = dirname(fileURLToPath(import.meta.url));
const known = readdirSync(here)
  .filter((name) => name.endsWith('.ts') && name !== 'run.ts')
  .map((name) => name.slice(0, -3))
  .sort();

function usage(why: string): never {
  process.stderr.write(
    `bench: ${why}\nusage: tsx bench/run.ts [NAME...] [--quick] [--runs N] [--size N]\nbenchmarks: ${known.join(', ')}\n`,
  );
  process.exit(2);
}

function readArgs() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { quick: { type: 'boolean' }, runs: { type: 'string' }, size: { type: 'string' } },
    });
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

const { values, positionals } = readArgs();
const quick = values.quick ?? false;
const runs = values.runs === undefined ? undefined : Number(values.runs);
if (runs !== undefined && (!Number.isInteger(runs) || runs < 1)) usage('--runs takes a number from 1 up');
const size = values.size === undefined ? undefined : Number(values.size);
if (size !== undefined && (!Number.isInteger(size) || size < 1)) usage('--size takes a number from 1 up');
const strange = positionals.find((name) => !known.includes(name));
if (strange !== undefined) usage(`there is no benchmark ${strange}`);

async function runOne(name: string): Promise<void> {
  const { benchmark } = (await import(join(here, `${name}.ts`))) as { benchmark: Benchmark };
  const { leastSize = 1 } = benchmark;
  if (size !== undefined && size < leastSize) usage(`--size of ${name} takes a number from ${leastSize} up`);
  process.stdout.write(`\n== ${benchmark.name}: ${benchmark.what}\n`);
  const date = new Date();
  const load = await loadNow();
  const scene = new Scene();
  scene.guard();
  let outcome: Outcome;
  try {
    outcome = await benchmark.run({ quick, runs, size, scene, say: (text) => process.stderr.write(`  ${text}\n`) });
  } finally {
    await scene.close();
    process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
  }
  const accel = typeof outcome.raw['accelerator'] === 'string' ? outcome.raw['accelerator'] : undefined;
  const file = store(name, outcome, { quick, date, load, accel });
  process.stdout.write(
    `${outcomeText(outcome)}\n\nload before: ${load.average.join(' ')}, cores busy ${Math.round(load.busy * 100)} %; ${file}\n`,
  );
}

let failed = false;
for (const name of positionals.length > 0 ? positionals : known) {
  try {
    await runOne(name);
  } catch (error) {
    failed = true;
    process.stderr.write(`bench: ${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
}
process.exit(failed ? 1 : 0);
