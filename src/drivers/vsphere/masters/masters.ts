import { createHash } from 'node:crypto';
import { driverError } from '../../../driver/errors.ts';
import type { Ctx } from '../../../lib/context.ts';
import {
  diskChain,
  flattenSnapshots,
  isA,
  onlySnapshot,
  type Ref,
  type VirtualDisk,
  type VirtualMachineConfigInfo,
} from '../../../vsphere/index.ts';
import { Contents, sealHash } from '../storage/contents.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Files } from '../storage/files.ts';
import { datastoreName, isInside, withoutStore } from '../inventory/paths.ts';
import type { Store } from '../endpoint/site.ts';
import type { Content, SealedDisk } from '../inventory/tags.ts';
import { contentIds, datastoresOf, type View } from '../inventory/view.ts';
import { reserveOf } from '../options.ts';

/** One golden disk as its machine shows it now. */
export interface GoldenDisk {
  disk: VirtualDisk;
  /** The file that the snapshot froze: what clones stand on. */
  path: string;
  /** It and everything below it. */
  chain: readonly string[];
  /** Where that file lies, as far as the server says it. */
  datastore: Ref | undefined;
  contentId: string | undefined;
  virtualBytes: number;
}

/** A finished master on one datastore. */
export interface SealedMaster {
  view: View;
  store: string;
  snapshot: Ref;
  golden: readonly GoldenDisk[];
}

/** How long a datastore that was full is not chosen, in milliseconds. */
const FULL_MS = 10 * 60_000;

/** The masters of this endpoint, as the inventory shows them: found by tag, one per revision and datastore. */
export class Masters {
  readonly #end: Endpoint;
  readonly #files: Files;
  readonly #contents: Contents;
  readonly #full = new Map<string, number>();
  readonly #configs = new Map<string, VirtualMachineConfigInfo>();

  constructor(parts: { end: Endpoint; files: Files }) {
    this.#end = parts.end;
    this.#files = parts.files;
    this.#contents = new Contents(parts);
  }

  /** Every master of ours, half ones too. */
  all(): View[] {
    return this.#end.register.views().filter((view) => view.tags.kind === 'master' && this.#end.owned(view));
  }

  of(revisionId: string): View[] {
    return this.all().filter((view) => view.tags.revisionId === revisionId);
  }

  /** Finished masters of a revision that are as they were sealed; `not-found` if there are none, `master-changed` with the reason if none is good. */
  usable(revisionId: string): SealedMaster[] {
    const sealed = this.of(revisionId).filter((view) => view.tags.seal !== undefined);
    if (sealed.length === 0) throw driverError('not-found', `there is no master of revision ${revisionId}`);
    return this.good(revisionId, sealed);
  }

  /** Of finished masters those that are as they were sealed; `master-changed` with the reason if none is. */
  good(revisionId: string, sealed: readonly View[]): SealedMaster[] {
    const problems = sealed.map((view) => masterProblem(view));
    const good = sealed.flatMap((view, i) => (problems[i] === undefined ? [sealedMaster(view)] : []));
    if (good.length > 0) return good;
    const away = sealed.map(outOfReach);
    if (away.every((why) => why !== undefined))
      throw driverError('unavailable', `the master of revision ${revisionId} ${away[0] ?? ''}`, { details: { revisionId } });
    throw driverError('master-changed', `the master of revision ${revisionId} ${problems.find((p) => p !== undefined)}`, {
      hint: 'Verify the revision; take it out of service, put its machine back where it was, or say that it is right there: `carrel image reseal`.',
      details: { revisionId, problems },
    });
  }

  /** The disks of all masters of a revision: what its machines may stand on. */
  paths(revisionId: string | undefined): string[] {
    if (revisionId === undefined) return [];
    return this.of(revisionId).flatMap((view) => goldenDisks(view).flatMap((g) => g.chain));
  }

  /** The master to clone from: on a datastore that hosts can reach and that has room, the preferred one, then the one with most (H21, H24). */
  choose(masters: readonly SealedMaster[], without: ReadonlySet<string>, prefer?: string): SealedMaster | undefined {
    const rank = ({ store }: SealedMaster) => (store === prefer ? 0 : 1);
    const stores = new Map(this.roomy().map((store) => [store.name, store]));
    return masters
      .filter((m) => stores.has(m.store) && !without.has(m.store))
      .toSorted((a, b) => rank(a) - rank(b) || (stores.get(b.store)?.free ?? 0) - (stores.get(a.store)?.free ?? 0))[0];
  }

