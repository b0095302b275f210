import { readExtraConfig } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { View } from '../inventory/view.ts';

/** What the machine was told of itself; nothing where that cannot be read. */
export function metadataOf(end: Endpoint, view: View): Record<string, string> {
  const raw = readExtraConfig(end.client.inventory.prop('VirtualMachine', view.ref, 'config.extraConfig'), 'guestinfo.metadata');
  if (raw === undefined) return {};
  try {
    return JSON.parse(Buffer.from(raw, 'base64').toString('utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}
