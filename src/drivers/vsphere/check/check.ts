import { driverError } from '../../../driver/errors.ts';
import type { Ctx } from '../../../lib/context.ts';
import { CarrelError } from '../../../lib/errors.ts';
import { type Entity, type Ref, refKey, VSphereClient } from '../../../vsphere/index.ts';
import { type AccountCheck, checkAccount } from './account.ts';
import { ageOf } from '../endpoint/age.ts';
import { Endpoint } from '../endpoint/endpoint.ts';
import { toDriverError } from '../endpoint/faults.ts';
import { named, networksOf, oneNamed, shownName } from '../inventory/named.ts';
import { type LinkedStrategy, linkedStrategy, reserveOf, type VSphereProviderOptions } from '../options.ts';
import { chooseCompute, chooseDatacenter, choosePool, datacenterPath, datastoresOf } from '../endpoint/site.ts';

/** Something that an operator should mend, with what to do. `blocking`: the provider does not open, or cannot do its work, until then. */
export interface ProviderProblem {
  blocking: boolean;
  message: string;
  hint: string;
}

export interface DatastoreReport {
  name: string;
  /** As the server calls it: VMFS, NFS, NFS41, vsan, VVOL. */
  type: string;
  /** Whether the options allow it. */
  used: boolean;
  supported: boolean;
  /** Why it is not supported. */
  why: string | undefined;
  accessible: boolean;
  capacityBytes: number;
  freeBytes: number;
  /** Machines on it whose disks the account cannot read: that nothing stands on a disk cannot be shown while there are any. */
  unreadable: readonly string[];
}

/** What `provider check` has to say of an endpoint: everything, not the first fault. */
export interface ProviderReport {
  ok: boolean;
  server: { name: string; version: string; apiVersion: string; kind: 'vcenter' | 'esxi' };
  datacenter: string | undefined;
  /** `drs`: undefined on a lone host; else its level, such as `fullyAutomated`, or `off`. */
  cluster: { name: string; hosts: number; drs: string | undefined } | undefined;
  datastores: readonly DatastoreReport[];
  networks: readonly string[];
  /** Ways to linked clones that this server has. */
  strategies: readonly LinkedStrategy[];
  missing: AccountCheck['missing'];
  unwanted: AccountCheck['unwanted'];
  /** The server's clock less ours, in seconds. */
  clockSkewS: number;
  problems: readonly ProviderProblem[];
}

/** Tickets and certificates go wrong beyond this difference, in seconds. */
const SKEW_S = 60;
const SUPPORTED = /^(VMFS|NFS|NFS41)$/i;

/**
 * Looks at an endpoint without changing anything, also one that `open` would refuse. One login, never repeated: accounts get locked.
 * Errors, where nothing can be said at all: `unavailable`, `no-permission` (login, certificate), `not-supported` (no vSphere).
 */
export async function checkProvider(ctx: Ctx, options: VSphereProviderOptions): Promise<ProviderReport> {
  const client = new VSphereClient({ url: options.url, credentials: options.credentials, trust: options.trust, log: options.log });
  try {
    await mustAnswer(ctx, client);
    return await report(ctx, client, options);
  } finally {
    await client.close();
  }
}

async function mustAnswer(ctx: Ctx, client: VSphereClient): Promise<void> {
  try {
    await client.inventory.ready(ctx);
  } catch (error) {
    if (!(error instanceof CarrelError)) throw error;
    if (error.code === 'vsphere-http' || error.code === 'vsphere-not-found') {
      throw driverError('not-supported', 'what answers there is no vSphere', {
        cause: error,
        hint: 'Check the address: that of the vCenter or the ESXi host, https://…',
      });
    }
    const known = toDriverError(error);
    throw driverError(known.code as Parameters<typeof driverError>[0], `${known.message}: ${error.message}`, {
      cause: error,
      hint: known.hint ?? 'Check the address, the network between here and there, and that the server is up.',
    });
  }
}

