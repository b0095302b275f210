import { afterEach, expect, test } from 'vitest';
import { type Ctx, makeCtx, race } from '../../lib/context.ts';
import { type ClientOptions, VSphereClient } from '../client.ts';
import { isFault } from '../errors.ts';
import { type Handler, ref, scriptServer, session } from '../testing.ts';
import type { DataObject } from '../types/value.ts';
import { FakeCollector, update } from './collector-testing.ts';
import {
  datastoreContains,
  datastoreJoin,
  datastoreParent,
  escapeName,
  formatDatastorePath,
  joinInventoryPath,
  parseDatastorePath,
  splitInventoryPath,
  unescapeName,
} from './paths.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of open.splice(0).toReversed()) await end();
});

async function setup(handlers: Record<string, Handler> = {}, more: Partial<ClientOptions> = {}) {
  const fake = new FakeCollector();
  const server = await scriptServer({ ...fake.handlers(), ...handlers });
  open.push(() => server.stop());
  const client = new VSphereClient({ ...server.options(), loop: { firstPauseMs: 5 }, ...more });
  open.push(() => client.close());
  return { fake, server, client };
}

const ctx = makeCtx({ timeoutMs: 600_000 });
const root = ref('Folder', 'group-d1');
const dc = ref('Datacenter', 'dc-1');
const vmFolder = ref('Folder', 'group-v1');
const vm = (n: number) => ref('VirtualMachine', `vm-${n}`);
const task = (n: number) => ref('Task', `task-${n}`);
const tree = [
  update('enter', root, { name: 'Datacenters' }),
  update('enter', dc, { name: 'DC', parent: root }),
  update('enter', vmFolder, { name: 'vm', parent: dc }),
];
const machine = (n: number, name = `m${n}`) => update('enter', vm(n), { name, parent: vmFolder, 'config.instanceUuid': `UUID-${n}` });

test('the second resolve costs no request; names are unescaped; changes and deletions arrive', async () => {
  const { fake, server, client } = await setup();
  const found = client.inventory.find(ctx, '/DC/vm/a%2fb');
  await fake.tell('VirtualMachine', [...tree, machine(1, 'a%2fb'), machine(2)]);
  expect((await found).ref).toEqual(vm(1));
  await fake.wait();
  const before = server.calls.length;
  expect((await client.inventory.find(ctx, '/DC/vm/m2')).ref).toEqual(vm(2));
  expect((await client.inventory.find(ctx, '/DC/vm', 'Folder')).ref).toEqual(vmFolder);
  expect((await client.inventory.findByInstanceUuid(ctx, 'uuid-2')).map((e) => e.ref)).toEqual([vm(2)]);
  expect(client.inventory.pathOf(vm(1))).toBe('/DC/vm/a%2fb');
  expect(client.inventory.datacenterOf(vm(1))).toEqual(dc);
  await expect(client.inventory.find(ctx, '/DC/vm/none')).rejects.toMatchObject({ code: 'vsphere-not-found' });
  await expect(client.inventory.find(ctx, '/DC/vm', 'Datastore')).rejects.toMatchObject({ code: 'vsphere-not-found' });
  await expect(client.inventory.find(ctx, 'DC/vm')).rejects.toMatchObject({ code: 'vsphere-config' });
  expect(server.calls.length).toBe(before);

  const heard: string[] = [];
  client.inventory.onChange((c) => heard.push(`${c.kind} ${c.entity.ref.value} ${c.paths.join()}`));
  await fake.tell('VirtualMachine', [
    update('modify', vm(2), { name: 'renamed', 'config.instanceUuid': undefined }),
    update('leave', vm(1)),
  ]);
  await fake.wait();
  expect(heard).toEqual(['modify vm-2 name,config.instanceUuid', 'leave vm-1 ']);
  expect(client.inventory.get(vm(1))).toBeUndefined();
  expect((await client.inventory.find(ctx, '/DC/vm/renamed')).props.has('config.instanceUuid')).toBe(false);
  await expect(client.inventory.find(ctx, '/DC/vm/m2')).rejects.toMatchObject({ code: 'vsphere-not-found' });
  expect(await client.inventory.findByInstanceUuid(ctx, 'UUID-2')).toEqual([]);
});

