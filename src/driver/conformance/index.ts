/**
 * The conformance suite over the driver port: one set of rules for the fake, QEMU for real, and vSphere on its simulator.
 * The only place outside tests that imports vitest; no product code imports this folder.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';
import { runCheck } from './check.ts';
import type { Harness } from './harness.ts';
import { SUITE } from './suite.ts';

export type * from './harness.ts';

/**
 * Declares the suite for one driver. The harness is made once; tests run in order and clear up after themselves.
 * `leftOut` says by id which checks cannot be asked of this driver and why; it stands in their names, and a test fails when it
 * names one check too many or too few. `elsewhere` are the ids of checks that another run of the suite over the same driver makes.
 */
export function runConformance(
  name: string,
  makeHarness: () => Promise<Harness>,
  leftOut: Readonly<Record<string, string>> = {},
  elsewhere: readonly string[] = [],
): void {
  describe(`conformance of ${name}`, () => {
    let harness: Harness;
    let bench: Bench;
    beforeAll(async () => {
      harness = await makeHarness();
      bench = new Bench(harness);
    });
    afterAll(async () => {
      await bench?.tidy();
      await bench?.finish();
      await harness?.dispose();
    });
    test('exactly what cannot be asked of this driver is left out, each for its reason', () => {
      const reasons = Object.values(SUITE)
        .flat()
        .map((check) => [check.id, check.skip?.(bench)]);
      expect(leftOut).toEqual(Object.fromEntries(reasons.filter(([, reason]) => reason !== undefined)));
      expect(reasons.map(([id]) => id)).toEqual(expect.arrayContaining([...elsewhere]));
    });
    for (const [theme, checks] of Object.entries(SUITE)) {
      describe(theme, () => {
        for (const check of checks.filter(({ id }) => !elsewhere.includes(id))) {
          const title = `${check.id}: ${check.title}`;
          const reason = leftOut[check.id];
          if (reason !== undefined) test.skip(`${title} (not asked here: ${reason})`, () => {});
          else test(title, async () => expect(await runCheck(bench, check)).toEqual([]));
        }
      });
    }
  });
}
