import { isNet, type Vm } from '../../model/entities.ts';
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
