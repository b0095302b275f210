import type { DeletionProof, DiskChain, ParentFact, RemovedFile } from '../../../core/lineage.ts';
import { driverError } from '../../../driver/errors.ts';
import { type Ctx, sleep } from '../../../lib/context.ts';
import { backoffMs } from '../../../lib/retry.ts';
import { isFault } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { DiskFact, Files } from './files.ts';
import { type Folders, inUse } from './folders.ts';
import { diskSizes, type Layout, type Layouts } from './layout.ts';
import type { Locate } from '../endpoint/locate.ts';
import { datastoreName, folderOf, isInside, lastName } from '../inventory/paths.ts';
import { chainsOf, type View } from '../inventory/view.ts';

/** A file that somebody still has open is waited for so many times before the delete gives up and is run again later. */
const LOCKED_TRIES = 6;

/** What is to go. `kind` is what its tag must say: a master never goes as a machine. */
export interface Doomed {
  kind: 'machine' | 'master' | 'frozen';
  uuid: string;
  name: string;
  /** Its id in the proof. */
  label: string;
}

/** What is known before anything is removed. */
interface Before {
  chains: DiskChain[];
  own: RemovedFile[];
  parents: Map<string, DiskFact>;
  /** Of its own disks none stood on another, nor did a snapshot name any. */
  plain: boolean;
}

const NOTHING: Before = { chains: [], own: [], parents: new Map(), plain: false };

/**
 * The only way in which this driver takes a machine or a master away (vsphere.md §3.1): identify, power off, read the real chains, show that
 * the folder is its own and that nothing else needs it, unregister, delete that folder, look that the parents are still what they were.
 * Nothing here destroys: Destroy_Task walks up the chain.
 */
export class Teardown {
  readonly #end: Endpoint;
  readonly #locate: Locate;
  readonly #files: Files;
  readonly #layouts: Layouts;
  readonly #folders: Folders;

  constructor(parts: { end: Endpoint; locate: Locate; files: Files; layouts: Layouts; folders: Folders }) {
    this.#end = parts.end;
    this.#locate = parts.locate;
    this.#files = parts.files;
    this.#layouts = parts.layouts;
    this.#folders = parts.folders;
  }

  /** Takes away what has that instance UUID and name, and what is left in folders of that name. Done when nothing of it is there any more. */
  async run(ctx: Ctx, id: Doomed): Promise<DeletionProof> {
    const startedAt = new Date().toISOString();
    let before = NOTHING;
    const stores = new Set<string>();
    await this.#end.drive(ctx, async (round) => {
      // a round that comes after another is one that failed, or whose answer was lost
      const view = await this.#locate.find(ctx, id.uuid, id.name, round > 0, true);
      if (view === undefined) {
        this.#locate.mustHaveNoTwin(id.uuid);
        return true;
      }
      this.#mayTouch(view, id);
      if (view.folder !== undefined) stores.add(datastoreName(view.folder));
      for (const store of this.#whereMoved(view)) stores.add(store);
      if (before === NOTHING) before = await this.#read(ctx, view);
      if (!(await this.#takeOut(ctx, id.uuid, view))) return undefined;
      this.#locate.forget(id.uuid);
      return true;
    });
    // what was found is looked for where it lay; what was not, everywhere
    const where = stores.size > 0 ? [...stores] : this.#everywhere();
    const removed = await this.#removeFolders(ctx, id, where, before);
    const parents = await this.#parentsAfter(ctx, before.parents);
    return { machineId: id.label, startedAt, finishedAt: new Date().toISOString(), chainsBefore: before.chains, removed, parents };
  }

  /** Removes folders of that name that belong to no machine: what an earlier try left. Empty if there were none. */
  async leftovers(ctx: Ctx, id: { uuid: string; name: string }, keep?: string): Promise<RemovedFile[]> {
    return await this.#removeFolders(ctx, id, this.#everywhere(), NOTHING, keep);
  }

  #everywhere(): string[] {
    return this.#end.stores().flatMap((s) => (s.accessible ? [s.name] : []));
  }

