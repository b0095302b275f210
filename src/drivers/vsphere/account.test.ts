import { expect, test } from 'vitest';
import { ctx } from '../../../test/support/vsphere-cases.ts';
import { VSphereWorld } from '../../../test/support/vsphere-harness.ts';

test('an account is told what it lacks, and what it should not be able to do', async () => {
  const w = await VSphereWorld.make();
  try {
    const all = await w.driver.checkAccount(ctx());
    expect(all.missing).toEqual([]);
    expect(all.unwanted).toEqual([{ where: '/DC0/vm/carrel', privilege: 'VirtualMachine.Inventory.Delete' }]);
    w.m.denied.add(`${w.vsim.username} VirtualMachine.Inventory.Delete`);
    w.m.denied.add(`${w.vsim.username} Datastore.FileManagement`);
    const less = await w.driver.checkAccount(ctx());
    expect(less.unwanted).toEqual([]);
    expect(less.missing).toEqual([
      { where: '/DC0/datastore/ds0', privilege: 'Datastore.FileManagement' },
      { where: '/DC0/datastore/ds1', privilege: 'Datastore.FileManagement' },
    ]);
  } finally {
    await w.dispose();
  }
});
