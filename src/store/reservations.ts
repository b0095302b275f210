/** Reservations: the promise, made in one transaction with the capacity it takes, and its way to the end. */
import { sql } from 'kysely';
import type { Labels, LabelWanted } from '../core/labels.ts';
import { carries } from './label-filter.ts';
import {
  RESERVATION_LIVE,
  RESERVATION_TABLE,
  type ReservationEvent,
  type ReservationState,
  STAGES,
  type Stage,
} from '../core/reservation.ts';
import { CarrelError, type StoredError } from '../lib/errors.ts';
import * as calendar from './calendar.ts';
import { tx } from './db.ts';
import * as events from './events.ts';
import * as licences from './licences.ts';
import * as machines from './machines.ts';
import { holdFrom, insertAll, insertOne, type NewReservation } from './new-reservations.ts';
import * as providers from './providers.ts';
import type { Db, Reservation, TimeRange, Tx } from './schema.ts';
import { json, range } from './sql.ts';

export { holdOf, type NewReservation } from './new-reservations.ts';

const BEFORE_GONE: readonly Stage[] = [...STAGES, 'ending'];
const ALL_STAGES: readonly Stage[] = [...BEFORE_GONE, 'gone'];

/**
 * Promises a machine: what it holds, from its preparation to its end, is counted and taken under the provider's row lock, in the
 * caller's transaction (promise 7). One that is to be prepared later is `booked`.
 * Errors: `no-capacity` (with what is short and when, the licence or the maintenance in the way), `conflict` (the id or the machine is taken).
 */
export async function create(tx: Tx, r: NewReservation): Promise<void> {
  const provider = await providers.lock(tx, r.providerId);
  const begin = r.prepareAt ?? r.during.start;
  const hold = holdFrom(begin, r.during);
  const { vcpus, memoryMiB, storageMiB, revisionId } = r;
  const claim = { hold, span: r.during, during: [r.during], vcpus, memoryMiB, storageMiB, revisionId };
  const datastore = await calendar.assertRoom(tx, provider, claim, { now: r.now });
  await licences.assertSeats(tx, r.imageId, hold, { now: r.now });
  await insertOne(tx, { ...r, datastore });
  if (begin <= r.now) await machines.plan(tx, { ...r, datastore, reservationId: r.id, id: r.machineId });
  await tell(tx, r.id, r.now);
}

/**
 * Writes many in a few statements, but those whose id is taken. The caller holds the row locks of the provider and of the image's licences
 * and has found, under them, that there is room for every one of them beside the others: nothing is counted here.
 */
