/** The bench of the engine's own tests: what one test leaves in the store, no other finds, of another file neither. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { makeBench } from '../../test/support/engine.ts';
import * as licences from '../store/licences.ts';

test('a store that a test gives back has no row left, whatever table it is in', async () => {
  const after: (() => Promise<void>)[] = [];
  const bench = await makeBench((drop) => void after.push(drop));
  await bench.store.tx(async (tx) => {
    const id = randomUUID();
    await licences.create(tx, { id, name: 'left', seats: 1, now: bench.deps.now() });
    await licences.setImages(tx, id, [bench.imageId]);
  });
  for (const drop of after.reverse()) await drop();
  const { rows } = await sql<{ name: string; left: number }>`
    select tablename as name, (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I', tablename), false, true, '')))[1]::text::int as left
    from pg_tables where schemaname = 'public'`.execute(bench.db.db);
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter(({ left }) => left > 0).map(({ name }) => name)).toEqual(['schema_version']);
});
