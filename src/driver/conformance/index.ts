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

/** Declares the suite for one driver. The harness is made once; tests run in order and clear up after themselves. */
export function runConformance(name: string, makeHarness: () => Promise<Harness>): void {
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
    for (const [theme, checks] of Object.entries(SUITE)) {
      describe(theme, () => {
        for (const check of checks) {
          test(`${check.id}: ${check.title}`, async ({ skip }) => {
            const reason = check.skip?.(bench);
            if (reason !== undefined) skip(reason);
            expect(await runCheck(bench, check)).toEqual([]);
          });
        }
      });
    }
  });
}
