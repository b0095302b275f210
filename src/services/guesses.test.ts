import { expect, test } from 'vitest';
import { Guesses, placeOf } from './guesses.ts';

test('guesses are counted by address, of IPv6 by network', () => {
  expect(placeOf('192.0.2.1')).toBe('192.0.2.1');
  expect(placeOf('::ffff:192.0.2.1')).toBe('::ffff:192.0.2.1');
  expect(placeOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2');
  expect(placeOf('2001:db8::6')).toBe('2001:db8:0:0');
  expect(placeOf('::1')).toBe('0:0:0:0');
  expect(placeOf('2001:db8:1:2::')).toBe(placeOf('2001:db8:1:2:ffff::9'));
});

test('many at one time are no way around, and failures are forgotten an hour after the last', () => {
  let now = 0;
  const guesses = new Guesses(() => new Date(now));
  const begin = () => guesses.begin('ann', '192.0.2.1', true);
  for (let i = 0; i < 5; i++) begin();
  expect(begin).toThrow('too many wrong passwords');
  // Being refused is no failure: it does not make the wait longer.
  expect(begin).toThrow('too many wrong passwords');
  now += 1000;
  begin();
  now += 1000;
  expect(begin).toThrow('too many wrong passwords');
  now += 3_600_000;
  for (let i = 0; i < 5; i++) begin();
  expect(begin).toThrow('too many wrong passwords');
});
