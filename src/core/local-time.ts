/** Times as people say them, in a time zone of theirs. */
import { Temporal } from 'temporal-polyfill';

export type ReadTime =
  /** `twice`: the clock shows this time twice that day, and the earlier one was taken. */
  { at: Date; twice: boolean } | { problem: string };

const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[zZ]|[+-]\d\d:?\d\d)$/;
const LOCAL = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?$/;
const CLOCK = /^(?:(today|tomorrow) )?(\d{1,2}):(\d\d)$/i;
const CLOCK_OF_12 = /^(?:(today|tomorrow) )?(1[0-2]|0?[1-9])(?::(\d\d))? ?([ap])\.?m\.?$/i;

/** Whether a name is a time zone of the IANA database that this runtime knows. */
export function isZone(zone: string): boolean {
  // A bare offset is one to Temporal too, but knows no summer time: it would move every second half-year.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * The moment at which clocks in `zone` show a local time. A time that the change to summer time leaves out is a problem; of one
 * that the change back shows twice, the earlier is taken.
 */
function momentOf(local: Temporal.PlainDateTime, zone: string): ReadTime {
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const later = local.toZonedDateTime(zone, { disambiguation: 'later' });
  const at = new Date(earlier.epochMilliseconds);
  if (earlier.epochMilliseconds === later.epochMilliseconds) return { at, twice: false };
  if (earlier.toPlainDateTime().equals(local)) return { at, twice: true };
  return { problem: `${local.toString({ smallestUnit: 'minute' })} does not exist in ${zone}: clocks are put forward over it` };
}

/**
 * Reads `2026-11-25T14:00Z` or with another offset, `2026-11-25 14:00` in `zone`, `14:00` (the next such time), `today 14:00` or
 * `tomorrow 14:00`; `2pm` and `2:30 pm` as well.
 */
export function readTime(text: string, zone: string, now: Date): ReadTime {
  // `9:00` is `09:00`, after a date as well.
  const said = text.trim().replace(/(?<=^\d{4}-\d\d-\d\d[T ])(?=\d:)/, '0');
  try {
    if (INSTANT.test(said)) return { at: new Date(Temporal.Instant.from(said.replace(' ', 'T')).epochMilliseconds), twice: false };
    if (!isZone(zone)) return { problem: `${JSON.stringify(zone)} is no time zone` };
    if (LOCAL.test(said)) return momentOf(Temporal.PlainDateTime.from(said.replace(' ', 'T')), zone);
    const clock = CLOCK.exec(said) ?? of24(CLOCK_OF_12.exec(said));
    if (clock) return readClock(clock, zone, now);
  } catch {
    return { problem: `${JSON.stringify(text)} is no date and time` };
  }
  return { problem: `${JSON.stringify(text)} is no date and time` };
}

/** 12 am is midnight, 12 pm is noon. */
function of24(clock: RegExpExecArray | null): (string | undefined)[] | undefined {
  if (clock === null) return undefined;
  const [said, day, hour, minute = '00', half = ''] = clock;
  return [said, day, String((Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0)), minute];
}

function readClock([, day, hour, minute]: readonly (string | undefined)[], zone: string, now: Date): ReadTime {
  const here = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone);
  const time = Temporal.PlainTime.from({ hour: Number(hour), minute: Number(minute) }, { overflow: 'reject' });
  const on = (days: number) => momentOf(here.toPlainDate().add({ days }).toPlainDateTime(time), zone);
  if (day?.toLowerCase() === 'tomorrow') return on(1);
  const today = on(0);
  return day === undefined && 'at' in today && today.at <= now ? on(1) : today;
}