  /** Datastores that take something new now, the one with most room first. */
  roomy(): Store[] {
    const reserve = reserveOf(this.#end.options);
    return this.#end
      .stores()
      .filter((store) => store.accessible && store.free >= reserve && (this.#full.get(store.name) ?? 0) < Date.now())
      .toSorted((a, b) => b.free - a.free);
  }

  markFull(store: string): void {
    this.#full.set(store, Date.now() + FULL_MS);
  }

  /** The whole configuration of a master. A sealed one does not change, so it is read once. */
  async config(ctx: Ctx, view: View): Promise<VirtualMachineConfigInfo> {
    const key = `${view.ref.value} ${view.tags.seal?.sealedAt ?? ''}`;
    const known = view.tags.seal === undefined ? undefined : this.#configs.get(key);
    if (known !== undefined) return known;
    const { props } = await this.#end.client.read(ctx, 'VirtualMachine', view.ref, ['config']);
    if (props.config === undefined) throw driverError('unavailable', `the configuration of ${view.name} cannot be read`);
    if (view.tags.seal !== undefined) this.#configs.set(key, props.config);
    return props.config;
  }

  /** What the golden disks are now, read from the storage to seal them: descriptors, and bytes as of {@link Contents.seal}. */
  async fingerprints(ctx: Ctx, view: View): Promise<SealedDisk[]> {
    const golden = goldenDisks(view);
    const contents: Content[] = [];
    for (const g of golden) contents.push(await this.#contents.seal(ctx, g.chain));
    const facts = await this.#files.facts(
      ctx,
      golden.map((g) => g.path),
    );
    return await Promise.all(
      golden.map(async (g, i) => {
        const fact = facts.get(g.path);
        if (fact?.exists !== true) throw driverError('master-changed', `the golden disk ${g.path} is not there`);
        const descriptor = (await this.#files.descriptor(ctx, g.path))?.sha256;
        const content = contents[i];
        const sha256 = sealHash(descriptor ?? withoutDescriptor(g), content);
        const byInventory = descriptor === undefined ? { byInventory: true } : {};
        const datastore = this.#datastoreOf(g.datastore);
        return { path: g.path, bytes: fact.bytes, sha256, contentId: g.contentId, ...byInventory, content, datastore };
      }),
    );
  }

  /**
   * What keeps a golden disk, wherever it lies now, from being what was sealed: every byte is read that there is a hash of. `now` is its seal as it
   * would be. Undefined if it is the same; `unavailable` as of {@link compare}.
   */
  async differs(ctx: Ctx, view: View, was: SealedDisk, now: SealedDisk): Promise<string | undefined> {
    const golden = goldenDisks(view).find((g) => g.path === now.path);
    if (golden === undefined) return 'it is not there any more';
    const moved = was.content === undefined ? undefined : elsewhere(was.content, now.content);
    if (moved === 'other') return 'it has other extents than were sealed';
    const found = moved === undefined ? undefined : await this.#contents.compare(ctx, moved, true);
    if (found !== undefined && found.problems.length > 0) return found.problems.join('; ');
    const shown = withoutDescriptor(golden);
    const descriptor = was.byInventory === true ? shown : (await this.#files.descriptor(ctx, now.path))?.sha256;
    const hashes = [descriptor, ...(was.byInventory === undefined ? [shown] : [])].map((each) => sealHash(each ?? '', was.content));
    return hashes.includes(was.sha256) ? undefined : 'its descriptor is not what was sealed';
  }

  #datastoreOf(ref: Ref | undefined): SealedDisk['datastore'] {
    const url = ref === undefined ? undefined : this.#end.client.inventory.get(ref)?.props.get('info.url');
    return ref === undefined || typeof url !== 'string' ? undefined : { moref: ref.value, url };
  }

  /**
   * One golden disk beside its seal, read from the storage: the hash that a seal of it would have now, and what differs. With `full` every byte
   * is read that the seal has a hash of, else samples. `unavailable` where something cannot be read that was sealed.
   */
  async compare(
    ctx: Ctx,
    view: View,
    was: SealedDisk,
    full: boolean,
  ): Promise<{ sha256: string | undefined; problem?: string | undefined }> {
    const golden = goldenDisks(view).find((g) => g.path === was.path);
    const fact = (await this.#files.facts(ctx, [was.path])).get(was.path);
    if (golden === undefined || fact?.exists !== true) return { sha256: undefined, problem: 'it is not where it was sealed' };
    const { now, problems } =
      was.content === undefined ? { now: undefined, problems: [] } : await this.#contents.compare(ctx, was.content, full);
    const shown = withoutDescriptor(golden);
    const inventory = was.byInventory ?? was.sha256 === shown;
    const descriptor = inventory ? shown : (await this.#files.descriptor(ctx, was.path))?.sha256;
    if (descriptor === undefined && problems.length === 0) {
      throw driverError('unavailable', `the descriptor of ${was.path} cannot be read, so nobody can say whether the disk was changed`, {
        hint: 'The account needs Datastore.Browse and Datastore.FileManagement, and a host that has the datastore must answer.',
      });
    }
    const sha256 = sealHash(descriptor ?? '', now);
    if (sha256 === was.sha256) return { sha256 };
    return { sha256, problem: problems.length === 0 ? 'it was changed since it was sealed' : problems.join('; ') };
  }
}

/** A sealed content by the paths that its extents have now; `other` where they cannot be told apart. */
function elsewhere(was: Content, now: Content | undefined): Content | 'other' {
  if ('unread' in was) return was;
  if (now === undefined || 'unread' in now || now.extents.length !== was.extents.length) return 'other';
  return { id: was.id, extents: was.extents.map((extent, i) => ({ ...extent, path: now.extents[i]?.path ?? extent.path })) };
}

/** Where descriptors cannot be read, what the hypervisor itself says of the disk has to do. */
function withoutDescriptor(golden: GoldenDisk): string {
  return createHash('sha256')
    .update(JSON.stringify([golden.contentId ?? '', golden.virtualBytes]))
    .digest('hex');
}

/** The golden disks of a master: below its machine's own leaves. A server that adds no leaf with a snapshot shows the golden disk itself. */
export function goldenDisks(view: View): GoldenDisk[] {
  return view.disks.flatMap((disk) => {
    const all = diskChain(disk);
    const at = all.length > 1 ? 1 : 0;
    const path = all[at];
    if (path === undefined) return [];
    const virtualBytes = Number(disk.capacityInBytes ?? disk.capacityInKB * 1024n);
    return [{ disk, path, chain: all.slice(at), datastore: datastoresOf(disk)[at], contentId: contentIds(disk)[at], virtualBytes }];
  });
}

function sealedMaster(view: View): SealedMaster {
  const snapshot = onlySnapshot(view.snapshots)?.snapshot as Ref;
  return { view, store: datastoreName(view.folder ?? ''), snapshot, golden: goldenDisks(view) };
}

/**
 * Why a sealed master may not be used, told by what the inventory shows; undefined if it may. Moved and changed masters are found here (H42);
 * with `anywhere` it may lie elsewhere than it was sealed.
 */
export function masterProblem(view: View, { anywhere = false }: { anywhere?: boolean } = {}): string | undefined {
  const { seal } = view.tags;
  if (seal === undefined) return 'is not finished';
  const away = outOfReach(view);
  if (away !== undefined) return away;
  if (view.power !== 'off') return 'was switched on';
  if (onlySnapshot(view.snapshots) === undefined) return `has ${flattenSnapshots(view.snapshots).length} snapshots instead of one`;
  const golden = goldenDisks(view);
  if (golden.length !== seal.disks.length) return 'has other disks than it had';
  for (const [i, now] of golden.entries()) {
    const was = seal.disks[i];
    if (!anywhere && now.path !== was?.path) return `${movedHow(now, was)}: its disk is ${now.path}, not ${was?.path}`;
    if (was?.contentId !== undefined && now.contentId !== undefined && now.contentId !== was.contentId)
      return `was written to: ${now.path}`;
  }
  return undefined;
}

/** A master on a host that is down is shown as it was, and leaves that host before it is copied; any other that is not connected shows nothing. */
function outOfReach({ instanceUuid, connection }: View): string | undefined {
  const shown = instanceUuid !== undefined && (connection === 'connected' || connection === 'disconnected');
  return shown ? undefined : `is ${connection}`;
}

function movedHow(now: GoldenDisk, was: SealedDisk | undefined): string {
  const renamed = was?.datastore !== undefined && was.datastore.moref === now.datastore?.value;
  return renamed && withoutStore(was.path) === withoutStore(now.path) ? 'lies on a datastore that got another name' : 'was moved';
}

/** What to do about a {@link sourceProblem}. */
export const SOURCE_HINT =
  'Give it virtual disks of its own in mode "Dependent". What lies on a raw device gets one by cloning the machine in the vSphere Client with another disk format.';

/** Why a machine cannot become a master or be captured, before anything is done (H55). */
export function sourceProblem(view: View): string | undefined {
  if (view.disks.length === 0) return 'it has no disk';
  for (const disk of view.disks) {
    const { diskMode } = disk.backing as { diskMode?: string };
    if (diskMode !== undefined && diskMode !== 'persistent') return `its disk ${diskChain(disk)[0] ?? ''} is ${diskMode}`;
    if (isA(disk.backing, 'VirtualDiskRawDiskMappingVer1BackingInfo')) return `its disk ${diskChain(disk)[0] ?? ''} is a raw device (RDM)`;
    if (diskChain(disk).length === 0) return 'it has a disk without a file';
  }
  return undefined;
}

/** Whether every golden disk is a base of the master's own. */
export function standsAlone(view: View): boolean {
  return goldenDisks(view).every((g) => g.chain.length === 1 && view.folder !== undefined && isInside(view.folder, g.path));
}
