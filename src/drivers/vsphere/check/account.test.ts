import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { privilegesInGuide } from '../../../../test/support/guide.ts';
import { ctx } from '../../../../test/support/vsphere-cases.ts';
import { VSphereWorld } from '../../../../test/support/vsphere-harness.ts';
import { OPTIONAL, WANTED } from './account.ts';

test('an account is told what it lacks, and what it should not be able to do', async () => {
  const w = await VSphereWorld.make();
  try {
    const all = await w.driver.checkAccount(ctx());
    expect([all.missing, all.limits]).toEqual([[], []]);
    expect(all.unwanted).toEqual([{ where: '/DC0/vm/carrel', privilege: 'VirtualMachine.Inventory.Delete' }]);
    w.m.denied.add(`${w.vsim.username} VirtualMachine.Inventory.Delete`);
    w.m.denied.add(`${w.vsim.username} Datastore.FileManagement`);
    w.m.denied.add(`${w.vsim.username} VirtualMachine.Provisioning.PromoteDisks`);
    w.m.denied.add(`${w.vsim.username} Resource.ColdMigrate`);
    const less = await w.driver.checkAccount(ctx());
    expect(less.unwanted).toEqual([]);
    expect(less.limits).toEqual([
      {
        where: '/DC0/vm/carrel',
        privilege: 'VirtualMachine.Provisioning.PromoteDisks',
        without: 'machines there are not taken off their masters',
      },
      {
        where: '/DC0/vm/carrel',
        privilege: 'Resource.ColdMigrate',
        without: 'machines there are not moved to other datastores, nor masters off a host that is down',
      },
    ]);
    expect(less.missing).toEqual([
      { where: '/DC0/datastore/ds0', privilege: 'Datastore.FileManagement' },
      { where: '/DC0/datastore/ds1', privilege: 'Datastore.FileManagement' },
    ]);
    // each that one operation alone needs is told of, with what cannot be done
    for (const privilege of OPTIONAL.folder) w.m.denied.add(`${w.vsim.username} ${privilege}`);
    const { limits } = await w.driver.checkAccount(ctx());
    expect(limits.map(({ privilege }) => privilege).toSorted()).toEqual(OPTIONAL.folder.toSorted());
    for (const { privilege, without } of limits) expect(without).not.toBe(privilege);
  } finally {
    await w.dispose();
  }
});

test('the guide names the privileges that are asked for, in its table and in its commands, and no other but those it calls optional', () => {
  const said = privilegesInGuide(readFileSync(new URL('../../../../docs/guide/vsphere.md', import.meta.url), 'utf8'));
  const pool = [...WANTED.pool, ...OPTIONAL.pool];
  const wanted = {
    'carrel-machines': [...WANTED.folder, ...OPTIONAL.folder].toSorted(),
    'carrel-datastores': WANTED.datastores.toSorted(),
    'carrel-pool': pool.toSorted(),
    'carrel-networks': WANTED.networks.toSorted(),
  };
  expect(said.table).toEqual(wanted);
  const sources = ['VirtualMachine.Provisioning.Clone', 'VirtualMachine.Provisioning.DeployTemplate'];
  expect(said.commands).toEqual({ ...wanted, 'carrel-sources': sources });
});
