import { describe, expect, it } from 'vitest';
import { createVm, reconfigureVm, registerVm } from './model/configure.ts';
import type { Host } from './model/entities.ts';
import { enterMaintenance, relocate } from './model/migrate.ts';
import { disconnectHost } from './model/trouble.ts';
import { unregisterVm } from './model/destroy.ts';
import { faultOf, link, linkTask, makeSim, vmSpec } from './testing.ts';

/** What a real server refuses that a kinder simulator would let pass: facts in the research notes, vsphere.md §10. */
describe('a source on a host that is down or in maintenance', () => {
  it('stays there when the host enters maintenance without evacuation, and leaves with it', () => {
    const sim = makeSim({ hosts: 2 });
    const { vm } = sim.master();
    const { host } = vm;
    sim.wait(enterMaintenance(sim.model, host, false));
    expect(vm.host).toBe(host);
    const other = makeSim({ hosts: 2 });
    const moved = other.master().vm;
    const from = moved.host;
    other.wait(enterMaintenance(other.model, from, true));
    expect(moved.host).not.toBe(from);
  });

  it('is not cloned in maintenance, but after it was moved off', () => {
    const sim = makeSim({ hosts: 2 });
    const { vm } = sim.master();
    sim.wait(enterMaintenance(sim.model, vm.host, false));
    expect(faultOf(sim, () => linkTask(sim, 'c1'))?.fault).toBe('InvalidHostState');
    const well = sim.model.hosts.find((host) => host !== vm.host) as Host;
    sim.wait(relocate(sim.model, vm, { host: well }));
    expect(link(sim, 'c1').host).toBe(well);
  });

  it('nor while the host is down; what is off leaves it, with its files where they are, and nothing else does', () => {
    const sim = makeSim({ hosts: 2 });
    const { vm } = sim.master();
    const path = vm.record.vmPath;
    const well = sim.model.hosts.find((host) => host !== vm.host) as Host;
    disconnectHost(sim.model, vm.host);
    expect(faultOf(sim, () => linkTask(sim, 'c1'))?.fault).toBe('HostNotConnected');
    const datastore = sim.model.datastores[1];
    expect(faultOf(sim, () => relocate(sim.model, vm, { host: well, datastore }))?.fault).toBe('HostNotConnected');
    expect(faultOf(sim, () => relocate(sim.model, vm, {}))?.fault).toBe('HostNotConnected');
    sim.wait(relocate(sim.model, vm, { host: well }));
    expect([vm.connection, vm.host, vm.record.vmPath]).toEqual(['connected', well, path]);
    link(sim, 'c1');
  });
});

it('without DRS nobody chooses a host: a new, cloned or registered machine must be given one', () => {
  const sim = makeSim({ hosts: 2 });
  const { model: m } = sim;
  const [host] = m.hosts as [Host];
  const spare = link(sim, 'spare');
  unregisterVm(m, spare);
  m.compute.drs = 'disabled';
  const { vmFolder } = m.datacenter;
  const wrong = { fault: 'InvalidArgument', fields: { invalidProperty: 'host' } };
  expect(faultOf(sim, () => createVm(m, vmFolder, vmSpec('n'), m.pool, undefined))).toMatchObject(wrong);
  expect(faultOf(sim, () => linkTask(sim, 'c'))).toMatchObject(wrong);
  const register = (on?: Host) => registerVm(m, vmFolder, spare.record.vmPath, 'back', false, m.pool, on);
  expect(faultOf(sim, () => register())).toMatchObject(wrong);
  expect(sim.waitVm(createVm(m, vmFolder, vmSpec('n'), m.pool, host)).host).toBe(host);
  expect(link(sim, 'c', { location: { pool: m.pool, host, diskMoveType: 'createNewChildDiskBacking' } }).host).toBe(host);
  expect(sim.waitVm(register(host)).host).toBe(host);
  // without a pool it stays where its source is
  const { vm } = sim.master();
  expect(link(sim, 'd', { location: { diskMoveType: 'createNewChildDiskBacking' } }).host).toBe(vm.host);
});

it('processors are a multiple of the cores of a socket, which a clone has of its source', () => {
  const sim = makeSim();
  const { vm } = sim.master();
  sim.wait(reconfigureVm(sim.model, vm, { numCPUs: 4, coresPerSocket: 4 }));
  const config = (numCPUs: number, coresPerSocket?: number) => ({ config: { numCPUs, coresPerSocket } });
  const snapshot = undefined;
  const location = { pool: sim.model.pool };
  const refused = faultOf(sim, () => linkTask(sim, 'c1', { location, snapshot, ...config(2) }));
  expect(refused).toMatchObject({ fault: 'InvalidArgument', fields: { invalidProperty: 'configSpec.numCPUs' } });
  expect(link(sim, 'c2', { location, snapshot, ...config(2, 2) }).record).toMatchObject({ numCPUs: 2, coresPerSocket: 2 });
  expect(faultOf(sim, () => reconfigureVm(sim.model, vm, { coresPerSocket: 3 }))?.fault).toBe('InvalidArgument');
  expect(vm.record).toMatchObject({ numCPUs: 4, coresPerSocket: 4 });
});
