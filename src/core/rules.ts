/** What a site allows: per kind of reservation, for everybody and for groups. */
import type { ReservationKind } from './reservation.ts';

export interface KindRule {
  allowed: boolean;
  /** Longest span that may be reserved, in milliseconds; null = any, also without an end. */
  longestMs: number | null;
  /** Longest span with all extensions; null = any. */
  totalMs: number | null;
  /** How far ahead of its start it may be reserved. */
  aheadMs: number;
  /** How many of this kind one person may hold at one time; null = any number. */
  atOnce: number | null;
  /** What may be held together with others, in each group of the person's; nothing of one goes for another. */
  together: readonly GroupLimit[];
  /** How many checkpoints one machine may have. */
  checkpoints: number;
  /** A machine to which nobody connects for so long after it was ready is ended, in milliseconds; null = never. */
  connectWithinMs: number | null;
  /** A machine at which nobody is for so long is ended, in milliseconds; null = never. */
  idleAfterMs: number | null;
  /** So long before its end its people are told that it is near, in milliseconds; 0 = not at all. */
  tellEndMs: number;
}

/** How many the people of one group may hold at one time together. */
export interface GroupLimit {
  group: string;
  atOnce: number;
}

/** What is said of a kind for a group. */
export interface SaidRule extends Omit<KindRule, 'together'> {
  /** How many of this kind its people may hold at one time together; null = any number. */
  groupAtOnce: number | null;
}

/** Rules by which a machine is ended that nobody uses. */
export type UseRule = 'connectWithinMs' | 'idleAfterMs';

export type KindRules = Record<ReservationKind, KindRule>;
/** Changes to the rules by the name of a group; {@link EVERYBODY} is the site's own change to the defaults. */
export type SiteRules = Readonly<Record<string, Partial<Record<ReservationKind, Partial<SaidRule>>>>>;

export const EVERYBODY = '*';

const DAY = 86_400_000;
/** Reads get slower with each; all drivers can do this many (vSphere: 8 snapshots on top of each other, Carrel's own among them). */
const CHECKPOINTS = 5;

const TELL_END_MS = 10 * 60_000;

/** Without rules of the site's own. Nobody is limited in number, since what is fair is for the site to say. */
export const DEFAULT_RULES: KindRules = {
  lab: {
    allowed: true,
    longestMs: 2 * DAY,
    totalMs: 4 * DAY,
    aheadMs: 180 * DAY,
    atOnce: null,
    together: [],
    checkpoints: CHECKPOINTS,
    connectWithinMs: null,
    idleAfterMs: null,
    tellEndMs: TELL_END_MS,
  },
  long: {
    allowed: true,
    longestMs: 180 * DAY,
    totalMs: 366 * DAY,
    aheadMs: 180 * DAY,
    atOnce: null,
    together: [],
    checkpoints: CHECKPOINTS,
    connectWithinMs: null,
    idleAfterMs: null,
    tellEndMs: TELL_END_MS,
  },
  imaging: {
    allowed: true,
    longestMs: 14 * DAY,
    totalMs: 60 * DAY,
    aheadMs: 60 * DAY,
    atOnce: null,
    together: [],
    checkpoints: CHECKPOINTS,
    connectWithinMs: null,
    idleAfterMs: null,
    tellEndMs: TELL_END_MS,
  },
  server: {
    allowed: true,
    longestMs: null,
    totalMs: null,
    aheadMs: 180 * DAY,
    atOnce: null,
    together: [],
    checkpoints: CHECKPOINTS,
    connectWithinMs: null,
    idleAfterMs: null,
    tellEndMs: TELL_END_MS,
  },
};

/** The more generous of two; null is without limit. */
function wider(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}

/**
 * The rule for a person of these groups. What several groups say, the most generous of them counts; what none says is the site's
 * for everybody, else the default. So a group can be given more than everybody, or less.
 */
