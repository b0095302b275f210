/** What a series will be, in words, before it is reserved: its times are the server's, which expands its rule. */
import type { Availability } from '../../../src/contract/calendar.ts';
import type { Messages } from '../i18n/en.ts';
import type { Format } from '../i18n/format.ts';
import { type Choice, seatsOf } from './request.ts';

export interface SeriesWords {
  /** `Every Monday, 13:00, until 31 January 2027: 9 times` */
  sentence: string;
  /** Which of its times cannot be had; or that all can, where one machine each time is asked for: of more only the first was looked for. */
  free: string | undefined;
}

/** So many times are named; the answer to the request names all. */
const MOST_NAMED = 12;

/** Undefined where no day or no time of it is known, as before the server has answered. */
export function seriesWords(
  choice: Pick<Choice, 'every' | 'until' | 'seats'>,
  times: Availability['times'],
  { reserve: t }: Messages,
  format: Format,
): SeriesWords | undefined {
  const first = times?.[0];
  if (times === undefined || first === undefined || choice.until === '') return undefined;
  // Weekday and clock of what will be, not of what is written in the form.
  const at = new Date(first.at);
  const clock = format.clock(at);
  const what = choice.every === 'weekly' ? t.everyWeek(format.weekday(at), clock) : t.everyDay[choice.every](clock);
  const taken = times.filter(({ free }) => !free).map((time) => format.time(time.at));
  const named = taken.slice(0, MOST_NAMED).join('; ') + (taken.length > MOST_NAMED ? ' …' : '');
  const all = seatsOf(choice).seats === undefined ? t.allFree : undefined;
  return {
    sentence: t.series(what, format.date(choice.until), times.length),
    free: taken.length > 0 ? t.notFree(taken.length, named) : all,
  };
}

/** Whether the last day lies before the first, so that there is nothing to ask about. */
export const endsBeforeItBegins = ({ at, until }: Pick<Choice, 'at' | 'until'>): boolean => until < at.slice(0, 10);
