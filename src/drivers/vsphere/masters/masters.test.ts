import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { sampleOf } from '../../../../test/support/rows.ts';
import { Case, codeOf, ctx } from '../../../../test/support/vsphere-cases.ts';
import { VSphereWorld } from '../../../../test/support/vsphere-harness.ts';
import { WAYS } from '../../../../test/support/vsphere-matrix.ts';
import { gate } from '../../../core/lineage.ts';
import { reconfigureVm } from '../../../vsim/model/configure.ts';
import { powerOn } from '../../../vsim/model/power.ts';
import { disksOf } from '../../../vsim/model/vm-record.ts';
import { fileHash, openLink } from '../../../vsim/model/vmdk.ts';

test.each(sampleOf(WAYS, 0, 3, 4))('machines of two disks, an NVMe and a SCSI one: $name', async ({ kind, linkedStrategy, mode }) => {
  const w = await VSphereWorld.make({ vsim: { kind }, driver: { linkedStrategy } });
  try {
    const source = w.vsim.sim.master().vm;
    source.record.snapshots = [];
    source.record.current = undefined;
    await w.settle(
      reconfigureVm(w.m, source, {
        firmware: 'efi',
        deviceChange: [
          { operation: 'add', fileOperation: undefined, device: { model: 'VirtualNVMEController', key: -30, busNumber: 0 } },
          {
            operation: 'add',
            fileOperation: 'create',
            device: { model: 'VirtualDisk', key: -31, controllerKey: -30, capacity: 2 ** 30, disk: { path: '[ds0]', thin: true } },
          },
        ],
      }),
    );
    await w.driver.inventory(ctx());
    const master = await w.driver.prepareMaster(ctx(), w.prepareSpec(randomUUID()));
    expect(master.files).toHaveLength(2);
    expect(master.profile.hardware.firmware).toBe('efi');
    const c = new Case(w, master, w.goldenDigest(master.files.map((f) => f.path)));
    const clone = await c.clone(mode);
    expect(clone.chains).toHaveLength(2);
    for (const chain of clone.chains) expect(gate(chain, { mode, ownFolder: clone.ownFolder, masterPaths: clone.masterPaths })).toEqual([]);
    // Which of them is meant?
    const larger = { ...c.spec(randomUUID(), 'full'), diskBytes: 2 ** 40 };
    await expect(c.driver.clone(ctx(), larger)).rejects.toMatchObject({
      code: 'not-supported',
      message: expect.stringContaining('the image has 2 disks') as string,
    });
    const { record } = w.vm(clone.machineId);
    expect(record.firmware).toBe('efi');
    expect(record.devices.filter((d) => /NVME|ParaVirtual/.test((d as { model?: string }).model ?? ''))).toHaveLength(2);
    await c.driver.power(ctx(), clone.machineId, 'on');
    await c.driver.power(ctx(), clone.machineId, 'off');
    const captured = await c.driver.capture(ctx(), { machineId: clone.machineId, revisionId: randomUUID() });
    expect(captured.files).toHaveLength(2);
    await c.driver.destroy(ctx(), clone.machineId);
    await c.driver.removeMaster(ctx(), captured.revisionId);
    await c.nothingLeft();
    await c.unchanged();
  } finally {
    await w.dispose();
  }
});

test('a machine that is adopted stays where it is, serves clones, and is given back as it was', async () => {
  const w = await VSphereWorld.make();
  try {
    const { vm, path } = w.vsim.sim.master();
    const golden = disksOf((vm.record.snapshots[0] as { hardware: Parameters<typeof disksOf>[0] }).hardware)[0]?.path ?? '';
    const hash = fileHash(openLink(w.m.storage, golden));
    const revisionId = randomUUID();
    const source = { kind: 'vm' as const, path, how: 'adopt' as const, profile: { user: 'student' } };
    const master = await w.driver.prepareMaster(ctx(), { revisionId, source });
    expect(master.files.map((f) => f.path)).toEqual([golden]);
    expect(master.profile.guest.user).toBe('student');
    const c = new Case(w, master, w.goldenDigest([golden]));
    const { machineId, chains } = await c.clone();
    expect(chains[0]?.at(-1)?.path).toBe(golden);
    expect(await codeOf(w.driver.removeMaster(ctx(), revisionId))).toBe('has-children');
    await w.driver.destroy(ctx(), machineId);
    expect(await codeOf(w.driver.destroy(ctx(), vm.record.instanceUuid))).toBe('not-owned');
    expect((await w.driver.removeMaster(ctx(), revisionId)).removed).toEqual([]);
    expect(w.m.vms.get(vm.id)).toBe(vm);
    expect([...vm.record.extraConfig.keys()].filter((key) => key.startsWith('carrel.'))).toEqual([]);
    expect(fileHash(openLink(w.m.storage, golden))).toBe(hash);
    expect((await w.driver.inventory(ctx())).masters).toEqual([]);
  } finally {
    await w.dispose();
  }
});

test('a source that runs is refused, and stays as it is', async () => {
  const w = await VSphereWorld.make({ vsim: { vms: 1 } });
  try {
    const other = w.m.findVms((vm) => vm.name.startsWith('other'))[0];
    if (other === undefined) throw new Error('no other machine');
    await w.settle(powerOn(w.m, other));
    await w.driver.inventory(ctx());
    const source = { kind: 'vm' as const, path: '/DC0/vm/others/other-00000', how: 'copy' as const, profile: {} };
    expect(await codeOf(w.driver.prepareMaster(ctx(), { revisionId: randomUUID(), source }))).toBe('wrong-state');
    const missing = { ...source, path: '/DC0/vm/nothing' };
    expect(await codeOf(w.driver.prepareMaster(ctx(), { revisionId: randomUUID(), source: missing }))).toBe('not-found');
    expect(await w.leaks({ machines: [], masters: [] })).toEqual([]);
  } finally {
    await w.dispose();
  }
});

test('a master on the datastore of the source, or on the one that may be used', async () => {
  const w = await VSphereWorld.make({ driver: { datastores: ['ds1'], network: 'lab-1' } });
  try {
    const master = await w.driver.prepareMaster(ctx(), w.prepareSpec(randomUUID()));
    expect(master.files[0]?.path.startsWith('[ds1]')).toBe(true);
    const c = new Case(w, master, w.goldenDigest(master.files.map((f) => f.path)));
    const { machineId } = await c.clone();
    const nic = w.vm(machineId).record.devices.find((d) => d.kind === 'nic');
    expect(w.m.objects.get((nic as { network?: string }).network ?? '')?.name).toBe('lab-1');
  } finally {
    await w.dispose();
  }
});
