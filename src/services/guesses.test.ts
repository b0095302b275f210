import { expect, test } from 'vitest';
import { KNOWN_MS, KnownBrowsers } from './known-browsers.ts';
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

test('a mark of a browser is for one account, of one installation, and for half a year', () => {
  let now = 0;
  const known = (key: number) => new KnownBrowsers(Buffer.alloc(32, key), () => new Date(now));
  const mark = known(1).mark('ann');
  const browser = known(1).browserOf('ann', mark);
  expect(browser).toMatch(/^[\w-]{22}$/);
  expect(known(1).browserOf('bob', mark)).toBeUndefined();
  expect(known(2).browserOf('ann', mark)).toBeUndefined();
  const [name, end, signature] = mark.split('.') as [string, string, string];
  for (const made of [
    '',
    '..',
    name,
    `${name}.${end}`,
    `${name}.${end}.`,
    `${name}.zzzzzzzzz.${signature}`,
    `x.${end}.${signature}`,
    `${mark}.x`,
  ])
    expect(known(1).browserOf('ann', made)).toBeUndefined();
  now += KNOWN_MS - 1;
  expect(known(1).browserOf('ann', mark)).toBe(browser);
  now += 1;
  expect(known(1).browserOf('ann', mark)).toBeUndefined();
});
