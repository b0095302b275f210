/**
 * One suite for the client against any vSphere: vcsim as somebody else's server, our own simulator as vCenter and as ESXi.
 * It finds its own way through the inventory, so that no server's names are built in. What a server lacks is skipped with its reason.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCtx } from '../../src/lib/context.ts';
import {
  acquireConsole,
  addDevice,
  asDevices,
  browse,
  checkPrivileges,
  childDisk,
  copyDisk,
  datastoreFileExists,
  deletePath,
  diskChain,
  disksOf,
  download,
  type Entity,
  ethernetCardsOf,
  extraConfig,
  findFault,
  findMachinesByInstanceUuid,
  flattenSnapshots,
  GuestAccess,
  guestPassword,
  isA,
  isFault,
  linkedCloneSpec,
  makeFolder,
  readEvents,
  readExtraConfig,
  type Ref,
  refKey,
  retrieve,
  upload,
  VSphereClient,
  type VirtualDisk,
  type VirtualMachineConfigSpec,
} from '../../src/vsphere/index.ts';
import type { UpdateLoop } from '../../src/vsphere/property/loop.ts';
import type { VSphereServer } from './vcsim.ts';

export type CaseName =
  | 'about'
  | 'refused login'
  | 'inventory'
  | 'read'
  | 'gone'
  | 'snapshots'
  | 'clone'
  | 'find by uuid'
  | 'linked'
  | 'duplicate'
  | 'power'
  | 'invalid power state'
  | 'guest address'
  | 'reconfigure'
  | 'remove setting'
  | 'stale changeVersion'
  | 'child disk'
  | 'inherited capacity'
  | 'files'
  | 'copy disk'
  | 'copy into nothing'
  | 'many tasks'
  | 'session ended'
  | 'register'
  | 'template'
  | 'promote'
  | 'events'
  | 'privileges'
  | 'console'
  | 'guest operations'
  | 'no clone on ESXi';

export interface SuiteOptions {
  kind: 'vcenter' | 'esxi';
  /** Why a case cannot be run on this server. */
  skip?: Partial<Record<CaseName, string>>;
  guest?: { username: string; password: string };
  /**
   * It may lose the update that brings a new object: vcsim tells its collectors and its views of one in no fixed order, and a collector that
   * is asked in between finds nothing new and forgets why it looked.
   */
  losesUpdates?: boolean;
}

interface World {
  losesUpdates: boolean;
  /** As it was shown at first: vcsim shows a clone's file as the source's too, to whoever reads it anew. */
  sourceDisk: VirtualDisk;
  server: VSphereServer;
  client: VSphereClient;
  source: Entity;
  folder: Ref;
  pool: Ref;
  datastore: Entity;
  datastoreName: string;
  datacenter: Ref;
  datacenterName: string;
}

const ctx = makeCtx({ timeoutMs: 1_200_000 });

function makeClient(server: VSphereServer, password = server.password): VSphereClient {
  return new VSphereClient({
    url: server.url,
    credentials: { kind: 'password', username: server.username, password },
    trust: { fingerprint256: server.fingerprint256 },
    loop: { maxWaitSeconds: 20 },
  });
}

async function explore(server: VSphereServer, { losesUpdates = false }: SuiteOptions): Promise<World> {
  const client = makeClient(server);
  await client.inventory.ready(ctx);
  const inventory = client.inventory;
  const machines = inventory.all('VirtualMachine').filter((e) => e.props.get('snapshot') === undefined);
  const source = (machines[0] ?? inventory.all('VirtualMachine')[0]) as Entity;
  const datacenter = inventory.all('Datacenter')[0] as Entity;
  const path = String(source.props.get('config.files.vmPathName'));
  const datastoreName = /^\[([^\]]+)\]/.exec(path)?.[1] ?? '';
  const datastore = inventory.all('Datastore').find((d) => d.props.get('name') === datastoreName) as Entity;
  const pool = (source.props.get('resourcePool') ?? inventory.all('ResourcePool')[0]?.ref) as Ref;
  if (source.props.get('runtime.powerState') !== 'poweredOff') await client.run(ctx, 'PowerOffVM_Task', source.ref, {});
  return {
    losesUpdates,
    sourceDisk: structuredClone(disksOf(asDevices(source.props.get('config.hardware.device')))[0] as VirtualDisk),
    server,
    client,
    source,
    folder: datacenter.props.get('vmFolder') as Ref,
    pool,
    datastore,
    datastoreName,
    datacenter: datacenter.ref,
    datacenterName: String(datacenter.props.get('name')),
  };
}

