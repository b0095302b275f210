import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const rows = [...readFileSync(join(ROOT, 'docs/spec/cases.md'), 'utf8').matchAll(/^\| (\S+) \| .+? \| `([^`]+)` \| (.+) \|$/gm)].map(
  ([, id = '', file = '', name = '']) => ({ id, file, name }),
);

/** Those that the review tried. */
const TRIED = [
  ...['A01', 'A01b', 'A02', 'A03', 'A04', 'A05', 'A06', 'A08', 'A09', 'A10', 'A11'],
  ...['B01', 'B03', 'B04', 'B07', 'B15', 'B08', 'B09', 'B11', 'C01', 'C02', 'C03', 'E01', 'E04', 'E05'],
  ...['D01', 'D03', 'D04', 'D05', 'D06', 'D08', 'N1', 'M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M7', 'M8', 'M9'],
];

test('each of the cases has a test', () => {
  expect(TRIED.filter((id) => !rows.some((row) => row.id === id))).toEqual([]);
});

test('every test that docs/spec/cases.md names is there', () => {
  const missing = rows.filter(({ file, name }) => !existsSync(join(ROOT, file)) || !readFileSync(join(ROOT, file), 'utf8').includes(name));
  expect(missing).toEqual([]);
});
