import { expect, test } from 'vitest';
import { type Case, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import { makeCtx } from '../../../lib/context.ts';

const replica = (c: Case, datastore?: string, context = ctx()) =>
  c.driver.prepareMaster(context, { revisionId: c.master.revisionId, source: { kind: 'replica', datastore } });
const storesOf = (c: Case) => c.w.mastersOf(c.master.revisionId).map((vm) => /^\[[^\]]+\]/.exec(vm.record.vmPath)?.[0]);

test.each(['vcenter', 'esxi'] as const)(
  '%s: a copy on the datastore that is named, once however often it is asked for, and machines stand on it',
  async (kind) => {
    await inWorld({ vsim: { kind } }, async (c) => {
      expect(c.master.files[0]?.path.startsWith('[ds0]')).toBe(true);
      const [made, twin] = await Promise.all([replica(c, 'ds1'), replica(c, 'ds1')]);
      expect(made.files[0]?.path.startsWith('[ds1]')).toBe(true);
      expect([twin.files, (await replica(c, 'ds1')).files]).toEqual([made.files, made.files]);
      expect(storesOf(c)).toHaveLength(2);
      expect(new Set(storesOf(c))).toEqual(new Set(['[ds0]', '[ds1]']));
      expect((await c.driver.verifyMaster(ctx(), c.master.revisionId)).files.map((f) => f.problem)).toEqual([undefined, undefined]);
      const copies = c.calls('CopyVirtualDisk_Task');
      c.w.vsim.fault({
        point: 'start',
        method: kind === 'vcenter' ? 'CloneVM_Task' : 'CreateVM_Task',

        fault: { fault: 'NoDiskSpace', fields: { datastore: 'x', file: 'x' }, message: 'full' },
      });
      await c.clone();
      expect(storesOf(c)).toHaveLength(2);
      expect(c.calls('CopyVirtualDisk_Task')).toBe(copies);
    });
  },
);

test('without a name: where most room is that has none; when all have one that is the answer', async () => {
  await inWorld({ vsim: {} }, async (c) => {
    const stores = c.m.datastores.length;
    for (let i = 1; i < stores; i++) await replica(c);
    expect(new Set(storesOf(c)).size).toBe(stores);
    await replica(c);
    expect(storesOf(c)).toHaveLength(stores);
  });
});

test('no such datastore, no room: refused before anything is copied, and nothing is there', async () => {
  await inWorld({ vsim: {} }, async (c) => {
    const ds1 = c.m.datastores.find((ds) => ds.name === 'ds1');
    if (ds1 === undefined) throw new Error('there is no ds1');
    const before = c.calls('CloneVM_Task');
    await expect(replica(c, 'ds99')).rejects.toMatchObject({ code: 'not-found', hint: expect.stringMatching(/It may use: ds0, ds1/) });
    const { capacity } = ds1.store;
    ds1.store.capacity = ds1.store.used;
    await expect(replica(c, 'ds1')).rejects.toMatchObject({ code: 'no-space', message: expect.stringContaining('on the datastore ds1') });
    ds1.store.capacity = capacity;
    expect(c.calls('CloneVM_Task')).toBe(before);
    await c.nothingLeft();
  });
});

test.each(['vcenter', 'esxi'] as const)('%s: a copy that fails half way leaves nothing, and the next try makes it', async (kind) => {
  await inWorld({ vsim: { kind } }, async (c) => {
    c.w.vsim.fault({
      point: 'start',
      method: 'CreateSnapshot_Task',
      fault: { fault: 'SystemError', fields: { reason: 'broken' }, message: 'broken' },
    });
    await expect(replica(c, 'ds1')).rejects.toMatchObject({ code: 'unavailable' });
    expect(storesOf(c)).toEqual(['[ds0]']);
    await c.nothingLeft();
    const control = new AbortController();
    const broken = replica(c, 'ds1', { ...makeCtx({ signal: control.signal }), progress: () => control.abort() });
    await expect(broken).rejects.toMatchObject({ code: 'cancelled' });
    expect(storesOf(c)).toEqual(['[ds0]']);
    await c.nothingLeft();
    expect((await replica(c, 'ds1')).files[0]?.path.startsWith('[ds1]')).toBe(true);
  });
});