/**
 * Waits until the inventory, kept fresh by the one wait, shows what the check wants. A server that may lose an update (see SuiteOptions)
 * is asked for everything again now and then: that a change comes by itself is shown on the others.
 */
async function until<T>({ client, losesUpdates }: World, check: () => T | undefined): Promise<T> {
  const now = check();
  if (now !== undefined) return now;
  return await new Promise<T>((resolve, reject) => {
    const stop = client.inventory.onChange(() => {
      const value = check();
      if (value === undefined) return;
      clearTimeout(timer);
      clearInterval(again);
      stop();
      resolve(value);
    });
    const again = losesUpdates ? setInterval(() => (client as unknown as { loop: UpdateLoop }).loop.rebuild(), 10_000) : undefined;
    const timer = setTimeout(() => {
      clearInterval(again);
      stop();
      reject(new Error('the inventory did not come to show it'));
    }, 600_000);
  });
}

let serial = 0;
const freshName = (what: string): string => `suite-${what}-${++serial}`;

/** A machine of one's own: on vCenter a clone, on ESXi an empty machine. */
async function makeMachine(
  w: World,
  kind: SuiteOptions['kind'],
  config: VirtualMachineConfigSpec = {},
): Promise<{ vm: Ref; name: string }> {
  const name = freshName('vm');
  if (kind === 'vcenter') {
    const spec = { location: { pool: w.pool, datastore: w.datastore.ref }, template: false, powerOn: false, config };
    const { result } = await w.client.run(ctx, 'CloneVM_Task', w.source.ref, { folder: w.folder, name, spec });
    return { vm: result as Ref, name };
  }
  const spec: VirtualMachineConfigSpec = {
    name,
    guestId: 'otherGuest64',
    files: { vmPathName: `[${w.datastoreName}]` },
    numCPUs: 1,
    memoryMB: 64n,
    ...config,
  };
  const { result } = await w.client.run(ctx, 'CreateVM_Task', w.folder, { config: spec, pool: w.pool });
  return { vm: result as Ref, name };
}

/** Safe teardown as the engine will do it: unregister, then the machine's own folder. */
async function remove(w: World, vm: Ref): Promise<void> {
  const { props } = await w.client.read(ctx, 'VirtualMachine', vm, ['config.files.vmPathName', 'runtime.powerState']);
  if (props['runtime.powerState'] === 'poweredOn') await w.client.run(ctx, 'PowerOffVM_Task', vm, {});
  await w.client.call(ctx, 'UnregisterVM', vm, {});
  const path = props['config.files.vmPathName'] ?? '';
  await deletePath(ctx, w.client, path.slice(0, path.lastIndexOf('/')), w.datacenter);
}

/** A machine whose one disk stands on the source's. */
async function makeChild(w: World, capacityInKB: bigint): Promise<{ vm: Ref; disk: VirtualDisk }> {
  const parentPath = diskChain(w.sourceDisk)[0] as string;
  const path = `[${w.datastoreName}]`;
  const config: VirtualMachineConfigSpec = {
    name: freshName('child'),
    guestId: 'otherGuest64',
    files: { vmPathName: path },
    numCPUs: 1,
    memoryMB: 64n,
    deviceChange: [
      addDevice({ _type: 'VirtualLsiLogicController', key: 1000, busNumber: 0, sharedBus: 'noSharing' }),
      childDisk({ parentPath, path, controllerKey: 1000, unitNumber: 0, capacityInKB }),
    ],
  };
  const { result } = await w.client.run(ctx, 'CreateVM_Task', w.folder, { config, pool: w.pool });
  const { props } = await w.client.read(ctx, 'VirtualMachine', result as Ref, ['config.hardware.device']);
  return { vm: result as Ref, disk: disksOf(asDevices(props['config.hardware.device']))[0] as VirtualDisk };
}

type Case = (w: World, options: SuiteOptions) => Promise<void>;

