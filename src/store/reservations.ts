/** Reservations: the promise, made in one transaction with the capacity it takes, and its way to the end. */
import { sql } from 'kysely';
import { shortage } from '../core/capacity.ts';
import type { CloneMode } from '../core/image.ts';
import {
  RESERVATION_LIVE,
  RESERVATION_TABLE,
  type ReservationEvent,
  type ReservationKind,
  type ReservationState,
  STAGES,
  type Stage,
} from '../core/reservation.ts';
import { CarrelError, type StoredError } from '../lib/errors.ts';
import { tx } from './db.ts';
import * as events from './events.ts';
import * as machines from './machines.ts';
import * as providers from './providers.ts';
import type { Db, Reservation, TimeRange, Tx } from './schema.ts';
import { json, range } from './sql.ts';

export interface NewReservation {
  id: string;
  machineId: string;
  accountId: string;
  imageId: string;
  revisionId: string;
  providerId: string;
  kind: ReservationKind;
  mode: CloneMode;
  during: TimeRange;
  hostname: string;
  vcpus: number;
  memoryMiB: number;
  now: Date;
}

const BEFORE_GONE: readonly Stage[] = [...STAGES, 'ending'];
const ALL_STAGES: readonly Stage[] = [...BEFORE_GONE, 'gone'];

const SHORT: Record<string, string> = { machines: 'machines', memoryMiB: 'MiB of memory', vcpus: 'virtual CPUs' };

/**
 * Promises a machine: capacity is counted and taken under the provider's row lock, in the caller's transaction (promise 7).
 * Errors: `no-capacity` (with what is short), `conflict` (the id or the machine is taken).
 */
export async function create(tx: Tx, r: NewReservation): Promise<void> {
  const provider = await providers.lock(tx, r.providerId);
  const short = shortage(providers.limitsOf(provider), await machines.used(tx, r.providerId), { memoryMiB: r.memoryMiB, vcpus: r.vcpus });
  if (short) {
    throw new CarrelError(
      'no-capacity',
      `${provider.name} has ${short.free} ${SHORT[short.resource]} left and this needs ${short.wanted}`,
      {
        hint: 'end a reservation that is no longer needed, ask for less, or try again later',
        details: { ...short, provider: provider.name },
      },
    );
  }
  await tx
    .insertInto('reservation')
    .values({
      id: r.id,
      accountId: r.accountId,
      imageId: r.imageId,
      revisionId: r.revisionId,
      providerId: r.providerId,
      machineId: r.machineId,
      kind: r.kind,
      mode: r.mode,
      state: 'preparing',
      stage: 'queued',
      during: range(r.during),
      hostname: r.hostname,
      createdAt: r.now,
    })
    .execute();
  await tx
    .insertInto('machine')
    .values({
      id: r.machineId,
      reservationId: r.id,
      providerId: r.providerId,
      revisionId: r.revisionId,
      mode: r.mode,
      state: 'planned',
      vcpus: r.vcpus,
      memoryMib: r.memoryMiB,
      createdAt: r.now,
    })
    .execute();
  await tell(tx, r.id, r.now);
}

