import { driverError } from '../../../driver/errors.ts';
import type { Ctx } from '../../../lib/context.ts';
import { type AnyValue, findFault, type Ref, refKey, type VSphereClient } from '../../../vsphere/index.ts';
import { named, networksOf } from '../inventory/named.ts';
import type { Endpoint } from './endpoint.ts';
import { isActive, type Store, usableHosts } from './site.ts';

/** How long it is believed whether a cluster has DRS, in milliseconds. */
const DRS_MS = 5 * 60_000;

/**
 * Which host does what, where the server does not choose: in a cluster without DRS each new machine must be given one, and a master that lies
 * on a host which is down or in maintenance has to leave it before it is cloned (vsphere.md §10.2, §10.3).
 */
export class Hosts {
  readonly #end: Endpoint;
  #drs: { value: boolean; at: number } | undefined;
  #turn = 0;

  constructor(end: Endpoint) {
    this.#end = end;
  }

  /**
   * For a new machine on that datastore: `{}` where the server chooses its host, else one that sees it and has the provider's network, each in its turn.
   * `unavailable` if none does.
   */
  async place(ctx: Ctx, store: Store): Promise<{ host?: Ref }> {
    if (!this.#end.vcenter || (await this.#chooses(ctx))) return {};
    const hosts = this.#onNetwork(this.#seeing(store));
    return { host: hosts[this.#turn++ % hosts.length] as Ref };
  }

  /**
   * A machine of ours that is off leaves a host that is down or in maintenance; it stays on its datastore. Costs nothing where its host is well.
   * `unavailable` if no other host sees the datastore.
   */
  async leaveInactive(ctx: Ctx, machine: Ref, store: Store): Promise<void> {
    const { client, work } = this.#end;
    if (!this.#end.vcenter || this.#isWell(machine)) return;
    const key = `host of ${machine.value}`;
    await work.run(ctx, key, async () => {
      // many may have waited for the one that moved it
      await client.inventory.sync(ctx);
      if (this.#isWell(machine)) return;
      const [host] = this.#seeing(store) as [Ref];
      this.#end.progress(ctx, 'moving what is copied off a host that is down or in maintenance');
      await this.#end.task(ctx, key, 'RelocateVM_Task', machine, { spec: { host } });
      await client.inventory.sync(ctx);
    });
  }

  /** For a template that becomes a machine of the cluster: `{}` where it lies on a host of that, else one that sees its datastore. */
  ofCluster(template: Ref, store: Store): { host?: Ref } {
    const { client, site } = this.#end;
    const host = client.inventory.get(template)?.props.get('runtime.host') as Ref | undefined;
    const own = (client.inventory.get(site.compute)?.props.get('host') as Ref[] | undefined) ?? [];
    if (host === undefined || own.some((ref) => refKey(ref) === refKey(host))) return {};
    return { host: this.#seeing(store)[0] as Ref };
  }

  /** Whether the server wants to be given a host after all, because DRS was just switched off: the call may be tried again with one. */
  mustPlace(error: unknown): boolean {
    const property = findFault(error, 'InvalidArgument')?.invalidProperty ?? '';
    if (!/(^|\.)host$/.test(property) || this.#drs?.value !== true) return false;
    this.#drs = undefined;
    return true;
  }

  #isWell(machine: Ref): boolean {
    const host = this.#end.client.inventory.get(machine)?.props.get('runtime.host') as Ref | undefined;
    return host === undefined || isActive(this.#end.client, host);
  }

  #onNetwork(hosts: Ref[]): Ref[] {
    const { client, site, options } = this.#end;
    const { network } = options;
    if (network === undefined) return hosts;
    const wanted = new Set(named(client, networksOf(client, site.datacenter), network).map(({ ref }) => refKey(ref)));
    const found = hosts.filter((host) => {
      const has = client.inventory.get(host)?.props.get('network') as Ref[] | undefined;
      return has === undefined || has.some((ref) => wanted.has(refKey(ref)));
    });
    if (found.length > 0) return found;
    throw driverError('unavailable', `no host that takes machines has the network ${network}`, {
      hint: 'Give one of the hosts that see the datastore that network, or take one that has it out of maintenance.',
    });
  }

  #seeing(store: Store): Ref[] {
    const { client, site } = this.#end;
    const found = usableHosts(client, site).filter((host) => {
      const seen = (client.inventory.get(host)?.props.get('datastore') as Ref[] | undefined) ?? [];
      return seen.some((ref) => refKey(ref) === refKey(store.ref));
    });
    if (found.length > 0) return found;
    throw driverError('unavailable', `no host that takes machines sees the datastore ${store.name}`, {
      hint: 'Take a host that sees it out of maintenance.',
    });
  }

  /** Whether the server chooses hosts. An account that may not read it is taken for one of a cluster with DRS, as most are. */
  async #chooses(ctx: Ctx): Promise<boolean> {
    if (this.#drs !== undefined && Date.now() - this.#drs.at < DRS_MS) return this.#drs.value;
    const value = await hasDrs(ctx, this.#end.client, this.#end.site.compute);
    this.#drs = { value, at: Date.now() };
    return value;
  }
}

async function hasDrs(ctx: Ctx, client: VSphereClient, compute: Ref): Promise<boolean> {
  // a lone host under vCenter is the only one of its kind
  if (compute.type !== 'ClusterComputeResource') return true;
  const { props } = await client.read(ctx, 'ClusterComputeResource', compute, ['configurationEx']);
  const { drsConfig } = (props.configurationEx ?? {}) as { drsConfig?: { enabled?: AnyValue } };
  return drsConfig?.enabled !== false;
}
