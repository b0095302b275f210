import { describe, expect, test } from 'vitest';
import { sampleOf } from '../../../../test/support/rows.ts';
import { type Case, codeOf, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import { unregisterVm } from '../../../vsim/model/destroy.ts';
import { renameDatastore } from '../../../vsim/model/rename-datastore.ts';
import { datastoreDown } from '../../../vsim/model/trouble.ts';
import { createBase, openLink, removeDisk } from '../../../vsim/model/vmdk.ts';
import { guestWrite } from '../../../vsim/model/guest.ts';
import type { CloneMode } from '../../../core/image.ts';

/** A machine in which somebody wrote something, switched off again, and the datastore that it is to go to. */
async function used(c: Case, mode: CloneMode = 'linked') {
  const { machineId, ownFolder } = await c.clone(mode);
  await c.driver.power(ctx(), machineId, 'on');
  guestWrite(c.m, c.w.vm(machineId), 5, Buffer.from('homework'));
  await c.driver.power(ctx(), machineId, 'off');
  const to = c.m.datastores.find(({ name }) => !ownFolder.startsWith(`[${name}]`))?.name ?? '';
  return { machineId, from: c.m.storage.parse(ownFolder).datastore, to };
}

const content = (c: Case, machineId: string): string => c.w.vsim.sim.hash(c.w.vm(machineId));
/** Disk files in its folder, whether it names them or not. */
function disksIn(c: Case, machineId: string): number {
  const { datastore, path } = c.m.storage.parse(c.w.vm(machineId).record.vmPath);
  return [...datastore.walk(path.slice(0, path.lastIndexOf('/')))].filter(({ file }) => file.disk !== undefined).length;
}
const moves = (c: Case): number => c.calls('RelocateVM_Task');

/** It lies there whole, alone and with its content, nothing of it lies elsewhere, and it runs and goes as any other. */
async function movedWhole(c: Case, machineId: string, to: string, before: string): Promise<void> {
  const { mode, chains, ownFolder } = await c.driver.readBack(ctx(), machineId);
  expect([mode, chains.map((chain) => chain.length)]).toEqual(['full', [1]]);
  expect(ownFolder.startsWith(`[${to}]`)).toBe(true);
  expect(chains[0]?.[0]?.path.startsWith(ownFolder)).toBe(true);
  expect(content(c, machineId)).toBe(before);
  expect(c.driver.whereabouts(machineId)?.datastores).toEqual([to]);
  await c.nothingLeft([machineId]);
  expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
  await c.driver.power(ctx(), machineId, 'off');
  await c.driver.destroy(ctx(), machineId);
  await c.nothingLeft();
}

test.each([
  ['linked', false, false],
  ['linked', true, false],
  ['linked', true, 'always'],
  ['full', false, false],
] as const)(
  'a %s machine moves with disks of its own, also where the server copies its chain disk by disk (%s), and merges none (%s)',
  async (mode, chains, kept) => {
    await inWorld({ vsim: { relocateKeepsChains: chains, promoteKeepsChains: kept } }, async (c) => {
      const { machineId, to } = await used(c, mode);
      const before = content(c, machineId);
      const result = await c.driver.relocate(ctx(), machineId, to);
      expect(await c.driver.relocate(ctx(), machineId, to)).toEqual(result);
      expect([moves(c), c.calls('PromoteDisks_Task'), c.calls('CopyVirtualDisk_Task')]).toEqual([1, chains ? 1 : 0, kept ? 1 : 0]);
      expect(disksIn(c, machineId)).toBe(1);
      await movedWhole(c, machineId, to, before);
    });
  },
);

test('its master may go, and it starts without it', async () => {
  await inWorld({ masterChanges: true }, async (c) => {
    const { machineId, to } = await used(c);
    await c.driver.relocate(ctx(), machineId, to);
    await c.driver.removeMaster(ctx(), c.master.revisionId);
    expect(JSON.parse(c.w.vm(machineId).record.extraConfig.get('carrel.profile') ?? 'null')).toEqual(c.master.profile);
    expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
  });
});

test('where it lies already: with disks of its own nothing is done, and on disks of its image that is said', async () => {
  await inWorld({}, async (c) => {
    const { machineId, from } = await used(c);
    expect(await codeOf(c.driver.relocate(ctx(), machineId, from.name))).toBe('wrong-state');
    await c.driver.unlink(ctx(), machineId);
    expect((await c.driver.relocate(ctx(), machineId, from.name)).mode).toBe('full');
    expect(moves(c)).toBe(0);
  });
});

describe('refused before the server is asked, and then nothing was done', () => {
  const refusals: [string, (c: Case, it: Awaited<ReturnType<typeof used>>) => unknown, string][] = [
    ['it runs', (c, { machineId }) => c.driver.power(ctx(), machineId, 'on'), 'wrong-state'],
    ['it has checkpoints', (c, { machineId }) => c.driver.checkpoint(ctx(), machineId, 'before'), 'wrong-state'],
    ['its master is out of the inventory, so that the server would take that along', (c) => unregisterVm(c.m, c.golden), 'gate-refused'],
    [
      'the datastore has no room for whole disks',
      (c, { to }) => {
        const store = c.m.datastores.find(({ name }) => name === to)?.store;
        // 1 GiB stays free
        if (store !== undefined) store.capacity = store.used + 2 ** 30 + 2 ** 20;
      },
      'no-space',
    ],
    [
      'the datastore is down',
      (c, { to }) => {
        const found = c.m.datastores.find(({ name }) => name === to);
        if (found !== undefined) datastoreDown(c.m, found);
      },
      'wrong-state',
    ],
    [
      'no host sees the datastore but one that takes no machines',
      (c, { to }) => {
        const [first, ...others] = c.m.hosts;
        for (const host of others) for (const store of host.datastores) if (store.name === to) host.datastores.delete(store);
        if (first === undefined) return;
        first.maintenance = true;
        c.m.changed(first, 'runtime.inMaintenanceMode');
      },
      'not-supported',
    ],
  ];
  test.each(refusals)('%s', async (_what, prepare, code) => {
    await inWorld({}, async (c) => {
      const it = await used(c);
      const before = await c.driver.readBack(ctx(), it.machineId);
      await prepare(c, it);
      const mode = before.mode;
      expect(await codeOf(c.driver.relocate(ctx(), it.machineId, it.to))).toBe(code);
      expect(moves(c)).toBe(0);
      expect(await c.driver.readBack(ctx(), it.machineId)).toMatchObject({ mode, ownFolder: before.ownFolder });
    });
  });

  test.each(['linked', 'full'] as const)(
    'a disk that somebody detached from a %s machine lies in its folder: it is named, and stays',
    async (mode) => {
      await inWorld({}, async (c) => {
        const { machineId, to } = await used(c, mode);
        const before = content(c, machineId);
        const path = `${c.m.storage.folderOf(c.w.vm(machineId).record.vmPath)}/data.vmdk`;
        createBase(c.m.storage, path, c.m.now(), c.m.random, { capacity: 2 ** 20 });
        const refused = await c.driver.relocate(ctx(), machineId, to).catch((error: unknown) => error);
        expect(refused).toMatchObject({
          code: 'wrong-state',
          message: expect.stringContaining(path),
          hint: expect.stringContaining('move it'),
        });
        expect([moves(c), c.m.storage.file(path)?.disk !== undefined]).toEqual([0, true]);
        // un-link leaves it, too
        await c.driver.unlink(ctx(), machineId);
        expect(c.m.storage.file(path)?.disk).toBeDefined();
        removeDisk(c.m.storage, openLink(c.m.storage, path));
        await c.driver.relocate(ctx(), machineId, to);
        await movedWhole(c, machineId, to, before);
      });
    },
  );

  test('a datastore that is not used: said with those that are', async () => {
    await inWorld({}, async (c) => {
      const { machineId } = await used(c);
      const refused = await c.driver.relocate(ctx(), machineId, 'nowhere').catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'not-found', hint: 'Name one of: ds0, ds1.' });
    });
  });

  test.each([
    ["on a lone host, which moves nothing (%s)'", { vsim: { kind: 'esxi' as const } }],
    ["a machine made VCL's way", { driver: { linkedStrategy: 'shared-master' as const } }],
  ])('%s', async (_what, options) => {
    await inWorld(options, async (c) => {
      expect(c.w.capabilities.relocate).toBe(false);
      const { machineId } = await c.clone();
      expect(await codeOf(c.driver.relocate(ctx(), machineId, 'ds1'))).toBe('not-supported');
    });
  });
});

