import type { Ref } from '../../../vsphere/types/value.ts';
import type { ClusterConfigSpecEx, ResourceAllocationInfo, ResourceConfigSpec } from '../../../vsphere/types/vim.gen.ts';
import type { Compute, Host, ResourcePool } from '../../model/entities.ts';
import { gone, invalidArgument } from '../../model/fault.ts';
import { type HardwareVersion, hardwareVersions } from '../../model/hardware-versions.ts';
import { unescapeName } from '../../model/naming.ts';
import { type AllocationRequest, newShares, updatePool } from '../../model/pools.ts';
import { arg, type Call, type Handlers, self, taskRef } from '../calls.ts';
import { configOption } from '../props/config-option.ts';
import { ref } from '../props/context.ts';
import { targetOf } from '../props/target.ts';

const asked = (info: ResourceAllocationInfo): AllocationRequest => ({
  reservation: info.reservation === undefined ? undefined : Number(info.reservation),
  limit: info.limit === undefined ? undefined : Number(info.limit),
  expandable: info.expandableReservation,
  level: info.shares?.level,
  shares: info.shares?.shares,
});

/** What a new pool is to have. */
export const sharesFor = (parent: ResourcePool, spec: ResourceConfigSpec) =>
  newShares(parent, asked(spec.cpuAllocation), asked(spec.memoryAllocation));

/** A pool's configuration as a client asks for it. */
const poolSpec = (spec: ResourceConfigSpec | undefined) =>
  spec === undefined ? undefined : { version: spec.changeVersion, cpu: asked(spec.cpuAllocation), memory: asked(spec.memoryAllocation) };

const BEHAVIOURS = /^(manual|partiallyAutomated|fullyAutomated)$/;

/** What DRS is after a change. Without `modify` the specification takes the place of all that was set. */
function drsAfter(compute: Compute, spec: ClusterConfigSpecEx, modify: boolean): Compute['drs'] {
  const config = spec.drsConfig;
  const behaviour = config?.defaultVmBehavior;
  if (behaviour !== undefined && !BEHAVIOURS.test(behaviour)) throw invalidArgument('spec.drsConfig.defaultVmBehavior');
  const rate = config?.vmotionRate;
  if (rate !== undefined && (rate < 1 || rate > 5)) throw invalidArgument('spec.drsConfig.vmotionRate');
  const enabled = config?.enabled ?? (modify && compute.drs !== 'disabled');
  if (!enabled) return 'disabled';
  const kept = modify && compute.drs !== 'disabled' ? compute.drs : 'fullyAutomated';
  return (behaviour ?? kept) as Compute['drs'];
}

type Ha = Pick<Compute, 'reservedShare' | 'reservedCpuShare' | 'failoverLevel' | 'failoverHosts'>;
const NO_HA: Ha = { reservedShare: 0, reservedCpuShare: undefined, failoverLevel: 0, failoverHosts: [] };

/** What HA keeps back after a change, by the one policy that a cluster has. Without `modify` a specification that says nothing of it ends it. */
function haAfter(c: Call, compute: Compute, spec: ClusterConfigSpecEx, modify: boolean): Ha {
  const das = spec.dasConfig;
  if (das === undefined) return modify ? compute : NO_HA;
  if (das.enabled === false || das.admissionControlEnabled === false) return NO_HA;
  const policy = das.admissionControlPolicy;
  if (policy === undefined) return modify ? compute : NO_HA;
  const percent = (n: number, what: string): number => {
    if (n < 0 || n > 100) throw invalidArgument(`spec.dasConfig.admissionControlPolicy.${what}`);
    return n / 100;
  };
  switch (policy._type) {
    case 'ClusterFailoverResourcesAdmissionControlPolicy':
      return {
        ...NO_HA,
        reservedShare: percent(policy.memoryFailoverResourcesPercent, 'memoryFailoverResourcesPercent'),
        reservedCpuShare: percent(policy.cpuFailoverResourcesPercent, 'cpuFailoverResourcesPercent'),
      };
    case 'ClusterFailoverLevelAdmissionControlPolicy':
      if (policy.failoverLevel < 1) throw invalidArgument('spec.dasConfig.admissionControlPolicy.failoverLevel');
      return { ...NO_HA, failoverLevel: policy.failoverLevel };
    case 'ClusterFailoverHostAdmissionControlPolicy': {
      const failoverHosts = (policy.failoverHosts ?? []).map((asked) => arg.host(c, asked) as Host);
      if (failoverHosts.some((host) => host.compute !== compute))
        throw invalidArgument('spec.dasConfig.admissionControlPolicy.failoverHosts');
      return { ...NO_HA, failoverHosts };
    }
    default:
      throw invalidArgument('spec.dasConfig.admissionControlPolicy');
  }
}

