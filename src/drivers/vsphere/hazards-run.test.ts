import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { sampleOf } from '../../../test/support/rows.ts';
import { type Case, codeOf, ctx, inWorld } from '../../../test/support/vsphere-cases.ts';
import { VSphereWorld } from '../../../test/support/vsphere-harness.ts';
import { waitFor } from '../../lib/retry.ts';
import { RealClock } from '../../vsim/model/clock.ts';
import { unregisterVm } from '../../vsim/model/destroy.ts';
import { registerVm } from '../../vsim/model/configure.ts';
import { isTask, type Task, type Vm } from '../../vsim/model/entities.ts';
import { GUEST_KEYS } from '../../vsim/model/guest.ts';
import { relocate } from '../../vsim/model/migrate.ts';
import { powerOn } from '../../vsim/model/power.ts';
import { datastoreDown, disableMethods, restoreBackup, setConnection } from '../../vsim/model/trouble.ts';
import { VSphereDriver } from './index.ts';

/** What Carrel does about each hazard of docs/spec/hazards.md while machines run. Case.unchanged is checked after every one. */

/** Tasks take time, twenty times faster than on a real cluster. */
const SLOW = () => ({ vsim: { latency: 'real' as const, masterBytes: 2 ** 30, clock: new RealClock(20) } });

/** Waits until a task of that method runs in the simulator. */
async function running(c: Case, method: string): Promise<Task> {
  return await waitFor(ctx(), 2, () =>
    [...c.m.objects.values()].find((o): o is Task => isTask(o) && o.method === method && o.state === 'running'),
  );
}

async function oneMachine(c: Case, machineId: string): Promise<void> {
  expect(c.m.findVms((vm) => vm.record.instanceUuid === machineId)).toHaveLength(1);
  await c.nothingLeft([machineId]);
}

test('H31: the session ends while a clone runs, and there is one machine', async () => {
  await inWorld(SLOW(), async (c) => {
    const machineId = randomUUID();
    const cloning = c.clone('linked', machineId);
    await running(c, 'CloneVM_Task');
    c.w.vsim.sim.sessions.endAll();
    expect((await cloning).machineId).toBe(machineId);
    await oneMachine(c, machineId);
  });
});

test('H32: a task that the server forgot is settled by looking for the machine', async () => {
  await inWorld(SLOW(), async (c) => {
    const machineId = randomUUID();
    const cloning = c.clone('linked', machineId);
    const task = await running(c, 'CloneVM_Task');
    await waitFor(ctx(), 2, () => (task.state === 'success' ? true : undefined));
    c.m.remove(task);
    expect((await cloning).machineId).toBe(machineId);
    await oneMachine(c, machineId);
  });
});

test.each([true, false])(
  'H33: vpxd restarts in the middle of a clone, Continuous Clone %s: one machine in the end',
  async (continuousClone) => {
    const slow = SLOW();
    await inWorld({ vsim: { ...slow.vsim, continuousClone } }, async (c) => {
      const machineId = randomUUID();
      const cloning = c.clone('linked', machineId);
      await running(c, 'CloneVM_Task');
      c.w.vsim.restart();
      expect((await cloning).machineId).toBe(machineId);
      await waitFor(ctx(), 5, () => (c.m.tasks.running === 0 && c.m.tasks.queued === 0 ? true : undefined));
      // what a journalled clone left that came second is shown, and swept
      for (const stray of (await c.driver.inventory(ctx())).strays) await c.driver.sweep(ctx(), stray);
      await oneMachine(c, machineId);
    });
  },
);

test('H34: a reply that was lost makes no second machine', async () => {
  for (const kind of ['vcenter', 'esxi'] as const) {
    await inWorld({ vsim: { kind } }, async (c) => {
      const method = kind === 'vcenter' ? 'CloneVM_Task' : 'CreateVM_Task';
      const machineId = randomUUID();
      c.w.vsim.fault({ point: 'reply', method });
      await c.clone('linked', machineId);
      await oneMachine(c, machineId);
    });
  }
});

test('H35: a machine that somebody else switched is as it should be', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    await c.w.settle(powerOn(c.m, c.w.vm(machineId)));
    expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
    await c.w.crashMachine(machineId);
    c.w.vsim.fault({
      point: 'before',
      method: 'PowerOnVM_Task',
      fault: { fault: 'InvalidPowerState', fields: { requestedState: 'poweredOn', existingState: 'poweredOn' }, message: 'on already' },
    });
    expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
  });
});

