/** Waits as they were: from the moment a machine was asked for until it was ready, waiting in line included. */
import { sql } from 'kysely';
import type { CloneMode } from '../core/image.ts';
import type { Db } from './schema.ts';

/**
 * The newest waits for machines that were asked for in a mode, of an image on a provider, in milliseconds: of those that were made as the newest of
 * them was, for an instant clone may have become a linked one. What one that has disks of its own by now was made as is not known any more.
 */
export async function waits(db: Db, of: { imageId: string; providerId: string; mode: CloneMode; limit: number }): Promise<number[]> {
  const rows = await db
    .selectFrom('reservation as r')
    .leftJoin('machine as m', 'm.id', 'r.machineId')
    .select([sql<number>`(extract(epoch from r.ready_at - r.begun_at) * 1000)::float8`.as('ms'), 'm.mode', 'm.unlinkedAt'])
    .where('r.imageId', '=', of.imageId)
    .where('r.providerId', '=', of.providerId)
    .where('r.mode', '=', of.mode)
    .where('r.readyAt', 'is not', null)
    .where('r.begunAt', 'is not', null)
    .orderBy('r.readyAt', 'desc')
    .limit(of.limit)
    .execute();
  const known = of.mode === 'instant' ? rows.filter((r) => r.unlinkedAt === null) : rows;
  const alike = of.mode === 'instant' ? known.filter((r) => r.mode === known[0]?.mode) : known;
  return alike.map((r) => Math.max(0, Math.round(r.ms)));
}
