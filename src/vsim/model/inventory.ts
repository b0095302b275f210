import { describeError } from '../../lib/errors.ts';
import {
  addCompute,
  addDatacenter,
  addDatastore,
  addHost,
  addNetwork,
  addSwitch,
  folder,
  type Reach,
  resourcePool,
  storagePod,
  vmFolder,
} from './build.ts';
import { newRecord } from './configure.ts';
import {
  type Compute,
  type Datacenter,
  type DatastoreObject,
  type Dvs,
  type Folder,
  type Host,
  isFolder,
  isPod,
  isVm,
  type Net,
  type Vm,
} from './entities.ts';
import { makeHome, writeVmFiles } from './home.ts';
import { type DatacenterSpec, type DiskSpec, type HostSpec, type InventoryFile, type VmSpec, wrongInventory } from './inventory-file.ts';
import type { Model } from './model.ts';
import { inventoryPath, putChild } from './naming.ts';
import { generateMac } from './network.ts';
import { usable } from './place.ts';
import { freeze, type MadeMaster } from './populate.ts';
import { powerOnSteps } from './power.ts';
import { enroll } from './register.ts';
import { createBase, createChild, openLink } from './vmdk.ts';
import { type DiskDevice, disksOf, type NicDevice, SCSI_CONTROLLER, snapshotsOf } from './vm-record.ts';

const GIB = 2 ** 30;
/** Networks of all data centers with their uplinks: each four have the addresses of a /16 of their own. */
const MAX_NETWORKS = 128;

/** One data center while it is made: what its VMs may name. */
interface Site {
  dc: Datacenter;
  place: string;
  /** Clusters, and hosts that are in none, by name. */
  computes: Map<string, Compute>;
  hosts: Map<string, Host>;
  datastores: Map<string, DatastoreObject>;
  networks: Map<string, Net>;
}

/** Makes what a file describes. Answers the VMs that can be masters: off, with exactly one snapshot. */
export function populateFrom(m: Model, file: InventoryFile): MadeMaster[] {
  for (const [i, spec] of file.datacenters.entries()) addSite(m, spec, `datacenters[${i}]`);
  const masters: MadeMaster[] = [];
  for (const vm of m.vms.values()) {
    const [first, second] = [...snapshotsOf(vm.record)];
    if (first === undefined || second !== undefined || vm.power !== 'poweredOff') continue;
    masters.push({ name: vm.name, path: inventoryPath(vm), snapshot: first.name, vm });
  }
  return masters;
}

/** Finds what a word of the file names, or says what there is. */
function named<T>(of: ReadonlyMap<string, T>, what: string, name: string, place: string): T {
  const found = of.get(name);
  if (found !== undefined) return found;
  const there = [...of.keys()].map((n) => `'${n}'`).join(', ');
  throw wrongInventory(
    place,
    `names '${name}', but ${there === '' ? `there is no ${what}` : `the only ${what.replace(' or ', 's or ')}s are ${there}`}`,
  );
}

function addOnce<T>(to: Map<string, T>, what: string, name: string, place: string, value: () => T): T {
  if (to.has(name)) throw wrongInventory(`${place}.name`, `is '${name}', as another ${what} is called`);
  const made = value();
  to.set(name, made);
  return made;
}

function addSite(m: Model, spec: DatacenterSpec, place: string): void {
  const parent = (spec.folder ?? '')
    .split('/')
    .filter(Boolean)
    .reduce((at, name) => rootFolder(m, at, name, place), m.root);
  if (parent.children.has(spec.name)) throw wrongInventory(`${place}.name`, `is '${spec.name}', as another in that folder is called`);
  const site: Site = {
    dc: addDatacenter(m, spec.name, parent),
    place,
    computes: new Map(),
    hosts: new Map(),
    datastores: new Map(),
    networks: new Map(),
  };
  for (const [i, c] of spec.clusters.entries()) {
    const at = `${place}.clusters[${i}]`;
    const compute = addOnce(site.computes, 'cluster', c.name, at, () =>
      addCompute(m, site.dc, { name: c.name, drs: c.drs, reservedShare: c.haReserve, failoverLevel: c.haFailoverLevel }),
    );
    for (const name of c.pools) compute.pool.pools.set(name, resourcePool(m, m.ref('resgroup'), name, compute.pool, compute));
    for (const [j, h] of c.hosts.entries()) hostInto(m, site, compute, h, `${at}.hosts[${j}]`);
    compute.failoverHosts = compute.hosts.filter(({ name }) => c.haFailoverHosts.includes(name));
  }
  for (const [i, h] of spec.hosts.entries()) {
    const at = `${place}.hosts[${i}]`;
    const compute = addOnce(site.computes, 'cluster or host', h.name, at, () => addCompute(m, site.dc, { name: h.name }));
    hostInto(m, site, compute, h, at);
  }
  addStores(m, site, spec);
  addNetworks(m, site, spec);
  for (const path of spec.folders) foldersTo(m, site.dc.vmFolder, path, `${place}.folders`);
  const rounds = new Map<Compute, number>();
  for (const [i, v] of spec.vms.entries()) addVms(m, site, v, `${place}.vms[${i}]`, rounds);
}

