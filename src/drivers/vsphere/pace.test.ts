import { expect, test } from 'vitest';
import { ctx, inWorld } from '../../../test/support/vsphere-cases.ts';
import { folderPace, PACE, paceOf, SLOWER } from './options.ts';

const EVERY_MS = 50;

test('however much happens, each kind of question is put to the server at the pace and no faster', async () => {
  await inWorld({ driver: { pace: { everyMs: EVERY_MS, burst: 1 } } }, async (c) => {
    const waits = () => c.w.vsim.stats.byMethod.get('WaitForUpdatesEx') ?? 0;
    const before = waits();
    const begun = performance.now();
    const turns = () => (performance.now() - begun) / EVERY_MS + 2;
    const [first] = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const { machineId } = await c.clone();
        await c.driver.power(ctx(), machineId, 'on');
        return machineId;
      }),
    );
    expect(waits() - before).toBeLessThanOrEqual(turns());
    const at = turns();
    // each of these reads the machine
    for (let i = 0; i < 6; i++) await c.driver.readBack(ctx(), first ?? '');
    expect(turns() - at).toBeGreaterThanOrEqual(4);
  });
});

test('a provider has a pace unless it is told to have none', () => {
  expect([paceOf({}), paceOf({ pace: false }, 2)]).toEqual([PACE, undefined]);
  expect(paceOf({ pace: { everyMs: 100, burst: 3 } }, SLOWER.updates)).toEqual({ everyMs: 150, burst: 3 });
  expect([folderPace({})?.burst, folderPace({ pace: false })]).toEqual([5, undefined]);
});
