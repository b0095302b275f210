/** Machines taken off their masters: what takes boots of its own. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCtx } from '../../lib/context.ts';
import { QemuWorld } from '../../../test/support/qemu-harness.ts';

const ctx = () => makeCtx({ timeoutMs: 300_000 });
let world: QemuWorld;
beforeAll(async () => {
  world = await QemuWorld.make();
});
afterAll(async () => await world?.dispose());

test('an instant clone that never ran stands on its frozen parent no more: both go with the master, it boots, and is captured', async () => {
  const [revisionId, machineId] = [randomUUID(), randomUUID()];
  await world.driver.prepareMaster(ctx(), world.prepareSpec(revisionId));
  const hardware = { vcpus: 1, memoryMiB: 128 };
  await world.driver.clone(ctx(), { machineId, revisionId, mode: 'instant', hardware, hostname: 'm' });
  const { chains } = await world.driver.unlink(ctx(), machineId);
  expect(chains.map((chain) => chain.length)).toEqual([1]);
  await world.driver.removeMaster(ctx(), revisionId);
  expect(await world.leaks({ machines: [machineId], masters: [] })).toEqual([]);
  await world.driver.power(ctx(), machineId, 'on');
  expect((await world.driver.guest.ready(ctx(), machineId)).hostKeys).not.toEqual([]);
  expect((await world.driver.readBack(ctx(), machineId)).notes).toEqual([]);
  const captured = randomUUID();
  const made = await world.driver.capture(ctx(), { machineId, revisionId: captured });
  expect(made.files.map((each) => each.path.split('/').at(-1))).toEqual(['disk.qcow2', 'kernel', 'initrd']);
  await world.driver.destroy(ctx(), machineId);
  await world.driver.removeMaster(ctx(), captured);
  expect(await world.leaks({ machines: [], masters: [] })).toEqual([]);
});
