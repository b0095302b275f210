/** A week of a small semester, on simulated time: see `semester.long.ts` for the whole. */
import { expect, onTestFinished, test } from 'vitest';
import { runSemester, WEEK } from '../support/semester/semester.ts';

test('a week: people, classes and outages, and no promise is broken', async () => {
  const { wrong, promised } = await runSemester(onTestFinished, WEEK);
  expect(wrong).toEqual([]);
  expect(promised).toBeGreaterThan(15);
});
