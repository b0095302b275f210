import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { sampleOf } from '../../../test/support/rows.ts';
import { Case, codeOf, ctx } from '../../../test/support/vsphere-cases.ts';
import { VSphereWorld } from '../../../test/support/vsphere-harness.ts';
import { VSphereDriver } from './index.ts';
import type { Vm } from '../../vsim/model/entities.ts';
import { markTemplate } from '../../vsim/model/migrate.ts';
import { readInventory } from '../../vsim/model/inventory-file.ts';
import type { Rule } from '../../vsim/model/rules.ts';
import { nicsOf, snapshotsOf } from '../../vsim/model/vm-record.ts';

type World = VSphereWorld;

async function inBareWorld(work: (w: World) => Promise<void>): Promise<void> {
  const w = await VSphereWorld.make();
  try {
    await work(w);
  } finally {
    await w.dispose();
  }
}

/** The simulator's golden machine as a site has it before Carrel comes: `template` and, if so wanted, without a snapshot. */
function golden(w: World, template: boolean, snapshot = true): Vm {
  const { vm } = w.vsim.sim.master();
  if (!snapshot) {
    vm.record.snapshots = [];
    vm.record.current = undefined;
  }
  if (template) markTemplate(w.m, vm, true);
  return vm;
}

const ours = (vm: Vm): string[] => [...vm.record.extraConfig.keys()].filter((key) => key.startsWith('carrel.'));

async function adopt(w: World, revisionId: string = randomUUID()) {
  const source = { kind: 'vm' as const, path: w.vsim.sim.master().path, how: 'adopt' as const, profile: {} };
  await w.driver.inventory(ctx());
  return await w.driver.prepareMaster(ctx(), { revisionId, source });
}

test.each([true, false])(
  'H62: what is adopted is lent and given back as what it was, a template or a machine in its pool (%s)',
  async (was) => {
    await inBareWorld(async (w) => {
      const vm = golden(w, was, false);
      const pool = vm.pool;
      const master = await adopt(w);
      expect([vm.record.template, [...snapshotsOf(vm.record)].length]).toEqual([true, 1]);
      const c = new Case(w, master, w.goldenDigest(master.files.map((f) => f.path)));
      const { machineId } = await c.clone();
      await c.driver.power(ctx(), machineId, 'on');
      await c.driver.power(ctx(), machineId, 'off');
      await c.driver.resealMaster(ctx(), master.revisionId, master.files);
      expect(vm.record.template).toBe(true);
      await c.driver.destroy(ctx(), machineId);
      await c.driver.removeMaster(ctx(), master.revisionId);
      expect([vm.record.template, vm.pool?.id, ours(vm)]).toEqual([was, pool?.id, []]);
      await c.unchanged();
    });
  },
);

/** Where it may go wrong while a template is no template. */
const BREAKS: [string, Rule][] = [
  ['MarkAsVirtualMachine is refused', { point: 'before', method: 'MarkAsVirtualMachine' }],
  ['the answer to MarkAsVirtualMachine is lost', { point: 'reply', method: 'MarkAsVirtualMachine' }],
  ['the first settings are refused', { point: 'before', method: 'ReconfigVM_Task' }],
  ['the first settings fail when they were written', { point: 'end', method: 'ReconfigVM_Task' }],
  ['the snapshot fails', { point: 'before', method: 'CreateSnapshot_Task' }],
  ['the snapshot fails after it was taken', { point: 'end', method: 'CreateSnapshot_Task' }],
  ['the seal is refused', { point: 'before', method: 'ReconfigVM_Task', skip: 1 }],
  ['the answer to MarkAsTemplate is lost', { point: 'reply', method: 'MarkAsTemplate' }],
  ['MarkAsTemplate is cut off first', { point: 'drop', method: 'MarkAsTemplate' }],
];

test.each(sampleOf(BREAKS, 3, 5, 7))(
  'H62: a template whose adoption breaks is a template, and the next try goes on: %s',
  async (_, rule) => {
    await inBareWorld(async (w) => {
      const vm = golden(w, true, false);
      const revisionId = randomUUID();
      w.m.rules.add(rule);
      const first = await codeOf(adopt(w, revisionId));
      expect(vm.record.template).toBe(true);
      expect(w.m.rules.empty).toBe(true);
      if (first !== 'nothing') await adopt(w, revisionId);
      expect([vm.record.template, [...snapshotsOf(vm.record)].length]).toEqual([true, 1]);
      await w.driver.removeMaster(ctx(), revisionId);
      expect([vm.record.template, ours(vm)]).toEqual([true, []]);
    });
  },
);

test.each(sampleOf([BREAKS[0], BREAKS[1], BREAKS[2], BREAKS[3], BREAKS[7]] as [string, Rule][], 1, 3))(
  'H62: a seal or a giving back that breaks leaves a template, and is done by the next: %s',
  async (_, rule) => {
    await inBareWorld(async (w) => {
      for (const was of [true, false]) {
        const vm = w.vsim.sim.master().vm;
        if (vm.record.template !== was) markTemplate(w.m, vm, was, w.m.pool);
        const { revisionId, files } = await adopt(w);
        w.m.rules.add(rule);
        const sealed = await codeOf(w.driver.resealMaster(ctx(), revisionId, files));
        expect(vm.record.template).toBe(true);
        if (sealed !== 'nothing') await w.driver.resealMaster(ctx(), revisionId, files);
        w.m.rules.clear();
        w.m.rules.add(rule);
        const back = await codeOf(w.driver.removeMaster(ctx(), revisionId));
        if (ours(vm).length > 0) expect(vm.record.template).toBe(true);
        w.m.rules.clear();
        if (back !== 'nothing') await w.driver.removeMaster(ctx(), revisionId);
        expect([vm.record.template, ours(vm)]).toEqual([was, []]);
      }
    });
  },
);

