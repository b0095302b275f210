/** Archives that somebody made by hand: nothing of them is written where it does not belong, and nothing stays. */
import { createHash } from 'node:crypto';
import { createWriteStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { expect, onTestFinished, test } from 'vitest';
import { makeCtx } from '../lib/context.ts';
import { connect } from '../store/conn.ts';
import { migrationsDir, readMigrations } from '../store/migrate.ts';
import { testDb } from '../store/testing.ts';
import { restoreBackup } from './restore.ts';

const ID = '5f0f7d5e-0000-4000-8000-000000000001';

async function archive(file: string, entries: readonly [string, string][], more: object = {}): Promise<void> {
  const sha256 = Object.fromEntries(entries.map(([name, text]) => [name, createHash('sha256').update(text).digest('hex')]));
  const tar = pack();
  tar.entry({ name: 'carrel-backup.json' }, JSON.stringify({ format: 1, schema: 1, tables: [], sha256, ...more }));
  for (const [name, text] of entries) tar.entry({ name }, text);
  tar.finalize();
  await pipeline(tar, createWriteStream(file));
}

test.each([
  ['a name that leads out', [['../evil', 'x']], {}, 'it holds "../evil"'],
  ['a whole path', [['/tmp/evil', 'x']], {}, 'it holds "/tmp/evil"'],
  ['dots for a golden disk', [[`masters/${ID}/..`, 'x']], {}, 'it holds'],
  ['no key', [['carrel.json', '{}']], {}, 'secrets.key is missing'],
  ['another checksum', [['carrel.json', '{}']], { sha256: { 'carrel.json': '0' } }, 'was changed'],
  ['a later form', [], { format: 99 }, 'format 99'],
  ['nothing said of itself', [], { tables: 'all' }, 'cannot be read'],
] as const)('%s is refused, and the folder is as empty as before', async (_what, entries, more, said) => {
  const scratch = mkdtempSync(join(tmpdir(), 'restore-'));
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true }));
  const file = join(scratch, 'made.tar');
  await archive(file, entries as unknown as [string, string][], more);
  const dataDir = join(scratch, 'data');
  const ctx = makeCtx({ timeoutMs: 600_000 });
  await expect(restoreBackup(ctx, { dataDir, databaseUrl: undefined, file })).rejects.toMatchObject({
    code: expect.stringMatching(/^store-(?:corrupt|newer)$/),
    message: expect.stringContaining(said),
  });
  expect(readdirSync(dataDir)).toEqual([]);
  expect(readdirSync(scratch).toSorted()).toEqual(['data', 'made.tar']);
});

test('a database of somebody’s own is as it was when it fails in the middle, and that is said', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'restore-'));
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true }));
  const file = join(scratch, 'made.tar');
  const { conn, url } = await testDb(onTestFinished);
  const query = async (text: string) => {
    const client = await connect(conn, 'carrel test');
    try {
      return (await client.query<{ name: string }>(text)).rows?.map(({ name }) => name);
    } finally {
      await client.end();
    }
  };
  await query('drop schema public cascade; create schema public; create table mine (id int); insert into mine values (7)');
  const all = () =>
    query(`select relname as name from pg_class where relnamespace = 'public'::regnamespace
      union select proname from pg_proc where pronamespace = 'public'::regnamespace union select extname from pg_extension order by 1`);
  const before = await all();
  expect(before).toEqual(['mine', 'plpgsql']);
  const schema = (await readMigrations(migrationsDir())).length;
  await archive(
    file,
    [
      ['carrel.json', '{}'],
      ['secrets.key', 'x'],
    ],
    { schema, tables: [{ table: 'no_such', rows: 1 }] },
  );
  const dataDir = join(scratch, 'data');
  await expect(restoreBackup(makeCtx({ timeoutMs: 600_000 }), { dataDir, databaseUrl: url, file })).rejects.toMatchObject({
    code: 'store-corrupt',
    message: expect.stringContaining('no_such'),
    hint: 'The database is as it was before.',
  });
  expect(await all()).toEqual(before);
  expect(await query('select id::text as name from mine')).toEqual(['7']);
  expect(readdirSync(dataDir)).toEqual([]);
});
