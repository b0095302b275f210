/** The store as the rest of Carrel sees it: a Kysely over a pool, with errors in Carrel's words. */
import { setTimeout as pause } from 'node:timers/promises';
import { CamelCasePlugin, Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import type { Ctx } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';
import { clientConfig, connect, type StoreTarget } from './conn.ts';
import { isBusy, isFull, storeError } from './errors.ts';
import { listen, type Notice } from './listen.ts';
import { migrate, migrationsDir, readMigrations } from './migrate.ts';
import { preparedName } from './prepared.ts';
import type { Db, Schema, Tx } from './schema.ts';

export type { Notice } from './listen.ts';
export type { StoreConn, StoreTarget } from './conn.ts';
export type { Db, Tx } from './schema.ts';

/** The oldest PostgreSQL the SQL here is written for. */
const MIN_SERVER = 15;

/** How long something may take, in milliseconds, before it is refused with `store-busy` or `store-unavailable`. */
export interface StoreLimits {
  /** For a connection of the pool. */
  connectionMs: number;
  /** For a lock that somebody else holds. */
  lockMs: number;
  /** For one statement, by the server's clock. */
  statementMs: number;
  /** For one statement, by ours: a server that says nothing at all must not hold anybody. Undefined = without end. */
  queryMs?: number | undefined;
}

/** For durable work, which nobody waits for at a screen. */
const PATIENT: StoreLimits = { connectionMs: 10_000, lockMs: 30_000, statementMs: 60_000 };

export interface PoolOptions {
  /** Most connections of the pool. */
  poolSize?: number | undefined;
  limits?: StoreLimits | undefined;
  /** What the pool is for, as it is shown in the server's list of sessions. */
  purpose?: string | undefined;
}

export interface StoreOptions extends PoolOptions {
  /** Folder of the numbered SQL files; that of the package by default. */
  migrations?: string | undefined;
}

export interface Store {
  readonly db: Db;
  readonly target: StoreTarget;
  /** Number of the schema after migration. */
  readonly schemaVersion: number;
  /** Such as `15.18`. */
  readonly serverVersion: string;
  /** {@link tx} on this store. */
  tx<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Calls back for notices once it has settled; gives the function that ends it. */
  listen(channels: readonly string[], onNotice: (notice: Notice) => void): Promise<() => Promise<void>>;
  /** The same store by connections of its own, so that neither starves the other. Closed with this one. */
  apart(options: PoolOptions): Store;
  close(): Promise<void>;
}

/** Wraps pg's pool so that whatever comes out of it is already mapped by {@link storeError}. */
function guarded(pool: Pool, connectionMs: number): PostgresPool {
  const lend = lending(pool, connectionMs);
  const known = new WeakMap<PoolClient, PostgresPoolClient>();
  const guard = (client: PoolClient): PostgresPoolClient => {
    let wrapped = known.get(client);
    if (wrapped === undefined) {
      // After a time-out of ours the server is still at the statement, and the next one would wait behind it: such a connection is
      // used no more, not even to roll back.
      let given: unknown;
      const query = async (text: string, values: unknown[]): Promise<unknown> => {
        if (given !== undefined) throw given;
        try {
          const name = preparedName(text);
          return await (name === undefined ? client.query(text, values) : client.query({ name, text, values }));
        } catch (error) {
          const mapped = storeError(error);
          if (isReadTimeout(error)) given = mapped;
          throw mapped;
        }
      };
      wrapped = { query, release: () => client.release(given !== undefined) } as PostgresPoolClient;
      known.set(client, wrapped);
    }
    return wrapped;
  };
  return {
    async connect() {
      try {
        return guard(await lend());
      } catch (error) {
        if (isConnectTimeout(error) && pool.totalCount >= (pool.options.max ?? 0)) {
          throw new CarrelError('store-busy', 'too much is asked of the server at this moment', {
            retry: 'later',
            hint: 'Try again in a moment.',
            cause: error,
          });
        }
        throw storeError(error);
      }
    },
    end: () => pool.end(),
  };
}

/** A server that has no connection for a pool is asked so much later, in milliseconds, by a pool that has some, and by one that has none. */
const FULL_MS = 5_000;
const NONE_MS = 100;

/**
 * The connections of a pool whose server may take fewer than the pool would open: it makes do with those it has then, and whoever asks waits for
 * one of them, as in a pool that is all lent out. Errors: pg's own.
 */
function lending(pool: Pool, connectionMs: number): () => Promise<PoolClient> {
  const most = pool.options.max;
  // The pool's own count has those in it that are about to be refused.
  let open = 0;
  pool.on('connect', () => (open += 1));
  pool.on('remove', () => (open -= 1));
  let grow: NodeJS.Timeout | undefined;
  return async () => {
    const until = performance.now() + connectionMs;
    for (;;) {
      try {
        return await pool.connect();
      } catch (error) {
        if (!isFull(error) || performance.now() > until) throw error;
        pool.options.max = Math.max(1, open);
        clearTimeout(grow);
        grow = setTimeout(() => (pool.options.max = most), FULL_MS).unref();
        if (open === 0) await pause(NONE_MS);
      }
    }
  };
}

// pg gives both as plain errors without a code.
const isReadTimeout = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';
const isConnectTimeout = (error: unknown): boolean => error instanceof Error && error.message === 'timeout exceeded when trying to connect';

/**
 * A transaction in which nothing is asked for so long is over, in milliseconds: its server is cut off, frozen or at fault, and must not hold
 * rows for longer than others take to go on in its place (30 s).
 */
const IDLE_IN_TRANSACTION_MS = 15_000;

export interface DbHandle {
  db: Db;
  close: () => Promise<void>;
}

/** A Kysely over a pool of its own, without looking at the schema. */
export function openDb(target: StoreTarget, options: PoolOptions & { log?: Ctx['log'] | undefined } = {}): DbHandle {
  const { poolSize = 10, limits = PATIENT, purpose } = options;
  const config: PoolConfig = {
    ...clientConfig(target, `carrel${purpose === undefined ? '' : ` ${purpose}`} pid=${process.pid}`),
    max: poolSize,
    idleTimeoutMillis: 10_000,
    connectionTimeoutMillis: limits.connectionMs,
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    query_timeout: limits.queryMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  };
  const pool = new Pool(config);
  // A connection that breaks is replaced by the pool. Without listeners it would end the process: `error` of the pool is for idle
  // ones; one that is lent out and just between two statements has only a listener of its own.
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('error', (error) => options.log?.debug({ err: error }, 'a connection to the store was lost'));
  const db = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: guarded(pool, limits.connectionMs) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  let closing: Promise<void> | undefined;
  return { db, close: () => (closing ??= db.destroy()) };
}

async function prepare(ctx: Ctx, target: StoreTarget, dir: string): Promise<{ schemaVersion: number; serverVersion: string }> {
  const known = await readMigrations(dir);
  const client = await connect(target, `carrel migrate pid=${process.pid}`);
  try {
    const { rows } = await client.query<{ num: string; text: string }>(
      "select current_setting('server_version_num') as num, current_setting('server_version') as text",
    );
    const { num, text } = rows[0] as { num: string; text: string };
    if (Math.floor(Number(num) / 10_000) < MIN_SERVER) {
      throw new CarrelError('store-version', `the database server is PostgreSQL ${text}; Carrel needs ${MIN_SERVER} or newer`, {
        hint: `Point DATABASE_URL at a PostgreSQL ${MIN_SERVER} or newer, or unset it to use a private one.`,
      });
    }
    const schemaVersion = await migrate(ctx, client, known);
    return { schemaVersion, serverVersion: text.split(' ')[0] as string };
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Opens a store, bringing its schema up to date first.
 * Errors: `store-version` (server too old), `store-newer`, `store-edited`, `store-migration`, `store-unavailable`, `store-access`.
 */
export async function openStore(ctx: Ctx, target: StoreTarget, options: StoreOptions = {}): Promise<Store> {
  const versions = await prepare(ctx, target, options.migrations ?? migrationsDir()).catch((error: unknown) => {
    throw storeError(error);
  });
  return makeStore(ctx, target, versions, options);
}

function makeStore(ctx: Ctx, target: StoreTarget, versions: Pick<Store, 'schemaVersion' | 'serverVersion'>, options: PoolOptions): Store {
  const { db, close } = openDb(target, { ...options, log: ctx.log });
  const apart = new Set<Store>();
  // Ended by `close` whatever their owners do, those that are still being opened too: one that is left open keeps the process alive, and the
  // private cluster in use.
  const listeners = new Set<Promise<() => Promise<void>>>();
  let closing = false;
  return {
    db,
    target,
    ...versions,
    tx: (work) => tx(db, work),
    listen: async (channels, onNotice) => {
      if (closing) throw new CarrelError('cancelled', 'the store is being closed');
      const opened = listen(target, channels, onNotice);
      listeners.add(opened);
      try {
        const unlisten = await opened;
        return async () => {
          listeners.delete(opened);
          await unlisten();
        };
      } catch (error) {
        listeners.delete(opened);
        throw error;
      }
    },
    apart: (other) => {
      const store = makeStore(ctx, target, versions, other);
      apart.add(store);
      return store;
    },
    close: async () => {
      closing = true;
      await Promise.all([...apart].map((store) => store.close()));
      await Promise.all([...listeners].map((opened) => opened.then((unlisten) => unlisten()).catch(() => {})));
      await close();
    },
  };
}

/** A transaction that is turned away runs again for this long, in milliseconds, and this often at least: a deadlock alone costs a second. */
const TX_FOR_MS = 20_000;
const TX_ATTEMPTS = 5;
/** Longest pause between two tries, in milliseconds. */
const TX_PAUSE_MS = 200;

/** What is still to be done at the end of a transaction that {@link tx} has open. */
const endings = new WeakMap<Db, ((tx: Tx) => Promise<void>)[]>();

/**
 * Runs `work` in a transaction (READ COMMITTED). After a deadlock or a serialisation failure the whole of it runs again, until
 * `forMs` milliseconds are over and it has run five times, so `work` does nothing but SQL. Inside a transaction it runs in that one.
 * Errors: `store-busy` when the time is over.
 */
export async function tx<T>(db: Db, work: (tx: Tx) => Promise<T>, forMs = TX_FOR_MS): Promise<T> {
  if (db.isTransaction) return work(db as Tx);
  const begun = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(async (within) => {
        const last: ((tx: Tx) => Promise<void>)[] = [];
        endings.set(within, last);
        const result = await work(within);
        for (const ending of last) await ending(within);
        return result;
      });
    } catch (error) {
      if (!isBusy(error) || (attempt >= TX_ATTEMPTS && performance.now() - begun >= forMs)) throw error;
      // By chance, so that those who stood in each other's way do not meet again at once.
      await pause(Math.random() * Math.min(TX_PAUSE_MS, 10 * 2 ** attempt));
    }
  }
}

/**
 * Runs `ending` as the last thing before the transaction commits, or now if `db` is none that {@link tx} opened. For what takes a
 * lock that many want: taken last, it is held for the commit alone and cannot close a circle of waits.
 */
export async function beforeCommit(db: Db, ending: (tx: Tx) => Promise<void>): Promise<void> {
  const last = endings.get(db);
  if (last !== undefined) last.push(ending);
  else await tx(db, ending);
}