/** A cluster of two hosts with a network each, a template on that of the first, and a data center that has networks of the same names. */
const twoNets = (drs: string) =>
  readInventory({
    datacenters: [
      { name: 'Aachen', hosts: [{ name: 'esx9' }], datastores: [{ name: 'far' }], networks: [{ name: 'second' }, { name: 'only here' }] },
      {
        name: 'Bonn',
        clusters: [{ name: 'C', drs, hosts: [{ name: 'esx1' }, { name: 'esx2' }, { name: 'esx3' }] }],
        datastores: [{ name: 'ds' }],
        networks: [
          { name: 'first', on: ['esx1'] },
          { name: 'second', on: ['esx2'] },
          { name: 'segment', opaque: true, on: ['esx3'] },
        ],
        vms: [{ name: 'golden', networks: ['first'], disks: [{ capacityGiB: 0.001, usedGiB: 0.001 }], snapshots: ['base'] }],
      },
    ],
  });

test.each(['fullyAutomated', 'disabled'])(
  'H63: machines go where the network of the provider is, of NSX or not, whichever host and network their master has (DRS %s)',
  async (drs) => {
    for (const [network, esx] of [
      ['second', 'esx2'],
      ['segment', 'esx3'],
    ] as const) {
      for (const linkedStrategy of ['snapshot-clone', 'child-disk'] as const) {
        const inventory = twoNets(drs);
        const w = await VSphereWorld.make({ vsim: { inventory }, driver: { datacenter: 'Bonn', network, linkedStrategy } });
        try {
          const source = { kind: 'vm' as const, path: '/Bonn/vm/golden', how: 'copy' as const, profile: {} };
          const master = await w.driver.prepareMaster(ctx(), { revisionId: randomUUID(), source });
          const c = new Case(w, master, w.goldenDigest(master.files.map((f) => f.path)));
          for (const mode of ['linked', 'full'] as const) {
            const { machineId } = await c.clone(mode);
            const vm = w.vm(machineId);
            const net = w.m.networks.find(({ id }) => id === nicsOf(vm.record)[0]?.network);
            expect([vm.host.name, net?.name, net?.parent?.parent?.name]).toEqual([esx, network, 'Bonn']);
            await c.driver.power(ctx(), machineId, 'on');
            expect(vm.host.name).toBe(esx);
          }
        } finally {
          await w.dispose();
        }
      }
    }
  },
);

test('H63: a network of another data center is none of the provider, and a card on a network that no host has is told as that', async () => {
  const w = await VSphereWorld.make({ vsim: { inventory: twoNets('fullyAutomated') }, driver: { datacenter: 'Bonn' } });
  try {
    const other = new VSphereDriver({ ...w.options, network: 'only here' });
    expect(await codeOf(other.open(ctx()))).toBe('not-found');
    await other.close();
    const source = { kind: 'vm' as const, path: '/Bonn/vm/golden', how: 'copy' as const, profile: {} };
    const [esx1] = w.m.hosts.filter(({ name }) => name === 'esx1');
    for (const net of esx1?.networks ?? []) esx1?.networks.delete(net);
    await expect(w.driver.prepareMaster(ctx(), { revisionId: randomUUID(), source })).rejects.toMatchObject({
      code: 'not-supported',
      message: expect.stringContaining('network'),
      details: { fault: 'CannotAccessNetwork' },
    });
  } finally {
    await w.dispose();
  }
});

const secretOf = (vm: Vm): unknown => vm.record.devices.find((device) => device.kind === 'other' && device.model === 'VirtualTPM');

test('H64: no machine has the secrets of the TPM of its master, by whichever strategy, and where the server would copy them none is made', async () => {
  const secret = { kind: 'other' as const, model: 'VirtualTPM', key: 11_000, label: 'Virtual TPM', secret: 'of the master' };
  for (const [apiVersion, linkedStrategy, mode, made] of [
    ['8.0.3.0', 'snapshot-clone', 'linked', true],
    ['8.0.3.0', 'snapshot-clone', 'full', true],
    ['8.0.3.0', 'child-disk', 'linked', true],
    ['7.0.3.0', 'snapshot-clone', 'linked', false],
    ['7.0.3.0', 'snapshot-clone', 'full', false],
    ['7.0.3.0', 'child-disk', 'linked', true],
    ['7.0.3.0', 'shared-master', 'linked', true],
  ] as const) {
    const w = await VSphereWorld.make({ vsim: { apiVersion }, driver: { linkedStrategy } });
    try {
      const { vm } = w.vsim.sim.master();
      for (const { devices } of [vm.record, ...vm.record.snapshots.map((node) => node.hardware)]) devices.push({ ...secret });
      w.m.changed(vm, 'config');
      const master = await w.driver.prepareMaster(ctx(), w.prepareSpec(randomUUID()));
      const c = new Case(w, master, w.goldenDigest(master.files.map((f) => f.path)));
      expect(secretOf(c.golden)).toMatchObject({ secret: 'of the master' });
      const machineId = randomUUID();
      const work = c.clone(mode, machineId);
      if (made) {
        await work;
        expect(secretOf(w.vm(machineId))).toMatchObject({ secret: expect.not.stringContaining('of the master') });
      } else {
        await expect(work).rejects.toMatchObject({ code: 'not-supported', hint: expect.stringContaining('--strategy child-disk') });
        await c.nothingLeft();
      }
    } finally {
      await w.dispose();
    }
  }
});
