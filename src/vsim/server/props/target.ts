import type { Host, Net } from '../../model/entities.ts';
import type { Model } from '../../model/model.ts';
import { readProperty } from '../properties.ts';
import type { Reader } from './context.ts';
import { MB, ref } from './context.ts';

/** What machines can be made of on these hosts: the largest host counts, and what any of them reaches. */
export function targetOf(m: Model, hosts: readonly Host[], reader: Reader): Record<string, unknown> {
  const most = (of: (h: Host) => number) => Math.max(0, ...hosts.map(of));
  const networks = [...new Set(hosts.flatMap((h) => [...h.networks]))];
  const stores = [...new Set(hosts.flatMap((h) => [...h.datastores]))];
  const portgroups = networks.flatMap((n) => (n.dvs === undefined ? [] : [{ n, dvs: n.dvs }]));
  const switches = [...new Set(portgroups.map(({ dvs }) => dvs))];
  return {
    numCpus: most((h) => h.cores * 2),
    numCpuCores: most((h) => h.cores),
    numNumaNodes: 2,
    maxCpusPerHost: most((h) => h.cores * 2),
    datastore: stores.map((ds) => ({
      name: ds.name,
      datastore: readProperty(ds, 'summary', reader),
      capability: readProperty(ds, 'capability', reader),
      maxFileSize: 64n * 2n ** 40n,
      maxVirtualDiskCapacity: 62n * 2n ** 40n,
      mode: 'readWrite',
    })),
    network: networks.filter((n: Net) => n.type === 'Network').map((n) => ({ name: n.name, network: readProperty(n, 'summary', reader) })),
    distributedVirtualPortgroup: portgroups.map(({ n, dvs }) => ({
      switchName: dvs.name,
      switchUuid: dvs.uuid,
      portgroupName: n.name,
      portgroupKey: n.id,
      portgroupType: 'earlyBinding',
      uplinkPortgroup: n.uplink,
      portgroup: ref(n),
    })),
    distributedVirtualSwitch: switches.map((dvs) => ({ switchName: dvs.name, switchUuid: dvs.uuid, distributedVirtualSwitch: ref(dvs) })),
    maxMemMBOptimalPerf: most((h) => Math.floor(h.memoryBytes / MB)),
    supportedMaxMemMB: most((h) => Math.floor(h.memoryBytes / MB)),
    ...(m.isVc ? { autoVmotion: true } : {}),
  };
}
