/** Writes docs/spec/store.md from the schema, in a database of its own. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { testDb } from '../src/store/testing.ts';
import { storePage } from './store-page.ts';

const database = await testDb();
try {
  writeFileSync(fileURLToPath(new URL('../docs/spec/store.md', import.meta.url)), await storePage(database.db));
} finally {
  await database.drop();
}
