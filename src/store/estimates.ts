/** Waits as they were: from the moment a machine was asked for until it was ready, waiting in line included. */
import { sql } from 'kysely';
import type { CloneMode } from '../core/image.ts';
import type { Db } from './schema.ts';

/** The newest waits for machines of an image on a provider, in milliseconds. */
export async function waits(db: Db, of: { imageId: string; providerId: string; mode: CloneMode; limit: number }): Promise<number[]> {
  const rows = await db
    .selectFrom('reservation')
    .select(sql<number>`(extract(epoch from ready_at - begun_at) * 1000)::float8`.as('ms'))
    .where('imageId', '=', of.imageId)
    .where('providerId', '=', of.providerId)
    .where('mode', '=', of.mode)
    .where('readyAt', 'is not', null)
    .where('begunAt', 'is not', null)
    .orderBy('readyAt', 'desc')
    .limit(of.limit)
    .execute();
  return rows.map((r) => Math.max(0, Math.round(r.ms)));
}
