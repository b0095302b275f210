import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
const TABLE = fileURLToPath(new URL('../../docs/spec/hazards.md', import.meta.url));

/** `H7 | hazards-delete.test.ts | title` for every row of the table. */
function rows(): string[] {
  return readFileSync(TABLE, 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => /^H\d+$/.test(cells[1] ?? ''))
    .map((cells) => `${cells[1]} | ${cells[3]} | ${cells[4]}`);
}

/** The same for every hazard test in this folder. */
function tests(): string[] {
  return readdirSync(here)
    .filter((name) => /^hazards-.*\.test\.ts$/.test(name) && name !== 'hazards-table.test.ts')
    .flatMap((name) =>
      [...readFileSync(`${here}${name}`, 'utf8').matchAll(/\(\s*'(H\d+): ([^']*)'/g)].map((m) => `${m[1]} | ${name} | ${m[2]}`),
    );
}

it('docs/spec/hazards.md names every hazard test and no other, and all sixty hazards have one', () => {
  expect(rows().sort()).toEqual(tests().sort());
  const numbers = new Set(rows().map((row) => Number(/^H(\d+)/.exec(row)?.[1])));
  expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
});
