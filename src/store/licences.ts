/**
 * Licences: seats that machines of some images take up, wherever they are made. What is held is read from the reservations of these images,
 * from the preparation to the turn-round, under the licence's row lock: whoever promises, or changes what is promised, locks first.
 */
import { type RawBuilder, sql } from 'kysely';
import { type ClosedSpan, type Interval, TURNAROUND_MS, type UsageStep } from '../core/calendar.ts';
import { CarrelError } from '../lib/errors.ts';
import { CLAIMED, type Counting } from './held.ts';
import type { Db, Licence, TimeRange, Tx } from './schema.ts';

const LIVE = sql`state in ('booked', 'preparing', 'ready', 'ending')`;
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** All of them, by name. */
export async function list(db: Db): Promise<Licence[]> {
  return db.selectFrom('licence').selectAll().orderBy('name').execute();
}

export async function findByName(db: Db, name: string): Promise<Licence | undefined> {
  return db.selectFrom('licence').selectAll().where('name', '=', name).executeTakeFirst();
}

/** The row, locked until the transaction ends; undefined if there is none. */
export async function lockByName(tx: Tx, name: string): Promise<Licence | undefined> {
  return tx.selectFrom('licence').selectAll().where('name', '=', name).forNoKeyUpdate().executeTakeFirst();
}

/** What machines of an image need, in the order in which they are locked. */
export async function ofImage(db: Db, imageId: string): Promise<Licence[]> {
  return db
    .selectFrom('licence')
    .innerJoin('licenceImage', 'licenceImage.licenceId', 'licence.id')
    .selectAll('licence')
    .where('licenceImage.imageId', '=', imageId)
    .orderBy('licence.id')
    .execute();
}

/**
 * The same, locked until the transaction ends: after the rows of providers and of the account, as everybody who takes these does. The seats
 * are those at the moment of the lock.
 */
export async function lockOfImage(tx: Tx, imageId: string): Promise<Licence[]> {
  const found = await ofImage(tx, imageId);
  if (found.length === 0) return [];
  return tx
    .selectFrom('licence')
    .selectAll()
    .where(
      'id',
      'in',
      found.map((l) => l.id),
    )
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();
}

/** `already-exists` by its name. */
export async function create(tx: Tx, row: Omit<Licence, 'createdAt'> & { now: Date }): Promise<void> {
  const made = await tx
    .insertInto('licence')
    .values({ id: row.id, name: row.name, seats: row.seats, createdAt: row.now })
    .onConflict((oc) => oc.column('name').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!made)
    throw new CarrelError('already-exists', `there is a licence ${row.name} already`, { hint: 'Change it: `carrel licence set`.' });
}

export async function setSeats(tx: Tx, id: string, seats: number): Promise<void> {
  await tx.updateTable('licence').set({ seats }).where('id', '=', id).execute();
}

/** The images whose machines need it, in place of those that did. */
export async function setImages(tx: Tx, licenceId: string, imageIds: readonly string[]): Promise<void> {
  await tx.deleteFrom('licenceImage').where('licenceId', '=', licenceId).execute();
  if (imageIds.length > 0)
    await tx
      .insertInto('licenceImage')
      .values([...new Set(imageIds)].map((imageId) => ({ licenceId, imageId })))
      .execute();
}

/** Names of the images that need each, by the licence's id. */
export async function imagesOf(db: Db): Promise<Map<string, string[]>> {
  const rows = await db
    .selectFrom('licenceImage')
    .innerJoin('image', 'image.id', 'licenceImage.imageId')
    .select(['licenceImage.licenceId', 'image.name'])
    .orderBy('image.name')
    .execute();
  const found = new Map<string, string[]>();
  for (const { licenceId, name } of rows) found.set(licenceId, [...(found.get(licenceId) ?? []), name]);
  return found;
}

export async function remove(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('licence').where('id', '=', id).execute();
}