function rootFolder(m: Model, parent: Folder, name: string, place: string): Folder {
  const there = parent.children.get(name);
  if (there !== undefined && !isFolder(there)) throw wrongInventory(`${place}.folder`, `has '${name}', which is a data center`);
  if (there !== undefined) return there;
  const made = folder(m, m.ref('group-d'), name, parent, ['Folder', 'Datacenter']);
  putChild(parent, made);
  return made;
}

function foldersTo(m: Model, from: Folder, path: string, place: string): Folder {
  return path
    .split('/')
    .filter(Boolean)
    .reduce((at, name) => {
      const there = at.children.get(name);
      if (there !== undefined && !isFolder(there)) throw wrongInventory(place, `has '${name}', which is a VM`);
      return there ?? vmFolder(m, at, name);
    }, from);
}

/** Hosts have one name in all of a vCenter. */
function hostInto(m: Model, site: Site, compute: Compute, spec: HostSpec, place: string): void {
  if (m.hosts.some((h) => h.name === spec.name)) throw wrongInventory(`${place}.name`, `is '${spec.name}', as another host is called`);
  const host = addHost(m, compute, spec.name, { cores: spec.cores, memoryBytes: spec.memoryGiB * GIB });
  host.connection = spec.connection;
  host.maintenance = spec.maintenance;
  site.hosts.set(spec.name, host);
}

function reachOf(site: Site, on: readonly string[] | undefined, place: string): Reach {
  if (on === undefined) return { dc: site.dc, hosts: [...site.hosts.values()] };
  const both = new Map<string, readonly Host[]>([...site.hosts].map(([name, host]) => [name, [host]]));
  for (const [name, compute] of site.computes) both.set(name, compute.hosts);
  return { dc: site.dc, hosts: [...new Set(on.flatMap((name, i) => named(both, 'cluster or host', name, `${place}.on[${i}]`)))] };
}

/** The datastore cluster of a name, made where there is none. */
function podOf(m: Model, site: Site, name: string, place: string): Folder {
  const there = site.dc.datastoreFolder.children.get(name);
  if (there !== undefined && !isPod(there)) throw wrongInventory(`${place}.pod`, `is '${name}', as a datastore is called`);
  return there ?? storagePod(m, site.dc.datastoreFolder, name);
}

function addStores(m: Model, site: Site, spec: DatacenterSpec): void {
  for (const [i, d] of spec.datastores.entries()) {
    const place = `${site.place}.datastores[${i}]`;
    // A path begins with the datastore's name, and files are looked up by paths.
    if (m.datastores.some((ds) => ds.name === d.name))
      throw wrongInventory(
        `${place}.name`,
        `is '${d.name}', as another datastore is called; here each needs a name of its own, over all data centers`,
      );
    const pod = d.pod === undefined ? undefined : podOf(m, site, d.pod, place);
    site.datastores.set(d.name, addDatastore(m, d.name, d.type, d.capacityGiB * GIB, reachOf(site, d.on, place), pod));
  }
}

function addNetworks(m: Model, site: Site, spec: DatacenterSpec): void {
  const switches = new Map<string, Dvs>();
  for (const [i, n] of spec.networks.entries()) {
    const place = `${site.place}.networks[${i}]`;
    const reach = reachOf(site, n.on, place);
    let dvs: Dvs | undefined;
    if (n.opaque && n.switch !== undefined) throw wrongInventory(`${place}.opaque`, 'cannot be of a port group of a distributed switch');
    if (n.switch !== undefined) {
      dvs = switches.get(n.switch) ?? addSwitch(m, n.switch, reach);
      switches.set(n.switch, dvs);
      for (const host of reach.hosts) dvs.hosts.add(host);
    }
    const { children } = site.dc.networkFolder;
    if (children.has(n.name))
      throw wrongInventory(`${place}.name`, `is '${n.name}', as another network or switch of the data center is called`);
    site.networks.set(n.name, addNetwork(m, n.name, dvs, n.vlan, reach, false, n.opaque));
    if (m.networks.length > MAX_NETWORKS)
      throw wrongInventory(place, `is one too many: there may be ${MAX_NETWORKS} networks, uplinks included`);
  }
}

