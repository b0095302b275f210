/** One image on a host and on a vCenter at one time, and the vCenter goes away in the middle. Over real QEMU: two-providers.long.ts. */
import { test } from 'vitest';
import { LIMITS, oneGoesDown } from '../../test/support/two-providers.ts';
import { FakeDriver } from '../drivers/fake/fake-driver.ts';
import { FakeWorld } from '../drivers/fake/world.ts';

test('one image on a host and on a vCenter: reservations are spread; when one goes down all go on, and nothing is left', async () => {
  await oneGoesDown(async ({ id }) => {
    const world = new FakeWorld({ limits: LIMITS });
    return { driver: new FakeDriver({ world, tag: id }), recipe: 'tiny', left: async () => Object.keys(world.state.machines) };
  }, 2344);
});
