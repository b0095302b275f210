import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Case, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import type { Stray } from '../../../driver/driver.ts';
import { makeCtx } from '../../../lib/context.ts';
import { waitFor } from '../../../lib/retry.ts';
import type { Vm } from '../../../vsim/model/entities.ts';

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

test.each(['vcenter', 'esxi'] as const)('%s: neither does one that a clone has made on demand, whatever cuts it', async (kind) => {
  await inWorld({ vsim: { kind } }, async (c) => {
    c.w.vsim.fault({
      point: 'start',
      method: kind === 'vcenter' ? 'CloneVM_Task' : 'CreateVM_Task',
      fault: { fault: 'NoDiskSpace', fields: { datastore: 'x', file: 'x' }, message: 'full' },
    });
    c.w.vsim.fault({
      point: 'start',
      method: 'CreateSnapshot_Task',
      fault: { fault: 'SystemError', fields: { reason: 'broken' }, message: 'broken' },
    });
    await expect(c.clone()).rejects.toMatchObject({ code: 'unavailable' });
    expect(storesOf(c)).toEqual(['[ds0]']);
    await c.nothingLeft();
    // the first is known as full from here on
    const control = new AbortController();
    const progress = ({ text }: { text: string }) => {
      if (text === 'taking the snapshot that clones stand on') control.abort();
    };
    const machineId = randomUUID();
    const spec = {
      machineId,
      revisionId: c.master.revisionId,
      mode: 'linked' as const,
      hostname: 'm',
      hardware: { vcpus: 1, memoryMiB: 512 },
    };
    const broken = c.driver.clone({ ...makeCtx({ signal: control.signal }), progress }, spec);
    await expect(broken).rejects.toMatchObject({ code: 'cancelled' });
    expect(storesOf(c)).toEqual(['[ds0]']);
    await c.nothingLeft();
    // and once more, to its end: the machine says which copies there are
    const made = await c.driver.clone(ctx(), spec);
    expect(made.masterFiles?.map(({ path }) => path.slice(0, 5)).toSorted()).toEqual(['[ds0]', '[ds1]']);
  });
});

test.each([
  ['vcenter', 'taking the snapshot that clones stand on'],
  ['vcenter', 'reading what the golden disks are'],
  ['esxi', 'attaching the disks'],
] as const)('%s: what a server that was killed at "%s" left goes once it is old, and nothing that is whole', async (kind, at) => {
  await inWorld({ vsim: { kind }, driver: { halfReplicaMs: 3_600_000 } }, async (c) => {
    const killed = { ...makeCtx(), progress: ({ text }: { text: string }) => void (text === at && c.driver.close()) };
    await replica(c, 'ds1', killed).catch(() => undefined);
    await waitFor(ctx(), 5, () => (c.m.tasks.running === 0 && c.m.tasks.queued === 0 ? true : undefined));
    await c.w.restart();
    const look = async () => await c.driver.inventory(ctx());
    const half = () => c.w.mastersOf(c.master.revisionId).find((vm) => !vm.record.extraConfig.get('carrel.seal'));
    if (half() === undefined) throw new Error('it was not cut');
    // it may be in the making, by another server
    expect((await look()).strays).toEqual([]);
    c.w.options.halfReplicaMs = 0;
    const { strays, masters } = await look();
    expect(strays).toMatchObject([{ kind: 'folder', owned: true, detail: expect.stringContaining('never finished') }]);
    expect(masters.map((m) => m.state)).toEqual(['sealed']);
    for (const stray of strays) await c.driver.sweep(ctx(), stray);
    expect(storesOf(c)).toEqual(['[ds0]']);
    expect((await look()).strays).toEqual([]);
    await c.nothingLeft();
    await replica(c, 'ds1');
    for (const stray of strays) await expect(c.driver.sweep(ctx(), stray)).rejects.toMatchObject({ code: 'has-children' });
    expect((await c.driver.verifyMaster(ctx(), c.master.revisionId)).ok).toBe(true);
    expect(storesOf(c)).toHaveLength(2);
  });
});

test('one that was sealed since it was looked at, of which the inventory was not told yet, is no rest: it is looked at again before it goes', async () => {
  await inWorld({ driver: { halfReplicaMs: 0 } }, async (c) => {
    await replica(c, 'ds1');
    const copy = c.w.mastersOf(c.master.revisionId).find((vm) => vm.record.vmPath.startsWith('[ds1]')) as Vm;
    const seal = copy.record.extraConfig.get('carrel.seal') ?? '';
    copy.record.extraConfig.delete('carrel.seal');
    c.m.changed(copy, 'config');
    const [stray] = (await c.driver.inventory(ctx())).strays as [Stray];
    expect(stray.detail).toContain('never finished');
    // nobody is told
    copy.record.extraConfig.set('carrel.seal', seal);
    await c.driver.sweep(ctx(), stray);
    expect(storesOf(c)).toEqual(['[ds0]', '[ds1]']);
    c.m.changed(copy, 'config');
    expect((await c.driver.verifyMaster(ctx(), c.master.revisionId)).ok).toBe(true);
    expect((await c.driver.inventory(ctx())).strays).toEqual([]);
  });
});

test('the only master of a revision is never taken for a rest, however old and unfinished', async () => {
  await inWorld({ vsim: {}, masterChanges: true, driver: { halfReplicaMs: 0 } }, async (c) => {
    c.golden.record.extraConfig.delete('carrel.seal');
    c.m.changed(c.golden, 'config');
    const { strays, masters } = await c.driver.inventory(ctx());
    expect([strays, masters.map((m) => m.state)]).toEqual([[], ['half']]);
  });
});
