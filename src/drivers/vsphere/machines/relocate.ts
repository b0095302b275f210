import type { CloneResult } from '../../../driver/driver.ts';
import { driverError } from '../../../driver/errors.ts';
import type { Ctx } from '../../../lib/context.ts';
import { diskChain, type Ref, refKey } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Locate } from '../endpoint/locate.ts';
import { type Store, usableHosts } from '../endpoint/site.ts';
import { datastoreName } from '../inventory/paths.ts';
import { changeTags } from '../inventory/tags.ts';
import type { View } from '../inventory/view.ts';
import type { Masters } from '../masters/masters.ts';
import type { Files } from '../storage/files.ts';
import type { Folders } from '../storage/folders.ts';
import type { Layouts } from '../storage/layout.ts';
import type { Teardown } from '../storage/teardown.ts';
import type { Machines } from './machines.ts';
import { longer, mustBeFree, mustBeHeldByOthers, mustHaveRoom, type OwnDisks, outside, ownProfile } from './own-disks.ts';

/** All disks, none shared: what a server may attach to on the other datastore instead, and when it does, is not ours to say (vsphere.md §1.2). */
const WHOLE = 'moveAllDiskBackingsAndDisallowSharing';

/**
 * Moves a machine to another datastore (RelocateVM_Task), with whole disks of its own there: one that stood on a master stands on nothing
 * afterwards. The golden disks are neither moved nor touched: the server is asked only while other machines of its inventory name them.
 */
export class Relocate {
  readonly #end: Endpoint;
  readonly #files: Files;
  readonly #folders: Folders;
  readonly #layouts: Layouts;
  readonly #locate: Locate;
  readonly #machines: Machines;
  readonly #masters: Masters;
  readonly #ownDisks: OwnDisks;
  readonly #teardown: Teardown;

  constructor(parts: {
    end: Endpoint;
    files: Files;
    folders: Folders;
    layouts: Layouts;
    locate: Locate;
    machines: Machines;
    masters: Masters;
    ownDisks: OwnDisks;
    teardown: Teardown;
  }) {
    this.#end = parts.end;
    this.#files = parts.files;
    this.#folders = parts.folders;
    this.#layouts = parts.layouts;
    this.#locate = parts.locate;
    this.#machines = parts.machines;
    this.#masters = parts.masters;
    this.#ownDisks = parts.ownDisks;
    this.#teardown = parts.teardown;
  }

  /**
   * Errors: `not-supported` on a lone host, which moves nothing, for a machine made VCL's way, and where no host sees the datastore; `not-found` for
   * a datastore that is not used, with those that are; `wrong-state`, `gate-refused` and `no-space` as of un-link, and `wrong-state` while a disk that
   * somebody detached lies in its folder; `master-changed` if golden disks are gone after it.
   */
  async run(ctx: Ctx, machineId: string, datastore: string): Promise<CloneResult> {
    if (!this.#end.vcenter) throw driverError('not-supported', 'a lone host moves no machine to another datastore');
    // a datastore that went down just now is said to be down, and not full
    await this.#end.client.inventory.sync(ctx);
    const store = this.#store(datastore);
    let merges = 0;
    await this.#end.drive(ctx, async () => {
      const view = await this.#locate.machine(ctx, machineId);
      this.#machines.mustBeWhole(view);
      if (view.folder === undefined) throw driverError('unavailable', `it cannot be seen where machine ${machineId} lies`);
      if (liesOn(view, store)) return await this.#finish(ctx, machineId, view, store, () => merges++);
      mustBeFree(view, machineId);
      if (!store.accessible) throw driverError('wrong-state', `the datastore ${store.name} takes nothing new just now`);
      await mustBeHeldByOthers(ctx, this.#end, view);
      await this.#mustLeaveNothing(ctx, machineId, view.folder, view);
      // folders of an earlier try would be taken for the machine's, or make the server choose another name
      await this.#teardown.leftovers(ctx, this.#machines.id(machineId), view.folder);
      await mustHaveRoom(ctx, this.#end, this.#layouts, { machineId, view, disks: view.disks, store });
      if (view.tags.relocate !== store.name) await this.#tag(ctx, machineId, view, { relocate: store.name });
      await this.#move(ctx, machineId, view, store);
      return undefined;
    });
    await this.#end.client.inventory.sync(ctx);
    return await this.#machines.readBack(ctx, machineId);
  }

  /** Its former folder goes with all that is in it: a disk that somebody detached, which un-link leaves where it is, would go too. */
  async #mustLeaveNothing(ctx: Ctx, machineId: string, folder: string, view: View): Promise<void> {
    const [first, ...more] = await this.#folders.detached(ctx, folder, view, view.tags.unlink);
    if (first === undefined) return;
    const also = more.length === 0 ? '' : ` (and ${more.length} more)`;
    throw driverError('wrong-state', `in the folder of machine ${machineId} lies a disk that it does not have: ${first}${also}`, {
      hint: 'Attach it again, or move it elsewhere: the folder goes when the machine is moved.',
    });
  }

