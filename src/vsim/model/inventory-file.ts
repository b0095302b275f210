import { CarrelError } from '../../lib/errors.ts';
import type { Compute, Host, Power } from './entities.ts';
import type { Flavour } from './storage.ts';

/** What a vCenter or a host has, as a file of JSON says it. Sizes are in GiB or MiB as their names say; the README has every word. */
export interface InventoryFile {
  kind: 'vcenter' | 'esxi';
  datacenters: DatacenterSpec[];
}

export interface DatacenterSpec {
  name: string;
  /** Folders above it, such as `Europe/Labs`. */
  folder: string | undefined;
  clusters: ClusterSpec[];
  /** Hosts that are in no cluster. */
  hosts: HostSpec[];
  datastores: DatastoreSpec[];
  networks: NetworkSpec[];
  /** Folders for VMs, `a/b` below `a`; those that VMs name are made by themselves. */
  folders: string[];
  vms: VmSpec[];
}

export interface ClusterSpec {
  name: string;
  drs: Compute['drs'];
  /** HA's share of memory, 0 to 1. */
  haReserve: number;
  /** Of its largest hosts so many are HA's. */
  haFailoverLevel: number;
  /** Names of its hosts that are HA's. */
  haFailoverHosts: string[];
  pools: string[];
  hosts: HostSpec[];
}

export interface HostSpec {
  name: string;
  cores: number;
  memoryGiB: number;
  connection: Host['connection'];
  maintenance: boolean;
}

export interface DatastoreSpec {
  name: string;
  type: Flavour;
  capacityGiB: number;
  /** Datastore cluster that it is in; one of that name is made. */
  pod: string | undefined;
  /** Names of clusters and hosts that mount it; all of the data center if undefined. */
  on: string[] | undefined;
}

export interface NetworkSpec {
  name: string;
  /** Distributed switch whose port group it is; a standard network if undefined. */
  switch: string | undefined;
  /** Whether it is one of NSX's, which vCenter shows as an OpaqueNetwork. */
  opaque: boolean;
  vlan: number;
  on: string[] | undefined;
}

export interface DiskSpec {
  capacityGiB: number;
  usedGiB: number;
  thin: boolean;
  mode: 'persistent' | 'independent_persistent' | 'independent_nonpersistent' | 'nonpersistent';
  /** The VM's own if undefined. */
  datastore: string | undefined;
}

export interface VmSpec {
  name: string;
  /** So many of them, `name-1`, `name-2` …; one called `name` if undefined. */
  count: number | undefined;
  folder: string | undefined;
  /** Cluster or host; may be left out where there is only one. */
  on: string | undefined;
  pool: string | undefined;
  datastore: string | undefined;
  guestId: string;
  cpus: number;
  memoryMiB: number;
  template: boolean;
  power: Power;
  notes: string;
  networks: string[] | undefined;
  disks: DiskSpec[] | undefined;
  /** Oldest first; each freezes all disks. */
  snapshots: { name: string; description: string }[];
  /** Its disks stand on those of a snapshot of a VM further up in the file. */
  linkedTo: { vm: string; snapshot: string | undefined } | undefined;
  extraConfig: Record<string, string>;
}

/** Says which place in the file is wrong, why, and what would be right. */
export function wrongInventory(place: string, why: string): CarrelError {
  return new CarrelError('usage', `in the inventory ${place === '' ? '' : `${place} `}${why}`);
}

/** Reads one object of the file: each word once, and in the end no word that it does not know. */
class Reader {
  readonly place: string;
  readonly #fields: Record<string, unknown>;
  readonly #known = new Set<string>();

  constructor(value: unknown, place: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw wrongInventory(place, `must be an object, not ${shown(value)}`);
    this.place = place;
    this.#fields = value as Record<string, unknown>;
  }

  at(key: string): string {
    return this.place === '' ? key : `${this.place}.${key}`;
  }

