/**
 * Numbered SQL files, each applied once, in order, in a transaction of its own.
 *
 * One whose first line is `-- expand` only adds: a program that does not know it goes on working on the store, so that servers of the version
 * before may run meanwhile and afterwards. Any other takes something away that they need, and waits until they are gone ("expand and contract").
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { checkCtx, type Ctx, sleep } from '../lib/context.ts';
import { CarrelError, isCode } from '../lib/errors.ts';
import { connect, type StoreTarget } from './conn.ts';
import { storeError } from './errors.ts';

/**
 * The last schema file of before the baseline: what the files up to it had made is what 0001 to 0009 make, so that a store which has it is taken
 * over. One that has less is not.
 */
const BEFORE_BASELINE = { version: 35, checksum: 'f65c0a2dbec7023f73d112870dc7b4d9fef71555c4e7b2e4c7188857503b40b7' };
const BASELINE = 9;

export interface Migration {
  version: number;
  name: string;
  sql: string;
  /** SHA-256 of the text with LF line ends, hex. */
  checksum: string;
  /** Programs that do not know it can work on a store that has it. */
  expand: boolean;
}

/** What a program has to do to a store's schema: nothing, something that servers of before may look on at, or something that they may not. */
export type SchemaWork = 'none' | 'beside' | 'alone';

/** The first line of a file that only adds. */
const EXPAND = /^-- expand\b/;
/**
 * Milliseconds for which a file that is applied beside servers waits for a table, before it lets those pass who wait behind it and tries again.
 */
const BESIDE_LOCK_MS = 2_000;
const BESIDE_PAUSE_MS = 500;
/** SQLSTATE of a lock that was not had in time. */
const LOCK_NOT_AVAILABLE = '55P03';
const FILE = /^(\d{4})_([a-z0-9_]+)\.sql$/;
/** Key of the advisory lock that lets one process migrate at a time: 'carrel-m' in ASCII is too long for int8, so 'carrelm'. */
const LOCK = '0x63617272656c6d';

/** The folder sql/ of the package this file was built into, source tree and bundle alike. */
export function migrationsDir(from = dirname(fileURLToPath(import.meta.url))): string {
  for (let at = from; ; at = dirname(at)) {
    const found = join(at, 'sql');
    if (existsSync(join(found, '0001_site.sql'))) return found;
    if (dirname(at) === at) {
      throw new CarrelError('store-start', 'the folder sql/ with the schema of the store is missing from this installation', {
        hint: 'Install Carrel again.',
      });
    }
  }
}

/** Reads a folder of `NNNN_name.sql`; numbers must be 1, 2, 3 … without gaps. */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const names = (await readdir(dir)).filter((name) => FILE.test(name)).sort();
  return Promise.all(
    names.map(async (file, i) => {
      const m = FILE.exec(file) as RegExpExecArray;
      const version = Number(m[1]);
      if (version !== i + 1) throw new CarrelError('internal', `sql/${file}: expected number ${i + 1} here`);
      const text = (await readFile(join(dir, file), 'utf8')).replaceAll('\r\n', '\n');
      const checksum = createHash('sha256').update(text).digest('hex');
      return { version, name: m[2] as string, sql: text, checksum, expand: EXPAND.test(text) };
    }),
  );
}

interface Applied {
  version: number;
  name: string;
  checksum: string;
  expand: boolean;
}

function checkApplied(applied: readonly Applied[], known: readonly Migration[]): void {
  // First of all: the numbers of a store that began otherwise say nothing.
  applied.slice(0, known.length).forEach((row, i) => {
    const file = known[i] as Migration;
    if (row.version === i + 1 && row.checksum === file.checksum) return;
    throw new CarrelError(
      'store-edited',
      `schema file ${String(i + 1).padStart(4, '0')}_${file.name}.sql is not the one this store was made with`,
      {
        hint: 'Run the version of Carrel that made the store. Schema files are never edited once released; a change is a new file.',
        details: { version: row.version, applied: row.checksum, file: file.checksum },
      },
    );
  });
  const newest = applied.at(-1)?.version ?? 0;
  const beyond = applied.slice(known.length).findLast((row) => !row.expand);
  if (beyond === undefined) return;
  const knows = `this program knows schemas up to ${known.length}`;
  const needs = beyond.version === newest ? '' : `, which takes a program that knows ${beyond.version}`;
  throw new CarrelError('store-newer', `the store has schema ${newest}${needs}, ${needs === '' ? '' : 'and '}${knows}`, {
    hint: 'Run the version of Carrel that made the store, or a newer one; or restore a backup made by this version.',
    details: { store: newest, needs: beyond.version, program: known.length },
  });
}

