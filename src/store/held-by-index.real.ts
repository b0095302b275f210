/** What the calendar finds by its indexes is what is there: promises are made by it, so a row that is left out is promised twice. */
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { churn, dice, now, someSpan } from './calendar-testing.ts';
import { shortLevels } from './held.ts';
import type { Db } from './schema.ts';
import { seed } from './seed-testing.ts';
import { testDb } from './testing.ts';

/** The same question twice in one snapshot: by indexes alone, then by reading every row. */
async function bothWays<T>(db: Db, ask: (db: Db) => Promise<T>): Promise<{ byIndex: T; byRow: T }> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      await sql`set local enable_seqscan = off`.execute(tx);
      const byIndex = await ask(tx);
      await sql`set local enable_seqscan = on; set local enable_indexscan = off; set local enable_indexonlyscan = off;
        set local enable_bitmapscan = off`.execute(tx);
      return { byIndex, byRow: await ask(tx) };
    });
}

test('while many write, what is held is the same by index and by reading every row', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now, { machines: 40, memoryMiB: 1e6, vcpus: 1000, storageMiB: 1e6 });
  const places = [s.providerId, (await seed(t.db, now)).providerId];
  const stores = [t.store, await t.again(), await t.again()];
  let over = false;
  const writers = Promise.all(stores.map(({ db }, i) => churn(db, s, 60, dice(i + 11), places))).finally(() => (over = true));
  const roll = dice(3);
  let asked = 0;
  for (let last = false; !last; asked++) {
    last = over;
    const { during } = someSpan(roll);
    const { byIndex, byRow } = await bothWays(t.db, async (db) => {
      const room = {
        limits: { machines: 3, memoryMiB: 1e6, vcpus: 1000, storageMiB: 1e6 },
        wanted: { memoryMiB: 1, vcpus: 1, storageMiB: 0 },
        count: 1,
      };
      return (await sql`${shortLevels(s.providerId, during, { now }, room)} order by t`.execute(db)).rows;
    });
    expect(byIndex).toEqual(byRow);
  }
  expect((await writers).reduce((a, b) => a + b.left, 0)).toBeGreaterThan(3);
  expect(asked).toBeGreaterThan(1);
});
