import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ProgressReport } from '../lib/context.ts';
import { ProgressNotes } from './progress-notes.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function notes() {
  const written: ProgressReport[] = [];
  let release: (() => void) | undefined;
  const held = { write: false };
  const all = new ProgressNotes(1_000, async (report) => {
    written.push(report);
    if (held.write) await new Promise<void>((resolve) => (release = resolve));
  });
  return { written, held, all, release: () => release?.() };
}

test('of many reports the newest is written, once a second, and one that says nothing new is not', async () => {
  const { written, all } = notes();
  for (let i = 0; i < 300; i++) {
    all.take({ text: 'copying', fraction: i / 300 });
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(written.map(({ fraction }) => Math.round((fraction ?? 0) * 300))).toEqual([99, 199, 299]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(written).toHaveLength(3);
  all.take({ text: 'copying', fraction: 299.1 / 300 });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(written).toHaveLength(3);
  all.take({ text: 'packing' });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(written.at(-1)).toEqual({ text: 'packing' });
});

test('what is over within a second is not written, and nothing is after the end', async () => {
  const { written, held, all, release } = notes();
  all.take({ text: 'short' });
  await all.end();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(written).toEqual([]);
  held.write = true;
  all.take({ text: 'long' });
  await vi.advanceTimersByTimeAsync(1_000);
  all.take({ text: 'longer' });
  let over = false;
  const end = all.end().then(() => (over = true));
  await vi.advanceTimersByTimeAsync(5_000);
  expect([written.length, over]).toEqual([1, false]);
  release();
  await end;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(written).toEqual([{ text: 'long' }]);
  held.write = false;
  // The next step says the same: of it nothing is known yet.
  all.take({ text: 'long' });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(written).toEqual(Array(2).fill({ text: 'long' }));
});
