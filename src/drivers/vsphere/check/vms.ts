import type { Ctx } from '../../../lib/context.ts';
import { VSphereClient } from '../../../vsphere/index.ts';
import type { VSphereProviderOptions } from '../options.ts';
import { powerOf } from '../inventory/view.ts';

/** A machine or template at an endpoint, as somebody who looks for one to import wants it. */
export interface EndpointVm {
  /** What `image import --vm` takes. */
  path: string;
  template: boolean;
  power: 'on' | 'off' | 'suspended';
  /** It carries the tag of a Carrel: a golden machine, or one that was lent. */
  ours: boolean;
  /** What the account cannot read: it cannot be imported. */
  unreadable: boolean;
}

/** All machines and templates that the account sees, by path. A connection of its own, one login; changes nothing. */
export async function listVms(ctx: Ctx, options: VSphereProviderOptions): Promise<EndpointVm[]> {
  const client = new VSphereClient({ url: options.url, credentials: options.credentials, trust: options.trust, log: options.log });
  try {
    await client.inventory.ready(ctx);
    return client.inventory
      .all('VirtualMachine')
      .map(({ ref, props }) => ({
        path: client.inventory.pathOf(ref) ?? ref.value,
        template: props.get('config.template') === true,
        power: shownPower(powerOf(client.inventory.prop('VirtualMachine', ref, 'runtime.powerState'))),
        ours: (client.inventory.prop('VirtualMachine', ref, 'config.extraConfig') ?? []).some((o) => o.key === 'carrel.kind'),
        unreadable: props.get('config.instanceUuid') === undefined,
      }))
      .sort((a, b) => a.path.localeCompare(b.path));
  } finally {
    await client.close();
  }
}

function shownPower(power: string): EndpointVm['power'] {
  return power === 'on' || power === 'suspended' ? power : 'off';
}
