/** On what terms something can be reserved: the site's rules for a person, and how long ahead a machine must be begun. */
import { holdOf, type Interval } from '../../core/calendar.ts';
import { type Estimate, estimateOf, leadFor } from '../../core/estimate.ts';
import type { CloneMode } from '../../core/image.ts';
import { say } from '../../core/notices.ts';
import { breach, type KindRule, type RuleBreach, ruleFor, type SiteRules, type RuleSubject } from '../../core/rules.ts';
import { formatDuration, type ReservationKind } from '../../core/reservation.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as accounts from '../../store/accounts.ts';
import * as calendar from '../../store/calendar.ts';
import { waits } from '../../store/estimates.ts';
import * as settings from '../../store/settings.ts';
import type { Db, TimeRange, Tx } from '../../store/schema.ts';

export interface Who {
  accountId: string;
  name: string;
  /** `user` or `admin`; counts as the person's group. */
  role?: string | undefined;
}

const RULES_KEY = 'reservation-rules';
/** An estimate rests on this many of the newest waits. */
const WAITS = 100;

export async function siteRules(db: Db): Promise<SiteRules> {
  return ((await settings.get(db, RULES_KEY)) ?? {}) as SiteRules;
}

/** Holds the rules until the transaction ends, so that of two changes at one time neither is lost. */
export async function lockSiteRules(tx: Tx): Promise<void> {
  await settings.getOrSet(tx, RULES_KEY, {});
  await settings.lock(tx, RULES_KEY);
}

export async function saveSiteRules(db: Db, rules: SiteRules): Promise<void> {
  await settings.set(db, RULES_KEY, rules);
}

export async function rulesOf(db: Db, who: Who): Promise<(kind: ReservationKind) => KindRule> {
  const site = await siteRules(db);
  return (kind) => ruleFor(site, who.role === undefined ? [] : [who.role], kind);
}

export async function estimate(db: Db, of: { imageId: string; providerId: string; mode: CloneMode }): Promise<Estimate | undefined> {
  return estimateOf(await waits(db, { ...of, limit: WAITS }));
}

/** How long ahead of its start a machine of this image is begun, in milliseconds. */
export async function leadMs(db: Db, of: { imageId: string; providerId: string; mode: CloneMode }): Promise<number> {
  return leadFor(await estimate(db, of));
}

/**
 * When the machine of a reservation is begun, and what its owner is told about that: maintenance right before the start puts the
 * preparation off to its end, and the machine may be there after the start.
 */
export async function preparation(
  db: Db,
  of: { imageId: string; providerId: string; mode: CloneMode },
  start: Date,
  now: Date,
): Promise<{ prepareAt: Date; notes: readonly string[] }> {
  const lead = await leadMs(db, of);
  const before = { start: new Date(beforeStart(start, lead, now)), end: start };
  const closed = (await calendar.closures(db, of.providerId, before)).map(calendar.closedSpan);
  return preparationIn(closed, lead, start, now);
}

/** Where a preparation would begin if no maintenance were in its way. */
function beforeStart(start: Date, lead: number, now: Date): number {
  return Math.min(Math.max(now.getTime(), start.getTime() - lead), start.getTime());
}

/** {@link preparation} where the maintenance windows and the lead, in milliseconds, are known. */
export function preparationIn(
  closed: readonly Interval[],
  lead: number,
  start: Date,
  now: Date,
): { prepareAt: Date; notes: readonly string[] } {
  const hold = holdOf({ start: start.getTime(), end: start.getTime() }, lead, now.getTime(), closed);
  const prepareAt = new Date(hold.start);
  if (hold.start <= beforeStart(start, lead, now)) return { prepareAt, notes: [] };
  const late = formatDuration(hold.start + lead - start.getTime());
  return { prepareAt, notes: [say('late-by-maintenance', { at: prepareAt.toISOString(), after: late })] };
}

/** From the start to the end, `Infinity` without one. */
export function lengthMs(span: TimeRange): number {
  return span.end === null ? Number.POSITIVE_INFINITY : span.end.getTime() - span.start.getTime();
}

export function spanOf(start: Date, forMs: number): TimeRange {
  return { start, end: forMs === Number.POSITIVE_INFINITY ? null : new Date(start.getTime() + forMs) };
}

export interface Terms {
  /** Whose reservation it is or will be. */
  accountId: string;
  rule: KindRule;
  kind: ReservationKind;
  during: TimeRange;
  now: Date;
  extending: boolean;
  /** The reservation that is changed. */
  except?: string | undefined;
}

/** What the rules say against it, or undefined. */
export async function ruleBreach(db: Db, t: Terms): Promise<RuleBreach | undefined> {
  return breachBy(t, t.rule.atOnce === null ? 0 : await calendar.heldBy(db, t.accountId, t.kind, t.during, t.except));
}

/** The same where it is known how many the person holds at one time. */
export function breachBy(t: Omit<Terms, 'accountId'>, held: number): RuleBreach | undefined {
  const subject: RuleSubject = {
    kind: t.kind,
    forMs: lengthMs(t.during),
    aheadMs: t.during.start.getTime() - t.now.getTime(),
    held,
    extending: t.extending,
  };
  return breach(t.rule, subject);
}

/** Refuses what the rules forbid, counting under the account's row lock so that two at one moment are counted both. `limit-reached`, `not-allowed`. */
export async function assertRules(tx: Tx, t: Terms): Promise<void> {
  if (t.rule.atOnce !== null) await accounts.lock(tx, t.accountId);
  const broken = await ruleBreach(tx, t);
  if (broken) throw breachError(broken, t.kind);
}

export function breachError(broken: RuleBreach, kind: ReservationKind): CarrelError {
  const details = { ...broken };
  switch (broken.rule) {
    case 'kind':
      return new CarrelError('not-allowed', `you may not make reservations of kind ${kind}`, { hint: 'see `carrel rules`', details });
    case 'longest':
    case 'total': {
      const with_ = broken.rule === 'total' ? ' with all extensions' : '';
      return new CarrelError('limit-reached', `a ${kind} reservation may last ${formatDuration(broken.limitMs)} at most${with_}`, {
        hint: 'ask for less, or see `carrel rules` for other kinds',
        details,
      });
    }
    case 'ahead':
      return new CarrelError('limit-reached', `a ${kind} reservation may begin ${formatDuration(broken.limitMs)} ahead at most`, {
        hint: 'ask again nearer to it',
        details,
      });
    case 'at-once':
      return new CarrelError('limit-reached', `you may hold ${broken.limit} ${kind} reservations at one time`, {
        hint: 'end one that is no longer needed, or choose a time at which you hold fewer',
        details,
      });
  }
}
