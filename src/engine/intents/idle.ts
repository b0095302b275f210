/** Machines at which nobody is any more: ended by the rule of their kind, after a word before it. */
import { formatDuration } from '../../core/reservation.ts';
import { ruleFor, shortestOf } from '../../core/rules.ts';
import { describeError, isCode } from '../../lib/errors.ts';
import * as due from '../../store/due.ts';
import * as reservations from '../../store/reservations.ts';
import type { Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { endWithin } from './end.ts';
import { IDLE } from './seen.ts';
import { siteRules } from './terms.ts';

/** What is ended because nobody was there can be had back so long, in milliseconds. */
const KEPT_MS = 5 * 60_000;
/** The word comes so long before the end, in milliseconds; at most half of the rule's time. */
const WORD_MS = 10 * 60_000;

const wordBefore = (after: number): number => Math.min(WORD_MS, after / 2);

/**
 * Ends machines at which nobody was for as long as the rules give, and says so before it does; returns how many it ended. Without the word
 * and the time after it none is ended: when all servers were down nobody could connect.
 */
export async function endIdle(deps: EngineDeps): Promise<number> {
  const site = await siteRules(deps.store.db);
  const least = shortestOf(site, 'idleAfterMs');
  if (least === undefined) return 0;
  let ended = 0;
  for (const found of await due.idle(deps.store.db, new Date(deps.now().getTime() - least + wordBefore(least)))) {
    const after = ruleFor(site, [found.role], found.kind).idleAfterMs;
    if (after === null) continue;
    try {
      if (await deps.store.tx((tx) => look(deps, tx, found.id, after))) ended += 1;
    } catch (error) {
      // That it is just being captured is no failure, and may be so for an hour.
      const level = isCode(error, 'busy') ? 'debug' : 'warn';
      deps.log[level]({ reservation: found.id, err: describeError(error) }, 'idle, and not ended yet; the next look tries again');
    }
  }
  return ended;
}

/** True if it was ended. */
async function look(deps: EngineDeps, tx: Tx, id: string, after: number): Promise<boolean> {
  const row = await reservations.lock(tx, id);
  // Somebody may have connected, lengthened or ended it since it was found.
  if (row.state !== 'ready' || row.readyAt === null) return false;
  const now = deps.now();
  const seen = Math.max(row.readyAt.getTime(), row.lastSeenAt?.getTime() ?? 0);
  const word = wordBefore(after);
  if (now.getTime() < seen + after - word) return false;
  if (row.idleTold === null || row.idleTold.getTime() < seen) {
    const at = new Date(Math.max(seen + after, now.getTime() + word)).toISOString();
    await due.noteIdleTold(tx, id, now);
    await reservations.note(tx, id, `${IDLE}: it is ended at ${at} unless somebody connects or extends it`, now);
    return false;
  }
  if (now.getTime() < Math.max(seen + after, row.idleTold.getTime() + word)) return false;
  const { keptUntil } = await endWithin(deps, tx, id, 'end', 'engine', { keepMs: KEPT_MS });
  const back = keptUntil === null ? '' : '; `carrel undo` brings it back';
  await reservations.note(tx, id, `ended: nobody had been connected for ${formatDuration(after)}${back}`, now);
  return true;
}
