/** What a machine's time says before it is over: that its end is near, that nobody connected to it, or that nobody is at it any more. */
import { say } from '../../core/notices.ts';
import { formatDuration } from '../../core/reservation.ts';
import { longestTellEnd, ruleFor, shortestOf, tellsEnd, type UseRule } from '../../core/rules.ts';
import { makeCtx } from '../../lib/context.ts';
import { describeError, isCode } from '../../lib/errors.ts';
import * as due from '../../store/due.ts';
import * as reservations from '../../store/reservations.ts';
import type { Reservation, Tx } from '../../store/schema.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import { endWithin } from './end.ts';
import { siteRules } from './terms.ts';

/** What is ended because nobody was there can be had back so long, in milliseconds. */
const KEPT_MS = 5 * 60_000;
/** The word that nobody is at a machine any more comes so long before the end, in milliseconds; at most half of the rule's time. */
const WORD_MS = 10 * 60_000;

/**
 * Tells the people of machines whose end is near, once for each end, as long before it as the rules say; returns how many. Of what is at most twice
 * as long as that itself they know.
 */
export async function tellEndsNear(deps: EngineDeps): Promise<number> {
  const site = await siteRules(deps.store.db);
  let told = 0;
  for (const { id, kind, role, lengthMs } of await due.endingSoon(deps.store.db, nearUntil(deps, longestTellEnd(site)))) {
    const before = ruleFor(site, [role], kind).tellEndMs;
    if (!tellsEnd(before, lengthMs)) continue;
    try {
      if (await deps.store.tx((tx) => tellEndNear(deps, tx, id, before))) told += 1;
    } catch (error) {
      deps.log.warn({ reservation: id, err: describeError(error) }, 'its end is near, and it is not told yet; the next look tries again');
    }
  }
  return told;
}

/** True if its people are told. */
async function tellEndNear(deps: EngineDeps, tx: Tx, id: string, before: number): Promise<boolean> {
  const { state, during, endTold } = await reservations.lock(tx, id);
  // It may have been lengthened, ended, or told of by another server since it was found.
  if (state !== 'ready' || during.end === null || during.end > nearUntil(deps, before) || endTold?.getTime() === during.end.getTime())
    return false;
  await due.noteEndTold(tx, id, during.end);
  await reservations.tell(tx, id, deps.now(), 'ends-soon');
  return true;
}

/** Guests that are told, or asked, at one time. */
const AT_ONCE = 8;
/** How long a guest has to show a line, in milliseconds. */
const SHOW_MS = 30_000;

/**
 * Shows the word that the end is near inside the machines themselves, to whoever is logged in: who works in one may have no page and no mail open.
 * Once for each end, by the server that has the provider's driver; a guest that cannot is let be. Returns how many showed it.
 */
export async function tellGuests(deps: EngineDeps): Promise<number> {
  let shown = 0;
  for (;;) {
    const found = await due.claimGuestsToTell(deps.store.db, [...deps.drivers.keys()], deps.now(), AT_ONCE);
    const all = await Promise.all(found.map(async (each) => await tellGuest(deps, each)));
    shown += all.filter(Boolean).length;
    if (found.length < AT_ONCE) return shown;
  }
}

