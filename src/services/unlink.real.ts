/** What is shown of a machine that can be given disks of its own. */
import { expect, onTestFinished, test } from 'vitest';
import { drain, jobOf, makeBench, readyOne } from '../../test/support/engine.ts';
import { json } from '../store/sql.ts';
import type { Parts } from './parts.ts';
import { reservationServices } from './reservations.ts';

test('it is offered while the machine stands on its image, where the provider can, and its work is answered with its job', async () => {
  const bench = await makeBench(onTestFinished);
  const it = reservationServices({ deps: bench.deps } as Parts);
  const by = { ...bench.who, role: 'admin' as const };
  const { id } = await readyOne(bench);
  const shown = async () => await it.showReservation(id);
  expect(await shown()).toMatchObject({ mode: 'linked', machine: { mode: 'linked' } });
  const offered = async () => (await it.showReservation(id))?.machine.canUnlink;
  expect(await offered()).toBeUndefined();
  const capabilities = bench.deps.capabilities.get(bench.providerId);
  await bench.store.db
    .updateTable('provider')
    .set({ capabilities: json({ ...capabilities }) })
    .execute();
  expect(await offered()).toBe(true);
  await it.power(by, { id, op: 'off' });
  await drain(bench);
  const { reservation, job } = await it.unlinkReservation(by, id);
  expect([reservation.id, (await jobOf(bench, 'unlink')).id]).toEqual([id, job]);
  await drain(bench);
  expect(await offered()).toBeUndefined();
  expect(await shown()).toMatchObject({ mode: 'linked', machine: { mode: 'full' } });
});
