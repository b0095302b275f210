import { expect, test } from 'vitest';
import { fuzzReplies } from './fuzzing.ts';

test('mutated replies are decoded or refused, never anything else', () => {
  const report = fuzzReplies(5_000, 7);
  expect(report.crashes).toEqual([]);
  expect(report.decoded).toBeGreaterThan(50);
  expect(report.refused).toBeGreaterThan(1_000);
  expect(Object.prototype).not.toHaveProperty('1');
});