test('H36: another task on the machine is waited for', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    c.w.vsim.fault({ point: 'start', method: 'PowerOnVM_Task', count: 3, fault: { fault: 'TaskInProgress', fields: {}, message: 'busy' } });
    expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
  });
});

test('H37: what was read before somebody else wrote is read again', async () => {
  await inWorld({}, async (c) => {
    c.w.vsim.fault({
      point: 'start',
      method: 'ReconfigVM_Task',
      count: 2,
      fault: { fault: 'ConcurrentAccess', fields: {}, message: 'stale' },
    });
    const revisionId = randomUUID();
    const master = await c.driver.prepareMaster(ctx(), c.w.prepareSpec(revisionId));
    expect((await c.driver.verifyMaster(ctx(), master.revisionId)).ok).toBe(true);
    await c.driver.removeMaster(ctx(), revisionId);
  });
});

test('H38: a method that somebody disabled is reported, without a storm of calls', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    disableMethods(c.m, c.w.vm(machineId), ['PowerOnVM_Task'], 'backup');
    const error: unknown = await c.driver.power(ctx(), machineId, 'on').catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'busy' });
    expect(c.calls('PowerOnVM_Task')).toBe(1);
  });
});

test('H39: each opening of the console has a ticket of its own, for the host of that moment', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    await c.driver.power(ctx(), machineId, 'on');
    const first = await c.driver.console(ctx(), machineId);
    const vm = c.w.vm(machineId);
    const other = c.m.hosts.find((h) => h !== vm.host);
    await c.w.settle(relocate(c.m, vm, { host: other }));
    const second = await c.driver.console(ctx(), machineId);
    expect(second).not.toEqual(first);
  });
});

test('H40: a checkpoint during a vMotion is taken after it', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    c.w.vsim.fault({
      point: 'start',
      method: 'CreateSnapshot_Task',
      count: 2,
      fault: { fault: 'TaskInProgress', fields: {}, message: 'vMotion' },
    });
    expect((await c.driver.checkpoint(ctx(), machineId, 'one')).name).toBe('one');
    expect(await c.driver.checkpoints(ctx(), machineId)).toHaveLength(1);
  });
});

test('H41: a machine that was moved to another datastore goes from where it is now', async () => {
  await inWorld({}, async (c) => {
    const { machineId, ownFolder } = await c.clone();
    const vm = c.w.vm(machineId);
    const other = c.m.datastores.find((ds) => !ownFolder.startsWith(`[${ds.name}]`));
    await c.w.settle(relocate(c.m, vm, { datastore: other }));
    const proof = await c.driver.destroy(ctx(), machineId);
    expect(proof.removed.every((f) => f.path.startsWith(`[${other?.name}]`))).toBe(true);
    await c.nothingLeft();
  });
});

test('H42: a master that was moved makes no machines until it is looked after; its machines start', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    const other = c.m.datastores.find((ds) => !c.golden.record.vmPath.startsWith(`[${ds.name}]`));
    await c.w.settle(relocate(c.m, c.golden, { datastore: other }));
    const error: unknown = await c.clone().catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'master-changed' });
    expect(String((error as Error).message)).toContain('moved');
    expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
  });
});

test('H43: two control planes that make one machine make one', async () => {
  await inWorld({}, async (c) => {
    const second = new VSphereDriver(c.w.options);
    await second.open(ctx());
    for (let i = 0; i < 3; i++) {
      const machineId = randomUUID();
      const results = await Promise.allSettled([c.clone('linked', machineId), second.clone(ctx(), c.spec(machineId))]);
      expect(results.some((r) => r.status === 'fulfilled')).toBe(true);
      expect(c.m.findVms((vm) => vm.record.instanceUuid === machineId)).toHaveLength(1);
      await c.driver.destroy(ctx(), machineId);
      for (const stray of (await c.driver.inventory(ctx())).strays) await c.driver.sweep(ctx(), stray);
      await c.nothingLeft();
    }
    await second.close();
  });
});

