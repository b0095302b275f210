/** Numbered SQL files, each applied once, in order, in a transaction of its own. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { checkCtx, type Ctx, sleep } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';
import { connect, type StoreTarget } from './conn.ts';
import { storeError } from './errors.ts';

export interface Migration {
  version: number;
  name: string;
  sql: string;
  /** SHA-256 of the text with LF line ends, hex. */
  checksum: string;
}

const FILE = /^(\d{4})_([a-z0-9_]+)\.sql$/;
/** Key of the advisory lock that lets one process migrate at a time: 'carrel-m' in ASCII is too long for int8, so 'carrelm'. */
const LOCK = '0x63617272656c6d';

/** The folder sql/ of the package this file was built into, source tree and bundle alike. */
export function migrationsDir(from = dirname(fileURLToPath(import.meta.url))): string {
  for (let at = from; ; at = dirname(at)) {
    const found = join(at, 'sql');
    if (existsSync(join(found, '0001_foundation.sql'))) return found;
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
      return { version, name: m[2] as string, sql: text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

interface Applied {
  version: number;
  name: string;
  checksum: string;
}

function checkApplied(applied: readonly Applied[], known: readonly Migration[]): void {
  const newest = applied.at(-1)?.version ?? 0;
  if (newest > known.length) {
    throw new CarrelError('store-newer', `the store has schema ${newest}, this program knows schemas up to ${known.length}`, {
      hint: 'Run the version of Carrel that made the store, or a newer one; or restore a backup made by this version.',
      details: { store: newest, program: known.length },
    });
  }
  applied.forEach((row, i) => {
    const file = known[i] as Migration;
    if (row.version === i + 1 && row.checksum === file.checksum) return;
    throw new CarrelError(
      'store-edited',
      `schema file ${String(i + 1).padStart(4, '0')}_${file.name}.sql is not the one this store was made with`,
      {
        hint: 'Run the version of Carrel that made the store. Schema files are never edited once applied; a change is a new file.',
        details: { version: row.version, applied: row.checksum, file: file.checksum },
      },
    );
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

/** Whether this program's schema is newer than the store's. Errors: `store-unavailable`, `store-access`. */
export async function schemaPending(target: StoreTarget, dir = migrationsDir()): Promise<boolean> {
  const known = await readMigrations(dir);
  const client = await connect(target, 'carrel').catch((error: unknown) => {
    throw storeError(error);
  });
  try {
    const { rows: tables } = await client.query<{ there: boolean }>("select to_regclass('schema_version') is not null as there");
    if (tables[0]?.there !== true) return true;
    const { rows } = await client.query<{ newest: number }>('select coalesce(max(version), 0) as newest from schema_version');
    return (rows[0]?.newest ?? 0) < known.length;
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Brings the store to the newest schema; waits for another process that is doing the same. Returns the schema's number.
 * Errors: `store-newer`, `store-edited`, `store-migration` (a file failed; nothing of that file stays).
 */
export async function migrate(ctx: Ctx, client: Client, known: readonly Migration[]): Promise<number> {
  await client.query('set statement_timeout = 0');
  await client.query('set lock_timeout = 0');
  await lock(ctx, client);
  await client.query(`create table if not exists schema_version (
    version int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`);
  const { rows } = await client.query<Applied>('select version, name, checksum from schema_version order by version');
  checkApplied(rows, known);
  for (const file of known.slice(rows.length)) {
    checkCtx(ctx);
    try {
      await client.query('begin');
      await client.query(file.sql);
      await client.query('insert into schema_version (version, name, checksum) values ($1, $2, $3)', [
        file.version,
        file.name,
        file.checksum,
      ]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw new CarrelError('store-migration', `schema file ${file.version} (${file.name}) could not be applied`, { cause: error });
    }
  }
  return known.length;
}