  raw(key: string): unknown {
    this.#known.add(key);
    return Object.hasOwn(this.#fields, key) ? this.#fields[key] : undefined;
  }

  fail(key: string, why: string): CarrelError {
    return wrongInventory(this.at(key), why);
  }

  maybeText(key: string, max = 80): string | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value === '' || value.length > max)
      throw this.fail(key, `must be a text of 1 to ${max} characters, not ${shown(value)}`);
    return value;
  }

  text(key: string): string {
    const value = this.maybeText(key);
    if (value === undefined) throw this.fail(key, 'is missing');
    return value;
  }

  number(key: string, min: number, max: number, fallback: number, whole = true): number {
    const value = this.raw(key) ?? fallback;
    if (typeof value !== 'number' || !(value >= min && value <= max) || (whole && !Number.isInteger(value)))
      throw this.fail(key, `must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}, not ${shown(value)}`);
    return value;
  }

  flag(key: string): boolean {
    const value = this.raw(key) ?? false;
    if (typeof value !== 'boolean') throw this.fail(key, `must be true or false, not ${shown(value)}`);
    return value;
  }

  oneOf<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
    const value = this.raw(key) ?? fallback;
    const found = allowed.find((item) => item === value);
    if (found === undefined) throw this.fail(key, `must be one of ${allowed.join(', ')}, not ${shown(value)}`);
    return found;
  }

  maybeList<T>(key: string, read: (value: unknown, place: string) => T): T[] | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw this.fail(key, `must be a list, not ${shown(value)}`);
    return value.map((item, i) => read(item, `${this.at(key)}[${i}]`));
  }

  list<T>(key: string, read: (value: unknown, place: string) => T): T[] {
    return this.maybeList(key, read) ?? [];
  }

  end(): void {
    const unknown = Object.keys(this.#fields).find((key) => !this.#known.has(key));
    if (unknown !== undefined) throw wrongInventory(this.at(unknown), `is not known; known here are ${[...this.#known].join(', ')}`);
  }
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60));

/** A reader's object as a whole: words that nobody asked for are errors. */
const object =
  <T>(read: (r: Reader) => T) =>
  (value: unknown, place: string): T => {
    const reader = new Reader(value, place);
    const out = read(reader);
    reader.end();
    return out;
  };

function word(value: unknown, place: string): string {
  if (typeof value !== 'string' || value === '') throw wrongInventory(place, `must be a text, not ${shown(value)}`);
  return value;
}

const host = object<HostSpec>((r) => ({
  name: r.text('name'),
  cores: r.number('cores', 1, 1024, 64),
  memoryGiB: r.number('memoryGiB', 1, 24_576, 1024),
  connection: r.oneOf('connection', ['connected', 'disconnected', 'notResponding'], 'connected'),
  maintenance: r.flag('maintenance'),
}));

const cluster = object<ClusterSpec>((r) => {
  const made: ClusterSpec = {
    name: r.text('name'),
    drs: r.oneOf('drs', ['fullyAutomated', 'manual', 'disabled'], 'fullyAutomated'),
    haReserve: r.number('haReserve', 0, 1, 0, false),
    haFailoverLevel: r.number('haFailoverLevel', 0, 1024, 0),
    haFailoverHosts: r.list('haFailoverHosts', word),
    pools: r.list('pools', word),
    hosts: r.list('hosts', host),
  };
  const policies = [made.haReserve > 0, made.haFailoverLevel > 0, made.haFailoverHosts.length > 0].filter(Boolean).length;
  if (policies > 1) throw r.fail('haReserve', 'is one policy of HA, and haFailoverLevel or haFailoverHosts another: a cluster has one');
  for (const name of made.haFailoverHosts)
    if (!made.hosts.some((each) => each.name === name)) throw r.fail('haFailoverHosts', `names ${name}, which is no host of the cluster`);
  return made;
});

const datastore = object<DatastoreSpec>((r) => ({
  name: r.text('name'),
  type: r.oneOf('type', ['vmfs6', 'vmfs5', 'nfs', 'vsan'], 'vmfs6'),
  capacityGiB: r.number('capacityGiB', 1, 65_536, 65_536, false),
  pod: r.maybeText('pod'),
  on: r.maybeList('on', word),
}));

const network = object<NetworkSpec>((r) => ({
  name: r.text('name'),
  switch: r.maybeText('switch'),
  opaque: r.flag('opaque'),
  vlan: r.number('vlan', 0, 4094, 0),
  on: r.maybeList('on', word),
}));

const disk = object<DiskSpec>((r) => {
  const capacityGiB = r.number('capacityGiB', 0.001, 63_488, 16, false);
  return {
    capacityGiB,
    usedGiB: r.number('usedGiB', 0, capacityGiB, capacityGiB / 10, false),
    thin: r.raw('thin') === undefined || r.flag('thin'),
    mode: r.oneOf('mode', ['persistent', 'independent_persistent', 'independent_nonpersistent', 'nonpersistent'], 'persistent'),
    datastore: r.maybeText('datastore'),
  };
});

const snapshot = (value: unknown, place: string): VmSpec['snapshots'][number] =>
  typeof value === 'string'
    ? { name: word(value, place), description: '' }
    : object((r) => ({ name: r.text('name'), description: r.maybeText('description', 10_000) ?? '' }))(value, place);

function settings(value: unknown, place: string): Record<string, string> {
  const r = new Reader(value ?? {}, place);
  return Object.fromEntries(Object.entries((value ?? {}) as object).map(([key, v]) => [key, word(v, r.at(key))]));
}

/** The most disks and network cards that a VM has: what one controller takes, and what the virtual PCI bus takes. */
const MAX_DISKS = 15;
const MAX_CARDS = 10;

