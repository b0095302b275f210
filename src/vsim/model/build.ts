import type { Compute, Datacenter, DatastoreObject, Dvs, Entity, Folder, Host, Net, ResourcePool } from './entities.ts';
import type { Model } from './model.ts';
import { putChild } from './naming.ts';
import { Datastore, type Flavour } from './storage.ts';

/** Makes the inventory: the file's, or what a fresh endpoint has: datacenter, cluster or host, pools, networks, datastores. */
export function buildInventory(m: Model): void {
  m.root = folder(m, m.isVc ? 'group-d1' : 'ha-folder-root', m.isVc ? 'Datacenters' : 'ha-folder-root', undefined, [
    'Folder',
    'Datacenter',
  ]);
  m.grants.give({ user: m.options.username, role: m.roles.admin, on: m.root, propagate: true });
  if (m.options.inventory !== undefined) return;
  const dc = addDatacenter(m, m.isVc ? 'DC0' : 'ha-datacenter', placeOfDatacenter(m));
  const compute = addCompute(m, dc, m.isVc ? { name: 'C0', drs: 'fullyAutomated' } : {});
  for (let i = 0; i < (m.isVc ? m.options.hosts : 1); i++) addHost(m, compute, hostName(m, i));
  networks(m);
  for (let i = 0; i < m.options.datastores; i++) addDefaultDatastore(m, i);
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

/** The first of its kind has the id that vCenter gives it in a fresh installation, and a host always. */
const idOf = (m: Model, first: boolean, prefix: string, usual: string, esx: string): string =>
  m.isVc ? (first ? usual : m.ref(prefix)) : esx;

/** A data center with its four folders. */
export function addDatacenter(m: Model, name: string, parent: Folder): Datacenter {
  const first = m.datacenters.length === 0;
  const dc = {
    type: 'Datacenter',
    id: idOf(m, first, 'datacenter', 'datacenter-2', 'ha-datacenter'),
    name,
    parent,
  } as unknown as Datacenter;
  const sub = (prefix: string, usual: string, esx: string, label: string, types: string[]) =>
    folder(m, idOf(m, first, prefix, usual, esx), label, dc, m.isVc ? ['Folder', ...types] : types);
  dc.vmFolder = sub('group-v', 'group-v3', 'ha-folder-vm', 'vm', ['VirtualMachine', 'VirtualApp']);
  dc.hostFolder = sub('group-h', 'group-h4', 'ha-folder-host', 'host', ['ComputeResource']);
  dc.datastoreFolder = sub('group-s', 'group-s5', 'ha-folder-datastore', 'datastore', ['Datastore', 'StoragePod']);
  dc.networkFolder = sub('group-n', 'group-n6', 'ha-folder-network', 'network', ['Network', 'DistributedVirtualSwitch']);
  m.datacenters.push(dc);
  m.add(dc);
  putChild(parent, dc);
  return dc;
}

/** A cluster if `drs` is said, else what stands around one host. */
export function addCompute(
  m: Model,
  dc: Datacenter,
  spec: { name?: string } & Partial<Pick<Compute, 'drs' | 'reservedShare' | 'failoverLevel'>>,
): Compute {
  const first = m.computes.length === 0;
  const cluster = spec.drs !== undefined;
  const made = {
    type: cluster ? 'ClusterComputeResource' : 'ComputeResource',
    id: idOf(m, first, cluster ? 'domain-c' : 'domain-s', cluster ? 'domain-c7' : 'domain-s7', 'ha-compute-res'),
    name: spec.name ?? 'localhost.localdomain',
    parent: dc.hostFolder,
    hosts: [],
    drs: spec.drs ?? 'disabled',
    reservedShare: spec.reservedShare ?? 0,
    failoverLevel: spec.failoverLevel ?? 0,
    failoverHosts: [],
  } as unknown as Compute;
  made.pool = resourcePool(m, idOf(m, first, 'resgroup', 'resgroup-8', 'ha-root-pool'), 'Resources', made, made);
  m.computes.push(made);
  m.add(made);
  putChild(dc.hostFolder, made);
  return made;
}

export function resourcePool(m: Model, id: string, name: string, parent: Entity, owner: Compute): ResourcePool {
  const made: ResourcePool = { type: 'ResourcePool', id, name, parent, compute: owner, pools: new Map(), vms: new Set() };
  m.add(made);
  return made;
}

const hostName = (m: Model, index: number): string =>
  m.isVc ? `esx${String(index + 1).padStart(2, '0')}.example.org` : 'localhost.localdomain';

export function addHost(m: Model, compute: Compute, name: string, spec: { cores?: number; memoryBytes?: number } = {}): Host {
  const host: Host = {
    type: 'HostSystem',
    id: m.isVc ? `host-${m.hosts.length + 100}` : 'ha-host',
    name,
    parent: compute,
    uuid: m.random.uuid(),
    cores: spec.cores ?? 64,
    mhz: 2600,
    memoryBytes: spec.memoryBytes ?? 1024 * 2 ** 30,
    maxVms: 1024,
    compute,
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
  compute.hosts.push(host);
  m.hosts.push(host);
  m.add(host);
  return host;
}

function networks(m: Model): void {
  const at = { dc: m.datacenter, hosts: m.hosts };
  addNetwork(m, 'VM Network', undefined, 0, at);
  if (!m.isVc) return;
  const dvs = addSwitch(m, 'DVS0', at);
  for (let i = 0; i < 3; i++) addNetwork(m, `lab-${i}`, dvs, 100 + i, at);
}

/** Where a datastore or network is: in which data center, on which hosts. */
export interface Reach {
  dc: Datacenter;
  hosts: readonly Host[];
}

/** A distributed switch with its uplinks. */
export function addSwitch(m: Model, name: string, at: Reach): Dvs {
  const dvs: Dvs = {
    type: 'VmwareDistributedVirtualSwitch',
    id: idOf(m, m.switches.length === 0, 'dvs', 'dvs-20', ''),
    name,
    parent: at.dc.networkFolder,
    uuid: m.random.hex(32).replaceAll(/(..)(?!$)/g, '$1 '),
    portgroups: [],
    hosts: new Set(at.hosts),
  };
  m.switches.push(dvs);
  m.add(dvs);
  putChild(at.dc.networkFolder, dvs);
  addNetwork(m, `${name}-DVUplinks`, dvs, 0, at, true);
  return dvs;
}

/** A standard network, a port group if `dvs` is given, or one of NSX's if `opaque` is. */
export function addNetwork(m: Model, name: string, dvs: Dvs | undefined, vlan: number, at: Reach, uplink = false, opaque = false): Net {
  const index = m.networks.length;
  const net: Net = {
    type: opaque ? 'OpaqueNetwork' : dvs === undefined ? 'Network' : 'DistributedVirtualPortgroup',
    opaque: opaque ? m.random.uuid() : undefined,
    id: m.isVc ? (dvs === undefined ? `network-${30 + index}` : `dvportgroup-${30 + index}`) : `HaNetwork-${name}`,
    name,
    parent: at.dc.networkFolder,
    dvs,
    vlan,
    uplink,
    hosts: new Set(at.hosts),
    vms: new Set(),
    // Four networks of 16,000 addresses in each /16.
    subnet: `${m.options.guestSshPort === undefined ? '10' : '::ffff:127'}.${20 + (m.options.seed % 200) + (index >> 2)}.${(index & 3) * 64}`,
    nextLease: 0,
    leases: new Map(),
  };
  for (const host of at.hosts) host.networks.add(net);
  dvs?.portgroups.push(net);
  m.networks.push(net);
  m.add(net);
  putChild(at.dc.networkFolder, net);
  return net;
}

function addDefaultDatastore(m: Model, index: number): void {
  const flavour = m.options.flavours[index % m.options.flavours.length] ?? 'vmfs6';
  addDatastore(m, `ds${index}`, flavour, m.options.datastoreBytes, { dc: m.datacenter, hosts: m.hosts });
}

/** A datastore; the one of that name if another endpoint mounts it already. */
export function addDatastore(m: Model, name: string, flavour: Flavour, bytes: number, at: Reach, pod?: Folder): DatastoreObject {
  const parent = pod ?? at.dc.datastoreFolder;
  const known = m.storage.all().find((ds) => ds.name === name);
  const store = known ?? m.storage.add(new Datastore(name, flavour, bytes, m.random.uuid()));
  const made = {
    type: 'Datastore',
    id: m.isVc ? `datastore-${50 + m.datastores.length}` : store.uuid,
    name,
    parent,
    store,
    hosts: new Set(at.hosts),
    vms: new Set(),
    units: 0,
  } as unknown as DatastoreObject;
  made.browser = { type: 'HostDatastoreBrowser', id: `datastoreBrowser-${made.id}`, name: made.id, parent: undefined };
  for (const host of at.hosts) host.datastores.add(made);
  m.datastores.push(made);
  m.add(made);
  m.add(made.browser);
  putChild(parent, made);
  return made;
}

/** A datastore cluster, empty. */
export function storagePod(m: Model, parent: Folder, name: string): Folder {
  const pod: Folder = { type: 'StoragePod', id: m.ref('group-p'), name, parent, childType: ['Datastore'], children: new Map() };
  m.add(pod);
  putChild(parent, pod);
  m.changed(parent, 'childEntity');
  return pod;
}
