import type { Vm } from '../../model/entities.ts';
import { deviceKey, diskFileName, type Lease } from '../../model/lease.ts';
import { openLink } from '../../model/vmdk.ts';
import { disksOf } from '../../model/vm-record.ts';
import { long, type PropTable, type Reader, ref } from './context.ts';
import { localized } from './faults.ts';

/** A lone host names itself with an asterisk: it does not know by which address it was reached. */
function addressOf(lease: Lease, file: string, vcenter: boolean): string {
  const origin = vcenter ? lease.at.origin : 'https://*';
  return `${origin}/nfc/${lease.ticket}/${file}`;
}

function leaseInfo(lease: Lease, vm: Vm, { sim }: Reader): Record<string, unknown> {
  const disks = disksOf(vm.record).map((disk) => ({ disk, capacity: openLink(sim.model.storage, disk.path).disk.capacity }));
  return {
    lease: ref(lease),
    entity: ref(vm),
    deviceUrl: disks.map(({ disk }, i) => ({
      key: deviceKey(vm, vm.id, disk),
      importKey: deviceKey(vm, vm.name, disk),
      url: addressOf(lease, diskFileName(i), sim.model.isVc),
      sslThumbprint: lease.at.thumbprint,
      disk: true,
      targetId: diskFileName(i),
    })),
    totalDiskCapacityInKB: long(disks.reduce((sum, { capacity }) => sum + capacity, 0) / 1024),
    leaseTimeout: sim.model.options.leaseSeconds,
  };
}

export const leaseProps: PropTable<Lease> = {
  top: {
    state: (lease) => lease.state,
    mode: () => 'pushOrGet',
    capabilities: () => ({ pullModeSupported: false, corsSupported: false }),
    initializeProgress: (lease) => (lease.state === 'initializing' ? 0 : 100),
    transferProgress: (lease) => lease.percent,
    info: (lease, r) => (lease.state === 'ready' && lease.vm !== undefined ? leaseInfo(lease, lease.vm, r) : undefined),
    error: (lease) => (lease.error === undefined ? undefined : localized(lease.error)),
  },
};
