/** The wire: what a client sees of the model. */
import { afterEach, describe, expect, it } from 'vitest';
import { encodeReply } from '../vsphere/soap/envelope.ts';
import type { Ref } from '../vsphere/types/value.ts';
import type { VirtualMachineConfigInfo } from '../vsphere/types/vim.gen.ts';
import type { Compute, DatastoreObject, Host, Vm } from './model/entities.ts';
import { guestWrite } from './model/guest.ts';
import { readInventory } from './model/inventory-file.ts';
import type { Lease } from './model/lease.ts';
import { datastoreDown } from './model/trouble.ts';
import { allPaths, readPaths } from './server/properties.ts';
import { wire, WireClient } from './wire-testing.ts';
import type { VsimOptions } from './vsim.ts';

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

async function cloneByWire(client: WireClient, name: string) {
  const { model: m, sim } = client.vsim;
  const master = sim.master().vm;
  const task = await client.call('CloneVM_Task', ref(master), {
    folder: ref(m.datacenter.vmFolder),
    name,
    spec: {
      location: { pool: ref(m.pool), diskMoveType: 'createNewChildDiskBacking' },
      template: false,
      powerOn: false,
      snapshot: { type: 'VirtualMachineSnapshot', value: master.record.snapshots[0]?.ref ?? '' },
    },
  });
  const info = await client.task(task);
  return { info, vm: info.result as Ref };
}

describe('every property of every object', () => {
  it.each(['vcenter', 'esxi'] as const)('can be encoded (%s)', async (kind) => {
    const { vsim, client } = await start({ kind, vms: 2, flavours: ['vmfs6', 'nfs', 'vsan'], datastores: 3 });
    const m = vsim.model;
    const vm = m.findVms(() => true)[1];
    if (vm !== undefined) await client.task(await client.call('PowerOnVM_Task', ref(vm), {}));
    const seen = new Set<string>();
    for (const entity of m.objects.values()) {
      const paths = allPaths(entity.type);
      if (paths.length === 0) continue;
      seen.add(entity.type);
      const reader = { sim: vsim.sim, session: undefined, version: 8, about: {}, sessionProps: () => undefined };
      for (const path of paths) {
        const read = readPaths(entity, [path], reader);
        expect(
          () => encodeReply('RetrieveProperties', [{ obj: ref(entity), propSet: read.values }]),
          `${entity.type}.${path}`,
        ).not.toThrow();
      }
      const all = await client.read(ref(entity));
      expect(Object.keys(all).length, entity.type).toBeGreaterThan(0);
    }
    expect(seen.size).toBeGreaterThan(kind === 'vcenter' ? 18 : 15);
    expect(m.bugs).toEqual([]);
  });
});

describe('a linked clone over the wire', () => {
  it('has a leaf of its own on the base of the master, gets an address, and is destroyed', async () => {
    const { client, vsim } = await start();
    const { info, vm } = await cloneByWire(client, 'c1');
    expect(info.state).toBe('success');
    const { config } = (await client.read(vm, 'config')) as { config: VirtualMachineConfigInfo };
    const disk = config.hardware.device?.find((d) => d._type === 'VirtualDisk') as unknown as {
      backing: { fileName: string; parent: { fileName: string } };
    };
    expect(disk.backing.fileName).toBe('[ds0] c1/c1-000001.vmdk');
    expect(disk.backing.parent.fileName).toBe(vsim.sim.base().path);
    await client.task(await client.call('PowerOnVM_Task', vm, {}));
    const again = await client.task(await client.call('PowerOnVM_Task', vm, {}));
    expect(again.error?.fault).toMatchObject({ _type: 'InvalidPowerState', existingState: 'poweredOn' });
    await expect.poll(async () => (await client.read(vm, 'guest.ipAddress'))['guest.ipAddress']).toMatch(/^10\./);
    await client.task(await client.call('PowerOffVM_Task', vm, {}));
    const gone = await client.task(await client.call('Destroy_Task', vm, {}));
    expect(gone.state).toBe('success');
    await expect(client.read(vm, 'name')).rejects.toMatchObject({ fault: 'ManagedObjectNotFound' });
    expect(vsim.sim.exists(vsim.sim.base().path)).toBe(true);
    expect(vsim.model.bugs).toEqual([]);
  });
});

