/**
 * An end that can be taken back: the machine is switched off and kept for some minutes with all that it holds, until its time is over, its
 * owner wants it back, or somebody finds no room without it.
 */
import { say } from '../../core/notices.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as jobs from '../../store/jobs.ts';
import * as kept from '../../store/kept.ts';
import * as providers from '../../store/providers.ts';
import * as reservations from '../../store/reservations.ts';
import type { Reservation, Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { lackThatKeptMeet, waysOf } from './lacks.ts';
import { endKey, enqueueEnd, enqueuePower, machineKey } from '../enqueue.ts';
import { inTurn, promisingTx, withinOneWait } from './promising.ts';
import { SWITCHING_ON } from '../sagas/power.ts';
import { assertRules, rulesOf, type Who } from './terms.ts';

/** The longest time that a machine is kept, in milliseconds. */
export const MOST_KEPT_MS = 30 * 60_000;
const LOOK_EVERY_MS = 200;

/**
 * Keeps the machine of a reservation that is ready and is being ended, nothing but a switch being at work on it; it is shut down, and its end is
 * due later.
 * False: it goes at once. Call it in the transaction that ends it, with the row as it was before.
 */
export async function keepMachine(deps: EngineDeps, tx: Tx, row: Reservation, forMs: number): Promise<boolean> {
  if (row.state !== 'ready' || row.proof !== null) return false;
  const now = deps.now();
  const until = Math.min(now.getTime() + Math.min(forMs, MOST_KEPT_MS), row.during.end?.getTime() ?? Number.POSITIVE_INFINITY);
  if (until <= now.getTime()) return false;
  const { id: reservationId, machineId, providerId } = row;
  const ends = await enqueueEnd(tx, { reservationId, machineId, providerId }, { delayMs: until - now.getTime() });
  if (!ends.created) return false;
  await jobs.withdraw(tx, machineKey(machineId));
  await enqueuePower(tx, { reservationId, machineId, providerId, op: 'shutdown', kept: true });
  await kept.keep(tx, reservationId, new Date(until));
  await reservations.setStage(tx, reservationId, 'ending', say('kept', {}), now);
  return true;
}

/**
 * Takes an end back while the machine is kept; it is switched on again. Errors: `wrong-state` (it is not kept, or just going),
 * `limit-reached` (its owner holds as many as allowed by now).
 */
export async function undoEnd(deps: EngineDeps, who: Who, id: string): Promise<Reservation> {
  const rules = await rulesOf(deps.store.db, who);
  const taken = async (tx: Tx) => {
    const row = await reservations.lock(tx, id);
    const now = deps.now();
    if (row.state !== 'ending' || row.keptUntil === null) throw notKept(row);
    await providers.lock(tx, row.providerId);
    // It was promised by the other rules already.
    const rule = { ...rules(row.kind), allowed: true, longestMs: null, totalMs: null };
    const during = { start: now, end: row.during.end };
    await assertRules(tx, { accountId: row.accountId, rule, kind: row.kind, during, now, extending: true, except: id, by: who });
    if (!(await jobs.withdraw(tx, endKey(id)))) throw notKept(row);
    await kept.takeBack(tx, id, SWITCHING_ON, now);
    await switchOn(tx, row);
    await audit.append(tx, {
      at: now,
      actor: who.name,
      action: 'reservation.end-undone',
      subjectKind: 'reservation',
      subjectId: id,
      detail: {},
    });
    return reservations.lock(tx, id);
  };
  return inTurn(deps, who, () => promisingTx(deps, who, taken));
}

/** If it is just being shut down, that run sees to it (see the saga `power`). */
async function switchOn(tx: Tx, { id: reservationId, machineId, providerId }: Reservation): Promise<void> {
  await jobs.withdraw(tx, machineKey(machineId));
  await enqueuePower(tx, { reservationId, machineId, providerId, op: 'on' });
}

function notKept({ id, state, stageText }: Reservation): CarrelError {
  const message =
    state === 'ending'
      ? 'its machine is being taken away already'
      : `it is ${state}${stageText === '' || stageText === state ? '' : `: ${stageText}`}`;
  return new CarrelError('wrong-state', `there is no end to take back: ${message}`, {
    hint: state === 'ending' || state === 'ended' ? 'Reserve the image again.' : `See \`carrel show ${id.slice(0, 8)}\`.`,
  });
}

/**
 * Does what promises room, and says by `look` where it looked for it. While there is none, and giving up machines that are only kept would make
 * it, the one of them whose end was asked for first is given up, and it is tried again when that is gone. `any`: of several that are asked for
 * at once, room for one is enough. People take turns; while somebody waits for a machine to be gone, it is another's. Errors: `store-busy`.
 */
export function makingRoom<T>(
  deps: EngineDeps,
  who: Who,
  promise: (look: <O extends { places: readonly string[] }>(offer: O) => O) => Promise<T>,
  { any = false }: { any?: boolean } = {},
): Promise<T> {
  return withinOneWait(async (until) => {
    let places: readonly string[] = [];
    for (;;) {
      try {
        return await inTurn(deps, who, () =>
          promise((offer) => {
            places = offer.places;
            return offer;
          }),
        );
      } catch (error) {
        if (!(error instanceof CarrelError) || error.code !== 'no-capacity' || performance.now() > until) throw error;
        const lack = await lackThatKeptMeet(deps.store.db, waysOf(error.details, places, any));
        const going = lack === undefined ? undefined : await giveUpKept(deps, lack);
        if (going === undefined) throw error;
        while (performance.now() < until && (await reservations.find(deps.store.db, going))?.state === 'ending')
          await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    }
  });
}

/** Gives up the machine that is kept for the longest time; the id of its reservation, undefined if none is kept there. */
export async function giveUpKept(deps: EngineDeps, where: kept.KeptWhere): Promise<string | undefined> {
  for (;;) {
    const oldest = await kept.longestKept(deps.store.db, where);
    if (oldest === undefined) return undefined;
    const given = await deps.store.tx(async (tx) => {
      const row = await reservations.lock(tx, oldest.id);
      if (row.state !== 'ending' || row.keptUntil === null) return false;
      await giveUp(deps, tx, row, say('room-needed', {}));
      return true;
    });
    if (given) return oldest.id;
  }
}

/** The machine of one that is kept goes now. The caller holds the row's lock. */
export async function giveUp(deps: EngineDeps, tx: Tx, row: Reservation, text: string): Promise<void> {
  await kept.keep(tx, row.id, null);
  await jobs.dueNow(tx, endKey(row.id));
  await reservations.note(tx, row.id, text, deps.now());
}
