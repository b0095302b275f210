import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import type { DatastoreObject } from '../../../vsim/model/entities.ts';
import { relocate } from '../../../vsim/model/migrate.ts';
import { datastoreDown } from '../../../vsim/model/trouble.ts';
import { VSphereDriver } from '../index.ts';

test('a machine is where it is now: another host and another datastore are told without a request', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    const vm = c.w.vm(machineId);
    const home = (): string => /^\[([^\]]+)\]/.exec(vm.record.vmPath)?.[1] ?? '';
    await c.driver.inventory(ctx());
    expect(c.driver.whereabouts(machineId)).toEqual({ host: vm.host.name, datastores: [home()] });

    const before = vm.host;
    const host = c.m.hosts.find((h) => h !== vm.host);
    const datastore = c.m.datastores.find((ds) => ds.name !== home());
    await c.w.settle(relocate(c.m, vm, { host }));
    await c.driver.inventory(ctx());
    expect(c.driver.whereabouts(machineId)).toEqual({ host: host?.name, datastores: [home()] });
    await c.w.settle(relocate(c.m, vm, { datastore }));
    await c.driver.inventory(ctx());
    const { requests } = c.driver;
    expect(c.driver.whereabouts(machineId)).toEqual({ host: host?.name, datastores: [datastore?.name] });
    expect(host?.name).not.toBe(before.name);
    expect(c.driver.requests).toBe(requests);
  });
});

test("nothing is told of what is not there, or is another installation's", async () => {
  await inWorld({}, async (c) => {
    expect(c.driver.whereabouts(randomUUID())).toBeUndefined();
    const { machineId } = await c.clone();
    const other = new VSphereDriver({ ...c.w.options, installationId: 'another' });
    await other.open(ctx());
    expect(other.whereabouts(machineId)).toBeUndefined();
    await other.close();
    expect(other.whereabouts(machineId)).toBeUndefined();
  });
});

test('the largest of the datastores that may be used is told, unless one is away, whose size nobody knows; of one alone nothing is told beside the sum', async () => {
  await inWorld({}, async (c) => {
    const largest = async (options: { datastores?: string[] }) => {
      const driver = new VSphereDriver({ ...c.w.options, ...options });
      await driver.open(ctx());
      const { largestStorageMiB, storageMiB } = await driver.room(ctx());
      await driver.close();
      return [largestStorageMiB, storageMiB];
    };
    const [first, second] = c.m.datastores as [DatastoreObject, DatastoreObject];
    for (const [datastore, gib] of [
      [first, 100],
      [second, 150],
    ] as const)
      datastore.store.capacity = gib * 2 ** 30;
    expect(await largest({})).toEqual([150 * 1024, 250 * 1024]);
    expect(await largest({ datastores: [first.name] })).toEqual([undefined, 100 * 1024]);
    datastoreDown(c.m, second);
    expect(await largest({})).toEqual([undefined, 100 * 1024]);
  });
});

test('each datastore that may be used is told with its size and what is free on it; of one that is away only that there is one', async () => {
  await inWorld({}, async (c) => {
    const [first, second] = c.m.datastores as [DatastoreObject, DatastoreObject];
    first.store.capacity = 100 * 2 ** 30;
    const told = async (options: { datastores?: string[] }) => {
      const driver = new VSphereDriver({ ...c.w.options, ...options });
      await driver.open(ctx());
      const { datastores } = await driver.room(ctx());
      await driver.close();
      return datastores;
    };
    const mib = (bytes: number) => Math.floor(bytes / 2 ** 20);
    const { machineId } = await c.clone();
    const [lies] = c.driver.whereabouts(machineId)?.datastores ?? [];
    const each = ({ name, store }: DatastoreObject) => ({
      name,
      reserveMiB: 1024,
      machinesMiB: name === lies ? expect.any(Number) : 0,
      capacityMiB: mib(store.capacity),
      freeMiB: mib(store.capacity - store.used),
    });
    const all = await told({});
    expect(all).toEqual([each(first), each(second)]);
    expect(all?.find(({ name }) => name === lies)?.machinesMiB).toBeGreaterThan(0);
    expect(await told({ datastores: [second.name] })).toEqual([each(second)]);
    datastoreDown(c.m, second);
    expect(await told({})).toEqual([each(first), { name: second.name, reserveMiB: 1024 }]);
  });
});

test('what machines take of datastores is not asked of all of them at each look', async () => {
  await inWorld({}, async (c) => {
    await c.clone();
    const asked = async () => {
      const { requests } = c.driver;
      await c.driver.room(ctx());
      return c.driver.requests - requests;
    };
    const first = await asked();
    expect(await asked()).toBe(first - 1);
  });
});
