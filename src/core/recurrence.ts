/** Repeating reservations: recurrence rules of RFC 5545, expanded in a time zone. */
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { isZone } from './local-time.ts';

export interface Recurrence {
  /** The value of an RRULE, such as `FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20`; it has an end of its own. */
  rule: string;
  /** DTSTART. It is the first occurrence only if the rule says so too. */
  start: Date;
  zone: string;
}

export type Occurrences = { starts: readonly Date[] } | { problem: string };

/** More than this in one series is refused. */
export const MOST_OCCURRENCES = 366;
/**
 * The moments that may be looked at to expand one rule. The event loop stands still meanwhile, for everybody; and a rule that finds
 * nothing in so many has a mistake in it (30 February).
 */
export const MOST_CANDIDATES = 10_000;
/** Characters of a rule: enough for every day of a year by its number. */
const MOST_CHARACTERS = 2_000;

const PARTS = [
  'FREQ',
  'COUNT',
  'UNTIL',
  'INTERVAL',
  'BYDAY',
  'BYMONTHDAY',
  'BYMONTH',
  'BYSETPOS',
  'BYWEEKNO',
  'BYYEARDAY',
  'BYHOUR',
  'BYMINUTE',
  'WKST',
];
const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
const DATE_ONLY = /^\d{8}$/;
const UTC_TIME = /^\d{8}T\d{6}Z$/;

function parse(rule: string): Map<string, string> | string {
  if (rule.length > MOST_CHARACTERS) return `a rule has at most ${MOST_CHARACTERS} characters`;
  const parts = new Map<string, string>();
  for (const part of rule
    .trim()
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .split(';')) {
    const [name = '', value = '', ...rest] = part.split('=');
    if (!PARTS.includes(name) || rest.length > 0 || !/^[0-9A-Z,+-]+$/.test(value))
      return `${JSON.stringify(part)} is no part of a rule that is known here`;
    if (parts.has(name)) return `${name} is there twice`;
    parts.set(name, value);
  }
  if (!FREQUENCIES.includes(parts.get('FREQ') ?? '')) return `a rule begins with FREQ=, one of ${FREQUENCIES.join(', ')}`;
  if (parts.has('COUNT') && parts.has('UNTIL')) return 'a rule has one end: COUNT= or UNTIL=, not both';
  if (!parts.has('COUNT') && !parts.has('UNTIL')) return 'a rule needs an end: either COUNT= or UNTIL=';
  const count = parts.get('COUNT');
  if (count !== undefined && !(/^\d+$/.test(count) && Number(count) >= 1)) return 'COUNT is a positive whole number';
  return parts;
}

/** How many values a part lists; 0 if it is not there. */
function listed(parts: ReadonlyMap<string, string>, name: string): number {
  return parts.get(name)?.split(',').length ?? 0;
}

/** Most days of one period that a rule may name, counted from its parts alone. */
function daysPerPeriod(parts: ReadonlyMap<string, string>): number {
  const freq = parts.get('FREQ');
  if (freq === 'DAILY') return 1;
  const weekdays = parts.get('BYDAY')?.split(',') ?? [];
  if (freq === 'WEEKLY') return parts.has('BYMONTHDAY') ? 7 : Math.max(weekdays.length, 1);
  const monthly = freq === 'MONTHLY';
  const months = monthly ? 1 : listed(parts, 'BYMONTH') || 12;
  // `FR` is every Friday, `-1FR` is one in a month, or in a year where no month is named.
  const byDay = weekdays.reduce((sum, day) => sum + (/\d/.test(day) ? months : 5 * months), 0);
  const byMonthDay = listed(parts, 'BYMONTHDAY') * months;
  const byYearDay = listed(parts, 'BYYEARDAY');
  // A week by its number is looked at as a whole.
  const byWeekNo = 7 * listed(parts, 'BYWEEKNO');
  const named = Math.max(byDay, byMonthDay, byYearDay, byWeekNo);
  return Math.min(named || (monthly ? 1 : Math.max(1, listed(parts, 'BYMONTH'))), monthly ? 31 : 366);
}

/** Most moments of one period (a day, week, month or year as FREQ says) that a rule makes a choice from. */
function candidatesPerPeriod(parts: ReadonlyMap<string, string>): number {
  return daysPerPeriod(parts) * Math.max(listed(parts, 'BYHOUR'), 1) * Math.max(listed(parts, 'BYMINUTE'), 1);
}

const TOO_MUCH = 'that rule makes too many moments to choose from: name fewer hours, minutes or days, or leave BYSETPOS out';

/** UNTIL as a moment: a date alone means the whole of that day, there. */
function untilOf(text: string, zone: string): string | undefined {
  if (UTC_TIME.test(text)) return text;
  if (!DATE_ONLY.test(text)) return undefined;
  const last = Temporal.PlainDate.from(text).add({ days: 1 }).toZonedDateTime(zone).subtract({ seconds: 1 }).withTimeZone('UTC');
  return `${last.toString({ smallestUnit: 'second', timeZoneName: 'never', offset: 'never' }).replaceAll(/[-:]/g, '')}Z`;
}

/**
 * The starts of a series, in order. Each is at the same time by the clocks of `zone`, whatever the season; a day on which that time
 * does not exist is left out (RFC 5545, 3.3.10). Pure: the zone of this process plays no part.
 */
export function occurrences({ rule, start, zone }: Recurrence): Occurrences {
  if (!isZone(zone)) return { problem: `${JSON.stringify(zone)} is no time zone` };
  const parts = parse(rule);
  if (typeof parts === 'string') return { problem: parts };
  const periods = Math.floor(MOST_CANDIDATES / candidatesPerPeriod(parts));
  if (periods < 1) return { problem: TOO_MUCH };
  try {
    const until = parts.get('UNTIL');
    if (until !== undefined) {
      const moment = untilOf(until, zone);
      if (moment === undefined) return { problem: 'UNTIL is a date (20270131) or a moment in UTC (20270131T120000Z)' };
      parts.set('UNTIL', moment);
    }
    const dtstart = Temporal.Instant.fromEpochMilliseconds(start.getTime()).toZonedDateTimeISO(zone);
    const rruleString = [...parts].map(([name, value]) => `${name}=${value}`).join(';');
    const expanded = new RRuleTemporal({
      rruleString,
      dtstart,
      tzid: zone,
      strict: true,
      maxIterations: periods,
      maxCandidateEvaluations: MOST_CANDIDATES,
      temporal: Temporal,
    });
    const starts = expanded.all((_, i) => i <= MOST_OCCURRENCES).map((at) => new Date(at.epochMilliseconds));
    if (starts.length > MOST_OCCURRENCES) return { problem: `that is more than ${MOST_OCCURRENCES} times` };
    if (starts.length === 0) return { problem: 'that rule never comes about' };
    return { starts };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (!/^Maximum (iterations|candidate evaluations)/.test(why)) return { problem: `that is no rule that can be followed: ${why}` };
    return {
      problem: candidatesPerPeriod(parts) > 1 ? TOO_MUCH : 'that rule comes about too seldom, or never: look at its days and months',
    };
  }
}
