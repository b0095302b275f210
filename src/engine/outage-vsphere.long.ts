/** Promise 12 over vSphere at length: a server that is away for an hour, on the simulator as vCenter and as ESXi. */
import { expect, onTestFinished, test } from 'vitest';
import { drain, jobOf, problems, readyOne, reservationOf, reserveOne } from '../../test/support/engine.ts';
import { digestOf, letPass, vsphereBench } from '../../test/support/vsphere-outages.ts';
import { Wire } from '../../test/support/wire.ts';
import { makeCtx } from '../lib/context.ts';
import { waitFor } from '../lib/retry.ts';
import * as machines from '../store/machines.ts';
import { claim } from '../store/queue.ts';
import { endReservation } from './intents/end.ts';
import { captureReservation, prepareImage } from './intents/image.ts';
import { powerReservation } from './intents/reservation.ts';
import { PgJournal } from './journal.ts';
import { runSaga } from './saga.ts';
import { SAGAS } from './sagas/index.ts';

const MINUTE = 60_000;

test.each(['vcenter', 'esxi'] as const)('an hour without %s: all that is under way goes on by itself, nothing is left', async (kind) => {
  let wire: Wire | undefined;
  const { bench, w } = await vsphereBench(onTestFinished, {
    vsim: { kind },
    driver: { retryMs: 0.1, answerMs: 250 },
    way: async (vsim) => (wire = await Wire.to(vsim.url, onTestFinished)).url,
  });
  if (wire === undefined) throw new Error('no wire');
  const bytes = digestOf(bench);
  const [ending, captured, switched] = [await readyOne(bench), await readyOne(bench), await readyOne(bench)];
  await powerReservation(bench.deps, bench.who, captured.id, 'off');
  await drain(bench);

  await wire.cut();
  const fresh = await reserveOne(bench);
  await endReservation(bench.deps, ending.id, 'end', 'ada');
  await captureReservation(bench.deps, bench.who, { reservationId: captured.id, image: 'captured', publish: false });
  await powerReservation(bench.deps, bench.who, switched.id, 'off');
  const { source } = await bench.world.source(onTestFinished);
  await prepareImage(bench.deps, bench.who, { image: 'another', publish: true, source, told: { kind: source.kind } });
  const runDue = async () => {
    for (let job; (job = (await claim(bench.store, { worker: 'bench/outage', limit: 1 }))[0]); ) {
      const saga = SAGAS[job.saga];
      if (!saga) throw new Error(job.saga);
      await runSaga(saga, { ctx: makeCtx(), deps: bench.deps, input: job.input as never, journal: new PgJournal(bench.store, job) });
    }
  };
  const { longest, pauses } = await letPass(bench, 60 * MINUTE, runDue);
  expect(longest).toBeLessThanOrEqual(30_000);
  expect(pauses).toBeGreaterThan(8);
  expect((await reservationOf(bench, fresh.id)).stageText).toMatch(/^waiting for the provider, goes on by itself/);
  expect(await bench.store.db.selectFrom('job').select('saga').where('state', '=', 'stuck').execute()).toEqual([]);

  await wire.mend();
  await waitFor(makeCtx({ timeoutMs: 600_000 }), 10, () => bench.driver.inventory(makeCtx({ timeoutMs: 600_000 })).catch(() => undefined));
  await letPass(bench, 60 * MINUTE, runDue);
  expect((await reservationOf(bench, fresh.id)).state).toBe('ready');
  expect((await reservationOf(bench, ending.id)).state).toBe('ended');
  expect((await machines.find(bench.store.db, switched.machineId))?.state).toBe('stopped');
  for (const saga of ['capture', 'prepare']) expect([saga, (await jobOf(bench, saga)).state]).toEqual([saga, 'done']);
  expect(await problems(bench)).toEqual([]);
  expect(
    bench.world
      .machines()
      .map((m) => m.id)
      .sort(),
  ).toEqual([fresh, captured, switched].map((r) => r.machineId).sort());
  expect(digestOf(bench)).toBe(bytes);
  void w;
});
