/**
 * Who works on what: claims under caps per lane, leases, and taking over from workers that are gone.
 *
 * Time here never trusts a wall clock. A lease is over when its row has stood still for the length of the lease by the monotonic
 * clock of whoever watches, not when a time stamp has passed; so a clock set forward takes no run from a live worker and a clock
 * set back leaves none with a dead one. What makes a mistake harmless all the same is the fence (jobs.ts).
 */
import { sql } from 'kysely';
import { JOB_CHANNEL } from './jobs.ts';
import { PREPARED } from './prepared.ts';
import type { Db, Job, JobState } from './schema.ts';
import { clearingSql, freeSql, lockSlots, turnSql } from './slots.ts';

/** What the queue needs of a store; `db.ts`'s `Store` is one. */
export interface QueueStore {
  readonly db: Db;
  tx<T>(work: (tx: Db) => Promise<T>): Promise<T>;
}

export const DEFAULT_LEASE_MS = 30_000;

export type ClaimedJob = Pick<
  Job,
  | ('id' | 'saga' | 'input' | 'key' | 'lane' | 'slot' | 'waiting' | 'providerId' | 'priority' | 'direction')
  | ('attempt' | 'waits' | 'fence' | 'cancelAsked' | 'error')
>;

export interface ClaimOptions {
  worker: string;
  /** Most jobs to take; with {@link clearing}, most of those that neither clear away nor only wait. */
  limit: number;
  /** Most jobs to take of those that clear away, beside `limit`; without it all share `limit`. */
  clearing?: number | undefined;
  leaseMs?: number | undefined;
  /** Which work this worker can do: at these providers, and what only this server can. All of it if left out. */
  serves?: { serverId: string; providerIds: readonly string[] } | undefined;
}

/** So many that only wait are taken up at one time: each costs a promise and its share of a heartbeat. */
const MOST_WAITING = 1_000;
/** So many of those in line for slots of one kind are put in order at one time. */
const LINE = 2_000;

/**
 * Takes up to `limit` due jobs, highest priority first, of equal ones people by turns, then the longest due. No more of a provider's slots
 * are given than it has, over all workers of the store. What waits for a slot does not stand in the way of others, nor of what clears away;
 * what only waits for something is taken beside them all.
 */
export async function claim(store: QueueStore, options: ClaimOptions): Promise<ClaimedJob[]> {
  const { limit, clearing = limit } = options;
  const apart = options.clearing !== undefined;
  const total = apart ? limit + clearing + MOST_WAITING : limit;
  if (total <= 0) return [];
  const waiting = apart ? MOST_WAITING : limit;
  const leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
  const { serves } = options;
  const mine =
    serves === undefined
      ? sql`true`
      : sql`(job.provider_id is null or job.provider_id = any(${serves.providerIds}::uuid[]))
          and (job.server_id is null or job.server_id = ${serves.serverId})`;
  const due = sql`job.state = 'ready' and (job.run_at <= clock_timestamp() or clock_timestamp() < job.queued_at) and ${mine}`;
  return store.tx(async (tx) => {
    await lockSlots(tx);
    const { rows } = await sql<ClaimedJob>`
      ${PREPARED} with line as (
        select s.slot, least(${limit}::bigint, ${freeSql('s.slot')}) as room
        from (select distinct slot from job where state = 'ready' and slot is not null) s),
      ordinary as (
        select j.* from line cross join lateral (
          select id, priority, ${turnSql('f')} as turn, run_at from (
            select job.* from job where ${due} and job.slot = line.slot and not ${clearingSql('job')}
            order by priority desc, run_at, id limit case when line.room > 0 then ${LINE}::bigint else 0 end) f
          order by priority desc, turn, run_at, id limit line.room) j
        union all (
          select id, priority, 0 as turn, run_at from job
          where ${due} and slot is null and not waiting and not ${clearingSql('job')}
          order by priority desc, run_at, id limit ${limit})),
      chosen as (
        (select * from ordinary order by priority desc, turn, run_at, id limit ${limit})
        union all (
          select id, priority, 0 as turn, run_at from job where ${due} and ${clearingSql('job')}
          order by priority desc, run_at, id limit ${clearing})
        union all (
          select id, priority, 0 as turn, run_at from job where ${due} and slot is null and waiting and not ${clearingSql('job')}
          order by priority desc, run_at, id limit ${waiting})),
      ranked as (select * from chosen order by priority desc, turn, run_at, id limit ${total}),
      pick as (select job.id from job where id in (select id from ranked) and state = 'ready' for update skip locked),
      taken as (
        update job set state = 'running', worker = ${options.worker}, attempt = attempt + 1, fence = fence + 1, progress = null, lease_ms = ${leaseMs}::int,
          lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
        from pick where job.id = pick.id returning job.*)
      select t.id, saga, input, key, lane, slot, waiting, provider_id, t.priority, direction, attempt, waits, fence, cancel_asked, error
      from taken t join ranked r on r.id = t.id order by t.priority desc, r.turn, t.run_at, t.id`.execute(tx);
    return rows;
  });
}

