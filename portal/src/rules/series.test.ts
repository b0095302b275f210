import { expect, it } from 'vitest';
import { de } from '../i18n/de.ts';
import { en } from '../i18n/en.ts';
import { type Format, makeFormat } from '../i18n/format.ts';
import { type Choice, FIRST_CHOICE } from './request.ts';
import { endsBeforeItBegins, seriesWords } from './series.ts';

const ZONE = 'Europe/Zurich';
const now = new Date('2026-11-29T12:00:00Z');
const [english, german] = ['en-GB', 'de-CH'].map((locale) => {
  const format = makeFormat(locale, ZONE);
  return { ...format, time: (at: string | Date) => format.time(at, now) };
}) as [Format, Format];

const DAY = 86_400_000;

/** A choice with times as the server answers them: `n`, each `days` after the one before, from 13:00 on a Monday there. */
function asked(change: Partial<Choice>, n: number, days: number, isFree: (i: number) => boolean = () => true) {
  const choice: Choice = { ...FIRST_CHOICE, when: 'repeating', at: '2026-11-30T13:00', until: '2027-01-31', ...change };
  const first = Date.parse('2026-11-30T12:00:00Z');
  return [choice, Array.from({ length: n }, (_, i) => ({ at: new Date(first + i * days * DAY).toISOString(), free: isFree(i) }))] as const;
}

it('a series in words before it is reserved: which day, at what time there, until when, how many times', () => {
  const mondays = asked({}, 9, 7);
  expect(seriesWords(...mondays, en, english)).toEqual({
    sentence: 'Every Monday, 13:00, until 31 January 2027: 9 times',
    free: 'Each of them can be had.',
  });
  expect(seriesWords(...mondays, de, german)?.sentence).toBe('Jeden Montag um 13:00 bis 31. Januar 2027: 9-mal');
  const days = asked({ every: 'daily', until: '2026-12-02' }, 3, 1);
  expect(seriesWords(...days, en, english)?.sentence).toBe('Every day, 13:00, until 2 December 2026: 3 times');
  const week = asked({ every: 'weekdays', until: '2026-12-06' }, 5, 1);
  expect(seriesWords(...week, de, german)?.sentence).toBe('Montag bis Freitag um 13:00 bis 6. Dezember 2026: 5-mal');
  const once = asked({ every: 'weekdays', until: '2026-11-30' }, 1, 1);
  expect(seriesWords(...once, en, english)?.sentence).toBe('Monday to Friday, 13:00, until 30 November 2026: once');
});

it('what is said is what the server answered: by the clocks there, also after they change', () => {
  const choice = { every: 'daily', until: '2027-03-28', seats: '1' } as const;
  const times = ['2027-03-27T12:00:00Z', '2027-03-28T11:00:00Z'].map((at) => ({ at, free: false }));
  expect(seriesWords(choice, times, en, english)).toEqual({
    sentence: 'Every day, 13:00, until 28 March 2027: 2 times',
    free: '2 of them cannot be had: Sat 27 Mar, 13:00; Sun 28 Mar, 13:00',
  });
});

it('what cannot be had is named, so many at most; of a class nothing is promised that was not asked', () => {
  const none = asked({ every: 'daily' }, 63, 1, () => false);
  expect(seriesWords(...none, de, german)?.free).toMatch(/^63 davon sind nicht zu haben: (?:[^;]+; ){11}[^;]+ …$/);
  const one = asked({}, 9, 7, (i) => i !== 1);
  expect(seriesWords(...one, de, german)?.free).toMatch(/^1 davon ist nicht zu haben: [^;]*7\. Dez\.[^;]*13:00$/);
  expect(seriesWords(...asked({ seats: '20' }, 9, 7), en, english)?.free).toBeUndefined();
});

it('nothing is said before the server has answered, nor of a last day that lies before the first', () => {
  const [choice] = asked({}, 9, 7);
  for (const times of [undefined, []]) expect(seriesWords(choice, times, en, english)).toBeUndefined();
  expect([choice, { ...choice, until: '2026-11-30' }, { ...choice, until: '2026-11-29' }].map(endsBeforeItBegins)).toEqual([
    false,
    false,
    true,
  ]);
});
