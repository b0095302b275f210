import type { CloneResult } from '../../../driver/driver.ts';
import type { Ctx } from '../../../lib/context.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Locate } from '../endpoint/locate.ts';
import { datastoreName } from '../inventory/paths.ts';
import { changeTags } from '../inventory/tags.ts';
import type { View } from '../inventory/view.ts';
import type { Masters } from '../masters/masters.ts';
import type { Folders } from '../storage/folders.ts';
import type { Layouts } from '../storage/layout.ts';
import type { Machines } from './machines.ts';
import { longer, mustBeFree, mustBeHeldByOthers, mustHaveRoom, type OwnDisks, outside, ownProfile, shared } from './own-disks.ts';

/**
 * Takes a machine off its master: afterwards it has disks of its own that stand on nothing, as a full copy has. vCenter copies what others use
 * too and merges the rest (PromoteDisks_Task); a lone host copies the whole disk and gets the copy in its place.
 */
export class Unlink {
  readonly #end: Endpoint;
  readonly #folders: Folders;
  readonly #layouts: Layouts;
  readonly #locate: Locate;
  readonly #machines: Machines;
  readonly #masters: Masters;
  readonly #ownDisks: OwnDisks;

  constructor(parts: {
    end: Endpoint;
    folders: Folders;
    layouts: Layouts;
    locate: Locate;
    machines: Machines;
    masters: Masters;
    ownDisks: OwnDisks;
  }) {
    this.#end = parts.end;
    this.#folders = parts.folders;
    this.#layouts = parts.layouts;
    this.#locate = parts.locate;
    this.#machines = parts.machines;
    this.#masters = parts.masters;
    this.#ownDisks = parts.ownDisks;
  }

  /**
   * Errors: `wrong-state` while it is not off or has checkpoints; `not-supported` for one made VCL's way, whose snapshot names the master's disk
   * itself; `gate-refused` where the server would merge into a disk that is not the machine's; `no-space`, with what is missing.
   */
  async run(ctx: Ctx, machineId: string): Promise<CloneResult> {
    let merges = 0;
    await this.#end.drive(ctx, async () => {
      const view = await this.#locate.machine(ctx, machineId);
      this.#machines.mustBeWhole(view);
      if (view.tags.mode === 'full') {
        const tags = ownProfile(this.#masters, view);
        if (tags.profile !== undefined) await this.#tag(ctx, machineId, view, tags);
        return true;
      }
      if (outside(view).length === 0 && longer(view).length > 0) {
        mustBeFree(view, machineId);
        await this.#ownDisks.shorten(ctx, machineId, view, merges++);
        return undefined;
      }
      if (outside(view).length === 0) {
        await this.#ownDisks.tidy(ctx, machineId, view);
        await this.#tag(ctx, machineId, view, { mode: 'full', parents: '[]', unlink: '', ...ownProfile(this.#masters, view) });
        return true;
      }
      mustBeFree(view, machineId);
      const folder = await this.#ownDisks.tidy(ctx, machineId, view);
      await mustHaveRoom(ctx, this.#end, this.#layouts, {
        machineId,
        view,
        disks: shared(view),
        store: this.#end.store(datastoreName(folder)),
      });
      if (view.tags.unlink === undefined) {
        await this.#tag(ctx, machineId, view, { unlink: JSON.stringify(await this.#folders.disks(ctx, folder)) });
      }
      if (this.#end.vcenter) await this.#promote(ctx, machineId, view);
      else await this.#ownDisks.exchange(ctx, machineId, view, shared(view));
      return undefined;
    });
    await this.#end.client.inventory.sync(ctx);
    return await this.#machines.readBack(ctx, machineId);
  }

  async #tag(ctx: Ctx, machineId: string, view: View, tags: Parameters<typeof changeTags>[0]): Promise<void> {
    await this.#end.task(ctx, machineId, 'ReconfigVM_Task', view.ref, { spec: { extraConfig: changeTags(tags) } });
  }

  /**
   * The server copies what other machines of its inventory use, and merges into its parent what none does: a master that is not registered there
   * would be written to. So each disk outside of the machine's folder must be named by another machine, as of now.
   */
  async #promote(ctx: Ctx, machineId: string, view: View): Promise<void> {
    await mustBeHeldByOthers(ctx, this.#end, view);
    await this.#end.task(ctx, machineId, 'PromoteDisks_Task', view.ref, { unlink: true });
  }
}