test('a server that does not answer any more is told in time, as one that is away, whatever time the caller has', async () => {
  const { fake, client, server } = await setup({}, { answerMs: 50 });
  const ready = client.inventory.ready(ctx);
  await fake.tell('VirtualMachine', tree);
  await ready;
  await server.stop();
  await expect(client.inventory.sync(ctx)).rejects.toMatchObject({ code: 'vsphere-stale', message: 'the server does not answer' });
});

test('a truncated set is no reason to say that something is missing', async () => {
  const { fake, client } = await setup();
  let done = false;
  const ready = client.inventory.ready(ctx).then(() => {
    done = true;
  });
  expect(await fake.tell('VirtualMachine', tree, { truncated: true })).toBe('');
  expect(await fake.tell('VirtualMachine', [machine(1)], { truncated: true })).toBe('1');
  await fake.wait();
  expect(done).toBe(false);
  await expect(client.inventory.findByInstanceUuid(ctx, 'uuid-7')).rejects.toMatchObject({ code: 'vsphere-stale' });
  await fake.tell('VirtualMachine', [machine(2)]);
  await ready;
  expect(await client.inventory.findByInstanceUuid(ctx, 'uuid-7')).toEqual([]);
});

test('InvalidCollectorVersion leads to a full resync, which also reports deletions', async () => {
  const { fake, client } = await setup();
  const ready = client.inventory.ready(ctx);
  await fake.tell('VirtualMachine', [...tree, machine(1), machine(2)]);
  await ready;
  const heard: string[] = [];
  client.inventory.onChange((c) => heard.push(`${c.kind} ${c.entity.ref.value}`));
  await fake.fail({ _type: 'InvalidCollectorVersion' });
  expect(await fake.tell('VirtualMachine', [...tree, machine(2)])).toBe('');
  await fake.wait();
  expect(heard).toContain('leave vm-1');
  expect(heard).not.toContain('leave vm-2');
  expect(client.inventory.get(vm(1))).toBeUndefined();
});

test('after an expired session views and filters are made again', async () => {
  let logins = 0;
  const { fake, server, client } = await setup({ Login: () => session(`s${++logins}`) });
  const ready = client.inventory.ready(ctx);
  await fake.tell('VirtualMachine', [...tree, machine(1)]);
  await ready;
  await fake.fail({ _type: 'NotAuthenticated' });
  expect(await fake.tell('VirtualMachine', tree)).toBe('');
  await fake.wait();
  expect(logins).toBe(2);
  expect(server.calls.filter((m) => m === 'CreateContainerView')).toHaveLength(2);
  expect(client.inventory.get(vm(1))).toBeUndefined();
});

test('a bad connection makes the inventory stale: what is known stays, absence cannot be told; then the same version is asked again', async () => {
  const { fake, client } = await setup();
  const ready = client.inventory.ready(ctx);
  await fake.tell('VirtualMachine', [...tree, machine(1)]);
  await ready;
  await fake.fail({ _type: 'HostCommunication' });
  const w = await fake.wait();
  expect(w.version).toBe('1');
  expect(client.inventory.state).toBe('stale');
  expect((await client.inventory.find(ctx, '/DC/vm/m1')).ref).toEqual(vm(1));
  await expect(client.inventory.find(ctx, '/DC/vm/none')).rejects.toMatchObject({ code: 'vsphere-stale' });
  fake.waits.shift();
  w.answer(undefined);
  await fake.wait();
  expect(client.inventory.state).toBe('fresh');
});

test('a property that may not be read is missing with its fault, not unset', async () => {
  const { fake, client } = await setup();
  const ready = client.inventory.ready(ctx);
  await fake.tell('VirtualMachine', [...tree, update('enter', vm(1), { name: 'm', parent: vmFolder }, ['config.hardware.device'])]);
  await ready;
  const e = client.inventory.get(vm(1));
  expect(isFault(e?.missing.get('config.hardware.device'), 'NoPermission')).toBe(true);
  await fake.tell('VirtualMachine', [
    update('modify', vm(1), { 'config.hardware.device': [{ _type: 'VirtualCdrom', key: 1 } as DataObject] }),
  ]);
  await fake.wait();
  expect(e?.missing.size).toBe(0);
  expect(client.inventory.prop('VirtualMachine', vm(1), 'config.hardware.device')?.[0]?._type).toBe('VirtualCdrom');
});

