import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { MOST_CANDIDATES, MOST_OCCURRENCES, occurrences } from './recurrence.ts';

const ZONE = 'Europe/Amsterdam';
const start = new Date('2026-10-19T07:00:00Z'); // a Monday, 09:00 there, six days before winter time

function starts(rule: string, from = start, zone = ZONE): string[] {
  const found = occurrences({ rule, start: from, zone });
  if ('problem' in found) throw new Error(found.problem);
  return found.starts.map((s) => s.toISOString());
}

const clock = (zone: string) => new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

const upTo = (last: number) => [...Array(last + 1).keys()].join(',');

test('every week at the same time by the clocks there, through the change to winter time', () => {
  expect(starts('FREQ=WEEKLY;COUNT=3')).toEqual(['2026-10-19T07:00:00.000Z', '2026-10-26T08:00:00.000Z', '2026-11-02T08:00:00.000Z']);
});

test('a term of Mondays and Wednesdays until a date, that day included', () => {
  expect(starts('FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261028')).toHaveLength(4);
  expect(starts('FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261027')).toHaveLength(3);
  expect(starts('RRULE:FREQ=DAILY;UNTIL=20261021T070000Z')).toHaveLength(3);
});

test('the last Friday of each month, every other week, and the start only if the rule has it', () => {
  expect(starts('FREQ=MONTHLY;BYDAY=-1FR;COUNT=3').map((s) => s.slice(0, 10))).toEqual(['2026-10-30', '2026-11-27', '2026-12-25']);
  expect(starts('FREQ=WEEKLY;INTERVAL=2;COUNT=3').map((s) => s.slice(0, 10))).toEqual(['2026-10-19', '2026-11-02', '2026-11-16']);
  expect(starts('FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3').map((s) => s.slice(0, 10))).toEqual(['2026-10-31', '2026-12-31', '2027-01-31']);
});

test('a day on which the time does not exist is left out; on one where it comes twice the first is meant', () => {
  expect(starts('FREQ=WEEKLY;COUNT=3', new Date('2027-03-21T01:30:00Z'))).toEqual([
    '2027-03-21T01:30:00.000Z',
    '2027-04-04T00:30:00.000Z',
    '2027-04-11T00:30:00.000Z',
  ]);
  expect(starts('FREQ=DAILY;COUNT=3', new Date('2026-10-24T00:30:00Z'))[1]).toBe('2026-10-25T00:30:00.000Z');
});

describe('the zone of this process plays no part', () => {
  const own = process.env.TZ;
  afterEach(() => {
    if (own === undefined) delete process.env.TZ;
    else process.env.TZ = own;
  });
  test.each(['America/New_York', 'Pacific/Kiritimati', 'UTC'])('%s', (tz) => {
    process.env.TZ = tz;
    expect(starts('FREQ=WEEKLY;COUNT=2')).toEqual(['2026-10-19T07:00:00.000Z', '2026-10-26T08:00:00.000Z']);
  });
});

