import { driverError } from '../../../driver/errors.ts';
import type { Ctx } from '../../../lib/context.ts';
import { type AnyValue, type Entity, escapeName, isFault, type Ref, refKey, sameRef, type VSphereClient } from '../../../vsphere/index.ts';
import { named, networksOf, oneNamed, shownName } from '../inventory/named.ts';
import type { VSphereProviderOptions } from '../options.ts';

/** Where Carrel's machines go on this endpoint. References of these objects live as long as the objects do. */
export interface Site {
  datacenter: Ref;
  /** Its inventory path without the first slash, as transfers of files want it. */
  datacenterPath: string;
  /** The one that was chosen, or the root pool of the cluster, "the cluster as one" (vsphere.md §1.7): DRS chooses the host. */
  pool: Ref;
  compute: Ref;
  folder: Ref;
}

/** A datastore that may be used, as it is now. */
export interface Store {
  ref: Ref;
  name: string;
  accessible: boolean;
  capacity: number;
  free: number;
  /** vSAN names folders by UUIDs (H60). */
  vsan: boolean;
}

/** Finds the places that the options name; `not-found` with what there is instead. */
export async function openSite(ctx: Ctx, client: VSphereClient, options: VSphereProviderOptions): Promise<Site> {
  await client.inventory.ready(ctx);
  const datacenter = chooseDatacenter(client, options.datacenter);
  const compute = chooseCompute(client, datacenter.ref, options.compute);
  mustBeThere(client, datacenter.ref, compute, options);
  const pool = choosePool(client, compute, options.pool);
  const vmFolder = datacenter.props.get('vmFolder') as Ref | undefined;
  if (pool === undefined || vmFolder === undefined)
    throw driverError('not-found', 'the account may not see the cluster or its machine folder');
  const folder = options.kind === 'vcenter' ? await machineFolder(ctx, client, vmFolder, options.folder ?? 'carrel') : vmFolder;
  return { datacenter: datacenter.ref, datacenterPath: datacenterPath(client, datacenter), pool, compute: compute.ref, folder };
}

function nameOf(entity: Entity): string {
  return String((entity.props.get('name') as string | undefined) ?? '');
}

/** Errors: `not-found` with the names that there are. */
export function chooseDatacenter(client: VSphereClient, wanted: string | undefined): Entity {
  const all = client.inventory.all('Datacenter');
  if (wanted !== undefined) return oneNamed(client, 'data center', all, wanted);
  const [only] = all;
  if (only !== undefined && all.length === 1) return only;
  throw driverError('not-found', only === undefined ? 'the account sees no data center' : 'there are several data centers', {
    hint: only === undefined ? 'Give it the right to read.' : `Name one of: ${all.map(shownName).join(', ')}.`,
  });
}

/** Clusters before lone hosts. Errors: `not-found` with the names that there are. */
export function chooseCompute(client: VSphereClient, datacenter: Ref, wanted: string | undefined): Entity {
  const all = client.inventory
    .all('ComputeResource')
    .filter((c) => sameRef(client.inventory.datacenterOf(c.ref) ?? c.ref, datacenter))
    .sort((a, b) => Number(b.ref.type === 'ClusterComputeResource') - Number(a.ref.type === 'ClusterComputeResource'));
  if (wanted !== undefined) return oneNamed(client, 'cluster', all, wanted);
  const [first] = all;
  if (first === undefined)
    throw driverError('not-found', 'there is no cluster or host in the data center', { hint: 'Check what the account may see.' });
  return first;
}

/** As transfers of files want it. */
export function datacenterPath(client: VSphereClient, datacenter: Entity): string {
  return client.inventory.pathOf(datacenter.ref)?.slice(1) ?? nameOf(datacenter);
}

/**
 * The resource pool of the cluster that is named, or else its root pool; undefined if the account may not see that. Errors: `not-found` with
 * the names that there are.
 */
export function choosePool(client: VSphereClient, compute: Entity, wanted: string | undefined): Ref | undefined {
  const root = compute.props.get('resourcePool') as Ref | undefined;
  if (wanted === undefined) return root;
  const own = client.inventory.all('ResourcePool').filter(({ ref, props }) => {
    const owner = props.get('owner') as Ref | undefined;
    return owner !== undefined && sameRef(owner, compute.ref) && !(root !== undefined && sameRef(ref, root));
  });
  return oneNamed(client, 'resource pool', own, wanted).ref;
}

/** Datastores that a host of the cluster sees. */
export function datastoresOf(client: VSphereClient, compute: Entity): Entity[] {
  const seen = new Set(((compute.props.get('datastore') as Ref[] | undefined) ?? []).map(refKey));
  return client.inventory.all('Datastore').filter((ds) => seen.has(refKey(ds.ref)));
}

/** Whether the datastores and the network of the options are there; `not-found` with the names that there are. */
function mustBeThere(client: VSphereClient, datacenter: Ref, compute: Entity, options: VSphereProviderOptions): void {
  const seen = datastoresOf(client, compute);
  for (const name of options.datastores ?? []) oneNamed(client, 'datastore', seen, name);
  if (options.network !== undefined) oneNamed(client, 'network', networksOf(client, datacenter), options.network);
}

async function machineFolder(ctx: Ctx, client: VSphereClient, parent: Ref, name: string): Promise<Ref> {
  const there = client.inventory.childrenOf(parent).find((e) => e.ref.type === 'Folder' && shownName(e) === name);
  if (there !== undefined) return there.ref;
  try {
    return await client.call(ctx, 'CreateFolder', parent, { name: escapeName(name) });
  } catch (error) {
    if (!isFault(error, 'DuplicateName')) throw error;
    await client.inventory.sync(ctx);
    const made = client.inventory.childrenOf(parent).find((e) => e.ref.type === 'Folder' && shownName(e) === name);
    if (made === undefined) throw error;
    return made.ref;
  }
}

/** The datastores that options allow and that a host of the cluster sees (H24). */
export function stores(client: VSphereClient, site: Site, options: VSphereProviderOptions): Store[] {
  const compute = client.inventory.get(site.compute);
  const seen = compute === undefined ? [] : datastoresOf(client, compute);
  const wanted = options.datastores === undefined ? seen : options.datastores.flatMap((name) => named(client, seen, name));
  return [...new Set(wanted)].map(storeOf).sort((a, b) => a.name.localeCompare(b.name));
}

function storeOf(entity: Entity): Store {
  const get = (path: string): AnyValue | undefined => entity.props.get(path);
  const mode = get('summary.maintenanceMode');
  return {
    ref: entity.ref,
    name: nameOf(entity),
    accessible: get('summary.accessible') !== false && (mode === undefined || mode === 'normal'),
    capacity: Number(get('summary.capacity') ?? 0),
    free: Number(get('summary.freeSpace') ?? 0),
    vsan: get('summary.type') === 'vsan',
  };
}

/** How many hosts of the cluster take machines now. */
export function usableHosts(client: VSphereClient, site: Site): Ref[] {
  const hosts = (client.inventory.get(site.compute)?.props.get('host') as Ref[] | undefined) ?? [];
  return hosts.filter((host) => client.inventory.get(host) !== undefined && isActive(client, host));
}

/** Whether a host is neither down nor in maintenance; one that the account does not see is taken for well. */
export function isActive(client: VSphereClient, host: Ref): boolean {
  const props = client.inventory.get(host)?.props;
  return props === undefined || (props.get('runtime.connectionState') === 'connected' && props.get('runtime.inMaintenanceMode') !== true);
}
