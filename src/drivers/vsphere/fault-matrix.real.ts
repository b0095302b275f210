import { describe, expect, test } from 'vitest';
import { runPart, verbsOf, WAYS } from '../../../test/support/vsphere-matrix.ts';

/** Every n-th case; fault-matrix.long.ts runs all. */
const EVERY = 293;

describe('a sample of the fault matrix', () => {
  for (const way of WAYS) {
    test(way.name, async () => {
      const outcomes = [];
      for (const verb of verbsOf(way)) outcomes.push(await runPart(way, verb, EVERY, false));
      expect(outcomes.flatMap((o) => o.failures)).toEqual([]);
      expect(outcomes.reduce((n, o) => n + o.cases - o.missed, 0)).toBeGreaterThan(2);
    });
  }
});