/** Rows `(s, e)`: what is held of a licence in a span. A machine that is still there after its time counts until it is gone, one left behind too. */
function held(licenceId: string, span: TimeRange, { now, except = NOBODY }: Counting): RawBuilder<unknown> {
  const soon = new Date(now.getTime() + TURNAROUND_MS);
  const images = sql`select image_id from licence_image where licence_id = ${licenceId}::uuid`;
  return sql`
    select greatest(lower(hold), ${span.start}::timestamptz) as s,
      case when state = 'booked' then coalesce(upper(hold), 'infinity')
        else greatest(coalesce(upper(hold), 'infinity'), ${soon}::timestamptz) end as e
    from reservation
    where image_id in (${images}) and ${LIVE} and id <> ${except}::uuid
      and (coalesce(upper(hold), 'infinity') > ${span.start}::timestamptz
        or state <> 'booked' and ${soon}::timestamptz > ${span.start}::timestamptz)
      and lower(hold) < coalesce(${span.end}::timestamptz, 'infinity')
    union all
    select ${span.start}::timestamptz, 'infinity'::timestamptz
    from machine m join revision v on v.id = m.revision_id
    where m.state <> 'gone' and v.image_id in (${images}) and not ${CLAIMED}`;
}

/** How many seats of a licence are held over a span, as steps in order of time; the first is at its start. */
export async function steps(db: Db, licenceId: string, span: TimeRange, counting: Counting): Promise<UsageStep[]> {
  const { rows } = await sql<{ t: Date; n: number }>`
    with held as (${held(licenceId, span, counting)}), change as (
      select s as t, 1 as n from held where s < coalesce(${span.end}::timestamptz, 'infinity') and e > ${span.start}::timestamptz
      union all
      select e, -1 from held where e > ${span.start}::timestamptz and e < coalesce(${span.end}::timestamptz, 'infinity')
    ), moment as (select t, sum(n)::int as n from change group by t)
    select t, (sum(n) over (order by t))::int as n from moment order by t`.execute(db);
  const found = rows.map(({ t, n }) => ({ at: t.getTime(), machines: n, memoryMiB: 0, vcpus: 0, storageMiB: 0 }));
  const start = span.start.getTime();
  return found[0]?.at === start ? found : [{ at: start, machines: 0, memoryMiB: 0, vcpus: 0, storageMiB: 0 }, ...found];
}

/** The spans in which none of a licence is left, each with the name of what is taken. */
export function takenSpans({ name, seats }: Pick<Licence, 'name' | 'seats'>, used: readonly UsageStep[]): ClosedSpan[] {
  const spans: ClosedSpan[] = [];
  for (const [i, step] of used.entries()) {
    if (step.machines < seats) continue;
    const end = used[i + 1]?.at ?? Number.POSITIVE_INFINITY;
    const last = spans.at(-1);
    if (last?.end === step.at) last.end = end;
    else spans.push({ start: step.at, end, reason: name });
  }
  return spans;
}

/** The spans in which some licence of an image is taken up, in order of time. */
export async function taken(db: Db, imageId: string, span: TimeRange, counting: Counting): Promise<ClosedSpan[]> {
  const all: ClosedSpan[] = [];
  for (const licence of await ofImage(db, imageId)) all.push(...takenSpans(licence, await steps(db, licence.id, span, counting)));
  return all.sort((a, b) => a.start - b.start);
}

/** The sentence that says that a licence is taken up. */
export function takenText(name: string, at: number, until: number): string {
  const free = Number.isFinite(until) ? `one is free again at ${new Date(until).toISOString()}` : 'none is known to become free';
  return `every seat of licence ${name} is taken at ${new Date(at).toISOString()}; ${free}`;
}

/** Refuses what a licence of the image has no seat for, at any moment of what is held. Locks them. `no-capacity`. */
export async function assertSeats(tx: Tx, imageId: string, hold: TimeRange, counting: Counting): Promise<void> {
  for (const licence of await lockOfImage(tx, imageId)) {
    if (takenSpans(licence, await steps(tx, licence.id, hold, counting)).length === 0) continue;
    // When a seat is free again may lie after what was asked for.
    const all = await steps(tx, licence.id, { start: hold.start, end: null }, counting);
    throw noSeat(licence, takenSpans(licence, all)[0] as Interval, hold, all);
  }
}

function noSeat({ id, name, seats }: Licence, short: Interval, hold: TimeRange, used: readonly UsageStep[]): CarrelError {
  const at = Math.max(short.start, hold.start.getTime());
  const held = used.findLast((step) => step.at <= at)?.machines ?? 0;
  return new CarrelError('no-capacity', takenText(name, at, short.end), {
    hint: 'end a reservation that is no longer needed, or ask for another time: `carrel when IMAGE` says what is free when',
    details: {
      resource: 'licence',
      licence: name,
      licenceId: id,
      seats,
      wanted: 1,
      free: 0,
      missing: { machines: held + 1 - seats },
      at: new Date(at).toISOString(),
      until: Number.isFinite(short.end) ? new Date(short.end).toISOString() : null,
    },
  });
}