export function ruleFor(site: SiteRules, groups: readonly string[], kind: ReservationKind): KindRule {
  const base: KindRule = { ...DEFAULT_RULES[kind], ...site[EVERYBODY]?.[kind] };
  const said = groups.map((g) => site[g]?.[kind]).filter((r) => r !== undefined);
  const most = <K extends 'longestMs' | 'totalMs' | 'atOnce' | UseRule>(key: K): number | null => {
    const values: (number | null)[] = said.map((r) => r[key]).filter((v) => v !== undefined);
    return values.length === 0 ? base[key] : values.reduce(wider);
  };
  const allowed = said.map((r) => r.allowed).filter((v) => v !== undefined);
  const ahead = said.map((r) => r.aheadMs).filter((v) => v !== undefined);
  const checkpoints = said.map((r) => r.checkpoints).filter((v) => v !== undefined);
  const tellEnd = said.map((r) => r.tellEndMs).filter((v) => v !== undefined);
  return {
    allowed: allowed.length === 0 ? base.allowed : allowed.includes(true),
    longestMs: most('longestMs'),
    totalMs: most('totalMs'),
    atOnce: most('atOnce'),
    together: limitsTogether(site, groups, kind),
    connectWithinMs: most('connectWithinMs'),
    idleAfterMs: most('idleAfterMs'),
    aheadMs: ahead.length === 0 ? base.aheadMs : Math.max(...ahead),
    checkpoints: checkpoints.length === 0 ? base.checkpoints : Math.max(...checkpoints),
    tellEndMs: tellEnd.length === 0 ? base.tellEndMs : Math.max(...tellEnd),
  };
}

/** What those of these groups and everybody may hold together: each counts by itself, so that nobody's other group makes one wider. */
export function limitsTogether(site: SiteRules, groups: readonly string[], kind: ReservationKind): GroupLimit[] {
  return [EVERYBODY, ...groups].flatMap((group) => {
    const atOnce = site[group]?.[kind]?.groupAtOnce ?? null;
    return atOnce === null ? [] : [{ group, atOnce }];
  });
}

/** The shortest time that any rule of the site gives for this; undefined if none does. */
export function shortestOf(site: SiteRules, key: UseRule): number | undefined {
  const some = Object.values(site)
    .flatMap((kinds) => Object.values(kinds).map((rule) => rule[key]))
    .filter((ms) => typeof ms === 'number');
  return some.length === 0 ? undefined : Math.min(...some);
}

/** The longest time before an end that anybody is to be told of it. */
export function longestTellEnd(site: SiteRules): number {
  const all = [DEFAULT_RULES, ...Object.values(site)].flatMap((kinds) => Object.values(kinds));
  return Math.max(...all.map((rule) => rule.tellEndMs ?? 0));
}

/** Whether the people of a machine that is lent for so long are told `before` its end, in milliseconds: of what is at most twice as long they know. */
export function tellsEnd(before: number, lengthMs: number): boolean {
  return before > 0 && lengthMs > 2 * before;
}

/** The kind of a reservation whose person named none: a copy of its own is a server, what lasts longer than a lab may is long. */
export function kindOf(rule: (kind: ReservationKind) => KindRule, full: boolean, forMs: number): ReservationKind {
  if (full || forMs === Number.POSITIVE_INFINITY) return 'server';
  const { longestMs } = rule('lab');
  return longestMs === null || forMs <= longestMs ? 'lab' : 'long';
}

export type RuleBreach =
  | { rule: 'kind'; kind: ReservationKind }
  | { rule: 'longest' | 'total'; limitMs: number; wantedMs: number }
  | { rule: 'ahead'; limitMs: number; wantedMs: number }
  | { rule: 'at-once'; limit: number; wanted: number }
  | GroupBreach;

/** The people of a group hold as many as they may. */
export interface GroupBreach {
  rule: 'group-at-once';
  group: string;
  limit: number;
  wanted: number;
  /** The first moment at which one more would be too many, and when the first is free again after it; null = none has an end. */
  at: string;
  until: string | null;
  /** Those of them that whoever asks may see, the first to end first. */
  reservations: readonly string[];
}

export interface RuleSubject {
  kind: ReservationKind;
  /** `Infinity` = without an end. */
  forMs: number;
  /** From now to the start; negative or zero = now. */
  aheadMs: number;
  /** The most of this kind that the person holds at any moment of the span, this one not counted. */
  held: number;
  /** It is there already and is being lengthened or moved. */
  extending: boolean;
}

/** What a request breaks, or undefined. */
export function breach(rule: KindRule, subject: RuleSubject): RuleBreach | undefined {
  if (!rule.allowed) return { rule: 'kind', kind: subject.kind };
  const limitMs = subject.extending ? rule.totalMs : rule.longestMs;
  if (limitMs !== null && subject.forMs > limitMs)
    return { rule: subject.extending ? 'total' : 'longest', limitMs, wantedMs: subject.forMs };
  if (subject.aheadMs > rule.aheadMs) return { rule: 'ahead', limitMs: rule.aheadMs, wantedMs: subject.aheadMs };
  if (rule.atOnce !== null && subject.held + 1 > rule.atOnce) return { rule: 'at-once', limit: rule.atOnce, wanted: subject.held + 1 };
  return undefined;
}
