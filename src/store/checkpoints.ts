/** What people can take their machines back to. A machine that is gone has none: see `transition` of machines.ts. */
import { CarrelError } from '../lib/errors.ts';
import type { Checkpoint, Db, Tx } from './schema.ts';

/** Those of a machine, oldest first. */
export async function ofMachine(db: Db, machineId: string): Promise<Checkpoint[]> {
  return db.selectFrom('checkpoint').selectAll().where('machineId', '=', machineId).orderBy('createdAt').orderBy('id').execute();
}

/** `not-found` also for one of another machine. */
export async function find(db: Db, machineId: string, id: string): Promise<Checkpoint> {
  const row = await db.selectFrom('checkpoint').selectAll().where('id', '=', id).where('machineId', '=', machineId).executeTakeFirst();
  if (!row) throw new CarrelError('not-found', 'there is no such checkpoint', { hint: 'List them: `carrel checkpoint ls RESERVATION`.' });
  return row;
}

export async function add(tx: Tx, row: Omit<Checkpoint, 'state'>): Promise<void> {
  await tx
    .insertInto('checkpoint')
    .values({ ...row, state: 'making' })
    .execute();
}

export async function made(tx: Tx, id: string): Promise<void> {
  await tx.updateTable('checkpoint').set({ state: 'there' }).where('id', '=', id).execute();
}

export async function remove(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('checkpoint').where('id', '=', id).execute();
}
