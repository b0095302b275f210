/** The property collector as clients use it: paging, partial updates, traversals, views whose members come and go. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Ref } from '../vsphere/types/value.ts';
import type { PropertyFilterSpec, UpdateSet } from '../vsphere/types/vim.gen.ts';
import { wire, type WireClient } from './wire-testing.ts';
import type { VsimOptions } from './vsim.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function start(options: VsimOptions = {}) {
  const started = await wire({ vms: 3, ...options });
  open.push(started.close);
  return started;
}

const ref = (e: { type: string; id: string }): Ref => ({ type: e.type, value: e.id });
const viewSpec = (view: Ref, pathSet: string[]): PropertyFilterSpec => ({
  propSet: [{ type: 'VirtualMachine', pathSet }],
  objectSet: [
    { obj: view, skip: true, selectSet: [{ _type: 'TraversalSpec' as const, type: 'ContainerView', path: 'view', skip: false }] },
  ],
});

/** What the collector tells next: `enter vm-1`, `modify vm-1 name`. */
class Watch {
  readonly client: WireClient;
  readonly pc: Ref;
  version = '';

  constructor(client: WireClient, pc: Ref) {
    this.client = client;
    this.pc = pc;
  }

  static async of(client: WireClient, spec: PropertyFilterSpec, partialUpdates = false): Promise<Watch> {
    const pc = await client.call('CreatePropertyCollector', client.content.propertyCollector, {});
    await client.call('CreateFilter', pc, { spec, partialUpdates });
    return new Watch(client, pc);
  }

  /** At once; [] if there is nothing. */
  async next(): Promise<string[]> {
    const set = await this.client.call('CheckForUpdates', this.pc, { version: this.version });
    return this.take(set);
  }

  take(set: UpdateSet | undefined): string[] {
    if (set === undefined) return [];
    this.version = set.version;
    const updates = (set.filterSet ?? []).flatMap((f) => f.objectSet ?? []);
    return updates.map((u) => {
      const names = u.kind === 'modify' ? ` ${(u.changeSet ?? []).map((c) => c.name).join()}` : '';
      return `${u.kind} ${u.obj.value}${names}`;
    });
  }
}

async function view(client: WireClient, container: Ref, type: string[]): Promise<Ref> {
  return await client.call('CreateContainerView', client.content.viewManager as Ref, { container, type, recursive: true });
}

describe('reading', () => {
  it('comes in pages of the size that was asked for, each token good for one', async () => {
    const { client, vsim } = await start({ vms: 6 });
    const all = await view(client, ref(vsim.model.root), ['VirtualMachine']);
    const specSet = [viewSpec(all, ['name'])];
    const pc = client.content.propertyCollector;
    const sizes: number[] = [];
    let result = await client.call('RetrievePropertiesEx', pc, { specSet, options: { maxObjects: 3 } });
    const first = result?.token ?? '';
    for (;;) {
      sizes.push(result?.objects.length ?? 0);
      if (result?.token === undefined) break;
      result = await client.call('ContinueRetrievePropertiesEx', pc, { token: result.token });
    }
    expect(sizes).toEqual([3, 3, 1]);
    await expect(client.call('ContinueRetrievePropertiesEx', pc, { token: first })).rejects.toMatchObject({ fault: 'InvalidArgument' });
    const again = await client.call('RetrievePropertiesEx', pc, { specSet, options: { maxObjects: 3 } });
    await client.call('CancelRetrievePropertiesEx', pc, { token: again?.token ?? '' });
    await expect(client.call('ContinueRetrievePropertiesEx', pc, { token: again?.token ?? '' })).rejects.toMatchObject({
      fault: 'InvalidArgument',
    });
  });
});