async function lock(ctx: Ctx, client: Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query(`select pg_try_advisory_lock(('x' || $1)::bit(64)::bigint) as ok`, [
      LOCK.slice(2).padStart(16, '0'),
    ]);
    if ((rows[0] as { ok: boolean }).ok) return;
    await sleep(ctx, 50);
  }
}

/** What this program will do to the store's schema when it opens it. Errors: `store-unavailable`, `store-access`. */
export async function schemaWork(target: StoreTarget, dir = migrationsDir()): Promise<SchemaWork> {
  const known = await readMigrations(dir);
  const client = await connect(target, 'carrel').catch((error: unknown) => {
    throw storeError(error);
  });
  try {
    const { rows: tables } = await client.query<{ there: boolean }>("select to_regclass('schema_version') is not null as there");
    if (tables[0]?.there !== true) return 'alone';
    const { rows } = await client.query<Applied>('select version, checksum from schema_version order by version desc limit 1');
    if (isBeforeBaseline(rows[0])) return 'alone';
    const pending = known.slice(rows[0]?.version ?? 0);
    if (pending.length === 0) return 'none';
    return pending.every((file) => file.expand) ? 'beside' : 'alone';
  } finally {
    await client.end().catch(() => {});
  }
}

async function appliedTo(client: Client): Promise<Applied[]> {
  await client.query(`create table if not exists schema_version (
    version int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now(),
    expand boolean not null default false)`);
  const { rowCount } = await client.query(
    `select from pg_attribute where attrelid = 'schema_version'::regclass and attname = 'expand' and not attisdropped`,
  );
  if (rowCount === 0) await client.query('alter table schema_version add column expand boolean not null default false');
  return (await client.query<Applied>('select version, name, checksum, expand from schema_version order by version')).rows;
}

function isBeforeBaseline(newest: Pick<Applied, 'version' | 'checksum'> | undefined): boolean {
  return newest?.version === BEFORE_BASELINE.version && newest.checksum === BEFORE_BASELINE.checksum;
}

/** Writes down of a store of before the baseline that it has the baseline. */
async function takenOver(client: Client, applied: readonly Applied[], known: readonly Migration[]): Promise<readonly Applied[]> {
  if (!isBeforeBaseline(applied.at(-1))) return applied;
  const baseline = known.slice(0, BASELINE);
  await client.query('begin');
  await client.query('delete from schema_version');
  for (const file of baseline) await record(client, file);
  await client.query('commit');
  return baseline;
}

async function record(client: Client, { version, name, checksum, expand }: Migration): Promise<void> {
  const text = 'insert into schema_version (version, name, checksum, expand) values ($1, $2, $3, $4)';
  await client.query(text, [version, name, checksum, expand]);
}

async function apply(ctx: Ctx, client: Client, file: Migration): Promise<void> {
  for (;;) {
    checkCtx(ctx);
    try {
      await client.query('begin');
      if (file.expand) await client.query(`set local lock_timeout = ${BESIDE_LOCK_MS}`);
      await client.query(file.sql);
      await record(client, file);
      await client.query('commit');
      return;
    } catch (error) {
      await client.query('rollback').catch(() => {});
      if (file.expand && isCode(error, LOCK_NOT_AVAILABLE)) {
        await sleep(ctx, BESIDE_PAUSE_MS);
        continue;
      }
      throw new CarrelError('store-migration', `schema file ${file.version} (${file.name}) could not be applied`, { cause: error });
    }
  }
}

/**
 * Brings the store to the newest schema; waits for another process that is doing the same. Returns the number of the schema that the store has
 * then: a higher one than this program knows where the version after it only added.
 * Errors: `store-newer`, `store-edited`, `store-migration` (a file failed; nothing of that file stays).
 */
export async function migrate(ctx: Ctx, client: Client, known: readonly Migration[]): Promise<number> {
  await client.query('set statement_timeout = 0');
  await client.query('set lock_timeout = 0');
  await lock(ctx, client);
  const applied = await takenOver(client, await appliedTo(client), known);
  checkApplied(applied, known);
  for (const file of known.slice(applied.length)) await apply(ctx, client, file);
  return Math.max(applied.length, known.length);
}
