/**
 * What the people of a group hold at one time together, read from their reservations: whose role it is now, whoever they were as they
 * reserved. Counted under the group's lock, which is taken after the rows of providers and accounts and before those of licences.
 */
import { type RawBuilder, sql } from 'kysely';
import type { UsageStep } from '../core/calendar.ts';
import { EVERYBODY } from '../core/rules.ts';
import type { ReservationKind } from '../core/reservation.ts';
import { askedSteps } from './calendar.ts';
import type { Db, TimeRange, Tx } from './schema.ts';

/** First key of the advisory locks of groups; the second is of the group and the kind. */
const GROUP_LOCK = 0x67_72_70;

/** A kind of reservation, as those of a group hold it. */
export interface GroupKind {
  group: string;
  kind: ReservationKind;
}

/** Until the end of the transaction nobody else promises any of these. In one order for all. */
export async function lockGroups(tx: Tx, groups: readonly GroupKind[]): Promise<void> {
  if (groups.length === 0) return;
  const names = groups.map(({ group, kind }) => `${group}/${kind}`);
  await sql`
    select pg_advisory_xact_lock(${GROUP_LOCK}, key)
    from (select distinct hashtext(name) as key from unnest(${names}::text[]) as name order by key) as k`.execute(tx);
}

/** What is only kept after its end is nobody's any more. Each one's person is looked up: a group may be most of the people there are. */
function theirs({ group, kind }: GroupKind): RawBuilder<unknown> {
  const people = group === EVERYBODY ? sql`true` : sql`(select role from account where id = reservation.account_id) = ${group}`;
  return sql`kind = ${kind} and kept_until is null and ${people}`;
}

/** How many of a kind the people of a group hold over a span, as steps: what was asked for counts, as of a person. */
export function groupSteps(db: Db, of: GroupKind, span: TimeRange, except?: string): Promise<UsageStep[]> {
  return askedSteps(db, theirs(of), span, { except });
}

/** What those of a group hold at a moment, the first to end first; of one person's alone if told. */
export async function groupHolds(
  db: Db,
  of: GroupKind,
  at: Date,
  { accountId, except, most }: { accountId?: string | undefined; except?: string | undefined; most: number },
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from reservation
    where ${theirs(of)} and state in ('booked', 'preparing', 'ready', 'ending')
      and (${accountId ?? null}::uuid is null or account_id = ${accountId ?? null}::uuid) and id is distinct from ${except ?? null}::uuid
      and coalesce(upper(during), 'infinity') > ${at}::timestamptz and lower(during) <= ${at}::timestamptz
    order by coalesce(upper(during), 'infinity'), id limit ${most}`.execute(db);
  return rows.map(({ id }) => id);
}
