/** Machines as they were promised and made. */
import { sql } from 'kysely';
import type { MachineCondition } from '../core/condition.ts';
import { HOLDS_CAPACITY, MACHINE_TABLE, type MachineEvent, type MachineState } from '../core/machine.ts';
import type { CapacityLimits } from '../core/capacity.ts';
import type { CloneMode } from '../core/image.ts';
import type { BeforeDelete, DeletionProof } from '../core/lineage.ts';
import { CarrelError } from '../lib/errors.ts';
import { tx } from './db.ts';
import type { Db, Machine, MachineAddress, Tx } from './schema.ts';
import { anyOf, json } from './sql.ts';

export interface MachinePatch {
  address?: MachineAddress;
  hostKeys?: readonly string[];
  goneAt?: Date;
}

export interface PlannedMachine {
  id: string;
  /** Whose it is from now on; nobody's if left out. */
  reservationId?: string | undefined;
  providerId: string;
  revisionId: string;
  mode: CloneMode;
  vcpus: number;
  memoryMiB: number;
  storageMiB: number;
  /** Whose space that counts on. */
  datastore?: string | null | undefined;
  now: Date;
}

/** Writes the rows of machines that are to be made. The capacity of those that are somebody's was taken by their reservations. */
export async function plan(db: Db, ...all: readonly PlannedMachine[]): Promise<void> {
  if (all.length === 0) return;
  const values = all.map((m) => ({
    id: m.id,
    reservationId: m.reservationId ?? null,
    providerId: m.providerId,
    revisionId: m.revisionId,
    mode: m.mode,
    state: 'planned' as const,
    vcpus: m.vcpus,
    memoryMib: m.memoryMiB,
    storageMib: m.storageMiB,
    // Not named where there is none: stores of before have no such column.
    ...(typeof m.datastore !== 'string' ? {} : { datastore: m.datastore }),
    createdAt: m.now,
  }));
  await db.insertInto('machine').values(values).execute();
}

