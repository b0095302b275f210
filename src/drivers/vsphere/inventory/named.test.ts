import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { ctx } from '../../../../test/support/vsphere-cases.ts';
import { VSphereWorld } from '../../../../test/support/vsphere-harness.ts';
import { resourcePool } from '../../../vsim/model/build.ts';
import { putChild } from '../../../vsim/model/naming.ts';
import type { Net } from '../../../vsim/model/entities.ts';
import { VSphereDriver, type VSphereProviderOptions } from '../index.ts';

function rename(net: Net | undefined, name: string): void {
  if (net === undefined) throw new Error('no such network');
  net.name = name;
  if (net.parent !== undefined && 'children' in net.parent) putChild(net.parent as Parameters<typeof putChild>[0], net);
}

async function opened(w: VSphereWorld, more: Partial<VSphereProviderOptions>, work: (d: VSphereDriver) => Promise<void>): Promise<void> {
  const driver = new VSphereDriver({ ...w.options, ...more });
  try {
    await driver.open(ctx());
    await work(driver);
  } finally {
    await driver.close();
  }
}

test('a network is found by the name that people see, whatever is in it, and one of two of a name is never guessed', async () => {
  const w = await VSphereWorld.make();
  try {
    for (const name of ['lab/1', '100% [a]', 'Gänge']) {
      rename(
        w.m.networks.find((net) => net.id === w.m.networks.at(-1)?.id),
        name,
      );
      await opened(w, { network: name }, async (driver) => {
        const revisionId = randomUUID();
        await driver.prepareMaster(ctx(), w.prepareSpec(revisionId));
        const spec = {
          machineId: randomUUID(),
          revisionId,
          mode: 'linked' as const,
          hardware: { vcpus: 1, memoryMiB: 1024 },
          hostname: 'h',
        };
        expect((await driver.clone(ctx(), spec)).machineId).toBe(spec.machineId);
      });
    }
    for (const net of w.m.networks.slice(-2)) net.name = 'twin';
    const error: unknown = await opened(w, { network: 'twin' }, async () => {}).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'not-found' });
    for (const net of w.m.networks.slice(-2)) expect((error as { hint: string }).hint).toContain(net.id);
  } finally {
    await w.dispose();
  }
});

test('a datastore or network that is not there is refused with the names that there are', async () => {
  const w = await VSphereWorld.make();
  try {
    const all = [
      [{ datastores: ['pod1'] }, 'ds0, ds1'],
      [{ datastores: ['ds0', 'pod1'] }, 'ds0, ds1'],
      [{ network: 'nope' }, 'lab-0'],
      [{ compute: 'nope' }, 'Name one of'],
      [{ datacenter: 'nope' }, 'DC0'],
    ] as const;
    for (const [more, names] of all) {
      const error: unknown = await opened(w, more as Partial<VSphereProviderOptions>, async () => {}).catch((e: unknown) => e);
      expect([more, error]).toMatchObject([more, { code: 'not-found', hint: expect.stringContaining(names) }]);
    }
  } finally {
    await w.dispose();
  }
});

const LINKED = { mode: 'linked' as const, hardware: { vcpus: 1, memoryMiB: 1024 }, hostname: 'h' };

test('a data center in a folder: files are asked for by its inventory path', async () => {
  const w = await VSphereWorld.make({ vsim: { datacenterFolder: 'Site / North' } });
  try {
    const revisionId = randomUUID();
    await w.driver.prepareMaster(ctx(), w.prepareSpec(revisionId));
    const machineId = randomUUID();
    await w.driver.clone(ctx(), { machineId, revisionId, ...LINKED });
    // The seal is in the descriptor, which is read by HTTP.
    expect((await w.driver.verifyMaster(ctx(), revisionId)).ok).toBe(true);
    await w.driver.destroy(ctx(), machineId);
    await opened(w, { datacenter: '/Site %2f North/DC0' }, async (driver) => {
      expect((await driver.inventory(ctx())).masters).toHaveLength(1);
    });
  } finally {
    await w.dispose();
  }
});

test('machines go to the resource pool that is named; one that is not there is refused with those there are', async () => {
  const w = await VSphereWorld.make();
  try {
    const pool = resourcePool(w.m, 'resgroup-99', 'teaching', w.m.pool, w.m.compute);
    w.m.pool.pools.set(pool.name, pool);
    await opened(w, { pool: 'teaching' }, async (driver) => {
      const revisionId = randomUUID();
      await driver.prepareMaster(ctx(), w.prepareSpec(revisionId));
      const machineId = randomUUID();
      await driver.clone(ctx(), { machineId, revisionId, ...LINKED });
      expect(w.vm(machineId).pool?.id).toBe(pool.id);
    });
    const refused = opened(w, { pool: 'research' }, async () => {});
    await expect(refused).rejects.toMatchObject({ code: 'not-found', hint: 'Name one of: teaching.' });
  } finally {
    await w.dispose();
  }
});
