/** What operators are told, over the real store. */
import { expect, onTestFinished, test } from 'vitest';
import { makeBench, reserveOne } from '../../test/support/engine.ts';
import type { Parts } from './parts.ts';
import { systemServices } from './system.ts';

test('runs are listed page after page, each once, also those of one moment', async () => {
  const bench = await makeBench(onTestFinished);
  for (let i = 0; i < 4; i++) await reserveOne(bench);
  const it = systemServices({ deps: bench.deps } as Parts);
  const [moment] = await bench.store.db.selectFrom('job').select('createdAt').where('saga', '=', 'provision').execute();
  await bench.store.db
    .updateTable('job')
    .set({ createdAt: (moment as { createdAt: Date }).createdAt as never })
    .where('saga', '=', 'provision')
    .execute();
  const all = (await it.listJobs({ limit: 100 })).items.map((j) => j.id);
  expect(all).toHaveLength(5);
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await it.listJobs({ limit: 2, after });
    seen.push(...page.items.map((j) => j.id));
    after = page.next;
  } while (after !== undefined && seen.length < 20);
  expect(seen).toEqual(all);
  await expect(it.listJobs({ limit: 2, after: 'x' })).rejects.toMatchObject({ code: 'bad-request' });
});
