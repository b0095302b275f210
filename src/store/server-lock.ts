/**
 * Who serves a store: one `carrel serve` for each data directory, and none while another brings the schema up to date.
 *
 * Every server holds one lock together with the others, and one that is its own alone. Advisory locks die with their holder, which a lock
 * file does not.
 */
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
  /** From here on other servers may come; of a lock that was not taken alone it does nothing. */
  share(): Promise<void>;
  release(): Promise<void>;
}

export interface LockOptions {
  /** Which server it is: id of its data directory. */
  serverId: string;
  /** No other server may serve meanwhile: the schema will be changed. */
  alone?: boolean | undefined;
}

/** How long a lock of a process that has just died may linger before it counts as held, in milliseconds. */
const LINGER_MS = 3_000;
/**
 * The same of a process whose whole host went, and with it the word that it is gone: PostgreSQL asks after it as {@link ASK_AFTER_IT} says,
 * which takes 30 s, and as long again where its own half of that is late.
 */
const LOST_HOST_MS = 60_000;
/**
 * Ignored on a socket; see `tcp_keepalives_idle` and its like in PostgreSQL's documentation. By itself a system asks after two hours, and waits
 * a quarter of one for the receipt of an answer that was on its way (`tcp_user_timeout`).
 */
const ASK_AFTER_IT = `select set_config('tcp_keepalives_idle', '15', false), set_config('tcp_keepalives_interval', '5', false),
  set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '30000', false)`;
/** How long one waits for another that is changing the schema, in milliseconds. */
const UPGRADE_MS = 600_000;

/** Advisory lock keys are int8: the first 8 bytes of a SHA-256. */
function keyOf(text: string): string {
  return createHash('sha256').update(text).digest().readBigInt64BE(0).toString();
}

/** Held by all servers together, or by one that changes the schema. */
export const LOCK_KEY = keyOf('carrel serve');

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

interface Holder {
  pid: number | undefined;
  since: string;
  upgrading: boolean;
  /** It came over the network, so that it may be on a host that is no more. */
  remote: boolean;
}

async function holder(client: Client, key: string): Promise<Holder | undefined> {
  const { rows } = await client.query<{ name: string; since: Date; remote: boolean }>(
    `select a.application_name as name, a.backend_start as since, a.client_addr is not null as remote
     from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and l.pid <> pg_backend_pid()
       and l.database = (select oid from pg_database where datname = current_database())
       and ((l.classid::bigint << 32) | l.objid::bigint) = $1`,
    [key],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const pid = /pid=(\d+)/.exec(row.name)?.[1];
  return {
    pid: pid === undefined ? undefined : Number(pid),
    since: row.since.toISOString(),
    upgrading: row.name.startsWith('carrel upgrade'),
    remote: row.remote,
  };
}

type Way = 'shared' | 'alone' | 'own';

async function take(ctx: Ctx, client: Client, key: string, way: Way): Promise<void> {
  const begun = performance.now();
  let told = false;
  const fn = way === 'shared' ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
  const tried = async () => (await client.query<{ ok: boolean }>(`select ${fn}($1::bigint) as ok`, [key])).rows[0]?.ok === true;
  for (;;) {
    if (await tried()) return;
    const other = await holder(client, key);
    // The backend of a process killed a moment ago still holds the lock until it has seen the closed socket.
    const dying = other === undefined || (other.pid !== undefined && !alive(other.pid));
    const patience =
      other?.upgrading === true ? UPGRADE_MS : !dying ? 0 : other?.remote === true && way === 'own' ? LOST_HOST_MS : LINGER_MS;
    if (patience === LOST_HOST_MS && !told) {
      told = true;
      ctx.progress({ text: 'waiting until PostgreSQL finds that a server is gone' });
    }
    if (performance.now() - begun >= patience) {
      // Whoever was in the way when it was tried may be none any more: one that has just changed the schema shares its lock then.
      if (await tried()) return;
      throw refusal(other, way);
    }
    await sleep(ctx, 50);
  }
}

function refusal(other: Holder | undefined, way: Way): CarrelError {
  const who = other?.pid === undefined ? 'another process' : `process ${other.pid}`;
  const details = { pid: other?.pid, since: other?.since };
  if (way === 'alone') {
    return new CarrelError('already-running', `${who} serves this store by an older schema, which this version would change under it`, {
      hint: 'Stop the other servers (`carrel server ls` names them), start this one first, then the others in this version.',
      details,
    });
  }
  return new CarrelError('already-running', `${who} already serves this store`, {
    hint: `Use that server, or stop it first${other?.pid === undefined ? '' : ` (kill ${other.pid})`}.`,
    details,
  });
}

/**
 * Holds the server's locks for the life of the process, on a connection named `carrel serve pid=N`. When the connection is
 * lost (PostgreSQL restarted) they are taken again; until then fences keep a second server from harm. Errors: `already-running`.
 */
export async function serverLock(ctx: Ctx, target: StoreTarget, { serverId, alone = false }: LockOptions): Promise<ServerLock> {
  const own = keyOf(`carrel serve ${serverId}`);
  const lost = new AbortController();
  let released = false;
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  const name = `carrel serve pid=${process.pid}`;

  async function acquire(within: Ctx, exclusively: boolean): Promise<void> {
    const c = await connect(target, exclusively ? `carrel upgrade pid=${process.pid}` : name).catch((error: unknown) => {
      throw storeError(error);
    });
    try {
      await c.query(ASK_AFTER_IT);
      await take(within, c, LOCK_KEY, exclusively ? 'alone' : 'shared');
      await take(within, c, own, 'own');
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
        acquire({ ...ctx, signal: lost.signal }, false).catch((error: unknown) => {
          if (released) return;
          if (isCode(error, 'already-running')) lost.abort(error);
          else reacquire(attempt + 1);
        });
      },
      backoffMs(attempt, 50, 2_000),
    );
  }

  await acquire(ctx, alone);
  return {
    lost: lost.signal,
    async share() {
      if (!alone) return;
      // The shared one first: in between nobody may come who would change the schema again.
      await client?.query('select pg_advisory_lock_shared($1::bigint)', [LOCK_KEY]);
      await client?.query('select pg_advisory_unlock($1::bigint)', [LOCK_KEY]);
      await client?.query(`set application_name = '${name}'`);
    },
    async release() {
      released = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
