/**
 * What people ask for, written down: each function checks the request against the store and writes, in one transaction, the
 * promise together with the job that keeps it. Nothing here waits for a hypervisor.
 */
import { imageNamed } from './image-named.ts';
import { kindOf } from '../../core/rules.ts';
import { formatDuration } from '../../core/reservation.ts';
import { CarrelError, isCode } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as images from '../../store/images.ts';
import * as machines from '../../store/machines.ts';
import * as providers from '../../store/providers.ts';
import * as reservations from '../../store/reservations.ts';
import type { Reservation, Revision, Tx } from '../../store/schema.ts';
import { enqueuePower } from '../enqueue.ts';
import type { PowerInput } from '../sagas/power.ts';
import type { EngineDeps } from '../deps.ts';
import { makingRoom } from './keep.ts';
import { alike, promiseTogether } from './promise-together.ts';
import { promisingTx, together } from './promising.ts';
import { checkSizes } from './sizes.ts';
import {
  assertHandedOut,
  assertThere,
  entryOf,
  type Offer,
  type One,
  promiseOf,
  type ReserveIntent,
  sizeOf,
  startProvision,
} from './offer.ts';
import { choosePlace, placesOf, wholeDisksOf } from './place.ts';
import { assertRules, lengthMs, rulesOf, spanOf, type Who } from './terms.ts';
import { noteWanted } from './seen.ts';
import { notReady } from './not-ready.ts';

export type { ReserveIntent } from './offer.ts';
export type { Who } from './terms.ts';

/** A start so long past is "now", in milliseconds: the person looked at a clock a moment ago. */
const JUST_NOW_MS = 60_000;

/**
 * Promises a machine. The same id again by the same person gives the same reservation, so that a lost answer costs nothing.
 * Errors: `not-found`, `wrong-state` (nothing published), `not-supported` (mode), `bad-request` (the start is past),
 * `limit-reached` and `not-allowed` (the site's rules), `no-capacity`, `conflict`.
 */
export async function reserve(deps: EngineDeps, who: Who, request: ReserveIntent): Promise<Reservation> {
  return makingRoom(deps, who, async (look) => {
    const offer = look(await makeOffer(deps, who, request));
    const wish = { who, offer, one: { id: request.id, start: startOf(request.startsAt, offer.now) } };
    const had = await together(deps, alike(wish, request.startsAt), wish, promiseTogether);
    return had ?? promisingTx(deps, who, (tx) => reserveWithin(deps, tx, who, offer, request));
  });
}

async function reserveWithin(deps: EngineDeps, tx: Tx, who: Who, offer: Offer, request: ReserveIntent): Promise<Reservation> {
  const start = startOf(request.startsAt, offer.now);
  // Two of one id at one time, as when a person tries again while the first is still on its way: the later one sees the earlier.
  await providers.lockAll(tx, offer.places);
  const known = await reservations.find(tx, request.id);
  if (known) {
    if (known.accountId === who.accountId) return known;
    throw new CarrelError('conflict', 'that id is taken', { hint: 'leave the id out and one is made' });
  }
  return promiseOne(deps, tx, who, offer, { id: request.id, start });
}

/** Finds what a request means. Errors: `not-found`, `wrong-state` (nothing published), `not-allowed` (a draft), `not-supported` (mode). */
export async function makeOffer(deps: EngineDeps, who: Who, request: Offer['request']): Promise<Offer> {
  const { image, revision } = await pickRevision(deps, who, request);
  const places = await placesOf(deps, deps.store.db, { revisionId: revision.id, mode: request.mode, diskMiB: request.diskMiB });
  const { profile } = revision;
  if (places.length === 0 || !profile) throw new CarrelError('wrong-state', `revision ${revision.number} of ${image.name} has no master`);
  await checkSizes(deps.store.db, request, { revision, profile });
  const rules = await rulesOf(deps.store.db, who);
  const kind = request.kind ?? kindOf(rules, request.mode === 'full', request.forMs);
  const wholeMiB = await wholeDisksOf(deps.store.db, revision.id, request.diskMiB);
  return { image, revision, profile, places, kind, rule: rules(kind), request, wholeMiB, now: deps.now() };
}

/** Promises one machine of an offer and, if it is to be made now, asks for it. Call it under the row locks of its places. */
export async function promiseOne(deps: EngineDeps, tx: Tx, who: Who, offer: Offer, one: One): Promise<Reservation> {
  const { image, revision, kind, rule, request, now } = offer;
  const during = spanOf(one.start, request.forMs);
  if (one.start < now) throw past(one.start);
  await assertThere(tx, offer);
  await assertRules(tx, { accountId: who.accountId, rule, kind, during, now, extending: false, by: who });
  const place = await choosePlace(tx, offer.places, { imageId: image.id, during, now, ...sizeOf(offer) });
  const promised = promiseOf(deps, who, offer, one, place);
  await reservations.create(tx, promised);
  const row = await reservations.lock(tx, one.id);
  if (row.state === 'preparing') await startProvision(tx, row, revision);
  await audit.append(tx, entryOf(who, offer, promised));
  return row;
}

