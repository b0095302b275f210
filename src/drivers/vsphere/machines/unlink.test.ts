import { describe, expect, test, vi } from 'vitest';
import { sampleOf } from '../../../../test/support/rows.ts';
import { type Case, codeOf, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import { makeCtx } from '../../../lib/context.ts';
import { waitFor } from '../../../lib/retry.ts';
import { unregisterVm } from '../../../vsim/model/destroy.ts';
import { guestWrite } from '../../../vsim/model/guest.ts';
import { disksOf } from '../../../vsim/model/vm-record.ts';

/** A machine in which somebody wrote something, switched off again. */
async function used(c: Case): Promise<string> {
  const { machineId } = await c.clone();
  await c.driver.power(ctx(), machineId, 'on');
  guestWrite(c.m, c.w.vm(machineId), 5, Buffer.from('homework'));
  await c.driver.power(ctx(), machineId, 'off');
  return machineId;
}

const content = (c: Case, machineId: string): string => c.w.vsim.sim.hash(c.w.vm(machineId));

test('a copy that nobody waits for any more is cancelled, so that its machine can be ended', async () => {
  await inWorld({ vsim: { kind: 'esxi' } }, async (c) => {
    const machineId = await used(c);
    const slow = vi.spyOn(c.m.latency, 'copy').mockReturnValue(2_000);
    const stop = new AbortController();
    const cut = codeOf(c.driver.unlink(makeCtx({ signal: stop.signal }), machineId));
    await waitFor(ctx(), 5, () => (slow.mock.calls.length > 0 ? true : undefined));
    stop.abort();
    expect(await cut).toBe('cancelled');
    await c.driver.destroy(ctx(), machineId);
    expect(c.calls('CancelTask')).toBe(1);
    await c.nothingLeft();
    slow.mockRestore();
  });
});

describe.each(['vcenter', 'esxi'] as const)('un-linking on %s', (kind) => {
  const world = async (work: (c: Case) => Promise<void>): Promise<void> => await inWorld({ vsim: { kind } }, work);

  test('a machine keeps its content and stands on nothing, and nothing of the old disk is left', async () => {
    await world(async (c) => {
      const machineId = await used(c);
      const before = content(c, machineId);
      const result = await c.driver.unlink(ctx(), machineId);
      expect([result.mode, result.chains.map((chain) => chain.length)]).toEqual(['full', [1]]);
      expect(result.chains[0]?.[0]?.path.startsWith(result.ownFolder)).toBe(true);
      expect(content(c, machineId)).toBe(before);
      // once more is no error and changes nothing
      expect(await c.driver.unlink(ctx(), machineId)).toEqual(result);
      const { chains, disks } = await c.driver.lineage(ctx(), { kind: 'all' });
      expect(chains.find((each) => each.id === machineId)?.chain).toHaveLength(1);
      const inFolder = disks.filter((disk) => disk.path.startsWith(result.ownFolder)).map((disk) => disk.path);
      expect(inFolder).toEqual([result.chains[0]?.[0]?.path]);
      const { datastore, path } = c.m.storage.parse(result.ownFolder);
      expect([...datastore.walk(path)].filter((file) => /(-delta|sesparse)\.vmdk$/.test(file.path))).toEqual([]);
      await c.unchanged();
      await c.driver.power(ctx(), machineId, 'on');
      await c.driver.power(ctx(), machineId, 'off');
      await c.driver.destroy(ctx(), machineId);
      await c.nothingLeft();
    });
  });

  test('its master may go, and it starts without it', async () => {
    await inWorld({ vsim: { kind }, masterChanges: true }, async (c) => {
      const machineId = await used(c);
      await c.driver.unlink(ctx(), machineId);
      await c.driver.removeMaster(ctx(), c.master.revisionId);
      expect((await c.driver.readBack(ctx(), machineId)).masterPaths).toEqual([]);
      // How its guest is reached was its master's to tell.
      expect(JSON.parse(c.w.vm(machineId).record.extraConfig.get('carrel.profile') ?? 'null')).toEqual(c.master.profile);
      expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
    });
  });

  test('it is refused while the machine runs or has checkpoints, and then nothing was done', async () => {
    await world(async (c) => {
      const machineId = await used(c);
      await c.driver.power(ctx(), machineId, 'on');
      expect(await codeOf(c.driver.unlink(ctx(), machineId))).toBe('wrong-state');
      await c.driver.power(ctx(), machineId, 'off');
      await c.driver.checkpoint(ctx(), machineId, 'before');
      expect(await codeOf(c.driver.unlink(ctx(), machineId))).toBe('wrong-state');
      const { mode, chains } = await c.driver.readBack(ctx(), machineId);
      expect([mode, chains[0]?.length]).toEqual(['linked', 3]);
    });
  });

  test('without room for the whole copy it is refused before anything is done, with what is missing', async () => {
    await world(async (c) => {
      const machineId = await used(c);
      const { datastore } = c.m.storage.parse((await c.driver.readBack(ctx(), machineId)).ownFolder);
      const before = content(c, machineId);
      const copies = () => [c.calls('PromoteDisks_Task'), c.calls('CopyVirtualDisk_Task')];
      const asked = copies();
      // 1 GiB stays free.
      datastore.capacity = datastore.used + 2 ** 30 + 2 ** 20;
      const refused = await c.driver.unlink(ctx(), machineId).catch((error: unknown) => error);
      expect(refused).toMatchObject({
        code: 'no-space',
        message: expect.stringMatching(/needs \d+ MiB on the datastore ds\d; \d+ MiB of that are missing$/),
      });
      expect(copies()).toEqual(asked);
      expect([(await c.driver.readBack(ctx(), machineId)).mode, content(c, machineId)]).toEqual(['linked', before]);
      datastore.capacity += 2 ** 40;
      expect((await c.driver.unlink(ctx(), machineId)).mode).toBe('full');
    });
  });

  const calls = kind === 'vcenter' ? ['PromoteDisks_Task'] : ['CopyVirtualDisk_Task', 'ReconfigVM_Task', 'DeleteVirtualDisk_Task'];
  test.each(kind === 'vcenter' ? calls : sampleOf(calls, 1))(
    'a fault in the middle of %s: the next try ends it, with one disk and no rest',
    async (method) => {
      await world(async (c) => {
        const machineId = await used(c);
        const before = content(c, machineId);
        const fault = { fault: 'HostCommunication', fields: {}, message: 'injected' };
        c.w.vsim.fault({ point: method === 'ReconfigVM_Task' ? 'end' : 'effect', method, at: 1, count: 100, fault });
        // a fault that passes is got over within one try, when what was asked for is there all the same
        await c.driver.unlink(ctx(), machineId).catch(() => undefined);
        c.w.vsim.model.rules.clear();
        const result = await c.driver.unlink(ctx(), machineId);
        expect([result.mode, result.chains.map((chain) => chain.length)]).toEqual(['full', [1]]);
        expect(content(c, machineId)).toBe(before);
        const { datastore, path } = c.m.storage.parse(result.ownFolder);
        const descriptors = [...datastore.walk(path)].flatMap((file) => (file.file.disk === undefined ? [] : [file.path]));
        expect(descriptors).toHaveLength(1);
      });
    },
  );
});

test('vcenter: with its master out of the inventory the server would merge into that, so it is not asked', async () => {
  await inWorld({}, async (c) => {
    const machineId = await used(c);
    unregisterVm(c.m, c.golden);
    expect(await codeOf(c.driver.unlink(ctx(), machineId))).toBe('gate-refused');
    expect(c.calls('PromoteDisks_Task')).toBe(0);
  });
});

test("a machine made VCL's way has the master's disk in its snapshot: it says so and stays as it is", async () => {
  await inWorld({ driver: { linkedStrategy: 'shared-master' } }, async (c) => {
    expect(c.w.capabilities.unlink).toBe(false);
    const { machineId } = await c.clone();
    expect(await codeOf(c.driver.unlink(ctx(), machineId))).toBe('not-supported');
    expect(disksOf(c.w.vm(machineId).record)).toHaveLength(1);
  });
});

describe.each(sampleOf(['once', 'always'] as const, 1))(
  'a server whose PromoteDisks leaves a chain in the folder (%s)',
  (promoteKeepsChains) => {
    /** One disk, its content, nothing beside it, and it runs. */
    const whole = async (c: Case, machineId: string, before: string) => {
      const { mode, chains } = await c.driver.readBack(ctx(), machineId);
      expect([mode, chains.map((chain) => chain.length), content(c, machineId)]).toEqual(['full', [1], before]);
      await c.nothingLeft([machineId]);
      const { datastore, path } = c.m.storage.parse(c.w.vm(machineId).record.vmPath);
      const folder = path.slice(0, path.lastIndexOf('/'));
      expect([...datastore.walk(folder)].filter(({ file }) => file.disk !== undefined)).toHaveLength(1);
      expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
      await c.driver.power(ctx(), machineId, 'off');
    };

    test('the machine has one disk in the end, and its master is not written to', async () => {
      await inWorld({ vsim: { promoteKeepsChains } }, async (c) => {
        const machineId = await used(c);
        const before = content(c, machineId);
        await c.driver.unlink(ctx(), machineId);
        expect([c.calls('PromoteDisks_Task'), c.calls('CopyVirtualDisk_Task')]).toEqual([2, promoteKeepsChains === 'once' ? 0 : 1]);
        await whole(c, machineId, before);
        await c.driver.destroy(ctx(), machineId);
        await c.nothingLeft();
      });
    });

    const calls = ['PromoteDisks_Task', ...(promoteKeepsChains === 'always' ? ['CopyVirtualDisk_Task', 'ReconfigVM_Task'] : [])];
    test.each(sampleOf(calls, 2))('a fault in %s after the first: the next try ends it', async (method) => {
      await inWorld({ vsim: { promoteKeepsChains } }, async (c) => {
        const machineId = await used(c);
        const before = content(c, machineId);
        const fault = { fault: 'HostCommunication', fields: {}, message: 'injected' };
        c.w.vsim.fault({ point: 'start', method, count: 100, skip: method === 'CopyVirtualDisk_Task' ? 0 : 1, fault });
        // as above: what passes is got over
        await c.driver.unlink(ctx(), machineId).catch(() => undefined);
        c.w.vsim.model.rules.clear();
        await c.driver.unlink(ctx(), machineId);
        await whole(c, machineId, before);
      });
    });
  },
);