function addVms(m: Model, site: Site, spec: VmSpec, place: string, rounds: Map<Compute, number>): void {
  const parent = spec.folder === undefined ? site.dc.vmFolder : foldersTo(m, site.dc.vmFolder, spec.folder, `${place}.folder`);
  const names = spec.count === undefined ? [spec.name] : Array.from({ length: spec.count }, (_, i) => `${spec.name}-${i + 1}`);
  const compute = computeFor(site, spec, place);
  for (const name of names) {
    if (parent.children.has(name)) throw wrongInventory(`${place}.name`, `is '${name}', as another in that folder is called`);
    const round = rounds.get(compute) ?? 0;
    rounds.set(compute, round + 1);
    try {
      addVm(m, site, { ...spec, name }, { parent, compute, round, place });
    } catch (error) {
      // What the model refuses: no room on a datastore, no memory on any host.
      if (error instanceof Error && error.name === 'VimFault')
        throw wrongInventory(place, `('${name}') cannot be made: ${describeError(error)}`);
      throw error;
    }
  }
}

function computeFor(site: Site, spec: VmSpec, place: string): Compute {
  if (spec.on === undefined) {
    const [only, second] = site.computes.values();
    if (only !== undefined && second === undefined) return only;
    throw wrongInventory(
      `${place}.on`,
      only === undefined ? 'is missing, and the data center has no host' : 'is missing: say on which cluster or host',
    );
  }
  const host = site.hosts.get(spec.on);
  return (
    site.computes.get(spec.on) ?? (host === undefined ? named(site.computes, 'cluster or host', spec.on, `${place}.on`) : host.compute)
  );
}

interface Where {
  parent: Folder;
  compute: Compute;
  /** Counts the VMs of the cluster, so that they lie on its hosts in turn. */
  round: number;
  place: string;
}

function addVm(m: Model, site: Site, spec: VmSpec, { parent, compute, round, place }: Where): Vm {
  const pool = spec.pool === undefined ? compute.pool : named(compute.pool.pools, 'pool', spec.pool, `${place}.pool`);
  const home = storeFor(site, spec.datastore, `${place}.datastore`);
  const nets = (spec.networks ?? [...site.networks.keys()].slice(0, 1)).map((name, i) =>
    named(site.networks, 'network', name, `${place}.networks[${i}]`),
  );
  const record = newRecord(m, spec.name, '');
  const dir = makeHome(m, home.store, spec.name);
  const base = spec.name.replaceAll(/[/\\%]/g, '-');
  record.vmPath = home.store.full(`${dir}/${base}.vmx`);
  record.guestId = spec.guestId;
  record.numCPUs = spec.cpus;
  record.memoryMB = spec.memoryMiB;
  record.annotation = spec.notes;
  record.template = spec.template;
  for (const [key, value] of Object.entries(spec.extraConfig)) record.extraConfig.set(key, value);
  const inHome = (index: number) => `${dir}/${base}${index === 0 ? '' : `_${index}`}`;
  const disks =
    spec.linkedTo === undefined
      ? (spec.disks ?? [DEFAULT_DISK]).map((disk, i) => ownDisk(m, site, disk, i, { home, inHome, place, name: spec.name }))
      : frozenDisks(site, spec.linkedTo, place).map((disk, i) => {
          const child = createChild(
            m.storage,
            home.store.full(`${inHome(i)}-000001.vmdk`),
            openLink(m.storage, disk.path),
            m.now(),
            m.random,
          );
          return { path: child.path, mode: 'persistent' };
        });
  if (disks.length > 0) record.devices.push(SCSI_CONTROLLER);
  record.devices.push(...disks.map(diskDevice), ...nets.map((net, i) => card(m, net, i)));
  for (const _ of writeVmFiles(m, record)) {
    /* no faults while the world is made */
  }
  const vm = enroll(m, record, parent, spec.template ? undefined : pool, hostFor(site, spec, compute, record, round, place));
  for (const { name, description } of spec.snapshots) freeze(m, vm, name, description);
  if (spec.power === 'poweredOn') {
    for (const _ of powerOnSteps(m, vm, undefined)) {
      /* at once, whatever the latency */
    }
  }
  return vm;
}

function storeFor(site: Site, name: string | undefined, place: string): DatastoreObject {
  if (name !== undefined) return named(site.datastores, 'datastore', name, place);
  const [first] = site.datastores.values();
  if (first === undefined) throw wrongInventory(place, 'is missing, and the data center has no datastore');
  return first;
}

