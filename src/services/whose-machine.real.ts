/** Whose machine it is comes before what it costs to show it. */
import { expect, onTestFinished, test } from 'vitest';
import { makeBench, readyOne, reservationOf } from '../../test/support/engine.ts';
import type { Parts } from './parts.ts';
import { reservationServices } from './reservations.ts';

test('who names the machine of somebody else is told that there is none before its provider is asked to read a disk', async () => {
  const bench = await makeBench(onTestFinished);
  const it = reservationServices({ deps: bench.deps } as Parts);
  const { machineId } = await reservationOf(bench, (await readyOne(bench)).id);
  const { signal } = new AbortController();
  const [who, calls] = [{ ...bench.who, role: 'user' as const }, bench.calls.length];
  expect(await it.showMachine({ ...who, name: 'eve' }, machineId, signal)).toBeUndefined();
  expect(bench.calls.slice(calls)).toEqual([]);
  for (const caller of [who, { ...who, name: 'root', role: 'admin' as const }])
    expect((await it.showMachine(caller, machineId, signal))?.chains).toHaveLength(1);
  expect(bench.calls.slice(calls)).toHaveLength(2);
});
