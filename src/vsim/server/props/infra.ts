import {
  type Compute,
  type Datacenter,
  type DatastoreObject,
  type Folder,
  type Host,
  isDatastore,
  isPod,
  type ResourcePool,
} from '../../model/entities.ts';
import { defaultHardware } from '../../model/hardware-versions.ts';
import { allocationOf } from '../../model/pools.ts';
import { keepsBack, memoryRoom } from '../../model/place.ts';
import { date, long, MB, type PropTable, type Reader, ref, refs } from './context.ts';
import { entityProps } from './entity.ts';

const allocation = (p: ResourcePool, part: 'cpu' | 'memory') => {
  const { reservation, expandable, limit, shares, level } = allocationOf(p, part);
  return { reservation: long(reservation), expandableReservation: expandable, limit: long(limit), shares: { shares, level } };
};

const poolConfig = (p: ResourcePool) => ({
  entity: ref(p),
  changeVersion: String(p.changes ?? 0),
  cpuAllocation: allocation(p, 'cpu'),
  memoryAllocation: allocation(p, 'memory'),
});

export const folderProps: PropTable<Folder> = {
  top: { ...entityProps, childType: (f) => [...f.childType], childEntity: (f) => refs(f.children.values()) },
};

const inPod = (pod: Folder): DatastoreObject[] => [...pod.children.values()].filter(isDatastore);

export const podProps: PropTable<Folder> = {
  top: {
    ...entityProps,
    ...folderProps.top,
    summary: (pod) => {
      const stores = inPod(pod).map(({ store }) => store);
      const sum = (of: (store: (typeof stores)[number]) => number) => long(stores.reduce((n, s) => n + (s.accessible ? of(s) : 0), 0));
      return { name: pod.name, capacity: sum((s) => s.capacity), freeSpace: sum((s) => s.free) };
    },
    podStorageDrsEntry: () => ({
      storageDrsConfig: {
        podConfig: {
          enabled: true,
          ioLoadBalanceEnabled: false,
          defaultVmBehavior: 'manual',
          loadBalanceInterval: 480,
          defaultIntraVmAffinity: true,
        },
      },
    }),
  },
};

export const datacenterProps: PropTable<Datacenter> = {
  top: {
    ...entityProps,
    vmFolder: (dc) => ref(dc.vmFolder),
    hostFolder: (dc) => ref(dc.hostFolder),
    datastoreFolder: (dc) => ref(dc.datastoreFolder),
    networkFolder: (dc) => ref(dc.networkFolder),
    datastore: (dc, r) =>
      refs(r.sim.model.datastores.filter((ds) => (isPod(ds.parent) ? ds.parent.parent : ds.parent) === dc.datastoreFolder)),
    network: (dc, r) => refs(r.sim.model.networks.filter((net) => net.parent === dc.networkFolder)),
    configuration: (_, r) => ({ defaultHardwareVersionKey: defaultHardware(r.sim.model.options.apiVersion) }),
  },
};

function computeSummary(c: Compute) {
  const up = c.hosts.filter((h) => h.connection === 'connected' && !h.maintenance);
  const sum = (hosts: readonly Host[], of: (h: Host) => number) => hosts.reduce((n, h) => n + of(h), 0);
  return {
    _type: c.type === 'ClusterComputeResource' ? 'ClusterComputeResourceSummary' : 'ComputeResourceSummary',
    totalCpu: sum(c.hosts, (h) => h.cores * h.mhz),
    totalMemory: long(sum(c.hosts, (h) => h.memoryBytes)),
    numCpuCores: sum(c.hosts, (h) => h.cores),
    numCpuThreads: sum(c.hosts, (h) => h.cores * 2),
    effectiveCpu: sum(up, (h) => h.cores * h.mhz),
    effectiveMemory: long(sum(up, (h) => h.memoryBytes / MB)),
    numHosts: c.hosts.length,
    numEffectiveHosts: up.length,
    overallStatus: 'green',
    ...(c.type === 'ClusterComputeResource' ? { currentFailoverLevel: 0, numVmotions: 0 } : {}),
  };
}

