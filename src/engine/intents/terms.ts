/** On what terms something can be reserved: the site's rules for a person, and how long ahead a machine must be begun. */
import { holdOf, type Interval } from '../../core/calendar.ts';
import { type Estimate, estimateOf, leadFor } from '../../core/estimate.ts';
import type { CloneMode } from '../../core/image.ts';
import { say } from '../../core/notices.ts';
import {
  breach,
  EVERYBODY,
  type GroupBreach,
  type GroupLimit,
  type KindRule,
  limitsTogether,
  type RuleBreach,
  ruleFor,
  type RuleSubject,
  type SiteRules,
} from '../../core/rules.ts';
import { formatDuration, type ReservationKind } from '../../core/reservation.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as accounts from '../../store/accounts.ts';
import * as calendar from '../../store/calendar.ts';
import { type GroupKind, groupHolds, groupSteps, lockGroups } from '../../store/group-claims.ts';
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
  /** Of one that is changed, the part that is new, null for none: what its group holds besides was promised already. All of it if left out. */
  fresh?: TimeRange | null | undefined;
  /** Who asks: what they may not see of others is not told. Its person if left out. */
  by?: Who | undefined;
}

/** What the rules say against it, or undefined; `together` is what the groups of its person may hold. */
export async function ruleBreach(db: Db, t: Terms, together: readonly GroupLimit[]): Promise<RuleBreach | undefined> {
  const own = breachBy(t, t.rule.atOnce === null ? 0 : await calendar.heldBy(db, t.accountId, t.kind, t.during, t.except));
  if (own !== undefined) return own;
  for (const limit of together) {
    const broken = await groupBreach(db, t, limit);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** So much of what a group holds is looked at first for when one is free again; four times as much at each further look, up to some four years. */
const FIRST_LOOK_MS = 7 * 24 * 3_600_000;
const MOST_LOOKS = 5;

/** When a group that is full at a moment is no longer; null = it has no such end. */
async function freeAgain(db: Db, of: GroupKind, at: Date, { atOnce, except }: { atOnce: number; except?: string | undefined }) {
  for (let look = 0; look <= MOST_LOOKS; look++) {
    const end = look === MOST_LOOKS ? null : new Date(at.getTime() + FIRST_LOOK_MS * 4 ** look);
    const free = (await groupSteps(db, of, { start: at, end }, except)).find((step) => step.machines < atOnce);
    if (free !== undefined) return new Date(free.at);
  }
  return null;
}

/** So many reservations of a group that is full are named. */
const MOST_NAMED = 5;

async function groupBreach(db: Db, t: Terms, { group, atOnce }: GroupLimit): Promise<GroupBreach | undefined> {
  const of = { group, kind: t.kind };
  if (t.fresh === null) return undefined;
  const first = (await groupSteps(db, of, t.fresh ?? t.during, t.except)).find((step) => step.machines >= atOnce);
  if (first === undefined) return undefined;
  const at = new Date(first.at);
  const accountId = t.by?.role === 'admin' ? undefined : (t.by?.accountId ?? t.accountId);
  return {
    rule: 'group-at-once',
    group,
    limit: atOnce,
    wanted: first.machines + 1,
    at: at.toISOString(),
    until: (await freeAgain(db, of, at, { atOnce, except: t.except }))?.toISOString() ?? null,
    reservations: await groupHolds(db, of, at, { accountId, except: t.except, most: MOST_NAMED }),
  };
}

/** The groups of a person: so far a role is one. */
function limitsOf(site: SiteRules, role: string | undefined, kind: ReservationKind): GroupLimit[] {
  return limitsTogether(site, role === undefined ? [] : [role], kind);
}

/** What a person's groups may hold together, whoever asks. */
export async function groupLimits(db: Db, accountId: string, kind: ReservationKind): Promise<GroupLimit[]> {
  return limitsOf(await siteRules(db), (await accounts.find(db, accountId))?.role, kind);
}

interface Claimant {
  accountId: string;
  kind: ReservationKind;
  /** By whose leave it is. */
  rule: KindRule;
}

/**
 * Locks what is counted of people: the accounts of which a number is limited, then their groups. Whoever promises is counted in the
 * groups that they are in at that moment: a change of these waits for the promise. What their groups may hold, of each.
 */
export async function lockPeople(
  tx: Tx,
  all: readonly Claimant[],
): Promise<(of: Pick<Claimant, 'accountId' | 'kind'>) => readonly GroupLimit[]> {
  const site = await siteRules(tx);
  const limited = (kind: ReservationKind) => Object.values(site).some((kinds) => (kinds[kind]?.groupAtOnce ?? null) !== null);
  const counted = all.filter(({ rule, kind }) => rule.atOnce !== null || limited(kind));
  const rows = await accounts.lockAll(tx, [...new Set(counted.map((c) => c.accountId))]);
  const roles = new Map(rows.map(({ id, role }) => [id, role]));
  const of = ({ accountId, kind }: Pick<Claimant, 'accountId' | 'kind'>) => limitsOf(site, roles.get(accountId), kind);
  await lockGroups(
    tx,
    counted.flatMap((c) => of(c).map(({ group }) => ({ group, kind: c.kind }))),
  );
  return of;
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

/** Refuses what the rules forbid, counting under the locks of {@link lockPeople} so that two at one moment are counted both. `limit-reached`, `not-allowed`. */
export async function assertRules(tx: Tx, t: Terms): Promise<void> {
  const together = (await lockPeople(tx, [t]))(t);
  const broken = await ruleBreach(tx, t, together);
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
    case 'group-at-once':
      return new CarrelError('limit-reached', groupText(broken, kind), {
        hint: 'end one that is no longer needed, or choose a time at which fewer are held: `carrel when IMAGE` says what is free when',
        details,
      });
  }
}

function groupText({ group, limit, at, until, reservations }: GroupBreach, kind: ReservationKind): string {
  const whose = group === EVERYBODY ? 'all people together' : `the people of group ${group} together`;
  const seen =
    reservations.length === 0 ? '' : ` (of those you see, the first to end: ${reservations.map((id) => id.slice(0, 8)).join(', ')})`;
  const free = until === null ? 'none of these has an end' : `one more can be had at ${until}`;
  return `${whose} may hold ${limit} ${kind} reservations at one time, and hold that many at ${at}${seen}; ${free}`;
}
