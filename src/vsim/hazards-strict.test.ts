import { expect, it } from 'vitest';
import { reconfigureVm } from './model/configure.ts';
import type { Host } from './model/entities.ts';
import { enterMaintenance, markTemplate } from './model/migrate.ts';
import { powerOn } from './model/power.ts';
import { createSnapshot } from './model/snapshots.ts';
import { faultOf, link, makeSim } from './testing.ts';

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
