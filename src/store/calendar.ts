/** What is held of a provider at which time, asked of the database; src/core/calendar.ts is the same in pure words. */
import { type RawBuilder, sql } from 'kysely';
import { type Asked, type ClosedSpan, obstacle, partText, TURNAROUND_MS, type UsageStep } from '../core/calendar.ts';
import { type CapacityLimits, type CapacityShortage, type Demand, shortage } from '../core/capacity.ts';
import { RESERVATION_LIVE, type ReservationKind } from '../core/reservation.ts';
import { CarrelError } from '../lib/errors.ts';
import { limitsOf } from './providers.ts';
import type { Closure, Db, Provider, TimeRange, Tx } from './schema.ts';
import { anyOf, range } from './sql.ts';

/** How holds count: a machine that is still there after its reservation's end counts until it is gone. */
interface Counting {
  now: Date;
  /** A reservation that is not counted: the one that is asked about. */
  except?: string | undefined;
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * Live, and holding something in `span`. Said with the two ends, which a btree index answers: a GiST index over the range was seen
 * to leave rows out (PostgreSQL 15.18, one database in ten after 500 changes, with a single writer too), and what it left out was
 * promised twice.
 */
function holds(span: TimeRange): RawBuilder<boolean> {
  return sql<boolean>`(state in ('booked', 'preparing', 'ready', 'ending')
    and coalesce(upper(hold), 'infinity') > ${span.start}::timestamptz and lower(hold) < coalesce(${span.end}::timestamptz, 'infinity'))`;
}

function overlaps(span: TimeRange): RawBuilder<boolean> {
  return sql<boolean>`(coalesce(upper(during), 'infinity') > ${span.start}::timestamptz
    and lower(during) < coalesce(${span.end}::timestamptz, 'infinity'))`;
}

/**
 * Rows `(s, e, vcpus, memory_mib)` of the provider's machines that are not gone and that no live reservation has, as `leftBehind` of
 * src/core/calendar.ts: a preparation that was taken elsewhere leaves one until the first place is back and its undo gets through.
 */
function leftBehind(providerId: string, span: TimeRange, now: Date): RawBuilder<unknown> {
  return sql`
    select greatest(${now}::timestamptz, ${span.start}::timestamptz), 'infinity'::timestamptz, m.vcpus, m.memory_mib
    from machine m
    where m.provider_id = ${providerId}::uuid and m.state <> 'gone' and not exists (
      select from reservation r
      where r.id = m.reservation_id and r.machine_id = m.id and r.state in ('booked', 'preparing', 'ready', 'ending'))`;
}

/** Rows `(t, machines, vcpus, memory)`: what is held of a provider from each moment in `span` on at which that changes. */
function steps(providerId: string, span: TimeRange, { now, except }: Counting): RawBuilder<unknown> {
  const soon = new Date(now.getTime() + TURNAROUND_MS);
  return sql`
    with held as (
      select greatest(lower(hold), ${span.start}::timestamptz) as s,
        case when state = 'booked' then coalesce(upper(hold), 'infinity')
          else greatest(coalesce(upper(hold), 'infinity'), ${soon}::timestamptz) end as e,
        vcpus, memory_mib
      from reservation
      where provider_id = ${providerId}::uuid and id <> ${except ?? NOBODY}::uuid
        and (${holds(span)}
          -- Overdue: its hold is over and its machine is not gone.
          or (state in ('preparing', 'ready', 'ending') and upper(during) <= ${now}::timestamptz))
      union all ${leftBehind(providerId, span, now)}
    ), ${stepsOf(span)}`;
}

/** From rows `held (s, e, vcpus, memory_mib)`. */
function stepsOf(span: TimeRange): RawBuilder<unknown> {
  return sql`change as (
      select s as t, 1 as n, vcpus as v, memory_mib as m from held where e > s and s < coalesce(${span.end}::timestamptz, 'infinity')
      union all
      select e, -1, -vcpus, -memory_mib from held where e > s and e < coalesce(${span.end}::timestamptz, 'infinity')
    ), moment as (
      -- Back to int, as no more is held at one time: sums of bigint are numeric, which takes several times as long.
      select t, sum(n)::int as n, sum(v)::int as v, sum(m)::int as m from change group by t
    )
    select t, (sum(n) over w)::bigint as machines, (sum(v) over w)::bigint as vcpus, (sum(m) over w)::bigint as memory
    from moment window w as (order by t)`;
}

interface StepRow {
  t: Date;
  machines: number;
  vcpus: number;
  memory: number;
}

/** Usage of a provider as steps over a span; the first step is at its start. */
export async function usage(db: Db, providerId: string, span: TimeRange, counting: Counting): Promise<UsageStep[]> {
  return read(db, steps(providerId, span, counting), span);
}

async function read(db: Db, which: RawBuilder<unknown>, span: TimeRange): Promise<UsageStep[]> {
  const { rows } = await sql<StepRow>`${which} order by t`.execute(db);
  const found = rows.map((r) => ({ at: r.t.getTime(), machines: r.machines, vcpus: r.vcpus, memoryMiB: r.memory }));
  const start = span.start.getTime();
  return found[0]?.at === start ? found : [{ at: start, machines: 0, vcpus: 0, memoryMiB: 0 }, ...found];
}

/**
 * {@link usage} with only those steps at which there is too little room for `count` of `wanted`, and those that follow them: all that questions
 * about what is free look at, and few however much is booked.
 */
export async function shortSteps(
  db: Db,
  providerId: string,
  span: TimeRange,
  counting: Counting,
  { limits, wanted, count = 1 }: { limits: CapacityLimits; wanted: Demand; count?: number },
): Promise<UsageStep[]> {
  const rows = sql`
    select t, machines, vcpus, memory from (
      select step.*, lag(short, 1, false) over (order by t) as after_short from (
        select s.*, machines + ${count}::bigint > ${limits.machines}::bigint or vcpus + ${count * wanted.vcpus}::bigint > ${limits.vcpus}::bigint
          or memory + ${count * wanted.memoryMiB}::bigint > ${limits.memoryMiB}::bigint as short
        from (${steps(providerId, span, counting)}) as s) as step) as marked
    where short or after_short`;
  return read(db, rows, span);
}

/** The most that is held of a provider at any moment of a span, of each resource by itself. */
export async function peak(db: Db, providerId: string, span: TimeRange, counting: Counting): Promise<CapacityLimits> {
  const { rows } = await sql<CapacityLimits>`
    select coalesce(max(machines), 0)::bigint as machines, coalesce(max(vcpus), 0)::bigint as vcpus,
      coalesce(max(memory), 0)::bigint as "memoryMiB"
    from (${steps(providerId, span, counting)}) as step`.execute(db);
  return rows[0] as CapacityLimits;
}

/** Usage by the times that were asked for, without preparations, turn-rounds and machines that are late to go; and by `more` rows. */
function askedSteps(
  db: Db,
  which: RawBuilder<unknown>,
  span: TimeRange,
  { except, more = sql`` }: { except?: string | undefined; more?: RawBuilder<unknown> },
): Promise<UsageStep[]> {
  const rows = sql`
    with held as (
      select greatest(lower(during), ${span.start}::timestamptz) as s, coalesce(upper(during), 'infinity') as e, vcpus, memory_mib
      from reservation
      where ${which} and id <> ${except ?? NOBODY}::uuid and state in ('booked', 'preparing', 'ready', 'ending') and ${overlaps(span)}
      ${more}
    ), ${stepsOf(span)}`;
  return read(db, rows, span);
}

/** The same of a provider, with the machines that were left behind there: no other time that is asked for is free of these. */
export function usageAsked(db: Db, providerId: string, span: TimeRange, { now, except }: Counting): Promise<UsageStep[]> {
  const more = sql`union all ${leftBehind(providerId, span, now)}`;
  return askedSteps(db, sql`provider_id = ${providerId}::uuid`, span, { except, more });
}

/**
 * The reservations of a kind that a person has, as steps over a span. What was asked for counts, not the preparation before and the
 * turn-round after: from 10 to 11 and from 11 to 12 is one at one time.
 */
export function heldSteps(db: Db, accountId: string, kind: ReservationKind, span: TimeRange, except?: string): Promise<UsageStep[]> {
  return askedSteps(db, sql`account_id = ${accountId}::uuid and kind = ${kind}`, span, { except });
}

/** The most of them at any moment of the span. */
export async function heldBy(db: Db, accountId: string, kind: ReservationKind, span: TimeRange, except?: string): Promise<number> {
  return Math.max(...(await heldSteps(db, accountId, kind, span, except)).map((s) => s.machines));
}

/** Maintenance windows of a provider that touch a span, in order. */
export async function closures(db: Db, providerId: string | undefined, span: TimeRange): Promise<Closure[]> {
  return db
    .selectFrom('closure')
    .selectAll()
    .$if(providerId !== undefined, (q) => q.where('providerId', '=', providerId as string))
    .where(overlaps(span))
    .orderBy(sql`lower(during)`)
    .orderBy('id')
    .execute();
}

export function closedSpan(row: Closure): ClosedSpan {
  return { start: row.during.start.getTime(), end: row.during.end?.getTime() ?? Number.POSITIVE_INFINITY, reason: row.reason };
}

/** Writes a maintenance window, under the provider's row lock: what is promised at the same time sees it, or is seen by its maker. */
export async function addClosure(tx: Tx, row: Closure): Promise<void> {
  await tx
    .insertInto('closure')
    .values({ ...row, during: range(row.during) })
    .execute();
}

/** The one that was taken away; undefined if there was none. */
export async function removeClosure(db: Db, id: string): Promise<Closure | undefined> {
  return db.deleteFrom('closure').where('id', '=', id).returningAll().executeTakeFirst();
}

/** Live reservations whose time overlaps a span; preparation and turn-round do not count. */
export async function holding(db: Db, providerId: string, span: TimeRange): Promise<{ id: string; accountId: string }[]> {
  return db
    .selectFrom('reservation')
    .select(['id', 'accountId'])
    .where('providerId', '=', providerId)
    .where('state', 'in', RESERVATION_LIVE)
    .where(overlaps(span))
    .orderBy('id')
    .execute();
}

/** The live reservations that each of these windows touches, the earliest first, at most `most` of each, by the window's id. */
export async function touched(db: Db, windows: Iterable<string>, most: number): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ id: string; ids: string[] }>`
    select c.id, array(
      select r.id from reservation r
      where r.provider_id = c.provider_id and r.state in ('booked', 'preparing', 'ready', 'ending')
        and coalesce(upper(r.during), 'infinity') > lower(c.during) and lower(r.during) < coalesce(upper(c.during), 'infinity')
      order by coalesce(upper(r.during), 'infinity'), lower(r.during), r.id limit ${most}) as ids
    from closure c where ${anyOf('c.id', windows)}`.execute(db);
  return new Map(rows.map((r) => [r.id, r.ids]));
}

