import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Case, codeOf, ctx, inWorld } from '../../../test/support/vsphere-cases.ts';
import { VSphereWorld } from '../../../test/support/vsphere-harness.ts';
import { createVm } from '../../vsim/model/configure.ts';
import { isVm, type Vm } from '../../vsim/model/entities.ts';
import type { Rule } from '../../vsim/model/rules.ts';
import { removeSnapshot } from '../../vsim/model/snapshots.ts';
import { disksOf, nicsOf } from '../../vsim/model/vm-record.ts';
import { createBase } from '../../vsim/model/vmdk.ts';

/** What Carrel does about each hazard of docs/spec/hazards.md while machines are made. Case.unchanged is checked after every one. */
const VCL = { driver: { linkedStrategy: 'shared-master' as const } };

/** Does something to a machine of ours in the moment in which it enters the inventory. */
function onEnter(c: Case, work: (vm: Vm) => void): () => void {
  return c.m.listen((kind, entity) => {
    if (kind === 'enter' && isVm(entity) && c.w.names.parse(entity.name)?.kind === 'machine') work(entity);
  });
}

test('H13: a machine whose snapshot fails is taken away at once and never started', async () => {
  await inWorld(VCL, async (c) => {
    for (const point of ['before', 'start', 'effect'] as const) {
      c.w.vsim.fault({ point, method: 'CreateSnapshot_Task' });
      const machineId = randomUUID();
      expect(await codeOf(c.clone('linked', machineId))).toBe('unavailable');
      if (point !== 'effect') await c.nothingLeft();
      else await c.driver.destroy(ctx(), machineId);
      await c.nothingLeft();
      expect(c.calls('PowerOnVM_Task')).toBe(0);
    }
  });
});

test('H13: a machine whose snapshot is refused for good is taken away inside the driver', async () => {
  await inWorld(VCL, async (c) => {
    for (const fault of ['NoPermission', 'RestrictedVersion', 'NotSupported']) {
      c.w.vsim.fault({ point: 'before', method: 'CreateSnapshot_Task', fault: { fault, message: 'refused', fields: {} } } as Rule);
      expect([fault, await codeOf(c.clone())]).toEqual([fault, fault === 'NotSupported' ? 'not-supported' : 'no-permission']);
      await c.nothingLeft();
    }
    expect(c.calls('PowerOnVM_Task')).toBe(0);
  });
});

test('H14: a redo file in the folder of the master fails the gate, and the machine goes', async () => {
  await inWorld(VCL, async (c) => {
    const stop = onEnter(c, (vm) => vm.record.extraConfig.delete('snapshot.redoNotWithParent'));
    expect(await codeOf(c.clone())).toBe('gate-refused');
    stop();
    await c.nothingLeft();
    expect(c.calls('PowerOnVM_Task')).toBe(0);
  });
});

test('H15: a crash before the snapshot leaves a half machine that is never started and goes safely', async () => {
  await inWorld(VCL, async (c) => {
    const machineId = randomUUID();
    const undo = [
      c.w.vsim.fault({ point: 'before', method: 'CreateSnapshot_Task', count: 9 }),
      c.w.vsim.fault({ point: 'before', method: 'UnregisterVM', count: 9 }),
    ];
    await codeOf(c.clone('linked', machineId));
    for (const each of undo) each();
    await c.w.restart();
    expect((await c.driver.inventory(ctx())).machines.find((m) => m.machineId === machineId)?.power).toBe('half');
    expect(await codeOf(c.driver.power(ctx(), machineId, 'on'))).toBe('wrong-state');
    await c.driver.destroy(ctx(), machineId);
    await c.nothingLeft();
  });
});

test('H16: a linked clone that comes back without a parent is an error, and goes', async () => {
  await inWorld({}, async (c) => {
    const stop = onEnter(c, (vm) => {
      const disk = disksOf(vm.record)[0];
      const path = `${c.m.storage.folderOf(vm.record.vmPath)}/whole.vmdk`;
      if (disk !== undefined) disk.path = createBase(c.m.storage, path, c.m.now(), c.m.random, { capacity: 2 ** 30 }).path;
    });
    expect(await codeOf(c.clone())).toBe('not-linked');
    stop();
    await c.nothingLeft();
  });
});

test('H17: without its snapshot a master is not cloned at all', async () => {
  await inWorld({}, async (c) => {
    const snapshot = c.m.objects.get(c.golden.record.snapshots[0]?.ref ?? '');
    await c.w.settle(removeSnapshot(c.m, snapshot as Parameters<typeof removeSnapshot>[1], false, false));
    const before = c.calls('CloneVM_Task');
    expect(await codeOf(c.clone())).toBe('master-changed');
    expect(c.calls('CloneVM_Task')).toBe(before);
  });
});

