import { expect, test } from 'vitest';
import { type Case, codeOf, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import type { Host } from '../../../vsim/model/entities.ts';
import { enterMaintenance } from '../../../vsim/model/migrate.ts';
import { disconnectHost } from '../../../vsim/model/trouble.ts';

function lose(c: Case, how: 'maintenance' | 'down'): Host {
  const { host } = c.golden;
  if (how === 'down') disconnectHost(c.m, host);
  else enterMaintenance(c.m, host, false);
  return host;
}

test.each(['maintenance', 'down'] as const)(
  'a master on a host that is in %s moves to another, once for all that wait, and is never called changed; linked, whole and captured',
  async (how) => {
    await inWorld({}, async (c) => {
      const left = lose(c, how);
      const made = await Promise.all([c.clone(), c.clone(), c.clone('full')]);
      expect(c.golden.host).not.toBe(left);
      expect(c.calls('RelocateVM_Task')).toBe(1);
      expect(await c.driver.verifyMaster(ctx(), c.master.revisionId, { full: true })).toMatchObject({ ok: true });
      for (const { machineId } of made) await c.driver.destroy(ctx(), machineId);
      await c.nothingLeft();
    });
  },
);

test('where no host sees its datastore any more that is an outage and no change, and nothing was made', async () => {
  await inWorld({ vsim: { hosts: 1 } }, async (c) => {
    lose(c, 'maintenance');
    expect(await codeOf(c.clone())).toBe('unavailable');
    expect([c.calls('CloneVM_Task'), c.calls('RelocateVM_Task')]).toEqual([c.calls('CloneVM_Task'), 0]);
    await c.nothingLeft();
  });
});

test.each(['snapshot-clone', 'child-disk', 'shared-master'] as const)(
  'without DRS each machine is given a host that sees its datastore, in turn (%s), and so is a whole copy',
  async (strategy) => {
    await inWorld({ vsim: { hosts: 2 }, driver: { linkedStrategy: strategy } }, async (c) => {
      c.m.compute.drs = 'disabled';
      const made = [await c.clone(), await c.clone(), await c.clone('full')];
      const hosts = made.map(({ machineId }) => c.w.vm(machineId).host);
      expect(new Set(hosts).size).toBe(2);
      for (const { machineId } of made) expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
      for (const { machineId } of made) await c.driver.destroy(ctx(), machineId);
      await c.nothingLeft();
    });
  },
);

test('a machine has its processors in as few sockets as may be, whatever its master has', async () => {
  await inWorld({}, async (c) => {
    for (const [vcpus, cores] of [
      [4, 4],
      [24, 24],
      [96, 48],
    ] as const) {
      const spec = { ...c.spec(crypto.randomUUID()), hardware: { vcpus, memoryMiB: 1024 } };
      const { machineId } = await c.driver.clone(ctx(), spec);
      expect(c.w.vm(machineId).record).toMatchObject({ numCPUs: vcpus, coresPerSocket: cores });
    }
  });
});

test('machines are made and switched on at one time by what a host has for clones and for power together, on each host that is there', async () => {
  await inWorld({ vsim: { hosts: 3 } }, async (c) => expect(c.w.capabilities.startSlots).toBe(3 * 16));
  const driver = { limits: { clonesPerHost: 5, powerPerHost: 2 } };
  await inWorld({ vsim: { hosts: 3 }, driver }, async (c) => expect(c.w.capabilities.startSlots).toBe(3 * 7));
});
