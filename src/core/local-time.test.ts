import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isZone, readTime } from './local-time.ts';

const ZONE = 'Europe/Amsterdam';
const now = new Date('2026-11-24T12:00:00Z');
const read = (text: string, zone = ZONE) => readTime(text, zone, now);
const at = (iso: string, twice = false) => ({ at: new Date(iso), twice });

test('a time with its offset is that moment, whatever the zone', () => {
  expect(read('2026-11-25T14:00Z')).toEqual(at('2026-11-25T14:00:00Z'));
  expect(read('2026-11-25 14:00+05:30', 'Asia/Tokyo')).toEqual(at('2026-11-25T08:30:00Z'));
});

test('a local time is what clocks there show, in winter and in summer', () => {
  expect(read('2026-11-25T14:00')).toEqual(at('2026-11-25T13:00:00Z'));
  expect(read('2026-07-25 14:00')).toEqual(at('2026-07-25T12:00:00Z'));
  expect(read('2026-07-25 9:00')).toEqual(at('2026-07-25T07:00:00Z'));
  expect(read('2026-11-25T14:00', 'America/New_York')).toEqual(at('2026-11-25T19:00:00Z'));
});

test('a time that the clocks leave out is refused, of one they show twice the earlier is taken', () => {
  expect(read('2027-03-28T02:30')).toEqual({ problem: expect.stringContaining('does not exist in Europe/Amsterdam') });
  expect(read('2026-10-25T02:30')).toEqual(at('2026-10-25T00:30:00Z', true));
});

test('a bare time is the next one', () => {
  expect(read('14:00')).toEqual(at('2026-11-24T13:00:00Z'));
  expect(read('12:00')).toEqual(at('2026-11-25T11:00:00Z'));
  expect(read('tomorrow 14:00')).toEqual(at('2026-11-25T13:00:00Z'));
  expect(read('today 9:00')).toEqual(at('2026-11-24T08:00:00Z'));
});

test('a clock of twelve hours, as people type it', () => {
  for (const [said, clock] of [
    ['9pm', '21:00'],
    ['9:30 PM', '21:30'],
    ['12am', '0:00'],
    ['12 p.m.', '12:00'],
    ['tomorrow 9 am', 'tomorrow 9:00'],
  ] as const)
    expect([said, read(said)]).toEqual([said, read(clock)]);
  for (const said of ['13pm', '0am', '9p', '9:60pm']) expect(read(said)).toHaveProperty('problem');
});

describe('what is no time', () => {
  test.each(['', 'soon', '2026-13-01T10:00', '2026-02-30T10:00Z', '25:00', '2026-11-25', '99:99'])('%j', (text) => {
    expect(read(text)).toHaveProperty('problem');
  });
  test('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, zone) => {
        expect(readTime(text, zone, now)).toBeTypeOf('object');
      }),
    );
  });
});

test('zones are those with a name', () => {
  expect([ZONE, 'UTC', 'America/Argentina/Buenos_Aires'].every(isZone)).toBe(true);
  expect(['', 'Mars/Olympus', '+01:00', 'local'].some(isZone)).toBe(false);
});
