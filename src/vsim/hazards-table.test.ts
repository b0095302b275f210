import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
const DRIVER = fileURLToPath(new URL('../drivers/vsphere/', import.meta.url));
const TABLE = fileURLToPath(new URL('../../docs/spec/hazards.md', import.meta.url));
const ALL = Array.from({ length: 64 }, (_, i) => `H${i + 1}`);

/** The cells of every row of the table. */
function cells(): string[][] {
  return readFileSync(TABLE, 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((row) => /^H\d+$/.test(row[1] ?? ''));
}

/** `H7 | hazards-delete.test.ts | title` for every hazard test in a folder. */
function tests(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^hazards-.*\.test\.ts$/.test(name) && name !== 'hazards-table.test.ts')
    .flatMap((name) =>
      [...readFileSync(`${folder}${name}`, 'utf8').matchAll(/\(\s*'(H\d+): ([^']*)'/g)].map((m) => `${m[1]} | ${name} | ${m[2]}`),
    );
}

const hazards = (found: readonly string[]): string[] => ALL.filter((h) => found.some((row) => row.startsWith(`${h} |`)));

it('docs/spec/hazards.md names every hazard test and no other, and all 64 hazards have one', () => {
  const rows = cells().flatMap((row) => (row[3] === '' ? [] : [`${row[1]} | ${row[3]} | ${row[4]}`]));
  expect(rows.sort()).toEqual(tests(here).sort());
  expect(hazards(rows)).toEqual(ALL);
});

it('docs/spec/hazards.md names every test of what the engine does about it and no other, and all 64 hazards have one', () => {
  const rows = cells().flatMap((row) => (row[5] === '' ? [] : [`${row[1]} | ${row[5]?.replace(': ', ' | ')}`]));
  expect(rows.sort()).toEqual(tests(DRIVER).sort());
  expect(hazards(rows)).toEqual(ALL);
});