const cases: Record<CaseName, { title: string; only?: SuiteOptions['kind']; run: Case }> = {
  about: {
    title: 'says what it is, in an API version that both speak',
    run: async ({ client }, { kind }) => {
      expect(await client.isVCenter(ctx)).toBe(kind === 'vcenter');
      expect(client.session.version).toMatch(/^\d+\.\d+/);
      expect(Math.abs((await client.currentTime(ctx)).getTime() - Date.now())).toBeLessThan(10 * 366 * 86_400_000);
    },
  },
  'refused login': {
    title: 'refuses a wrong password',
    run: async ({ server }) => {
      const other = makeClient(server, `${server.password}x`);
      try {
        await expect(other.connect(ctx)).rejects.toMatchObject({ code: 'vsphere-login' });
      } finally {
        await other.close();
      }
    },
  },
  inventory: {
    title: 'every entity has a path that leads back to it, without another request',
    run: async ({ client }) => {
      const entities = client.inventory.all('ManagedEntity');
      for (const type of [
        'Folder',
        'Datacenter',
        'ComputeResource',
        'HostSystem',
        'ResourcePool',
        'Datastore',
        'Network',
        'VirtualMachine',
      ] as const) {
        expect(client.inventory.all(type).length, type).toBeGreaterThan(0);
      }
      const before = client.session.requests;
      for (const e of entities) {
        const path = client.inventory.pathOf(e.ref);
        expect(path, refKey(e.ref)).toBeDefined();
        if (path !== '/')
          expect(refKey((await client.inventory.find(ctx, path as string, e.ref.type as 'Folder')).ref)).toBe(refKey(e.ref));
      }
      await expect(client.inventory.find(ctx, '/there/is/nothing')).rejects.toMatchObject({ code: 'vsphere-not-found' });
      // the wait may have been renewed meanwhile, nothing else
      expect(client.session.requests - before).toBeLessThan(3);
    },
  },
  read: {
    title: 'reads typed properties: devices, longs, dates, references',
    run: async ({ client, source, datastore }) => {
      const { props, missing } = await client.read(ctx, 'VirtualMachine', source.ref, ['config', 'runtime', 'datastore', 'layoutEx']);
      expect(missing.size).toBe(0);
      const devices = asDevices(props.config?.hardware.device);
      const [disk] = disksOf(devices);
      expect(typeof disk?.capacityInKB).toBe('bigint');
      expect(isA(disk?.backing, 'VirtualDeviceFileBackingInfo')).toBe(true);
      expect(ethernetCardsOf(devices).length).toBeGreaterThan(0);
      expect(props.config?.modified).toBeInstanceOf(Date);
      expect(props.runtime?.host?.type).toBe('HostSystem');
      expect(props.datastore?.map(refKey)).toContain(refKey(datastore.ref));
      const all = await client.readAll(
        ctx,
        'ManagedEntity',
        client.inventory.all('VirtualMachine').map((e) => e.ref),
        ['name'],
      );
      expect(all.every((r) => typeof r.props.name === 'string')).toBe(true);
      const content = await client.content(ctx);
      const everything = await retrieve(ctx, client.session, [
        { propSet: [{ type: 'Folder', all: true }], objectSet: [{ obj: content.rootFolder }] },
      ]);
      expect(everything[0]?.propSet?.some((p) => p.name === 'childEntity')).toBe(true);
    },
  },
  gone: {
    title: 'says that an object is gone by a typed fault',
    run: async ({ client }) => {
      const ghost: Ref = { type: 'VirtualMachine', value: 'vm-99999999' };
      const error: unknown = await client.read(ctx, 'VirtualMachine', ghost, ['name']).catch((e: unknown) => e);
      expect(findFault(error, 'ManagedObjectNotFound')?.obj).toMatchObject(ghost);
      const power: unknown = await client.run(ctx, 'PowerOnVM_Task', ghost, {}).catch((e: unknown) => e);
      expect(isFault(power, 'ManagedObjectNotFound')).toBe(true);
    },
  },
  snapshots: {
    title: 'makes, reads, reverts and removes snapshots',
    run: async (w, { kind }) => {
      const { vm } = await makeMachine(w, kind);
      const args = { memory: false, quiesce: false };
      const first = await w.client.run(ctx, 'CreateSnapshot_Task', vm, { name: 'a/b', description: 'd', ...args });
      await w.client.run(ctx, 'CreateSnapshot_Task', vm, { name: 'second', ...args });
      const { props } = await w.client.read(ctx, 'VirtualMachine', vm, ['snapshot']);
      const tree = flattenSnapshots(props.snapshot);
      expect(tree.map((s) => s.depth)).toEqual([1, 2]);
      expect(tree[0]).toMatchObject({ name: 'a/b', description: 'd', snapshot: first.result });
      expect(tree[0]?.createTime).toBeInstanceOf(Date);
      expect(refKey(props.snapshot?.currentSnapshot as Ref)).toBe(refKey(tree[1]?.snapshot as Ref));
      await w.client.run(ctx, 'RevertToSnapshot_Task', first.result as Ref, {});
      await w.client.run(ctx, 'RemoveAllSnapshots_Task', vm, {});
      expect((await w.client.read(ctx, 'VirtualMachine', vm, ['snapshot'])).props.snapshot).toBeUndefined();
      await remove(w, vm);
    },
  },
  clone: {
    title: 'clones with an identity, which the inventory shows',
    only: 'vcenter',
    run: async (w) => {
      const uuid = randomUUID();
      const config = { instanceUuid: uuid, extraConfig: extraConfig({ 'guestinfo.tag': 'ü <&>' }), annotation: 'a\nb' };
      const { vm, name } = await makeMachine(w, 'vcenter', config);
      // govmomi's server may show a new machine before it shows what it was given
      const shown = (key: string) => w.client.inventory.get(vm)?.props.get(key);
      const tag = () => readExtraConfig(shown('config.extraConfig'), 'guestinfo.tag');
      await until(w, () => (shown('config.instanceUuid') === uuid && tag() !== undefined ? true : undefined));
      expect([shown('name'), tag()]).toEqual([name, 'ü <&>']);
      expect((await w.client.inventory.findByInstanceUuid(ctx, uuid)).map((e) => refKey(e.ref))).toEqual([refKey(vm)]);
      await remove(w, vm);
      await until(w, () => (w.client.inventory.get(vm) ? undefined : true));
      expect(await w.client.inventory.findByInstanceUuid(ctx, uuid)).toEqual([]);
    },
  },
  'find by uuid': {
    title: 'the search index finds machines by the identity that they were given',
    run: async (w, { kind }) => {
      const uuid = randomUUID();
      const { vm } = await makeMachine(w, kind, { instanceUuid: uuid });
      expect((await findMachinesByInstanceUuid(ctx, w.client, uuid)).map(refKey)).toEqual([refKey(vm)]);
      expect(await findMachinesByInstanceUuid(ctx, w.client, randomUUID())).toEqual([]);
      await remove(w, vm);
    },
  },
  linked: {
    title: "a linked clone's leaf is its own and stands on the master's disk",
    only: 'vcenter',
    run: async (w) => {
      const { vm: master } = await makeMachine(w, 'vcenter');
      const { result } = await w.client.run(ctx, 'CreateSnapshot_Task', master, { name: 'base', memory: false, quiesce: false });
      const before = await w.client.read(ctx, 'VirtualMachine', master, ['config.hardware.device']);
      const masterChain = disksOf(asDevices(before.props['config.hardware.device'])).map(diskChain)[0] as string[];
      const name = freshName('linked');
      const spec = linkedCloneSpec({ snapshot: result as Ref, pool: w.pool, datastore: w.datastore.ref, config: {} });
      const clone = await w.client.run(ctx, 'CloneVM_Task', master, { folder: w.folder, name, spec });
      const vm = clone.result as Ref;
      const { props } = await w.client.read(ctx, 'VirtualMachine', vm, ['config.hardware.device', 'config.files.vmPathName']);
      const chain = disksOf(asDevices(props['config.hardware.device'])).map(diskChain)[0] as string[];
      expect(chain.length).toBeGreaterThan(1);
      const own = (props['config.files.vmPathName'] ?? '').replace(/\/[^/]*$/, '/');
      expect(chain[0]?.startsWith(own)).toBe(true);
      expect(chain.at(-1)).toBe(masterChain.at(-1));
      await remove(w, vm);
      expect(await datastoreFileExists(ctx, w.client, w.datastore.ref, masterChain.at(-1) as string)).toBe(true);
      await remove(w, master);
    },
  },
  duplicate: {
    title: 'a name that is taken is DuplicateName with the holder',
    only: 'vcenter',
    run: async (w) => {
      const spec = { location: { pool: w.pool }, template: false, powerOn: false };
      const folder = w.source.props.get('parent') as Ref;
      const name = String(w.source.props.get('name'));
      const error: unknown = await w.client.run(ctx, 'CloneVM_Task', w.source.ref, { folder, name, spec }).catch((e: unknown) => e);
      expect(findFault(error, 'DuplicateName')).toMatchObject({ name, object: w.source.ref });
    },
  },
  power: {
    title: 'switches on and off, and the inventory hears of it',
    run: async (w, { kind }) => {
      const { vm } = await makeMachine(w, kind);
      const state = (want: string) =>
        until(w, () => (w.client.inventory.get(vm)?.props.get('runtime.powerState') === want ? true : undefined));
      await w.client.run(ctx, 'PowerOnVM_Task', vm, {});
      await state('poweredOn');
      await w.client.run(ctx, 'ResetVM_Task', vm, {});
      await w.client.run(ctx, 'SuspendVM_Task', vm, {});
      await state('suspended');
      await w.client.run(ctx, 'PowerOnVM_Task', vm, {});
      await w.client.run(ctx, 'PowerOffVM_Task', vm, {});
      await state('poweredOff');
      await remove(w, vm);
    },
  },
  'invalid power state': {
    title: 'a second power-on is InvalidPowerState with its fields',
    run: async (w, { kind }) => {
      const { vm } = await makeMachine(w, kind);
      await w.client.run(ctx, 'PowerOnVM_Task', vm, {});
      const error: unknown = await w.client.run(ctx, 'PowerOnVM_Task', vm, {}).catch((e: unknown) => e);
      expect(findFault(error, 'InvalidPowerState')).toMatchObject({ existingState: 'poweredOn', requestedState: 'poweredOn' });
      expect(isFault(error, 'InvalidState')).toBe(true);
      await remove(w, vm);
    },
  },
  'guest address': {
    title: 'the guest gets an address on its own MAC',
    only: 'vcenter',
    run: async (w) => {
      const { vm } = await makeMachine(w, 'vcenter');
      await w.client.run(ctx, 'PowerOnVM_Task', vm, {});
      const address = await until(w, () => w.client.inventory.prop('VirtualMachine', vm, 'guest.ipAddress'));
      expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      await remove(w, vm);
    },
  },
  reconfigure: {
    title: 'changes settings',
    run: async (w, { kind }) => {
      const { vm } = await makeMachine(w, kind);
      const change = (spec: VirtualMachineConfigSpec) => w.client.run(ctx, 'ReconfigVM_Task', vm, { spec });
      await change({ annotation: 'one & <two>', memoryMB: 128n, numCPUs: 2, extraConfig: extraConfig({ 'guestinfo.a': '1' }) });
      const { props } = await w.client.read(ctx, 'VirtualMachine', vm, ['config.annotation', 'config.hardware', 'config.extraConfig']);
      expect(props['config.annotation']).toBe('one & <two>');
      expect(props['config.hardware']).toMatchObject({ memoryMB: 128, numCPU: 2 });
      expect(readExtraConfig(props['config.extraConfig'], 'guestinfo.a')).toBe('1');
      await remove(w, vm);
    },
  },
  'remove setting': {
    title: 'a setting with an empty value is gone',
    run: async (w, { kind }) => {
      const { vm } = await makeMachine(w, kind, { extraConfig: extraConfig({ 'guestinfo.a': '1' }) });
      await w.client.run(ctx, 'ReconfigVM_Task', vm, { spec: { extraConfig: extraConfig({ 'guestinfo.a': '' }) } });
      const { props } = await w.client.read(ctx, 'VirtualMachine', vm, ['config.extraConfig']);
      expect(readExtraConfig(props['config.extraConfig'], 'guestinfo.a') ?? '').toBe('');
      await remove(w, vm);
    },
  },
  'stale changeVersion': {
    title: 'a change on stale knowledge is ConcurrentAccess',
    run: async (w, { kind }) => {
      const { vm } = await makeMachine(w, kind);
      const { props } = await w.client.read(ctx, 'VirtualMachine', vm, ['config.changeVersion']);
      const spec = { changeVersion: props['config.changeVersion'], annotation: 'x' };
      await w.client.run(ctx, 'ReconfigVM_Task', vm, { spec });
      const error: unknown = await w.client.run(ctx, 'ReconfigVM_Task', vm, { spec }).catch((e: unknown) => e);
      expect(isFault(error, 'ConcurrentAccess')).toBe(true);
      await remove(w, vm);
    },
  },
  'child disk': {
    title: "a child disk stands on somebody else's disk, which outlives it",
    run: async (w) => {
      const parent = w.sourceDisk;
      const { vm, disk } = await makeChild(w, parent.capacityInKB);
      expect(diskChain(disk)).toEqual([expect.not.stringContaining(diskChain(parent)[0] as string), diskChain(parent)[0]]);
      await remove(w, vm);
      expect(await datastoreFileExists(ctx, w.client, w.datastore.ref, diskChain(parent)[0] as string)).toBe(true);
    },
  },
  'inherited capacity': {
    title: "a child disk without a size has its parent's",
    run: async (w) => {
      const { vm, disk } = await makeChild(w, 0n);
      expect(disk.capacityInKB).toBe(w.sourceDisk.capacityInKB);
      await remove(w, vm);
    },
  },
  files: {
    title: 'makes folders, uploads, browses, downloads, moves and deletes files',
    run: async (w) => {
      const folder = `[${w.datastoreName}] ${freshName('files')}`;
      await makeFolder(ctx, w.client, folder, w.datacenter);
      await makeFolder(ctx, w.client, folder, w.datacenter);
      const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
      const to = { datacenter: w.datacenterName };
      await upload(ctx, w.client, `${folder}/a b.bin`, { bytes }, to);
      const found = await browse(ctx, w.client, w.datastore.ref, folder);
      expect(found.map((f) => [f.path, f.folder])).toEqual([[`${folder}/a b.bin`, false]]);
      const got = await download(ctx, w.client, `${folder}/a b.bin`, to, async (stream) => {
        const chunks: Buffer[] = [];
        for await (const c of stream) chunks.push(c as Buffer);
        return Buffer.concat(chunks);
      });
      expect(got.equals(bytes)).toBe(true);
      await expect(download(ctx, w.client, `${folder}/none`, to, async () => {})).rejects.toMatchObject({ code: 'vsphere-not-found' });
      expect(await datastoreFileExists(ctx, w.client, w.datastore.ref, `${folder}/a b.bin`)).toBe(true);
      expect(await datastoreFileExists(ctx, w.client, w.datastore.ref, `${folder}/nope`)).toBe(false);
      expect(await datastoreFileExists(ctx, w.client, w.datastore.ref, `${folder}x/nope`)).toBe(false);
      await deletePath(ctx, w.client, folder, w.datacenter);
      await deletePath(ctx, w.client, folder, w.datacenter);
      expect(await datastoreFileExists(ctx, w.client, w.datastore.ref, folder)).toBe(false);
      await expect(deletePath(ctx, w.client, `[${w.datastoreName}]`)).rejects.toMatchObject({ code: 'vsphere-config' });
    },
  },
  'copy disk': {
    title: 'copies a disk to one of its own',
    run: async (w) => {
      const source = diskChain(w.sourceDisk)[0] as string;
      const folder = `[${w.datastoreName}] ${freshName('copy')}`;
      await makeFolder(ctx, w.client, folder, w.datacenter);
      await copyDisk(ctx, w.client, source, `${folder}/copy.vmdk`, { datacenter: w.datacenter });
      expect(await datastoreFileExists(ctx, w.client, w.datastore.ref, `${folder}/copy.vmdk`)).toBe(true);
      await deletePath(ctx, w.client, folder, w.datacenter);
    },
  },
  'copy into nothing': {
    title: 'a copy into a folder that is not there fails with a file fault',
    run: async (w) => {
      const source = diskChain(w.sourceDisk)[0] as string;
      const error: unknown = await copyDisk(ctx, w.client, source, source.replace(/\.vmdk$/, '-x/none.vmdk'), {
        datacenter: w.datacenter,
      }).catch((e: unknown) => e);
      expect(isFault(error, 'FileFault')).toBe(true);
    },
  },
  'many tasks': {
    title: 'a hundred machines at once cost at most three requests each, and one wait',
    run: async (w, { kind }) => {
      const N = 100;
      const quiet = new VSphereClient({
        url: w.server.url,
        credentials: { kind: 'password', username: w.server.username, password: w.server.password },
        trust: { fingerprint256: w.server.fingerprint256 },
      });
      try {
        await quiet.connect(ctx);
        const world = { ...w, client: quiet };
        const before = quiet.session.requests;
        const made = await Promise.all(
          Array.from({ length: N }, async () => {
            const { vm } = await makeMachine(world, kind);
            await quiet.run(ctx, 'PowerOnVM_Task', vm, {});
            return vm;
          }),
        );
        const perMachine = (quiet.session.requests - before) / N;
        expect(new Set(made.map(refKey)).size).toBe(N);
        expect(perMachine).toBeLessThanOrEqual(3);
        await Promise.all(made.map((vm) => remove(world, vm)));
      } finally {
        await quiet.close();
      }
    },
  },
  'session ended': {
    title: 'a session that ends is opened again, and the inventory goes on',
    run: async (w, { kind }) => {
      const other = makeClient(w.server);
      try {
        const victim = await w.client.session.user(ctx);
        const epoch = w.client.session.epoch;
        await other.call(ctx, 'TerminateSession', await other.manager(ctx, 'sessionManager'), { sessionId: [victim.key] });
        // a read goes through as if nothing had happened
        await w.client.read(ctx, 'VirtualMachine', w.source.ref, ['config.instanceUuid', 'runtime']);
        const { vm } = await makeMachine(w, kind).catch(async () => makeMachine(w, kind));
        await until(w, () => w.client.inventory.get(vm));
        expect(w.client.session.epoch).toBeGreaterThan(epoch);
        await remove(w, vm);
      } finally {
        await other.close();
      }
    },
  },
  register: {
    title: 'unregisters and registers: a new reference, the same machine',
    run: async (w, { kind }) => {
      const { vm, name } = await makeMachine(w, kind);
      const { props } = await w.client.read(ctx, 'VirtualMachine', vm, ['config.files.vmPathName']);
      const path = props['config.files.vmPathName'] as string;
      await w.client.call(ctx, 'UnregisterVM', vm, {});
      await until(w, () => (w.client.inventory.get(vm) ? undefined : true));
      const { result } = await w.client.run(ctx, 'RegisterVM_Task', w.folder, { path, name, asTemplate: false, pool: w.pool });
      expect(await until(w, () => w.client.inventory.prop('VirtualMachine', result as Ref, 'config.files.vmPathName'))).toBe(path);
      await remove(w, result as Ref);
    },
  },
  template: {
    title: 'a template is not switched on',
    only: 'vcenter',
    run: async (w) => {
      const { vm } = await makeMachine(w, 'vcenter');
      await w.client.call(ctx, 'MarkAsTemplate', vm, {});
      await until(w, () => (w.client.inventory.get(vm)?.props.get('config.template') === true ? true : undefined));
      await expect(w.client.run(ctx, 'PowerOnVM_Task', vm, {})).rejects.toMatchObject({
        faultType: expect.stringMatching(/NotSupported|Invalid/),
      });
      await w.client.call(ctx, 'MarkAsVirtualMachine', vm, { pool: w.pool });
      await remove(w, vm);
    },
  },
  promote: {
    title: 'promoting a linked clone gives it disks of its own',
    only: 'vcenter',
    run: async (w) => {
      const { vm: master } = await makeMachine(w, 'vcenter');
      const { result } = await w.client.run(ctx, 'CreateSnapshot_Task', master, { name: 'base', memory: false, quiesce: false });
      const spec = linkedCloneSpec({ snapshot: result as Ref, pool: w.pool, datastore: w.datastore.ref, config: {} });
      const clone = await w.client.run(ctx, 'CloneVM_Task', master, { folder: w.folder, name: freshName('promote'), spec });
      await w.client.run(ctx, 'PromoteDisks_Task', clone.result as Ref, { unlink: true });
      const { props } = await w.client.read(ctx, 'VirtualMachine', clone.result as Ref, ['config.hardware.device']);
      expect(disksOf(asDevices(props['config.hardware.device'])).map((d) => diskChain(d).length)).toEqual([1]);
      await remove(w, clone.result as Ref);
      await remove(w, master);
    },
  },
  events: {
    title: 'reads what happened to a machine',
    run: async (w, { kind }) => {
      const { vm } = await makeMachine(w, kind);
      await w.client.run(ctx, 'PowerOnVM_Task', vm, {});
      const events = await readEvents(ctx, w.client, { filter: { entity: { entity: vm, recursion: 'self' } } });
      expect(events.some((e) => isA(e, 'VmPoweredOnEvent'))).toBe(true);
      expect(events.every((e) => e.createdTime instanceof Date)).toBe(true);
      await remove(w, vm);
    },
  },
  privileges: {
    title: 'knows which privileges the account has',
    run: async (w) => {
      const [check] = await checkPrivileges(ctx, w.client, [w.source.ref], ['VirtualMachine.Interact.PowerOn', 'System.View']);
      expect(check).toMatchObject({ entity: w.source.ref, missing: [] });
    },
  },
  console: {
    title: 'gets a console ticket of a running machine',
    run: async (w, { kind }) => {
      const { vm } = await makeMachine(w, kind);
      await w.client.run(ctx, 'PowerOnVM_Task', vm, {});
      const ticket = await acquireConsole(ctx, w.client, vm);
      expect(ticket.url).toMatch(/^wss:\/\/.+\/ticket\/.+/);
      expect(ticket.thumbprint).toMatch(/^[0-9A-F:]{59,95}$/i);
      await remove(w, vm);
    },
  },
  'guest operations': {
    title: 'runs a program in the guest, writes and reads a file',
    only: 'vcenter',
    run: async (w, { guest }) => {
      const { vm } = await makeMachine(w, 'vcenter');
      await w.client.run(ctx, 'PowerOnVM_Task', vm, {});
      await until(w, () => (w.client.inventory.get(vm)?.props.get('guest.guestOperationsReady') === true ? true : undefined));
      const wrong = new GuestAccess(w.client, vm, guestPassword(guest?.username ?? '', 'wrong'));
      expect(isFault(await wrong.checkLogin(ctx).catch((e: unknown) => e), 'InvalidGuestLogin')).toBe(true);
      const access = new GuestAccess(w.client, vm, guestPassword(guest?.username ?? '', guest?.password ?? ''));
      await access.checkLogin(ctx);
      expect(await access.run(ctx, '/bin/true', '', 20)).toBe(0);
      await access.writeFile(ctx, '/tmp/hello', 'hello guest', { mode: 0o600 });
      expect(Buffer.from(await access.readFile(ctx, '/tmp/hello')).toString()).toBe('hello guest');
      await remove(w, vm);
    },
  },
  'no clone on ESXi': {
    title: 'ESXi alone does not clone',
    only: 'esxi',
    run: async (w) => {
      const spec = { location: { pool: w.pool }, template: false, powerOn: false };
      const error: unknown = await w.client
        .run(ctx, 'CloneVM_Task', w.source.ref, { folder: w.folder, name: freshName('no'), spec })
        .catch((e: unknown) => e);
      expect(isFault(error, 'NotSupported')).toBe(true);
    },
  },
};

/** Registers the suite for one server. */
export function runClientSuite(name: string, start: () => Promise<VSphereServer>, options: SuiteOptions): void {
  describe(`the vSphere client against ${name}`, () => {
    let world: World;
    let server: VSphereServer | undefined;
    beforeAll(async () => {
      server = await start();
      world = await explore(server, options);
    });
    afterAll(async () => {
      await world?.client.close();
      await server?.stop();
    });
    for (const [key, c] of Object.entries(cases) as [CaseName, (typeof cases)[CaseName]][]) {
      if (c.only && c.only !== options.kind) continue;
      const reason = options.skip?.[key];
      if (reason === undefined) test(c.title, async () => c.run(world, options));
      else test.skip(`${c.title} (${reason})`, () => {});
    }
  });
}
