/** Writers who fight for a provider's room, and the look at the store that finds anything promised twice. For tests. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { type Claim, leftBehind, TURNAROUND_MS } from '../core/calendar.ts';
import { isCode } from '../lib/errors.ts';
import * as calendar from './calendar.ts';
import { tx } from './db.ts';
import * as machines from './machines.ts';
import * as placements from './placements.ts';
import * as providers from './providers.ts';
import * as reservations from './reservations.ts';
import type { Db, Provider, TimeRange, Tx } from './schema.ts';
import type { Seed } from './seed-testing.ts';

export const now = new Date('2026-11-23T10:00:00Z');
export const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
export const span = (start: number, end: number): TimeRange => ({ start: at(start), end: at(end) });

/**
 * Moments at which more is promised than there is: usage grows only where a hold begins, so these are all that need a look. A machine
 * that is still where its reservation is no longer is looked at in the time that was promised there; what was promised after that
 * time before it was left waits for it.
 */
export async function violations(db: Db): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    with taken as (
      select provider_id, hold, vcpus, memory_mib, storage_mib, datastore from reservation where state in ('booked', 'preparing', 'ready', 'ending')
      union all
      select m.provider_id, r.hold, m.vcpus, m.memory_mib, m.storage_mib, m.datastore from machine m join assignment a on a.machine_id = m.id
        join reservation r on r.id = a.reservation_id
      where m.state <> 'gone' and a.until is not null
    )
    select distinct 'over capacity at ' || lower(a.hold) as what from taken a join provider p on p.id = a.provider_id
    cross join lateral (
      select count(*) as n, sum(b.vcpus) as v, sum(b.memory_mib) as m, sum(b.storage_mib) as d from taken b
      where b.provider_id = a.provider_id and b.hold @> lower(a.hold)
    ) as held
    where held.n > p.max_machines or held.v > p.max_vcpus or held.m > p.max_memory_mib or held.d > p.max_storage_mib
    union
    select distinct 'over ' || s.name || ' at ' || lower(a.hold) from taken a
    join datastore s on s.provider_id = a.provider_id and s.name = a.datastore
    cross join lateral (
      select sum(b.storage_mib) as d from taken b
      where b.provider_id = a.provider_id and b.datastore = a.datastore and b.hold @> lower(a.hold)
    ) as held
    where held.d > s.room_mib`.execute(db);
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

/** All that is held of a provider, read from reservations and machines alone. */
export async function claimsOf(db: Db, providerId: string, except?: string): Promise<Claim[]> {
  const live = (await db.selectFrom('reservation').selectAll().where('providerId', '=', providerId).execute()).filter(
    (r) => ['booked', 'preparing', 'ready', 'ending'].includes(r.state) && r.id !== except,
  );
  const machines = await db.selectFrom('machine').selectAll().where('providerId', '=', providerId).where('state', '<>', 'gone').execute();
  const all = await db.selectFrom('reservation').select(['id', 'machineId', 'state']).execute();
  const living = await db.selectFrom('assignment').selectAll().where('until', 'is', null).execute();
  const left = machines.filter(
    (m) =>
      !all.some(
        (r) =>
          living.some((a) => a.reservationId === r.id && a.machineId === m.id) &&
          r.machineId === m.id &&
          ['booked', 'preparing', 'ready', 'ending'].includes(r.state),
      ),
  );
  return [
    ...live.map((r) => {
      const hold = calendar.interval(r.hold);
      const end = r.state === 'booked' ? hold.end : Math.max(hold.end, now.getTime() + TURNAROUND_MS);
      return { hold: { ...hold, end }, memoryMiB: r.memoryMib, vcpus: r.vcpus, storageMiB: r.storageMib };
    }),
    ...left.map((m) => leftBehind({ memoryMiB: m.memoryMib, vcpus: m.vcpus, storageMiB: m.storageMib }, now.getTime())),
  ];
}

export interface Tally {
  granted: number;
  refused: number;
  /** Made at another place than where they were begun. */
  left: number;
}

/** One that is made elsewhere; the machine that it had begun stays. */
interface Left {
  id: string;
  machines: readonly string[];
}

/** Begins a booked one and makes it at `to` instead, where there is room at both; undefined if its preparation has to wait. */
async function leave(tx: Tx, id: string, to: string): Promise<Left | undefined> {
  const { providerId: from } = await reservations.lock(tx, id);
  if (from === to) return undefined;
  const there = (await providers.lockAll(tx, [from, to])).find((p) => p.id === to) as Provider;
  const row = await reservations.lock(tx, id);
  if (!(await placements.begin(tx, id, row.revisionId, now))) return undefined;
  const { hold, during, vcpus, memoryMib: memoryMiB, storageMib: storageMiB } = row;
  await calendar.assertRoom(tx, there, { hold, span: during, during: [during], vcpus, memoryMiB, storageMiB }, { now, except: id });
  const machineId = randomUUID();
  await placements.placeAgain(tx, id, { providerId: to, machineId, placement: '', tried: [], text: '', now });
  return { id, machines: [row.machineId, machineId] };
}

/** It is over, and what it left is gone. */
async function clear(tx: Tx, left: Left): Promise<void> {
  for (const machine of left.machines) await machines.transition(tx, machine, 'destroyed', { goneAt: now });
  await reservations.transition(tx, left.id, 'end', {});
  await reservations.transition(tx, left.id, 'tornDown', { endedAt: now });
}

/**
 * Books, moves, lengthens, shortens and ends at random; of several providers at any of them, and moves from one to another, also of
 * one whose machine was begun and stays for a while.
 */
export async function churn(
  db: Db,
  s: Pick<Seed, 'reservation'>,
  rounds: number,
  roll: (n: number) => number,
  providerIds: readonly string[] = [],
): Promise<Tally> {
  const somewhere = () => (providerIds.length === 0 ? {} : { providerId: providerIds[roll(providerIds.length)] as string });
  const mine: string[] = [];
  const behind: Left[] = [];
  const tally = { granted: 0, refused: 0, left: 0 };
  for (let i = 0; i < rounds; i++) {
    const id = mine[roll(mine.length + 1)];
    const act = roll(providerIds.length > 1 ? 8 : 6);
    let left: Left | undefined;
    try {
      await tx(db, async (within) => {
        if (id === undefined || act < 3) {
          const r = s.reservation({
            ...someSpan(roll),
            memoryMiB: 64 + 64 * roll(4),
            vcpus: 1 + roll(3),
            storageMiB: roll(3) * 50,
            ...somewhere(),
          });
          await reservations.create(within, r);
          mine.push(r.id);
        } else if (act === 3) await reservations.setSpan(within, id, { ...someSpan(roll), ...somewhere(), now });
        else if (act === 4) {
          const row = await reservations.lock(within, id);
          await reservations.setEnd(within, id, new Date(row.during.start.getTime() + (5 + roll(240)) * 60_000), now);
        } else if (act === 5) {
          await reservations.transition(within, id, 'end', { endedAt: now });
          mine.splice(mine.indexOf(id), 1);
        } else if (act === 6 || behind.length === 0) left = await leave(within, id, providerIds[roll(providerIds.length)] as string);
        else await clear(within, behind.shift() as Left);
      });
      tally.granted += 1;
      if (left) {
        tally.left += 1;
        behind.push(left);
        mine.splice(mine.indexOf(left.id), 1);
      }
    } catch (error) {
      if (!isCode(error, 'no-capacity')) throw error;
      tally.refused += 1;
    }
  }
  return tally;
}

/** Looks again and again while `work` is under way; returns everything it saw, each once. */
export async function watch(db: Db, work: Promise<unknown>): Promise<string[]> {
  let over = false;
  const ended = work.finally(() => {
    over = true;
  });
  const seen = new Set<string>();
  const look = async () => (await violations(db)).forEach((what) => seen.add(what));
  while (!over) await look();
  await ended;
  await look();
  return [...seen];
}