async function report(ctx: Ctx, client: VSphereClient, options: VSphereProviderOptions): Promise<ProviderReport> {
  const problems: ProviderProblem[] = [];
  const tell = (blocking: boolean, message: string, hint: string): void => void problems.push({ blocking, message, hint });
  /** Runs a look-up; what it throws becomes a problem. */
  const attempt = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      const { message, hint } = toDriverError(error);
      tell(true, message, hint ?? 'See the log for what the server said.');
      return undefined;
    }
  };
  const about = await client.connect(ctx);
  const kind = (await client.isVCenter(ctx)) ? 'vcenter' : 'esxi';
  if (kind !== options.kind) {
    tell(
      true,
      `the server is of kind ${kind}, the provider of kind ${options.kind}`,
      kind === 'vcenter' ? 'Add it as a vCenter.' : 'Add it as an ESXi host.',
    );
  }
  const age = ageOf(about);
  if (age !== undefined) tell(age.refused, age.message, age.hint);
  const strategies: LinkedStrategy[] =
    kind === 'vcenter' ? ['snapshot-clone', 'child-disk', 'shared-master'] : ['child-disk', 'shared-master'];
  const strategy = linkedStrategy(options);
  if (!strategies.includes(strategy)) tell(true, `this server has no linked clones by ${strategy}`, `Choose ${strategies.join(' or ')}.`);

  const sent = Date.now();
  const theirs = await client.currentTime(ctx);
  const clockSkewS = Math.round((theirs.getTime() - (sent + Date.now()) / 2) / 1000) + 0; // never -0
  if (Math.abs(clockSkewS) > SKEW_S)
    tell(false, `the server's clock is ${clockSkewS} s off ours`, 'Set both by NTP: tickets and tokens fail otherwise.');

  const datacenter = await attempt(() => chooseDatacenter(client, options.datacenter));
  const compute = datacenter && (await attempt(() => chooseCompute(client, datacenter.ref, options.compute)));
  const networks = datacenter === undefined ? [] : networksOf(client, datacenter.ref);
  const { network } = options;
  if (network !== undefined && datacenter !== undefined) await attempt(() => oneNamed(client, 'network', networks, network));
  const seen = compute === undefined ? [] : datastoresOf(client, compute);
  for (const name of compute === undefined ? [] : (options.datastores ?? []))
    await attempt(() => oneNamed(client, 'datastore', seen, name));
  const datastores = (await attempt(async () => await reportDatastores(ctx, client, seen, options))) ?? [];
  const used = datastores.filter((ds) => ds.used);
  for (const problem of used.flatMap(datastoreProblems)) problems.push(problem);
  for (const problem of fullProblems(used, reserveOf(options))) problems.push(problem);
  if (compute !== undefined && used.length === 0)
    tell(true, 'there is no datastore to use', 'Attach one to the hosts, or let the provider use one.');

  const account = datacenter && compute && (await attempt(async () => await privileges(ctx, client, options, datacenter, compute)));
  for (const { where, privilege } of account?.missing ?? [])
    tell(true, `the account lacks ${privilege} on ${where}`, 'Give its role that privilege there.');
  for (const { where, privilege, without } of account?.limits ?? [])
    tell(
      false,
      `the account lacks ${privilege} on ${where}: without it ${without}`,
      'Give its role that privilege there, if that is wanted.',
    );
  for (const { where, privilege } of account?.unwanted ?? []) {
    tell(false, `the account has ${privilege} on ${where}`, 'Take it away: without it no program can destroy a machine with this account.');
  }
  const cluster = compute && (await attempt(async () => await clusterOf(ctx, client, compute)));
  if (cluster?.drs === 'off' || cluster?.drs === 'manual') {
    tell(
      false,
      `DRS of ${cluster.name} is ${cluster.drs}`,
      'Set it to fully automated, else machines stay on the host on which they were made.',
    );
  }
  return {
    ok: !problems.some((problem) => problem.blocking),
    server: { name: about.fullName, version: about.version, apiVersion: about.apiVersion, kind },
    datacenter: datacenter && shownName(datacenter),
    cluster,
    datastores,
    networks: [...new Set(networks.map(shownName))].sort(),
    strategies,
    missing: account?.missing ?? [],
    unwanted: account?.unwanted ?? [],
    clockSkewS,
    problems,
  };
}

async function clusterOf(ctx: Ctx, client: VSphereClient, compute: Entity): Promise<NonNullable<ProviderReport['cluster']>> {
  const hosts = ((compute.props.get('host') as Ref[] | undefined) ?? []).length;
  const name = shownName(compute);
  if (compute.ref.type !== 'ClusterComputeResource') return { name, hosts, drs: undefined };
  const { props } = await client.read(ctx, 'ClusterComputeResource', compute.ref, ['configurationEx']);
  const { drsConfig } = (props.configurationEx ?? {}) as { drsConfig?: { enabled?: boolean; defaultVmBehavior?: string } };
  return { name, hosts, drs: drsConfig?.enabled === true ? (drsConfig.defaultVmBehavior ?? 'manual') : 'off' };
}

