import type { Dvs, Net } from '../../model/entities.ts';
import type { Model } from '../../model/model.ts';
import { date, type PropTable, ref, refs } from './context.ts';
import { entityProps } from './entity.ts';

const inherits = <T>(value: T) => ({ inherited: false, value });
const UPLINKS = ['Uplink 1', 'Uplink 2', 'Uplink 3', 'Uplink 4'];
/** 100 Mbit/s and 100 MiB: what a fresh distributed switch has, with shaping off. */
const shaping = {
  inherited: false,
  enabled: inherits(false),
  averageBandwidth: inherits(100_000_000n),
  peakBandwidth: inherits(100_000_000n),
  burstSize: inherits(104_857_600n),
};

/** What a fresh port has. A server always sends all of it, and clients read it without asking whether it is there. */
export function portSetting(vlan: number, uplink: boolean): Record<string, unknown> {
  return {
    _type: 'VMwareDVSPortSetting',
    blocked: inherits(false),
    vmDirectPathGen2Allowed: inherits(false),
    inShapingPolicy: shaping,
    outShapingPolicy: shaping,
    vendorSpecificConfig: { inherited: false },
    networkResourcePoolKey: inherits('-1'),
    vlan: uplink
      ? { _type: 'VmwareDistributedVirtualSwitchTrunkVlanSpec', inherited: false, vlanId: [{ start: 0, end: 4094 }] }
      : { _type: 'VmwareDistributedVirtualSwitchVlanIdSpec', inherited: false, vlanId: vlan },
    qosTag: inherits(-1),
    uplinkTeamingPolicy: {
      inherited: false,
      policy: inherits('loadbalance_srcid'),
      reversePolicy: inherits(true),
      notifySwitches: inherits(true),
      rollingOrder: inherits(false),
      failureCriteria: { inherited: false, checkSpeed: inherits('minimum'), speed: inherits(10), checkBeacon: inherits(false) },
      uplinkPortOrder: { inherited: false, activeUplinkPort: UPLINKS },
    },
    securityPolicy: { inherited: false, allowPromiscuous: inherits(false), macChanges: inherits(false), forgedTransmits: inherits(false) },
    ipfixEnabled: inherits(false),
    txUplink: inherits(false),
    lacpPolicy: { inherited: false, enable: inherits(false), mode: inherits('passive') },
  };
}

function portgroupConfig(n: Net, dvs: Dvs, version: number): Record<string, unknown> {
  return {
    key: n.id,
    name: n.name,
    numPorts: 128,
    distributedVirtualSwitch: ref(dvs),
    defaultPortConfig: portSetting(n.vlan, n.uplink),
    description: '',
    type: 'earlyBinding',
    // Since vSphere 7.0: an older client refuses a whole answer for a property that it does not know.
    ...(version >= 7 ? { backingType: 'standard' } : {}),
    policy: {
      _type: 'VMwareDVSPortgroupPolicy',
      blockOverrideAllowed: true,
      shapingOverrideAllowed: false,
      vendorConfigOverrideAllowed: false,
      livePortMovingAllowed: false,
      portConfigResetAtDisconnect: true,
      networkResourcePoolOverrideAllowed: false,
      trafficFilterOverrideAllowed: false,
      vlanOverrideAllowed: false,
      uplinkTeamingOverrideAllowed: false,
      securityPolicyOverrideAllowed: false,
      ipfixOverrideAllowed: false,
    },
    configVersion: '0',
    autoExpand: true,
    uplink: n.uplink,
  };
}

/** Of a segment of NSX. */
export const OPAQUE_TYPE = 'nsx.LogicalSwitch';

export const networkProps: PropTable<Net> = {
  top: {
    ...entityProps,
    summary: (n) => ({
      _type: n.opaque === undefined ? 'NetworkSummary' : 'OpaqueNetworkSummary',
      network: ref(n),
      name: n.name,
      accessible: true,
      ipPoolName: '',
      ...(n.opaque === undefined ? {} : { opaqueNetworkId: n.opaque, opaqueNetworkType: OPAQUE_TYPE }),
    }),
    host: (n) => refs(n.hosts),
    vm: (n) => refs(n.vms),
    key: (n) => (n.dvs === undefined ? undefined : n.id),
    config: (n, r) => (n.dvs === undefined ? undefined : portgroupConfig(n, n.dvs, r.version)),
    portKeys: () => [],
    tag: (n) => (n.uplink ? [{ _type: 'Tag', _rest: [{ name: 'key', attrs: [], children: ['SYSTEM/DVS.UPLINKPG'] }] }] : []),
  },
};

const product = (m: Model) => ({
  name: 'DVS',
  vendor: 'VMware, Inc.',
  version: m.options.apiVersion.split('.').slice(0, 3).join('.'),
  build: '1',
  forwardingClass: 'etherswitch',
});

function switchConfig(d: Dvs, m: Model): Record<string, unknown> {
  return {
    _type: 'VMwareDVSConfigInfo',
    uuid: d.uuid,
    name: d.name,
    numStandalonePorts: 0,
    numPorts: 512,
    maxPorts: 2_147_483_647,
    uplinkPortPolicy: { _type: 'DVSNameArrayUplinkPortPolicy', uplinkPortName: UPLINKS },
    uplinkPortgroup: refs(d.portgroups.filter((pg) => pg.uplink)),
    defaultPortConfig: portSetting(0, false),
    productInfo: product(m),
    configVersion: '1',
    contact: { name: '', contact: '' },
    createTime: date(m.hosts[0]?.bootTime ?? m.now()),
    networkResourceManagementEnabled: true,
    networkResourceControlVersion: 'version3',
    maxMtu: 1500,
    lacpApiVersion: 'multipleLag',
    multicastFilteringMode: 'legacyFiltering',
  };
}

export const dvsProps: PropTable<Dvs> = {
  top: {
    ...entityProps,
    uuid: (d) => d.uuid,
    capability: () => ({ _type: 'DVSCapability' }),
    summary: (d, r) => ({
      name: d.name,
      uuid: d.uuid,
      numPorts: 512,
      productInfo: product(r.sim.model),
      hostMember: refs(d.hosts),
      host: refs(d.hosts),
      portgroupName: d.portgroups.map((p) => p.name),
      numHosts: d.hosts.size,
    }),
    config: (d, r) => switchConfig(d, r.sim.model),
    portgroup: (d) => refs(d.portgroups),
  },
};
