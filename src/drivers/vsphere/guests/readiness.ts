/** The conditions that a guest must meet before it counts as ready: each has a name and a time of its own (vsphere.md §6). */
import { driverError } from '../../../driver/errors.ts';
import { type Ctx, race, withTimeout } from '../../../lib/context.ts';
import { isCode } from '../../../lib/errors.ts';
import { type AnyVirtualEthernetCard, ethernetCardsOf, readExtraConfig, type Ref, refKey } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { DONE_KEY, MACHINE_ID_KEY } from './guest-scripts.ts';
import { LOCKED_KEY } from './scrub-script.ts';
import { powerOf, type View } from '../inventory/view.ts';

/** Longest waits in seconds, where the boot's own time is not the measure. */
export const WAIT_S = { heartbeat: 60, access: 60, address: 180, machineId: 60, ssh: 180, rdp: 180 } as const;

/** What is waited for. `look` gives it once it is there, `seen` says what there is instead. */
export interface Condition<T> {
  name: 'tools' | 'heartbeat' | 'address' | 'machine-id' | 'locked' | 'ended';
  what: string;
  limitS: number;
  look: () => T | undefined;
  seen: () => string;
}

/** The error for a condition that did not come true in time. */
export function notReady(
  machineId: string,
  missing: string,
  waited: { limitS: number; what: string; seen: string; hint?: string; cause: unknown },
): Error {
  const { limitS, what, seen, hint, cause } = waited;
  return driverError('guest-timeout', `the guest of machine ${machineId} is not ready: waited ${limitS} s for ${what}; ${seen}`, {
    details: { missing, waitedS: limitS, seen },
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}

export class Readiness {
  readonly #end: Endpoint;

  constructor(end: Endpoint) {
    this.#end = end;
  }

  /** Waits for each in turn; gives what the last gave. The waiting costs no request: the inventory tells. */
  async until<T>(ctx: Ctx, view: View, machineId: string, condition: Condition<T>): Promise<T> {
    const { inventory } = this.#end.client;
    const patient = withTimeout(ctx, condition.limitS * 1000);
    let stop = (): void => {};
    const found = new Promise<T>((resolve, reject) => {
      const look = (): void => {
        if (inventory.get(view.ref) !== undefined && powerOf(inventory.prop('VirtualMachine', view.ref, 'runtime.powerState')) === 'off')
          return;
        const now = condition.look();
        if (now !== undefined) resolve(now);
      };
      stop = inventory.onChange(({ kind, entity }) => {
        if (refKey(entity.ref) !== refKey(view.ref)) return;
        if (kind === 'leave') reject(driverError('not-found', `machine ${machineId} is gone`));
        else look();
      });
      look();
    });
    found.catch(() => {});
    try {
      return await race(patient, found);
    } catch (error) {
      if (ctx.signal.aborted || !isCode(error, 'deadline')) throw error;
      throw notReady(machineId, condition.name, { ...condition, seen: condition.seen(), cause: error });
    } finally {
      stop();
    }
  }

  tools(view: View, bootTimeoutS: number): Condition<true> {
    const status = () => this.#end.client.inventory.prop('VirtualMachine', view.ref, 'guest.toolsRunningStatus');
    return {
      name: 'tools',
      what: 'VMware Tools to run in it',
      limitS: bootTimeoutS,
      look: () => (status() === 'guestToolsRunning' ? true : undefined),
      seen: () => `the server says ${status() ?? 'nothing of them'}`,
    };
  }

  heartbeat(view: View, bootTimeoutS: number): Condition<true> {
    const now = () => this.#end.client.inventory.prop('VirtualMachine', view.ref, 'guestHeartbeatStatus');
    return {
      name: 'heartbeat',
      what: 'its heartbeat',
      limitS: Math.min(bootTimeoutS, WAIT_S.heartbeat),
      look: () => (now() === 'green' || now() === 'yellow' ? true : undefined),
      seen: () => `it is ${now() ?? 'not there'}`,
    };
  }

  /** An address on the machine's first own card that no other machine of ours on that network has. */
  address(view: View, bootTimeoutS: number): Condition<string> {
    return {
      name: 'address',
      what: "an address on the machine's own card",
      limitS: Math.min(bootTimeoutS, WAIT_S.address),
      look: () => {
        const address = this.addressNow(view);
        return address === undefined || this.#sharer(view, address) !== undefined ? undefined : address;
      },
      seen: () => this.#addressesSeen(view),
    };
  }

  machineId(view: View, bootTimeoutS: number): Condition<string> {
    const told = () => readExtraConfig(this.#end.client.inventory.prop('VirtualMachine', view.ref, 'config.extraConfig'), MACHINE_ID_KEY);
    return {
      name: 'machine-id',
      what: 'its machine-id',
      limitS: Math.min(bootTimeoutS, WAIT_S.machineId),
      look: () => (/^[0-9a-f]{32}$/.test(told() ?? '') ? told() : undefined),
      seen: () => (told() === undefined ? 'it says none by guestinfo' : `it says ${told()}`),
    };
  }

  /** A script of {@link tellingItsEnd} that has come to its end. */
  ended(view: View, mark: string, limitS: number): Condition<true> {
    const told = () => readExtraConfig(this.#end.client.inventory.prop('VirtualMachine', view.ref, 'config.extraConfig'), DONE_KEY);
    return {
      name: 'ended',
      what: 'what runs in it',
      limitS,
      look: () => (told() === mark ? true : undefined),
      seen: () => 'it does not say that it is done',
    };
  }

  locked(view: View): Condition<true> {
    const told = () => readExtraConfig(this.#end.client.inventory.prop('VirtualMachine', view.ref, 'config.extraConfig'), LOCKED_KEY);
    return {
      name: 'locked',
      what: "Carrel's account in it to lock itself",
      limitS: WAIT_S.machineId,
      look: () => (told() === 'yes' ? true : undefined),
      seen: () => 'it does not say that it did',
    };
  }

  /**
   * An address on the first of the machine's cards that is plugged in, not link-local: the others may lead where nobody else is, and Tools tell of
   * them in any order. A bridge's or a container's card is none of the machine's.
   */
  addressNow(view: View): string | undefined {
    const cards = this.#ownCards(view);
    const first = cards.find((card) => card.connectable?.connected !== false) ?? cards[0];
    const addresses = this.#nets(view.ref)
      .filter((net) => net.mac === first?.macAddress?.toLowerCase())
      .flatMap((net) => net.addresses);
    return addresses.find((ip) => !ip.includes(':')) ?? addresses[0];
  }

  #cards(view: View): Set<string | undefined> {
    return new Set(this.#ownCards(view).map((card) => card.macAddress?.toLowerCase()));
  }

  #ownCards(view: View): AnyVirtualEthernetCard[] {
    const devices = this.#end.client.inventory.prop('VirtualMachine', view.ref, 'config.hardware.device');
    return ethernetCardsOf(Array.isArray(devices) ? devices : [...view.devices]);
  }

  /** What Tools report by card, without addresses that nobody else can reach. */
  #nets(ref: Ref): { mac: string; network: string | undefined; addresses: string[] }[] {
    const nets = this.#end.client.inventory.prop('VirtualMachine', ref, 'guest.net') ?? [];
    return nets.map((net) => ({
      mac: net.macAddress?.toLowerCase() ?? '',
      network: net.network,
      addresses: (net.ipConfig?.ipAddress?.map((a) => a.ipAddress) ?? net.ipAddress ?? []).filter(
        (ip) => !/^(169\.254\.|fe80:|127\.|::1$)/i.test(ip),
      ),
    }));
  }

  /** Another running machine of ours on the same network with that address: two guests that think that they are one. */
  #sharer(view: View, address: string): View | undefined {
    const network = this.#nets(view.ref).find((net) => net.addresses.includes(address))?.network;
    const { inventory } = this.#end.client;
    return this.#end.register.views().find((other) => {
      if (other.ref.value === view.ref.value || other.tags.kind !== 'machine') return false;
      const same = this.#nets(other.ref).filter((net) => net.network === network && net.addresses.includes(address));
      if (same.length === 0) return false;
      if (inventory.prop('VirtualMachine', other.ref, 'guest.toolsRunningStatus') !== 'guestToolsRunning') return false;
      const cards = this.#cards(other);
      return same.some((net) => cards.has(net.mac));
    });
  }

  #addressesSeen(view: View): string {
    const own = this.addressNow(view);
    const sharer = own === undefined ? undefined : this.#sharer(view, own);
    if (sharer !== undefined) return `its address ${own} is that of ${sharer.name} too`;
    const seen = this.#nets(view.ref).flatMap((net) => net.addresses.map((ip) => `${ip} on ${net.mac}`));
    const cards = [...this.#cards(view)].join(', ') || 'none';
    return `Tools report ${seen.length === 0 ? 'no address' : seen.join(', ')}; its cards are ${cards}`;
  }
}
