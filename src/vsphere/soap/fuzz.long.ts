import { expect, test } from 'vitest';
import { fuzzReplies } from './fuzzing.ts';

test('a million mutated replies: no crash, no hang, no memory that grows', () => {
  let heap = 0;
  for (let part = 0; part < 10; part++) {
    const report = fuzzReplies(100_000, 1_000 + part);
    expect(report.crashes).toEqual([]);
    // a bound against hanging, far above what a busy machine needs for a few kilobytes
    expect(report.slowestMs).toBeLessThan(5_000);
    heap = Math.max(heap, report.heapBytes);
  }
  expect(heap).toBeLessThan(1024 * 1024 * 1024);
});
