import { expect, it } from 'vitest';
import { fuzz } from './fuzzing.ts';

it('a million mutated messages: no crash, no hang, no growing memory', async () => {
  const first = await fuzz(20_000, 11);
  const all = await fuzz(980_000, 12);
  expect(all.messages + first.messages).toBe(1_000_000);
  // Each simulator is thrown away after a thousand messages, so what stays must not grow with their number.
  expect(all.heap).toBeLessThan(Math.max(first.heap * 2, 600 * 2 ** 20));
});