describe('consolidation', () => {
  it('is needed after a removal without it, says what space it takes, and is done', async () => {
    const { client, vsim } = await start();
    const { vm } = await cloneByWire(client, 'c1');
    const made = await client.task(await client.call('CreateSnapshot_Task', vm, { name: 's', memory: false, quiesce: false }));
    await client.task(await client.call('PowerOnVM_Task', vm, {}));
    guestWrite(vsim.model, vsim.model.vms.get(vm.value) as Vm, 0, Buffer.from('homework'));
    const needs = async () => (await client.read(vm, 'runtime.consolidationNeeded'))['runtime.consolidationNeeded'];
    const estimate = async () => (await client.task(await client.call('EstimateStorageForConsolidateSnapshots_Task', vm, {}))).result;
    expect([await needs(), await estimate()]).toEqual([false, []]);
    await client.task(await client.call('RemoveSnapshot_Task', made.result as Ref, { removeChildren: false, consolidate: false }));
    expect(await needs()).toBe(true);
    const [space, ...more] = (await estimate()) as { datastore: Ref; freeSpaceRequiredInKb: bigint }[];
    expect([space?.datastore, more]).toEqual([ref(vsim.model.datastores[0] as DatastoreObject), []]);
    expect(space?.freeSpaceRequiredInKb).toBeGreaterThan(0n);
    expect((await client.task(await client.call('ConsolidateVMDisks_Task', vm, {}))).state).toBe('success');
    expect([await needs(), await estimate()]).toEqual([false, []]);
    expect(vsim.model.bugs).toEqual([]);
  });
});

describe('files over HTTPS', () => {
  it('lists, uploads, downloads, and needs a login', async () => {
    const { client, vsim } = await start({ kind: 'esxi' });
    expect((await client.get('/folder/master-0?dsName=ds0')).text).toContain('master-0.vmx');
    const descriptor = await client.get('/folder/master-0/master-0.vmdk?dcPath=ha-datacenter&dsName=ds0');
    expect(descriptor.text).toContain('ddb.deletable = "false"');
    expect((await client.get('/folder/master-0/note.txt?dsName=ds0', { method: 'PUT', body: 'hello' })).status).toBe(201);
    expect((await client.get('/folder/master-0/note.txt?dsName=ds0', { auth: `${vsim.username}:${vsim.password}` })).text).toBe('hello');
    expect((await client.get('/folder/master-0?dsName=ds0', { auth: 'nobody:x' })).status).toBe(401);
    expect((await client.get('/folder/nothing?dsName=ds0')).status).toBe(404);
    // REST is a vCenter's.
    expect((await client.get('/api/session', { method: 'POST', auth: `${vsim.username}:${vsim.password}` })).status).toBe(404);
  });

  it('an uploaded .vmx of VCL kind can be registered, and its redo file lands in its own folder', async () => {
    const { client, vsim } = await start({ kind: 'esxi' });
    const m = vsim.model;
    const base = vsim.sim.base().path;
    await client.call('MakeDirectory', client.content.fileManager as Ref, { name: '[ds0] vclvm', createParentDirectories: true });
    const vmx = [
      'displayName = "vclvm"',
      'memSize = "512"',
      'scsi0:0.present = "TRUE"',
      `scsi0:0.fileName = "/vmfs/volumes/ds0/${base.replace('[ds0] ', '')}"`,
      'scsi0:0.mode = "persistent"',
      'snapshot.redoNotWithParent = "TRUE"',
      'workingDir = "/vmfs/volumes/ds0/vclvm"',
      'ethernet0.networkName = "VM Network"',
    ].join('\n');
    await client.get('/folder/vclvm/vclvm.vmx?dsName=ds0', { method: 'PUT', body: vmx });
    const task = await client.call('RegisterVM_Task', ref(m.datacenter.vmFolder), {
      path: '[ds0] vclvm/vclvm.vmx',
      asTemplate: false,
      pool: ref(m.pool),
    });
    const vm = (await client.task(task)).result as Ref;
    await client.task(await client.call('CreateSnapshot_Task', vm, { name: 'root', memory: false, quiesce: false }));
    const paths = (await client.read(vm, 'layoutEx'))['layoutEx'] as { file: { name: string }[] };
    expect(paths.file.map((f) => f.name)).toContain('[ds0] vclvm/master-0-000001.vmdk');
    expect((await client.get('/folder/vclvm/vclvm.vmx?dsName=ds0')).text).toContain('snapshot.redoNotWithParent = "TRUE"');
  });

  it('guest files go in and out, and programs run', async () => {
    const { client } = await start();
    const { vm } = await cloneByWire(client, 'c1');
    await client.task(await client.call('PowerOnVM_Task', vm, {}));
    await expect.poll(async () => (await client.read(vm, 'guest.guestOperationsReady'))['guest.guestOperationsReady']).toBe(true);
    const auth = { _type: 'NamePasswordAuthentication' as const, interactiveSession: false, username: 'root', password: 'vsim' };
    const files: Ref = { type: 'GuestFileManager', value: 'guestOperationsFileManager' };
    const processes: Ref = { type: 'GuestProcessManager', value: 'guestOperationsProcessManager' };
    const up = await client.call('InitiateFileTransferToGuest', files, {
      vm,
      auth,
      guestFilePath: '/tmp/a',
      fileAttributes: { _type: 'GuestPosixFileAttributes' },
      fileSize: 5n,
      overwrite: true,
    });
    expect((await client.get(up, { method: 'PUT', body: 'bytes' })).status).toBe(200);
    const down = await client.call('InitiateFileTransferFromGuest', files, { vm, auth, guestFilePath: '/tmp/a' });
    expect((await client.get(down.url)).text).toBe('bytes');
    const pid = await client.call('StartProgramInGuest', processes, { vm, auth, spec: { programPath: '/bin/false', arguments: '' } });
    await expect.poll(async () => (await client.call('ListProcessesInGuest', processes, { vm, auth, pids: [pid] }))?.[0]?.exitCode).toBe(1);
    const wrong = { ...auth, password: 'no' };
    await expect(
      client.call('ValidateCredentialsInGuest', { type: 'GuestAuthManager', value: 'guestOperationsAuthManager' }, { vm, auth: wrong }),
    ).rejects.toMatchObject({
      fault: 'InvalidGuestLogin',
    });
  });
});

