import { invalidDevice } from './fault.ts';
import type { Model } from './model.ts';
import { nicsOf } from './vm-record.ts';

const used = new WeakMap<Model, Set<string>>();

function macs(m: Model): Set<string> {
  let set = used.get(m);
  if (set === undefined) {
    set = new Set();
    used.set(m, set);
  }
  return set;
}

/** A MAC of the range that vCenter (00:50:56:80-bf) or a host (00:0c:29) gives out, not used before. */
export function generateMac(m: Model): string {
  const taken = macs(m);
  for (;;) {
    const n = m.random.uint32();
    const byte = (value: number) => (value & 0xff).toString(16).padStart(2, '0');
    const tail = `${byte(n >> 8)}:${byte(n)}`;
    const mac = m.isVc ? `00:50:56:${byte(0x80 | ((n >> 16) & 0x3f))}:${tail}` : `00:0c:29:${byte(n >> 16)}:${tail}`;
    if (taken.has(mac)) continue;
    taken.add(mac);
    return mac;
  }
}

/** A MAC set by hand must be of VMware's range for that, 00:50:56:00:00:00 to 00:50:56:3f:ff:ff. */
export function checkManualMac(mac: string, index: number): string {
  const lower = mac.toLowerCase();
  if (!/^00:50:56:[0-3][0-9a-f](:[0-9a-f]{2}){2}$/.test(lower)) {
    throw invalidDevice(`the MAC address '${mac}' is not in the allowed static address range`, index, 'deviceChange.device.macAddress');
  }
  return lower;
}

/** MAC addresses that more than one VM of the inventory has. */
export function duplicateMacs(m: Model): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const vm of m.vms.values()) {
    for (const nic of nicsOf(vm.record)) {
      if (seen.has(nic.mac)) twice.add(nic.mac);
      seen.add(nic.mac);
    }
  }
  return [...twice];
}
