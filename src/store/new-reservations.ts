/** The row of a new reservation, and how many of them are written in one statement. */
import type { RawBuilder } from 'kysely';
import { TURNAROUND_MS } from '../core/calendar.ts';
import type { CloneMode } from '../core/image.ts';
import type { Labels } from '../core/labels.ts';
import type { ReservationKind } from '../core/reservation.ts';
import { columnsOf, type Row, rowsOf } from './rows.ts';
import type { Proof, Reservation, TimeRange, Tx } from './schema.ts';

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
  storageMiB: number;
  /** Whose space of its provider that counts on, where it is settled already. */
  datastore?: string | null | undefined;
  /** How large its machine's first disk is to be at least; as its image's if left out. */
  diskMiB?: number | undefined;
  /** When its preparation begins; at `during.start` if left out. Later than now: it is booked, and has no machine until then. */
  prepareAt?: Date | undefined;
  /** The person named the revision; true if left out. */
  pinned?: boolean | undefined;
  /** Sentences for the owner. */
  notes?: readonly string[] | undefined;
  labels?: Labels | undefined;
  seriesId?: string | undefined;
  /** It is made to see whether its revision can be lent. */
  proof?: Proof | undefined;
  /** Why it is on this provider and no other. */
  placement?: string | undefined;
  now: Date;
}

/** What is held for a span whose preparation begins at `start`. */
export function holdFrom(start: Date, during: TimeRange): TimeRange {
  return { start, end: during.end && new Date(during.end.getTime() + TURNAROUND_MS) };
}

/** What it holds: from its preparation to a little after its end. */
export function holdOf(r: Pick<NewReservation, 'prepareAt' | 'during'>): TimeRange {
  return holdFrom(r.prepareAt ?? r.during.start, r.during);
}

/** What is written of a new one. The other columns are as the schema makes them. */
const NEW = {
  id: 'uuid',
  accountId: 'uuid',
  imageId: 'uuid',
  revisionId: 'uuid',
  providerId: 'uuid',
  machineId: 'uuid',
  kind: 'text',
  mode: 'text',
  state: 'text',
  stage: 'text',
  during: 'tstzrange',
  hold: 'tstzrange',
  hostname: 'text',
  vcpus: 'int',
  memoryMib: 'int',
  storageMib: 'int',
  datastore: 'text',
  diskMib: 'int',
  pinned: 'boolean',
  notes: 'jsonb',
  labels: 'jsonb',
  seriesId: 'uuid',
  proof: 'jsonb',
  placement: 'text',
  begunAt: 'timestamptz',
  createdAt: 'timestamptz',
} as const;

/** One object of each for all: what is the same in the next row is not written out again. */
const [NO_NOTES, NO_LABELS]: [readonly string[], Labels] = [[], {}];

/** With the columns of `base` that are not written. */
function valuesOf<B extends object>(base: B, r: NewReservation, hold: TimeRange) {
  const begin = r.prepareAt ?? r.during.start;
  const later = begin > r.now;
  return {
    ...base,
    id: r.id,
    accountId: r.accountId,
    imageId: r.imageId,
    revisionId: r.revisionId,
    providerId: r.providerId,
    machineId: r.machineId,
    kind: r.kind,
    mode: r.mode,
    state: later ? ('booked' as const) : ('preparing' as const),
    stage: later ? ('booked' as const) : ('queued' as const),
    during: r.during,
    hold,
    hostname: r.hostname,
    vcpus: r.vcpus,
    memoryMib: r.memoryMiB,
    storageMib: r.storageMiB,
    datastore: r.datastore ?? null,
    diskMib: r.diskMiB ?? null,
    pinned: r.pinned ?? true,
    notes: r.notes ?? NO_NOTES,
    labels: r.labels ?? NO_LABELS,
    seriesId: r.seriesId ?? null,
    proof: r.proof ?? null,
    placement: r.placement ?? null,
    begunAt: later ? null : r.now,
    createdAt: r.now,
  };
}

function inserting(tx: Tx, values: readonly Row<typeof NEW>[]) {
  return tx
    .insertInto('reservation')
    .columns(columnsOf(NEW))
    .expression(rowsOf(NEW, values) as RawBuilder<never>);
}

/** Writes one, with nothing counted. */
export async function insertOne(tx: Tx, r: NewReservation): Promise<void> {
  await inserting(tx, [valuesOf({}, r, holdOf(r))]).execute();
}

/**
 * Writes them, at least one, but those whose id is taken, with nothing counted. Of thousands their ids alone are read back, and what the schema
 * made of the first: it makes the same of each.
 */
export async function insertAll(tx: Tx, all: readonly NewReservation[]): Promise<Reservation[]> {
  let last: { of: NewReservation; hold: TimeRange } | undefined;
  const holds = all.map((r) => {
    if (last?.of.during !== r.during || last.of.prepareAt !== r.prepareAt) last = { of: r, hold: holdOf(r) };
    return last.hold;
  });
  const valuesOn = <B extends object>(base: B) => all.map((r, i) => valuesOf(base, r, holds[i] as TimeRange));
  const written = await inserting(tx, valuesOn({}))
    .onConflict((oc) => oc.column('id').doNothing())
    .returning('id')
    .execute();
  const ids = new Set(written.map((row) => row.id));
  const [first] = ids;
  if (first === undefined) return [];
  const one = await tx.selectFrom('reservation').selectAll().where('id', '=', first).executeTakeFirstOrThrow();
  return valuesOn(one).filter((row) => ids.delete(row.id));
}
