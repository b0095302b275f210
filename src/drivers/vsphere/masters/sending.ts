import type { HardwareProfile, RevisionProfile } from '../../../core/image.ts';
import { driverError } from '../../../driver/errors.ts';
import { type Ctx, makeCtx, sleep } from '../../../lib/context.ts';
import {
  addDevice,
  type AnyVirtualEthernetCard,
  isFault,
  type Ref,
  importMachine,
  type VirtualMachineConfigSpec,
  type VirtualDeviceConfigSpec,
} from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { networkBacking, size } from './hardware.ts';
import type { Locate } from '../endpoint/locate.ts';
import { networksOf, shownName } from '../inventory/named.ts';
import type { DiskToSend } from '../options.ts';
import type { Seeding } from './seeding.ts';
import type { Store } from '../endpoint/site.ts';
import { writeTags } from '../inventory/tags.ts';
import type { Doomed, Teardown } from '../storage/teardown.ts';
import type { View } from '../inventory/view.ts';

/** What a master is made of whose disk is sent from here. */
export interface Sent {
  revisionId: string;
  profile: RevisionProfile;
  facts: Record<string, string>;
  disk: DiskToSend;
}

/** Pauses of so many first retries, ten seconds as a rule; so many times, which is more than a lease. */
const LEASE_PAUSES = 10;
const LEASE_TRIES = 60;

/** Keys by which the devices of one call refer to each other; negative, so that the server chooses the real ones. */
const CONTROLLER = -101;
const DISK = -201;
const CARD = -301;

/** What a disk hangs on: vSphere's own kind unless it was said to have no driver for that. */
function controller(bus: HardwareProfile['diskBus']): VirtualDeviceConfigSpec {
  const place = { key: CONTROLLER, busNumber: 0 };
  if (bus === 'sata') return addDevice({ _type: 'VirtualAHCIController', ...place });
  const _type = bus === 'lsilogicsas' ? 'VirtualLsiLogicSASController' : 'ParaVirtualSCSIController';
  return addDevice({ _type, ...place, sharedBus: 'noSharing' });
}

/** Masters of disks that are files here: imported, one snapshot, the seal. As with {@link Seeding}, what breaks off leaves a half master. */
export class Sending {
  readonly #end: Endpoint;
  readonly #locate: Locate;
  readonly #seeding: Seeding;
  readonly #teardown: Teardown;

  constructor(parts: { end: Endpoint; locate: Locate; seeding: Seeding; teardown: Teardown }) {
    this.#end = parts.end;
    this.#locate = parts.locate;
    this.#seeding = parts.seeding;
    this.#teardown = parts.teardown;
  }

  /** `not-supported` where it is not clear on which network its machines would be: worth knowing before a disk is converted. */
  async mustHaveNetwork(ctx: Ctx): Promise<void> {
    await this.#network(ctx);
  }

  /** The sealed master of the revision on that datastore, made now unless it is there. */
  async make(ctx: Ctx, sent: Sent, store: Store): Promise<View> {
    const uuid = this.#end.names.masterUuid(sent.revisionId, store.name);
    return await this.#end.work.run(ctx, uuid, async () => {
      const name = this.#end.names.master(sent.revisionId, store.name);
      const there = await this.#locate.find(ctx, uuid, name);
      if (there?.tags.seal !== undefined && this.#end.owned(there)) return there;
      if (there !== undefined) await this.#clear(ctx, { kind: 'master', uuid, name, label: name });
      else await this.#teardown.leftovers(ctx, { uuid, name });
      const config = await this.#config(ctx, sent, store, uuid, name);
      const made = await this.#end.copies.run(ctx, store.name, async () => await this.#bring(ctx, uuid, config, sent.disk, store));
      this.#locate.remember(uuid, made);
      return await this.#seeding.seal(ctx, uuid, name, { profile: sent.profile, facts: sent.facts });
    });
  }

  /**
   * What an earlier try left. Where its lease is lost, because the answer that named it was, nobody can end it, and nothing can be done with the
   * machine until the server ends it: after five minutes without a renewal.
   */
  async #clear(ctx: Ctx, id: Doomed): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await this.#teardown.run(ctx, id);
        return;
      } catch (error) {
        if (!isFault(error, 'TaskInProgress') || tries >= LEASE_TRIES) throw error;
        this.#end.progress(ctx, 'waiting for the server to end an earlier import');
        await sleep(ctx, LEASE_PAUSES * this.#end.patience.retryMs);
      }
    }
  }

  /** Whoever works on this key next waits until the server is done with it, also when the caller goes away. */
  async #bring(ctx: Ctx, uuid: string, config: VirtualMachineConfigSpec, disk: DiskToSend, store: Store): Promise<Ref> {
    const { client, site } = this.#end;
    const { host } = await this.#end.hosts.place(ctx, store);
    const stop = new AbortController();
    const inner = makeCtx({ signal: stop.signal });
    const work = importMachine(inner, client, {
      pool: site.pool,
      folder: site.folder,
      host,
      config,
      disks: [disk],
      onProgress: (fraction) => ctx.progress({ text: 'sending the disk', fraction }),
    });
    return await this.#end.work.step(ctx, uuid, work, () => stop.abort());
  }

  async #config(ctx: Ctx, sent: Sent, store: Store, uuid: string, name: string): Promise<VirtualMachineConfigSpec> {
    const { hardware, guest } = sent.profile;
    const { options } = this.#end;
    const tags = {
      installation: options.installationId,
      kind: 'master',
      id: uuid,
      revision: sent.revisionId,
      created: new Date().toISOString(),
      profile: JSON.stringify(sent.profile),
    };
    return {
      name,
      instanceUuid: uuid,
      annotation: 'Carrel master',
      guestId: /windows/i.test(guest.os) ? 'windows9_64Guest' : 'otherLinux64Guest',
      firmware: hardware.firmware,
      ...size(hardware),
      files: { vmPathName: `[${store.name}]` },
      extraConfig: writeTags(tags),
      deviceChange: [
        controller(hardware.diskBus),
        {
          ...addDevice({
            _type: 'VirtualDisk',
            key: DISK,
            controllerKey: CONTROLLER,
            unitNumber: 0,
            capacityInKB: BigInt(sent.disk.virtualBytes / 1024),
            backing: { _type: 'VirtualDiskFlatVer2BackingInfo', fileName: '', diskMode: 'persistent', thinProvisioned: true },
          }),
          fileOperation: 'create',
        },
        addDevice({
          _type: hardware.nic === 'e1000' ? 'VirtualE1000' : hardware.nic === 'e1000e' ? 'VirtualE1000e' : 'VirtualVmxnet3',
          key: CARD,
          backing: await this.#network(ctx),
          addressType: 'generated',
          connectable: { startConnected: true, allowGuestControl: true, connected: true },
        }),
      ],
    };
  }

  /** The provider's, or the only one there is: a disk has no card that could tell. */
  async #network(ctx: Ctx): Promise<AnyVirtualEthernetCard['backing']> {
    const { client, site, options } = this.#end;
    const all = networksOf(client, site.datacenter);
    const [only] = all;
    const name = options.network ?? (all.length === 1 && only !== undefined ? shownName(only) : undefined);
    if (name === undefined) {
      throw driverError('not-supported', 'a disk does not say on which network its machines are to be', {
        hint: `Give the provider one: carrel provider set NAME --network one of ${all.map(shownName).join(', ')}.`,
      });
    }
    return await networkBacking(ctx, client, name, site.datacenter);
  }
}
