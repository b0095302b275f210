import {
  type Compute,
  type DatastoreObject,
  type Entity,
  type Folder,
  type Host,
  isNet,
  type Net,
  type ResourcePool,
  type Vm,
} from './entities.ts';
import { invalidArgument, VimFault } from './fault.ts';
import type { Model } from './model.ts';
import { nicsOf } from './vm-record.ts';

/** The datastore object of this endpoint for a name; InvalidDatastore if it has none. */
export function datastoreOf(m: Model, full: string): DatastoreObject {
  const { datastore } = m.storage.parse(full);
  const found = m.datastores.find((ds) => ds.store === datastore);
  if (found === undefined) throw new VimFault('InvalidDatastore', `Invalid datastore '${datastore.name}'.`, { name: datastore.name });
  return found;
}

export function usable(host: Host): boolean {
  return host.connection === 'connected' && !host.maintenance;
}

/** Why a host cannot take new work, as the fault that vSphere gives. */
export function assertUsableHost(host: Host): void {
  if (host.connection !== 'connected') {
    throw new VimFault('HostNotConnected', 'Unable to communicate with the remote host, since it is disconnected.');
  }
  if (host.maintenance)
    throw new VimFault('InvalidState', 'The operation is not allowed in the current state: the host is in maintenance mode.');
}

/** What is copied has to be where a host can work on it. */
export function assertActive(vm: Vm): void {
  if (!vm.host.maintenance) return;
  throw new VimFault('InvalidHostState', 'The operation is not allowed in the current state of the host.', { host: vm.host });
}

/**
 * A host for a powered-off VM: the one asked for, else any of the pool's that sees all datastores. InvalidArgument in a cluster without DRS,
 * where nobody chooses one.
 */
export function pickHost(
  m: Model,
  pool: ResourcePool,
  wanted: Host | undefined,
  datastores: readonly DatastoreObject[],
  networks: readonly Net[] = [],
): Host {
  const sees = (host: Host) => datastores.every((ds) => host.datastores.has(ds));
  const joins = (host: Host) => networks.every((net) => host.networks.has(net));
  if (wanted !== undefined) {
    assertUsableHost(wanted);
    if (!sees(wanted)) throw cannotAccess(datastores.find((ds) => !wanted.datastores.has(ds)));
    assertJoined(wanted, networks);
    return wanted;
  }
  if (pool.compute.type === 'ClusterComputeResource' && pool.compute.drs === 'disabled') throw invalidArgument('host');
  const good = pool.compute.hosts.filter((host) => usable(host) && sees(host));
  const host = m.random.pick(good.filter(joins));
  if (host !== undefined) return host;
  if (good.length > 0) throw cannotJoin(networks.find((net) => !good.some((each) => each.networks.has(net))) ?? (networks[0] as Net));
  const anyUsable = pool.compute.hosts.some(usable);
  if (!anyUsable) throw new VimFault('InvalidState', 'The operation is not allowed in the current state: no host is available.');
  throw cannotAccess(datastores[0]);
}

function cannotJoin(network: Net): VimFault {
  const { name } = network;
  return new VimFault('CannotAccessNetwork', `Network interface uses network '${name}', which is not accessible from the host.`, {
    device: 'Network adapter',
    backing: name,
    connected: false,
    network,
  });
}

/** CannotAccessNetwork unless the host has all of them. */
export function assertJoined(host: Host, networks: readonly Net[]): void {
  const missing = networks.find((net) => !host.networks.has(net));
  if (missing !== undefined) throw cannotJoin(missing);
}

/** The networks that a machine's cards are on. */
export function networksOf(m: Model, nics: readonly { network?: string | undefined }[]): Net[] {
  return nics.flatMap(({ network }) => {
    const net = m.objects.get(network ?? '');
    return isNet(net) ? [net] : [];
  });
}

function cannotAccess(datastore: DatastoreObject | undefined): VimFault {
  return new VimFault('InvalidDatastore', `The datastore '${datastore?.name ?? ''}' is not accessible from the host.`, {
    datastore,
    name: datastore?.name,
  });
}

/** The data center that something is in; undefined above them all. */
export function datacenterOf(entity: Entity): Entity | undefined {
  for (let at: Entity | undefined = entity; at !== undefined; at = at.parent) if (at.type === 'Datacenter') return at;
  return undefined;
}

