import { isNet, type Vm } from '../../model/entities.ts';
import { VimFault } from '../../model/fault.ts';
import { GUEST_KEYS, isWindows } from '../../model/guest.ts';
import { disksOf, nicsOf } from '../../model/vm-record.ts';
import { chainOf, type ChainLink, flatBytes } from '../../model/vmdk.ts';
import { long, type Reader } from './context.ts';

export function toolsStatus(vm: Vm): string {
  return vm.guest?.toolsRunning === true ? 'toolsOk' : 'toolsNotRunning';
}

/** GuestInfo.net: what Tools said about each card, addresses of earlier boots included while Tools are away. */
export function guestNets(vm: Vm, reader: Reader): Record<string, unknown>[] {
  const { guest } = vm;
  if (guest === undefined) return [];
  const nets: Record<string, unknown>[] = [];
  const inner = guest.toolsRunning ? (vm.record.extraConfig.get(GUEST_KEYS.inner) ?? '') : '';
  for (const [, macAddress, ipAddress] of inner.matchAll(/([^=,]+)=([^,]+)/g)) {
    nets.push({
      ipAddress: [ipAddress],
      macAddress,
      connected: true,
      deviceConfigId: -1,
      ipConfig: { ipAddress: [{ ipAddress, prefixLength: 16, state: 'preferred' }] },
    });
  }
  for (const nic of nicsOf(vm.record)) {
    const address = guest.addresses.get(nic.mac);
    if (address === undefined) continue;
    const net = reader.sim.model.objects.get(nic.network ?? '');
    nets.push({
      network: isNet(net) ? net.name : undefined,
      ipAddress: [address],
      macAddress: nic.mac,
      connected: nic.connected,
      deviceConfigId: nic.key,
      ipConfig: { ipAddress: [{ ipAddress: address, prefixLength: 18, origin: 'dhcp', state: 'preferred' }] },
    });
  }
  return nets;
}

/** One file system over the first disk, of which nothing is known but what its chain takes; Tools tell of it. */
export function guestDisks(vm: Vm, reader: Reader): unknown[] {
  const [disk] = disksOf(vm.record);
  if (vm.guest?.toolsRunning !== true || disk === undefined) return [];
  let chain: ChainLink[];
  try {
    chain = chainOf(reader.sim.model.storage, disk.path);
  } catch (error) {
    // a datastore that went away under a guest that runs
    if (error instanceof VimFault) return [];
    throw error;
  }
  const capacity = chain[0]?.disk.capacity ?? 0;
  const freeSpace = Math.max(0, capacity - flatBytes(chain));
  return [{ diskPath: isWindows(vm) ? 'C:\\' : '/', capacity: long(capacity), freeSpace: long(freeSpace) }];
}
