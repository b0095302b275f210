/** Repeating reservations: one rule, all its occurrences promised in one transaction, or as many as can be had. */
import { MOST_OCCURRENCES, occurrences } from '../../core/recurrence.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as providers from '../../store/providers.ts';
import type { Reservation, Series, Tx } from '../../store/schema.ts';
import * as series from '../../store/series.ts';
import type { EngineDeps } from '../deps.ts';
import { endReservation } from './end.ts';
import { makingRoom } from './keep.ts';
import { promisingTx } from './promising.ts';
import type { Offer, ReserveIntent } from './offer.ts';
import { makeOffer } from './reservation.ts';
import { promiseAll, type Refused } from './series-promises.ts';
import type { Who } from './terms.ts';

export type { Refused } from './series-promises.ts';

export interface SeriesIntent extends Omit<ReserveIntent, 'startsAt'> {
  /** DTSTART. */
  startsAt: Date;
  rule: string;
  zone: string;
  /** How many machines each time; one if left out. */
  seats?: number | undefined;
  /** Take the occurrences that can be had; otherwise it is all or none. */
  partial: boolean;
}

/** So many reservations are promised in one transaction at most: nobody else has the room of these places meanwhile. */
const MOST_TOGETHER = 10_000;

export interface SeriesMade {
  series: Series;
  reservations: readonly Reservation[];
  refused: readonly Refused[];
}

/**
 * Promises a series. The same id again by the same person gives the same series. Errors: those of {@link reserve}; `bad-request`
 * (the rule); `no-capacity` with `details.refused` when not all can be had and `partial` is false, or none can.
 */
export async function reserveSeries(deps: EngineDeps, who: Who, request: SeriesIntent): Promise<SeriesMade> {
  const starts = startsOf(request);
  const { seats = 1 } = request;
  if (seats * starts.length > MOST_TOGETHER)
    throw new CarrelError('bad-request', `${seats} machines at ${starts.length} times are ${seats * starts.length} reservations`, {
      hint: `ask for ${MOST_TOGETHER} at most, in several requests`,
    });
  return makingRoom(
    deps,
    who,
    async (look) => {
      const offer = look(await makeOffer(deps, who, request));
      return promisingTx(deps, who, (tx) => seriesWithin(deps, tx, who, offer, request, starts));
    },
    { any: request.partial },
  );
}

/** The starts of a series, in order, none of them looked at yet; `bad-request` with what is wrong with its rule. */
export function startsOf({ rule, startsAt, zone }: Pick<SeriesIntent, 'rule' | 'startsAt' | 'zone'>): readonly Date[] {
  const found = occurrences({ rule, start: startsAt, zone });
  if (!('problem' in found)) return found.starts;
  throw new CarrelError('bad-request', found.problem, {
    hint: `such as FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20, at most ${MOST_OCCURRENCES} times`,
  });
}

async function seriesWithin(
  deps: EngineDeps,
  tx: Tx,
  who: Who,
  offer: Offer,
  request: SeriesIntent,
  starts: readonly Date[],
): Promise<SeriesMade> {
  await providers.lockAll(tx, offer.places);
  const known = await series.find(tx, request.id);
  if (known) {
    if (known.accountId !== who.accountId)
      throw new CarrelError('conflict', 'that id is taken', { hint: 'leave the id out and one is made' });
    return { series: known, reservations: await series.reservationsOf(tx, known.id), refused: [] };
  }
  const row = {
    id: request.id,
    accountId: who.accountId,
    imageId: offer.image.id,
    rule: request.rule,
    zone: request.zone,
    startsAt: request.startsAt,
    createdAt: offer.now,
  };
  await series.create(tx, row);
  const { seats = 1 } = request;
  const { made, refused } = await promiseAll(deps, tx, who, offer, { seriesId: row.id, starts, seats });
  if (refused.length > 0 && (!request.partial || made.length === 0)) throw refusal(refused, { all: starts.length * seats, seats });
  await write(deps, tx, who, 'series.made', row.id, { rule: row.rule, zone: row.zone, made: made.length, refused: sum(refused) });
  return { series: { ...row, endedAt: null }, reservations: made, refused };
}

/** How many reservations these are. */
const sum = (refused: readonly Refused[]) => refused.reduce((n, r) => n + r.seats, 0);

function refusal(refused: readonly Refused[], { all, seats }: { all: number; seats: number }): CarrelError {
  const [first] = refused as [Refused];
  const count = sum(refused);
  const of = seats === 1 ? '' : `, where ${seats - first.seats} of ${seats} can be had`;
  const code = refused.some((r) => r.code === 'no-capacity') ? 'no-capacity' : first.code;
  return new CarrelError(code, `${count} of ${all} cannot be had; the first, at ${first.at.toISOString()}${of}: ${first.message}`, {
    hint: count < all ? 'take those that can be had with --partial, or choose other times' : 'choose other times',
    details: {
      refused: refused.map((r) => ({ at: r.at.toISOString(), seats: r.seats, code: r.code, message: r.message, details: r.details })),
    },
  });
}

/**
 * Ends a series: occurrences that have not begun are given back, one that runs goes on to its end. Asking again does no harm.
 * `not-found`.
 */
export async function endSeries(deps: EngineDeps, who: Who, id: string): Promise<Series> {
  // One transaction each: an occurrence that just begins is met in one state or the other, and none waits for the whole series.
  for (const row of await series.reservationsOf(deps.store.db, id)) {
    if (row.state === 'booked') await endIfBooked(deps, who, row.id);
  }
  return deps.store.tx(async (tx) => {
    const row = await series.lock(tx, id);
    if (row.endedAt !== null) return row;
    await series.markEnded(tx, id, deps.now());
    await write(deps, tx, who, 'series.ended', id, {});
    return series.lock(tx, id);
  });
}

async function endIfBooked(deps: EngineDeps, who: Who, id: string): Promise<void> {
  await endReservation(deps, id, 'end', who.name, { onlyIf: 'booked' });
}

function write(deps: EngineDeps, tx: Tx, who: Who, action: string, id: string, detail: object): Promise<void> {
  return audit.append(tx, { at: deps.now(), actor: who.name, action, subjectKind: 'reservation', subjectId: id, detail });
}
