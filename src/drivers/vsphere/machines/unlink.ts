import type { CloneResult } from '../../../driver/driver.ts';
import { driverError, noRoomForCopy } from '../../../driver/errors.ts';
import type { Ctx } from '../../../lib/context.ts';
import { diskChain, flattenSnapshots, type VirtualDeviceConfigSpec, type VirtualDisk } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Locate } from '../endpoint/locate.ts';
import { bare, folderOf, isInside } from '../inventory/paths.ts';
import { changeTags } from '../inventory/tags.ts';
import type { View } from '../inventory/view.ts';
import { existingDisk } from '../masters/hardware.ts';
import type { Masters } from '../masters/masters.ts';
import type { Folders } from '../storage/folders.ts';
import { diskSizes, type Layouts } from '../storage/layout.ts';
import type { Machines } from './machines.ts';

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

  constructor(parts: { end: Endpoint; folders: Folders; layouts: Layouts; locate: Locate; machines: Machines; masters: Masters }) {
    this.#end = parts.end;
    this.#folders = parts.folders;
    this.#layouts = parts.layouts;
    this.#locate = parts.locate;
    this.#machines = parts.machines;
    this.#masters = parts.masters;
  }

  /**
   * Errors: `wrong-state` while it is not off or has checkpoints; `not-supported` for one made VCL's way, whose snapshot names the master's disk
   * itself; `gate-refused` where the server would merge into a disk that is not the machine's; `no-space`, with what is missing.
   */
  async run(ctx: Ctx, machineId: string): Promise<CloneResult> {
    await this.#end.drive(ctx, async () => {
      const view = await this.#locate.machine(ctx, machineId);
      this.#machines.mustBeWhole(view);
      if (view.tags.mode === 'full') {
        const tags = this.#ownProfile(view);
        if (tags.profile !== undefined) await this.#tag(ctx, machineId, view, tags);
        return true;
      }
      if (outside(view).length === 0) {
        await this.#tidy(ctx, machineId, view);
        await this.#tag(ctx, machineId, view, { mode: 'full', parents: '[]', unlink: '', ...this.#ownProfile(view) });
        return true;
      }
      mustBeFree(view, machineId);
      const folder = await this.#tidy(ctx, machineId, view);
      await this.#mustHaveRoom(ctx, machineId, view, folder);
      if (view.tags.unlink === undefined) {
        await this.#tag(ctx, machineId, view, { unlink: JSON.stringify(await this.#folders.disks(ctx, folder)) });
      }
      if (this.#end.vcenter) await this.#promote(ctx, machineId, view);
      else await this.#exchange(ctx, machineId, view, folder);
      return undefined;
    });
    await this.#end.client.inventory.sync(ctx);
    return await this.#machines.readBack(ctx, machineId);
  }

  /** How its guest is to be reached is read from its master while there is one; from now on that may go. */
  #ownProfile({ tags }: View): { profile?: string } {
    const profile = tags.profile === undefined ? this.#masters.of(tags.revisionId ?? '')[0]?.tags.profile : undefined;
    return profile === undefined ? {} : { profile: JSON.stringify(profile) };
  }

  /** The copies lie beside the leaves until these are gone. A disk of which no size is told counts with all that it can hold. */
  async #mustHaveRoom(ctx: Ctx, machineId: string, view: View, folder: string): Promise<void> {
    const sizes = diskSizes(await this.#layouts.get(ctx, view.ref));
    const needed = view.disks
      .filter((disk) => diskChain(disk).some((path) => !isInside(folder, path)))
      .reduce((sum, disk) => {
        const files = diskChain(disk).map((path) => sizes.get(path));
        const known = files.every((bytes) => bytes !== undefined);
        return sum + (known ? files.reduce((all, bytes) => all + bytes, 0) : Number(disk.capacityInBytes ?? 0));
      }, 0);
    const store = this.#end.stores().find(({ name }) => folder.startsWith(`[${name}]`));
    if (store === undefined) throw driverError('unavailable', `the datastore of ${folder} is not among those that are used`);
    const free = await this.#end.freeNow(ctx, store);
    if (needed > free) throw noRoomForCopy(machineId, `the datastore ${store.name}`, needed, free);
  }

  async #tag(ctx: Ctx, machineId: string, view: View, tags: Parameters<typeof changeTags>[0]): Promise<void> {
    await this.#end.task(ctx, machineId, 'ReconfigVM_Task', view.ref, { spec: { extraConfig: changeTags(tags) } });
  }

  /** Takes away what an earlier try made and what the machine has no use for any more; answers its folder. */
  async #tidy(ctx: Ctx, machineId: string, view: View): Promise<string> {
    const { folder, tags } = view;
    if (folder === undefined) throw driverError('unavailable', `it cannot be seen where machine ${machineId} lies`);
    const alone = flattenSnapshots(view.snapshots).length === 0;
    if (alone && tags.unlink !== undefined) await this.#folders.removeUnused(ctx, machineId, folder, view, tags.unlink);
    return folder;
  }

  /**
   * The server copies what other machines of its inventory use, and merges into its parent what none does: a master that is not registered there
   * would be written to. So each disk outside of the machine's folder must be named by another machine, as of now.
   */
  async #promote(ctx: Ctx, machineId: string, view: View): Promise<void> {
    for (const path of outside(view)) {
      const users = await this.#end.usersOf(ctx, folderOf(path), view.ref);
      const names = (user: View): boolean => user.disks.some((disk) => diskChain(disk).includes(path));
      if (users.some(names)) continue;
      throw driverError('gate-refused', `no other machine of the inventory stands on ${path}, so the server would write into it`, {
        hint: 'Register its master again first.',
      });
    }
    await this.#end.task(ctx, machineId, 'PromoteDisks_Task', view.ref, { unlink: true });
  }

  /** Copies beside the leaves, then all of them attached at once in the leaves' place; these go afterwards. */
  async #exchange(ctx: Ctx, machineId: string, view: View, folder: string): Promise<void> {
    const deviceChange: VirtualDeviceConfigSpec[] = [];
    for (const [i, disk] of view.disks.entries()) {
      const leaf = diskChain(disk)[0];
      if (leaf === undefined || diskChain(disk).every((path) => isInside(folder, path))) continue;
      const to = `${bare(folder)}/${this.#end.names.machine(machineId)}-own${i === 0 ? '' : `_${i}`}.vmdk`;
      await this.#end.copies.run(ctx, this.#storeOf(to), async () => await this.#end.copyDisk(ctx, machineId, leaf, to));
      deviceChange.push({ operation: 'remove', device: disk as VirtualDisk }, existingDisk(disk, to, false));
    }
    await this.#end.task(ctx, machineId, 'ReconfigVM_Task', view.ref, { spec: { deviceChange } });
  }

  #storeOf(path: string): string {
    return this.#end.stores().find((store) => path.startsWith(`[${store.name}]`))?.name ?? path;
  }
}

/** Disks of its chains that are not in its own folder. */
function outside({ disks, folder }: View): string[] {
  return [...new Set(disks.flatMap((disk) => diskChain(disk)))].filter((path) => folder === undefined || !isInside(folder, path));
}

function mustBeFree(view: View, machineId: string): void {
  if (view.tags.root) {
    throw driverError('not-supported', `machine ${machineId} was made on the master's disk itself and cannot be taken off it`, {
      hint: 'Reserve a full copy instead, or capture the machine as an image.',
    });
  }
  if (view.power !== 'off') throw driverError('wrong-state', `machine ${machineId} is ${view.power}`, { hint: 'Switch it off first.' });
  if (flattenSnapshots(view.snapshots).length > 0) {
    throw driverError('wrong-state', `machine ${machineId} has checkpoints, which stand on its master too`, { hint: 'Delete them first.' });
  }
}