/** HA as its admission control keeps room back; a cluster that keeps none has HA off. */
function dasConfig(c: Compute) {
  const policy =
    c.failoverHosts.length > 0
      ? { _type: 'ClusterFailoverHostAdmissionControlPolicy' as const, failoverHosts: refs(c.failoverHosts), failoverLevel: 1 }
      : c.failoverLevel > 0
        ? { _type: 'ClusterFailoverLevelAdmissionControlPolicy' as const, failoverLevel: c.failoverLevel }
        : {
            _type: 'ClusterFailoverResourcesAdmissionControlPolicy' as const,
            cpuFailoverResourcesPercent: Math.round((c.reservedCpuShare ?? c.reservedShare) * 100),
            memoryFailoverResourcesPercent: Math.round(c.reservedShare * 100),
            failoverLevel: 1,
            autoComputePercentages: false,
          };
  const enabled = keepsBack(c);
  return { enabled, hostMonitoring: 'enabled', admissionControlPolicy: policy, admissionControlEnabled: enabled };
}

export const computeProps: PropTable<Compute> = {
  top: {
    ...entityProps,
    resourcePool: (c) => ref(c.pool),
    host: (c) => refs(c.hosts),
    datastore: (c) => refs(new Set(c.hosts.flatMap((h) => [...h.datastores]))),
    network: (c) => refs(new Set(c.hosts.flatMap((h) => [...h.networks]))),
    summary: (c) => computeSummary(c),
    environmentBrowser: (c) => ({ type: 'EnvironmentBrowser', value: `envbrowser-${c.id}` }),
    configurationEx: (c) =>
      c.type === 'ClusterComputeResource'
        ? {
            _type: 'ClusterConfigInfoEx',
            vmSwapPlacement: 'vmDirectory',
            dasConfig: dasConfig(c),
            drsConfig: {
              enabled: c.drs !== 'disabled',
              enableVmBehaviorOverrides: true,
              defaultVmBehavior: c.drs === 'disabled' ? 'fullyAutomated' : c.drs,
              vmotionRate: 3,
            },
          }
        : { _type: 'ComputeResourceConfigInfo', vmSwapPlacement: 'vmDirectory' },
  },
};

function hostRuntime(h: Host) {
  return {
    connectionState: h.connection,
    powerState: h.connection === 'connected' ? 'poweredOn' : 'unknown',
    standbyMode: 'none',
    inMaintenanceMode: h.maintenance,
    bootTime: date(h.bootTime),
  };
}

function hostSummary(h: Host, r: Reader) {
  return {
    host: ref(h),
    hardware: {
      vendor: 'VMware, Inc.',
      model: 'Simulated host',
      uuid: h.uuid,
      memorySize: long(h.memoryBytes),
      cpuModel: 'Simulated CPU',
      cpuMhz: h.mhz,
      numCpuPkgs: 2,
      numCpuCores: h.cores,
      numCpuThreads: h.cores * 2,
      numNics: 4,
      numHBAs: 2,
    },
    runtime: hostRuntime(h),
    config: {
      name: h.name,
      port: 443,
      product: { ...r.about, name: 'VMware ESXi', productLineId: 'embeddedEsx', apiType: 'HostAgent' },
      vmotionEnabled: true,
    },
    quickStats: {
      overallCpuUsage: h.poweredOn * 50,
      overallMemoryUsage: Math.floor(h.usedMemoryBytes / MB),
      uptime: Math.floor((r.sim.model.now() - h.bootTime) / 1000),
    },
    overallStatus: 'green',
    rebootRequired: false,
  };
}

const hostCapability = (h: Host) => ({
  recursiveResourcePoolsSupported: true,
  cpuMemoryResourceConfigurationSupported: true,
  rebootSupported: true,
  shutdownSupported: true,
  vmotionSupported: true,
  standbySupported: false,
  maxSupportedVMs: h.maxVms,
  maxRegisteredVMs: h.maxVms * 4,
  maxSupportedVcpus: 768,
  maintenanceModeSupported: true,
  suspendedRelocateSupported: true,
  storageVMotionSupported: true,
  vmotionWithStorageVMotionSupported: true,
  cloneFromSnapshotSupported: true,
  deltaDiskBackingsSupported: true,
  perVMNetworkTrafficShapingSupported: true,
});

export const hostProps: PropTable<Host> = {
  top: {
    ...entityProps,
    runtime: (h) => hostRuntime(h),
    summary: (h, r) => hostSummary(h, r),
    capability: (h) => hostCapability(h),
    configManager: (h) => ({
      networkSystem: { type: 'HostNetworkSystem', value: `networkSystem-${h.id}` },
      datastoreSystem: { type: 'HostDatastoreSystem', value: `datastoreSystem-${h.id}` },
    }),
    vm: (h) => refs(h.vms),
    datastore: (h) => refs(h.datastores),
    network: (h) => refs(h.networks),
    datastoreBrowser: (h) => ({ type: 'HostDatastoreBrowser', value: `datastoreBrowser-${h.id}` }),
  },
};