/** A machine's folder and its host are of one data center: undefined if they are, else DatacenterMismatch. */
export function datacenterMismatch(folder: Folder, host: Host): VimFault | undefined {
  const expectedDatacenter = datacenterOf(host);
  if (datacenterOf(folder) === expectedDatacenter) return undefined;
  return new VimFault('DatacenterMismatch', 'The folder is not of the data center that the host is in.', { expectedDatacenter });
}

export function assertOneDatacenter(folder: Folder, host: Host): void {
  const mismatch = datacenterMismatch(folder, host);
  if (mismatch !== undefined) throw mismatch;
}

export const memoryOf = (vm: Vm): number => vm.record.memoryMB * 2 ** 20;

/** What a host may give out in all, in bytes of memory; the HA reserve is kept back. */
export function memoryRoom(host: Host): number {
  const { compute } = host;
  if (compute.failoverHosts.includes(host)) return 0;
  const own = host.memoryBytes * (1 - compute.reservedShare) - host.usedMemoryBytes;
  return compute.failoverLevel === 0 ? own : Math.min(own, roomAfterFailures(compute));
}

/** What could still be started if so many of its largest hosts failed. */
function roomAfterFailures({ hosts, failoverLevel }: Compute): number {
  const up = hosts.filter(usable).toSorted((a, b) => b.memoryBytes - a.memoryBytes);
  const used = up.reduce((n, host) => n + host.usedMemoryBytes, 0);
  return up.slice(failoverLevel).reduce((n, host) => n + host.memoryBytes, 0) - used;
}

/** Whether HA keeps anything back. */
export const keepsBack = ({ reservedShare, failoverLevel, failoverHosts }: Compute): boolean =>
  reservedShare > 0 || failoverLevel > 0 || failoverHosts.length > 0;

/** DRS at power-on: the least loaded host that sees the VM's disks and networks. Without DRS the host it is registered on. */
export function placeForPowerOn(m: Model, vm: Vm, datastores: readonly DatastoreObject[]): Host {
  const need = memoryOf(vm);
  const { compute } = vm.host;
  if (compute.drs !== 'fullyAutomated' && compute.drs !== 'partiallyAutomated') {
    assertUsableHost(vm.host);
    assertRoom(vm.host, need);
    return vm.host;
  }
  const good = compute.hosts.filter((host) => usable(host) && datastores.every((ds) => host.datastores.has(ds)));
  if (good.length === 0) {
    if (!compute.hosts.some(usable)) assertUsableHost(vm.host);
    throw cannotAccess(datastores[0]);
  }
  const nets = networksOf(m, nicsOf(vm.record));
  const joined = good.filter((host) => nets.every((net) => host.networks.has(net)));
  if (joined.length === 0) throw cannotJoin(nets.find((net) => !good.some((host) => host.networks.has(net))) ?? (nets[0] as Net));
  const fits = joined.filter((host) => memoryRoom(host) >= need && host.poweredOn < host.maxVms);
  if (fits.length === 0) assertRoom(joined[0] as Host, need);
  return fits.reduce((best, host) => (memoryRoom(host) > memoryRoom(best) ? host : best));
}

/** Whether one more machine of so many bytes of memory may run there: the fault that says what is missing. */
export function assertRoom(host: Host, need: number): void {
  if (host.poweredOn >= host.maxVms) {
    throw new VimFault('InsufficientHostCapacityFault', 'The host has as many virtual machines as it can run.', { host });
  }
  if (memoryRoom(host) >= need) return;
  if (keepsBack(host.compute)) {
    throw new VimFault('InsufficientFailoverResourcesFault', 'Insufficient resources to satisfy configured failover level for vSphere HA.');
  }
  throw new VimFault('InsufficientMemoryResourcesFault', 'The host does not have sufficient memory resources to satisfy the reservation.', {
    unreserved: Math.max(0, Math.floor(memoryRoom(host))),
    requested: need,
  });
}

/** Moves a VM's registration to another host. */
export function setHost(m: Model, vm: Vm, host: Host): void {
  if (vm.host === host) return;
  const running = vm.power === 'poweredOn';
  vm.host.vms.delete(vm);
  m.changed(vm.host, 'vm');
  if (running) account(vm, -1);
  vm.host = host;
  if (running) account(vm, 1);
  host.vms.add(vm);
  m.changed(host, 'vm');
  m.changed(vm, 'runtime.host', 'summary.runtime.host');
}

export function account(vm: Vm, sign: 1 | -1): void {
  vm.host.usedMemoryBytes += sign * memoryOf(vm);
  vm.host.poweredOn += sign;
}
