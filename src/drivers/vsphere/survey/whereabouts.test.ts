import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import { relocate } from '../../../vsim/model/migrate.ts';
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
