/** What of a cluster's room is not to be promised: other people's machines that run there, and what HA keeps back. */
import type { Ctx } from '../../../lib/context.ts';
import { type Ref, refKey, type VSphereClient } from '../../../vsphere/index.ts';
import type { View } from '../inventory/view.ts';

export interface Load {
  memoryMiB: number;
  vcpus: number;
}

/** A host that takes machines, and how much may be promised of it. */
export type HostRoom = Load & { ref: Ref };

export const sum = (loads: readonly Load[]): Load => ({
  memoryMiB: loads.reduce((n, each) => n + each.memoryMiB, 0),
  vcpus: loads.reduce((n, each) => n + each.vcpus, 0),
});

/** What these machines are configured with, as the inventory knows it; nothing of those whose configuration cannot be read. */
export function loadOf(client: VSphereClient, views: readonly View[]): Load {
  const number = ({ ref }: View, path: string) => Number(client.inventory.prop('VirtualMachine', ref, path) ?? 0);
  return sum(views.map((view) => ({ memoryMiB: number(view, 'config.hardware.memoryMB'), vcpus: number(view, 'config.hardware.numCPU') })));
}

/** What HA's admission control keeps back of a cluster, and the hosts that are wholly its own. */
export async function keptByHa(
  ctx: Ctx,
  client: VSphereClient,
  compute: Ref,
  hosts: readonly HostRoom[],
): Promise<Load & { hosts: Ref[] }> {
  const nothing = { memoryMiB: 0, vcpus: 0, hosts: [] };
  if (compute.type !== 'ClusterComputeResource') return nothing;
  const { props } = await client.read(ctx, 'ClusterComputeResource', compute, ['configurationEx']);
  const config = props.configurationEx;
  // an account that may not read it, and a server that says nothing of HA
  const das = config?._type === 'ClusterConfigInfoEx' ? config.dasConfig : undefined;
  if (das?.enabled !== true || das.admissionControlEnabled === false) return nothing;
  const policy = das.admissionControlPolicy;
  switch (policy?._type) {
    case 'ClusterFailoverResourcesAdmissionControlPolicy': {
      const all = sum(hosts);
      const share = (of: number, percent: number) => Math.ceil((of * percent) / 100);
      return {
        memoryMiB: share(all.memoryMiB, policy.memoryFailoverResourcesPercent),
        vcpus: share(all.vcpus, policy.cpuFailoverResourcesPercent),
        hosts: [],
      };
    }
    case 'ClusterFailoverHostAdmissionControlPolicy': {
      const named = new Set((policy.failoverHosts ?? []).map(refKey));
      const own = hosts.filter(({ ref }) => named.has(refKey(ref)));
      return { ...sum(own), hosts: own.map(({ ref }) => ref) };
    }
    case 'ClusterFailoverLevelAdmissionControlPolicy':
      return { ...largest(hosts, policy.failoverLevel), hosts: [] };
    default:
      // as servers said it before there were policies
      return { ...largest(hosts, das.failoverLevel ?? 0), hosts: [] };
  }
}

/** What is gone if so many hosts fail, of memory and of processors the largest. */
function largest(hosts: readonly HostRoom[], failures: number): Load {
  const most = (of: keyof Load) =>
    hosts
      .map((host) => host[of])
      .toSorted((a, b) => b - a)
      .slice(0, failures)
      .reduce((n, each) => n + each, 0);
  return { memoryMiB: most('memoryMiB'), vcpus: most('vcpus') };
}