/** Renews the leases of `jobs`; returns the ids of those that are still the caller's. The others must be let go at once. */
export async function heartbeat(
  store: QueueStore,
  jobs: readonly { id: string; fence: number }[],
  leaseMs = DEFAULT_LEASE_MS,
): Promise<string[]> {
  if (jobs.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    update job set lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond', lease_ms = ${leaseMs}::int
    from unnest(${jobs.map((j) => j.id)}::uuid[], ${jobs.map((j) => j.fence)}::bigint[]) as mine (id, fence)
    where job.id = mine.id and job.fence = mine.fence and job.state = 'running' returning job.id`.execute(store.db);
  return rows.map((r) => r.id);
}

/** How long a running job's row has been seen standing still. */
interface Watched {
  /** Fence and lease end; moves with every claim and heartbeat. */
  sign: string;
  stillMs: number;
}

/**
 * Watches the leases of all workers. Call {@link sweep} several times per lease. Time between two sweeps counts only up to half a
 * lease: when the watcher itself slept, or the database was away, the others could not renew either.
 */
export class LeaseWatch {
  readonly #monotonic: () => number;
  #watched = new Map<string, Watched>();
  #last: number | undefined;

  /** `monotonic` gives milliseconds and never goes back; tests drive it. */
  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  /** Makes runs ready again whose lease has run out; returns their ids. */
  async sweep(store: QueueStore): Promise<string[]> {
    const { rows } = await sql<{ id: string; sign: string; leaseMs: number | null }>`
      select id, fence::text || '@' || coalesce(lease_until::text, '') as sign, lease_ms from job where state = 'running'`.execute(
      store.db,
    );
    const now = this.#monotonic();
    const elapsed = now - (this.#last ?? now);
    this.#last = now;
    const before = this.#watched;
    this.#watched = new Map();
    const over: { id: string; sign: string }[] = [];
    for (const { id, sign, leaseMs } of rows) {
      const lease = leaseMs ?? DEFAULT_LEASE_MS;
      const known = before.get(id);
      const stillMs = known?.sign === sign ? known.stillMs + Math.min(elapsed, lease / 2) : 0;
      this.#watched.set(id, { sign, stillMs });
      if (stillMs >= lease) over.push({ id, sign });
    }
    return over.length === 0 ? [] : release(store, over);
  }
}

async function release(store: QueueStore, over: readonly { id: string; sign: string }[]): Promise<string[]> {
  // The sign is checked again in the statement: a heartbeat since the look keeps the run where it is.
  const { rows } = await sql<{ id: string }>`
    with freed as (
      update job set state = 'ready', worker = null, lease_until = null, lease_ms = null, run_at = clock_timestamp(), queued_at = clock_timestamp()
      from unnest(${over.map((j) => j.id)}::uuid[], ${over.map((j) => j.sign)}::text[]) as dead (id, sign)
      where job.id = dead.id and job.state = 'running' and job.fence::text || '@' || coalesce(job.lease_until::text, '') = dead.sign
      returning job.id)
    select id, pg_notify(${JOB_CHANNEL}, '') from freed`.execute(store.db);
  return rows.map((r) => r.id);
}

const watches = new WeakMap<QueueStore, LeaseWatch>();

/** {@link LeaseWatch.sweep} with one watch per store and process. Returns how many runs were taken from workers that are gone. */
export async function reapExpired(store: QueueStore): Promise<number> {
  let watch = watches.get(store);
  if (watch === undefined) watches.set(store, (watch = new LeaseWatch()));
  return (await watch.sweep(store)).length;
}

/**
 * Makes ready what earlier lives of this worker left running, without waiting for leases. A worker's name is the same for all lives
 * of one installation up to the last `/`. Only for a process that holds the installation's server lock: nobody else then lives
 * under that name. Returns how many.
 */
export async function reapFormerLives(store: QueueStore, worker: string): Promise<number> {
  const family = worker.slice(0, worker.lastIndexOf('/') + 1);
  if (family === '') return 0;
  const { rows } = await sql<{ id: string }>`
    with freed as (
      update job set state = 'ready', worker = null, lease_until = null, lease_ms = null, run_at = clock_timestamp(), queued_at = clock_timestamp()
      where state = 'running' and starts_with(worker, ${family}) and worker <> ${worker} returning id)
    select id, pg_notify(${JOB_CHANNEL}, '') from freed`.execute(store.db);
  return rows.length;
}

/** How many of those in line with it go before a waiting job, itself included: 1 = the next. 0 when it runs or has ended; undefined if unknown. */
export async function queuePosition(db: Db, jobId: string): Promise<number | undefined> {
  const row = await db.selectFrom('job').select(['key', 'state']).where('id', '=', jobId).executeTakeFirst();
  if (row === undefined) return undefined;
  return row.state === 'ready' ? ((await queuePositions(db, [row.key])).get(row.key) ?? 0) : 0;
}

/**
 * {@link queuePosition} of many at once, by their keys; those that are not in line are left out. In line with each other are those that
 * need the same slot, or, where none is needed, those of one lane.
 */
export async function queuePositions(db: Db, keys: readonly string[]): Promise<Map<string, number>> {
  if (keys.length === 0) return new Map();
  const { rows } = await sql<{ key: string; place: number }>`
    with asked as (select id, key, coalesce(slot, lane) as line from job where key = any(${keys}::text[]) and state = 'ready' and not waiting),
    turns as (
      select o.id, coalesce(o.slot, o.lane) as line, ${clearingSql('o')} as clearing, o.priority, o.run_at,
        case when o.slot is null or ${clearingSql('o')} then 0 else ${turnSql('o')} end as turn
      from job o where o.state = 'ready' and not o.waiting and coalesce(o.slot, o.lane) in (select line from asked)),
    placed as (select id, row_number() over (partition by line, clearing order by priority desc, turn, run_at, id) as place from turns)
    select key, place from asked join placed using (id)`.execute(db);
  return new Map(rows.map((r) => [r.key, r.place]));
}

export interface JobFilter {
  states?: readonly JobState[] | undefined;
  saga?: string | undefined;
  /** Most rows; 100 by default. */
  limit?: number | undefined;
  /** Only what comes after this job in the list. */
  after?: string | undefined;
}

/** For operators: newest first. */
export async function listJobs(db: Db, filter: JobFilter = {}): Promise<Job[]> {
  return (
    db
      .selectFrom('job')
      .selectAll()
      .$if(filter.states !== undefined, (q) => q.where('state', 'in', filter.states as readonly JobState[]))
      .$if(filter.saga !== undefined, (q) => q.where('saga', '=', filter.saga as string))
      // Compared in the database: its moments are finer than those of this process.
      .$if(filter.after !== undefined, (q) =>
        q.where(
          sql<boolean>`created_at <= (select created_at from job where id = ${filter.after}::uuid) and (created_at < (select created_at from job where id = ${filter.after}::uuid)
          or created_at = (select created_at from job where id = ${filter.after}::uuid) and id > ${filter.after}::uuid)`,
        ),
      )
      .orderBy('createdAt', 'desc')
      .orderBy('id')
      .limit(filter.limit ?? 100)
      .execute()
  );
}

/** Jobs that are not over by state, for metrics and health. */
export async function countJobs(db: Db): Promise<Partial<Record<JobState, number>>> {
  const rows = await db
    .selectFrom('job')
    .select(['state', (eb) => eb.fn.countAll<number>().as('n')])
    .where('state', 'in', ['ready', 'running', 'stuck'])
    .groupBy('state')
    .execute();
  return Object.fromEntries(rows.map((r) => [r.state, r.n]));
}