test('H18: on a lone host nothing is cloned by CloneVM, and a provider that wants it is refused', async () => {
  await inWorld({ vsim: { kind: 'esxi' } }, async (c) => {
    await c.clone();
    await c.clone('full');
    expect(c.calls('CloneVM_Task')).toBe(0);
  });
  const refused = VSphereWorld.make({ vsim: { kind: 'esxi' }, driver: { linkedStrategy: 'snapshot-clone' } });
  expect(await codeOf(refused)).toBe('not-supported');
});

test('H19: a name that something else has is an error, and that stays as it is', async () => {
  await inWorld({}, async (c) => {
    const machineId = randomUUID();
    const spec = { name: c.w.names.machine(machineId), vmPathName: '[ds0]', memoryMB: 1024, numCPUs: 1, deviceChange: [] };
    const folder = (await c.clone(), c.w.vm((await c.driver.inventory(ctx())).machines.find((m) => m.owned)?.machineId ?? '').parent);
    const other = (await c.w.settle(createVm(c.m, folder, spec, c.m.pool, undefined))) as Vm;
    expect(await codeOf(c.clone('linked', machineId))).toBe('already-exists');
    expect(c.m.vms.get(other.id)).toBe(other);
    expect(c.m.storage.file(other.record.vmPath)).toBeDefined();
  });
});

test('H20: a folder that was left over is replaced, and the path is the one that the server chose', async () => {
  await inWorld({}, async (c) => {
    const machineId = randomUUID();
    c.m.storage.parse('[ds0]').datastore.mkdir(c.w.names.machine(machineId), true);
    const clone = await c.clone('linked', machineId);
    expect(clone.ownFolder).toBe(`${c.m.storage.folderOf(c.w.vm(machineId).record.vmPath)}/`);
    await c.nothingLeft([machineId]);
  });
});

test('H20: the rest of an earlier try is looked for on every datastore, and only where there may have been one', async () => {
  await inWorld({ vsim: { datastores: 5 } }, async (c) => {
    const looks = () => c.calls('SearchDatastore_Task');
    const before = looks();
    const first = { ...c.spec(randomUUID()), first: true };
    await c.driver.clone(ctx(), first);
    expect(looks()).toBe(before);
    const machineId = randomUUID();
    const { datastore } = c.m.storage.parse('[ds4]');
    datastore.mkdir(c.w.names.machine(machineId), true);
    await c.driver.clone(ctx(), { ...c.spec(machineId), first: false });
    expect(looks()).toBeGreaterThanOrEqual(before + 5);
    await c.nothingLeft([first.machineId, machineId]);
  });
});

test('H32: a machine that is there is found also where nobody was to have asked for it, and after a lost reply', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    const again = { ...c.spec(machineId), first: true };
    expect((await c.driver.clone(ctx(), again)).machineId).toBe(machineId);
    // a reply that is lost at the first try is looked after as ever
    for (const point of ['reply', 'drop'] as const) {
      c.w.vsim.fault({ point, method: 'CloneVM_Task' });
      const other = { ...c.spec(randomUUID()), first: true };
      await c.driver.clone(ctx(), other);
      await c.nothingLeft([machineId, other.machineId]);
      await c.driver.destroy(ctx(), other.machineId);
    }
    await c.nothingLeft([machineId]);
  });
});

test('H21: a datastore that is full sends the machine to another, with a master made there', async () => {
  const faults = [
    { fault: 'NoDiskSpace', fields: { datastore: 'ds0', file: 'x' }, message: 'full' },
    {
      fault: 'SystemError',
      fields: { reason: 'No space left on device' },
      message: 'A general system error occurred: No space left on device',
    },
  ];
  for (const fault of faults) {
    for (const kind of ['vcenter', 'esxi'] as const) {
      await inWorld({ vsim: { kind } }, async (c) => {
        const from = c.master.files[0]?.path.slice(0, 5);
        c.w.vsim.fault({ point: 'effect', method: kind === 'vcenter' ? 'CloneVM_Task' : 'CreateVM_Task', at: 2, fault });
        const clone = await c.clone();
        expect(clone.ownFolder.slice(0, 5)).not.toBe(from);
        expect(clone.notes.join()).toContain('full');
        expect(c.w.mastersOf(c.master.revisionId)).toHaveLength(2);
        expect(await c.driver.power(ctx(), clone.machineId, 'on')).toBe('on');
        await c.nothingLeft([clone.machineId]);
        await c.driver.destroy(ctx(), clone.machineId);
        await c.nothingLeft();
      });
    }
  }
});