  #store(datastore: string): Store {
    const stores = this.#end.stores();
    const found = stores.find(({ name }) => name === datastore);
    if (found !== undefined) return found;
    throw driverError('not-found', `the datastore ${datastore} is not among those that are used`, {
      hint: `Name one of: ${stores.map(({ name }) => name).join(', ')}.`,
    });
  }

  /** Disk by disk: a disk that is not named goes by the server's own rules. */
  async #move(ctx: Ctx, machineId: string, view: View, store: Store): Promise<void> {
    const host = await this.#host(ctx, view, store);
    const disk = view.disks.map(({ key }) => ({ diskId: key, datastore: store.ref, diskMoveType: WHOLE }));
    const spec = { datastore: store.ref, diskMoveType: WHOLE, disk, ...(host === undefined ? {} : { host }) };
    await this.#end.copies.run(ctx, store.name, async () => await this.#end.task(ctx, machineId, 'RelocateVM_Task', view.ref, { spec }));
  }

  /** Another host than its own where that takes no machines or does not see the datastore; undefined: it stays on its own. */
  async #host(ctx: Ctx, view: View, store: Store): Promise<Ref | undefined> {
    const hosts = usableHosts(this.#end.client, this.#end.site);
    const read = await this.#end.client.readAll(ctx, 'HostSystem', hosts, ['datastore']);
    const seeing = read
      .filter(({ props }) => (props.datastore ?? []).some((ref) => refKey(ref) === refKey(store.ref)))
      .map(({ ref }) => ref);
    const { host } = view;
    if (host !== undefined && seeing.some((ref) => refKey(ref) === refKey(host))) return undefined;
    if (seeing[0] !== undefined) return seeing[0];
    throw driverError('not-supported', `no host that takes machines sees the datastore ${store.name}`, {
      hint: 'Choose another datastore, or take a host that sees it out of maintenance.',
    });
  }

  /** It lies there. What it left goes, and where the server copied its chain disk by disk one disk is made of it; `merge` counts the tries. */
  async #finish(ctx: Ctx, machineId: string, view: View, store: Store, merge: () => number): Promise<true | undefined> {
    const { tags } = view;
    const tidy = async (): Promise<true> => {
      await this.#teardown.leftovers(ctx, this.#machines.id(machineId), view.folder);
      return true;
    };
    const below = outside(view);
    if (below.length > 0) throw standsThere(machineId, below, store);
    const own = ownProfile(this.#masters, view);
    if (tags.relocate === undefined && tags.mode === 'full' && own.profile === undefined) return await tidy();
    const golden = await this.#files.facts(ctx, tags.parents);
    const gone = tags.parents.filter((path) => golden.get(path)?.exists !== true);
    if (gone.length > 0) throw driverError('master-changed', `${gone.join(', ')} ${gone.length === 1 ? 'is' : 'are'} not there any more`);
    if (tags.mode !== 'full' && longer(view).length > 0) {
      mustBeFree(view, machineId);
      await this.#ownDisks.shorten(ctx, machineId, view, merge());
      return undefined;
    }
    await this.#ownDisks.tidy(ctx, machineId, view);
    await tidy();
    await this.#tag(ctx, machineId, view, { mode: 'full', parents: '[]', unlink: '', relocate: '', ...own });
    return true;
  }

  async #tag(ctx: Ctx, machineId: string, view: View, tags: Parameters<typeof changeTags>[0]): Promise<void> {
    await this.#end.task(ctx, machineId, 'ReconfigVM_Task', view.ref, { spec: { extraConfig: changeTags(tags) } });
  }
}

/** Its configuration and the disks that it writes to. */
function liesOn({ folder, disks }: View, store: Store): boolean {
  return [folder, ...disks.map((disk) => diskChain(disk)[0])].every((path) => path !== undefined && datastoreName(path) === store.name);
}

/** It was not to be moved, or the server let it stand on what lies there: neither has disks of its own. */
function standsThere(machineId: string, [below = '']: readonly string[], store: Store): Error {
  if (datastoreName(below) !== store.name)
    return driverError('gate-refused', `machine ${machineId} stands on ${below}, of another datastore`);
  return driverError('wrong-state', `machine ${machineId} lies on ${store.name} already, on disks of its image`, {
    hint: '`carrel unlink` gives it its own.',
  });
}
