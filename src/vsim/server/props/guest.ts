import { isNet, type Vm } from '../../model/entities.ts';
import { GUEST_KEYS } from '../../model/guest.ts';
import { nicsOf } from '../../model/vm-record.ts';
import type { Reader } from './context.ts';

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
