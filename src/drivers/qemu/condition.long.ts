/** What is the matter with machines that are there and do not work, told by the driver, and the way out of it. Sockets that are gone, a full storage: qemu-driver.long.ts. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Driver, DriverEvent } from '../../driver/driver.ts';
import { type Ctx, makeCtx } from '../../lib/context.ts';
import { waitFor } from '../../lib/retry.ts';
import { whileStill } from '../../qemu/fs-freeze.ts';
import type { GuestAgent } from '../../qemu/guest-agent.ts';
import { QemuWorld } from '../../../test/support/qemu-harness.ts';

const ctx = () => makeCtx({ timeoutMs: 600_000 });

async function booted(driver: Driver, revisionId: string): Promise<string> {
  const machineId = randomUUID();
  const hardware = { vcpus: 1, memoryMiB: 128 };
  await driver.clone(ctx(), { machineId, revisionId, mode: 'linked', hardware, hostname: 'm' });
  await driver.power(ctx(), machineId, 'on');
  await driver.guest.ready(ctx(), machineId);
  return machineId;
}

const seen = async (driver: Driver, machineId: string) => {
  const found = (await driver.inventory(ctx())).machines.find((each) => each.machineId === machineId);
  return found && { power: found.power, condition: found.condition };
};

describe('a machine that holds still', () => {
  let world: QemuWorld;
  const revisionId = randomUUID();

  beforeAll(async () => {
    world = await QemuWorld.make();
    await world.driver.prepareMaster(ctx(), world.prepareSpec(revisionId));
  });
  afterAll(async () => await world?.dispose());

  test('a freeze hook that takes longer than anybody waits: the guest is thawed when it is through, and said to be frozen until then', async () => {
    const machineId = await booted(world.driver, revisionId);
    // A wrapper, so that the agent that the guest's own service starts at the next boot has the hook: one that is stopped under a request never
    // answers it, and whether a request is under way then is a matter of speed.
    await world.shell(
      machineId,
      `printf '#!/bin/sh\\n[ "$1" = freeze ] && sleep 4\\nexit 0\\n' >/root/hook; chmod +x /root/hook
      mv /usr/sbin/qemu-ga /usr/sbin/ga
      printf '#!/bin/sh\\nexec /usr/sbin/ga -F/root/hook "$@"\\n' >/usr/sbin/qemu-ga; chmod +x /usr/sbin/qemu-ga; sync`,
    );
    await world.driver.power(ctx(), machineId, 'off');
    await world.driver.power(ctx(), machineId, 'on');
    await world.driver.guest.ready(ctx(), machineId);
    expect(await world.shell(machineId, 'ps')).toContain('-F/root/hook -m virtio');
    const runtime = world.parts.fleet.get(machineId);
    if (runtime === undefined) throw new Error('not connected');
    const events: DriverEvent[] = [];
    const stop = world.driver.watch((event) => events.push(event));
    const onStuck = (stuck: boolean) => world.parts.fleet.setStuck(runtime, stuck);
    // The hook's four seconds may be over before anybody looked: the thaw waits for the look.
    let look = (): void => {};
    const looked = new Promise<void>((resolve) => {
      look = resolve;
    });
    const real = runtime.guestAgent;
    const agent = Object.assign(Object.create(real) as GuestAgent, {
      freezeFilesystems: async (bounded: Ctx) => await real.freezeFilesystems(bounded),
      isFrozen: async (bounded: Ctx) => await real.isFrozen(bounded),
      thawFilesystems: async (bounded: Ctx) => await looked.then(async () => await real.thawFilesystems(bounded)),
    });
    const done = await whileStill(ctx(), agent, { onStuck, freezeMs: 500, stuckMs: 1_000 }, async (held) => held);
    expect(done).toEqual({ result: false, held: false });
    await waitFor(ctx(), 50, async () => events.find((event) => event.condition === 'frozen'));
    expect(await seen(world.driver, machineId)).toEqual({ power: 'on', condition: 'frozen' });
    look();
    await waitFor(ctx(), 50, async () => events.at(-1)?.condition === undefined || undefined);
    stop();
    expect(await seen(world.driver, machineId)).toEqual({ power: 'on', condition: undefined });
    await world.guestWrite(machineId, '/root/wrote', 'yes');
    // One that an earlier process of ours left frozen is thawed as soon as it is found again.
    await runtime.guestAgent.execute(ctx(), 'guest-fsfreeze-freeze', undefined, 60_000);
    await world.restart();
    await waitFor(
      ctx(),
      100,
      async () =>
        await world
          .guestWrite(machineId, '/root/again', 'yes')
          .then(() => true)
          .catch(() => undefined),
    );
    await world.driver.destroy(ctx(), machineId);
  });
});
