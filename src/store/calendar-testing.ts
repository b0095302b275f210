/** Writers who fight for a provider's room, and the look at the store that finds anything promised twice. For tests. */
import { sql } from 'kysely';
import { isCode } from '../lib/errors.ts';
import { tx } from './db.ts';
import * as reservations from './reservations.ts';
import type { Db, TimeRange } from './schema.ts';
import type { Seed } from './seed-testing.ts';

export const now = new Date('2026-11-23T10:00:00Z');
export const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
export const span = (start: number, end: number): TimeRange => ({ start: at(start), end: at(end) });

/** Moments at which more is promised than there is: usage grows only where a hold begins, so these are all that need a look. */
async function violations(db: Db): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    select distinct 'over capacity at ' || lower(a.hold) as what from reservation a join provider p on p.id = a.provider_id
    cross join lateral (
      select count(*) as n, sum(b.vcpus) as v, sum(b.memory_mib) as m from reservation b
      where b.provider_id = a.provider_id and b.hold @> lower(a.hold) and b.state in ('booked', 'preparing', 'ready', 'ending')
    ) as held
    where a.state in ('booked', 'preparing', 'ready', 'ending')
      and (held.n > p.max_machines or held.v > p.max_vcpus or held.m > p.max_memory_mib)`.execute(db);
  return rows.map((r) => r.what);
}

/** A small generator with a seed, so that a failing run can be repeated. */
export function dice(start: number): (n: number) => number {
  let state = start;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** Some span within ten hours. */
export function someSpan(roll: (n: number) => number): { during: TimeRange; prepareAt: Date } {
  const start = 10 + roll(120) * 5;
  return { during: span(start, start + 10 + roll(12) * 10), prepareAt: at(start - roll(10)) };
}

export interface Tally {
  granted: number;
  refused: number;
}

/** Books, moves, lengthens, shortens and ends at random; of several providers at any of them, and moves from one to another. */
export async function churn(
  db: Db,
  s: Pick<Seed, 'reservation'>,
  rounds: number,
  roll: (n: number) => number,
  providerIds: readonly string[] = [],
): Promise<Tally> {
  const somewhere = () => (providerIds.length === 0 ? {} : { providerId: providerIds[roll(providerIds.length)] as string });
  const mine: string[] = [];
  const tally = { granted: 0, refused: 0 };
  for (let i = 0; i < rounds; i++) {
    const id = mine[roll(mine.length + 1)];
    const act = roll(6);
    try {
      await tx(db, async (within) => {
        if (id === undefined || act < 3) {
          const r = s.reservation({ ...someSpan(roll), memoryMiB: 64 + 64 * roll(4), vcpus: 1 + roll(3), ...somewhere() });
          await reservations.create(within, r);
          mine.push(r.id);
        } else if (act === 3) await reservations.setSpan(within, id, { ...someSpan(roll), ...somewhere(), now });
        else if (act === 4) {
          const row = await reservations.lock(within, id);
          await reservations.setEnd(within, id, new Date(row.during.start.getTime() + (5 + roll(240)) * 60_000), now);
        } else {
          await reservations.transition(within, id, 'end', { endedAt: now });
          mine.splice(mine.indexOf(id), 1);
        }
      });
      tally.granted += 1;
    } catch (error) {
      if (!isCode(error, 'no-capacity')) throw error;
      tally.refused += 1;
    }
  }
  return tally;
}

/** Looks again and again while `work` is under way; returns everything it saw. */
export async function watch(db: Db, work: Promise<unknown>): Promise<string[]> {
  let over = false;
  const ended = work.finally(() => {
    over = true;
  });
  const seen: string[] = [];
  while (!over) seen.push(...(await violations(db)));
  await ended;
  return [...seen, ...(await violations(db))];
}