function past(start: Date): CarrelError {
  return new CarrelError('bad-request', `${start.toISOString()} is past`, {
    hint: 'choose a time that is ahead, or leave it out where it is to begin now',
  });
}

/** When that begins: now, if it is left out or just past. Errors: `bad-request` for what is past for longer than a minute. */
export function startOf(asked: Date | undefined, now: Date): Date {
  if (asked === undefined) return now;
  if (asked > now) return asked;
  if (now.getTime() - asked.getTime() <= JUST_NOW_MS) return now;
  throw past(asked);
}

/** The image and the revision that a request means; `not-found`, `wrong-state`, `not-allowed` (a draft of somebody else). */
export async function pickRevision(deps: EngineDeps, who: Who, request: { image: string; revision?: number | undefined }) {
  const { db } = deps.store;
  const image = await imageNamed(db, request.image);
  const revision: Revision | undefined =
    request.revision === undefined ? await images.published(db, image.id) : await images.revisionByNumber(db, image.id, request.revision);
  if (request.revision !== undefined && !revision)
    throw new CarrelError('not-found', `${image.name} has no revision ${request.revision}`, {
      hint: `see \`carrel image show ${image.name}\``,
    });
  if (!revision)
    throw new CarrelError('wrong-state', `${image.name} has no published revision`, {
      hint: `publish one: \`carrel image publish ${image.name}@NUMBER\``,
    });
  assertHandedOut(image, revision);
  // What is not published is for those who make it.
  const makes = revision.createdBy === who.accountId || image.ownerId === who.accountId || who.role === 'admin';
  if (revision.state === 'draft' && !makes)
    throw new CarrelError(
      'not-allowed',
      `revision ${revision.number} of ${image.name} is a draft: its author and operators alone may reserve it`,
      {
        hint: 'leave the number out for the published one',
      },
    );
  return { image, revision };
}

/**
 * Puts the end off by `byMs` milliseconds, or nearer if that is negative. Errors: `wrong-state` (it has no end, or is ending),
 * `bad-request` (the new end is not ahead), `limit-reached`, `no-capacity`.
 */
export async function extendReservation(deps: EngineDeps, who: Who, id: string, byMs: number): Promise<Reservation> {
  const rules = await rulesOf(deps.store.db, who);
  return makingRoom(deps, who, (look) =>
    promisingTx(deps, who, async (tx) => {
      const now = deps.now();
      const row = await reservations.lock(tx, id);
      look({ places: [row.providerId] });
      if (row.state === 'ending' || row.state === 'ended' || row.state === 'failed') throw notReady(row, 'has no other end');
      if (row.during.end === null) throw new CarrelError('wrong-state', 'it has no end', { hint: 'end it when it is no longer needed' });
      const during = { start: row.during.start, end: new Date(row.during.end.getTime() + byMs) };
      if (during.end <= during.start && row.state === 'booked')
        throw new CarrelError('bad-request', 'that would end it before it begins', {
          hint: `\`carrel end ${id.slice(0, 8)}\` gives it back`,
        });
      if (during.end <= now || during.end <= during.start) {
        throw new CarrelError('bad-request', 'that would end it before now', { hint: `\`carrel end ${id.slice(0, 8)}\` ends it` });
      }
      // The provider before the account, as everybody who takes both does.
      await providers.lock(tx, row.providerId);
      if (byMs > 0)
        await assertRules(tx, {
          accountId: row.accountId,
          rule: rules(row.kind),
          kind: row.kind,
          during,
          now,
          extending: true,
          except: id,
          fresh: { start: row.during.end, end: during.end },
          by: who,
        });
      await reservations.setEnd(tx, id, during.end, now);
      if (byMs > 0) await noteWanted(deps, id, tx);
      const action = byMs > 0 ? 'reservation.extended' : 'reservation.shortened';
      await write(deps, tx, who.name, action, id, { by: formatDuration(Math.abs(byMs)), end: during.end.toISOString() });
      return reservations.lock(tx, id);
    }),
  );
}

/**
 * Gives a booked reservation another start, and another length if told. Errors: `wrong-state` (it has begun or is over),
 * `bad-request` (past), `limit-reached`, `no-capacity` (it stays where it was).
 */
