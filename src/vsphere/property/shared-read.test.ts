import { expect, test } from 'vitest';
import { makeCtx } from '../../lib/context.ts';
import { Pacer } from './pacer.ts';
import { SharedRead } from './shared-read.ts';

test('questions that are asked while a round waits for its turn go along, and one that is at the server takes no newcomers', async () => {
  const rounds: string[][] = [];
  const held: (() => void)[] = [];
  const pacer = new Pacer({ everyMs: 3_600_000, burst: 1 }, { pause: async () => await new Promise<void>((go) => held.push(go)) });
  const read = new SharedRead<string, string>(
    pacer,
    (item) => item,
    async (_, items) => {
      rounds.push([...items]);
      return new Map(items.map((item) => [item, `${item} in round ${rounds.length}`]));
    },
  );
  expect(await read.get(makeCtx(), 'a')).toBe('a in round 1');
  const early = read.get(makeCtx(), 'a');
  await expect.poll(() => held.length).toBe(1);
  const late = read.all(makeCtx(), ['b', 'a']);
  held[0]?.();
  expect([await early, await late]).toEqual(['a in round 2', ['b in round 2', 'a in round 2']]);
  expect(rounds).toEqual([['a'], ['a', 'b']]);
});

const HOUR = 3_600_000;

/** Reads whose turns the test gives; `asked` holds what went out together. */
function reads(burst: number) {
  const asked: string[][] = [];
  const turns: (() => void)[] = [];
  const pause = async () => await new Promise<void>((resolve) => turns.push(resolve));
  const pacer = new Pacer({ everyMs: HOUR, burst }, { pause });
  const read = async (_: unknown, items: readonly string[]) => {
    asked.push([...items]);
    return await Promise.resolve(new Map(items.map((item) => [item, item.toUpperCase()])));
  };
  const turn = async (): Promise<void> => {
    await expect.poll(() => turns.length).toBeGreaterThan(0);
    turns.shift()?.();
  };
  return { asked, turn, shared: new SharedRead<string, string>(pacer, (item) => item, read, HOUR) };
}

test('who is patient does not wait where nobody has to, and goes with the next who is in a hurry where all have to', async () => {
  const { asked, turn, shared } = reads(1);
  expect(await shared.all(makeCtx(), ['a'], true)).toEqual(['A']);
  const patient = shared.all(makeCtx(), ['b'], true);
  await turn();
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toEqual([['a']]);
  expect(await shared.all(makeCtx(), ['c'])).toEqual(['C']);
  expect(await patient).toEqual(['B']);
  expect(asked).toEqual([['a'], ['b', 'c']]);
});

test('a round in which somebody is in a hurry goes out at its turn', async () => {
  const { asked, turn, shared } = reads(1);
  await shared.all(makeCtx(), ['a']);
  const both = Promise.all([shared.all(makeCtx(), ['b'], true), shared.all(makeCtx(), ['c'])]);
  await turn();
  expect(await both).toEqual([['B'], ['C']]);
  expect(asked).toEqual([['a'], ['b', 'c']]);
});
