import { expect, test } from 'vitest';
import { type Case, codeOf, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import type { VSphereWorldOptions } from '../../../../test/support/vsphere-harness.ts';
import { makeCtx } from '../../../lib/context.ts';

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
