/**
 * The whole store as text and back: one JSON object a row, as PostgreSQL itself writes and reads them (`row_to_json`,
 * `json_populate_recordset`), so that ranges, times and bytes come back as they were. pg_dump would need programs that a private PostgreSQL
 * from npm has not.
 */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Client, escapeIdentifier } from 'pg';
import { checkCtx, type Ctx } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';
import { connect, type StoreTarget } from './conn.ts';
import { storeError } from './errors.ts';
import { migrate, migrationsDir, readMigrations } from './migrate.ts';

export interface DumpedTable {
  table: string;
  rows: number;
}

export interface Dump {
  /** Number of the schema. */
  schema: number;
  /** In an order in which each stands after those that it refers to. */
  tables: DumpedTable[];
}

/** Rows that are fetched, and inserted, at one time. */
const BATCH = 1_000;

interface Table {
  name: string;
  /** Columns that may be written: those that PostgreSQL computes are not among them. */
  columns: string[];
  refersTo: string[];
  /** Its own generated number, whose sequence goes on after the highest. */
  identity: string | undefined;
}

async function readTables(client: Client): Promise<Table[]> {
  const { rows } = await client.query<{ name: string; columns: string[]; refersTo: string[] | null; identity: string | null }>(
    `select c.relname as name,
       (select array_agg(a.attname order by a.attnum) from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '')::text[] as columns,
       (select array_agg(distinct f.relname) from pg_constraint k join pg_class f on f.oid = k.confrelid
         where k.conrelid = c.oid and k.contype = 'f')::text[] as "refersTo",
       (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attidentity <> '')::text as identity
     from pg_class c
     where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname <> 'schema_version'
     order by c.relname`,
  );
  return inOrder(rows.map((r) => ({ ...r, refersTo: (r.refersTo ?? []).filter((t) => t !== r.name), identity: r.identity ?? undefined })));
}

/** Each after those that it refers to. `internal` if they refer to each other in a circle. */
function inOrder(tables: readonly Table[]): Table[] {
  const done = new Set<string>();
  const out: Table[] = [];
  while (out.length < tables.length) {
    const next = tables.filter((t) => !done.has(t.name) && t.refersTo.every((r) => done.has(r)));
    if (next.length === 0) throw new CarrelError('internal', 'tables of the store refer to each other in a circle');
    for (const table of next) {
      done.add(table.name);
      out.push(table);
    }
  }
  return out;
}

