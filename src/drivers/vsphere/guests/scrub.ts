/** What is a person's or a machine's own goes out of a copy before it becomes a master (promise 8). */
import type { RevisionProfile } from '../../../core/image.ts';
import { driverError } from '../../../driver/errors.ts';
import { type Ctx, race, withTimeout } from '../../../lib/context.ts';
import { CarrelError } from '../../../lib/errors.ts';
import { diskChain, ethernetCardsOf, editDevice, extraConfig, guestInfo, type OptionValue } from '../../../vsphere/index.ts';
import type { Access } from './access.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { toDriverError } from '../endpoint/faults.ts';
import { lockSelfScript, NOT_GIVEN_BACK, SAID, scrubScript } from './scrub-script.ts';
import { Programs } from './programs.ts';
import { Readiness } from './readiness.ts';
import { powerOf, type View } from '../inventory/view.ts';

const SHUTDOWN_MS = 120_000;

const FREE_BLOCKS =
  'its disk takes no freed blocks back (fstrim), so what was deleted from it, by its cleaning or before, may still lie in free blocks';

/** What a revision says of its cleaning. */
export type Cleaned = { scrubbed: 'yes' | 'no'; unclean?: string };

/** How to get into the copy: as into the machine that it is a copy of. */
export interface ScrubPlan {
  access: Access;
  profile: RevisionProfile;
  /** The machine: as which instance cloud-init knows the copy, so that it does nothing as for a new one. */
  machineId: string;
}

/**
 * The copy runs once, without network, and cleans itself by a program as root; the machine that was captured stays as it is. What stops halfway is
 * a half master, and goes with it.
 */
export class Scrub {
  readonly #end: Endpoint;
  readonly #programs: Programs;
  readonly #ready: Readiness;

  constructor(end: Endpoint) {
    this.#end = end;
    this.#programs = new Programs(end);
    this.#ready = new Readiness(end);
  }

  /** Facts of the revision: whether it is clean, or why not. Throws where only the server stood in the way, since that passes. */
  async run(ctx: Ctx, key: string, copy: View, plan: ScrubPlan): Promise<Cleaned> {
    if (copy.disks.some((disk) => diskChain(disk).length !== 1)) throw driverError('not-linked', `${copy.name} stands on other disks`);
    this.#end.progress(ctx, 'cleaning the copy: starting it without network');
    await this.#configure(ctx, key, copy, false, [
      ...guestInfo({ metadata: JSON.stringify({ 'instance-id': plan.machineId }) }),
      ...extraConfig({ 'uuid.action': 'keep' }),
    ]);
    const cleaned = await this.#clean(ctx, key, copy, plan);
    await this.#off(ctx, key, copy);
    await this.#configure(ctx, key, copy, true, extraConfig({ 'guestinfo.metadata': '', 'guestinfo.metadata.encoding': '' }));
    return cleaned;
  }

  async #clean(ctx: Ctx, key: string, copy: View, { access, profile }: ScrubPlan): Promise<Cleaned> {
    const { bootTimeoutS } = profile.guest;
    try {
      await this.#end.powers.run(ctx, async () => await this.#end.task(ctx, key, 'PowerOnVM_Task', copy.ref, {}));
      await this.#ready.until(ctx, copy, key, this.#ready.tools(copy, bootTimeoutS));
      this.#end.progress(ctx, "cleaning the copy: removing what is a person's or a machine's");
      const left = await this.#programs.runOnce(ctx, copy, key, access, scrubScript(access.user), bootTimeoutS).then(
        () => ({}),
        (error: unknown) => {
          if (error instanceof CarrelError && error.details['exitCode'] === NOT_GIVEN_BACK) return { unclean: FREE_BLOCKS };
          throw error;
        },
      );
      if (access.kind === 'cloud-init') await this.#lock(ctx, key, copy, access);
      return { scrubbed: 'yes', ...left };
    } catch (error) {
      const known = toDriverError(error);
      if (ctx.signal.aborted || known.retry === 'later') throw error;
      this.#end.log.warn({ err: error, vm: copy.name }, 'a capture could not be cleaned');
      const said = known.details['exitCode'] === undefined ? '' : await this.#programs.lastLines(ctx, copy, key, access, SAID);
      const why = said === '' ? known.message : `${known.message}; its last lines: ${said}`;
      return { scrubbed: 'no', unclean: `its cleaning did not come to its end: ${why}` };
    }
  }

  /** The machine's own account goes too; the image's stays, since its machines need it. */
  async #lock(ctx: Ctx, key: string, copy: View, access: Access): Promise<void> {
    await this.#programs.start(ctx, copy, key, access, lockSelfScript(access.user));
    await this.#ready.until(ctx, copy, key, this.#ready.locked(copy));
  }

  /** By itself if it can, so that what it removed is on the disk. */
  async #off(ctx: Ctx, key: string, copy: View): Promise<void> {
    this.#end.progress(ctx, 'cleaning the copy: shutting it down');
    const { inventory } = this.#end.client;
    const isOff = (): boolean => powerOf(inventory.prop('VirtualMachine', copy.ref, 'runtime.powerState')) === 'off';
    await inventory.sync(ctx);
    if (isOff()) return;
    let stop = (): void => {};
    const off = new Promise<void>((resolve) => {
      stop = inventory.onChange(() => isOff() && resolve());
    });
    try {
      await this.#end.call(ctx, key, async (inner) => await this.#end.client.call(inner, 'ShutdownGuest', copy.ref, {}));
      await race(withTimeout(ctx, this.#end.options.shutdownMs ?? SHUTDOWN_MS), off);
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      await this.#end.task(ctx, key, 'PowerOffVM_Task', copy.ref, {});
    } finally {
      stop();
    }
  }

  async #configure(ctx: Ctx, key: string, copy: View, network: boolean, settings: OptionValue[]): Promise<void> {
    const deviceChange = ethernetCardsOf(copy.devices).map((card) =>
      editDevice({ ...card, connectable: { allowGuestControl: true, connected: false, ...card.connectable, startConnected: network } }),
    );
    await this.#end.task(ctx, key, 'ReconfigVM_Task', copy.ref, { spec: { deviceChange, extraConfig: settings } });
  }
}
