import { driverError } from '../../../driver/errors.ts';
import type { Ctx } from '../../../lib/context.ts';
import { diskChain, isFault, refKey, type Ref } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Descriptor, Files } from './files.ts';
import type { Layouts } from './layout.ts';
import { datastoreName, isInside, lastName } from '../inventory/paths.ts';
import { chainsOf, type View } from '../inventory/view.ts';

/** A disk in a folder that is to go, as its descriptor tells. */
interface Doomed {
  path: string;
  descriptor: Descriptor;
}

/**
 * Removes folders of our own. A disk that was ever a parent is marked `ddb.deletable = "false"`, also when the last child is long gone, and
 * servers refuse the whole folder for it. Then its disks go one by one, leaf first, and the mark is taken from each that has it, only after
 * it was shown that nothing outside the folder stands on them (vsphere.md §3.4).
 */
export class Folders {
  readonly #end: Endpoint;
  readonly #files: Files;
  readonly #layouts: Layouts;

  constructor(parts: { end: Endpoint; files: Files; layouts: Layouts }) {
    this.#end = parts.end;
    this.#files = parts.files;
    this.#layouts = parts.layouts;
  }

  /**
   * `plain`: its machine named no disk in it that another stood on. Then it goes at one go where it is known of every machine in the inventory that
   * it needs nothing there, without a look for marks first: what that look would have to be followed by is known already, and a server that finds a
   * mark refuses. Errors: `has-children` if a machine needs files in the folder; `unavailable` if that cannot be known of a marked disk.
   */
  async remove(ctx: Ctx, key: string, folder: string, plain = false): Promise<void> {
    const users = await this.#end.usersOf(ctx, folder);
    if (users.length > 0) throw inUse(folder, users);
    if (plain && (await this.#nobodyNeeds(ctx, folder)) && (await this.#goesAtOnce(ctx, key, folder))) return;
    await this.#removeMarked(ctx, key, folder);
    await this.#files.deleteFolder(ctx, key, folder);
  }

  /** Of every machine, by its devices and by what its snapshots froze; false where one cannot be read. The inventory is as of a moment ago. */
  async #nobodyNeeds(ctx: Ctx, folder: string): Promise<boolean> {
    const { register } = this.#end;
    if (register.blind > 0 || !(await this.#layouts.noneIn(ctx, folder))) return false;
    return register.blind === 0 && register.usersOf(folder).length === 0;
  }

  /** False if the server refused it for a disk that is marked. */
  async #goesAtOnce(ctx: Ctx, key: string, folder: string): Promise<boolean> {
    try {
      await this.#files.deleteFolder(ctx, key, folder);
      return true;
    } catch (error) {
      if (!isFault(error, 'CannotDeleteFile')) throw error;
      return false;
    }
  }

  async #removeMarked(ctx: Ctx, key: string, folder: string): Promise<void> {
    const disks = await this.#disksIn(ctx, folder);
    if (disks.every(({ descriptor }) => descriptor.deletable)) return;
    await this.mustStandAlone(ctx, folder);
    await this.#removeDisks(ctx, key, folder, disks);
  }

  /** Paths of the disks that lie in a folder, parents and children alike. */
  async disks(ctx: Ctx, folder: string): Promise<string[]> {
    return (await this.#disksIn(ctx, folder)).map(({ path }) => path);
  }

  /**
   * Removes disks in a machine's own folder that it does not name: its former leaves, which stand on disks elsewhere, and those that were not
   * there before. The machine has no snapshots. Other disks stay. Errors: as of {@link remove}.
   */
  async removeUnused(ctx: Ctx, key: string, folder: string, machine: View, before: readonly string[]): Promise<void> {
    const unused = (await this.#unnamed(ctx, folder, machine)).filter((disk) => isRest(folder, disk, before));
    if (unused.length === 0) return;
    const users = await this.#end.usersOf(ctx, folder, machine.ref);
    if (users.length > 0) throw inUse(folder, users);
    await this.mustStandAlone(ctx, folder, machine.ref);
    await this.#removeDisks(ctx, key, folder, unused);
  }

  /**
   * Disks in a machine's own folder that it does not name and {@link removeUnused} would leave: somebody detached them, and may want them.
   * `before`: what was there before an earlier try began; undefined where there was none.
   */
  async detached(ctx: Ctx, folder: string, machine: View, before: readonly string[] | undefined): Promise<string[]> {
    const unnamed = await this.#unnamed(ctx, folder, machine);
    return unnamed.filter((disk) => !isRest(folder, disk, before ?? [disk.path])).map(({ path }) => path);
  }

  async #unnamed(ctx: Ctx, folder: string, machine: View): Promise<Doomed[]> {
    const named = new Set(machine.disks.flatMap((disk) => diskChain(disk)));
    return (await this.#disksIn(ctx, folder)).filter(({ path }) => !named.has(path));
  }

  async #disksIn(ctx: Ctx, folder: string): Promise<Doomed[]> {
    const paths = (await this.#files.tree(ctx, folder)).map((file) => file.path).filter((path) => path.endsWith('.vmdk'));
    const found = await Promise.all(paths.map(async (path) => ({ path, descriptor: await this.#files.descriptor(ctx, path) })));
    return found.flatMap(({ path, descriptor }) => (descriptor === undefined ? [] : [{ path, descriptor }]));
  }

  async #removeDisks(ctx: Ctx, key: string, folder: string, disks: readonly Doomed[]): Promise<void> {
    for (const { path, descriptor } of leafFirst(folder, disks)) {
      if (!descriptor.deletable) await this.#files.unmark(ctx, key, path, descriptor);
      await this.#files.deleteDisk(ctx, key, path);
    }
  }

  /** The second witness, since the mark is the server's own guard: disks that only snapshots name, and machines that cannot be read. */
  async mustStandAlone(ctx: Ctx, folder: string, except?: Ref): Promise<void> {
    const blind = await blindOn(ctx, this.#end, datastoreName(folder));
    if (blind.length > 0) {
      throw driverError('unavailable', `it cannot be said that nothing stands on ${folder}: ${blind[0]?.name} cannot be read`, {
        hint: 'Make the machine readable for the account, or take it out of the inventory if it is lost.',
      });
    }
    const others = this.#end.register.views().filter((view) => view.snapshots !== undefined && view.ref.value !== except?.value);
    const layouts = await this.#layouts.all(
      ctx,
      others.map((view) => view.ref),
    );
    const users = others.filter((_, i) => (layouts[i]?.chains ?? []).some((chain) => chain.some((path) => isInside(folder, path))));
    if (users.length > 0) throw inUse(folder, users);
  }
}

/** `has-children`, with the disks that stand on what lies in the folder. */
export function inUse(folder: string, others: readonly View[]): Error {
  const children = others.flatMap((other) =>
    chainsOf(other).flatMap((chain) => {
      const at = chain.findIndex((disk) => isInside(folder, disk.path));
      return chain.slice(0, Math.max(0, at)).map((disk) => disk.path);
    }),
  );
  const names = others.map((other) => other.name);
  return driverError('has-children', `${names.join(', ')} ${names.length === 1 ? 'needs' : 'need'} files in ${folder}`, {
    details: { children, machines: names },
  });
}

/**
 * Machines whose disks cannot be read and that may use that datastore: the server says that they do, or says nothing of it. What can be
 * read of the others is not spoilt by them.
 */
export async function blindOn(ctx: Ctx, end: Endpoint, store: string): Promise<View[]> {
  const blind = end.register.views().filter((view) => view.instanceUuid === undefined);
  if (blind.length === 0) return [];
  const found = await end.client.readAll(
    ctx,
    'VirtualMachine',
    blind.map((view) => view.ref),
    ['datastore'],
  );
  const stores = new Map(found.map(({ ref, props }) => [refKey(ref), props.datastore ?? []]));
  const { ref } = end.store(store);
  return blind.filter((view) => {
    const uses = stores.get(refKey(view.ref)) ?? [];
    return uses.length === 0 || uses.some((each) => refKey(each) === refKey(ref));
  });
}

/** Whether a disk that its machine does not name is of our own making: a former leaf, or one that was not there before. */
function isRest(folder: string, { path, descriptor }: Doomed, before: readonly string[]): boolean {
  return !before.includes(path) || standsElsewhere(folder, descriptor);
}

/** Servers name a parent in another folder by its whole path. */
function standsElsewhere(folder: string, { parentHint }: Descriptor): boolean {
  const [, above, ...rest] = (parentHint ?? '').split('/').toReversed();
  return above !== undefined && !(above === lastName(folder) && rest.length > 0);
}

/** Disks in an order in which none goes before the disks that stand on it. */
function leafFirst(folder: string, disks: readonly Doomed[]): Doomed[] {
  const dir = lastName(folder);
  const left = new Map(disks.map((disk) => [disk.path, disk]));
  const parentOf = ({ path, descriptor }: Doomed): string | undefined => {
    const [name, above, ...rest] = (descriptor.parentHint ?? '').split('/').toReversed();
    const here = above === undefined || (above === dir && rest.length > 0);
    return name && here ? `${path.slice(0, path.lastIndexOf('/') + 1)}${name}` : undefined;
  };
  const order: Doomed[] = [];
  while (left.size > 0) {
    const parents = new Set([...left.values()].map(parentOf));
    const next = [...left.values()].filter((disk) => !parents.has(disk.path));
    if (next.length === 0) throw driverError('wrong-state', `the disks in ${folder} stand on each other in a circle`);
    for (const disk of next) {
      order.push(disk);
      left.delete(disk.path);
    }
  }
  return order;
}