export async function find(db: Db, id: string): Promise<Machine | undefined> {
  return db.selectFrom('machine').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The row, locked until the transaction ends. `not-found`. */
export async function lock(tx: Tx, id: string): Promise<Machine> {
  const row = await tx.selectFrom('machine').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst();
  if (!row) throw new CarrelError('not-found', `there is no machine ${id}`);
  return row;
}

/**
 * Applies an event by MACHINE_TABLE and returns the state after it. `conflict` where the table refuses it; `not-found`.
 * The row is locked while the table is asked, so that two events at one time follow each other. What was the matter with it before is over.
 */
export async function transition(db: Db, id: string, event: MachineEvent, patch: MachinePatch): Promise<MachineState> {
  return tx(db, async (within) => {
    const row = await within.selectFrom('machine').select('state').where('id', '=', id).forNoKeyUpdate().executeTakeFirst();
    if (!row) throw new CarrelError('not-found', `there is no machine ${id}`);
    const next = MACHINE_TABLE[row.state][event];
    if (next === null)
      throw new CarrelError('conflict', `a machine that is ${row.state} cannot take "${event}"`, { details: { state: row.state, event } });
    await within
      .updateTable('machine')
      .set({
        state: next,
        condition: null,
        conditionSince: null,
        ...(patch.address === undefined ? {} : { address: json(patch.address) }),
        ...(patch.hostKeys === undefined ? {} : { hostKeys: json(patch.hostKeys) }),
        ...(patch.goneAt === undefined ? {} : { goneAt: patch.goneAt }),
      })
      .where('id', '=', id)
      .execute();
    // Its checkpoints went with it.
    if (next === 'gone') await within.deleteFrom('checkpoint').where('machineId', '=', id).execute();
    return next;
  });
}

/** Keeps what is the matter with a machine; undefined = nothing. The caller holds the row's lock. */
export async function setCondition(tx: Tx, id: string, condition: MachineCondition | undefined, now: Date): Promise<void> {
  await tx
    .updateTable('machine')
    .set({ condition: condition ?? null, conditionSince: condition === undefined ? null : now })
    .where('id', '=', id)
    .execute();
}

/** Keeps as what it was made, where that is not what was asked for. */
export async function setMode(db: Db, id: string, mode: CloneMode): Promise<void> {
  await db.updateTable('machine').set({ mode }).where('id', '=', id).where('unlinkedAt', 'is', null).execute();
}

/** It has disks of its own now, which stand on nothing; the first time stays. */
export async function setUnlinked(db: Db, id: string, now: Date): Promise<void> {
  await db.updateTable('machine').set({ mode: 'full', unlinkedAt: now }).where('id', '=', id).where('unlinkedAt', 'is', null).execute();
}

/** Keeps the proof of the machine's delete (promise 2). */
export async function setProof(db: Db, id: string, proof: DeletionProof): Promise<void> {
  await db
    .updateTable('machine')
    .set({ proof: json(proof) })
    .where('id', '=', id)
    .execute();
}

/** Keeps what was read before the machine's delete; the first reading stays. */
export async function setBeforeDelete(db: Db, id: string, before: BeforeDelete): Promise<void> {
  await db
    .updateTable('machine')
    .set({ beforeDelete: json(before) })
    .where('id', '=', id)
    .where('beforeDelete', 'is', null)
    .execute();
}

/** Machines of a provider that run, as far as is known, and are not said to be out of reach. */
export async function reachableAt(db: Db, providerId: string): Promise<{ id: string }[]> {
  return db
    .selectFrom('machine')
    .select('id')
    .where('providerId', '=', providerId)
    .where('state', '=', 'running')
    .where('condition', 'is distinct from', 'unreachable')
    .execute();
}

/** With the assignment that lasts, if there is one. */
function withHolder(db: Db) {
  return db
    .selectFrom('machine')
    .leftJoin('assignment', (join) => join.onRef('assignment.machineId', '=', 'machine.id').on('assignment.until', 'is', null));
}

/** With whose each is or was last. An operator's machine that was nobody's yet has neither. */
function withLast(db: Db) {
  const newest = sql<boolean>`not exists (select from assignment later where later.machine_id = assignment.machine_id and later.id > assignment.id)`;
  return db
    .selectFrom('machine')
    .leftJoin('assignment', (join) => join.onRef('assignment.machineId', '=', 'machine.id').on(newest))
    .leftJoin('reservation', 'reservation.id', 'assignment.reservationId');
}

/** Machines that stand on a revision and are not gone: also full copies, which are started by what it says; not those that were taken off it. */
export async function onRevision(db: Db, revisionId: string): Promise<(Machine & { holder: string | null })[]> {
  return withHolder(db)
    .selectAll('machine')
    .select('assignment.reservationId as holder')
    .where('revisionId', '=', revisionId)
    .where('state', '<>', 'gone')
    .where('unlinkedAt', 'is', null)
    .orderBy('createdAt')
    .execute();
}

/** How many stand on each of these revisions and are not gone; those on which none does are left out. */
export async function standing(db: Db, revisionIds: Iterable<string>): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('machine')
    .select((eb) => ['revisionId', eb.fn.countAll<number>().as('n')])
    .where(anyOf('revisionId', revisionIds))
    .where('state', '<>', 'gone')
    .where('unlinkedAt', 'is', null)
    .groupBy('revisionId')
    .execute();
  return new Map(rows.map((r) => [r.revisionId, r.n]));
}

export type ShownMachine = Pick<Machine, 'id' | 'mode' | 'state' | 'address' | 'condition' | 'conditionSince'>;

/** What lists show of the machines with these ids. */
export async function shown(db: Db, ids: Iterable<string>): Promise<Map<string, ShownMachine>> {
  const rows = await db
    .selectFrom('machine')
    .select(['id', 'mode', 'state', 'address', 'condition', 'conditionSince'])
    .where(anyOf('id', ids))
    .execute();
  return new Map(rows.map((r) => [r.id, r]));
}

/** Host names of machines by their ids; those that were nobody's yet have none. */
export async function hostnames(db: Db, ids: Iterable<string>): Promise<Map<string, string>> {
  const rows = await withLast(db).select(['machine.id', 'reservation.hostname']).where(anyOf('machine.id', ids)).execute();
  return new Map(rows.flatMap((r) => (r.hostname === null ? [] : [[r.id, r.hostname]])));
}