test('H44: a task that an operator cancelled is not tried again by itself', async () => {
  await inWorld(SLOW(), async (c) => {
    const machineId = randomUUID();
    const before = c.calls('CloneVM_Task');
    const cloning = codeOf(c.clone('linked', machineId));
    c.m.tasks.cancel(await running(c, 'CloneVM_Task'));
    expect(await cloning).toBe('unavailable');
    expect(c.calls('CloneVM_Task')).toBe(before + 1);
    await c.driver.destroy(ctx(), machineId);
    await c.nothingLeft();
  });
});

test('H45: a collector that forgot its version is read anew, deletions included', async () => {
  await inWorld({}, async (c) => {
    const gone = await c.clone();
    const stays = await c.clone();
    c.w.vsim.fault({
      point: 'before',
      method: 'WaitForUpdatesEx',
      count: 2,
      fault: { fault: 'InvalidCollectorVersion', fields: {}, message: 'old' },
    });
    unregisterVm(c.m, c.w.vm(gone.machineId));
    const seen = (await c.driver.inventory(ctx())).machines.filter((m) => m.owned);
    expect(new Map(seen.map((m) => [m.machineId, m.power]))).toEqual(
      new Map([
        [gone.machineId, 'half'],
        [stays.machineId, 'off'],
      ]),
    );
    await c.driver.destroy(ctx(), gone.machineId);
    await c.nothingLeft([stays.machineId]);
  });
});

test('H46: an inventory that comes in pieces is seen whole', async () => {
  await inWorld({ vsim: { vms: 1_200 } }, async (c) => {
    const { machineId } = await c.clone();
    const seen = await c.driver.inventory(ctx());
    expect(seen.complete).toBe(true);
    expect(seen.machines.length).toBe(1_200 + 1 + 1);
    expect(seen.machines.filter((m) => m.owned).map((m) => m.machineId)).toEqual([machineId]);
  });
});

test('H47: a machine that was registered again is the same machine', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    const vm = c.w.vm(machineId);
    unregisterVm(c.m, vm);
    const again = (await c.w.settle(registerVm(c.m, vm.parent, vm.record.vmPath, undefined, false, c.m.pool, undefined))) as Vm;
    expect(again.id).not.toBe(vm.id);
    expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
    expect(again.power).toBe('poweredOn');
    await c.driver.destroy(ctx(), machineId);
    await c.nothingLeft();
  });
});

test('H48: what cannot be read is left alone, and what is orphaned is taken out', async () => {
  await inWorld({}, async (c) => {
    for (const state of ['disconnected', 'inaccessible'] as const) {
      const { machineId, chains } = await c.clone();
      setConnection(c.m, c.w.vm(machineId), state);
      expect([state, await codeOf(c.driver.destroy(ctx(), machineId))]).toEqual([state, 'unavailable']);
      expect([state, await codeOf(c.driver.power(ctx(), machineId, 'on'))]).toEqual([state, 'unavailable']);
      expect(c.m.storage.file(chains[0]?.[0]?.path ?? '')).toBeDefined();
      if (state === 'inaccessible') expect((await c.driver.inventory(ctx())).complete).toBe(false);
      setConnection(c.m, c.w.vm(machineId), 'connected');
      await c.driver.destroy(ctx(), machineId);
    }
    for (const state of ['orphaned', 'invalid'] as const) {
      const { machineId } = await c.clone();
      setConnection(c.m, c.w.vm(machineId), state);
      await c.driver.destroy(ctx(), machineId);
      await c.nothingLeft();
    }
  });
});

test('H49: disks that need consolidation are never consolidated by us', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    const vm = c.w.vm(machineId);
    vm.needsConsolidation = true;
    c.m.changed(vm, 'runtime.consolidationNeeded');
    for (const op of ['on', 'off'] as const) expect(await c.driver.power(ctx(), machineId, op)).toBe(op);
    await c.driver.destroy(ctx(), machineId);
  });
});

test('H50: a vCenter from an old backup does not cost the machines that it forgot', async () => {
  await inWorld({}, async (c) => {
    const old = await c.clone();
    const time = c.m.now();
    await waitFor(ctx(), 2, () => (c.m.now() > time + 5 ? true : undefined));
    const later = await c.clone();
    const forgotten = restoreBackup(c.m, time + 2);
    expect(forgotten.map((vm) => vm.record.instanceUuid)).toEqual([later.machineId]);
    await c.driver.destroy(ctx(), old.machineId);
    expect(c.m.storage.file(later.chains[0]?.[0]?.path ?? '')).toBeDefined();
    const seen = await c.driver.inventory(ctx());
    expect(seen.machines.find((m) => m.machineId === later.machineId)?.power).toBe('half');
    expect(seen.strays).toEqual([]);
  });
});