  /** Where a move that broke off may have left something: one that is not to be seen by that name may have another now. */
  #whereMoved({ tags: { relocate } }: View): string[] {
    if (relocate === undefined) return [];
    return this.#end.stores().some((store) => store.name === relocate) ? [relocate] : this.#everywhere();
  }

  /** Identity: what cannot be read is touched only where reading will never be possible again (H48). */
  #mayTouch(view: View, id: Doomed): void {
    if (view.connection === 'disconnected' || view.connection === 'inaccessible') {
      throw driverError('unavailable', `machine ${id.label} is ${view.connection}: nothing is deleted until it can be seen`);
    }
    if (view.instanceUuid === undefined) return;
    if (!this.#end.owned(view)) throw driverError('not-owned', `the machine ${view.name} does not carry our tag`);
    if (view.tags.kind !== id.kind || view.tags.adopted !== undefined)
      throw driverError('not-owned', `${view.name} is a ${view.tags.kind}, not a ${id.kind}`);
    if (view.folder !== undefined && !this.#isOurs(view.folder)) {
      throw driverError('not-owned', `machine ${id.label} lies in ${view.folder}, which is not a folder that Carrel made`, {
        hint: 'Somebody moved it. Move its files back into a folder of its own, or remove it by hand.',
      });
    }
  }

  /** A folder of our names at the top of its datastore; on vSAN the server names folders by UUIDs. */
  #isOurs(folder: string): boolean {
    const name = lastName(folder);
    if (name === '' || folder !== `[${datastoreName(folder)}] ${name}/`) return false;
    return this.#end.names.parse(name) !== undefined || this.#end.store(datastoreName(folder)).vsan;
  }

  async #read(ctx: Ctx, view: View): Promise<Before> {
    await this.#standsAlone(ctx, view);
    const layout = await this.#layouts.get(ctx, view.ref);
    const chains = chainsOf(view, diskSizes(layout));
    const { folder } = view;
    const below = chains
      .flatMap((chain) => chain.map((disk) => disk.path))
      .filter((path) => folder === undefined || !isInside(folder, path));
    const own = (layout?.files ?? []).filter((file) => folder !== undefined && isInside(folder, file.path));
    return { chains, own, parents: await this.#files.facts(ctx, below), plain: isPlain(view, layout) };
  }

  /** `has-children` if another machine's files or disks need the folder; read live, foreign machines included. */
  async #standsAlone(ctx: Ctx, view: View): Promise<void> {
    if (view.folder === undefined) return;
    const others = await this.#end.usersOf(ctx, view.folder, view.ref);
    if (others.length === 0) return;
    throw inUse(view.folder, others);
  }

  /** Off and out of the inventory; false if it was not as it was thought to be, and must be looked at again. */
  async #takeOut(ctx: Ctx, key: string, view: View): Promise<boolean> {
    if (view.power !== 'off' && view.connection === 'connected') {
      this.#end.progress(ctx, 'switching off');
      try {
        await this.#end.powers.run(ctx, async () => await this.#end.task(ctx, key, 'PowerOffVM_Task', view.ref, {}, { patient: true }));
      } catch (error) {
        // off already, or gone: the next look tells
        if (!isFault(error, 'InvalidPowerState', 'ManagedObjectNotFound')) throw error;
      }
    }
    this.#end.progress(ctx, 'taking it out of the inventory');
    try {
      await this.#end.call(ctx, key, async (inner) => await this.#end.client.call(inner, 'UnregisterVM', view.ref, {}));
      return true;
    } catch (error) {
      if (!isFault(error, 'InvalidPowerState', 'ManagedObjectNotFound')) throw error;
      return false;
    }
  }

  async #removeFolders(
    ctx: Ctx,
    id: { uuid: string; name: string },
    where: readonly string[],
    before: Before,
    keep?: string,
  ): Promise<RemovedFile[]> {
    const removed = new Map<string, RemovedFile>();
    // a try that failed is followed by one that looks at every disk first
    return await this.#end.drive(ctx, async (tries) => {
      return await this.#removeRound(ctx, id, where, { ...before, plain: before.plain && tries === 0 }, removed, keep);
    });
  }

  async #removeRound(
    ctx: Ctx,
    id: { uuid: string; name: string },
    where: readonly string[],
    { own: known, plain }: Before,
    removed: Map<string, RemovedFile>,
    keep: string | undefined,
  ): Promise<RemovedFile[]> {
    for (let round = 0; ; round++) {
      // the machine's own folder is known and goes first; then others of its name are looked for, which shows too that this one is gone
      const own = round === 0 ? this.#ownFolders(known) : [];
      const searched = own.length === 0;
      const lists = searched ? await Promise.all(where.map(async (store) => await this.#files.foldersNamed(ctx, store, id.name))) : [own];
      const named = [...new Set(lists.flat())].filter((folder) => folder !== keep);
      // a name is no proof: what a machine lies in is that machine's, whatever it is called (H7)
      const users = await Promise.all(named.map(async (folder) => await this.#end.usersOf(ctx, folder)));
      const found = named.filter((folder, i) => !(users[i] ?? []).some((user) => user.folder === folder));
      if (found.length === 0 && !searched) continue;
      if (found.length === 0) return [...removed.values()];
      if (round >= LOCKED_TRIES) throw driverError('busy', `the folder ${found[0]} does not go away`);
      for (const folder of found) {
        const files = known.filter((file) => isInside(folder, file.path));
        for (const file of files.length > 0 ? files : await this.#files.tree(ctx, folder)) removed.set(file.path, file);
        await this.#removeFolder(ctx, id.uuid, folder, plain && round === 0);
      }
    }
  }

  /** Where the machine's files lay: also what a search by name does not find, for vSAN's folders are UUIDs. */
  #ownFolders(known: readonly RemovedFile[]): string[] {
    return [...new Set(known.map((file) => folderOf(file.path)))].filter((f) => this.#isOurs(f));
  }

  async #removeFolder(ctx: Ctx, key: string, folder: string, plain: boolean): Promise<void> {
    this.#end.progress(ctx, 'deleting its folder');
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#folders.remove(ctx, key, folder, plain && attempt === 1);
        return;
      } catch (error) {
        if (!isFault(error, 'FileLocked') || attempt >= LOCKED_TRIES) throw error;
        await sleep(ctx, backoffMs(attempt, this.#end.patience.retryMs, this.#end.patience.retryMs * 20));
      }
    }
  }

  async #parentsAfter(ctx: Ctx, before: ReadonlyMap<string, DiskFact>): Promise<ParentFact[]> {
    if (before.size === 0) return [];
    const after = await this.#files.facts(ctx, [...before.keys()]);
    const facts = [...before].map(([path, was]): ParentFact => {
      const is = after.get(path) ?? { exists: false, bytes: 0, identity: '' };
      return {
        path,
        existsBefore: was.exists,
        existsAfter: is.exists,
        bytesBefore: was.bytes,
        bytesAfter: is.bytes,
        identityBefore: was.identity,
        identityAfter: is.identity,
      };
    });
    return facts;
  }
}

/** Whether each disk in its own folder is a leaf of the machine, which has no snapshots: none of those was ever a parent, as far as it shows. */
function isPlain({ folder, snapshots, tags }: View, layout: Layout | undefined): boolean {
  if (folder === undefined || layout === undefined || snapshots !== undefined || tags.kind !== 'machine') return false;
  return layout.chains.every((chain) => chain.every((path, i) => i === 0 || !isInside(folder, path)));
}

/** Several deletes of one revision as one proof: what one of them removed is no parent of another's that had to stay. */
export function joinProofs(revisionId: string, proofs: readonly DeletionProof[]): DeletionProof {
  const now = new Date().toISOString();
  const removed = new Map(proofs.flatMap((p) => p.removed).map((file) => [file.path, file]));
  return {
    machineId: revisionId,
    startedAt: proofs[0]?.startedAt ?? now,
    finishedAt: proofs.at(-1)?.finishedAt ?? now,
    chainsBefore: proofs.flatMap((p) => p.chainsBefore),
    removed: [...removed.values()],
    parents: proofs.flatMap((p) => p.parents).filter((parent) => ![...removed.keys()].some((path) => isInside(path, parent.path))),
  };
}