const vm = object<VmSpec>((r) => {
  const linked = r.raw('linkedTo');
  const made: VmSpec = {
    name: r.text('name'),
    count: r.raw('count') === undefined ? undefined : r.number('count', 1, 20_000, 1),
    folder: r.maybeText('folder', 400),
    on: r.maybeText('on'),
    pool: r.maybeText('pool'),
    datastore: r.maybeText('datastore'),
    guestId: r.maybeText('guestId') ?? 'ubuntu64Guest',
    cpus: r.number('cpus', 1, 768, 2),
    memoryMiB: r.number('memoryMiB', 4, 25_165_824, 2048),
    template: r.flag('template'),
    power: r.oneOf('power', ['poweredOff', 'poweredOn'], 'poweredOff'),
    notes: r.maybeText('notes', 10_000) ?? '',
    networks: r.maybeList('networks', word),
    disks: r.maybeList('disks', disk),
    snapshots: r.list('snapshots', snapshot),
    linkedTo:
      linked === undefined ? undefined : object((l) => ({ vm: l.text('vm'), snapshot: l.maybeText('snapshot') }))(linked, r.at('linkedTo')),
    extraConfig: settings(r.raw('extraConfig'), r.at('extraConfig')),
  };
  if (made.memoryMiB % 4 !== 0) throw r.fail('memoryMiB', `must be a multiple of 4, not ${made.memoryMiB}`);
  if (made.linkedTo !== undefined && made.disks !== undefined)
    throw r.fail('disks', 'cannot be said of a VM that is linkedTo another: it has those of the other');
  if ((made.disks?.length ?? 0) > MAX_DISKS) throw r.fail('disks', `has ${made.disks?.length} disks (at most ${MAX_DISKS})`);
  if ((made.networks?.length ?? 0) > MAX_CARDS) throw r.fail('networks', `has ${made.networks?.length} networks (at most ${MAX_CARDS})`);
  if (made.template && made.power === 'poweredOn') throw r.fail('power', 'cannot be poweredOn: it is a template');
  return made;
});

const datacenter = object<DatacenterSpec>((r) => ({
  name: r.text('name'),
  folder: r.maybeText('folder', 400),
  clusters: r.list('clusters', cluster),
  hosts: r.list('hosts', host),
  datastores: r.list('datastores', datastore),
  networks: r.list('networks', network),
  folders: r.list('folders', word),
  vms: r.list('vms', vm),
}));

const file = object<InventoryFile>((r) => {
  const made: InventoryFile = { kind: r.oneOf('kind', ['vcenter', 'esxi'], 'vcenter'), datacenters: r.list('datacenters', datacenter) };
  if (made.datacenters.length === 0) throw r.fail('datacenters', 'must have one data center at least');
  if (made.kind === 'esxi') checkLoneHost(made.datacenters);
  return made;
});

/** A host by itself has one data center with a fixed name, itself in it, and no folders. */
function checkLoneHost(datacenters: readonly DatacenterSpec[]): void {
  const [dc, second] = datacenters;
  if (second !== undefined) throw wrongInventory('datacenters[1]', 'cannot be: a host of kind esxi has one data center');
  if (dc === undefined) return;
  const at = 'datacenters[0]';
  if (dc.name !== 'ha-datacenter') throw wrongInventory(`${at}.name`, 'must be ha-datacenter for kind esxi');
  const pod = dc.datastores.findIndex((d) => d.pod !== undefined);
  if (pod >= 0) throw wrongInventory(`${at}.datastores[${pod}].pod`, 'cannot be said of a host: only a vCenter has datastore clusters');
  if (dc.clusters.length > 0) throw wrongInventory(`${at}.clusters`, 'cannot be for kind esxi');
  if (dc.hosts.length !== 1) throw wrongInventory(`${at}.hosts`, `must have one host for kind esxi, not ${dc.hosts.length}`);
  if (dc.folder !== undefined || dc.folders.length > 0) throw wrongInventory(`${at}.folders`, 'cannot be for kind esxi');
  for (const [i, net] of dc.networks.entries()) {
    if (net.opaque) throw wrongInventory(`${at}.networks[${i}].opaque`, 'cannot be for kind esxi');
    if (net.switch !== undefined) throw wrongInventory(`${at}.networks[${i}].switch`, 'cannot be for kind esxi');
  }
  for (const [i, { folder, template }] of dc.vms.entries()) {
    if (folder !== undefined) throw wrongInventory(`${at}.vms[${i}].folder`, 'cannot be for kind esxi');
    if (template) throw wrongInventory(`${at}.vms[${i}].template`, 'cannot be for kind esxi');
  }
}

/** Checks what a file says, word by word; CarrelError of code `usage` with the place of the first mistake. What it leaves out has its usual value. */
export const readInventory = (value: unknown): InventoryFile => file(value, '');