export const poolProps: PropTable<ResourcePool> = {
  top: {
    ...entityProps,
    summary: (p) => ({
      _type: 'ResourcePoolSummary',
      name: p.name,
      config: poolConfig(p),
      runtime: poolRuntime(p),
    }),
    runtime: (p) => poolRuntime(p),
    owner: (p) => ref(p.compute),
    resourcePool: (p) => refs(p.pools.values()),
    vm: (p) => refs(p.vms),
    config: (p) => poolConfig(p),
  },
};

function poolRuntime(p: ResourcePool) {
  const memory = p.compute.hosts.reduce((n, h) => n + h.memoryBytes, 0);
  const free = p.compute.hosts.reduce((n, h) => n + Math.max(0, memoryRoom(h)), 0);
  const cpu = p.compute.hosts.reduce((n, h) => n + h.cores * h.mhz, 0);
  const part = (max: number, left: number) => ({
    reservationUsed: 0n,
    reservationUsedForVm: 0n,
    unreservedForPool: long(left),
    unreservedForVm: long(left),
    overallUsage: long(max - left),
    maxUsage: long(max),
  });
  return { memory: part(memory, free), cpu: part(cpu, cpu), overallStatus: 'green' };
}

const TYPES: Record<string, string> = { vmfs6: 'VMFS', vmfs5: 'VMFS', nfs: 'NFS', vsan: 'vsan' };

function datastoreSummary(ds: DatastoreObject) {
  const { store } = ds;
  return {
    datastore: ref(ds),
    name: ds.name,
    url: `ds:///vmfs/volumes/${store.uuid}/`,
    capacity: store.accessible ? long(store.capacity) : 0n,
    freeSpace: store.accessible ? long(store.free) : 0n,
    uncommitted: 0n,
    accessible: store.accessible,
    multipleHostAccess: ds.hosts.size > 1,
    type: TYPES[store.flavour] ?? 'VMFS',
    maintenanceMode: 'normal',
  };
}

function datastoreInfo(ds: DatastoreObject) {
  const { store } = ds;
  const common = {
    name: ds.name,
    url: `ds:///vmfs/volumes/${store.uuid}/`,
    freeSpace: long(store.free),
    maxFileSize: 64n * 2n ** 40n,
    maxMemoryFileSize: 64n * 2n ** 40n,
  };
  if (store.flavour === 'nfs') return { _type: 'NasDatastoreInfo', ...common };
  if (store.flavour === 'vsan') return { _type: 'VsanDatastoreInfo', ...common, membershipUuid: store.uuid };
  const major = store.flavour === 'vmfs6' ? 6 : 5;
  return {
    _type: 'VmfsDatastoreInfo',
    ...common,
    vmfs: {
      type: 'VMFS',
      name: ds.name,
      capacity: long(store.capacity),
      blockSizeMb: 1,
      maxBlocks: 63 * 2 ** 20,
      majorVersion: major,
      version: major === 6 ? '6.82' : '5.81',
      uuid: store.uuid,
      extent: [],
      vmfsUpgradable: false,
    },
  };
}

export const datastoreProps: PropTable<DatastoreObject> = {
  top: {
    ...entityProps,
    info: (ds) => datastoreInfo(ds),
    summary: (ds) => datastoreSummary(ds),
    host: (ds) =>
      [...ds.hosts].map((h) => ({
        key: ref(h),
        mountInfo: { path: `/vmfs/volumes/${ds.store.uuid}`, accessMode: 'readWrite', mounted: true, accessible: ds.store.accessible },
      })),
    vm: (ds) => refs(ds.vms),
    browser: (ds) => ref(ds.browser),
    capability: (ds) => ({
      directoryHierarchySupported: true,
      rawDiskMappingsSupported: ds.store.flavour.startsWith('vmfs'),
      perFileThinProvisioningSupported: true,
      storageIORMSupported: true,
      nativeSnapshotSupported: false,
      topLevelDirectoryCreateSupported: ds.store.flavour !== 'vsan',
      seSparseSupported: true,
    }),
  },
};
