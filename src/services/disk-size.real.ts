/** A larger disk as it is asked for and shown. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { makeBench, readyOne, reservationOf } from '../../test/support/engine.ts';
import type { Parts } from './parts.ts';
import { reservationServices } from './reservations.ts';

test('the size that was asked for is kept and shown; where none was, none is', async () => {
  const bench = await makeBench(onTestFinished);
  const it = reservationServices({ deps: bench.deps } as Parts);
  const by = { ...bench.who, role: 'admin' as const };
  const asked = await it.reserve(by, { id: randomUUID(), image: 'golden', mode: 'linked', forMs: 3_600_000, diskMiB: 300 });
  expect([asked.machine.diskMiB, (await reservationOf(bench, asked.id)).diskMib]).toEqual([300, 300]);
  const { id } = await readyOne(bench);
  expect(Object.keys((await it.showReservation(id))?.machine ?? {})).not.toContain('diskMiB');
});