test('from a host that does not see the datastore it goes to one that does', async () => {
  await inWorld({}, async (c) => {
    const { machineId, to } = await used(c);
    const before = content(c, machineId);
    const { host } = c.w.vm(machineId);
    for (const store of host.datastores) if (store.name === to) host.datastores.delete(store);
    await c.driver.relocate(ctx(), machineId, to);
    expect(c.w.vm(machineId).host).not.toBe(host);
    await movedWhole(c, machineId, to, before);
  });
});

describe('broken off', () => {
  const calls = [
    ['start', 'RelocateVM_Task'],
    ['effect', 'RelocateVM_Task', 1],
    ['effect', 'RelocateVM_Task', 2],
    ['effect', 'RelocateVM_Task', 3],
    ['end', 'RelocateVM_Task'],
    ['effect', 'PromoteDisks_Task', 1],
    ['end', 'ReconfigVM_Task'],
    ['start', 'CopyVirtualDisk_Task'],
    ['end', 'CopyVirtualDisk_Task'],
    ['start', 'DeleteVirtualDisk_Task'],
  ] as const;
  test.each(sampleOf(calls, 0, 2, 6, 8))(
    'at the %s of %s: the next try ends it, with one disk and no rest on either datastore',
    async (point, method, at?: number) => {
      const copied = method.endsWith('VirtualDisk_Task');
      const chains = copied || method === 'PromoteDisks_Task';
      await inWorld({ vsim: { relocateKeepsChains: chains, promoteKeepsChains: copied && 'always' } }, async (c) => {
        const { machineId, to } = await used(c);
        const before = content(c, machineId);
        c.w.vsim.fault({
          point,
          method,
          ...(at === undefined ? {} : { at }),
          count: 100,
          fault: { fault: 'HostCommunication', fields: {}, message: 'injected' },
        });
        await c.driver.relocate(ctx(), machineId, to).catch(() => undefined);
        c.w.vsim.model.rules.clear();
        await c.driver.relocate(ctx(), machineId, to);
        expect(disksIn(c, machineId)).toBe(1);
        await movedWhole(c, machineId, to, before);
      });
    },
  );

  test.each(['', 'gold'])(
    'and given up: the machine is where it was, and ending it leaves nothing on either datastore, whatever that is called now (%s)',
    async (name) => {
      await inWorld({}, async (c) => {
        const { machineId, from, to } = await used(c);
        const fault = { fault: 'HostCommunication', fields: {}, message: 'injected' };
        c.w.vsim.fault({ point: 'effect', method: 'RelocateVM_Task', at: 2, count: 100, fault });
        expect(await codeOf(c.driver.relocate(ctx(), machineId, to))).toBe('unavailable');
        expect((await c.driver.readBack(ctx(), machineId)).ownFolder.startsWith(`[${from.name}]`)).toBe(true);
        const other = c.m.datastores.find((store) => store.name === to);
        if (other !== undefined && name !== '') renameDatastore(c.m, other, name);
        expect((await c.driver.destroy(ctx(), machineId)).chainsBefore).toHaveLength(1);
        await c.nothingLeft();
      });
    },
  );

  test('golden disks that are gone after a move are told of', async () => {
    await inWorld({ masterChanges: true }, async (c) => {
      const { machineId, to } = await used(c);
      const fault = { fault: 'NoPermission', fields: {}, message: 'injected' };
      c.w.vsim.fault({ point: 'start', method: 'ReconfigVM_Task', skip: 1, fault });
      expect(await codeOf(c.driver.relocate(ctx(), machineId, to))).toBe('no-permission');
      for (const { path } of c.master.files) {
        const { datastore, path: at } = c.m.storage.parse(path);
        datastore.remove(at);
      }
      expect(await codeOf(c.driver.relocate(ctx(), machineId, to))).toBe('master-changed');
    });
  });
});
