import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CarrelError } from '../../lib/errors.ts';
import type { EngineDeps } from '../deps.ts';
import { inTurn, promisingTx, together, withinOneWait } from './promising.ts';
import type { Who } from './terms.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const BUSY = new CarrelError('store-busy', 'another has the row', { retry: 'later' });
const who = (accountId: string) => ({ accountId }) as Who;
const wish = (name: string) => ({ who: who(name), one: { id: name } });

/** A store whose transactions are what a test says. */
function depsWith(tx: () => Promise<unknown>): EngineDeps {
  return { store: { tx } } as unknown as EngineDeps;
}

/** What became of a request, and after how many milliseconds. */
function told(work: Promise<unknown>) {
  const begun = performance.now();
  const end: { what?: string; afterMs?: number } = {};
  const note = (what: string) => Object.assign(end, { what, afterMs: performance.now() - begun });
  work.then(
    () => note('done'),
    (error: unknown) => note((error as CarrelError).code),
  );
  return end;
}

test('the waits of one request have half a minute together: for its turn, for the transaction’s, and for the row', async () => {
  const held: (() => void)[] = [];
  const deps = depsWith(() => new Promise<void>((resolve) => held.push(resolve)));
  // All places of requests are taken, and both of transactions.
  for (let i = 0; i < 32; i++)
    void inTurn(deps, who(`x${i}`), () => (i < 2 ? promisingTx(deps, who(`x${i}`), async () => {}) : new Promise(() => {})));
  await vi.advanceTimersByTimeAsync(0);
  expect(held).toHaveLength(2);
  const never = told(inTurn(deps, who('ann'), () => promisingTx(deps, who('ann'), async () => {})));
  const later = told(inTurn(deps, who('bob'), () => promisingTx(deps, who('bob'), async () => {})));
  await vi.advanceTimersByTimeAsync(20_000);
  held[0]?.();
  await vi.advanceTimersByTimeAsync(0);
  // Ann has her turn and a transaction, which holds; Bob waits on.
  await vi.advanceTimersByTimeAsync(9_000);
  held[1]?.();
  await vi.advanceTimersByTimeAsync(500);
  expect([never, later]).toEqual([{}, {}]);
  held[2]?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(never).toEqual({ what: 'done', afterMs: 29_500 });
  held[3]?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(later).toEqual({ what: 'done', afterMs: 29_500 });
});

test('who had their turn late is told that the store is busy when the half minute is over, not half a minute later', async () => {
  const release: (() => void)[] = [];
  const deps = depsWith(async () => {
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    throw BUSY;
  });
  for (let i = 0; i < 32; i++) void inTurn(deps, who(`x${i}`), () => new Promise<void>((resolve) => release.push(resolve)));
  const asked = told(inTurn(deps, who('ann'), () => promisingTx(deps, who('ann'), async () => {})));
  await vi.advanceTimersByTimeAsync(25_000);
  release[0]?.();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked).toEqual({ what: 'store-busy', afterMs: 33_000 });
});

test('what is asked for again within one request has no time of its own', async () => {
  const deps = depsWith(async () => {
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    throw BUSY;
  });
  const asked = told(
    withinOneWait(async () => {
      await promisingTx(deps, who('ann'), async () => {}).catch(() => {});
      await promisingTx(deps, who('ann'), async () => {});
    }),
  );
  await vi.advanceTimersByTimeAsync(90_000);
  expect(asked).toEqual({ what: 'store-busy', afterMs: 36_000 });
});

test('of those who wait for the same, only the ones whose time is over are told that the store is busy', async () => {
  let free = false;
  const deps = depsWith(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    if (!free) throw BUSY;
    return new Map();
  });
  const ask = (name: string) => told(together(deps, 'alike', wish(name), async () => new Map()));
  const first = [ask('ann'), ask('bob')];
  await vi.advanceTimersByTimeAsync(20_000);
  const second = [ask('cid'), ask('dan')];
  await vi.advanceTimersByTimeAsync(15_000);
  expect(first.map((each) => each.what)).toEqual(['store-busy', 'store-busy']);
  expect(second).toEqual([{}, {}]);
  free = true;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(second.map((each) => each.what)).toEqual(['done', 'done']);
});
