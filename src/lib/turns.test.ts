import { expect, onTestFinished, test, vi } from 'vitest';
import { Turns } from './turns.ts';

/** All that is due by now is done. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** Work that ends when it is told to, and the order in which it began. */
function makeWork() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
  };
  const end = async (name: string) => {
    await settled();
    ends.get(name)?.();
    await settled();
  };
  return { begun, work, end };
}

const options = { atOnce: 1, most: 10, waitMs: 1_000, refusal: () => new Error('busy') };

test('those who wait take turns: who asks for much delays nobody else', async () => {
  const { begun, work, end } = makeWork();
  const turns = new Turns(options);
  const all = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map((name) => turns.run(name[0] as string, work(name)));
  for (const name of ['a1', 'a2', 'b1', 'c1', 'a3', 'b2']) await end(name);
  expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'b1', 'c1', 'b2']);
  expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
});

test('no more than so many are at work, and one that fails makes room as well', async () => {
  const turns = new Turns({ ...options, atOnce: 3 });
  let now = 0;
  let most = 0;
  const work = async (i: number) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
    if (i % 2 === 0) throw new Error(`no ${i}`);
    return i;
  };
  const settled = await Promise.allSettled(Array.from({ length: 12 }, (_, i) => turns.run(String(i), () => work(i))));
  expect([most, settled.filter((s) => s.status === 'fulfilled').length]).toEqual([3, 6]);
});

test('one too many is refused at once, who waits too long later, and neither is begun afterwards', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { begun, work, end } = makeWork();
  const turns = new Turns({ ...options, most: 2 });
  const first = turns.run('a', work('a1'));
  const late = [turns.run('a', work('a2')), turns.run('b', work('b1'))].map((each) => each.catch(String));
  await expect(turns.run('c', work('c1'))).rejects.toThrow('busy');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await Promise.all(late)).toEqual(['Error: busy', 'Error: busy']);
  const last = turns.run('b', work('b2'));
  await end('a1');
  await end('b2');
  expect([await first, await last, begun]).toEqual(['a1', 'b2', ['a1', 'b2']]);
});