test('every occurrence shows the same time on the clocks of its zone, and they grow', () => {
  const zones = fc.constantFrom(ZONE, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Santiago', 'UTC');
  const freq = fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY');
  fc.assert(
    fc.property(zones, freq, fc.integer({ min: 0, max: 700 * 24 * 4 }), fc.integer({ min: 1, max: 40 }), (zone, f, quarter, count) => {
      const from = new Date(Date.UTC(2026, 0, 1) + quarter * 900_000);
      const found = starts(`FREQ=${f};COUNT=${count}`, from, zone);
      expect(found).toHaveLength(count);
      expect([...found].sort()).toEqual(found);
      const shown = new Set(found.map((s) => clock(zone).format(new Date(s))));
      expect(shown).toEqual(new Set([clock(zone).format(from)]));
    }),
    { numRuns: 60 },
  );
});

/** Runs `work` and counts what it makes the expander look at: moments, and times of a day while it builds and sorts them. */
function candidatesOf(work: () => void): number {
  const expander = RRuleTemporal.prototype as unknown as { recordCandidateEvaluation(budget: unknown, n?: number): void };
  const count = vi.spyOn(expander, 'recordCandidateEvaluation');
  try {
    work();
    return count.mock.calls.reduce((sum, [, n = 1]) => sum + n, 0);
  } finally {
    count.mockRestore();
  }
}

test.each(['MONTHLY', 'WEEKLY', 'YEARLY', 'DAILY'])(
  'a %s rule of every minute with a position that is never reached stays within the work budget',
  (freq) => {
    const rule = `FREQ=${freq};BYHOUR=${upTo(23)};BYMINUTE=${upTo(59)};BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=99999;COUNT=5`;
    expect(candidatesOf(() => occurrences({ rule, start, zone: ZONE }))).toBeLessThanOrEqual(MOST_CANDIDATES + 1);
  },
);

test('no rule takes more work than the budget, counted in candidates', () => {
  const list = (name: string, values: readonly (string | number)[]) =>
    fc.option(
      fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }).map((v) => `${name}=${v.join(',')}`),
      { nil: '' },
    );
  const range = (from: number, to: number) => [...Array(to - from + 1).keys()].map((n) => n + from);
  const rules = fc
    .tuple(
      fc.constantFrom('FREQ=DAILY', 'FREQ=WEEKLY', 'FREQ=MONTHLY', 'FREQ=YEARLY'),
      list('BYHOUR', range(0, 23)),
      list('BYMINUTE', range(0, 59)),
      list('BYDAY', ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']),
      list('BYMONTHDAY', range(1, 31)),
      list('BYMONTH', range(1, 12)),
      list('BYYEARDAY', range(1, 366)),
      list('BYWEEKNO', range(1, 53)),
      list('BYSETPOS', [1, -1, 7, 366, -366, 99_999]),
      fc.constantFrom('COUNT=1', 'COUNT=40', 'COUNT=366', 'UNTIL=20280101', 'UNTIL=99991231'),
    )
    .map((parts) => parts.filter((p) => p !== '').join(';'));
  fc.assert(
    fc.property(rules, (rule) => {
      expect(candidatesOf(() => occurrences({ rule, start, zone: ZONE }))).toBeLessThanOrEqual(MOST_CANDIDATES + 1);
    }),
    { numRuns: 60 },
  );
});

describe('refuses', () => {
  test.each([
    ['', /no part/],
    ['FREQ=HOURLY;COUNT=3', /FREQ/],
    ['FREQ=DAILY', /needs an end/],
    ['FREQ=DAILY;COUNT=2;UNTIL=20270101', /not both/],
    ['FREQ=DAILY;COUNT=0', /positive/],
    ['FREQ=DAILY;COUNT=2;COUNT=3', /twice/],
    ['FREQ=DAILY;COUNT=2;X-EVIL=1', /no part/],
    ['DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;COUNT=2', /no part/],
    [`FREQ=DAILY;COUNT=${MOST_OCCURRENCES + 1}`, /more than/],
    ['FREQ=DAILY;UNTIL=20200101', /never/],
    ['FREQ=DAILY;UNTIL=tomorrow', /UNTIL/],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1', /too seldom, or never/],
    ['FREQ=WEEKLY;BYDAY=XX;COUNT=1', /./],
  ])('%j', (rule, why) => {
    expect(occurrences({ rule, start, zone: ZONE })).toEqual({ problem: expect.stringMatching(why) });
  });
  test.each([
    ['a year of minutes', `FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=${upTo(23)};BYMINUTE=${upTo(59)};COUNT=1`, /name fewer hours/],
    ['a rule as long as a page', `FREQ=YEARLY;BYDAY=${'MO,'.repeat(1_000)}TU;COUNT=1`, /at most 2000 characters/],
  ])('%s', (_, rule, why) => {
    expect(occurrences({ rule, start, zone: ZONE })).toEqual({ problem: expect.stringMatching(why) });
  });
  test('zones that are none', () => {
    expect(occurrences({ rule: 'FREQ=DAILY;COUNT=1', start, zone: 'Mars/Olympus' })).toHaveProperty('problem');
  });
  test('anything, without throwing', () => {
    fc.assert(
      fc.property(fc.string(), (rule) => {
        expect(occurrences({ rule, start, zone: ZONE })).toBeTypeOf('object');
      }),
    );
  });
});
