import { driverError, noRoomForCopy } from '../../../driver/errors.ts';
import type { Ctx } from '../../../lib/context.ts';
import { diskChain, flattenSnapshots, type VirtualDeviceConfigSpec, type VirtualDisk } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Store } from '../endpoint/site.ts';
import { bare, datastoreName, folderOf, isInside } from '../inventory/paths.ts';
import { changeTags } from '../inventory/tags.ts';
import type { View } from '../inventory/view.ts';
import { existingDisk } from '../masters/hardware.ts';
import type { Masters } from '../masters/masters.ts';
import type { Folders } from '../storage/folders.ts';
import { diskSizes, type Layouts } from '../storage/layout.ts';

/** What un-link and the move to another datastore share: what is looked at before a machine gets whole disks of its own, and how it gets them. */

/** Disks of its chains that are not in its own folder. */
export function outside({ disks, folder }: View): string[] {
  return [...new Set(disks.flatMap((disk) => diskChain(disk)))].filter((path) => folder === undefined || !isInside(folder, path));
}

/** Its disks whose chains leave its folder. */
export function shared({ disks, folder }: View): VirtualDisk[] {
  return disks.filter((disk) => diskChain(disk).some((path) => folder === undefined || !isInside(folder, path)));
}

/** Disks that stand on another disk. */
export function longer({ disks }: View): VirtualDisk[] {
  return disks.filter((disk) => diskChain(disk).length > 1);
}

/** `wrong-state` while it is not off or has checkpoints; `not-supported` for one made VCL's way, whose snapshot names the master's disk itself. */
export function mustBeFree(view: View, machineId: string): void {
  if (view.tags.root) {
    throw driverError('not-supported', `machine ${machineId} was made on the master's disk itself and cannot be taken off it`, {
      hint: 'Reserve a full copy instead, or capture the machine as an image.',
    });
  }
  if (view.power !== 'off') throw driverError('wrong-state', `machine ${machineId} is ${view.power}`, { hint: 'Switch it off first.' });
  if (flattenSnapshots(view.snapshots).length === 0) return;
  const master = view.tags.mode === 'full' ? '' : ', which stand on its master too';
  throw driverError('wrong-state', `machine ${machineId} has checkpoints${master}`, { hint: 'Delete them first.' });
}

/**
 * Servers copy what other machines of their inventory use and take what none does for the machine's own: a master that is not registered there
 * would be written to, or moved. So each disk outside of the machine's folder must be named by another machine, as of now; else `gate-refused`.
 */
export async function mustBeHeldByOthers(ctx: Ctx, end: Endpoint, view: View): Promise<void> {
  for (const path of outside(view)) {
    const users = await end.usersOf(ctx, folderOf(path), view.ref);
    if (users.some((user) => user.disks.some((disk) => diskChain(disk).includes(path)))) continue;
    throw driverError(
      'gate-refused',
      `no other machine of the inventory stands on ${path}, so the server would take it for this machine's own`,
      {
        hint: 'Register its master again first.',
      },
    );
  }
}

/** `no-space` unless whole copies of the disks have room on the datastore. A disk of which no size is told counts with all that it can hold. */
export async function mustHaveRoom(
  ctx: Ctx,
  end: Endpoint,
  layouts: Layouts,
  { machineId, view, disks, store }: { machineId: string; view: View; disks: readonly VirtualDisk[]; store: Store },
): Promise<void> {
  const sizes = diskSizes(await layouts.get(ctx, view.ref));
  const needed = disks.reduce((sum, disk) => {
    const files = diskChain(disk).map((path) => sizes.get(path));
    const known = files.every((bytes) => bytes !== undefined);
    return sum + (known ? files.reduce((all, bytes) => all + bytes, 0) : Number(disk.capacityInBytes ?? 0));
  }, 0);
  const free = await end.freeNow(ctx, store);
  if (needed > free) throw noRoomForCopy(machineId, `the datastore ${store.name}`, needed, free);
}

/** How its guest is to be reached is read from its master while there is one; once its disks are its own that may go. */
export function ownProfile(masters: Masters, { tags }: View): { profile?: string } {
  const profile = tags.profile === undefined ? masters.of(tags.revisionId ?? '')[0]?.tags.profile : undefined;
  return profile === undefined ? {} : { profile: JSON.stringify(profile) };
}

/** Makes one disk of each chain of a machine that {@link mustBeFree}. */
export class OwnDisks {
  readonly #end: Endpoint;
  readonly #folders: Folders;
  readonly #layouts: Layouts;

  constructor(parts: { end: Endpoint; folders: Folders; layouts: Layouts }) {
    this.#end = parts.end;
    this.#folders = parts.folders;
    this.#layouts = parts.layouts;
  }

  /** Takes away what an earlier try made and what the machine has no use for any more; answers its folder. */
  async tidy(ctx: Ctx, machineId: string, view: View): Promise<string> {
    const { folder, tags } = view;
    if (folder === undefined) throw driverError('unavailable', `it cannot be seen where machine ${machineId} lies`);
    const alone = flattenSnapshots(view.snapshots).length === 0;
    if (alone && tags.unlink !== undefined) await this.#folders.removeUnused(ctx, machineId, folder, view, tags.unlink);
    return folder;
  }

  /**
   * A server that copied what others use and put the machine's own disk onto the copy: it is asked once to make one disk of them, and if it does
   * not, the whole disk is copied, as on a lone host. Nothing but the machine's own disks is written to: all of the chain lies in its folder.
   * `merges`: how often it was asked. Errors: `no-space`.
   */
  async shorten(ctx: Ctx, machineId: string, view: View, merges: number): Promise<void> {
    if (this.#end.vcenter && merges === 0) {
      await this.#end.task(ctx, machineId, 'PromoteDisks_Task', view.ref, { unlink: true });
      return;
    }
    const folder = await this.tidy(ctx, machineId, view);
    const disks = longer(view);
    await mustHaveRoom(ctx, this.#end, this.#layouts, { machineId, view, disks, store: this.#end.store(datastoreName(folder)) });
    // what it stands on now was there before too, and goes with the rest
    const named = new Set(view.disks.flatMap(diskChain));
    const kept = (view.tags.unlink ?? []).filter((path) => !named.has(path));
    const spec = { extraConfig: changeTags({ unlink: JSON.stringify(kept) }) };
    await this.#end.task(ctx, machineId, 'ReconfigVM_Task', view.ref, { spec });
    await this.exchange(ctx, machineId, view, disks);
  }

  /** Copies beside the leaves, then all of them attached at once in the leaves' place; these go afterwards. */
  async exchange(ctx: Ctx, machineId: string, view: View, disks: readonly VirtualDisk[]): Promise<void> {
    const deviceChange: VirtualDeviceConfigSpec[] = [];
    for (const [i, disk] of view.disks.entries()) {
      const leaf = diskChain(disk)[0];
      if (leaf === undefined || !disks.includes(disk)) continue;
      const to = `${bare(view.folder ?? '')}/${this.#end.names.machine(machineId)}-own${i === 0 ? '' : `_${i}`}.vmdk`;
      await this.#end.copies.run(ctx, datastoreName(to), async () => await this.#end.copyDisk(ctx, machineId, leaf, to));
      deviceChange.push({ operation: 'remove', device: disk }, existingDisk(disk, to, false));
    }
    await this.#end.task(ctx, machineId, 'ReconfigVM_Task', view.ref, { spec: { deviceChange } });
  }
}
