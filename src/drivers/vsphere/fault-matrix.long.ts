import { afterAll, describe, expect, test } from 'vitest';
import { runPart, verbsOf, WAYS } from '../../../test/support/vsphere-matrix.ts';

/** All cases, with the server restarted and our process killed at every step. The number of cases is printed in the end. */
describe('the fault matrix', () => {
  let cases = 0;
  let missed = 0;
  for (const way of WAYS) {
    for (const verb of verbsOf(way)) {
      test(`${way.name}: ${verb}`, async () => {
        const outcome = await runPart(way, verb, 1, true);
        cases += outcome.cases;
        missed += outcome.missed;
        expect(outcome.failures).toEqual([]);
      });
    }
  }
  afterAll(() => {
    process.stdout.write(`fault matrix: ${cases} cases, in ${missed} of them the verb ended before the fault\n`);
  });
});
