/** Where reservations are made: what was booked begins, and what is made at another place than where it was promised. */
import { type CapacityLimits, shortage } from '../core/capacity.ts';
import { say } from '../core/notices.ts';
import { isCode } from '../lib/errors.ts';
import { holderOf } from './assignments.ts';
import { assertRoom } from './calendar.ts';
import { claimDatastore } from './datastore-claims.ts';
import * as datastores from './datastores.ts';
import * as machines from './machines.ts';
import * as providers from './providers.ts';
import { lock, setStage, tell, transition } from './reservations.ts';
import type { Db, Provider, Reservation, TriedPlace, Tx } from './schema.ts';
import { json } from './sql.ts';

/**
 * A booked reservation becomes `preparing` and its machine is planned. Its room is its own by the calendar; false, and nothing
 * changed, while machines that should be gone still take it up. Where the datastore that it counts on has no room any more (it went away, or
 * others filled it), it counts on another from now on that has. `wrong-state` unless it is booked or at work already.
 */
export async function begin(tx: Tx, id: string, revisionId: string, now: Date): Promise<boolean> {
  const row = await lock(tx, id);
  const provider = await providers.lock(tx, row.providerId);
  const held: CapacityLimits = await machines.used(tx, row.providerId);
  if (shortage(providers.wholeOf(provider), held, { memoryMiB: row.memoryMib, vcpus: row.vcpus, storageMiB: row.storageMib })) return false;
  await transition(tx, id, 'due', {});
  const datastore = await datastoreFor(tx, provider, { ...row, revisionId }, now);
  await tx.updateTable('reservation').set({ revisionId, datastore, begunAt: now }).where('id', '=', id).execute();
  await machines.plan(tx, {
    id: row.machineId,
    reservationId: id,
    providerId: row.providerId,
    revisionId,
    mode: row.mode,
    vcpus: row.vcpus,
    memoryMiB: row.memoryMib,
    storageMiB: row.storageMib,
    datastore,
    now,
  });
  await setStage(tx, id, 'queued', '', now);
  return true;
}

/** The datastore that one which is about to be made counts on; the one of before where none has room: what was promised is tried. */
async function datastoreFor(
  tx: Tx,
  provider: Provider,
  row: Pick<Reservation, 'id' | 'hold' | 'during' | 'storageMib' | 'revisionId' | 'datastore'>,
  now: Date,
): Promise<string | null> {
  const { id, hold, during: span, storageMib: storageMiB, revisionId, datastore } = row;
  // What is over by now is nobody's question any more.
  const start = hold.end !== null && hold.end <= now ? hold.start : new Date(Math.max(now.getTime(), hold.start.getTime()));
  const claim = { hold: { start, end: hold.end }, span, storageMiB, revisionId, datastore };
  try {
    return await claimDatastore(tx, provider, claim, { now, except: id });
  } catch (error) {
    if (!isCode(error, 'no-capacity')) throw error;
    return datastore;
  }
}

/**
 * Another place and another machine for one that is being prepared; the caller found, under the place's row lock, that there is room.
 * `storageMiB`: what its disks are counted with there, as before if left out. Its stage begins anew, also where the first place's run had shown that it takes away what it made.
 */
export async function placeAgain(
  tx: Tx,
  id: string,
  to: {
    providerId: string;
    machineId: string;
    storageMiB?: number | undefined;
    placement: string;
    tried: readonly TriedPlace[];
    text: string;
    now: Date;
  },
): Promise<void> {
  const row = await lock(tx, id);
  const { providerId, machineId, placement, now } = to;
  const storageMiB = to.storageMiB ?? row.storageMib;
  const provider = await providers.lock(tx, providerId);
  const datastore = await datastoreFor(tx, provider, { ...row, storageMib: storageMiB, datastore: null }, now);
  await tx
    .updateTable('reservation')
    .set({
      datastore,
      providerId,
      machineId,
      storageMib: storageMiB,
      placement,
      tried: json(to.tried),
      stage: 'queued',
      stageText: to.text,
    })
    .where('id', '=', id)
    .execute();
  const { revisionId, mode, vcpus, memoryMib: memoryMiB } = row;
  await machines.plan(tx, { id: machineId, reservationId: id, providerId, revisionId, mode, vcpus, memoryMiB, storageMiB, datastore, now });
  await tell(tx, id, now);
}

