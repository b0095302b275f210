/** A week of a small semester, on simulated time: see `semester.long.ts` for the whole. */
import { expect, onTestFinished, test } from 'vitest';
import { withoutLocks } from '../support/engine.ts';
import { runSemester } from '../support/semester/semester.ts';

const WEEK = {
  blocks: [{ firstMonday: [2030, 10, 21], weeks: 1 }] as const,
  people: 30,
  machines: 4,
  licenceSeats: 4,
  classes: 4,
  studentsOfClass: 4,
  walkInsOfWeek: 30,
  afternoonMs: 30 * 60_000,
};

test('a week: people, classes and outages, and no promise is broken', async () => {
  const { wrong, promised } = await runSemester(onTestFinished, WEEK);
  expect(wrong).toEqual([]);
  expect(promised).toBeGreaterThan(30);
});

test('without row locks the checker says what was promised twice', async () => {
  const crowd = { ...WEEK, people: 16, classes: 1, studentsOfClass: 16, walkInsOfWeek: 0, signUpMs: 0, licenceSeats: 100 };
  const { wrong } = await runSemester(onTestFinished, { ...crowd, change: withoutLocks });
  expect(wrong).toEqual(expect.arrayContaining([expect.stringMatching(/^(machines|memory|vCPUs) of /)]));
});
