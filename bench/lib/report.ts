/** Results as text for people and as JSON beside the benchmarks. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome, Table } from './benchmark.ts';
import { commit, type Load, machineFacts } from './machine.ts';

const RESULTS = join(dirname(fileURLToPath(import.meta.url)), '..', 'results');

export function tableText({ title, head, rows }: Table): string {
  const cells = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)));
  const line = (row: string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [title, ...cells.map(line)].join('\n');
}

export function outcomeText(outcome: Outcome): string {
  const targets = outcome.targets.map((t) => `  ${t.met ? 'met   ' : 'MISSED'}  ${t.what}: ${t.measured} (wanted: ${t.wanted})`);
  return [
    ...outcome.tables.map((table) => `\n${tableText(table)}`),
    ...(targets.length > 0 ? ['\nTargets', ...targets] : []),
    ...(outcome.notes.length > 0 ? ['\nNotes', ...outcome.notes.map((note) => `  ${note}`)] : []),
  ].join('\n');
}

/** Writes `bench/results/NAME.json`, or `NAME.quick.json` of a quick run, which is not kept; gives its path. */
export function store(name: string, outcome: Outcome, run: { quick: boolean; date: Date; load: Load; accel: string | undefined }): string {
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${name}${run.quick ? '.quick' : ''}.json`);
  const result = {
    benchmark: name,
    quick: run.quick,
    date: run.date.toISOString(),
    commit: commit(),
    machine: { ...machineFacts(), accelerator: run.accel ?? 'none' },
    loadBefore: run.load,
    ...outcome,
  };
  writeFileSync(file, `${JSON.stringify(result, undefined, 1)}\n`);
  return file;
}
