import { expect, test } from 'vitest';
import { makeCtx } from '../../lib/context.ts';
import { type Pace, Pacer } from './pacer.ts';

/** A pacer on a clock that only its own pauses and the test move. */
function paced(pace: Pace | undefined) {
  const clock = { ms: 1_000, pauses: [] as number[] };
  const pause = async (_: unknown, ms: number) => {
    clock.pauses.push(ms);
    clock.ms += ms;
  };
  return { clock, pacer: new Pacer(pace, { now: () => clock.ms, pause }) };
}

test('so many at once, then evenly, and as many again after a rest', async () => {
  const { clock, pacer } = paced({ everyMs: 100, burst: 3 });
  const turns = async (n: number) => {
    const waited: boolean[] = [];
    for (let i = 0; i < n; i++) waited.push(await pacer.turn(makeCtx()));
    return waited;
  };
  expect(await turns(5)).toEqual([false, false, false, true, true]);
  expect(clock.pauses).toEqual([100, 100]);
  clock.ms += 40;
  expect(await turns(1)).toEqual([true]);
  expect(clock.pauses.at(-1)).toBe(60);
  clock.ms += 10_000;
  expect(await turns(4)).toEqual([false, false, false, true]);
});

test('who comes less often than that never waits', async () => {
  const { clock, pacer } = paced({ everyMs: 100, burst: 1 });
  for (let i = 0; i < 20; i++) {
    expect(await pacer.turn(makeCtx())).toBe(false);
    clock.ms += 100;
  }
});

test('several that ask at one moment get turns of their own', async () => {
  const { clock, pacer } = paced({ everyMs: 100, burst: 1 });
  const at = clock.ms;
  await Promise.all([1, 2, 3].map(() => pacer.turn(makeCtx())));
  expect(clock.pauses).toHaveLength(2);
  expect(clock.ms - at).toBeGreaterThanOrEqual(200);
});

test('without a pace nobody waits; and a wait ends with its context', async () => {
  const free = paced(undefined);
  for (let i = 0; i < 50; i++) expect(await free.pacer.turn(makeCtx())).toBe(false);
  const slow = new Pacer({ everyMs: 3_600_000, burst: 1 });
  await slow.turn(makeCtx());
  const control = new AbortController();
  const turn = slow.turn({ signal: control.signal });
  control.abort();
  await expect(turn).rejects.toThrow();
});