describe('what a client reads without asking whether it is there', () => {
  it('roles that every server has, settings of distributed ports, file systems of a guest whose Tools run', async () => {
    const { client, vsim } = await start();
    const { vm } = await cloneByWire(client, 'c1');
    expect((await client.read(vm, 'guest.disk'))['guest.disk'] ?? []).toEqual([]);
    await client.task(await client.call('PowerOnVM_Task', vm, {}));
    await expect.poll(async () => (await client.read(vm, 'guest.guestState'))['guest.guestState']).toBe('running');
    const [disk] = (await client.read(vm, 'guest.disk'))['guest.disk'] as { diskPath: string; capacity: bigint; freeSpace: bigint }[];
    expect(disk).toMatchObject({ diskPath: '/', capacity: 40n * 2n ** 30n });
    expect(disk?.freeSpace).toBeLessThan(40n * 2n ** 30n);
    const roles = (await client.read(client.content.authorizationManager as Ref, 'roleList'))['roleList'] as { name: string }[];
    expect(roles.map(({ name }) => name)).toEqual(['NoAccess', 'Anonymous', 'View', 'ReadOnly', 'Admin']);
    const [dvs] = vsim.model.switches;
    if (dvs === undefined) throw new Error('no switch');
    const ports = await client.call('FetchDVPorts', ref(dvs), {});
    expect(ports?.map(({ config }) => config.setting?._type)).toEqual(dvs.portgroups.map(() => 'VMwareDVSPortSetting'));
  });
});

describe('odd property paths', () => {
  it('names of JavaScript are no properties', async () => {
    const { client, vsim } = await start();
    const obj = client.content.rootFolder;
    const ask = (path: string, pathSet: string[]) => {
      const selectSet = [{ _type: 'TraversalSpec' as const, type: 'Folder', path, skip: false }];
      const specSet = [{ propSet: [{ type: 'Folder', pathSet }], objectSet: [{ obj, skip: true, selectSet }] }];
      return client.call('RetrievePropertiesEx', client.content.propertyCollector, { specSet, options: {} });
    };
    for (const path of ['__proto__', 'constructor', 'name.__proto__']) expect(await ask(path, ['name'])).toBeUndefined();
    await expect(ask('childEntity', ['constructor'])).rejects.toMatchObject({ fault: 'InvalidProperty' });
    expect(vsim.model.bugs).toEqual([]);
  });
});

