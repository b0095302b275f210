/**
 * A semester on simulated time: 15 weeks of teaching in two blocks, with both changes of the clock in them, 5,000 people, and something that
 * fails each week: about a thousand reservations, as many as fit ten minutes of a busy machine. The engine is the real one, on real PostgreSQL, over the fake driver; docs/benchmarks.md has its figures.
 */
import { expect, onTestFinished, test } from 'vitest';
import { withoutLocks } from '../support/engine.ts';
import { runSemester, WEEK } from '../support/semester/semester.ts';

const SEMESTER = {
  // Clocks are set back on 27 October 2030 and forward on 30 March 2031.
  blocks: [
    { firstMonday: [2030, 10, 14], weeks: 9 },
    { firstMonday: [2031, 3, 3], weeks: 6 },
  ] as const,
  people: 5_000,
  machines: 14,
  licenceSeats: 12,
  classes: 8,
  studentsOfClass: 5,
  walkInsOfWeek: 30,
  afternoonMs: 3 * 3_600_000,
};

test('a semester: no promise is broken', async () => {
  const { wrong, text, promised } = await runSemester(onTestFinished, SEMESTER);
  process.stdout.write(`${text}\n`);
  expect(wrong).toEqual([]);
  expect(promised).toBeGreaterThan(800);
});

test('without row locks the checker says what was promised twice', async () => {
  const crowd = { ...WEEK, people: 16, classes: 1, studentsOfClass: 16, walkInsOfWeek: 0, signUpMs: 0, licenceSeats: 100 };
  const { wrong } = await runSemester(onTestFinished, { ...crowd, change: withoutLocks });
  expect(wrong).toEqual(expect.arrayContaining([expect.stringMatching(/^(machines|memory|vCPUs) of /)]));
});
