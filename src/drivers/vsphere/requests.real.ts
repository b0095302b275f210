import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { ctx, inWorld } from '../../../test/support/vsphere-cases.ts';
import { CLOUD_WORLD, type VSphereWorldOptions } from '../../../test/support/vsphere-harness.ts';
import { RealClock } from '../../vsim/model/clock.ts';

/** Requests, logins and the update loop included, that a machine costs from its clone to its end when a class is served. */
const ACCESS = { 'the account of its image': {}, 'an account of its own': CLOUD_WORLD } as const;

/**
 * Six for the machine itself (clone, on, off, unregister, a look at what lies in its folder, delete) and two for its guest: a program, and what is
 * written down and wiped. That the program is done is told by the inventory. The rest, about 1.3, is shared by those who ask at the same time.
 */
test.each([
  [0, 1, 'the account of its image'],
  [3_000, 40, 'an account of its own'],
] as const)(
  'a machine of a class costs at most ten requests, with %i other machines in the inventory, %i datastores and %s',
  async (vms, datastores, access) => {
    const clock = new RealClock(60);
    const { vsim, driver }: VSphereWorldOptions = ACCESS[access];
    // The pause between two tries to log in is three times that: nine simulated seconds.
    await inWorld(
      { vsim: { ...vsim, latency: 'real', masterBytes: 2 ** 28, clock, vms, datastores }, driver: { ...driver, retryMs: 50 } },
      async (c) => {
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
        process.stdout.write(
          `requests a machine, ${vms} others, ${datastores} datastores: ${each.toFixed(2)} ${JSON.stringify([...made].filter(([, n]) => n > 0))}\n`,
        );
        expect(each).toBeLessThanOrEqual(10);
        await c.nothingLeft();
      },
    );
  },
);
