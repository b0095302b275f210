/**
 * One run of a saga as its worker and its owner write it. Every write of a worker names the fence it claimed the run with, and is
 * checked against the row in the same statement: after another worker has taken over, it is refused with `fenced`.
 */
import { randomUUID } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { ProgressReport } from '../lib/context.ts';
import { CarrelError, type StoredError } from '../lib/errors.ts';
import { PREPARED } from './prepared.ts';
import type { Db, Job, JobDirection, JobState, JobStep } from './schema.ts';
import { freeSql, type Holding, lockSlots, type SlotKind, slotName } from './slots.ts';
import { dbIn, dbNow, json, jsonOrNull } from './sql.ts';

/** Channel on which workers are woken. */
export const JOB_CHANNEL = 'job';

const LIVE: readonly JobState[] = ['ready', 'running', 'stuck'];

/** What a worker holds of a run. */
export interface JobRef {
  id: string;
  fence: number;
}

export interface JobSpec {
  id?: string | undefined;
  saga: string;
  input: unknown;
  /** At most one live run has it. */
  key: string;
  /** What it is counted and shown with; of those that begin with `end:` each only clears away. */
  lane: string;
  /** Where it works, for what works at a provider. */
  providerId?: string | undefined;
  /** The only server that can do it: what it works on lies there. */
  serverId?: string | undefined;
  /** What its first step takes of its provider's slots; none if left out. */
  slot?: SlotKind | undefined;
  /** Whose it is, an account's id: people take turns at slots. */
  owner?: string | undefined;
  /** Higher goes first. */
  priority?: number | undefined;
  /** Not before so many milliseconds from now, by the database's clock. */
  delayMs?: number | undefined;
}

function fenced(job: JobRef): CarrelError {
  return new CarrelError('fenced', 'another worker has taken this run over', { details: { jobId: job.id, fence: job.fence } });
}

/** Wakes workers when the caller's transaction commits. */
async function wake(db: Db): Promise<void> {
  await sql`select pg_notify(${JOB_CHANNEL}, '')`.execute(db);
}

/**
 * Writes a job in the caller's transaction. While a live job has the key, that one's id is returned instead and nothing is written:
 * of any number of callers at one time, exactly one creates.
 */
