/** docs/spec/store.md says what the schema is. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { storePage } from '../../scripts/store-page.ts';
import { testDb } from '../../src/store/testing.ts';

const page = fileURLToPath(new URL('../../docs/spec/store.md', import.meta.url));

test('docs/spec/store.md is what the schema is; otherwise run node_modules/.bin/tsx scripts/gen-store.ts', async () => {
  const { db } = await testDb(onTestFinished);
  expect(readFileSync(page, 'utf8')).toBe(await storePage(db));
  await sql`alter table licence add column vendor text`.execute(db);
  expect(await storePage(db)).toContain('| `vendor` | text, may be null |');
  await sql`create table seat (id uuid primary key)`.execute(db);
  await expect(storePage(db)).rejects.toThrow('give seat a theme');
});