/** Host names of machines, as {@link hostnames}, and what they were made from. */
export async function origins(db: Db, ids: Iterable<string>): Promise<Map<string, { hostname: string | null; revisionId: string }>> {
  const rows = await withLast(db)
    .select(['machine.id', 'machine.revisionId', 'reservation.hostname'])
    .where(anyOf('machine.id', ids))
    .execute();
  return new Map(rows.map(({ id, ...origin }) => [id, origin]));
}

/** What a provider is loaded with by all machines that are not gone. Call it under the provider's row lock to promise by it. */
export async function used(db: Db, providerId: string): Promise<CapacityLimits> {
  return db
    .selectFrom('machine')
    .select((eb) => [
      eb.fn.countAll<number>().as('machines'),
      eb.fn.coalesce(eb.fn.sum<number>('memoryMib'), eb.lit(0)).as('memoryMiB'),
      eb.fn.coalesce(eb.fn.sum<number>('vcpus'), eb.lit(0)).as('vcpus'),
      eb.fn.coalesce(eb.fn.sum<number>('storageMib'), eb.lit(0)).as('storageMiB'),
    ])
    .where('providerId', '=', providerId)
    .where('state', 'in', HOLDS_CAPACITY)
    .executeTakeFirstOrThrow();
}

/** Those of a provider that were made, with the datastores that they count on. */
export async function whereLying(db: Db, providerId: string): Promise<Pick<Machine, 'id' | 'datastore'>[]> {
  return db
    .selectFrom('machine')
    .select(['id', 'datastore'])
    .where('providerId', '=', providerId)
    .where('state', 'in', ['running', 'stopped'])
    .execute();
}

/** For the reconciler: every machine of a provider that is not gone, and those that went since `goneSince`. */
export async function forReconcile(
  db: Db,
  providerId: string,
  goneSince: Date,
): Promise<(Pick<Machine, 'id' | 'state' | 'condition'> & { holder: string | null })[]> {
  const some = withHolder(db)
    .select(['machine.id', 'machine.state', 'machine.condition', 'assignment.reservationId as holder'])
    .where('providerId', '=', providerId);
  // Two reads, each by an index of its own: an "or" over both would read every machine there ever was.
  return some
    .where('state', '<>', 'gone')
    .unionAll(some.where('state', '=', 'gone').where('goneAt', '>', goneSince))
    .execute();
}

/** With whose it is or was last: its reservation, and whose that is; null: it was nobody's yet. `heldUntil`: it was that reservation's until then. */
export type OwnedMachine = Machine & { holder: string | null; accountId: string | null; hostname: string | null; heldUntil: Date | null };

function owned(db: Db) {
  return withLast(db)
    .selectAll('machine')
    .select(['assignment.reservationId as holder', 'assignment.until as heldUntil', 'reservation.accountId', 'reservation.hostname']);
}

export async function withOwner(db: Db, id: string): Promise<OwnedMachine | undefined> {
  return owned(db).where('machine.id', '=', id).executeTakeFirst();
}

/** Newest first; the page ends before `before`. `nobodys`: only those that are there and no reservation has. */
export async function list(
  db: Db,
  request: {
    accountId?: string | undefined;
    gone: boolean;
    nobodys?: boolean;
    limit: number;
    before?: { at: Date; id: string } | undefined;
  },
): Promise<OwnedMachine[]> {
  return owned(db)
    .$if(request.accountId !== undefined, (q) => q.where('reservation.accountId', '=', request.accountId as string))
    .$if(!request.gone || request.nobodys === true, (q) => q.where('machine.state', '<>', 'gone'))
    .$if(request.nobodys === true, (q) =>
      q.where((eb) => eb.or([eb('assignment.machineId', 'is', null), eb('assignment.until', 'is not', null)])),
    )
    .$if(request.before !== undefined, (q) =>
      q.where(sql<boolean>`(machine.created_at, machine.id) < (${request.before?.at}::timestamptz, ${request.before?.id}::uuid)`),
    )
    .orderBy('machine.createdAt', 'desc')
    .orderBy('machine.id', 'desc')
    .limit(request.limit)
    .execute();
}
