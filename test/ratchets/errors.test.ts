import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DRIVER_ERRORS } from '../../src/driver/errors.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/spec/errors.md'), 'utf8');

/** Cells of the rows of a table whose heading begins with this word. */
function rows(heading: string): string[][] {
  const lines = PAGE.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  expect(start, `a table that begins with ${heading}`).toBeGreaterThanOrEqual(0);
  const end = lines.findIndex((line, i) => i > start && !line.startsWith('|'));
  return lines.slice(start + 2, end < 0 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/spec/errors.md and DRIVER_ERRORS say the same', () => {
  test('the same codes, in the same order, with meaning and retry class', () => {
    const written = rows('code').map(([code, means, retry]) => ({ code, means, retry }));
    const known = Object.entries(DRIVER_ERRORS).map(([code, { means, retry }]) => ({ code: `\`${code}\``, means, retry }));
    expect(written).toEqual(known);
  });

  test('every code says what the user does', () => {
    for (const [code, , , advice] of rows('code')) expect(advice?.length ?? 0, code).toBeGreaterThan(10);
  });

  test('every retry class is explained', () => {
    const explained = rows('class').map(([name]) => name);
    const used = Object.values(DRIVER_ERRORS).map((e) => `\`${e.retry}\``);
    expect(new Set(explained)).toEqual(new Set(used));
  });
});