async function reportDatastores(
  ctx: Ctx,
  client: VSphereClient,
  seen: readonly Entity[],
  options: VSphereProviderOptions,
): Promise<DatastoreReport[]> {
  const used = options.datastores === undefined ? seen : options.datastores.flatMap((name) => named(client, seen, name));
  const machines = await client.readAll(
    ctx,
    'Datastore',
    seen.map((ds) => ds.ref),
    ['vm'],
  );
  const onStore = new Map(machines.map(({ ref, props }) => [refKey(ref), props.vm ?? []]));
  const byName = seen.toSorted((a, b) => shownName(a).localeCompare(shownName(b)));
  return byName.map((ds) => {
    const type = String(ds.props.get('summary.type') ?? 'unknown');
    const supported = SUPPORTED.test(type);
    const unreadable = (onStore.get(refKey(ds.ref)) ?? []).flatMap((vm) => {
      const entity = client.inventory.get(vm);
      if (entity?.props.get('config.instanceUuid') !== undefined) return [];
      return [entity === undefined ? vm.value : shownName(entity)];
    });
    return {
      name: shownName(ds),
      type,
      used: used.includes(ds),
      supported,
      why: supported ? undefined : `Carrel was not shown to keep masters safe on ${type}`,
      accessible: ds.props.get('summary.accessible') !== false,
      capacityBytes: Number(ds.props.get('summary.capacity') ?? 0),
      freeBytes: Number(ds.props.get('summary.freeSpace') ?? 0),
      unreadable,
    };
  });
}

function datastoreProblems(ds: DatastoreReport): ProviderProblem[] {
  const found: ProviderProblem[] = [];
  if (!ds.supported)
    found.push({ blocking: false, message: `the datastore ${ds.name}: ${ds.why}`, hint: 'Use datastores of type VMFS or NFS.' });
  if (!ds.accessible) {
    found.push({
      blocking: true,
      message: `the datastore ${ds.name} cannot be reached`,
      hint: 'Look at its storage, or leave it out of the provider.',
    });
  }
  if (ds.unreadable.length > 0) {
    found.push({
      blocking: false,
      message: `the account cannot read ${ds.unreadable.length} of the machines on ${ds.name}: ${ds.unreadable.slice(0, 5).join(', ')}`,
      hint: 'Give it the right to read them: until then no master on that datastore is removed, for one of them may stand on it.',
    });
  }
  return found;
}

/** Datastores on which nothing is made, since so many bytes stay free there; where that is all of them, nothing can be made at all. */
function fullProblems(used: readonly DatastoreReport[], reserve: number): ProviderProblem[] {
  const open = used.filter((ds) => ds.accessible);
  const full = open.filter((ds) => ds.freeBytes <= reserve);
  return full.map((ds) => ({
    blocking: full.length === open.length,
    message: `the datastore ${ds.name} is full: ${mib(ds.freeBytes)} MiB are free, and ${mib(reserve)} stay so; nothing is made there`,
    hint: 'Make room there, or let the provider use another datastore.',
  }));
}

const mib = (bytes: number): number => Math.floor(bytes / 2 ** 20);

async function privileges(
  ctx: Ctx,
  client: VSphereClient,
  options: VSphereProviderOptions,
  datacenter: Entity,
  compute: Entity,
): Promise<AccountCheck> {
  const pool = choosePool(client, compute, options.pool);
  const vmFolder = datacenter.props.get('vmFolder') as Ref | undefined;
  if (pool === undefined || vmFolder === undefined) {
    throw driverError('no-permission', 'the account may not see the cluster or its machine folder', {
      hint: 'Give it System.Read on the data center.',
    });
  }
  // the folder is made when the provider is first opened; until then its parent's rights are what counts
  const own = client.inventory.childrenOf(vmFolder).find((e) => e.ref.type === 'Folder' && shownName(e) === (options.folder ?? 'carrel'));
  const folder = options.kind === 'vcenter' && own !== undefined ? own.ref : vmFolder;
  const site = { datacenter: datacenter.ref, datacenterPath: datacenterPath(client, datacenter), pool, compute: compute.ref, folder };
  const end = new Endpoint(client, options, site);
  try {
    return await checkAccount(ctx, end, options.kind === 'vcenter' && own === undefined ? vmFolder : undefined);
  } finally {
    end.close();
  }
}