/** A host of the cluster that sees the VM's datastores, in turn; the host that is named if one is. */
function hostFor(
  site: Site,
  spec: VmSpec,
  compute: Compute,
  record: { vmPath: string; devices: Vm['record']['devices'] },
  round: number,
  place: string,
): Host {
  const paths = [record.vmPath, ...record.devices.filter((d): d is DiskDevice => d.kind === 'disk').map((d) => d.path)];
  const needed = [...site.datastores.values()].filter((ds) => paths.some((path) => path.startsWith(`[${ds.name}]`)));
  const one = spec.on === undefined ? undefined : site.hosts.get(spec.on);
  const seeing = (one === undefined ? compute.hosts : [one]).filter((host) => needed.every((ds) => host.datastores.has(ds)));
  const good = seeing.filter(usable);
  const host = (good.length > 0 ? good : seeing)[round % Math.max(1, good.length > 0 ? good.length : seeing.length)];
  if (host !== undefined) return host;
  throw wrongInventory(
    place,
    `is on '${one?.name ?? compute.name}', where no host sees ${needed.map((ds) => `'${ds.name}'`).join(' and ')}`,
  );
}

const DEFAULT_DISK: DiskSpec = { capacityGiB: 16, usedGiB: 1.6, thin: true, mode: 'persistent', datastore: undefined };

interface DiskHome {
  home: DatastoreObject;
  inHome: (index: number) => string;
  place: string;
  name: string;
}

function ownDisk(
  m: Model,
  site: Site,
  spec: DiskSpec,
  index: number,
  { home, inHome, place, name }: DiskHome,
): Pick<DiskDevice, 'path' | 'mode'> {
  let at = `${inHome(index)}.vmdk`;
  let store = home;
  if (spec.datastore !== undefined && spec.datastore !== home.name) {
    store = named(site.datastores, 'datastore', spec.datastore, `${place}.disks[${index}].datastore`);
    at = `${makeHome(m, store.store, name)}/${at.slice(at.lastIndexOf('/') + 1)}`;
  }
  const made = createBase(m.storage, store.store.full(at), m.now(), m.random, {
    capacity: Math.ceil((spec.capacityGiB * GIB) / 512) * 512,
    thin: spec.thin,
    seed: `file:${at}`,
    seedBytes: Math.floor(spec.usedGiB * GIB),
  });
  return { path: made.path, mode: spec.mode };
}

/** The disks that a snapshot of another VM froze. */
function frozenDisks(site: Site, { vm: path, snapshot }: NonNullable<VmSpec['linkedTo']>, place: string): DiskDevice[] {
  const at = `${place}.linkedTo`;
  const found = path
    .split('/')
    .filter(Boolean)
    .reduce<unknown>((up, name) => (up as Partial<Folder> | undefined)?.children?.get(name), site.dc.vmFolder);
  if (!isVm(found as Vm | undefined))
    throw wrongInventory(`${at}.vm`, `names '${path}', which is no VM further up in this data center (folder/name)`);
  const nodes = [...snapshotsOf((found as Vm).record)];
  const node = snapshot === undefined ? nodes.at(-1) : nodes.find((n) => n.name === snapshot);
  if (node === undefined)
    throw wrongInventory(
      `${at}.${snapshot === undefined ? 'vm' : 'snapshot'}`,
      `names '${snapshot ?? path}', but that VM has no ${snapshot === undefined ? 'snapshot' : 'such snapshot'}`,
    );
  return disksOf(node.hardware).filter((disk) => !disk.mode.startsWith('independent'));
}

/** Unit 7 is the controller's own. */
const unit = (index: number): number => (index < 7 ? index : index + 1);

const diskDevice = ({ path, mode }: Pick<DiskDevice, 'path' | 'mode'>, index: number): DiskDevice => ({
  kind: 'disk',
  key: 2000 + unit(index),
  controllerKey: SCSI_CONTROLLER.key,
  unitNumber: unit(index),
  label: `Hard disk ${index + 1}`,
  path,
  mode,
});

const card = (m: Model, net: Net, index: number): NicDevice => ({
  kind: 'nic',
  model: 'VirtualVmxnet3',
  key: 4000 + index,
  controllerKey: 100,
  unitNumber: 7 + index,
  label: `Network adapter ${index + 1}`,
  network: net.id,
  mac: generateMac(m),
  addressType: m.isVc ? 'assigned' : 'generated',
  startConnected: true,
  connected: false,
  wakeOnLan: true,
});
