import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/spec/promises.md'), 'utf8');

/** Test files and the names of tests in them, by the number of the promise. */
const promises = new Map(
  PAGE.split(/^## /m)
    .slice(1)
    .map((part) => [
      Number.parseInt(part, 10),
      [...part.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, file, name]) => ({ file: file as string, name: name as string })),
    ]),
);

test('each of the promises has a test', () => {
  expect([...promises.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  for (const [number, rows] of promises) expect(rows.length, `promise ${number}`).toBeGreaterThan(0);
});

test('every test that docs/spec/promises.md names is there', () => {
  const missing = [...promises.values()]
    .flat()
    .filter(({ file, name }) => !existsSync(join(ROOT, file)) || !readFileSync(join(ROOT, file), 'utf8').includes(name))
    .map(({ file, name }) => `${file}: ${name}`);
  expect(missing).toEqual([]);
});
