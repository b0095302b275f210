import { diskChain, ethernetCardsOf, isA, type VirtualMachineConfigInfo } from '../../../vsphere/index.ts';
import { coverage } from '../storage/contents.ts';
import { datastoreName } from '../inventory/paths.ts';
import type { SealedDisk } from '../inventory/tags.ts';
import type { View } from '../inventory/view.ts';

/**
 * What is odd about a machine that becomes a master and does not stand in the way, one sentence each, as facts of the master: whoever adopts
 * or imports it is told before anybody reserves it.
 */
export function remarks(view: View, config: VirtualMachineConfigInfo): Record<string, string> {
  const found: Record<string, string> = {};
  const isos = view.devices.flatMap((device) => {
    const { backing } = device as { backing?: unknown };
    return device._type === 'VirtualCdrom' && isA(backing, 'VirtualCdromIsoBackingInfo') ? [backing.fileName] : [];
  });
  if (isos.length > 0) found['remark.iso'] = `Its CD drive holds ${isos.join(', ')}. The drives of its machines are empty.`;
  if (hasTpm(view))
    found['remark.tpm'] = 'It has a virtual TPM. Each machine gets an empty one: what was sealed with it (BitLocker) does not open there.';
  const keyed = view.disks.filter((disk) => (disk.backing as { keyId?: unknown }).keyId !== undefined);
  if (config.keyId !== undefined || keyed.length > 0) {
    found['remark.encryption'] =
      'It is encrypted. Cloning it needs the key server, and the privileges Cryptographer.Clone and Cryptographer.Access.';
  }
  const cards = ethernetCardsOf(view.devices);
  if (cards.length > 0 && cards.every((card) => card.connectable?.startConnected === false)) {
    found['remark.network'] =
      'None of its network cards is connected at power-on, so nobody reaches its machines: tick "Connect At Power On" there, and import it again.';
  }
  const stores = storesOf(view);
  if (stores.length > 1) {
    found['remark.datastores'] = `Its disks lie on ${stores.join(' and ')}. Machines need all of these; copy it instead to have it on one.`;
  }
  return found;
}

/** How much of a master's bytes its seal covers, and why not more, as facts of the master. */
export function sealRemarks(disks: readonly SealedDisk[]): Record<string, string> {
  const unread = disks.flatMap(({ content }) => (content !== undefined && 'unread' in content ? [content.unread] : []));
  if (unread.length > 0) {
    return {
      seal: 'descriptor',
      'remark.seal': `Its bytes could not be read by datastore HTTP (${unread[0]}). Only what the hypervisor writes is sealed: a byte that is changed behind it is not seen.`,
    };
  }
  return { seal: disks.every(({ content }) => coverage(content) === 'bytes') ? 'every byte' : 'samples' };
}

export function hasTpm(view: View): boolean {
  return view.devices.some((device) => device._type === 'VirtualTPM');
}

/** Names of the datastores that a machine's disks lie on, parents included. */
export function storesOf(view: View): string[] {
  return [...new Set(view.disks.flatMap((disk) => diskChain(disk).map(datastoreName)))].sort();
}
