/** Hazards that show only on the wire: sessions, lost replies, collectors, privileges. See docs/spec/hazards.md. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Ref } from '../vsphere/types/value.ts';
import type { ClusterPowerOnVmResult, UpdateSet } from '../vsphere/types/vim.gen.ts';
import { ManualClock } from './model/clock.ts';
import { unregisterVm } from './model/destroy.ts';
import { registerVm } from './model/configure.ts';
import { disableMethods, setConnection } from './model/trouble.ts';
import type { Vm } from './model/entities.ts';
import type { VsimOptions } from './vsim.ts';
import { wire, WireClient } from './wire-testing.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function start(options: VsimOptions = {}) {
  const started = await wire(options);
  open.push(started.close);
  return started;
}

const ref = (e: { type: string; id: string }): Ref => ({ type: e.type, value: e.id });

function cloneArgs(client: WireClient, name: string) {
  const { model: m, sim } = client.vsim;
  const master = sim.master().vm;
  const snapshot = { type: 'VirtualMachineSnapshot', value: master.record.snapshots[0]?.ref ?? '' };
  const location = { pool: ref(m.pool), diskMoveType: 'createNewChildDiskBacking' };
  const spec = { location, template: false, powerOn: false, snapshot, config: { instanceUuid: `uuid-${name}` } };
  return [ref(master), { folder: ref(m.datacenter.vmFolder), name, spec }] as const;
}

async function watchVms(client: WireClient, pathSet: string[]): Promise<Ref> {
  const container = client.content.rootFolder;
  const view = await client.call('CreateContainerView', client.content.viewManager as Ref, {
    container,
    type: ['VirtualMachine'],
    recursive: true,
  });
  const pc = await client.call('CreatePropertyCollector', client.content.propertyCollector, {});
  const selectSet = [{ _type: 'TraversalSpec' as const, type: 'ContainerView', path: 'view', skip: false }];
  await client.call('CreateFilter', pc, {
    spec: { propSet: [{ type: 'VirtualMachine', pathSet }], objectSet: [{ obj: view, skip: true, selectSet }] },
    partialUpdates: true,
  });
  return pc;
}

const updates = (set: UpdateSet | undefined) => set?.filterSet?.flatMap((f) => f.objectSet ?? []) ?? [];

describe('sessions', () => {
  it('H31: the session ends while a clone runs: reads fail, the task goes on and can be read after a new login', async () => {
    const clock = new ManualClock();
    const { client, vsim } = await start({ clock, latency: 'real' });
    const task = await client.call('CloneVM_Task', ...cloneArgs(client, 'c1'));
    const pc = await watchVms(client, ['name']);
    vsim.sim.sessions.endAll();
    await expect(client.call('WaitForUpdatesEx', pc, { version: '', options: { maxWaitSeconds: 0 } })).rejects.toMatchObject({
      fault: 'NotAuthenticated',
    });
    clock.settle();
    client.cookie = undefined;
    await client.login();
    expect((await client.read(task, 'info.state'))['info.state']).toBe('success');
    await expect(client.call('WaitForUpdatesEx', pc, { version: '' })).rejects.toMatchObject({ fault: 'ManagedObjectNotFound' });
  });

  it('H31: a session that was idle too long is over', async () => {
    const clock = new ManualClock();
    const { client } = await start({ clock });
    clock.advance(29 * 60_000);
    await client.call('CurrentTime', { type: 'ServiceInstance', value: 'ServiceInstance' }, {});
    clock.advance(31 * 60_000);
    await expect(client.call('CurrentTime', { type: 'ServiceInstance', value: 'ServiceInstance' }, {})).rejects.toMatchObject({
      fault: 'NotAuthenticated',
    });
  });

  it('H33: a restart ends sessions; the journalled clone comes back as a new task', async () => {
    const clock = new ManualClock();
    const { client, vsim } = await start({ clock, latency: 'real', continuousClone: true });
    const task = await client.call('CloneVM_Task', ...cloneArgs(client, 'c1'));
    clock.until(() => vsim.model.storage.parse('[ds0] c1').datastore.hasDir('c1'));
    vsim.restart();
    await expect(client.read(task, 'info')).rejects.toMatchObject({ fault: 'NotAuthenticated' });
    clock.settle();
    client.cookie = undefined;
    await client.login();
    await expect(client.read(task, 'info')).rejects.toMatchObject({ fault: 'ManagedObjectNotFound' });
    const found = await client.call('FindAllByUuid', client.content.searchIndex as Ref, {
      uuid: 'uuid-c1',
      vmSearch: true,
      instanceUuid: true,
    });
    expect(found).toHaveLength(1);
  });

  it('H34: a lost reply: the call happened, the client cannot know', async () => {
    const { client, vsim } = await start();
    vsim.fault({ point: 'reply', method: 'CloneVM_Task' });
    await expect(client.call('CloneVM_Task', ...cloneArgs(client, 'c1'))).rejects.toThrow();
    await expect.poll(() => vsim.model.byInstanceUuid('uuid-c1')?.name).toBe('c1');
    vsim.fault({ point: 'drop', method: 'CloneVM_Task' });
    await expect(client.call('CloneVM_Task', ...cloneArgs(client, 'c2'))).rejects.toThrow();
    expect(vsim.model.byInstanceUuid('uuid-c2')).toBeUndefined();
  });

  it('H52: a full session table is an HTTP 503, and so is an injected one', async () => {
    const { client, vsim } = await start({ sessionCap: 2 });
    const second = new WireClient(vsim);
    const third = new WireClient(vsim);
    open.push(
      () => second.close(),
      () => third.close(),
    );
    await second.login();
    await expect(third.login()).rejects.toMatchObject({ fault: '503', message: expect.stringContaining('session limit') });
    await second.call('Logout', client.content.sessionManager as Ref, {});
    await third.login();
    vsim.fault({ point: 'status', method: 'CurrentTime', status: 503 });
    await expect(client.call('CurrentTime', { type: 'ServiceInstance', value: 'ServiceInstance' }, {})).rejects.toMatchObject({
      fault: '503',
    });
  });

  it('a wrong password is InvalidLogin, and a token logs in', async () => {
    const { client, vsim } = await start();
    const other = new WireClient(vsim);
    open.push(() => other.close());
    await expect(other.login('wrong')).rejects.toMatchObject({ fault: 'InvalidLogin' });
    vsim.sim.sessions.tokens.set('assertion-42', 'svc@vsphere.local');
    vsim.model.grants.give({ user: 'svc@vsphere.local', role: vsim.model.roles.admin, on: vsim.model.root, propagate: true });
    const header = '<wsse:Security xmlns:wsse="urn:x"><Assertion ID="assertion-42"/></wsse:Security>';
    const session = await other.call('LoginByToken', client.content.sessionManager as Ref, {}, header);
    expect(session.userName).toBe('svc@vsphere.local');
  });
});

describe('rights', () => {
  it('H38: a disabled method is MethodDisabled and names who did it', async () => {
    const { client, vsim } = await start();
    const vm = vsim.sim.master().vm;
    disableMethods(vsim.model, vm, ['Destroy_Task'], 'backup');
    expect((await client.read(ref(vm), 'disabledMethod'))['disabledMethod']).toEqual(['Destroy_Task']);
    await expect(client.call('Destroy_Task', ref(vm), {})).rejects.toMatchObject({ fault: 'MethodDisabled', detail: { source: 'backup' } });
  });

  it('H51: a host with a free licence reads and refuses to write', async () => {
    const { client, vsim } = await start({ kind: 'esxi', restricted: true });
    const vm = ref(vsim.sim.master().vm);
    expect(await client.read(vm, 'name')).toEqual({ name: 'master-0' });
    await expect(client.call('PowerOnVM_Task', vm, {})).rejects.toMatchObject({ fault: 'RestrictedVersion' });
  });

  it('H53: a missing privilege is NoPermission with object and privilege', async () => {
    const { client, vsim } = await start();
    const { model: m } = vsim;
    m.denied.add(`${vsim.username} VirtualMachine.Interact.PowerOn ${m.datacenter.id}`);
    const vm = ref(vsim.sim.master().vm);
    await expect(client.call('PowerOnVM_Task', vm, {})).rejects.toMatchObject({
      fault: 'NoPermission',
      detail: { privilegeId: 'VirtualMachine.Interact.PowerOn', object: vm },
    });
    const auth = client.content.authorizationManager as Ref;
    const privId = ['VirtualMachine.Interact.PowerOn', 'VirtualMachine.Provisioning.Clone'];
    expect(await client.call('HasPrivilegeOnEntity', auth, { entity: vm, sessionId: '', privId })).toEqual([false, true]);
  });

  it('what may not be read is in the missing set', async () => {
    const { client, vsim } = await start();
    const vm = vsim.sim.master().vm;
    vsim.model.denied.add(`${vsim.username} System.Read ${vm.id}`);
    const pc = await watchVms(client, ['name', 'config.instanceUuid']);
    const set = await client.call('WaitForUpdatesEx', pc, { version: '', options: { maxWaitSeconds: 0 } });
    const [update] = updates(set);
    expect(update?.changeSet ?? []).toEqual([]);
    expect(update?.missingSet?.map((s) => [s.path, s.fault.fault._type])).toEqual([
      ['name', 'NoPermission'],
      ['config.instanceUuid', 'NoPermission'],
    ]);
  });

  it('H18: CloneVM_Task on a host is NotSupported', async () => {
    const { client, vsim } = await start({ kind: 'esxi' });
    const args = cloneArgs({ vsim } as WireClient, 'c1');
    await expect(client.call('CloneVM_Task', ...args)).rejects.toMatchObject({ fault: 'NotSupported' });
  });
});

describe('collectors', () => {
  it('H45: an unknown version is InvalidCollectorVersion; a complete one can be sent again', async () => {
    const { client, vsim } = await start();
    const pc = await watchVms(client, ['name', 'runtime.powerState']);
    const wait = (version: string) => client.call('WaitForUpdatesEx', pc, { version, options: { maxWaitSeconds: 0 } });
    const first = await wait('');
    expect(updates(first).map((u) => u.kind)).toEqual(['enter']);
    await expect(wait('nonsense')).rejects.toMatchObject({ fault: 'InvalidCollectorVersion' });
    expect(await wait(first?.version ?? '')).toBeUndefined();
    const vm = vsim.sim.master().vm;
    const task = await client.call('PowerOnVM_Task', ref(vm), {});
    await client.task(task);
    const second = await wait(first?.version ?? '');
    const again = await wait(first?.version ?? '');
    expect(updates(second)).toEqual(updates(again));
    expect(updates(second)[0]?.changeSet).toMatchObject([{ name: 'runtime.powerState', val: 'poweredOn' }]);
  });

  it('H46: a large set comes in truncated pieces', async () => {
    const { client } = await start({ vms: 250 });
    const pc = await watchVms(client, ['name']);
    const seen = new Set<string>();
    const flags: boolean[] = [];
    for (let version = ''; ; ) {
      const set = await client.call('WaitForUpdatesEx', pc, { version, options: { maxWaitSeconds: 0 } });
      if (set === undefined) break;
      version = set.version;
      flags.push(set.truncated ?? false);
      for (const update of updates(set)) seen.add(update.obj.value);
    }
    expect(flags).toEqual([true, true, false]);
    expect(seen.size).toBe(251);
  });

  it('H47: unregistering is a leave, registering again an enter with a new moRef', async () => {
    const { client, vsim } = await start({ vms: 1 });
    const m = vsim.model;
    const vm = m.findVms((v) => v.name.startsWith('other'))[0];
    if (vm === undefined) throw new Error('no VM');
    const pc = await watchVms(client, ['config.instanceUuid']);
    const first = await client.call('WaitForUpdatesEx', pc, { version: '' });
    unregisterVm(m, vm);
    const left = await client.call('WaitForUpdatesEx', pc, { version: first?.version ?? '' });
    expect(updates(left).map((u) => [u.kind, u.obj.value])).toEqual([['leave', vm.id]]);
    registerVm(m, m.datacenter.vmFolder, vm.record.vmPath, undefined, false, m.pool, undefined);
    const back = await client.call('WaitForUpdatesEx', pc, { version: left?.version ?? '' });
    expect(updates(back).map((u) => [u.kind, u.changeSet?.[0]?.val])).toEqual([['enter', vm.record.instanceUuid]]);
  });

  it('H48: a VM whose files are out of reach has no config', async () => {
    const { client, vsim } = await start();
    const vm = vsim.sim.master().vm;
    setConnection(vsim.model, vm, 'inaccessible');
    const seen = await client.read(ref(vm), 'runtime.connectionState', 'config', 'config.hardware.device', 'layoutEx');
    expect(Object.keys(seen)).toEqual(['runtime.connectionState']);
  });

  it('hundreds of tasks are awaited by one wait over a list view', async () => {
    const { client, vsim } = await start();
    const list = await client.call('CreateListView', client.content.viewManager as Ref, { obj: [] });
    const pc = await client.call('CreatePropertyCollector', client.content.propertyCollector, {});
    const selectSet = [{ _type: 'TraversalSpec' as const, type: 'ListView', path: 'view', skip: false }];
    await client.call('CreateFilter', pc, {
      spec: { propSet: [{ type: 'Task', pathSet: ['info'] }], objectSet: [{ obj: list, skip: true, selectSet }] },
      partialUpdates: false,
    });
    const tasks: Ref[] = [];
    for (let n = 0; n < 100; n++) tasks.push(await client.call('CloneVM_Task', ...cloneArgs(client, `c${n}`)));
    expect(await client.call('ModifyListView', list, { add: [...tasks, { type: 'Task', value: 'task-none' }] })).toHaveLength(1);
    const done = new Set<string>();
    let version = '';
    while (done.size < 100) {
      const set = await client.call('WaitForUpdatesEx', pc, { version, options: { maxWaitSeconds: 10, maxObjectUpdates: 500 } });
      version = set?.version ?? version;
      for (const update of updates(set)) {
        const info = update.changeSet?.find((c) => c.name === 'info')?.val as { state?: string } | undefined;
        if (info?.state === 'success') done.add(update.obj.value);
      }
    }
    expect(vsim.model.bugs).toEqual([]);
  });
});

it('PowerOnMultiVM tells of each machine: its own task, or why it was not tried', async () => {
  const { client } = await start();
  const m = client.vsim.model;
  const made: Vm[] = [];
  for (const name of ['a', 'b']) {
    await client.task(await client.call('CloneVM_Task', ...cloneArgs(client, name)));
    made.push(m.byInstanceUuid(`uuid-${name}`) as Vm);
  }
  const [off, running] = made as [Vm, Vm];
  await client.task(await client.call('PowerOnVM_Task', ref(running), {}));
  const asked = await client.call('PowerOnMultiVM_Task', ref(m.datacenter), { vm: [ref(off), ref(running)] });
  const { state, result } = await client.task(asked);
  expect(state).toBe('success');
  expect(result).toMatchObject({
    _type: 'ClusterPowerOnVmResult',
    attempted: [{ vm: ref(off), task: { type: 'Task' } }],
    notAttempted: [{ vm: ref(running), fault: { fault: { _type: 'InvalidPowerState' } } }],
  });
  const { task } = (result as ClusterPowerOnVmResult).attempted?.[0] ?? {};
  expect(await client.task(task as Ref)).toMatchObject({ state: 'success', entity: ref(off) });
  expect(off.power).toBe('poweredOn');
});
