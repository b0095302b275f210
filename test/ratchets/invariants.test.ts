import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const SPEC = join(ROOT, 'docs/spec');

/** Rows `| invariant | file | test |` of every page. */
const rows = readdirSync(SPEC).flatMap((page) =>
  [...readFileSync(join(SPEC, page), 'utf8').matchAll(/^\| ([^|`]+(?:`[^`]*`[^|`]*)*) \| `((?:src|test)\/[^`]+)` \| ([^|]+) \|$/gm)].map(
    ([, what, file, name]) => ({ page, what: what as string, file: file as string, name: name as string }),
  ),
);

test('every invariant of docs/spec names a test that is there', () => {
  expect(rows.filter((r) => r.page === 'reservation.md').length).toBeGreaterThan(10);
  const missing = rows
    .filter(({ file, name }) => !existsSync(join(ROOT, file)) || !readFileSync(join(ROOT, file), 'utf8').includes(name))
    .map(({ page, file, name }) => `${page}: ${file}: ${name}`);
  expect(missing).toEqual([]);
});