/**
 * One that is ready is to have another machine, of this revision, in the room that it holds: nothing of the old one's is told any more, and
 * its waiting time is counted from now. The caller sees to it that the old machine goes, and to the new one after that.
 */
export async function reimage(tx: Tx, id: string, revisionId: string, now: Date): Promise<void> {
  await transition(tx, id, 'reimage', {});
  await tx
    .updateTable('reservation')
    .set({
      revisionId,
      begunAt: now,
      readyAt: null,
      connectedAt: null,
      lastSeenAt: null,
      credential: null,
      tried: json([]),
      notes: json([]),
    })
    .where('id', '=', id)
    .execute();
  await setStage(tx, id, 'queued', say('taking-old-away', {}), now);
}

/**
 * From now on it holds so much storage, in MiB, for its machine's disks. More is taken as by a promise, its own not counted:
 * `no-capacity`.
 */
export async function holdStorage(tx: Tx, id: string, storageMiB: number, now: Date): Promise<void> {
  const row = await lock(tx, id);
  const provider = await providers.lock(tx, row.providerId);
  const end = row.hold.end !== null && row.hold.end <= now ? new Date(now.getTime() + 1) : row.hold.end;
  const { vcpus, memoryMib: memoryMiB, datastore } = row;
  const span = { start: now, end };
  const claim = { hold: span, span, during: [], vcpus, memoryMiB, storageMiB, standing: datastore !== null, datastore };
  if (storageMiB > row.storageMib) await assertRoom(tx, provider, claim, { now, except: id });
  await tx.updateTable('reservation').set({ storageMib: storageMiB }).where('id', '=', id).execute();
  await tx.updateTable('machine').set({ storageMib: storageMiB }).where('id', '=', row.machineId).execute();
}

/**
 * A machine's disks came to lie on a datastore: what is claimed for it counts there, and for its reservation while it is its. That is so, whatever was
 * promised of it.
 */
export async function landed(tx: Tx, { machineId, datastore }: { machineId: string; datastore: string }): Promise<void> {
  const machine = await machines.find(tx, machineId);
  if (machine === undefined || machine.datastore === datastore || !(await datastores.any(tx, machine.providerId))) return;
  const holder = await holderOf(tx, machineId);
  const its = holder === undefined ? undefined : await lock(tx, holder);
  await providers.lock(tx, machine.providerId);
  if (its?.machineId === machineId && its.storageMib > 0)
    await tx.updateTable('reservation').set({ datastore }).where('id', '=', its.id).execute();
  await tx.updateTable('machine').set({ datastore }).where('id', '=', machineId).execute();
}

/** Plans another machine at the same place; the one before is gone. `storageMiB`: less than that held where it had been taken off its image. */
export async function machineAgain(
  tx: Tx,
  id: string,
  { machineId, storageMiB, now }: { machineId: string; storageMiB: number; now: Date },
): Promise<void> {
  const { providerId, revisionId, mode, vcpus, memoryMib: memoryMiB, datastore } = await lock(tx, id);
  await tx
    .updateTable('reservation')
    .set({ machineId, storageMib: storageMiB, stage: 'queued', stageText: '' })
    .where('id', '=', id)
    .execute();
  await machines.plan(tx, { id: machineId, reservationId: id, providerId, revisionId, mode, vcpus, memoryMiB, storageMiB, datastore, now });
  await tell(tx, id, now);
}

/** Being prepared on providers that have been down since before `since`. */
export async function waitingForDown(db: Db, since: Date): Promise<Pick<Reservation, 'id'>[]> {
  return db
    .selectFrom('reservation')
    .innerJoin('provider', 'provider.id', 'reservation.providerId')
    .select('reservation.id')
    .where('reservation.state', '=', 'preparing')
    .where('provider.state', '=', 'down')
    .where('provider.stateSince', '<=', since)
    .orderBy('reservation.createdAt')
    .execute();
}
