import { afterEach, expect, it } from 'vitest';
import type { Ref } from '../vsphere/types/value.ts';
import type { VirtualDeviceConfigSpec } from '../vsphere/types/vim.gen.ts';
import { cloneVm } from './model/clone.ts';
import { reconfigureVm } from './model/configure.ts';
import type { Host } from './model/entities.ts';
import { readInventory } from './model/inventory-file.ts';
import { enterMaintenance, markTemplate } from './model/migrate.ts';
import { powerOn } from './model/power.ts';
import { Sim } from './model/simulate.ts';
import { createSnapshot } from './model/snapshots.ts';
import type { CloneSpec, DeviceChange } from './model/specs.ts';
import { nicsOf } from './model/vm-record.ts';
import { faultOf, link, makeSim } from './testing.ts';
import { wire, WireFault } from './wire-testing.ts';

/** What a real server refuses that a kinder simulator would let pass: the research notes, vsphere.md §10. */
it('H62: a template takes no snapshot, no settings and no start, and is a machine only in a pool of a host that is well', () => {
  const sim = makeSim({ hosts: 2 });
  const { model: m } = sim;
  const { vm } = sim.master();
  markTemplate(m, vm, true);
  const before = JSON.stringify([vm.record.extraConfig.size, vm.record.snapshots.length, vm.record.changeNumber]);
  for (const refused of [
    () => createSnapshot(m, vm, { name: 's' }),
    () => reconfigureVm(m, vm, { extraConfig: [{ key: 'a', value: 'b' }] }),
    () => powerOn(m, vm),
  ]) {
    expect(faultOf(sim, refused)?.fault).toBe('NotSupported');
  }
  expect(JSON.stringify([vm.record.extraConfig.size, vm.record.snapshots.length, vm.record.changeNumber])).toBe(before);
  expect(faultOf(sim, () => markTemplate(m, vm, false))).toMatchObject({ fault: 'InvalidArgument', fields: { invalidProperty: 'pool' } });
  sim.wait(enterMaintenance(m, vm.host, false));
  expect(faultOf(sim, () => markTemplate(m, vm, false, m.pool))?.fault).toBe('InvalidState');
  expect(vm.record.template).toBe(true);
  const well = m.hosts.find((host) => host !== vm.host) as Host;
  markTemplate(m, vm, false, m.pool, well);
  expect([vm.record.template, vm.host, vm.pool]).toEqual([false, well, m.pool]);
  sim.wait(reconfigureVm(m, vm, { extraConfig: [{ key: 'a', value: 'b' }] }));
  link(sim, 'c1');
});

/** Two hosts in one cluster, of which each has a network that the other has not; a golden machine on that of the first. */
const TWO_NETS = {
  datacenters: [
    {
      name: 'Bonn',
      clusters: [{ name: 'C', drs: 'fullyAutomated', hosts: [{ name: 'esx1' }, { name: 'esx2' }] }],
      datastores: [{ name: 'ds' }],
      networks: [
        { name: 'first', on: ['esx1'] },
        { name: 'second', on: ['esx2'] },
        { name: 'segment', opaque: true, on: ['esx2'] },
      ],
      vms: [{ name: 'golden', networks: ['first'], disks: [{ capacityGiB: 1 }], snapshots: ['base'] }],
    },
    { name: 'Ulm', hosts: [{ name: 'esx3' }], datastores: [{ name: 'other' }], networks: [{ name: 'second' }, { name: 'far' }] },
  ],
};

it('H63: a clone lies on a host that has its networks, and what is said of networks elsewhere than in location comes too late', () => {
  const sim = new Sim({ inventory: readInventory(TWO_NETS) });
  const { model: m } = sim;
  const [golden] = m.findVms((vm) => vm.name === 'golden');
  const [, second] = m.networks;
  if (golden === undefined || second === undefined) throw new Error('nothing there');
  const change: DeviceChange = {
    operation: 'edit',
    fileOperation: undefined,
    device: { model: 'VirtualVmxnet3', key: 4000, nic: { network: second.id } },
  };
  const clone = (name: string, spec: Pick<CloneSpec, 'location'> & Partial<CloneSpec>) =>
    cloneVm(m, golden, m.datacenter.vmFolder, name, { template: false, powerOn: false, ...spec });
  expect(sim.waitVm(clone('c1', { location: { pool: m.pool } })).host.name).toBe('esx1');
  expect(faultOf(sim, () => clone('c2', { location: { pool: m.pool }, config: { deviceChange: [change] } }))?.fault).toBe(
    'CannotAccessNetwork',
  );
  const c3 = sim.waitVm(clone('c3', { location: { pool: m.pool, deviceChange: [change] }, config: { deviceChange: [change] } }));
  expect([c3.host.name, nicsOf(c3.record)[0]?.network]).toEqual(['esx2', second.id]);
  const [, esx2] = m.hosts;
  expect(faultOf(sim, () => clone('c4', { location: { pool: m.pool, host: esx2 } }))?.fault).toBe('CannotAccessNetwork');
  expect(faultOf(sim, () => reconfigureVm(m, golden, { deviceChange: [change] }))?.fault).toBe('InvalidDeviceSpec');
  const added = { ...change, operation: 'add' as const };
  expect(faultOf(sim, () => clone('c5', { location: { pool: m.pool, deviceChange: [added] } }))?.fault).toBe('InvalidArgument');
});

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

