/** Reservations that are made at another place than where they were promised. */
import { say } from '../core/notices.ts';
import { assertRoom } from './calendar.ts';
import * as machines from './machines.ts';
import * as providers from './providers.ts';
import { lock, setStage, tell, transition } from './reservations.ts';
import type { Db, Reservation, TriedPlace, Tx } from './schema.ts';
import { json } from './sql.ts';

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
  await tx
    .updateTable('reservation')
    .set({ providerId, machineId, storageMib: storageMiB, placement, tried: json(to.tried), stage: 'queued', stageText: to.text })
    .where('id', '=', id)
    .execute();
  const { revisionId, mode, vcpus, memoryMib: memoryMiB } = row;
  await machines.plan(tx, { id: machineId, reservationId: id, providerId, revisionId, mode, vcpus, memoryMiB, storageMiB, now });
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
  const { vcpus, memoryMib: memoryMiB } = row;
  const claim = { hold: { start: now, end }, span: { start: now, end }, during: [], vcpus, memoryMiB, storageMiB };
  if (storageMiB > row.storageMib) await assertRoom(tx, provider, claim, { now, except: id });
  await tx.updateTable('reservation').set({ storageMib: storageMiB }).where('id', '=', id).execute();
  await tx.updateTable('machine').set({ storageMib: storageMiB }).where('id', '=', row.machineId).execute();
}

/** Plans another machine at the same place; the one before is gone. `storageMiB`: less than that held where it had been taken off its image. */
export async function machineAgain(
  tx: Tx,
  id: string,
  { machineId, storageMiB, now }: { machineId: string; storageMiB: number; now: Date },
): Promise<void> {
  const { providerId, revisionId, mode, vcpus, memoryMib: memoryMiB } = await lock(tx, id);
  await tx
    .updateTable('reservation')
    .set({ machineId, storageMib: storageMiB, stage: 'queued', stageText: '' })
    .where('id', '=', id)
    .execute();
  await machines.plan(tx, { id: machineId, reservationId: id, providerId, revisionId, mode, vcpus, memoryMiB, storageMiB, now });
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
