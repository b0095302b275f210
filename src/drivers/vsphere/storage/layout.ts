import type { RemovedFile } from '../../../core/lineage.ts';
import type { Ctx } from '../../../lib/context.ts';
import type { Ref } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { folderOf } from '../inventory/paths.ts';
import type { View } from '../inventory/view.ts';

/** So many layouts at most are read at one go to know what snapshots stand on; where more is unknown, it stays so. */
const MOST_UNREAD = 500;

/** What `layoutEx` says of a machine: the second witness of chains, with files that no device names (snapshots' disks). */
export interface Layout {
  files: RemovedFile[];
  /** Chains of disks, current and frozen by snapshots, leaf first, descriptors only. */
  chains: string[][];
}

/** Reads layouts; they are not notified of, so each is read when it is asked for (vsphere.md §5.1). */
export class Layouts {
  readonly #end: Endpoint;
  /** Folders that a machine's chains lie in, by the view at whose time they were read: a change that the inventory tells makes another view. */
  readonly #folders = new WeakMap<View, ReadonlySet<string>>();

  constructor(end: Endpoint) {
    this.#end = end;
  }

  async get(ctx: Ctx, ref: Ref): Promise<Layout | undefined> {
    const [layout] = await this.all(ctx, [ref]);
    return layout;
  }

  async all(ctx: Ctx, refs: readonly Ref[]): Promise<(Layout | undefined)[]> {
    const found = await this.#end.client.reads.all(ctx, 'VirtualMachine', refs, ['layoutEx'], true);
    return found.map((read) => (read?.props.layoutEx === undefined ? undefined : layoutOf(read.props.layoutEx)));
  }

  /**
   * Whether it is known of every machine with snapshots that none of its chains, frozen ones included, lies in that folder: as of the inventory's
   * last barrier. Only what changed since it was last asked is read. False too where it cannot be said.
   */
  async noneIn(ctx: Ctx, folder: string): Promise<boolean> {
    const { register } = this.#end;
    const unread = register.snapshotted().filter((view) => !this.#folders.has(view));
    if (unread.length > MOST_UNREAD) return false;
    const layouts = await this.all(
      ctx,
      unread.map((view) => view.ref),
    );
    for (const [i, view] of unread.entries()) {
      const chains = layouts[i]?.chains;
      if (chains !== undefined) this.#folders.set(view, new Set(chains.flat().map(folderOf)));
    }
    // one that changed meanwhile has another view, and is not known
    return register.snapshotted().every((view) => this.#folders.get(view)?.has(folder) === false);
  }
}

interface LayoutEx {
  file?: { key: number; name: string; type: string; size: bigint }[] | undefined;
  disk?: DiskLayout[] | undefined;
  snapshot?: { disk?: DiskLayout[] | undefined }[] | undefined;
}

interface DiskLayout {
  chain?: { fileKey?: number[] | undefined }[] | undefined;
}

function layoutOf(layout: LayoutEx): Layout {
  const byFileKey = new Map((layout.file ?? []).map((file) => [file.key, file]));
  const chainOf = (disk: DiskLayout): string[] =>
    (disk.chain ?? [])
      .flatMap((unit) => (unit.fileKey ?? []).map((key) => byFileKey.get(key)))
      .filter((file) => file !== undefined && file.type !== 'diskExtent')
      .map((file) => (file as { name: string }).name)
      .toReversed();
  const disks = [...(layout.disk ?? []), ...(layout.snapshot ?? []).flatMap((s) => s.disk ?? [])];
  return {
    files: (layout.file ?? []).map((file) => ({ path: file.name, bytes: Number(file.size) })),
    chains: disks.map(chainOf).filter((chain) => chain.length > 0),
  };
}

/** Sizes in bytes of a machine's disks by the path of their descriptor: descriptor and extents together. */
export function diskSizes(layout: Layout | undefined): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const file of layout?.files ?? []) {
    const descriptor = file.path.replace(/-(?:flat|delta|sesparse|vsansparse|s\d+|f\d+)\.vmdk$/, '.vmdk');
    sizes.set(descriptor, (sizes.get(descriptor) ?? 0) + file.bytes);
  }
  return sizes;
}
