import { describe, expect, test } from 'vitest';
import { type Case, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import type { Vm } from '../../../vsim/model/entities.ts';
import { GUEST_KEYS } from '../../../vsim/model/guest.ts';
import { readInventory } from '../../../vsim/model/inventory-file.ts';
import { nicsOf } from '../../../vsim/model/vm-record.ts';
import type { LinkedStrategy } from '../options.ts';

/** A master with two cards, each on a network of its own. */
const inventory = (kind: 'vcenter' | 'esxi') =>
  readInventory({
    kind,
    datacenters: [
      {
        name: kind === 'esxi' ? 'ha-datacenter' : 'DC0',
        ...(kind === 'esxi' ? { hosts: [{ name: 'esx' }] } : { clusters: [{ name: 'lab', hosts: [{ name: 'esx' }] }] }),
        datastores: [{ name: 'ds0' }],
        networks: [{ name: 'outside' }, { name: 'inside' }, { name: 'campus' }],
        vms: [{ name: 'golden', networks: ['outside', 'inside'], snapshots: ['golden'] }],
      },
    ],
  });

const networksOf = (c: Case, vm: Vm): (string | undefined)[] =>
  nicsOf(vm.record).map((nic) => c.m.networks.find((net) => net.id === nic.network)?.name);

const WAYS: [kind: 'vcenter' | 'esxi', linkedStrategy: LinkedStrategy][] = [
  ['vcenter', 'snapshot-clone'],
  ['vcenter', 'child-disk'],
  ['esxi', 'child-disk'],
  ['esxi', 'shared-master'],
];

describe('images with two cards', () => {
  test.each(WAYS)('on %s by %s: each machine has both, each on its network, with addresses of their own', async (kind, linkedStrategy) => {
    await inWorld({ vsim: { kind, inventory: inventory(kind) }, driver: { linkedStrategy } }, async (c) => {
      const made = [c.golden, ...[await c.clone(), await c.clone('full')].map(({ machineId }) => c.w.vm(machineId))];
      expect(made.map((vm) => networksOf(c, vm))).toEqual(made.map(() => ['outside', 'inside']));
      expect(new Set(made.flatMap((vm) => nicsOf(vm.record).map((nic) => nic.mac))).size).toBe(6);
    });
  });

  test("the provider's network is that of the first card only, and the way to the machine is by it, whatever Tools tell first", async () => {
    await inWorld({ vsim: { inventory: inventory('vcenter') }, driver: { network: 'campus' } }, async (c) => {
      const { machineId } = await c.clone();
      const vm = c.w.vm(machineId);
      const [a, b] = nicsOf(vm.record);
      expect(networksOf(c, vm)).toEqual(['campus', 'inside']);
      vm.record.extraConfig.set(GUEST_KEYS.inner, `${b?.mac}=192.0.2.7`);
      await c.driver.power(ctx(), machineId, 'on');
      const ready = await c.driver.guest.ready(ctx(), machineId);
      expect(ready.address.host).toBe(vm.guest?.addresses.get(a?.mac ?? ''));
    });
  });
});
