/** Pictures of screens: one question to the machine however many ask, of nobody's machine but one that runs, and no use of it. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Bench, drain, makeBench, readyOne, reservationOf, reserveOne } from '../../test/support/engine.ts';
import type { Driver } from '../driver/index.ts';
import { override } from '../drivers/fake/sabotage-tools.ts';
import { makeCtx } from '../lib/context.ts';
import { driverOf, type EngineDeps } from './deps.ts';
import { powerReservation } from './intents/reservation.ts';
import { SCREENSHOT_KEPT_MS, screenshotOf } from './intents/screenshot.ts';

const ctx = () => makeCtx({ timeoutMs: 600_000 });

/** The bench with a driver whose screenshots are counted, and wait until `go` is called. */
function counted(bench: Bench, providerId: string) {
  const inner = driverOf(bench.deps, providerId);
  const seen = { taken: 0, go: () => {} };
  const held = new Promise<void>((resolve) => (seen.go = resolve));
  const driver = override(inner, {
    screenshot: async (...args) => {
      seen.taken += 1;
      await held;
      return await (inner.screenshot as NonNullable<Driver['screenshot']>).apply(inner, args);
    },
  });
  return { seen, deps: { ...bench.deps, drivers: new Map([[providerId, driver]]) } satisfies EngineDeps };
}

test('however many look, the machine is asked once; one who goes away takes the picture from nobody; looking is no use of it', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, providerId } = await readyOne(bench);
  const { seen, deps } = counted(bench, providerId);
  const before = (await reservationOf(bench, id)).lastSeenAt;
  const leaving = new AbortController();
  const first = screenshotOf(makeCtx({ signal: leaving.signal }), deps, id);
  const others = [screenshotOf(ctx(), deps, id), screenshotOf(ctx(), deps, id)];
  leaving.abort();
  await expect(first).rejects.toMatchObject({ code: 'cancelled' });
  seen.go();
  for (const picture of await Promise.all(others)) expect(picture.subarray(1, 4).toString('latin1')).toBe('PNG');
  expect(seen.taken).toBe(1);
  // Who comes later is shown the same for a while, and then another.
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  vi.setSystemTime(Date.now() + SCREENSHOT_KEPT_MS);
  await screenshotOf(ctx(), deps, id);
  await screenshotOf(ctx(), deps, id);
  expect(seen.taken).toBe(2);
  expect((await reservationOf(bench, id)).lastSeenAt).toEqual(before);
});

test('of a machine that is not on, or whose provider takes none, it is said so; a failure is asked about anew', async () => {
  const bench = await makeBench(onTestFinished);
  const waiting = await reserveOne(bench);
  await expect(screenshotOf(ctx(), bench.deps, waiting.id)).rejects.toMatchObject({
    code: 'wrong-state',
    message: 'its machine is not on yet',
  });
  await drain(bench);
  expect((await screenshotOf(ctx(), bench.deps, waiting.id)).length).toBeGreaterThan(50);
  const { providerId } = await reservationOf(bench, waiting.id);
  const none = override(driverOf(bench.deps, providerId), { screenshot: undefined });
  await expect(screenshotOf(ctx(), { ...bench.deps, drivers: new Map([[providerId, none]]) }, waiting.id)).rejects.toMatchObject({
    code: 'not-supported',
  });
  await powerReservation(bench.deps, bench.who, waiting.id, 'off');
  await drain(bench);
  await expect(screenshotOf(ctx(), bench.deps, waiting.id)).rejects.toMatchObject({ code: 'wrong-state' });
});
