/**
 * What is held of a provider at which time, asked of the database; src/core/calendar.ts is the same in pure words, and held.ts says how
 * long times are counted.
 */
import { type RawBuilder, sql } from 'kysely';
import {
  type Asked,
  type ClosedSpan,
  type Obstacle,
  obstacle,
  partText,
  type Question,
  type UsageStep,
  type Interval,
} from '../core/calendar.ts';
import {
  type CapacityLimits,
  type CapacityShortage,
  type Demand,
  type Resource,
  shortage,
  TOO_LARGE_HINT,
  tooLarge,
  tooLargeText,
} from '../core/capacity.ts';
import { RESERVATION_LIVE, type ReservationKind } from '../core/reservation.ts';
import { CarrelError } from '../lib/errors.ts';
import { claimDatastore } from './datastore-claims.ts';
import { type Counting, leftBehind, peak, refreshHours, shortLevels } from './held.ts';
import { limitsOf } from './providers.ts';
import type { Closure, Db, Provider, TimeRange, Tx } from './schema.ts';
import { anyOf, range } from './sql.ts';

const NOBODY = '00000000-0000-0000-0000-000000000000';

function overlaps(span: TimeRange): RawBuilder<boolean> {
  return sql<boolean>`(coalesce(upper(during), 'infinity') > ${span.start}::timestamptz
    and lower(during) < coalesce(${span.end}::timestamptz, 'infinity'))`;
}

/** From rows `held (s, e, vcpus, memory_mib, storage_mib)`. */
function stepsOf(span: TimeRange): RawBuilder<unknown> {
  return sql`change as (
      select s as t, 1 as n, vcpus as v, memory_mib as m, storage_mib as d from held where e > s and s < coalesce(${span.end}::timestamptz, 'infinity')
      union all
      select e, -1, -vcpus, -memory_mib, -storage_mib from held where e > s and e < coalesce(${span.end}::timestamptz, 'infinity')
    ), moment as (
      -- Back to int, as no more is held at one time: sums of bigint are numeric, which takes several times as long.
      select t, sum(n)::int as n, sum(v)::int as v, sum(m)::int as m, sum(d)::int as d from change group by t
    )
    select t, (sum(n) over w)::bigint as machines, (sum(v) over w)::bigint as vcpus, (sum(m) over w)::bigint as memory,
      (sum(d) over w)::bigint as storage
    from moment window w as (order by t)`;
}

interface StepRow {
  t: Date;
  machines: number;
  vcpus: number;
  memory: number;
  storage: number;
}

async function read(db: Db, which: RawBuilder<unknown>, span: TimeRange): Promise<UsageStep[]> {
  const { rows } = await sql<StepRow>`${which} order by t`.execute(db);
  const found = rows.map((r) => ({ at: r.t.getTime(), machines: r.machines, vcpus: r.vcpus, memoryMiB: r.memory, storageMiB: r.storage }));
  const start = span.start.getTime();
  return found[0]?.at === start ? found : [{ at: start, machines: 0, vcpus: 0, memoryMiB: 0, storageMiB: 0 }, ...found];
}

/**
 * The usage of a provider as steps over a span: those at which there is too little room for `count` of `wanted`, and those that follow
 * them, which is all that questions about what is free look at, and little however much is booked. Of a span without an end, what lies
 * between the first and the last hour without room is told as if there were none in all of it.
 */
export async function shortSteps(
  db: Db,
  providerId: string,
  span: TimeRange,
  counting: Counting,
  { limits, wanted, count = 1 }: { limits: CapacityLimits; wanted: Demand; count?: number },
): Promise<UsageStep[]> {
  return read(db, shortLevels(providerId, span, counting, { limits, wanted, count }), span);
}

/** Usage by the times that were asked for, without preparations, turn-rounds and machines that are late to go; and by `more` rows. */
export function askedSteps(
  db: Db,
  which: RawBuilder<unknown>,
  span: TimeRange,
  { except, more = sql`` }: { except?: string | undefined; more?: RawBuilder<unknown> },
): Promise<UsageStep[]> {
  const rows = sql`
    with held as (
      select greatest(lower(during), ${span.start}::timestamptz) as s, coalesce(upper(during), 'infinity') as e, vcpus, memory_mib, storage_mib
      from reservation
      where ${which} and id <> ${except ?? NOBODY}::uuid and state in ('booked', 'preparing', 'ready', 'ending') and ${overlaps(span)}
      ${more}
    ), ${stepsOf(span)}`;
  return read(db, rows, span);
}

/** The same of a provider, with the machines that were left behind there: no other time that is asked for is free of these. */
export function usageAsked(db: Db, providerId: string, span: TimeRange, { now, except }: Counting): Promise<UsageStep[]> {
  const more = sql`union all ${leftBehind(providerId, now > span.start ? now : span.start)}`;
  return askedSteps(db, sql`provider_id = ${providerId}::uuid`, span, { except, more });
}

/** So much of what was asked for is read first to say what is in the way; four times as much at each further look. */
const FIRST_LOOK_MS = 7 * 24 * 3_600_000;
/** From here on all of it, some four years. */
const MOST_MS = FIRST_LOOK_MS * 4 ** 4;