test('hundreds of tasks are awaited by one wait, and started ones share their requests', async () => {
  const { fake, server, client } = await setup();
  const N = 300;
  for (let i = 0; i < N; i++) fake.tasks.set(`task-${i}`, { 'info.state': 'running', 'info.descriptionId': 'VirtualMachine.clone' });
  const all = Promise.allSettled(Array.from({ length: N }, (_, i) => client.tasks.wait(ctx, task(i))));
  await fake.wait();
  const listed = () => [...fake.views.values()].reduce((n, v) => n + v.length, 0);
  await fake.until(() => listed() === N);
  expect(client.tasks.pending).toBe(N);
  const good = Array.from({ length: N - 1 }, (_, i) => update('enter', task(i), { 'info.state': 'success', 'info.result': vm(i) }));
  const fault = { fault: { _type: 'NoDiskSpace', datastore: 'ds', file: 'f' }, localizedMessage: 'full' };
  await fake.tell('Task', [
    ...good,
    update('enter', task(N - 1), { 'info.state': 'error', 'info.error': { _type: 'LocalizedMethodFault', ...fault } as DataObject }),
  ]);
  const results = await all;
  expect(results[7]).toMatchObject({ status: 'fulfilled', value: { task: task(7), result: vm(7) } });
  const last = results[N - 1] as PromiseRejectedResult;
  expect(last.reason).toMatchObject({ code: 'vsphere-task', faultType: 'NoDiskSpace', task: task(N - 1) });
  // service content, login, collector, view, filter, first look, wait and a few changes of the list
  expect(server.calls.length).toBeLessThan(20);
  expect(client.tasks.pending).toBe(0);
});

test('tasks that start while others are awaited enter the list, finished ones leave it, together', async () => {
  const { fake, server, client } = await setup();
  for (let i = 0; i < 60; i++) fake.tasks.set(`task-${i}`, { 'info.state': 'running' });
  const start = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => client.tasks.wait(ctx, task(from + i)));
  const first = start(0, 10);
  await fake.wait();
  await fake.tell(
    'Task',
    Array.from({ length: 10 }, (_, i) => update('enter', task(i), { 'info.state': i < 5 ? 'success' : 'running' })),
  );
  await Promise.all(first.slice(0, 5));
  const second = start(10, 60);
  const listed = () => [...fake.views.values()].flat();
  await fake.until(() => listed().length >= 55 && listed().includes('task-59'));
  expect(listed()).not.toContain('task-0');
  expect(new Set(listed()).size).toBe(55);
  expect(server.calls.filter((m) => m === 'ModifyListView').length).toBeLessThan(10);
  await fake.tell(
    'Task',
    Array.from({ length: 55 }, (_, i) => update('enter', task(i + 5), { 'info.state': 'success' })),
  );
  await Promise.all([...first, ...second]);
});

/** A pace of one an hour after so many, whose pauses the test ends. */
function slow(burst: number) {
  const held: (() => void)[] = [];
  const pause = async (until: Pick<Ctx, 'signal'>) => await race(until, new Promise<void>((resolve) => held.push(resolve)));
  return { held, more: { pace: { everyMs: 3_600_000, burst }, loop: { pause } } };
}

test('at a pace, what changes meanwhile waits for its turn; the parts of one answer do not', async () => {
  const { held, more } = slow(2);
  const { fake, client } = await setup({}, more);
  const ready = client.inventory.ready(ctx);
  await fake.tell('VirtualMachine', [tree[0] as (typeof tree)[number]], { truncated: true });
  await fake.tell('VirtualMachine', tree.slice(1), { truncated: true });
  await fake.tell('VirtualMachine', [machine(1)]);
  await ready;
  await fake.tell('VirtualMachine', [machine(2)]);
  await expect.poll(() => held.length).toBe(1);
  const synced = client.inventory.sync(ctx);
  expect(fake.waits).toEqual([]);
  held[0]?.();
  // it was asked for in the pause: no cancel, and no long wait first
  expect(await fake.wait()).toMatchObject({ maxWaitSeconds: 0 });
  await fake.tell('VirtualMachine', [machine(3)]);
  await synced;
  expect(client.inventory.get(vm(3))).toBeDefined();
});

