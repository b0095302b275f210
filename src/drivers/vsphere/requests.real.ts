import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { ctx, inWorld } from '../../../test/support/vsphere-cases.ts';
import { RealClock } from '../../vsim/model/clock.ts';

/** Requests, logins and the update loop included, that a machine costs from its clone to its end when a class is served. */
test.each([0, 3_000])('a machine of a class costs at most eight requests, with %i other machines in the inventory', async (vms) => {
  const clock = new RealClock(60);
  await inWorld({ vsim: { latency: 'real', masterBytes: 2 ** 28, clock, vms } }, async (c) => {
    const machines = 200;
    const before = new Map(c.w.vsim.stats.byMethod);
    const total = () => [...c.w.vsim.stats.byMethod.values()].reduce((n, x) => n + x, 0);
    const start = total();
    await Promise.all(
      Array.from({ length: machines }, async () => {
        const machineId = randomUUID();
        await c.clone('linked', machineId);
        await c.driver.power(ctx(), machineId, 'on');
        await c.driver.guest.ready(ctx(), machineId);
        await c.driver.destroy(ctx(), machineId);
      }),
    );
    const made = new Map([...c.w.vsim.stats.byMethod].map(([method, n]) => [method, n - (before.get(method) ?? 0)]));
    const each = (total() - start) / machines;
    process.stdout.write(`requests a machine, ${vms} others: ${each.toFixed(2)} ${JSON.stringify([...made].filter(([, n]) => n > 0))}\n`);
    expect(each).toBeLessThanOrEqual(8);
    await c.nothingLeft();
  });
});
