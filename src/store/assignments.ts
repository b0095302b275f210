/**
 * Which machine is whose. Triggers (sql/0013_assignment.sql) begin an assignment where a machine is planned for a reservation, and end it where
 * the reservation gets another machine or the machine is gone; what is done here is the rest. A machine without one is nobody's: it holds room of
 * its own, and only operators see it.
 */
import { sql } from 'kysely';
import { CarrelError } from '../lib/errors.ts';
import * as machines from './machines.ts';
import * as reservations from './reservations.ts';
import type { Db, Machine, Reservation, Tx } from './schema.ts';

/** The id of the reservation whose machine it is; undefined: it is nobody's. */
export async function holderOf(db: Db, machineId: string): Promise<string | undefined> {
  const living = db.selectFrom('assignment').select('reservationId').where('machineId', '=', machineId).where('until', 'is', null);
  return (await living.executeTakeFirst())?.reservationId;
}

/** Machines that are nobody's on providers that were written off, and that no run is at work on. */
export async function nobodysOnWrittenOff(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select m.id from provider p join machine m on m.provider_id = p.id
    where p.written_off_at is not null and m.state <> 'gone'
      and not exists (select from assignment a where a.machine_id = m.id and a.until is null)
      and not exists (select from job where job.state in ('ready', 'running', 'stuck') and job.input ->> 'machineId' = m.id::text)
    order by m.id`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * Gives a booked reservation one that runs and is nobody's, from now on. The room that the machine held is the reservation's own
 * from then on. The machine's row is locked, then the reservation's. Errors: `not-found`; `wrong-state` (it does not run, or something is the
 * matter with it; the reservation is not booked, or its time has not come); `conflict` (it is, or was once, somebody's; it is of another
 * revision or provider, or not as promised).
 */
export async function assign(tx: Tx, machineId: string, reservationId: string, now: Date): Promise<Reservation> {
  const machine = await machines.lock(tx, machineId);
  const row = await reservations.lock(tx, reservationId);
  if (machine.state !== 'running') throw new CarrelError('wrong-state', `the machine is ${machine.state}`);
  if (machine.condition !== null) throw new CarrelError('wrong-state', `the machine is ${machine.condition}`);
  if (row.state !== 'booked') throw new CarrelError('wrong-state', `the reservation is ${row.state}`);
  // Before that it holds nothing, and the machine would hold nothing either.
  if (row.hold.start > now) throw new CarrelError('wrong-state', 'the time of the reservation has not come');
  // Who had it before may have left something in it: it is never another's.
  const before = await tx.selectFrom('assignment').select('until').where('machineId', '=', machineId).limit(1).executeTakeFirst();
  if (before) throw new CarrelError('conflict', `the machine ${before.until === null ? 'is' : 'was'} somebody's`);
  const unlike = differs(machine, row);
  if (unlike !== undefined) throw new CarrelError('conflict', `the machine ${unlike}`);
  await tx.insertInto('assignment').values({ machineId, reservationId, since: now }).execute();
  // Servers of before read this column.
  await tx.updateTable('machine').set({ reservationId }).where('id', '=', machineId).execute();
  await tx.updateTable('reservation').set({ machineId, begunAt: now }).where('id', '=', reservationId).execute();
  return reservations.lock(tx, reservationId);
}

/** How a machine is not what was promised; undefined: it is. */
function differs(machine: Machine, row: Reservation): string | undefined {
  if (machine.revisionId !== row.revisionId) return 'is of another revision';
  if (machine.providerId !== row.providerId) return 'is at another provider';
  if (machine.mode !== row.mode) return `is a ${machine.mode} clone, and a ${row.mode} one was promised`;
  const same = machine.vcpus === row.vcpus && machine.memoryMib === row.memoryMib && machine.storageMib === row.storageMib;
  return same && row.diskMib === null ? undefined : 'is not of the size that was promised';
}