test('H51: a host that lets nothing be changed is reported as that', async () => {
  const w = await VSphereWorld.make({ vsim: { kind: 'esxi', restricted: true } });
  expect(await codeOf(w.driver.prepareMaster(ctx(), w.prepareSpec(randomUUID())))).toBe('no-permission');
  await w.dispose();
});

test('H52: one session for everything, also when the table was full at first', async () => {
  await inWorld({}, async (c) => {
    c.w.vsim.fault({ point: 'status', method: 'Login', status: 503 });
    await c.w.restart();
    const before = c.calls('Login');
    const clones = await Promise.all(Array.from({ length: 10 }, async () => await c.clone()));
    expect(c.calls('Login')).toBe(before);
    expect(clones).toHaveLength(10);
  });
});

test('H53: a privilege that is missing is named, and nothing is left', async () => {
  await inWorld({}, async (c) => {
    const privilege = `${c.w.vsim.username} VirtualMachine.Inventory.CreateFromExisting`;
    c.m.denied.add(privilege);
    const error: unknown = await c.clone().catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'no-permission', details: { privilegeId: 'VirtualMachine.Inventory.CreateFromExisting' } });
    c.m.denied.delete(privilege);
    await c.nothingLeft();
  });
});

test('H54: a guest that ignores its shutdown is switched off', async () => {
  await inWorld({ driver: { shutdownMs: 30 } }, async (c) => {
    const { machineId } = await c.clone();
    c.w.vm(machineId).record.extraConfig.set(GUEST_KEYS.ignoreShutdown, '1');
    await c.driver.power(ctx(), machineId, 'on');
    await c.driver.guest.ready(ctx(), machineId);
    expect(await c.driver.power(ctx(), machineId, 'shutdown')).toBe('off');
    const without = await c.clone();
    c.w.vm(without.machineId).record.extraConfig.set(GUEST_KEYS.noTools, '1');
    await c.driver.power(ctx(), without.machineId, 'on');
    expect(await c.driver.power(ctx(), without.machineId, 'shutdown')).toBe('off');
  });
});

test('H58: a master is a template, and no verb starts it', async () => {
  await inWorld({}, async (c) => {
    expect(c.golden.record.template).toBe(true);
    const uuid = c.golden.record.instanceUuid;
    expect(await codeOf(c.driver.power(ctx(), uuid, 'on'))).toBe('not-owned');
    expect(await codeOf(c.driver.destroy(ctx(), uuid))).toBe('not-owned');
  });
});

test('H59: a datastore that is away is no reason to think that anything is gone', async () => {
  await inWorld({}, async (c) => {
    const { machineId, ownFolder, chains } = await c.clone();
    const ds = c.m.datastores.find((d) => ownFolder.startsWith(`[${d.name}]`));
    if (ds === undefined) throw new Error('no datastore');
    datastoreDown(c.m, ds);
    const seen = await c.driver.inventory(ctx());
    expect(seen.complete).toBe(false);
    expect(await codeOf(c.driver.destroy(ctx(), machineId))).toBe('unavailable');
    datastoreDown(c.m, ds, true);
    expect((await c.driver.inventory(ctx())).complete).toBe(true);
    expect(c.m.storage.file(chains[0]?.[0]?.path ?? '')).toBeDefined();
    await c.driver.destroy(ctx(), machineId);
    await c.nothingLeft();
  });
});

test.each(sampleOf(['vmfs6', 'vmfs5', 'nfs', 'vsan'] as const, 0, 3))(
  'H60: on %s chains are read, not guessed from names',
  async (flavour) => {
    await inWorld({ vsim: { flavours: [flavour] } }, async (c) => {
      const { machineId, chains } = await c.clone();
      expect(chains.map((chain) => chain.map((d) => d.path).slice(1))).toEqual([[c.master.files[0]?.path]]);
      await c.driver.checkpoint(ctx(), machineId, 'one');
      expect(await c.driver.power(ctx(), machineId, 'on')).toBe('on');
      await c.driver.destroy(ctx(), machineId);
      expect((await c.driver.inventory(ctx())).machines.filter((m) => m.owned)).toEqual([]);
      await c.nothingLeft();
    });
  },
);
