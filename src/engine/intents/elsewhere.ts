/**
 * Another place for a machine that could not be made where it was promised. Its room moves in one transaction (promise 7): the new place
 * is held under its row lock, and the old one held no longer. Each place is tried once, so that trying comes to an end.
 */
import { say } from '../../core/notices.ts';
import { afterTried } from '../../core/placement.ts';
import type { StoredError } from '../../lib/errors.ts';
import { isCode } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as images from '../../store/images.ts';
import * as jobs from '../../store/jobs.ts';
import * as providers from '../../store/providers.ts';
import * as placements from '../../store/placements.ts';
import * as reservations from '../../store/reservations.ts';
import type { Reservation, Revision, TriedPlace, Tx } from '../../store/schema.ts';
import { provisionKey } from '../enqueue.ts';
import type { EngineDeps } from '../deps.ts';
import { type Judged, judgePlaces, placesOf, reasonOf, wholeDisksOf } from './place.ts';
import { startProvision } from './offer.ts';

/** So long a provider is waited for before another is asked, in milliseconds: a restart of its service takes less. */
export const DOWN_MS = 15_000;

/** A preparation that came to nothing: whether it is tried elsewhere, and if not, what is said of all the places that were tried. */
export type Elsewhere = { moved: true } | { moved: false; failure: StoredError };

/**
 * Tries another place for a reservation whose preparation failed, if the reason is one of the place. Call it in the transaction that marks
 * the failed run: what it made is gone by then, and its machine's row is no longer held by it.
 */
export async function tryElsewhere(tx: Tx, deps: EngineDeps, row: Reservation, why: StoredError): Promise<Elsewhere> {
  if (row.state !== 'preparing' || why.retry !== 'elsewhere') return { moved: false, failure: failureOf(row.tried, why) };
  const here = await providers.find(tx, row.providerId);
  const tried = [...row.tried, { providerId: row.providerId, provider: here.name, code: why.code, message: why.message }];
  if (await moveOn(tx, deps, row, tried)) return { moved: true };
  return { moved: false, failure: failureOf(row.tried, why, here.name) };
}

/** The last reason, with each place's own before it. */
function failureOf(tried: readonly TriedPlace[], why: StoredError, here?: string): StoredError {
  if (tried.length === 0) return why;
  const all = tried.map((t) => `on ${t.provider}: ${t.message}`);
  const message = [...all, here === undefined ? why.message : `on ${here}: ${why.message}`].join('; ');
  return {
    ...why,
    message,
    details: { ...why.details, tried: tried.map(({ provider, code, message: text }) => ({ provider, code, message: text })) },
  };
}

/**
 * Takes a reservation that waits for a provider that has been down for {@link DOWN_MS} to one that is up and has room. Its run there is
 * asked to undo itself, and does so when the provider is back. True if it is elsewhere now; otherwise it goes on waiting.
 */
export async function leaveDown(deps: EngineDeps, id: string): Promise<boolean> {
  return deps.store.tx(async (tx) => {
    const row = await reservations.lock(tx, id);
    // A run that is stuck waits for an operator, not for the provider.
    const run = row.state === 'preparing' ? await jobs.liveJob(tx, provisionKey(id)) : undefined;
    if (run === undefined || run.state === 'stuck') return false;
    const here = await providers.find(tx, row.providerId);
    if (here.state !== 'down' || deps.now().getTime() - here.stateSince.getTime() < DOWN_MS) return false;
    const message = `${here.name} does not answer: ${here.stateReason ?? 'it is down'}`;
    return moveOn(tx, deps, row, [...row.tried, { providerId: here.id, provider: here.name, code: 'unavailable', message }]);
  });
}

async function moveOn(tx: Tx, deps: EngineDeps, row: Reservation, tried: readonly TriedPlace[]): Promise<boolean> {
  const now = deps.now();
  if (row.during.end !== null && row.during.end <= now) return false;
  const revision = await images.holdRevision(tx, row.revisionId);
  if (!revision?.profile || (revision.state !== 'published' && revision.state !== 'draft')) return false;
  const judged = await others(tx, deps, row, revision, tried);
  const [best] = judged;
  if (!best) return false;
  const key = provisionKey(row.id);
  // The run so far keeps its own name, so that the next one has the reservation's; unless it is just ending, it is to undo itself.
  await jobs.letGo(tx, key);
  const last = tried.at(-1) as TriedPlace;
  const place = best.provider.name;
  const why = judged.length > 1 ? reasonOf(judged) : say('place-room', { place });
  await placements.placeAgain(tx, row.id, {
    providerId: best.providerId,
    machineId: deps.newId(),
    storageMiB: best.storageMiB,
    placement: afterTried(
      why,
      tried.map((t) => t.provider),
    ),
    tried,
    text: say('placed-again', { from: last.provider, why: last.message, to: place }),
    now,
  });
  await startProvision(tx, await reservations.lock(tx, row.id), revision);
  await audit.append(tx, {
    at: now,
    actor: 'engine',
    action: 'reservation.placed-again',
    subjectKind: 'reservation',
    subjectId: row.id,
    detail: { from: last.provider, to: best.provider.name, code: last.code, message: last.message },
  });
  return true;
}

/** Places that are up, have room and were not tried, best first. */
async function others(tx: Tx, deps: EngineDeps, row: Reservation, revision: Revision, tried: readonly TriedPlace[]): Promise<Judged[]> {
  const { imageId, mode, vcpus, memoryMib: memoryMiB, during } = row;
  try {
    const ids = (await placesOf(deps, tx, { revisionId: revision.id, mode, diskMiB: row.diskMib })).filter(
      (id) => !tried.some((t) => t.providerId === id),
    );
    if (ids.length === 0) return [];
    // What it holds from now on; its preparation begins at once.
    const ask = {
      imageId,
      mode,
      vcpus,
      memoryMiB,
      wholeMiB: await wholeDisksOf(tx, revision.id, row.diskMib),
      during,
      now: deps.now(),
      except: row.id,
      prepareAt: row.hold.start,
      always: true,
    };
    return (await judgePlaces(tx, ids, ask)).filter((j) => j.refusal === undefined && j.provider.state === 'up');
  } catch (error) {
    if (!isCode(error, 'unavailable', 'not-supported')) throw error;
    return [];
  }
}