export async function moveReservation(
  deps: EngineDeps,
  who: Who,
  id: string,
  to: { startsAt: Date; forMs?: number | undefined },
): Promise<Reservation> {
  const rules = await rulesOf(deps.store.db, who);
  return makingRoom(deps, who, (look) =>
    promisingTx(deps, who, async (tx) => {
      const now = deps.now();
      const start = startOf(to.startsAt, now);
      const row = await reservations.lock(tx, id);
      if (row.state === 'ending' || row.state === 'ended' || row.state === 'failed') throw notReady(row, 'cannot be moved');
      if (row.state !== 'booked') {
        throw new CarrelError('wrong-state', `a reservation that is ${row.state} cannot be moved`, {
          hint: 'its end can be: `carrel extend`, `carrel shorten`',
        });
      }
      const during = spanOf(start, to.forMs ?? lengthMs(row.during));
      // Inside what it has it stays where it is, whatever came there since.
      const inside = start >= row.during.start && (row.during.end === null || (during.end !== null && during.end <= row.during.end));
      const places = inside ? [row.providerId] : await placesToMoveTo(deps, tx, row);
      look({ places });
      await providers.lockAll(tx, places);
      const { accountId, kind } = row;
      // Of what it has already nothing is promised anew.
      const fresh = inside ? null : during;
      await assertRules(tx, { accountId, rule: rules(kind), kind, during, now, extending: false, except: id, fresh, by: who });
      const { imageId, mode, vcpus, memoryMib: memoryMiB } = row;
      const wholeMiB = await wholeDisksOf(tx, row.revisionId, row.diskMib);
      const ask = { imageId, mode, vcpus, memoryMiB, wholeMiB, during, now, except: id, prefer: row.providerId };
      await reservations.setSpan(tx, id, { during, ...(await choosePlace(tx, places, ask)), now });
      await write(deps, tx, who.name, 'reservation.moved', id, { from: start.toISOString(), end: during.end?.toISOString() ?? null });
      return reservations.lock(tx, id);
    }),
  );
}

/** Where one that has no machine yet may be: where it is, and wherever else its revision has a master. */
async function placesToMoveTo(deps: EngineDeps, tx: Tx, row: Reservation): Promise<string[]> {
  const others = await placesOf(deps, tx, { ...row, diskMiB: row.diskMib }).catch((error: unknown) => {
    if (isCode(error, 'unavailable', 'not-supported')) return [];
    throw error;
  });
  return [...new Set([row.providerId, ...others])].sort();
}

/** Switches the machine on or off, by a job. `wrong-state` unless it is ready, `busy` while something else works on the machine. */
export async function powerReservation(
  deps: EngineDeps,
  who: Who,
  id: string,
  op: PowerInput['op'],
): Promise<{ reservation: Reservation; job: string }> {
  return deps.store.tx(async (tx) => {
    const row = await reservations.lock(tx, id);
    if (row.state !== 'ready') throw notReady(row, 'has no machine to switch');
    const job = await enqueuePower(tx, { reservationId: id, machineId: row.machineId, providerId: row.providerId, op });
    if (!job.created)
      throw new CarrelError('busy', 'something is at work on this machine just now', { hint: 'try again when it is done', retry: 'later' });
    await write(deps, tx, who.name, `machine.${op}`, id, { machine: row.machineId });
    return { reservation: row, job: job.id };
  });
}

/** The machine of a reservation that is ready and on; `wrong-state` otherwise, with `details.state` for the portal to say it in its own words. */
export async function runningMachine(deps: EngineDeps, reservation: Reservation) {
  const machine = await machines.find(deps.store.db, reservation.machineId);
  const short = reservation.id.slice(0, 8);
  const not = (state: NotRunning, message: string, hint: string) => new CarrelError('wrong-state', message, { hint, details: { state } });
  const { state, during } = reservation;
  if (state === 'booked') throw not(state, `it begins at ${during.start.toISOString()}`, 'its machine is made shortly before');
  if (state === 'preparing')
    throw not(state, `it is not ready yet: ${reservation.stageText || reservation.stage}`, `wait for it: \`carrel show ${short}\``);
  if (state === 'ending' && reservation.keptUntil !== null)
    throw not(
      state,
      'the reservation is ending: its machine is only kept, switched off',
      `take the end back first: \`carrel undo ${short}\``,
    );
  if (state !== 'ready' || !machine) throw not(state === 'ready' ? 'lost' : state, `the reservation is ${state}`, 'reserve another one');
  if (machine.state === 'running') return machine;
  const turnOn = `\`carrel power ${short} on\``;
  if (machine.condition === 'crashed') throw not('crashed', 'its machine crashed', turnOn);
  throw not(machine.state === 'lost' ? 'lost' : 'off', 'its machine is switched off', turnOn);
}

/** Why one cannot be connected to a machine. */
type NotRunning = Exclude<Reservation['state'], 'ready'> | 'off' | 'crashed' | 'lost';

function write(
  deps: EngineDeps,
  tx: Parameters<typeof audit.append>[0],
  actor: string,
  action: string,
  id: string,
  detail: object,
): Promise<void> {
  return audit.append(tx, { at: deps.now(), actor, action, subjectKind: 'reservation', subjectId: id, detail });
}