async function tellGuest(deps: EngineDeps, { id, machineId, providerId, end }: due.EndTold): Promise<boolean> {
  try {
    const { guest } = driverOf(deps, providerId);
    if (guest.announce === undefined) return false;
    const minutes = Math.max(1, Math.round((end.getTime() - deps.now().getTime()) / 60_000));
    const at = `${end.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    const text = `Carrel: this machine ends in ${minutes} min, at ${at}, and what is on it with it. To keep it longer: carrel extend ${id.slice(0, 8)} 1h`;
    await guest.announce(makeCtx({ timeoutMs: SHOW_MS, log: deps.log }), machineId, text);
    return true;
  } catch (error) {
    deps.log.debug({ reservation: id, err: describeError(error) }, 'that its end is near is not shown in its guest');
    return false;
  }
}

const nearUntil = (deps: EngineDeps, before: number): Date => new Date(deps.now().getTime() + before);

/** A rule by which a machine is ended that nobody uses. */
interface OfUse {
  rule: UseRule;
  /** Since when nobody was there, in milliseconds; undefined if the rule is not about it any more. */
  since(row: Reservation): number | undefined;
  /** So long before its end its people are told, in milliseconds, where the rule gives `after`. */
  word(after: number): number;
  warning(at: string): string;
  /** `kept`: it can be had back for a while. */
  ended(after: string, kept: boolean): string;
}

const CONNECT: OfUse = {
  rule: 'connectWithinMs',
  since: ({ connectedAt, readyAt }) => (connectedAt === null ? readyAt?.getTime() : undefined),
  word: (after) => after / 2,
  warning: (at) => say('nobody-connected', { at }),
  ended: (after, kept) => say(kept ? 'ended-unused-kept' : 'ended-unused', { after }),
};

const BE_THERE: OfUse = {
  rule: 'idleAfterMs',
  since: ({ readyAt, lastSeenAt }) => (readyAt === null ? undefined : Math.max(readyAt.getTime(), lastSeenAt?.getTime() ?? 0)),
  word: (after) => Math.min(WORD_MS, after / 2),
  warning: (at) => say('nobody-there', { at }),
  ended: (after, kept) => say(kept ? 'ended-idle-kept' : 'ended-idle', { after }),
};

/** Ends machines that nobody connected to in the time that the rules give; returns how many. As {@link endIdle}. */
export const endUnused = (deps: EngineDeps): Promise<number> => endBy(deps, CONNECT);

/**
 * Ends machines at which nobody was for as long as the rules give, and says so before it does; returns how many it ended. Without the word
 * and the time after it none is ended: when all servers were down nobody could connect.
 */
export const endIdle = (deps: EngineDeps): Promise<number> => endBy(deps, BE_THERE, (id, after) => stillIdle(deps, id, after));

/** How long a guest has to tell who uses it, in milliseconds. */
const ASK_MS = 30_000;

/**
 * True if one at which no server saw anybody is told so, or ended, also by what its guest tells, which sees who logged in past every server. It is asked
 * when that is due and at no other time. What the guest saw counts from then on. One that cannot be asked is judged by what the servers
 * saw; one that should tell and does not just now is asked at the next look, and by a server that has its provider.
 */
async function stillIdle(deps: EngineDeps, id: string, after: number): Promise<boolean> {
  const row = await reservations.find(deps.store.db, id);
  if (row === undefined || dueNow(row, BE_THERE, after, deps.now()) === 'wait') return false;
  const guest = deps.drivers.get(row.providerId)?.guest;
  if (guest === undefined) return false;
  if (guest.idleFor === undefined) return true;
  try {
    const idleMs = await guest.idleFor(makeCtx({ timeoutMs: ASK_MS, log: deps.log }), row.machineId);
    await due.noteUsedAt(deps.store.db, id, new Date(deps.now().getTime() - idleMs));
    return true;
  } catch (error) {
    if (isCode(error, 'not-supported', 'wrong-state', 'guest-failed')) return true;
    deps.log.debug({ reservation: id, err: describeError(error) }, 'its guest does not tell who uses it; it is asked again');
    return false;
  }
}

/** `asked` has the last word before a machine's people are told, or it is ended; it is no transaction's. */
async function endBy(
  deps: EngineDeps,
  of: OfUse,
  asked: (id: string, after: number) => Promise<boolean> = async () => true,
): Promise<number> {
  const site = await siteRules(deps.store.db);
  const least = shortestOf(site, of.rule);
  if (least === undefined) return 0;
  const found = await due.unused(deps.store.db, of.rule, new Date(deps.now().getTime() - least + of.word(least)));
  const endOne = async ({ id, kind, role }: (typeof found)[number]): Promise<boolean> => {
    const after = ruleFor(site, [role], kind)[of.rule];
    if (after === null) return false;
    try {
      return (await asked(id, after)) && (await deps.store.tx((tx) => look(deps, tx, id, of, after)));
    } catch (error) {
      // That it is just being captured is no failure, and may be so for an hour.
      const level = isCode(error, 'busy') ? 'debug' : 'warn';
      deps.log[level]({ reservation: id, err: describeError(error) }, 'unused, and not ended yet; the next look tries again');
      return false;
    }
  };
  let ended = 0;
  // Several at one time: one guest that takes its time to tell holds up no other for long.
  for (let i = 0; i < found.length; i += AT_ONCE) {
    const some = await Promise.all(found.slice(i, i + AT_ONCE).map(endOne));
    ended += some.filter(Boolean).length;
  }
  return ended;
}

/** What the rule asks for now. Somebody may have connected, lengthened or ended it since it was found. */
function dueNow(row: Reservation, of: OfUse, after: number, now: Date): 'wait' | 'tell' | 'end' {
  const since = of.since(row);
  if (row.state !== 'ready' || since === undefined) return 'wait';
  const word = of.word(after);
  if (now.getTime() < since + after - word) return 'wait';
  if (row.idleTold === null || row.idleTold.getTime() < since) return 'tell';
  return now.getTime() < Math.max(since + after, row.idleTold.getTime() + word) ? 'wait' : 'end';
}

/** True if it was ended. */
async function look(deps: EngineDeps, tx: Tx, id: string, of: OfUse, after: number): Promise<boolean> {
  const row = await reservations.lock(tx, id);
  const now = deps.now();
  const next = dueNow(row, of, after, now);
  if (next === 'wait') return false;
  if (next === 'tell') {
    await due.noteIdleTold(tx, id, now);
    await reservations.note(tx, id, of.warning(endsAt(row, of, after, now).toISOString()), now);
    return false;
  }
  const { keptUntil } = await endWithin(deps, tx, id, 'end', 'engine', { keepMs: KEPT_MS });
  await reservations.note(tx, id, of.ended(formatDuration(after), keptUntil !== null), now);
  return true;
}

/** When it is ended if it is told now. */
const endsAt = (row: Reservation, of: OfUse, after: number, now: Date): Date =>
  new Date(Math.max((of.since(row) ?? 0) + after, now.getTime() + of.word(after)));
