import { describe, expect, test } from 'vitest';
import { runPart, verbsOf, WAYS } from '../../../test/support/vsphere-matrix.ts';

/** Every n-th case of the ways that each kind of server has by itself; fault-matrix.long.ts runs all of all. */
const EVERY = 293;
const SAMPLE = WAYS.filter(({ name }) => ['vCenter, linked clone from a snapshot', 'ESXi, child disk'].includes(name));

describe('a sample of the fault matrix', () => {
  for (const way of SAMPLE) {
    test(way.name, async () => {
      const outcomes = [];
      for (const verb of verbsOf(way)) outcomes.push(await runPart(way, verb, EVERY, false));
      expect(outcomes.flatMap((o) => o.failures)).toEqual([]);
      expect(outcomes.reduce((n, o) => n + o.cases - o.missed, 0)).toBeGreaterThan(2);
    });
  }
});
