/** What a provision makes of each failure of its driver: those that pass, and those that do not. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { drain, makeBench, observe, problems, reservationOf, reserveOne } from '../../test/support/engine.ts';

describe("the driver's own failures in a provision", () => {
  const VERBS = ['clone', 'readBack', 'power', 'guest.ready'] as const;
  const POINTS = ['before', 'middle', 'after'] as const;

  test.each(VERBS.flatMap((verb) => POINTS.map((when) => [verb, when] as const)))(
    'one that passes, %s %s: it becomes ready',
    async (verb, when) => {
      const bench = await makeBench(onTestFinished);
      bench.fake.addFault({ verb, when, count: 2, error: 'unavailable' });
      const { id } = await reserveOne(bench);
      await drain(bench);
      expect((await reservationOf(bench, id)).state).toBe('ready');
      expect(await problems(bench)).toEqual([]);
    },
  );

  test.each(
    VERBS.flatMap((verb) => POINTS.map((when) => [verb, when] as const)).filter(
      // Reading verbs answer by half in the middle; of these two that is the same as the whole.
      ([verb, when]) => when !== 'middle' || verb === 'clone' || verb === 'power',
    ),
  )('a full storage, %s %s: failed with the driver’s words, and nothing is left', async (verb, when) => {
    const bench = await makeBench(onTestFinished);
    const before = await observe(bench);
    bench.fake.addFault({ verb, when, count: 1, error: 'no-space' });
    const { id } = await reserveOne(bench);
    await drain(bench);
    expect(await reservationOf(bench, id)).toMatchObject({ state: 'failed', failure: { code: 'no-space' } });
    expect(await observe(bench)).toEqual(before);
    expect(await problems(bench)).toEqual([]);
  });
});
