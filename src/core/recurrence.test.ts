import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { MOST_OCCURRENCES, occurrences } from './recurrence.ts';

const ZONE = 'Europe/Amsterdam';
const start = new Date('2026-10-19T07:00:00Z'); // a Monday, 09:00 there, six days before winter time

function starts(rule: string, from = start, zone = ZONE): string[] {
  const found = occurrences({ rule, start: from, zone });
  if ('problem' in found) throw new Error(found.problem);
  return found.starts.map((s) => s.toISOString());
}

const clock = (zone: string) => new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

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

describe('refuses', () => {
  test.each([
    ['', /no part/],
    ['FREQ=HOURLY;COUNT=3', /FREQ/],
    ['FREQ=DAILY', /needs an end/],
    ['FREQ=DAILY;COUNT=2;UNTIL=20270101', /needs an end/],
    ['FREQ=DAILY;COUNT=0', /positive/],
    ['FREQ=DAILY;COUNT=2;COUNT=3', /twice/],
    ['FREQ=DAILY;COUNT=2;X-EVIL=1', /no part/],
    ['DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;COUNT=2', /no part/],
    [`FREQ=DAILY;COUNT=${MOST_OCCURRENCES + 1}`, /more than/],
    ['FREQ=DAILY;UNTIL=20200101', /never/],
    ['FREQ=DAILY;UNTIL=tomorrow', /UNTIL/],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1', /no rule that can be followed/],
    ['FREQ=WEEKLY;BYDAY=XX;COUNT=1', /./],
  ])('%j', (rule, why) => {
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
