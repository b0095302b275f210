/**
 * Slots: of what a provider has a limited number, counted over all servers. A run holds one while the step that needs it is at work;
 * waiting for a guest holds none, and what clears away needs none.
 */
import { type RawBuilder, sql } from 'kysely';
import { CarrelError } from '../lib/errors.ts';
import type { Db, Job } from './schema.ts';

/** What is limited: machines that are started, and disks that are copied as a whole, at one time. */
export type SlotKind = 'start' | 'copy';

/** Lanes that begin so hold ends alone. */
export const END_LANE = 'end:';

/** Key of the advisory lock under which slots are given: counting them without it lets two see the same one free. */
const SLOT_LOCK = 0x63_6c_61_69_6d;

/** What a run takes while it is at work. */
export interface Holding {
  /** As {@link slotName} gives it; null for none. */
  slot: string | null;
  /** It only waits for something, and takes no place of a worker either. */
  waiting: boolean;
}

/** Name of a provider's slots of one kind, as `job.slot` has it. */
export function slotName(kind: SlotKind, providerId: string | null | undefined): string {
  if (providerId === null || providerId === undefined) throw new CarrelError('internal', `a run without a provider has no ${kind} slot`);
  return `${kind}:${providerId}`;
}

/** Until the end of the transaction nobody else gives or takes slots. */
export async function lockSlots(tx: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(${SLOT_LOCK})`.execute(tx);
}

/** Whether a run only takes things away: an end, or one that was cancelled or turned around. It needs no slot and takes none. */
export function isClearing(job: Pick<Job, 'lane' | 'cancelAsked' | 'direction'>): boolean {
  return job.lane.startsWith(END_LANE) || job.cancelAsked || job.direction === 'undo';
}

/** {@link isClearing} in SQL, as the index `job_clearing` has it. */
export function clearingSql(table: string): RawBuilder<boolean> {
  const t = sql.ref(table);
  return sql<boolean>`(starts_with(${t}.lane, ${sql.lit(END_LANE)}) or ${t}.cancel_asked or ${t}.direction = 'undo')`;
}

/** How many of the slots named in a column are free; null where their provider is not known, which limits nothing. */
export function freeSql(slot: string): RawBuilder<number | null> {
  const name = sql.ref(slot);
  return sql<number | null>`(select greatest(0, case when starts_with(${name}, 'start:') then p.start_slots else p.copy_slots end
      - (select count(*) from job r where r.slot = ${name} and r.state = 'running' and not ${clearingSql('r')}))
    from provider p where p.id::text = split_part(${name}, ':', 2))`;
}

/**
 * The order in which slots are given, as `turn` of the jobs in a table: of equal priority people take turns, so that who asked for forty
 * machines does not hold up who asks for one. What of theirs is at work counts. Without an owner each stands for itself.
 */
export function turnSql(table: string): RawBuilder<number> {
  const t = sql.ref(table);
  return sql<number>`(row_number() over (partition by ${t}.slot, ${t}.priority, coalesce(${t}.owner, ${t}.id::text) order by ${t}.run_at, ${t}.id)
    + (select count(*) from job taken where taken.slot = ${t}.slot and taken.owner = ${t}.owner
      and taken.state = 'running' and not ${clearingSql('taken')}))`;
}
