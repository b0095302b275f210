/** Masters with something odd about them: said when they are adopted or imported, and what their machines get of it. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { codeOf, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import { VSphereWorld, type VSphereWorldOptions } from '../../../../test/support/vsphere-harness.ts';
import type { Vm } from '../../../vsim/model/entities.ts';
import type { Rule } from '../../../vsim/model/rules.ts';
import { disksOf, type OtherDevice } from '../../../vsim/model/vm-record.ts';
import { createBase } from '../../../vsim/model/vmdk.ts';

const ISO: OtherDevice = {
  kind: 'other',
  model: 'VirtualCdrom',
  key: 3000,
  label: 'CD/DVD drive 1',
  controllerKey: 200,
  unitNumber: 0,
  iso: '[ds1] a.iso',
};
const TPM: OtherDevice = { kind: 'other', model: 'VirtualTPM', key: 11_000, label: 'Virtual TPM' };

function fit(w: VSphereWorld, device: OtherDevice): Vm {
  const { vm } = w.vsim.sim.master();
  vm.record.devices.push({ ...device });
  for (const node of vm.record.snapshots) node.hardware.devices.push({ ...device });
  w.m.changed(vm, 'config');
  return vm;
}

async function on(options: VSphereWorldOptions, work: (w: VSphereWorld) => Promise<void>): Promise<void> {
  const w = await VSphereWorld.make(options);
  try {
    await work(w);
  } finally {
    await w.dispose();
  }
}

const spec = (revisionId: string, machineId: string, mode: 'linked' | 'full' = 'linked') => ({
  machineId,
  revisionId,
  mode,
  hardware: { vcpus: 1, memoryMiB: 1024 },
  hostname: 'h',
});

test.each(['adopt', 'copy'] as const)("the installer's ISO is said of at import and is in no machine (%s)", async (how) => {
  await on({}, async (w) => {
    const revisionId = randomUUID();
    fit(w, ISO);
    const { facts } = await w.driver.prepareMaster(ctx(), {
      revisionId,
      source: { kind: 'vm', path: w.vsim.sim.master().path, how, profile: {} },
    });
    expect(facts['remark.iso']).toContain('[ds1] a.iso');
    expect(facts['remark.network']).toBeUndefined();
    for (const mode of ['linked', 'full'] as const) {
      const machineId = randomUUID();
      await w.driver.clone(ctx(), spec(revisionId, machineId, mode));
      const drives = w.vm(machineId).record.devices.filter((d) => d.kind === 'other' && d.model === 'VirtualCdrom');
      expect(drives).toHaveLength(1);
      expect(drives[0]).not.toHaveProperty('iso');
    }
  });
});

test('a TPM is said of at import; before 8.0, where clones would have its secrets, none is made', async () => {
  for (const [apiVersion, outcome] of [
    ['8.0.3.0', 'nothing'],
    ['7.0.3.0', 'not-supported'],
  ] as const) {
    await on({ vsim: { apiVersion } }, async (w) => {
      fit(w, TPM);
      const revisionId = randomUUID();
      const { facts } = await w.driver.prepareMaster(ctx(), w.prepareSpec(revisionId));
      expect(facts['remark.tpm']).toContain('TPM');
      expect([apiVersion, await codeOf(w.driver.clone(ctx(), spec(revisionId, randomUUID())))]).toEqual([apiVersion, outcome]);
    });
  }
});

test.each(['adopt', 'copy'] as const)(
  'one without a network card is refused with what to do, and stays as it is; one whose cards stay off is said of (%s)',
  async (how) => {
    await on({}, async (w) => {
      const { vm, path } = w.vsim.sim.master();
      const source = { kind: 'vm' as const, path, how, profile: {} };
      const work = () => w.driver.prepareMaster(ctx(), { revisionId: randomUUID(), source });
      const cards = vm.record.devices.filter((d) => d.kind === 'nic');
      vm.record.devices = vm.record.devices.filter((d) => d.kind !== 'nic');
      w.m.changed(vm, 'config.hardware.device');
      await expect(work()).rejects.toMatchObject({ code: 'bad-image', hint: expect.stringContaining('VMXNET3') });
      expect([...vm.record.extraConfig.keys()].filter((key) => key.startsWith('carrel.'))).toEqual([]);
      expect(await w.leaks({ machines: [], masters: [] })).toEqual([]);
      vm.record.devices.push(...cards.map((card) => ({ ...card, startConnected: false })));
      w.m.changed(vm, 'config.hardware.device');
      expect((await work()).facts['remark.network']).toContain('Connect At Power On');
    });
  },
);

test.each([
  ['a raw device', { rdm: 'vml.0200000000' }, 'is a raw device (RDM)'],
  ['an independent disk', { mode: 'independent_persistent' }, 'is independent_persistent'],
] as const)('%s is named at import, and nothing is made of its machine, whichever way it is asked for', async (_, odd, said) => {
  await on({}, async (w) => {
    const { vm, path } = w.vsim.sim.master();
    Object.assign(disksOf(vm.record)[0] ?? {}, odd);
    w.m.changed(vm, 'config');
    const made = () =>
      ['CloneVM_Task', 'CreateVM_Task', 'CopyVirtualDisk_Task', 'ReconfigVM_Task'].map((m) => w.vsim.stats.byMethod.get(m) ?? 0);
    const before = made();
    for (const how of ['adopt', 'copy'] as const) {
      const refused = w.driver.prepareMaster(ctx(), { revisionId: randomUUID(), source: { kind: 'vm', path, how, profile: {} } });
      await expect(refused).rejects.toMatchObject({
        code: 'bad-image',
        message: expect.stringContaining(said),
        hint: expect.stringContaining('virtual disks of its own'),
      });
    }
    expect(made()).toEqual(before);
  });
});

test('a master with disks on two datastores is said of, and refused where one of them may not be used', async () => {
  for (const datastores of [undefined, ['ds0']]) {
    await on({ driver: { datastores } }, async (w) => {
      const { vm, path } = w.vsim.sim.master();
      const at = vm.record.vmPath.startsWith('[ds0]') ? '[ds1]' : '[ds0]';
      w.m.storage.parse(at).datastore.mkdir('second', true);
      const second = createBase(w.m.storage, `${at} second/d.vmdk`, w.m.now(), w.m.random, { capacity: 2 ** 30 }).path;
      const first = disksOf(vm.record)[0];
      if (first !== undefined) vm.record.devices.push({ ...first, key: 2010, unitNumber: 10, path: second });
      w.m.changed(vm, 'config', 'layoutEx');
      const source = { kind: 'vm' as const, path, how: 'adopt' as const, profile: {} };
      const work = w.driver.prepareMaster(ctx(), { revisionId: randomUUID(), source });
      if (datastores === undefined) expect((await work).facts['remark.datastores']).toContain('ds0 and ds1');
      else expect(await work.catch((e: unknown) => e)).toMatchObject({ code: 'bad-image', hint: expect.stringContaining('ds0') });
    });
  }
});

test('the fault and the property that a server complains of reach the person, and nothing is tried again', async () => {
  await inWorld({}, async (c) => {
    const fault = { fault: 'InvalidArgument', message: 'x', fields: { invalidProperty: 'spec.disk.backing.crypto' } };
    c.w.vsim.fault({ point: 'start', method: 'CloneVM_Task', fault } as Rule);
    const error: unknown = await c.clone().catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'not-supported',
      retry: 'never',
      details: { fault: 'InvalidArgument', property: 'spec.disk.backing.crypto' },
    });
    expect((error as Error).message).toContain('spec.disk.backing.crypto');
  });
});

test('what keys are needed for is asked of the account only where a master has a TPM, and named at the clone', async () => {
  const w = await VSphereWorld.make();
  try {
    for (const privilege of ['Access', 'Clone']) w.m.denied.add(`${w.vsim.username} Cryptographer.${privilege}`);
    const lacks = async () => (await w.driver.checkAccount(ctx())).limits.map(({ privilege }) => privilege);
    expect(await lacks()).toEqual([]);
    const { revisionId } = await w.driver.prepareMaster(ctx(), w.prepareSpec(randomUUID()));
    expect(await lacks()).toEqual([]);
    for (const vm of w.mastersOf(revisionId)) {
      vm.record.devices.push(TPM);
      w.m.changed(vm, 'config.hardware.device');
    }
    expect(await lacks()).toEqual(['Cryptographer.Access', 'Cryptographer.Clone']);
    const spec = { machineId: randomUUID(), revisionId, mode: 'linked' as const, hostname: 'm', hardware: { vcpus: 1, memoryMiB: 512 } };
    await expect(w.driver.clone(ctx(), spec)).rejects.toMatchObject({
      code: 'no-permission',
      message: 'the account lacks Cryptographer.Access: without it nothing there is made of encrypted masters or of those with a TPM',
    });
  } finally {
    await w.dispose();
  }
});