test('H22: a master that is locked right after its snapshot is cloned a little later', async () => {
  await inWorld({ vsim: { lockedFirstClones: 5 } }, async (c) => {
    const clone = await c.clone();
    expect(clone.chains[0]).toHaveLength(2);
    await c.nothingLeft([clone.machineId]);
  });
});

test('H23: two that need a master on another datastore get one and the same', async () => {
  await inWorld({}, async (c) => {
    const fault = { fault: 'NoDiskSpace', fields: { datastore: 'ds0', file: 'x' }, message: 'full' };
    c.w.vsim.fault({ point: 'start', method: 'CloneVM_Task', count: 3, fault });
    const clones = await Promise.all([c.clone(), c.clone(), c.clone()]);
    expect(c.w.mastersOf(c.master.revisionId)).toHaveLength(2);
    await c.nothingLeft(clones.map((x) => x.machineId));
  });
});

test('H24: a datastore that no host sees takes no machine', async () => {
  await inWorld({}, async (c) => {
    const ds0 = c.m.datastores.find((ds) => c.master.files[0]?.path.startsWith(`[${ds.name}]`));
    for (const host of c.m.hosts) if (ds0 !== undefined) host.datastores.delete(ds0);
    expect(await codeOf(c.clone())).toBe('unavailable');
    for (const host of c.m.hosts) if (ds0 !== undefined) host.datastores.add(ds0);
    await c.nothingLeft();
  });
});

test('H25: checkpoints end before the server refuses', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    for (let i = 0; i < 8; i++) await c.driver.checkpoint(ctx(), machineId, `c${i}`);
    const before = c.calls('CreateSnapshot_Task');
    expect(await codeOf(c.driver.checkpoint(ctx(), machineId, 'one more'))).toBe('wrong-state');
    expect(c.calls('CreateSnapshot_Task')).toBe(before);
    expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
  });
});

test('H26: DRS goes round a host in maintenance', async () => {
  await inWorld({}, async (c) => {
    const host = c.m.hosts[0];
    if (host === undefined) throw new Error('no host');
    host.maintenance = true;
    c.m.changed(host, 'runtime.inMaintenanceMode');
    const clones = await Promise.all([c.clone(), c.clone(), c.clone()]);
    for (const { machineId } of clones) {
      expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
      expect(c.w.vm(machineId).host).not.toBe(host);
    }
  });
});

test('H27: without room the machine stays off and is not made again', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    c.m.compute.reservedShare = 1;
    const before = c.calls('CloneVM_Task');
    expect(await codeOf(c.driver.power(ctx(), machineId, 'on'))).toBe('no-capacity');
    expect(c.calls('CloneVM_Task')).toBe(before);
    expect((await c.driver.inventory(ctx())).machines.find((m) => m.machineId === machineId)?.power).toBe('off');
  });
});

test('H28: no machine has the address of its master or of another', async () => {
  await inWorld({ vsim: { copyMac: true } }, async (c) => {
    const clones = await Promise.all([c.clone(), c.clone(), c.clone('full')]);
    const macs = [c.golden, ...clones.map((x) => c.w.vm(x.machineId))].flatMap((vm) => nicsOf(vm.record).map((nic) => nic.mac));
    expect(new Set(macs).size).toBe(4);
  });
});

test('H29: addresses are made by the server, never set by hand', async () => {
  for (const kind of ['vcenter', 'esxi'] as const) {
    await inWorld({ vsim: { kind } }, async (c) => {
      const { machineId } = await c.clone();
      for (const nic of nicsOf(c.w.vm(machineId).record)) expect(nic.addressType).not.toBe('manual');
    });
  }
});

test('H30: the question whether a machine was moved is answered as it was made: moved; another one is an error that says what is asked', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    const vm = c.w.vm(machineId);
    const { extraConfig } = vm.record;
    const was = vm.record.uuid;
    extraConfig.set('vsim.moved', '1');
    expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
    expect(c.calls('AnswerVM')).toBe(0);
    await c.driver.power(ctx(), machineId, 'off');
    extraConfig.delete('uuid.action');
    expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
    expect([c.calls('AnswerVM'), vm.record.uuid, extraConfig.get('vsim.moved')]).toEqual([1, was, undefined]);
    await c.driver.power(ctx(), machineId, 'off');
    extraConfig.set('vsim.asks', 'msg.serial.file.open: Replace the file?');
    await expect(c.driver.power(ctx(), machineId, 'on')).rejects.toMatchObject({ code: 'wrong-state', message: /Replace the file/ });
    expect(c.calls('AnswerVM')).toBe(1);
    // The power-on still waits for it at the server, and goes on when it is answered.
    await c.driver.answer(ctx(), machineId, { question: c.driver.whereabouts(machineId)?.question?.id ?? '', choice: '0' });
    expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
  });
});
