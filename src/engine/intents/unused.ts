/** What a machine's time says before it is over: that its end is near, and that nobody uses it. */
import { formatDuration } from '../../core/reservation.ts';
import { ruleFor, shortestOf } from '../../core/rules.ts';
import { describeError, isCode } from '../../lib/errors.ts';
import * as due from '../../store/due.ts';
import * as reservations from '../../store/reservations.ts';
import type { Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { endWithin } from './end.ts';
import { UNUSED } from './seen.ts';
import { siteRules } from './terms.ts';

/** So long before its end its people are told, in milliseconds; of what is not much longer than that itself they know. */
export const END_NEAR_MS = 10 * 60_000;
/** What is ended because nobody connected can be had back so long, in milliseconds. */
const KEPT_MS = 5 * 60_000;
/** Part of the time to connect that goes by before it is said that it will be ended. */
const SAID_AFTER = 0.5;

/** Tells the people of machines whose end is near, once for each end; returns how many. */
export async function tellEndsNear(deps: EngineDeps): Promise<number> {
  let told = 0;
  const until = () => new Date(deps.now().getTime() + END_NEAR_MS);
  for (const { id } of await due.endingSoon(deps.store.db, until(), 2 * END_NEAR_MS)) {
    await deps.store.tx(async (tx) => {
      const row = await reservations.lock(tx, id);
      // It may have been lengthened, ended, or told of by another server since it was found.
      if (row.state !== 'ready' || row.during.end === null || row.during.end > until()) return;
      if (row.endTold?.getTime() === row.during.end.getTime()) return;
      await due.noteEndTold(tx, id, row.during.end);
      await reservations.tell(tx, id, deps.now(), 'ends-soon');
      told += 1;
    });
  }
  return told;
}

/** Ends machines that nobody connected to in the time that the rules give, and says so before it does; returns how many it ended. */
export async function endUnused(deps: EngineDeps): Promise<number> {
  const site = await siteRules(deps.store.db);
  const least = shortestOf(site, 'connectWithinMs');
  if (least === undefined) return 0;
  let ended = 0;
  for (const found of await due.unused(deps.store.db, new Date(deps.now().getTime() - least * SAID_AFTER))) {
    const within = ruleFor(site, [found.role], found.kind).connectWithinMs;
    if (within === null) continue;
    try {
      if (await deps.store.tx((tx) => look(deps, tx, found.id, within))) ended += 1;
    } catch (error) {
      // That it is just being captured is no failure, and may be so for an hour.
      const level = isCode(error, 'busy') ? 'debug' : 'warn';
      deps.log[level]({ reservation: found.id, err: describeError(error) }, 'unused, and not ended yet; the next look tries again');
    }
  }
  return ended;
}

/** True if it was ended. */
async function look(deps: EngineDeps, tx: Tx, id: string, within: number): Promise<boolean> {
  const row = await reservations.lock(tx, id);
  // Somebody may have connected, or ended it, since it was found.
  if (row.state !== 'ready' || row.connectedAt !== null || row.readyAt === null) return false;
  const now = deps.now();
  const ready = row.readyAt.getTime();
  const word = within * SAID_AFTER;
  if (now.getTime() < ready + word) return false;
  // Without the word and the time after it none is ended: when all servers were down nobody could connect.
  if (row.idleTold === null || row.idleTold.getTime() < ready) {
    const at = new Date(Math.max(ready + within, now.getTime() + within - word)).toISOString();
    await due.noteIdleTold(tx, id, now);
    await reservations.note(tx, id, `${UNUSED}: it is ended at ${at} unless somebody does`, now);
    return false;
  }
  if (now.getTime() < Math.max(ready + within, row.idleTold.getTime() + within - word)) return false;
  const { keptUntil } = await endWithin(deps, tx, id, 'end', 'engine', { keepMs: KEPT_MS });
  const back = keptUntil === null ? '' : '; `carrel undo` brings it back';
  await reservations.note(tx, id, `ended: nobody had connected within ${formatDuration(within)}${back}`, now);
  return true;
}