it('H63: networks are those of the own data center, by the name or id that belongs to their kind, and no MAC address is empty', async () => {
  const { client, vsim, close } = await wire({ inventory: readInventory(TWO_NETS) });
  open.push(close);
  const { model: m } = vsim;
  const [golden] = m.findVms((vm) => vm.name === 'golden');
  if (golden === undefined) throw new Error('no golden machine');
  const self = { type: 'VirtualMachine', value: golden.id };
  const segment = m.networks.find((net) => net.opaque !== undefined);
  const far = m.networks.find((net) => net.name === 'far');
  const standard = (deviceName: string, network?: string) => ({
    _type: 'VirtualEthernetCardNetworkBackingInfo',
    deviceName,
    ...(network === undefined ? {} : { network: { type: 'Network', value: network } }),
  });
  const opaque = (opaqueNetworkId = '', opaqueNetworkType = 'nsx.LogicalSwitch') => ({
    _type: 'VirtualEthernetCardOpaqueNetworkBackingInfo',
    opaqueNetworkId,
    opaqueNetworkType,
  });
  const clone = async (name: string, backing: object, more: object = {}) => {
    const device = { _type: 'VirtualVmxnet3', key: 4000, addressType: 'generated', backing, ...more };
    const deviceChange = [{ operation: 'edit', device }] as unknown as VirtualDeviceConfigSpec[];
    const location = { pool: { type: 'ResourcePool', value: m.pool.id }, deviceChange };
    const folder = { type: 'Folder', value: m.datacenter.vmFolder.id };
    const spec = { location, template: false, powerOn: false };
    return await client.call('CloneVM_Task', self, { folder, name, spec }).then(
      async (task) => (await client.task(task)).state,
      (error: unknown) => (error instanceof WireFault ? error.fault : error),
    );
  };
  expect(await clone('c1', standard('second'))).toBe('success');
  expect(await clone('c2', standard('far'))).toBe('InvalidDeviceSpec');
  expect(await clone('c3', standard('far', far?.id))).toBe('InvalidDeviceSpec');
  expect(await clone('c4', standard('segment'))).toBe('InvalidDeviceSpec');
  expect(await clone('c5', opaque(segment?.opaque, 'none'))).toBe('InvalidDeviceSpec');
  expect(await clone('c6', opaque(segment?.opaque))).toBe('success');
  expect(await clone('c7', standard('second'), { macAddress: '' })).toBe('InvalidDeviceSpec');
  const made = m.findVms((vm) => vm.name === 'c6')[0];
  const { 'config.hardware.device': devices } = await client.read(
    { type: 'VirtualMachine', value: made?.id ?? '' },
    'config.hardware.device',
  );
  const card = (devices as { _type: string; backing?: unknown }[]).find(({ _type }) => _type === 'VirtualVmxnet3');
  expect(card?.backing).toMatchObject(opaque(segment?.opaque));
});

it('H64: a clone holds the secrets of the TPM of its source unless they are replaced, which servers before 8.0 cannot', async () => {
  for (const apiVersion of ['8.0.3.0', '7.0.3.0']) {
    const { client, vsim, close } = await wire({ apiVersion });
    open.push(close);
    const { model: m } = vsim;
    const { vm } = vsim.sim.master();
    vm.record.devices.push({ kind: 'other', model: 'VirtualTPM', key: 11_000, label: 'Virtual TPM', secret: 'of the source' });
    const clone = async (name: string, more: object) => {
      const spec = { location: { pool: { type: 'ResourcePool', value: m.pool.id } }, template: false, powerOn: false, ...more };
      const args = { folder: { type: 'Folder', value: m.datacenter.vmFolder.id }, name, spec };
      const done = await client.call('CloneVM_Task', { type: 'VirtualMachine', value: vm.id }, args).catch((error: unknown) => error);
      if (done instanceof WireFault) return done.fault;
      await client.task(done as Ref);
      const [made] = m.findVms((each) => each.name === name);
      return made?.record.devices.flatMap((device) => (device.kind === 'other' && device.model === 'VirtualTPM' ? [device.secret] : []))[0];
    };
    expect(await clone('unsaid', {})).toBe('of the source');
    if (apiVersion === '7.0.3.0') {
      expect(await clone('replaced', { tpmProvisionPolicy: 'replace' })).toBe('InvalidArgument');
    } else {
      expect(await clone('copied', { tpmProvisionPolicy: 'copy' })).toBe('of the source');
      expect(await clone('replaced', { tpmProvisionPolicy: 'replace' })).toMatch(/^[0-9a-f-]{36}$/);
      expect(await clone('odd', { tpmProvisionPolicy: 'other' })).toBe('InvalidArgument');
    }
  }
});
