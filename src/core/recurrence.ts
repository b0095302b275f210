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
/** A rule that yields so little that it takes more steps than this has a mistake in it (30 February). */
const MOST_STEPS = 20_000;

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
  if (parts.has('COUNT') === parts.has('UNTIL')) return 'a rule needs an end: either COUNT= or UNTIL=';
  const count = parts.get('COUNT');
  if (count !== undefined && !(/^\d+$/.test(count) && Number(count) >= 1)) return 'COUNT is a positive whole number';
  return parts;
}

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
  try {
    const until = parts.get('UNTIL');
    if (until !== undefined) {
      const moment = untilOf(until, zone);
      if (moment === undefined) return { problem: 'UNTIL is a date (20270131) or a moment in UTC (20270131T120000Z)' };
      parts.set('UNTIL', moment);
    }
    const dtstart = Temporal.Instant.fromEpochMilliseconds(start.getTime()).toZonedDateTimeISO(zone);
    const rruleString = [...parts].map(([name, value]) => `${name}=${value}`).join(';');
    const expanded = new RRuleTemporal({ rruleString, dtstart, tzid: zone, strict: true, maxIterations: MOST_STEPS, temporal: Temporal });
    const starts = expanded.all((_, i) => i <= MOST_OCCURRENCES).map((at) => new Date(at.epochMilliseconds));
    if (starts.length > MOST_OCCURRENCES) return { problem: `that is more than ${MOST_OCCURRENCES} times` };
    if (starts.length === 0) return { problem: 'that rule never comes about' };
    return { starts };
  } catch (error) {
    return { problem: `that is no rule that can be followed: ${error instanceof Error ? error.message : String(error)}` };
  }
}