/**
 * What is in the way of a reservation at a provider, or undefined if it can be had; `q.steps` as {@link shortSteps} gives them. Where there
 * is too little room, what others asked for says in which part. That is a part of what is held: it is read from where that is short on.
 */
export async function inTheWay(db: Db, providerId: string, q: Question, asked: Asked, counting: Counting): Promise<Obstacle | undefined> {
  const first = obstacle(q, asked);
  if (first?.kind !== 'capacity') return first;
  let from = Math.max(asked.span.start, first.at);
  for (let look = FIRST_LOOK_MS; from < asked.span.end; look *= 4) {
    const end = Math.min(from + look, asked.span.end);
    const steps = await usageAsked(db, providerId, { start: new Date(from), end: look < MOST_MS ? new Date(end) : null }, counting);
    const what = obstacle(q, asked, steps);
    if (what?.kind === 'capacity' && what.part === 'span') return what;
    if (look >= MOST_MS) break;
    from = end;
  }
  return obstacle(q, asked, []);
}

/**
 * The reservations of a kind that a person has, as steps over a span. What was asked for counts, not the preparation before and the
 * turn-round after: from 10 to 11 and from 11 to 12 is one at one time.
 */
export function heldSteps(db: Db, accountId: string, kind: ReservationKind, span: TimeRange, except?: string): Promise<UsageStep[]> {
  // What is only kept after its end is nobody's any more.
  return askedSteps(db, sql`account_id = ${accountId}::uuid and kind = ${kind} and kept_until is null`, span, { except });
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

/** Booked on a provider with a start in `starts`, the first first. */
export async function bookedFrom(db: Db, providerId: string, starts: { start: Date; end: Date }): Promise<{ id: string }[]> {
  return db
    .selectFrom('reservation')
    .select('id')
    .where('providerId', '=', providerId)
    .where('state', '=', 'booked')
    .where(sql<boolean>`lower(during) >= ${starts.start} and lower(during) < ${starts.end}`)
    .orderBy(sql`lower(during)`)
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

const SHORT: Record<Resource, string> = {
  machines: 'machines',
  memoryMiB: 'MiB of memory',
  vcpus: 'virtual CPUs',
  storageMiB: 'MiB of storage',
};

/** A span as the rules reckon with it: one without an end ends never. */
export const interval = (span: TimeRange): Interval => ({
  start: span.start.getTime(),
  end: span.end?.getTime() ?? Number.POSITIVE_INFINITY,
});

export interface RoomClaim extends Demand {
  hold: TimeRange;
  /** The time that is asked for; of one that is changed, the parts that are new: maintenance that came since counts in these alone. */
  during: readonly TimeRange[];
  /** All of that time. */
  span: TimeRange;
  /** The disks lie there already: which datastore could take them is no question. */
  standing?: boolean | undefined;
  /** As of {@link DatastoreClaim}. */
  revisionId?: string | undefined;
  datastore?: string | null | undefined;
}

/**
 * Refuses, with what is in the way, if a provider cannot be held so; the datastore whose space that counts on, null as of {@link claimDatastore}. Call
 * it under the provider's row lock. `no-capacity`.
 */
export async function assertRoom(tx: Tx, provider: Provider, claim: RoomClaim, counting: Counting): Promise<string | null> {
  const large = claim.standing ? undefined : tooLarge(limitsOf(provider), claim);
  if (large !== undefined) throw noDatastore(provider, large);
  for (const part of claim.during) {
    const [closed] = await closures(tx, provider.id, part);
    if (closed) throw underMaintenance(provider, closed);
  }
  await refreshHours(tx, provider.id);
  const { largestStorageMiB: _, ...limits } = limitsOf(provider);
  const short = shortage(limits, await peak(tx, provider.id, claim.hold, counting), claim);
  if (!short) return claimDatastore(tx, provider, claim, counting);
  const asked: Asked = { span: interval(claim.span), hold: interval(claim.hold) };
  const steps = await shortSteps(tx, provider.id, claim.hold, counting, { limits, wanted: claim });
  const what = await inTheWay(tx, provider.id, { limits, steps, closed: [], wanted: claim }, asked, counting);
  const { at, part, resource, wanted, free, missing } =
    what?.kind === 'capacity' ? what : { ...short, at: asked.hold.start, part: 'span' as const };
  const when = new Date(at).toISOString();
  throw new CarrelError(
    'no-capacity',
    `${provider.name} has ${free} ${SHORT[resource]} left and this needs ${wanted}, at ${when}${partText(part)}`,
    {
      hint:
        resource === 'storageMiB'
          ? 'ask for another time, or for a linked clone in place of a full copy; an operator sets what is promised (`--max-storage`, `--linked-share`)'
          : 'end a reservation that is no longer needed, ask for less, or for another time: `carrel when IMAGE` says what is free when',
      details: { resource, wanted, free, missing, at: when, part, provider: provider.name, providerId: provider.id },
    },
  );
}

/** Nothing is missing that anybody could give up, and no time is better: neither is told. */
function noDatastore(
  { id: providerId, name: provider }: Provider,
  { resource, wanted, free, largest = free }: CapacityShortage,
): CarrelError {
  return new CarrelError('no-capacity', `${provider} cannot make it at any time: ${tooLargeText(wanted, largest)}`, {
    hint: TOO_LARGE_HINT,
    details: { resource, wanted, free, largest, provider, providerId },
  });
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
