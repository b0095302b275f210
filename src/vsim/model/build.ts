import type { Compute, Datacenter, DatastoreObject, Dvs, Entity, Folder, Host, Net, ResourcePool } from './entities.ts';
import type { Model } from './model.ts';
import { putChild } from './naming.ts';
import { Datastore } from './storage.ts';

/** Makes the inventory that a fresh endpoint has: datacenter, cluster or host, pools, networks, datastores. */
export function buildInventory(m: Model): void {
  m.root = folder(m, m.isVc ? 'group-d1' : 'ha-folder-root', m.isVc ? 'Datacenters' : 'ha-folder-root', undefined, [
    'Folder',
    'Datacenter',
  ]);
  m.datacenter = datacenter(m, m.isVc ? 'DC0' : 'ha-datacenter', placeOfDatacenter(m));
  m.compute = compute(m);
  for (let i = 0; i < (m.isVc ? m.options.hosts : 1); i++) addHost(m, i);
  networks(m);
  for (let i = 0; i < m.options.datastores; i++) addDatastore(m, i);
}

export function folder(m: Model, id: string, name: string, parent: Entity | undefined, childType: readonly string[]): Folder {
  const made: Folder = { type: 'Folder', id, name, parent, childType, children: new Map() };
  m.add(made);
  return made;
}

/** A folder for VMs, made by CreateFolder. */
export function vmFolder(m: Model, parent: Folder, name: string): Folder {
  const made = folder(m, m.ref('group-v'), name, parent, parent.childType);
  putChild(parent, made);
  m.changed(parent, 'childEntity');
  return made;
}

/** The root, or the folder that the options put the data center into. */
function placeOfDatacenter(m: Model): Folder {
  const name = m.options.datacenterFolder;
  if (name === undefined || !m.isVc) return m.root;
  const made = folder(m, 'group-d9', name, m.root, ['Folder', 'Datacenter']);
  putChild(m.root, made);
  return made;
}

function datacenter(m: Model, name: string, parent: Folder): Datacenter {
  const dc = { type: 'Datacenter', id: m.isVc ? 'datacenter-2' : 'ha-datacenter', name, parent } as unknown as Datacenter;
  const sub = (id: string, esx: string, label: string, types: string[]) =>
    folder(m, m.isVc ? id : esx, label, dc, m.isVc ? ['Folder', ...types] : types);
  dc.vmFolder = sub('group-v3', 'ha-folder-vm', 'vm', ['VirtualMachine', 'VirtualApp']);
  dc.hostFolder = sub('group-h4', 'ha-folder-host', 'host', ['ComputeResource']);
  dc.datastoreFolder = sub('group-s5', 'ha-folder-datastore', 'datastore', ['Datastore', 'StoragePod']);
  dc.networkFolder = sub('group-n6', 'ha-folder-network', 'network', ['Network', 'DistributedVirtualSwitch']);
  m.add(dc);
  putChild(parent, dc);
  return dc;
}

function compute(m: Model): Compute {
  const made = {
    type: m.isVc ? 'ClusterComputeResource' : 'ComputeResource',
    id: m.isVc ? 'domain-c7' : 'ha-compute-res',
    name: m.isVc ? 'C0' : 'localhost.localdomain',
    parent: m.datacenter.hostFolder,
    hosts: [],
    drs: m.isVc ? 'fullyAutomated' : 'disabled',
    reservedShare: 0,
  } as unknown as Compute;
  made.pool = resourcePool(m, m.isVc ? 'resgroup-8' : 'ha-root-pool', 'Resources', made, made);
  m.add(made);
  putChild(m.datacenter.hostFolder, made);
  return made;
}

export function resourcePool(m: Model, id: string, name: string, parent: Entity, owner: Compute): ResourcePool {
  const made: ResourcePool = { type: 'ResourcePool', id, name, parent, compute: owner, pools: new Map(), vms: new Set() };
  m.add(made);
  return made;
}

export function addHost(m: Model, index: number): Host {
  const host: Host = {
    type: 'HostSystem',
    id: m.isVc ? `host-${index + 100}` : 'ha-host',
    name: m.isVc ? `esx${String(index + 1).padStart(2, '0')}.example.org` : 'localhost.localdomain',
    parent: m.compute,
    uuid: m.random.uuid(),
    cores: 64,
    mhz: 2600,
    memoryBytes: 1024 * 2 ** 30,
    maxVms: 1024,
    compute: m.compute,
    connection: 'connected',
    maintenance: false,
    datastores: new Set(),
    networks: new Set(),
    vms: new Set(),
    usedMemoryBytes: 0,
    poweredOn: 0,
    units: 0,
    bootTime: m.now() - 86_400_000,
  };
  m.compute.hosts.push(host);
  m.hosts.push(host);
  m.add(host);
  return host;
}

function networks(m: Model): void {
  addNetwork(m, 'VM Network', undefined, 0);
  if (!m.isVc) return;
  const dvs: Dvs = {
    type: 'VmwareDistributedVirtualSwitch',
    id: 'dvs-20',
    name: 'DVS0',
    parent: m.datacenter.networkFolder,
    uuid: m.random.hex(32).replaceAll(/(..)(?!$)/g, '$1 '),
    portgroups: [],
    hosts: new Set(m.hosts),
  };
  m.switches.push(dvs);
  m.add(dvs);
  putChild(m.datacenter.networkFolder, dvs);
  addNetwork(m, 'DVS0-DVUplinks', dvs, 0, true);
  for (let i = 0; i < 3; i++) addNetwork(m, `lab-${i}`, dvs, 100 + i);
}

/** A standard network, or a port group if `dvs` is given. */
export function addNetwork(m: Model, name: string, dvs: Dvs | undefined, vlan: number, uplink = false): Net {
  const index = m.networks.length;
  const net: Net = {
    type: dvs === undefined ? 'Network' : 'DistributedVirtualPortgroup',
    id: m.isVc ? (dvs === undefined ? `network-${30 + index}` : `dvportgroup-${30 + index}`) : `HaNetwork-${name}`,
    name,
    parent: m.datacenter.networkFolder,
    dvs,
    vlan,
    uplink,
    hosts: new Set(m.hosts),
    vms: new Set(),
    subnet: `${m.options.guestSshPort === undefined ? '10' : '::ffff:127'}.${20 + (m.options.seed % 200)}.${index * 64}`,
    nextLease: 0,
    leases: new Map(),
  };
  for (const host of m.hosts) host.networks.add(net);
  dvs?.portgroups.push(net);
  m.networks.push(net);
  m.add(net);
  putChild(m.datacenter.networkFolder, net);
  return net;
}

export function addDatastore(m: Model, index: number): DatastoreObject {
  const flavour = m.options.flavours[index % m.options.flavours.length] ?? 'vmfs6';
  const name = `ds${index}`;
  const known = m.storage.all().find((ds) => ds.name === name);
  const store = known ?? m.storage.add(new Datastore(name, flavour, m.options.datastoreBytes, m.random.uuid()));
  const made = {
    type: 'Datastore',
    id: m.isVc ? `datastore-${50 + index}` : store.uuid,
    name,
    parent: m.datacenter.datastoreFolder,
    store,
    hosts: new Set(m.hosts),
    vms: new Set(),
    units: 0,
  } as unknown as DatastoreObject;
  made.browser = { type: 'HostDatastoreBrowser', id: `datastoreBrowser-${made.id}`, name: made.id, parent: undefined };
  for (const host of m.hosts) host.datastores.add(made);
  m.datastores.push(made);
  m.add(made);
  m.add(made.browser);
  putChild(m.datacenter.datastoreFolder, made);
  return made;
}