describe('versions', () => {
  it('a client of 6.7 is not shown what came later', async () => {
    const { client, vsim } = await start();
    const { vm } = await cloneByWire(client, 'c1');
    const old = new WireClient(vsim, '6.5');
    await old.login();
    open.push(() => old.close());
    expect(Object.keys((await old.read(vm, 'runtime'))['runtime'] as object)).not.toContain('instantCloneFrozen');
    expect(Object.keys((await client.read(vm, 'runtime'))['runtime'] as object)).toContain('instantCloneFrozen');
    const xml = await client.get('/sdk/vimServiceVersions.xml');
    expect(xml.text).toContain('<version>8.0.3.0</version>');
    expect(xml.text).toContain('<version>6.7</version>');
  });
});

it('exports and clusters of datastores: who may, what is advised, and what does not belong in one', async () => {
  const stores = ['a', 'b', 'c', 'd'].map((name) => ({ name, ...(name === 'd' ? {} : { pod: 'bulk' }) }));
  const dc = { name: 'Bonn', hosts: [{ name: 'esx01' }, { name: 'esx02' }], datastores: stores, networks: [{ name: 'VM Network' }] };
  const vms = [{ name: 'seat', on: 'esx01', datastore: 'a' }];
  const { client, vsim } = await start({ masters: 0, inventory: readInventory({ datacenters: [{ ...dc, vms }] }) });
  const { model: m } = vsim;
  const [vm] = m.vms.values();
  const pod = m.datastores[0]?.parent;
  if (vm === undefined || pod === undefined) throw new Error('not the inventory');
  const { datastoreFolder, vmFolder } = m.datacenter;
  const refused = (fault: string) => expect.objectContaining({ fault });
  const denied = (privilege: string) => m.denied.add(`${vsim.username} ${privilege}`);
  const caught = (call: Promise<unknown>) => call.catch((error: unknown) => error);
  expect((await client.read(ref(m.datacenter), 'datastore'))['datastore']).toHaveLength(4);

  datastoreDown(m, m.datastores[1] as DatastoreObject);
  const storageSpec = {
    ...{ type: 'clone', vm: ref(vm), folder: ref(vmFolder), cloneName: 'x', podSelectionSpec: { storagePod: ref(pod) } },
    cloneSpec: { location: {}, powerOn: false, template: false },
  };
  const advice = await client.call('RecommendDatastores', client.content.storageResourceManager as Ref, { storageSpec });
  // a has the machine, b is away
  const targets = advice.recommendations?.map(({ action = [] }) => (action[0] as unknown as { destination: Ref }).destination.value);
  expect(targets).toEqual([m.datastores[2]?.id, m.datastores[0]?.id]);
  const moved = await client.call('MoveIntoFolder_Task', ref(vmFolder), { list: [ref(m.datastores[3] as DatastoreObject)] });
  expect((await client.task(moved)).error?.fault).toMatchObject({ _type: 'NotSupported' });
  const browser = (await client.read(ref(m.computes[0] as Compute), 'environmentBrowser'))['environmentBrowser'] as Ref;
  const host = ref(m.hosts[1] as Host);
  expect(await caught(client.call('QueryConfigOption', browser, { host }))).toEqual(refused('InvalidArgument'));

  const lease = await client.call('ExportVm', ref(vm), {});
  const entity = m.objects.get(lease.value) as Lease;
  await expect.poll(() => entity.state).toBe('ready');
  expect((await client.get(`/nfc/${entity.ticket}/disk-0.vmdk`, { method: 'PUT', body: 'x' })).status).toBe(405);
  expect((await client.get(`/nfc/${entity.ticket}/disk-1.vmdk`)).status).toBe(404);
  await client.call('HttpNfcLeaseComplete', lease, {});
  denied('VApp.Export').add(`${vsim.username} Folder.Create`);
  expect(await caught(client.call('ExportVm', ref(vm), {}))).toEqual(refused('NoPermission'));
  const described = client.call('CreateDescriptor', client.content.ovfManager as Ref, { obj: ref(vm), cdp: {} });
  expect(await caught(described)).toEqual(refused('NoPermission'));
  expect(await caught(client.call('CreateStoragePod', ref(datastoreFolder), { name: 'more' }))).toEqual(refused('NoPermission'));
  expect(m.bugs).toEqual([]);
});
