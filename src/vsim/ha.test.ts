/** HA's admission control: what it keeps back, as it is set, shown and obeyed. */
import { afterEach, expect, it } from 'vitest';
import type { ClusterConfigInfoEx, ClusterConfigSpecEx } from '../vsphere/types/vim.gen.ts';
import { readInventory } from './model/inventory-file.ts';
import { powerOn } from './model/power.ts';
import { Sim } from './model/simulate.ts';
import { faultOf } from './testing.ts';
import { wire, WireFault } from './wire-testing.ts';

const HOSTS = [
  { name: 'esx1', memoryGiB: 4 },
  { name: 'esx2', memoryGiB: 3 },
  { name: 'esx3', memoryGiB: 2 },
];

const inventory = (ha: object) =>
  readInventory({
    datacenters: [
      {
        name: 'D',
        clusters: [{ name: 'C', ...ha, hosts: HOSTS }],
        datastores: [{ name: 'd' }],
        vms: [{ name: 'a', count: 8, memoryMiB: 1024, disks: [] }],
      },
    ],
  });

/** How many machines of 1 GiB can be started, the hosts that they run on, and what stands in the way of the next. */
function started(ha: object): [number, string[], string | undefined] {
  const sim = new Sim({ inventory: inventory(ha) });
  const vms = sim.model.findVms(() => true);
  for (const [i, vm] of vms.entries()) {
    const fault = faultOf(sim, () => powerOn(sim.model, vm));
    if (fault !== undefined) return [i, [...new Set(vms.slice(0, i).map(({ host }) => host.name))].toSorted(), fault.fault];
  }
  return [vms.length, [...new Set(vms.map(({ host }) => host.name))].toSorted(), undefined];
}

it('a cluster starts what HA leaves, by each of its policies', () => {
  const all = ['esx1', 'esx2', 'esx3'];
  expect(started({})).toEqual([8, all, undefined]);
  expect(started({ haReserve: 0.5 })).toEqual([4, all, 'InsufficientFailoverResourcesFault']);
  expect(started({ haFailoverLevel: 1 })).toEqual([5, ['esx1', 'esx2'], 'InsufficientFailoverResourcesFault']);
  expect(started({ haFailoverLevel: 3 })).toEqual([0, [], 'InsufficientFailoverResourcesFault']);
  expect(started({ haFailoverHosts: ['esx1', 'esx3'] })).toEqual([3, ['esx2'], 'InsufficientFailoverResourcesFault']);
});

it('an inventory file says one policy, of hosts that are the cluster’s', () => {
  expect(() => inventory({ haReserve: 0.2, haFailoverLevel: 1 })).toThrow(/a cluster has one/);
  expect(() => inventory({ haFailoverHosts: ['esx9'] })).toThrow(
    /clusters\[0\]\.haFailoverHosts names esx9, which is no host of the cluster/,
  );
});

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

it('a client reads and sets each policy; with another the former ends, and what is wrong changes nothing', async () => {
  const { client, vsim, close } = await wire({ inventory: inventory({ haReserve: 0.25 }) });
  open.push(close);
  const { compute } = vsim.model;
  const self = { type: 'ClusterComputeResource', value: compute.id };
  const shown = async () => {
    const { configurationEx } = await client.read(self, 'configurationEx');
    const { enabled, admissionControlEnabled, admissionControlPolicy } = (configurationEx as ClusterConfigInfoEx).dasConfig;
    return { on: enabled && admissionControlEnabled, ...admissionControlPolicy };
  };
  type Das = NonNullable<ClusterConfigSpecEx['dasConfig']>;
  const set = async (dasConfig: Das | undefined, modify = true) => {
    const spec: ClusterConfigSpecEx = { _type: 'ClusterConfigSpecEx', ...(dasConfig === undefined ? {} : { dasConfig }) };
    return await client.call('ReconfigureComputeResource_Task', self, { spec, modify }).then(
      async (task) => (await client.task(task)).state,
      (error: unknown) => (error instanceof WireFault ? error.fault : error),
    );
  };
  expect(await shown()).toMatchObject({ on: true, cpuFailoverResourcesPercent: 25, memoryFailoverResourcesPercent: 25 });
  const share = (memoryFailoverResourcesPercent: number) => ({
    _type: 'ClusterFailoverResourcesAdmissionControlPolicy' as const,
    ...{ cpuFailoverResourcesPercent: 10, memoryFailoverResourcesPercent },
  });
  expect(await set({ enabled: true, admissionControlPolicy: share(50) })).toBe('success');
  expect(await shown()).toMatchObject({ on: true, ...share(50) });
  expect(await set({ admissionControlPolicy: share(101) })).toBe('InvalidArgument');
  expect(await set(undefined)).toBe('success');
  expect(await shown()).toMatchObject(share(50));
  const hosts = vsim.model.hosts.slice(0, 2).map(({ id }) => ({ type: 'HostSystem', value: id }));
  const dedicated = { _type: 'ClusterFailoverHostAdmissionControlPolicy' as const, failoverHosts: hosts };
  expect(await set({ admissionControlPolicy: dedicated })).toBe('success');
  expect([await shown(), compute.reservedShare]).toEqual([expect.objectContaining({ on: true, ...dedicated }), 0]);
  const level = (failoverLevel: number) => ({ _type: 'ClusterFailoverLevelAdmissionControlPolicy' as const, failoverLevel });
  expect(await set({ admissionControlPolicy: level(0) })).toBe('InvalidArgument');
  expect(await set({ admissionControlPolicy: level(2) })).toBe('success');
  expect(await shown()).toMatchObject({ on: true, ...level(2) });
  expect(await set({ enabled: false })).toBe('success');
  expect((await shown()).on).toBe(false);
  await set({ admissionControlPolicy: level(1) });
  expect(await set(undefined, false)).toBe('success');
  expect((await shown()).on).toBe(false);
});
