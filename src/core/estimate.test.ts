import { expect, test } from 'vitest';
import { estimateOf, leadFor } from './estimate.ts';

test('too few waits tell nothing; enough give nearest ranks', () => {
  expect(estimateOf([1, 2])).toBeUndefined();
  expect(estimateOf([30, 10, 20])).toEqual({ count: 3, p50Ms: 20, p95Ms: 30 });
  expect(estimateOf(Array.from({ length: 100 }, (_, i) => 100 - i))).toEqual({ count: 100, p50Ms: 50, p95Ms: 95 });
});

test('a machine is made as long ahead as nearly all took and half again, within a minute and an hour', () => {
  expect(leadFor(undefined)).toBe(600_000);
  expect(leadFor({ count: 9, p50Ms: 1, p95Ms: 2_000 })).toBe(60_000);
  expect(leadFor({ count: 9, p50Ms: 1, p95Ms: 100_000 })).toBe(150_000);
  expect(leadFor({ count: 9, p50Ms: 1, p95Ms: 10_000_000 })).toBe(3_600_000);
});
