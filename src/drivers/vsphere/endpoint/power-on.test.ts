import { expect, onTestFinished, test } from 'vitest';
import { type Case, codeOf, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import type { VSphereWorldOptions } from '../../../../test/support/vsphere-harness.ts';
import { makeCtx } from '../../../lib/context.ts';
import { isFault, VSphereClient } from '../../../vsphere/index.ts';
import type { Vm } from '../../../vsim/model/entities.ts';
import { startVsim } from '../../../vsim/vsim.ts';
import { PowerOns } from './power-on.ts';
import type { Site } from './site.ts';

const JOINT = 'PowerOnMultiVM_Task';
const SINGLE = 'PowerOnVM_Task';

/** So many machines that are off, in a world whose guests nobody looks at. */
async function withMachines(count: number, options: VSphereWorldOptions, work: (c: Case, ids: string[]) => Promise<void>): Promise<void> {
  await inWorld(options, async (c) => {
    const ids: string[] = [];
    for (let i = 0; i < count; i++) ids.push((await c.clone()).machineId);
    await work(c, ids);
  });
}

const counts = (c: Case): [number, number] => [c.calls(JOINT), c.calls(SINGLE)];
const on = async (c: Case, ids: readonly string[]): Promise<string[]> =>
  await Promise.all(ids.map(async (id) => await codeOf(c.driver.power(ctx(), id, 'on'))));
const powers = (c: Case, ids: readonly string[]): string[] => ids.map((id) => c.w.vm(id).power);

test('machines of a cluster that are switched on at the same moment cost one request, one alone goes by itself', async () => {
  await withMachines(4, {}, async (c, ids) => {
    const [alone, ...others] = ids as [string, ...string[]];
    expect(await on(c, [alone])).toEqual(['nothing']);
    expect(counts(c)).toEqual([0, 1]);
    expect(await on(c, others)).toEqual(['nothing', 'nothing', 'nothing']);
    expect(counts(c)).toEqual([1, 1]);
    expect(new Set(powers(c, ids))).toEqual(new Set(['poweredOn']));
  });
});

test('on a lone host each goes by itself', async () => {
  await withMachines(2, { vsim: { kind: 'esxi' } }, async (c, ids) => {
    expect(await on(c, ids)).toEqual(['nothing', 'nothing']);
    expect(counts(c)).toEqual([0, 2]);
  });
});

test("each hears of its own fault alone, whether it was begun or not, and by the fault's type", async () => {
  await withMachines(4, {}, async (c, ids) => {
    const fault = { fault: 'InsufficientResourcesFault', fields: {}, message: 'no room' };
    c.w.vsim.fault({ point: 'start', method: SINGLE, count: 1, fault });
    c.w.vsim.fault({ point: 'effect', method: SINGLE, at: 1, count: 1, fault });
    const codes = await on(c, ids);
    expect(codes.toSorted()).toEqual(['no-capacity', 'no-capacity', 'nothing', 'nothing']);
    expect(powers(c, ids)).toEqual(codes.map((code) => (code === 'nothing' ? 'poweredOn' : 'poweredOff')));
    expect(counts(c)).toEqual([1, 0]);
  });
});

test('who breaks off is left out or cancelled alone', async () => {
  await withMachines(3, {}, async (c, ids) => {
    const [gone, ...others] = ids as [string, ...string[]];
    const stop = new AbortController();
    const broken = codeOf(c.driver.power(makeCtx({ signal: stop.signal }), gone, 'on'));
    const rest = on(c, others);
    stop.abort();
    expect(await broken).not.toBe('nothing');
    expect(await rest).toEqual(['nothing', 'nothing']);
    expect(powers(c, others)).toEqual(['poweredOn', 'poweredOn']);
  });
});

test('where DRS only recommends, each is switched on by itself, and nothing is recommended again', async () => {
  await withMachines(4, {}, async (c, ids) => {
    c.m.compute.drs = 'manual';
    expect(await on(c, ids.slice(0, 2))).toEqual(['nothing', 'nothing']);
    expect(counts(c)).toEqual([1, 2]);
    expect(await on(c, ids.slice(2))).toEqual(['nothing', 'nothing']);
    expect(counts(c)).toEqual([1, 4]);
    expect(new Set(powers(c, ids))).toEqual(new Set(['poweredOn']));
  });
});

test.each(['NotSupported', 'NoPermission', 'ManagedObjectNotFound'])(
  'a joint call that is refused as a whole (%s) keeps nobody off',
  async (fault) => {
    await withMachines(4, {}, async (c, ids) => {
      const fields =
        fault === 'NotSupported' ? {} : fault === 'NoPermission' ? { object: c.m.datacenter, privilegeId: 'x' } : { obj: c.m.root };
      c.w.vsim.fault({ point: 'before', method: JOINT, fault: { fault, fields, message: 'no' } });
      expect(await on(c, ids.slice(0, 2))).toEqual(['nothing', 'nothing']);
      expect(counts(c)).toEqual([1, 2]);
      expect(await on(c, ids.slice(2))).toEqual(['nothing', 'nothing']);
      // one machine that is gone says nothing of the next call
      expect(counts(c)).toEqual(fault === 'ManagedObjectNotFound' ? [2, 2] : [1, 4]);
    });
  },
);

test('a joint call whose answer is lost is looked into before anything is asked again', async () => {
  await withMachines(3, {}, async (c, ids) => {
    c.w.vsim.fault({ point: 'reply', method: JOINT });
    expect(await on(c, ids)).toEqual(['nothing', 'nothing', 'nothing']);
    expect(new Set(powers(c, ids))).toEqual(new Set(['poweredOn']));
    expect(c.m.bugs).toEqual([]);
  });
});

test('what the joint call did not try is told with its fault and not asked for again; who has broken off before is not switched on', async () => {
  const vsim = await startVsim({ vms: 4 });
  const client = new VSphereClient({
    url: vsim.url,
    credentials: { kind: 'password', username: vsim.username, password: vsim.password },
    trust: { fingerprint256: vsim.fingerprint256 },
  });
  onTestFinished(async () => {
    await client.close();
    await vsim.close();
  });
  await client.inventory.ready(ctx());
  const { model } = vsim;
  const vms = [...model.vms.values()].filter((vm) => !vm.record.template).slice(0, 4);
  for (const vm of vms) vm.power = 'poweredOff';
  const [already, gone] = vms as [Vm, Vm];
  already.power = 'poweredOn';
  const cluster = { type: 'ClusterComputeResource', value: model.compute.id };
  const powerOns = new PowerOns(client, { datacenter: { type: 'Datacenter', value: model.datacenter.id }, compute: cluster } as Site);
  const told = await Promise.allSettled(
    vms.map((vm) => {
      const signal = vm === gone ? AbortSignal.abort(new Error('broken off')) : ctx().signal;
      return powerOns.run(ctx(), { signal }, { type: 'VirtualMachine', value: vm.id }, {});
    }),
  );
  expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
  expect(isFault((told[0] as PromiseRejectedResult).reason, 'InvalidPowerState')).toBe(true);
  expect(vms.map((vm) => vm.power)).toEqual(['poweredOn', 'poweredOff', 'poweredOn', 'poweredOn']);
  expect([vsim.stats.byMethod.get(JOINT), vsim.stats.byMethod.get(SINGLE)]).toEqual([1, undefined]);
});
