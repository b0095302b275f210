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