const SHORT: Record<CapacityShortage['resource'], string> = { machines: 'machines', memoryMiB: 'MiB of memory', vcpus: 'virtual CPUs' };

const interval = (span: TimeRange) => ({ start: span.start.getTime(), end: span.end?.getTime() ?? Number.POSITIVE_INFINITY });

export interface RoomClaim extends Demand {
  hold: TimeRange;
  /** The time that is asked for; of one that is changed, the parts that are new: maintenance that came since counts in these alone. */
  during: readonly TimeRange[];
  /** All of that time. */
  span: TimeRange;
}

/** Refuses, with what is in the way, if a provider cannot be held so. Call it under the provider's row lock. `no-capacity`. */
export async function assertRoom(tx: Tx, provider: Provider, claim: RoomClaim, counting: Counting): Promise<void> {
  for (const part of claim.during) {
    const [closed] = await closures(tx, provider.id, part);
    if (closed) throw underMaintenance(provider, closed);
  }
  const limits = limitsOf(provider);
  const short = shortage(limits, await peak(tx, provider.id, claim.hold, counting), claim);
  if (!short) return;
  const asked: Asked = { span: interval(claim.span), hold: interval(claim.hold) };
  const steps = await usage(tx, provider.id, claim.hold, counting);
  const spans = await usageAsked(tx, provider.id, claim.hold, counting);
  const what = obstacle({ limits, steps, closed: [], wanted: claim }, asked, spans);
  const { at, part, resource, wanted, free } = what?.kind === 'capacity' ? what : { ...short, at: asked.hold.start, part: 'span' as const };
  const when = new Date(at).toISOString();
  throw new CarrelError(
    'no-capacity',
    `${provider.name} has ${free} ${SHORT[resource]} left and this needs ${wanted}, at ${when}${partText(part)}`,
    {
      hint: 'end a reservation that is no longer needed, ask for less, or for another time: `carrel when IMAGE` says what is free when',
      details: { resource, wanted, free, at: when, part, provider: provider.name },
    },
  );
}

function underMaintenance(provider: Provider, closed: Closure): CarrelError {
  const until = closed.during.end?.toISOString();
  return new CarrelError(
    'no-capacity',
    `${provider.name} is closed for maintenance ${until ? `until ${until}` : 'until further notice'}: ${closed.reason}`,
    {
      hint: 'choose another time: `carrel when IMAGE` says what is free when',
      details: { resource: 'maintenance', provider: provider.name, from: closed.during.start.toISOString(), until: until ?? null },
    },
  );
}
