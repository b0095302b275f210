import { expect, test } from 'vitest';
import { ClockGuard } from './timers.ts';

const HOUR = 3_600_000;

test('a clock that runs is believed, also after a long pause of the process', () => {
  const clock = new ClockGuard();
  expect(clock.believes(0, 0)).toBe(true);
  expect(clock.believes(5_000, 5_000)).toBe(true);
  expect(clock.believes(HOUR, HOUR)).toBe(true);
});

test('a clock set forward ends nothing for ten minutes, and then is believed', () => {
  const clock = new ClockGuard();
  clock.believes(0, 0);
  expect(clock.believes(24 * HOUR, 5_000)).toBe(false);
  expect(clock.believes(24 * HOUR + 590_000, 595_000)).toBe(false);
  expect(clock.believes(24 * HOUR + 600_000, 605_000)).toBe(true);
});

test('a clock that is put right again is believed at once', () => {
  const clock = new ClockGuard();
  clock.believes(0, 0);
  expect(clock.believes(24 * HOUR, 5_000)).toBe(false);
  expect(clock.believes(10_000, 10_000)).toBe(true);
});