export async function find(db: Db, id: string): Promise<Reservation | undefined> {
  return db.selectFrom('reservation').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The row, locked until the transaction ends. `not-found`. */
export async function lock(tx: Tx, id: string): Promise<Reservation> {
  const row = await tx.selectFrom('reservation').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst();
  if (!row) throw new CarrelError('not-found', 'there is no such reservation');
  return row;
}

/** Newest first; the page ends before `before` (creation time and id of the last one seen). */
export async function list(
  db: Db,
  request: { accountId?: string | undefined; past: boolean; limit: number; before?: { at: Date; id: string } | undefined },
): Promise<Reservation[]> {
  return db
    .selectFrom('reservation')
    .selectAll()
    .$if(request.accountId !== undefined, (q) => q.where('accountId', '=', request.accountId as string))
    .$if(!request.past, (q) => q.where('state', 'in', RESERVATION_LIVE))
    .$if(request.before !== undefined, (q) =>
      q.where(sql<boolean>`(created_at, id) < (${request.before?.at}::timestamptz, ${request.before?.id}::uuid)`),
    )
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(request.limit)
    .execute();
}

export async function live(db: Db): Promise<Reservation[]> {
  return db.selectFrom('reservation').selectAll().where('state', 'in', RESERVATION_LIVE).execute();
}

/** Live ones, not yet ending, whose span is over. */
export async function dueToExpire(db: Db, now: Date): Promise<Pick<Reservation, 'id'>[]> {
  return db
    .selectFrom('reservation')
    .select('id')
    .where('state', 'in', ['preparing', 'ready'])
    .where(sql<boolean>`upper(during) <= ${now}::timestamptz`)
    .execute();
}

export interface ReservationPatch {
  readyAt?: Date;
  endAskedAt?: Date;
  endedAt?: Date;
  failure?: StoredError;
}

/** Applies an event by RESERVATION_TABLE and returns the state after it; `wrong-state` where the table refuses it. The credential goes with the machine. */
export async function transition(tx: Tx, id: string, event: ReservationEvent, patch: ReservationPatch): Promise<ReservationState> {
  const row = await lock(tx, id);
  const next = RESERVATION_TABLE[row.state][event];
  if (next === null) {
    throw new CarrelError('wrong-state', `a reservation that is ${row.state} cannot take "${event}"`, {
      details: { state: row.state, event },
    });
  }
  const over = next === 'ended' || next === 'failed';
  await tx
    .updateTable('reservation')
    .set({
      state: next,
      ...(over ? { credential: null } : {}),
      ...(patch.readyAt === undefined ? {} : { readyAt: patch.readyAt }),
      ...(patch.endAskedAt === undefined || row.endAskedAt !== null ? {} : { endAskedAt: patch.endAskedAt }),
      ...(patch.endedAt === undefined ? {} : { endedAt: patch.endedAt }),
      ...(patch.failure === undefined || next === 'ended' ? {} : { failure: json(patch.failure) }),
    })
    .where('id', '=', id)
    .execute();
  return next;
}

/**
 * What a waiting person sees: the stage, and one sentence about it. A step that runs again may show an earlier stage, but nothing
 * leads back from `ending` or `gone`: a worker that does not yet know of the end changes nothing, and nobody is told.
 */
export async function setStage(db: Db, id: string, stage: Stage, text: string, now: Date): Promise<void> {
  const from: readonly Stage[] = stage === 'gone' ? ALL_STAGES : stage === 'ending' ? BEFORE_GONE : STAGES;
  const row = await db
    .updateTable('reservation')
    .set({ stage, stageText: text })
    .where('id', '=', id)
    .where('stage', 'in', from)
    .returning('id')
    .executeTakeFirst();
  if (row !== undefined) await tell(db, id, now);
}

/** Changes the sentence and leaves the stage. */
export async function note(db: Db, id: string, text: string, now: Date): Promise<void> {
  await db.updateTable('reservation').set({ stageText: text }).where('id', '=', id).execute();
  await tell(db, id, now);
}

/** Adds sentences for the owner, each once however often the step runs. */
export async function addNotes(db: Db, id: string, notes: readonly string[]): Promise<void> {
  await tx(db, async (within) => {
    const row = await within.selectFrom('reservation').select('notes').where('id', '=', id).forNoKeyUpdate().executeTakeFirst();
    if (!row) return;
    const all = [...new Set([...row.notes, ...notes])];
    await within
      .updateTable('reservation')
      .set({ notes: json(all) })
      .where('id', '=', id)
      .execute();
  });
}

/** Puts the end off; `wrong-state` unless it is preparing or ready. */
export async function setEnd(tx: Tx, id: string, end: Date, now: Date): Promise<void> {
  const row = await lock(tx, id);
  if (row.state !== 'preparing' && row.state !== 'ready')
    throw new CarrelError('wrong-state', `a reservation that is ${row.state} cannot be extended`);
  await tx
    .updateTable('reservation')
    .set({ during: range({ start: row.during.start, end }) })
    .where('id', '=', id)
    .execute();
  await tell(tx, id, now);
}

export async function setCredential(db: Db, id: string, sealed: Buffer): Promise<void> {
  await db.updateTable('reservation').set({ credential: sealed }).where('id', '=', id).execute();
}

/** Says to followers what a reservation looks like now. */
export async function tell(db: Db, id: string, now: Date): Promise<void> {
  const row = await find(db, id);
  if (!row) return;
  await events.append(db, {
    at: now,
    accountId: row.accountId,
    kind: 'reservation',
    subjectId: id,
    body: {
      state: row.state,
      stage: row.stage,
      text: row.stageText,
      endsAt: row.during.end?.toISOString() ?? null,
      ...(row.failure ? { failure: row.failure } : {}),
    },
  });
}