describe('updates', () => {
  it('name the property that was asked for, or with partialUpdates the part that changed', async () => {
    const { client, vsim } = await start();
    const vm = ref(vsim.sim.master().vm);
    const spec = { propSet: [{ type: 'VirtualMachine', pathSet: ['config'] }], objectSet: [{ obj: vm }] };
    const whole = await Watch.of(client, spec, false);
    const part = await Watch.of(client, spec, true);
    expect([await whole.next(), await part.next()]).toEqual([[`enter ${vm.value}`], [`enter ${vm.value}`]]);
    await client.task(await client.call('Rename_Task', vm, { newName: 'renamed' }));
    expect([await whole.next(), await part.next()]).toEqual([[`modify ${vm.value} config`], [`modify ${vm.value} config.name`]]);
    expect([await whole.next(), await part.next()]).toEqual([[], []]);
  });

  it('follow traversals: what comes into a folder enters, what goes leaves', async () => {
    const { client, vsim } = await start();
    const { vmFolder } = vsim.model.datacenter;
    const folder = await client.call('CreateFolder', ref(vmFolder), { name: 'class' });
    const selectSet = [{ _type: 'TraversalSpec' as const, type: 'Folder', path: 'childEntity', skip: false }];
    const spec = {
      propSet: ['VirtualMachine', 'Folder'].map((type) => ({ type, pathSet: ['name'] })),
      objectSet: [{ obj: folder, skip: false, selectSet }],
    };
    const watch = await Watch.of(client, spec);
    const [vm, other] = vsim.model.findVms(() => true).map(ref) as [Ref, Ref];
    await client.task(await client.call('MoveIntoFolder_Task', folder, { list: [other] }));
    expect(await watch.next()).toEqual([`enter ${folder.value}`, `enter ${other.value}`]);
    await client.task(await client.call('MoveIntoFolder_Task', folder, { list: [vm] }));
    expect(await watch.next()).toEqual([`enter ${vm.value}`]);
    await client.task(await client.call('MoveIntoFolder_Task', ref(vmFolder), { list: [vm] }));
    expect(await watch.next()).toEqual([`leave ${vm.value}`]);
  });

  it('follow the members of a container view: of a folder, moved with what is in it, and of a pool', async () => {
    const { client, vsim } = await start();
    const { vmFolder } = vsim.model.datacenter;
    const [outer, inner] = [
      await client.call('CreateFolder', ref(vmFolder), { name: 'outer' }),
      await client.call('CreateFolder', ref(vmFolder), { name: 'inner' }),
    ];
    const pool = await client.call('CreateResourcePool', ref(vsim.model.pool), { name: 'small', spec: POOL });
    const other = ref(vsim.model.findVms((v) => v.name !== vsim.sim.master().vm.name)[0] as { type: string; id: string });
    await client.task(await client.call('MoveIntoFolder_Task', outer, { list: [other] }));
    await client.call('MoveIntoResourcePool', pool, { list: [other] });
    const byFolder = await Watch.of(client, viewSpec(await view(client, outer, ['VirtualMachine']), ['name']));
    const byPool = await Watch.of(client, viewSpec(await view(client, pool, ['VirtualMachine']), ['name']));
    const vm = ref(vsim.sim.master().vm);
    const circle = await client.task(await client.call('MoveIntoFolder_Task', outer, { list: [outer] }));
    expect(circle.error?.fault).toMatchObject({ _type: 'InvalidFolder', target: outer });
    expect([await byFolder.next(), await byPool.next()]).toEqual([[`enter ${other.value}`], [`enter ${other.value}`]]);
    await client.task(await client.call('MoveIntoFolder_Task', inner, { list: [vm] }));
    expect(await byFolder.next()).toEqual([]);
    await client.task(await client.call('MoveIntoFolder_Task', outer, { list: [inner] }));
    expect(await byFolder.next()).toEqual([`enter ${vm.value}`]);
    await client.task(await client.call('MoveIntoFolder_Task', ref(vmFolder), { list: [vm] }));
    expect(await byFolder.next()).toEqual([`leave ${vm.value}`]);
    await client.call('MoveIntoResourcePool', pool, { list: [vm] });
    expect(await byPool.next()).toEqual([`enter ${vm.value}`]);
    await client.call('MoveIntoResourcePool', ref(vsim.model.pool), { list: [vm] });
    expect(await byPool.next()).toEqual([`leave ${vm.value}`]);
  });

  it('wait until there are some, for so long, or until the wait is cancelled', async () => {
    const { client, vsim } = await start();
    const vm = ref(vsim.sim.master().vm);
    const spec = { propSet: [{ type: 'VirtualMachine', pathSet: ['name'] }], objectSet: [{ obj: vm }] };
    const watch = await Watch.of(client, spec);
    await watch.next();
    const wait = async (maxWaitSeconds?: number) =>
      client.call('WaitForUpdatesEx', watch.pc, { version: watch.version, options: { maxWaitSeconds } });
    expect(await wait(0)).toBeUndefined();
    const cancelled = expect(wait()).rejects.toMatchObject({ fault: 'RequestCanceled' });
    await expect.poll(() => vsim.stats.byMethod.get('WaitForUpdatesEx')).toBe(2);
    await client.call('CancelWaitForUpdates', watch.pc, {});
    await cancelled;
    const told = wait(20);
    await expect.poll(() => vsim.stats.byMethod.get('WaitForUpdatesEx')).toBe(3);
    await client.call('Rename_Task', vm, { newName: 'other' });
    expect(watch.take(await told)).toEqual([`modify ${vm.value} name`]);
  });
});

const shares = { shares: 4000, level: 'normal' };
const allocation = { reservation: 0n, expandableReservation: true, limit: -1n, shares };
const POOL = { cpuAllocation: allocation, memoryAllocation: allocation };