async function within<T>(target: StoreTarget, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(target, `carrel backup pid=${process.pid}`).catch((error: unknown) => {
    throw storeError(error);
  });
  try {
    // Months of audit log take their time; what else is at work keeps its own limits.
    await client.query("set statement_timeout = 0; set lock_timeout = 0; set timezone = 'UTC'");
    return await work(client);
  } catch (error) {
    throw error instanceof CarrelError ? error : storeError(error);
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Writes each table to `fileOf(table)`, gzip of one JSON object a line, all as of one moment, whatever is written meanwhile. Errors:
 * `not-found` if the store has no schema, `store-unavailable`, those of the file system.
 */
export async function dumpStore(ctx: Ctx, target: StoreTarget, fileOf: (table: string) => string): Promise<Dump> {
  return await within(target, async (client) => {
    await client.query('begin transaction isolation level repeatable read read only');
    const { rows: there } = await client.query<{ there: boolean }>("select to_regclass('schema_version') is not null as there");
    if (there[0]?.there !== true)
      throw new CarrelError('not-found', 'there is no store of Carrel here', { hint: 'Has a server ever run on it?' });
    const { rows: versions } = await client.query<{ schema: number }>('select max(version) as schema from schema_version');
    const tables: DumpedTable[] = [];
    for (const table of await readTables(client)) {
      ctx.progress({ text: 'reading the store' });
      let rows = 0;
      const lines = async function* () {
        for await (const batch of rowsOf(ctx, client, table)) {
          rows += batch.length;
          yield `${batch.join('\n')}\n`;
        }
      };
      await pipeline(lines, createGzip({ level: 4 }), createWriteStream(fileOf(table.name), { mode: 0o600 }));
      tables.push({ table: table.name, rows });
    }
    await client.query('commit');
    return { schema: versions[0]?.schema ?? 0, tables };
  });
}

/** A row that refers to another of its own table comes after it: these are made later. */
async function* rowsOf(ctx: Ctx, client: Client, table: Table): AsyncGenerator<string[]> {
  const name = escapeIdentifier(table.name);
  const order = table.columns.includes('created_at') ? ' order by created_at' : '';
  await client.query(`declare dumped no scroll cursor for select row_to_json(t)::text as row from ${name} t${order}`);
  for (;;) {
    checkCtx(ctx);
    const { rows } = await client.query<{ row: string }>(`fetch ${BATCH} from dumped`);
    if (rows.length === 0) break;
    yield rows.map((r) => r.row);
  }
  await client.query('close dumped');
}

/** Key of the advisory lock of whoever fills a store: 'carrelr' in ASCII. */
export const RESTORE_LOCK = String(0x6361_7272_656c_72n);

/**
 * Fills an empty store with what {@link dumpStore} wrote: the schema as it was then, its rows, and the files of the schema that came since. All or
 * nothing is left to the caller: it throws the store away when this fails after `onBegin`, and not before, when nothing in it is of this call.
 * Errors: `already-exists` (it is not empty, or somebody else fills it just now), `store-newer`, `store-corrupt` (a table that the schema has not).
 */
export async function loadStore(
  ctx: Ctx,
  target: StoreTarget,
  dump: Dump,
  linesOf: (table: string) => AsyncIterable<string>,
  onBegin: () => void = () => {},
): Promise<void> {
  const known = await readMigrations(migrationsDir());
  if (dump.schema > known.length) {
    throw new CarrelError('store-newer', `the backup has schema ${dump.schema}, this program knows schemas up to ${known.length}`, {
      hint: 'Restore it with the version of Carrel that made it, or a newer one.',
    });
  }
  await within(target, async (client) => {
    // Held until this connection ends: two at once would each find it empty, and one take away what the other wrote.
    const { rows: there } = await client.query<{ there: boolean }>(
      "select not pg_try_advisory_lock($1::bigint) or to_regclass('schema_version') is not null as there",
      [RESTORE_LOCK],
    );
    if (there[0]?.there === true) {
      throw new CarrelError('already-exists', 'the database has a store of Carrel already', {
        hint: 'Restore into a new, empty database.',
      });
    }
    onBegin();
    await migrate(ctx, client, known.slice(0, dump.schema));
    const tables = new Map((await readTables(client)).map((t) => [t.name, t]));
    await client.query('begin');
    // A schema file may have made rows of its own; those of the backup are all that there is.
    for (const name of [...tables.keys()].toReversed()) await client.query(`delete from ${escapeIdentifier(name)}`);
    // What triggers write of the rows is in the backup too.
    const triggers = async (what: 'disable' | 'enable') => {
      for (const name of tables.keys()) await client.query(`alter table ${escapeIdentifier(name)} ${what} trigger user`);
    };
    await triggers('disable');
    for (const { table: name, rows } of dump.tables) {
      const table = tables.get(name);
      if (table === undefined) throw new CarrelError('store-corrupt', `the backup has a table ${name} that schema ${dump.schema} has not`);
      ctx.progress({ text: 'writing the store' });
      const written = await insertAll(ctx, client, table, linesOf(name));
      if (written !== rows) throw new CarrelError('store-corrupt', `the backup has ${written} rows of ${name}, and says ${rows}`);
    }
    await triggers('enable');
    await client.query('commit');
    await migrate(ctx, client, known);
  });
}

async function insertAll(ctx: Ctx, client: Client, table: Table, lines: AsyncIterable<string>): Promise<number> {
  const name = escapeIdentifier(table.name);
  const columns = table.columns.map((c) => escapeIdentifier(c)).join(', ');
  const insert = `insert into ${name} (${columns}) overriding system value select ${columns} from json_populate_recordset(null::${name}, $1::json)`;
  let count = 0;
  let batch: string[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    checkCtx(ctx);
    await client.query(insert, [`[${batch.join(',')}]`]);
    count += batch.length;
    batch = [];
  };
  for await (const line of lines) {
    if (line === '') continue;
    batch.push(line);
    if (batch.length >= BATCH) await flush();
  }
  await flush();
  if (table.identity !== undefined) {
    const column = escapeIdentifier(table.identity);
    await client.query(
      `select setval(pg_get_serial_sequence($1, $2), coalesce((select max(${column}) from ${name}), 1), (select count(*) > 0 from ${name}))`,
      [table.name, table.identity],
    );
  }
  return count;
}