export async function createAll(tx: Tx, all: readonly NewReservation[]): Promise<Reservation[]> {
  if (all.length === 0) return [];
  const rows = new Map((await insertAll(tx, all)).map((row) => [row.id, row]));
  const begun = all.filter((r) => rows.get(r.id)?.state === 'preparing');
  await machines.plan(tx, ...begun.map((r) => ({ ...r, reservationId: r.id, id: r.machineId })));
  const written = [...rows.values()];
  await events.append(tx, ...toldOfAll(written));
  return written;
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
  request: {
    accountId?: string | undefined;
    past: boolean;
    /** Those that have all of these. */
    labels?: readonly LabelWanted[] | undefined;
    limit: number;
    before?: { at: Date; id: string } | undefined;
  },
): Promise<Reservation[]> {
  return db
    .selectFrom('reservation')
    .selectAll()
    .$if(request.accountId !== undefined, (q) => q.where('accountId', '=', request.accountId as string))
    .$if(!request.past, (q) => q.where('state', 'in', RESERVATION_LIVE))
    .where(carries(request.labels))
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

/** Those whose machine is still to be made of a revision, booked or as another in place of their own, the earliest first. */
export async function bookedOn(db: Db, revisionId: string): Promise<Pick<Reservation, 'id' | 'during'>[]> {
  return db
    .selectFrom('reservation')
    .select(['id', 'during'])
    .where('state', 'in', ['booked', 'preparing'])
    .where('revisionId', '=', revisionId)
    .orderBy(sql`lower(during)`)
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

/** Puts these labels in place of those it has. */
export async function setLabels(tx: Tx, id: string, labels: Labels, now: Date): Promise<void> {
  await tx
    .updateTable('reservation')
    .set({ labels: json(labels) })
    .where('id', '=', id)
    .execute();
  await tell(tx, id, now);
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

export interface NewSpan {
  during: TimeRange;
  /** When its preparation begins, of one that is booked; that of one at work stays. */
  prepareAt?: Date | undefined;
  /** Sentences for the owner in place of those it has; they stay if left out. */
  notes?: readonly string[] | undefined;
  /** Another provider, of one that is booked; its row is locked here. */
  providerId?: string | undefined;
  placement?: string | undefined;
  /** What its machine's disks are counted with, where more than what it holds is asked for; as before if left out. */
  storageMiB?: number | undefined;
  now: Date;
}

/** What of a span is not in another. */
function added(span: TimeRange, to: TimeRange): TimeRange[] {
  const parts: TimeRange[] = [];
  const ahead = span.end !== null && span.end < to.start ? span.end : to.start;
  if (span.start < ahead) parts.push({ start: span.start, end: ahead });
  if (to.end !== null && (span.end === null || span.end > to.end))
    parts.push({ start: span.start > to.end ? span.start : to.end, end: span.end });
  return parts;
}

/**
 * Gives a reservation another span: moved, lengthened or shortened. What it then holds is taken as in {@link create}, its own not
 * counted. Errors: `wrong-state` (ending or over, or a start of one at work), `no-capacity`, `conflict`.
 */
export async function setSpan(tx: Tx, id: string, span: NewSpan): Promise<void> {
  const row = await lock(tx, id);
  const booked = row.state === 'booked';
  if (!booked && row.state !== 'preparing' && row.state !== 'ready')
    throw new CarrelError('wrong-state', `a reservation that is ${row.state} has no other end`, { hint: 'reserve another one' });
  if (!booked && span.during.start.getTime() !== row.during.start.getTime())
    throw new CarrelError('wrong-state', 'it has begun: its start stays, its end may be moved', {
      hint: 'see `carrel extend`, `carrel shorten`',
    });
  const providerId = span.providerId ?? row.providerId;
  const elsewhere = providerId !== row.providerId;
  if (!booked && elsewhere) throw new CarrelError('wrong-state', 'it has begun: it stays where it is');
  const provider = await providers.lock(tx, providerId);
  const begin = booked ? (span.prepareAt ?? span.during.start) : row.hold.start;
  const hold = holdFrom(begin, span.during);
  const inside = !elsewhere && hold.start >= row.hold.start && hold.end !== null && (row.hold.end === null || hold.end <= row.hold.end);
  // What it already holds is its own, whatever else came since.
  const storageMiB = inside ? row.storageMib : (span.storageMiB ?? row.storageMib);
  let { datastore } = row;
  if (!inside) {
    const claim = {
      hold,
      span: span.during,
      during: elsewhere ? [span.during] : added(span.during, row.during),
      vcpus: row.vcpus,
      memoryMiB: row.memoryMib,
      storageMiB,
      standing: !booked,
      revisionId: row.revisionId,
      datastore: elsewhere ? null : datastore,
    };
    datastore = await calendar.assertRoom(tx, provider, claim, { now: span.now, except: id });
    await licences.assertSeats(tx, row.imageId, hold, { now: span.now, except: id });
  }
  await tx
    .updateTable('reservation')
    .set({
      during: range(span.during),
      hold: range(hold),
      storageMib: storageMiB,
      ...(datastore === row.datastore ? {} : { datastore }),
      ...(span.notes === undefined ? {} : { notes: json(span.notes) }),
      ...(elsewhere ? { providerId, placement: span.placement ?? null } : {}),
    })
    .where('id', '=', id)
    .execute();
  await tell(tx, id, span.now);
}

/** Puts the end elsewhere; see {@link setSpan}. */
export async function setEnd(tx: Tx, id: string, end: Date | null, now: Date): Promise<void> {
  const row = await lock(tx, id);
  await setSpan(tx, id, { during: { start: row.during.start, end }, prepareAt: row.hold.start, now });
}

export async function setCredential(db: Db, id: string, sealed: Buffer): Promise<void> {
  await db.updateTable('reservation').set({ credential: sealed }).where('id', '=', id).execute();
}

/** Says to followers what a reservation looks like now; `notice`: and what they should be shown, though nothing of it changed. */
export async function tell(db: Db, id: string, now: Date, notice?: 'ends-soon'): Promise<void> {
  const row = await find(db, id);
  if (!row) return;
  const event = told(row, now);
  await events.append(db, notice === undefined ? event : { ...event, body: { ...event.body, notice } });
}

/** Of new ones: those that follow each other and are for one time are told of in the same words. */
function toldOfAll(rows: readonly Reservation[]): events.NewEvent[] {
  let last: { row: Reservation; body: events.NewEvent['body'] } | undefined;
  return rows.map((row) => {
    if (last?.row.during !== row.during || last.row.state !== row.state) last = { row, body: wordsOf(row) };
    return { at: row.createdAt, accountId: row.accountId, kind: 'reservation', subjectId: row.id, body: last.body };
  });
}

function told(row: Reservation, now: Date): events.NewEvent {
  return { at: now, accountId: row.accountId, kind: 'reservation', subjectId: row.id, body: wordsOf(row) };
}

function wordsOf(row: Reservation): events.NewEvent['body'] {
  return {
    state: row.state,
    stage: row.stage,
    text: row.stageText,
    endsAt: row.during.end?.toISOString() ?? null,
    ...(row.failure ? { failure: row.failure } : {}),
  };
}