/** The compute resource of an environment browser; its machines have the same browser. */
function browsed(c: Call): Compute {
  const found = c.m.computes.find((compute) => c.self.id === `envbrowser-${compute.id}`);
  if (found === undefined) throw gone(c.self);
  return found;
}

/** A host that the browser is asked about, which must be one of its own. */
function browsedHost(c: Call, asked: Ref | undefined): Host | undefined {
  const compute = browsed(c);
  const host = arg.host(c, asked);
  if (host !== undefined && host.compute !== compute) throw invalidArgument('host');
  return host;
}

/** The version of a key; the default without one. All hosts are of one API here, so the host decides nothing. */
function hardwareOf(c: Call, key: string | undefined): HardwareVersion {
  const known = hardwareVersions(c.m.options.apiVersion);
  const found = known.find((version) => (key === undefined || key === '' ? version.isDefault : version.key === key));
  if (found === undefined) throw invalidArgument('key');
  return found;
}

export const computeMethods: Handlers = {
  UpdateConfig: (c, a) =>
    updatePool(c.m, self.pool(c), a.name === undefined || a.name === '' ? undefined : unescapeName(a.name), poolSpec(a.config)),
  ReconfigureComputeResource_Task: (c, a) => {
    const compute = self.compute(c);
    const { spec } = a;
    if (spec._type === 'ClusterConfigSpecEx' && compute.type !== 'ClusterComputeResource') throw invalidArgument('spec');
    const drs = spec._type === 'ClusterConfigSpecEx' ? drsAfter(compute, spec as ClusterConfigSpecEx, a.modify) : compute.drs;
    const { reservedShare, reservedCpuShare, failoverLevel, failoverHosts } =
      spec._type === 'ClusterConfigSpecEx' ? haAfter(c, compute, spec as ClusterConfigSpecEx, a.modify) : compute;
    return taskRef(
      c.m.tasks.start({
        method: 'ReconfigureComputeResource_Task',
        entity: compute,
        *work() {
          yield c.m.latency.about(300);
          Object.assign(compute, { drs, reservedShare, reservedCpuShare, failoverLevel, failoverHosts });
          c.m.changed(compute, 'configurationEx');
          return undefined;
        },
      }),
    );
  },
  QueryConfigOption: (c, a) => {
    browsedHost(c, a.host);
    return configOption(hardwareOf(c, a.key), []) as never;
  },
  QueryConfigOptionEx: (c, a) => {
    browsedHost(c, a.spec?.host);
    return configOption(hardwareOf(c, a.spec?.key), a.spec?.guestId ?? []) as never;
  },
  QueryConfigOptionDescriptor: (c) => {
    const host = browsed(c).hosts.map(ref);
    return hardwareVersions(c.m.options.apiVersion).map(({ key, description, isDefault }) => ({
      ...{ key, description, host, createSupported: true, defaultConfigOption: isDefault, runSupported: true, upgradeSupported: true },
    }));
  },
  QueryConfigTarget: (c, a) => {
    const compute = browsed(c);
    const host = browsedHost(c, a.host);
    return targetOf(c.m, host === undefined ? compute.hosts : [host], c.reader) as never;
  },
};