export async function enqueue(db: Db, spec: JobSpec): Promise<{ id: string; created: boolean }> {
  for (;;) {
    const made = await db
      .insertInto('job')
      .values({
        id: spec.id ?? randomUUID(),
        saga: spec.saga,
        input: json(spec.input),
        key: spec.key,
        lane: spec.lane,
        providerId: spec.providerId ?? null,
        serverId: spec.serverId ?? null,
        slot: spec.slot === undefined ? null : slotName(spec.slot, spec.providerId),
        owner: spec.owner ?? null,
        priority: spec.priority ?? 0,
        state: 'ready',
        runAt: dbIn(spec.delayMs ?? 0),
        queuedAt: dbNow,
        createdAt: dbNow,
      })
      .onConflict((oc) => oc.column('key').where('state', 'in', sql<JobState>`('ready', 'running', 'stuck')`).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (made !== undefined) {
      await wake(db);
      return { id: made.id, created: true };
    }
    // Waited for whoever wrote that key first; it is committed now, unless it has already come to its end.
    const live = await liveJob(db, spec.key);
    if (live !== undefined) return { id: live.id, created: false };
  }
}

export async function liveJob(db: Db, key: string): Promise<Job | undefined> {
  return db.selectFrom('job').selectAll().where('key', '=', key).where('state', 'in', LIVE).executeTakeFirst();
}

/** Ids of the machines and revisions that live runs are about. */
export async function busyIds(db: Db): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select distinct about.id from job cross join lateral (values (input->>'machineId'), (input->>'revisionId')) as about (id)
    where state in ('ready', 'running', 'stuck') and about.id is not null`.execute(db);
  return new Set(rows.map((r) => r.id));
}

export async function findJob(db: Db, id: string): Promise<Job | undefined> {
  return db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function jobSteps(db: Db, jobId: string): Promise<JobStep[]> {
  return db.selectFrom('jobStep').selectAll().where('jobId', '=', jobId).orderBy('seq').execute();
}

/**
 * Notes that a step is about to act. A step that was `started` before a crash may start again; one with another name at that
 * place means that the saga was changed under a run: `saga-changed`.
 */
export async function stepStarted(db: Db, job: JobRef, seq: number, name: string): Promise<void> {
  // The share lock keeps a reaper from taking the run between the look and the write.
  const { rows } = await sql<{ live: boolean; same: boolean | null }>`
    ${PREPARED} with live as (select id from job where id = ${job.id} and fence = ${job.fence} and state = 'running' for share),
    put as (
      insert into job_step (job_id, seq, name, state, started_at)
      select id, ${seq}::int, ${name}::text, 'started', clock_timestamp() from live
      on conflict (job_id, seq) do update set started_at = excluded.started_at
        where job_step.name = excluded.name and job_step.state = 'started'
      returning true as same)
    select exists (select 1 from live) as live, (select same from put) as same`.execute(db);
  if (rows[0]?.live !== true) throw fenced(job);
  if (rows[0].same !== true) {
    throw new CarrelError('saga-changed', `step ${seq} of this run is not ${name}, or has already ended`, {
      hint: 'Finish the runs that are under way with the version of Carrel that began them.',
      details: { jobId: job.id, seq, name },
    });
  }
}

/** Notes how far the step of a run is that is at work; of a run that is somebody else's by now nothing is noted. */
export async function noteProgress(db: Db, job: JobRef, progress: ProgressReport): Promise<void> {
  await db
    .updateTable('job')
    .set({ progress: json(progress) })
    .where('id', '=', job.id)
    .where('fence', '=', job.fence)
    .where('state', '=', 'running')
    .execute();
}

/** How far the runs with these keys are that are at work and say so. */
export async function progressByKey(db: Db, keys: readonly string[]): Promise<Map<string, ProgressReport>> {
  if (keys.length === 0) return new Map();
  const { rows } = await sql<{ key: string; progress: ProgressReport }>`
    select key, progress from job where key = any(${keys}::text[]) and state = 'running' and progress is not null`.execute(db);
  return new Map(rows.map(({ key, progress }) => [key, progress]));
}

/** The same of runs that make these revisions, by the revision's id. */
export async function progressOfRevisions(db: Db, ids: readonly string[]): Promise<Map<string, ProgressReport>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; progress: ProgressReport }>`
    select input->>'revisionId' as id, progress from job
    where state = 'running' and progress is not null and input->>'revisionId' = any(${ids}::text[])`.execute(db);
  return new Map(rows.map(({ id, progress }) => [id, progress]));
}

/** Keeps a step's output. The count of attempts begins anew: it counts tries of one step. */
export async function stepDone(db: Db, job: JobRef, seq: number, output: unknown): Promise<void> {
  await endStep(db, job, seq, 'done', output);
}

export async function stepUndone(db: Db, job: JobRef, seq: number): Promise<void> {
  await endStep(db, job, seq, 'undone', undefined);
}

async function endStep(db: Db, job: JobRef, seq: number, state: 'done' | 'undone', output: unknown): Promise<void> {
  const kept = jsonOrNull(state === 'done' ? (output ?? null) : null) ?? sql`step.output`;
  const { rows } = await sql`
    ${PREPARED} with live as (
      update job set attempt = 1, waits = 0, progress = null where id = ${job.id} and fence = ${job.fence} and state = 'running' returning id)
    update job_step step set state = ${state}, output = ${kept}, finished_at = clock_timestamp()
    from live where step.job_id = live.id and step.seq = ${seq} returning step.seq`.execute(db);
  if (rows.length === 0) throw fenced(job);
}

interface JobPatch {
  state?: JobState;
  direction?: JobDirection;
  error?: StoredError | undefined;
  delayMs?: number;
  /** `same` keeps the count, `back` takes this claim back, `anew` begins at 1. */
  attempt: 'same' | 'back' | 'anew';
  waits?: number;
}

/** A cancel that came while the run was at work is acted on at once; once it has been turned around, its pauses are its own. */
function unlessCancelled(delayMs: number): RawBuilder<Date> {
  return sql<Date>`case when cancel_asked and direction = 'do' then ${dbNow} else ${dbIn(delayMs)} end`;
}

async function patchOwn(db: Db, job: JobRef, patch: JobPatch): Promise<void> {
  const over = patch.state === 'done' || patch.state === 'undone' || patch.state === 'stuck';
  const row = await db
    .updateTable('job')
    .set({
      ...(patch.state === undefined ? {} : { state: patch.state, worker: null, leaseUntil: null, leaseMs: null }),
      ...(over ? { finishedAt: dbNow } : {}),
      ...(patch.direction === undefined ? {} : { direction: patch.direction }),
      ...(patch.error === undefined ? {} : { error: json(patch.error) }),
      ...(patch.delayMs === undefined ? {} : { runAt: unlessCancelled(patch.delayMs), queuedAt: dbNow }),
      ...(patch.waits === undefined ? {} : { waits: patch.waits }),
      ...(patch.attempt === 'anew' ? { attempt: 1 } : {}),
      ...(patch.attempt === 'back' ? { attempt: sql<number>`greatest(attempt - 1, 0)` } : {}),
    })
    .where('id', '=', job.id)
    .where('fence', '=', job.fence)
    .where('state', '=', 'running')
    .returning('id')
    .executeTakeFirst();
  if (row === undefined) throw fenced(job);
  // A slot of the lane is free, or the run is there to be taken: either is work for somebody.
  if (patch.state !== undefined) await wake(db);
}

/** Ends a run, in the caller's transaction. `stuck` keeps the key: an operator decides (see {@link unstick}). */
export async function finish(db: Db, job: JobRef, state: 'done' | 'undone' | 'stuck', error?: StoredError): Promise<void> {
  await patchOwn(db, job, { state, error, attempt: 'same' });
}

/** Gives a run back to the queue, to be claimed again after `delayMs` milliseconds. */
export async function retryAt(db: Db, job: JobRef, delayMs: number, error: StoredError): Promise<void> {
  await patchOwn(db, job, { state: 'ready', delayMs, error, attempt: 'same', waits: 0 });
}

/**
 * Gives a run back, in the caller's transaction, for as long as something does not answer: the claim does not count as a try, and `waits`
 * counts such pauses in a row.
 */
export async function pauseAt(db: Db, job: JobRef, delayMs: number, error: StoredError, waits: number): Promise<void> {
  await patchOwn(db, job, { state: 'ready', delayMs, error, attempt: 'back', waits });
}

/** A provider answers again: the runs that pause for it, or for anything there, are due now. Returns how many. */
export async function providerIsBack(db: Db, providerId: string): Promise<number> {
  const due = await db
    .updateTable('job')
    .set({ runAt: dbNow })
    .where('providerId', '=', providerId)
    .where('state', '=', 'ready')
    .where('waits', '>', 0)
    .where('runAt', '>', dbNow)
    .returning('id')
    .execute();
  if (due.length > 0) await wake(db);
  return due.length;
}

/** Runs at a provider that was written off are done by any server, at once, and also those that had given up. */
export async function releaseAll(db: Db, providerId: string): Promise<void> {
  await db
    .updateTable('job')
    .set({ state: 'ready', attempt: 0, runAt: dbNow, queuedAt: dbNow, serverId: null, finishedAt: null })
    .where('providerId', '=', providerId)
    .where('state', 'in', ['ready', 'stuck'])
    .execute();
  await db.updateTable('job').set({ serverId: null }).where('providerId', '=', providerId).where('state', '=', 'running').execute();
  await wake(db);
}

/** Gives a run back untouched, as a server does that stops: the claim does not count as a try. */
export async function giveBack(db: Db, job: JobRef): Promise<void> {
  await patchOwn(db, job, { state: 'ready', delayMs: 0, attempt: 'back' });
}

/**
 * A running job goes on holding `to` in place of what it holds. False if no such slot is free: the run is then ready again, in its old
 * place in line, and goes on when it gets one. The claim does not count as a try. Errors: `fenced`.
 */
export async function hold(store: { tx<T>(work: (tx: Db) => Promise<T>): Promise<T> }, job: JobRef, to: Holding): Promise<boolean> {
  return store.tx(async (tx) => {
    if (to.slot !== null) await lockSlots(tx);
    const { rows } = await sql<{ state: string }>`
      ${PREPARED} update job set slot = ${to.slot}, waiting = ${to.waiting},
        state = case when room.is then 'running' else 'ready' end, attempt = case when room.is then attempt else greatest(attempt - 1, 0) end,
        worker = case when room.is then worker end, lease_until = case when room.is then lease_until end,
        lease_ms = case when room.is then lease_ms end
      from (select coalesce(${freeSql('want.slot')} > 0, true) as is from (select ${to.slot}::text as slot) want) room
      where job.id = ${job.id} and job.fence = ${job.fence} and job.state = 'running' returning job.state`.execute(tx);
    if (rows[0] === undefined) throw fenced(job);
    // What it held is free.
    await wake(tx);
    return rows[0].state === 'running';
  });
}

/** Turns a run around (or forward again); its tries are counted anew. */
export async function setDirection(db: Db, job: JobRef, direction: JobDirection, error: StoredError): Promise<void> {
  await patchOwn(db, job, { direction, error, attempt: 'anew', waits: 0 });
}

/**
 * Asks that the live run with this key be turned around; one that pauses is due at once. Undefined if there is none. Workers hear of it by
 * NOTIFY and by their slow poll.
 */
export async function askCancel(db: Db, key: string): Promise<{ id: string; state: JobState } | undefined> {
  const row = await db
    .updateTable('job')
    .set({ cancelAsked: true, runAt: sql<Date>`case when state = 'ready' then least(run_at, ${dbNow}) else run_at end` })
    .where('key', '=', key)
    .where('state', 'in', LIVE)
    .returning(['id', 'state'])
    .executeTakeFirst();
  if (row !== undefined) await wake(db);
  return row;
}

/** Takes a run back that was not begun. False if it was, or if there is none. */
export async function withdraw(tx: Db, key: string): Promise<boolean> {
  const row = await tx
    .updateTable('job')
    .set({ state: 'undone', finishedAt: dbNow })
    .where('key', '=', key)
    .where('state', '=', 'ready')
    .where(sql<boolean>`not exists (select from job_step where job_id = job.id)`)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** A run that waits for its time is due now. */
export async function dueNow(tx: Db, key: string): Promise<void> {
  await tx
    .updateTable('job')
    .set({ runAt: sql<Date>`least(run_at, ${dbNow})` })
    .where('key', '=', key)
    .where('state', '=', 'ready')
    .execute();
  await wake(tx);
}

/**
 * The live run of a key gives the key up, so that another may have it, and is asked to undo itself if it has not turned around. What it
 * made is taken away by it all the same.
 */
export async function letGo(tx: Db, key: string): Promise<void> {
  await tx
    .updateTable('job')
    .set({
      key: sql<string>`key || ':' || id`,
      cancelAsked: true,
      runAt: sql<Date>`case when state = 'ready' then least(run_at, ${dbNow}) else run_at end`,
    })
    .where('key', '=', key)
    .where('state', 'in', LIVE)
    .execute();
  await wake(tx);
}

/** Which of these running jobs somebody wants cancelled. */
export async function cancelAskedAmong(db: Db, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db.selectFrom('job').select('id').where('id', 'in', ids).where('cancelAsked', '=', true).execute();
  return rows.map((r) => r.id);
}

/** An operator sends a stuck run on its way again, in the same direction or another. False if it is not stuck. */
export async function unstick(db: Db, id: string, direction?: JobDirection): Promise<boolean> {
  const row = await db
    .updateTable('job')
    .set({
      state: 'ready',
      attempt: 0,
      runAt: dbNow,
      queuedAt: dbNow,
      finishedAt: null,
      ...(direction === undefined ? {} : { direction }),
    })
    .where('id', '=', id)
    .where('state', '=', 'stuck')
    .returning('id')
    .executeTakeFirst();
  if (row !== undefined) await wake(db);
  return row !== undefined;
}

/**
 * Runs that came to their end before `before` are forgotten, their steps with them; stuck ones stay. Never more than `batch` in one
 * statement, so that neither locks nor the log of the store pile up, however much there is. Returns how many.
 */
export async function pruneJobs(db: Db, before: Date, batch = 1_000): Promise<number> {
  for (let all = 0; ; ) {
    const { numAffectedRows } = await sql`
      delete from job where id = any(array(
        select id from job where state in ('done', 'undone') and finished_at < ${before}::timestamptz order by finished_at limit ${batch}))`.execute(
      db,
    );
    const n = Number(numAffectedRows ?? 0);
    all += n;
    if (n < batch) return all;
  }
}
