import type { CloneSpec } from '../../../driver/driver.ts';
import { driverError } from '../../../driver/errors.ts';
import type { Ctx } from '../../../lib/context.ts';
import { editDevice, ethernetCardsOf, extraConfig, guestInfo, isFault, type Ref } from '../../../vsphere/index.ts';
import { wipedUserData } from '../guests/access.ts';
import { MACHINE_ID_KEY } from '../guests/guest-scripts.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Locate } from '../endpoint/locate.ts';
import { type Frozen, frozenPaths } from '../masters/frozen.ts';
import { ownCards } from '../masters/hardware.ts';
import type { SealedMaster } from '../masters/masters.ts';
import { changeTags, writeTags } from '../inventory/tags.ts';
import type { View } from '../inventory/view.ts';

/**
 * Instant clones (vsphere.md §2): each begins as its frozen parent is, with its memory and on its disk. The call takes no instance UUID and no size,
 * so the one is given at once afterwards and the other is the parent's. Nothing of it can be reached before it is switched on: its card is not plugged in.
 */
export class InstantClones {
  readonly #end: Endpoint;
  readonly #locate: Locate;
  readonly #frozen: Frozen;

  constructor(parts: { end: Endpoint; locate: Locate; frozen: Frozen }) {
    this.#end = parts.end;
    this.#locate = parts.locate;
    this.#frozen = parts.frozen;
  }

  /** The clone as the server shows it then; nobody has judged it yet. Errors: of {@link Frozen.ensure}, and the server's. */
  async make(ctx: Ctx, spec: CloneSpec, master: SealedMaster): Promise<View> {
    const parent = await this.#frozen.ensure(ctx, master, spec.hardware);
    const name = this.#end.names.machine(spec.machineId);
    const args = { spec: { name, location: this.#location(parent, master), config: this.#config(spec, parent) } };
    const made = await this.#end.drive(
      ctx,
      async (round) => {
        const there = round > 0 ? await this.#there(ctx, spec.machineId) : undefined;
        if (there !== undefined) return there;
        this.#end.progress(ctx, 'forking the frozen parent');
        const ask = async () => await this.#end.task(ctx, spec.machineId, 'InstantClone_Task', parent.ref, args);
        const { result } = await this.#end.clones.run(ctx, ask);
        return await this.#end.look(ctx, result as Ref);
      },
      (error) => isFault(error, 'DuplicateName', 'FileAlreadyExists'),
    );
    const whole = await this.#name(ctx, spec.machineId, made);
    const taken = ethernetCardsOf(parent.devices).map((card) => card.macAddress?.toLowerCase());
    if (ethernetCardsOf(whole.devices).some((card) => taken.includes(card.macAddress?.toLowerCase()))) {
      throw driverError('not-supported', "this server gives an instant clone its parent's network address");
    }
    return whole;
  }

  /** One that a crash left without its instance UUID gets it, so that whatever looks for the machine finds it; false if there is none. */
  async finishNaming(ctx: Ctx, machineId: string): Promise<boolean> {
    const half = this.#unnamed(machineId);
    if (half !== undefined) await this.#name(ctx, machineId, half);
    return half !== undefined;
  }

  #unnamed(machineId: string): View | undefined {
    const { register, names } = this.#end;
    const views = register.byName(names.machine(machineId)).flatMap((ref) => register.view(ref) ?? []);
    return views.find((view) => this.#end.unnamedInstant(view) === machineId.toLowerCase());
  }

  async #there(ctx: Ctx, machineId: string): Promise<View | undefined> {
    const named = await this.#locate.find(ctx, machineId, this.#end.names.machine(machineId), true);
    return named ?? this.#unnamed(machineId);
  }

  async #name(ctx: Ctx, machineId: string, made: View): Promise<View> {
    return await this.#end.drive(ctx, async () => {
      const now = await this.#end.look(ctx, made.ref);
      if (now === undefined) throw driverError('unavailable', `machine ${machineId} disappeared while it was made`);
      if (now.instanceUuid === machineId.toLowerCase() && now.tags.id === now.instanceUuid) {
        this.#locate.remember(machineId, now.ref);
        return now;
      }
      const extra = changeTags({ id: machineId.toLowerCase() });
      await this.#end.task(ctx, machineId, 'ReconfigVM_Task', made.ref, { spec: { instanceUuid: machineId, extraConfig: extra } });
      return undefined;
    });
  }

  #location(parent: View, master: SealedMaster) {
    const { site } = this.#end;
    // the parent's own networks: it was made with those of the master, or of the provider
    const deviceChange = ownCards(parent.devices, undefined);
    return { folder: site.folder, pool: site.pool, datastore: this.#end.store(master.store).ref, deviceChange };
  }

  /** cloud-init knows the guest as its parent's instance; told another name, it would make a new machine of it at its next boot. */
  #config(spec: CloneSpec, parent: View) {
    const metadata = JSON.stringify({ 'instance-id': parent.instanceUuid, 'local-hostname': spec.hostname });
    return [
      ...writeTags({
        installation: this.#end.options.installationId,
        kind: 'machine',
        revision: spec.revisionId,
        mode: 'instant',
        created: new Date().toISOString(),
        parents: JSON.stringify(frozenPaths(parent)),
        disks: String(parent.disks.length),
        frozen: parent.instanceUuid ?? '',
        held: '1',
      }),
      ...extraConfig({ 'uuid.action': 'keep', [MACHINE_ID_KEY]: '' }),
      ...wipedUserData(),
      ...guestInfo({ metadata }),
    ];
  }

  /** Plugs its cards in: from then on it is the machine that was asked for. Done for one that is not held. */
  async release(ctx: Ctx, machineId: string, view: View): Promise<void> {
    const deviceChange = ethernetCardsOf(view.devices).map((card) =>
      editDevice({
        ...card,
        connectable: { allowGuestControl: true, ...card.connectable, startConnected: true, connected: view.power === 'on' },
      }),
    );
    await this.#end.task(ctx, machineId, 'ReconfigVM_Task', view.ref, { spec: { deviceChange, extraConfig: changeTags({ held: '' }) } });
  }
}
