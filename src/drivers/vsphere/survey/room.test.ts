/** What of a cluster's room may be promised, where others use it too and HA keeps room for hosts that fail. */
import { expect, test } from 'vitest';
import { type Case, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import type { CapacityLimits } from '../../../core/capacity.ts';
import { makeCtx } from '../../../lib/context.ts';
import { waitFor } from '../../../lib/retry.ts';
import type { Compute, Host, Vm } from '../../../vsim/model/entities.ts';
import { readInventory } from '../../../vsim/model/inventory-file.ts';
import { powerOff, powerOn } from '../../../vsim/model/power.ts';
import type { VSphereWorldOptions } from '../../../../test/support/vsphere-harness.ts';

type Held = [memoryMiB: number | undefined, vcpus: number | undefined];

async function held(c: Case): Promise<Held> {
  const { heldMemoryMiB, heldVcpus } = await c.driver.room(ctx());
  return [heldMemoryMiB, heldVcpus];
}

/** What others switch is told by the inventory, a little later. */
async function comesToHold(c: Case, memoryMiB: number | undefined, vcpus: number | undefined): Promise<void> {
  let seen: unknown;
  const same = async () => {
    seen = await held(c);
    return JSON.stringify(seen) === JSON.stringify([memoryMiB, vcpus]) ? true : undefined;
  };
  await waitFor(makeCtx({ timeoutMs: 600_000 }), 5, same).catch(() => expect(seen).toEqual([memoryMiB, vcpus]));
}

const named = (c: Case, name: string): Vm => c.m.findVms((vm) => vm.name === name)[0] as Vm;

/** A cluster of three hosts (4, 3 and 2 GiB; 4, 6 and 1 cores, of two threads), a host beside it, and machines that are not ours on both. */
const WORLD: VSphereWorldOptions & { vsim: object } = {
  vsim: {
    inventory: readInventory({
      datacenters: [
        {
          name: 'Bonn',
          clusters: [
            {
              name: 'C',
              hosts: [
                { name: 'esx1', memoryGiB: 4, cores: 4 },
                { name: 'esx2', memoryGiB: 3, cores: 6 },
                { name: 'esx3', memoryGiB: 2, cores: 1 },
              ],
            },
          ],
          hosts: [{ name: 'alone' }],
          datastores: [{ name: 'ds' }],
          networks: [{ name: 'lab' }],
          vms: [
            { name: 'golden', on: 'C', networks: ['lab'], disks: [{ capacityGiB: 0.001, usedGiB: 0.001 }], snapshots: ['base'] },
            { name: 'theirs', on: 'C', cpus: 3, memoryMiB: 512, disks: [] },
            { name: 'elsewhere', on: 'alone', cpus: 7, memoryMiB: 700, power: 'poweredOn', disks: [] },
          ],
        },
      ],
    }),
  },
  driver: { datacenter: 'Bonn', compute: 'C' },
};

test("others' machines that run on the cluster's hosts are held, ours and those that are off or run elsewhere are not", async () => {
  await inWorld(WORLD, async (c) => {
    const { machineId } = await c.clone();
    await c.driver.power(ctx(), machineId, 'on');
    expect(await held(c)).toEqual([undefined, undefined]);
    await c.w.settle(powerOn(c.m, named(c, 'theirs')));
    await comesToHold(c, 512, 3);
    await c.w.settle(powerOff(c.m, named(c, 'theirs')));
    await comesToHold(c, undefined, undefined);
  });
});

test.each<[Partial<CapacityLimits>, Held, Held]>([
  [{ memoryMiB: 4096 }, [0, 3], [0, 51]],
  [{ vcpus: 8 }, [512, 0], [4608, 0]],
  [{ memoryMiB: 4096, vcpus: 8 }, [undefined, undefined], [undefined, undefined]],
])('of what the operator set a limit for nothing is held for others and HA: %j', async (capacity, others, withHa) => {
  await inWorld({ ...WORLD, driver: { ...WORLD.driver, capacity } }, async (c) => {
    await c.w.settle(powerOn(c.m, named(c, 'theirs')));
    await comesToHold(c, ...others);
    c.m.compute.failoverLevel = 1;
    expect(await held(c)).toEqual(withHa);
    expect(await c.driver.room(ctx())).toMatchObject(capacity);
  });
});

test.each<[string, (compute: Compute, hosts: readonly Host[]) => void, number, number]>([
  ['a share of memory and of processors', (compute) => Object.assign(compute, { reservedShare: 0.25, reservedCpuShare: 0.5 }), 2304, 44],
  ['as much as its largest host has', (compute) => Object.assign(compute, { failoverLevel: 1 }), 4096, 48],
  ['as much as its two largest hosts have', (compute) => Object.assign(compute, { failoverLevel: 2 }), 7168, 80],
  ['a host of its own', (compute, hosts) => Object.assign(compute, { failoverHosts: [hosts[1]] }), 3072, 48],
])('what HA keeps back is held: %s', async (_, set, memoryMiB, vcpus) => {
  await inWorld(WORLD, async (c) => {
    const { memoryMiB: all, vcpus: processors } = await c.driver.room(ctx());
    expect([all, processors]).toEqual([9 * 1024, 88]);
    set(c.m.compute, c.m.hosts);
    expect(await held(c)).toEqual([memoryMiB, vcpus]);
    await c.w.settle(powerOn(c.m, named(c, 'theirs')));
    await comesToHold(c, memoryMiB + 512, vcpus + 3);
    const [, esx2] = c.m.hosts;
    if (esx2 === undefined || !c.m.compute.failoverHosts.includes(esx2)) return;
    // after a failure: what runs on a host that HA has is held with that host
    c.m.compute.failoverHosts = [];
    await c.w.settle(powerOff(c.m, named(c, 'theirs')));
    await c.w.settle(powerOn(c.m, named(c, 'theirs'), esx2));
    c.m.compute.failoverHosts = [esx2];
    await comesToHold(c, memoryMiB, vcpus);
  });
});