test('where nobody waits at a barrier the loop waits longer than the pace, and no longer once somebody does who is in a hurry', async () => {
  const { held, more } = slow(1);
  const { fake, client } = await setup({}, { ...more, lazyMs: 3_600_000 });
  const ready = client.inventory.ready(ctx);
  await fake.tell('VirtualMachine', tree);
  await ready;
  await expect.poll(() => held.length).toBe(1);
  held[0]?.();
  // the second pause is the loop's laziness
  await expect.poll(() => held.length).toBe(2);
  const patient = client.inventory.sync(ctx, true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(fake.waits).toEqual([]);
  const hurried = client.inventory.sync(ctx);
  expect(await fake.wait()).toMatchObject({ maxWaitSeconds: 0 });
  await fake.tell('VirtualMachine', [machine(3)]);
  await Promise.all([patient, hurried]);
  expect(client.inventory.get(vm(3))).toBeDefined();
});

test('tasks that start faster than the pace go along with the reads of others until they are done, and are never listed', async () => {
  const { held, more } = slow(1);
  const { fake, server, client } = await setup({}, more);
  const count = (method: string) => server.calls.filter((call) => call === method).length;
  fake.tasks.set('task-1', { 'info.state': 'success', 'info.result': 'one' });
  expect((await client.tasks.wait(ctx, task(1))).result).toBe('one');
  for (const n of [2, 3, 4]) fake.tasks.set(`task-${n}`, { 'info.state': 'running' });
  const heard: number[] = [];
  const all = [2, 3].map((n) => client.tasks.wait(ctx, task(n), (percent) => heard.push(percent ?? 0)));
  await expect.poll(() => held.length).toBe(1);
  all.push(client.tasks.wait(ctx, task(4)));
  const other = client.reads.get(ctx, 'VirtualMachine', vm(1), ['name']);
  fake.tasks.set('vm-1', { name: 'm1' });
  held[0]?.();
  expect((await other)?.props.name).toBe('m1');
  await expect.poll(() => held.length).toBe(2);
  for (const n of [2, 3, 4]) fake.tasks.set(`task-${n}`, { 'info.state': 'success', 'info.result': `${n}` });
  held[1]?.();
  expect((await Promise.all(all)).map(({ result }) => result)).toEqual(['2', '3', '4']);
  expect(heard).toEqual([0, 0]);
  expect(count('RetrievePropertiesEx')).toBe(3);
  expect(count('ModifyListView') + count('CreateListView') + count('WaitForUpdatesEx')).toBe(0);
});

test('a task that takes long does not stay in the reads: it enters the list, and the update loop tells of it', async () => {
  const { fake, server, client } = await setup({}, { pace: { everyMs: 1, burst: 1 }, loop: { pause: async () => {} } });
  const looks = () => server.calls.filter((call) => call === 'RetrievePropertiesEx').length;
  fake.tasks.set('task-1', { 'info.state': 'running' });
  // each read is the next one's reason to wait for a turn, as where many ask
  Object.defineProperty(client.reads, 'busy', { value: true });
  const done = client.tasks.wait(ctx, task(1));
  await fake.until(() => [...fake.views.values()].flat().includes('task-1'));
  expect(looks()).toBe(25);
  await fake.tell('Task', [update('enter', task(1), { 'info.state': 'success' })]);
  await done;
  expect(looks()).toBe(25);
});

test('a task that is done at the first look needs no wait', async () => {
  const { fake, server, client } = await setup();
  fake.tasks.set('task-1', { 'info.state': 'success', 'info.result': vm(9) });
  fake.tasks.set('task-2', { 'info.state': 'error' });
  expect((await client.tasks.wait(ctx, task(1))).result).toEqual(vm(9));
  await expect(client.tasks.wait(ctx, task(2))).rejects.toMatchObject({ faultType: 'SystemError' });
  expect(server.calls).not.toContain('WaitForUpdatesEx');
});

test('where first looks come too early nearly always there is none but now and then', async () => {
  const { fake, server, client } = await setup();
  const looks = () => server.calls.filter((call) => call === 'RetrievePropertiesEx').length;
  const one = async (n: number) => {
    const done = client.tasks.wait(ctx, task(n));
    await fake.until(() => [...fake.views.values()].flat().includes(`task-${n}`));
    await fake.tell('Task', [update('enter', task(n), { 'info.state': 'success' })]);
    await done;
  };
  for (let n = 1; n <= 30; n++) fake.tasks.set(`task-${n}`, { 'info.state': 'running' });
  for (let n = 1; n <= 30; n++) await one(n);
  expect(looks()).toBeGreaterThan(5);
  expect(looks()).toBeLessThan(16);
  const before = looks();
  for (let n = 31; n <= 60; n++) fake.tasks.set(`task-${n}`, { 'info.state': 'running' });
  for (let n = 31; n <= 60; n++) await one(n);
  expect(looks() - before).toBeGreaterThanOrEqual(1);
  expect(looks() - before).toBeLessThanOrEqual(2);
});

test('progress, several waiters, and one who gives up', async () => {
  const { fake, client } = await setup();
  fake.tasks.set('task-1', { 'info.state': 'queued' });
  const seen: (number | string | undefined)[] = [];
  const first = client.tasks.wait(ctx, task(1), (percent, state) => seen.push(percent ?? state));
  const control = new AbortController();
  const second = client.tasks.wait(makeCtx({ signal: control.signal }), task(1));
  control.abort();
  await expect(second).rejects.toMatchObject({ code: 'cancelled' });
  await fake.tell('Task', [update('enter', task(1), { 'info.state': 'running', 'info.progress': 40 })]);
  await fake.tell('Task', [update('modify', task(1), { 'info.state': 'success' })]);
  expect((await first).result).toBeUndefined();
  expect(seen).toEqual(['queued', 40]);
});

test('a task that the server forgot is reported as gone: by a leave, and by silence after a resync', async () => {
  const { fake, client } = await setup();
  for (const n of [1, 2, 3]) fake.tasks.set(`task-${n}`, { 'info.state': 'running' });
  const waits = [1, 2, 3].map((n) => client.tasks.wait(ctx, task(n)).catch((e: unknown) => e));
  await fake.wait();
  await fake.until(() => [...fake.views.values()].flat().length === 3);
  await fake.tell('Task', [update('leave', task(1))]);
  expect(isFault(await waits[0], 'ManagedObjectNotFound')).toBe(true);
  await fake.fail({ _type: 'InvalidCollectorVersion' });
  await fake.tell('Task', [update('enter', task(3), { 'info.state': 'running' })]);
  expect(isFault(await waits[1], 'ManagedObjectNotFound')).toBe(true);
  await fake.tell('Task', [update('modify', task(3), { 'info.state': 'success' })]);
  expect(await waits[2]).toMatchObject({ task: task(3) });
});

test('close ends what is awaited', async () => {
  const { fake, client } = await setup();
  fake.tasks.set('task-1', { 'info.state': 'running' });
  const waiting = client.tasks.wait(ctx, task(1)).catch((e: unknown) => e);
  await fake.wait();
  await client.close();
  expect(await waiting).toMatchObject({ code: 'vsphere-closed' });
});

test('names and paths', () => {
  expect(escapeName('a/b\\c%d')).toBe('a%2fb%5cc%25d');
  expect(unescapeName('a%2Fb%5cc%25d')).toBe('a/b\\c%d');
  expect(unescapeName(escapeName('%2f'))).toBe('%2f');
  expect(splitInventoryPath('/DC/vm/a%2fb/')).toEqual(['DC', 'vm', 'a/b']);
  expect(joinInventoryPath(['DC', 'vm', 'a/b'])).toBe('/DC/vm/a%2fb');
  const path = parseDatastorePath('[ds one] vm 1/disk.vmdk');
  expect(path).toEqual({ datastore: 'ds one', path: 'vm 1/disk.vmdk' });
  expect(formatDatastorePath(path)).toBe('[ds one] vm 1/disk.vmdk');
  expect(formatDatastorePath(parseDatastorePath('[ds]'))).toBe('[ds]');
  expect(formatDatastorePath(datastoreParent(path))).toBe('[ds one] vm 1');
  expect(formatDatastorePath(datastoreJoin(datastoreParent(path), 'x'))).toBe('[ds one] vm 1/x');
  expect(datastoreContains(parseDatastorePath('[d] vm1'), parseDatastorePath('[d] vm1/a.vmdk'))).toBe(true);
  expect(datastoreContains(parseDatastorePath('[d] vm1'), parseDatastorePath('[d] vm1_1/a.vmdk'))).toBe(false);
  for (const bad of ['ds/x', '[] x', '[ds] a/../b', ''])
    expect(() => parseDatastorePath(bad)).toThrow(expect.objectContaining({ code: 'vsphere-config' }));
});
