/** One `carrel serve` per store. */
import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { type Ctx, sleep } from '../lib/context.ts';
import { CarrelError, isCode } from '../lib/errors.ts';
import { backoffMs } from '../lib/retry.ts';
import { connect, type StoreTarget } from './conn.ts';
import { storeError } from './errors.ts';

export interface ServerLock {
  /** Aborts, with `already-running` as its reason, when the lock was lost and somebody else has it. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** How long a lock of a process that has just died may linger before it counts as held, in milliseconds. */
const LINGER_MS = 3_000;

/** Advisory lock keys are int8: the first 8 bytes of a SHA-256. The same for every installation: a stranger waits outside too. */
export const LOCK_KEY = createHash('sha256').update('carrel serve').digest().readBigInt64BE(0).toString();

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

async function holder(client: Client): Promise<{ pid: number | undefined; since: string | undefined } | undefined> {
  const { rows } = await client.query<{ name: string; since: Date }>(
    `select a.application_name as name, a.backend_start as since
     from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and l.objsubid = 1
       and l.database = (select oid from pg_database where datname = current_database())
       and ((l.classid::bigint << 32) | l.objid::bigint) = $1`,
    [LOCK_KEY],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const pid = /pid=(\d+)/.exec(row.name)?.[1];
  return { pid: pid === undefined ? undefined : Number(pid), since: row.since.toISOString() };
}

async function take(ctx: Ctx, client: Client): Promise<void> {
  const giveUp = performance.now() + LINGER_MS;
  for (;;) {
    const { rows } = await client.query<{ ok: boolean }>('select pg_try_advisory_lock($1::bigint) as ok', [LOCK_KEY]);
    if (rows[0]?.ok === true) return;
    const other = await holder(client);
    // The backend of a process killed a moment ago still holds the lock until it has seen the closed socket.
    const dying = other === undefined || (other.pid !== undefined && !alive(other.pid));
    if (!dying || performance.now() > giveUp) {
      const who = other?.pid === undefined ? 'another process' : `process ${other.pid}`;
      throw new CarrelError('already-running', `${who} already serves this store`, {
        hint: `Use that server, or stop it first${other?.pid === undefined ? '' : ` (kill ${other.pid})`}.`,
        details: { pid: other?.pid, since: other?.since },
      });
    }
    await sleep(ctx, 50);
  }
}

/**
 * Holds the store's lock for the life of the process, on a connection named `carrel serve pid=N`. When the connection is
 * lost (PostgreSQL restarted) it is taken again; until then fences keep a second server from harm. Errors: `already-running`.
 */
export async function serverLock(ctx: Ctx, target: StoreTarget): Promise<ServerLock> {
  const lost = new AbortController();
  let released = false;
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function acquire(within: Ctx): Promise<void> {
    const c = await connect(target, `carrel serve pid=${process.pid}`).catch((error: unknown) => {
      throw storeError(error);
    });
    try {
      await take(within, c);
    } catch (error) {
      await c.end().catch(() => {});
      throw storeError(error);
    }
    if (released) return void c.end().catch(() => {});
    client = c;
    c.on('end', () => {
      if (!released && client === c) reacquire(1);
    });
  }

  function reacquire(attempt: number): void {
    timer = setTimeout(
      () => {
        acquire({ ...ctx, signal: lost.signal }).catch((error: unknown) => {
          if (released) return;
          if (isCode(error, 'already-running')) lost.abort(error);
          else reacquire(attempt + 1);
        });
      },
      backoffMs(attempt, 50, 2_000),
    );
  }

  await acquire(ctx);
  return {
    lost: lost.signal,
    async release() {
      released = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
