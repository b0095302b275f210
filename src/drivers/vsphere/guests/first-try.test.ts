import { expect, test } from 'vitest';
import { FirstTry } from './first-try.ts';

test('a guest that refuses at first makes those of its image wait as long as it took; each that does not makes it less', () => {
  const first = new FirstTry();
  first.told('a', 0, false);
  expect(first.wait('a')).toBe(0);
  first.told('a', 6_000, true);
  first.told('a', 3_000, true);
  expect([first.wait('a'), first.wait('b')]).toEqual([6_000, 0]);
  first.told('a', 6_000, false);
  expect(first.wait('a')).toBe(5_700);
  first.told('a', 500_000, true);
  expect(first.wait('a')).toBe(60_000);
});
