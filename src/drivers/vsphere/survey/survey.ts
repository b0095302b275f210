import { storageAsked, storageIn } from '../../../core/capacity.ts';
import type { DiskChain, DiskFile } from '../../../core/lineage.ts';
import type {
  Inventory,
  LineageReport,
  LineageScope,
  ProviderRoom,
  SeenMachine,
  SeenMaster,
  Stray,
  Whereabouts,
} from '../../../driver/driver.ts';
import { driverError } from '../../../driver/errors.ts';
import { type Ctx, withTimeout } from '../../../lib/context.ts';
import { diskChain, refKey } from '../../../vsphere/index.ts';
import type { Teardown } from '../storage/teardown.ts';
import { ContentWatch } from './content-watch.ts';
import type { Heartbeats } from './heartbeats.ts';
import { type HostRoom, keptByHa, type Load, loadOf, sum } from './held.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Files } from '../storage/files.ts';
import { blindOn, type Folders } from '../storage/folders.ts';
import { diskSizes, type Layouts } from '../storage/layout.ts';
import type { Locate } from '../endpoint/locate.ts';
import { isHalf } from '../machines/machines.ts';
import { goldenDisks, type Masters } from '../masters/masters.ts';
import { shownName } from '../inventory/named.ts';
import { datastoreName, lastName } from '../inventory/paths.ts';
import { reserveOf } from '../options.ts';
import { usableHosts } from '../endpoint/site.ts';
import { questionOf } from '../machines/questions.ts';
import { chainsOf, conditionOf, shownPower, type View } from '../inventory/view.ts';

/** vCPUs that are promised per hardware thread: lab machines are idle most of the time. */
const VCPUS_PER_THREAD = 4;

/** What is not known of a machine that only its name or tag is left of. */
const UNKNOWN = { mode: undefined, revisionId: undefined, createdAt: undefined } as const;

/** How old an unfinished copy of golden disks has to be, in milliseconds: longer than any copy takes. */
const HALF_REPLICA_MS = 24 * 3_600_000;
/** How long a server that is away is waited for before it is looked whether it is there and was refused, in milliseconds. */
const REFUSAL_MS = 1_000;
/** How long it is believed what machines take of datastores, in milliseconds: servers count it anew less often, and all machines are asked. */
const TAKEN_MS = 60_000;
const HALF_REPLICA = 'a copy of golden disks that was begun and never finished';

type LineageChain = LineageReport['chains'][number];

/** Looking at everything: what is there, what stands on what, how much room there is. */
export class Survey {
  readonly #end: Endpoint;
  readonly #locate: Locate;
  readonly #files: Files;
  readonly #layouts: Layouts;
  readonly #masters: Masters;
  readonly #folders: Folders;
  readonly #contents: ContentWatch;
  readonly #heartbeats: Heartbeats;
  readonly #teardown: Teardown;
  #taken: { of: ReadonlyMap<string, number>; at: number } | undefined;

  constructor(parts: {
    end: Endpoint;
    locate: Locate;
    files: Files;
    layouts: Layouts;
    masters: Masters;
    folders: Folders;
    heartbeats: Heartbeats;
    teardown: Teardown;
  }) {
    this.#end = parts.end;
    this.#locate = parts.locate;
    this.#files = parts.files;
    this.#layouts = parts.layouts;
    this.#masters = parts.masters;
    this.#folders = parts.folders;
    this.#contents = new ContentWatch(parts);
    this.#heartbeats = parts.heartbeats;
    this.#teardown = parts.teardown;
  }

  /** Machines and masters from the inventory, brought up to date; folders of ours that belong to none of them from the datastores. */
  async inventory(ctx: Ctx): Promise<Inventory> {
    await this.#end.client.inventory.sync(ctx);
    const views = this.#end.register.views();
    const [folders] = await Promise.all([this.#ownFolders(ctx), this.#contents.look(ctx)]);
    const used = new Set(views.flatMap((view) => (view.folder === undefined ? [] : [view.folder])));
    const loose = folders.found.filter((folder) => !used.has(folder));
    const machines = views.flatMap((view) => this.#machine(view));
    const rests = views.filter((view) => this.#halfReplica(view));
    const masters = views.filter((view) => !rests.includes(view)).flatMap((view) => this.#master(view));
    const strays = rests.map(
      (view): Stray => ({ kind: 'folder', ref: view.folder ?? '', detail: HALF_REPLICA, owned: true, places: placesOf(view) }),
    );
    for (const folder of loose) this.#place(folder, machines, masters, strays);
    const blind = await Promise.all(folders.read.map(async (store) => (await blindOn(ctx, this.#end, store)).length > 0));
    const read = folders.read.filter((_, i) => blind[i] === false);
    const unread = this.#end.stores().flatMap(({ name }) => (read.includes(name) ? [] : [name]));
    const complete = unread.length === 0;
    return { complete, ...(complete ? {} : { places: { read, unread } }), machines, masters, strays };
  }

  async #ownFolders(ctx: Ctx): Promise<{ found: string[]; complete: boolean; read: string[] }> {
    const stores = this.#end.stores();
    const open = stores.filter((store) => store.accessible);
    const lists = await Promise.all(open.map(async (store) => await this.#files.ownFolders(ctx, store.name)));
    return { found: lists.flat(), complete: open.length === stores.length, read: open.map((store) => store.name) };
  }

  #machine(view: View): SeenMachine[] {
    const owned = this.#end.owned(view);
    const ours = this.#end.names.parse(view.name);
    // a machine of ours that cannot be read is still ours: by its name, in state half
    if (view.instanceUuid === undefined && ours?.kind === 'machine') {
      const condition = conditionOf(view, false);
      return [{ machineId: ours.id, power: 'half', condition, ...UNKNOWN, owned: true }];
    }
    if (view.instanceUuid === undefined || view.tags.kind === 'master' || (owned && view.tags.kind === 'frozen')) return [];
    const unnamed = this.#end.unnamedInstant(view);
    if (unnamed !== undefined) return [{ machineId: unnamed, power: 'half', ...UNKNOWN, owned: true }];
    // it stands, so it is not lost; what it is, an operator has to say
    if (this.#end.changedIdentity(view)) {
      return [{ machineId: view.tags.id ?? '', power: 'half', owned: true, disputed: disputeOf(view), ...UNKNOWN }];
    }
    return [
      {
        machineId: view.instanceUuid,
        power: owned && isHalf(view) ? 'half' : owned ? shownPower(view) : view.power,
        condition: owned ? conditionOf(view, this.#heartbeats.hung(view.ref)) : undefined,
        mode: owned ? view.tags.mode : undefined,
        revisionId: owned ? view.tags.revisionId : undefined,
        owned,
        createdAt: owned ? view.tags.created : undefined,
        places: owned ? placesOf(view) : undefined,
      },
    ];
  }

  #master(view: View): SeenMaster[] {
    const { kind, revisionId, seal } = view.tags;
    if (kind !== 'master' || revisionId === undefined) return [];
    if (this.#end.changedIdentity(view)) return [{ revisionId, owned: true, state: 'half', disputed: disputeOf(view) }];
    const owned = this.#end.owned(view);
    const places = owned ? placesOf(view) : undefined;
    if (seal === undefined) return [{ revisionId, owned, state: 'half', places }];
    const changed = this.#contents.problem(view);
    return [{ revisionId, owned, state: 'sealed', places, ...(changed === undefined ? {} : { changed }) }];
  }

  /**
   * A copy of golden disks that was begun long ago and never sealed, while another of its revision is whole: a server that was killed left it, and
   * nobody asks for it again. A younger one may be in the making, by another server too.
   */
  #halfReplica(view: View): boolean {
    const { kind, revisionId, seal, created } = view.tags;
    if (kind !== 'master' || revisionId === undefined || seal !== undefined || view.folder === undefined) return false;
    const age = Date.now() - Date.parse(created ?? '');
    if (!this.#end.owned(view) || !(age >= (this.#end.options.halfReplicaMs ?? HALF_REPLICA_MS))) return false;
    return this.#masters.of(revisionId).some((other) => other.tags.seal !== undefined);
  }

  /** A folder without a machine: the rest of one that is nowhere else is a half one; beside one that is whole it is a stray. */
  #place(folder: string, machines: SeenMachine[], masters: SeenMaster[], strays: Stray[]): void {
    const what = this.#end.names.parse(lastName(folder));
    const places = [datastoreName(folder)];
    if (what?.kind === 'machine' && !machines.some((m) => m.machineId === what.id.toLowerCase())) {
      machines.push({ machineId: what.id.toLowerCase(), power: 'half', ...UNKNOWN, owned: true, places });
      return;
    }
    // it is being made, or is the rest of a try: it goes with its master, or when it is made again
    if (what?.kind === 'frozen' && masters.some((m) => m.revisionId === what.id)) return;
    if (what?.kind === 'master' && !masters.some((m) => m.revisionId === what.id)) {
      masters.push({ revisionId: what.id, owned: true, state: 'half', places });
      return;
    }
    strays.push({ kind: 'folder', ref: folder, detail: 'a folder of ours that no machine uses', owned: true, places });
  }

  /** Takes away a folder of ours that no machine uses, read anew. */
  async sweep(ctx: Ctx, stray: Stray): Promise<void> {
    const folder = stray.ref;
    const half = this.#end.register.views().find((view) => view.folder === folder && this.#halfReplica(view));
    if (half !== undefined) return await this.#removeHalf(ctx, half);
    if (stray.kind !== 'folder' || !/^\[[^\]]+\] [^/]+\/$/.test(folder))
      throw driverError('not-owned', `${stray.ref} is no folder of ours`);
    const name = lastName(folder);
    if (!name.startsWith(this.#end.names.prefix)) throw driverError('not-owned', `${folder} is no folder of ours`);
    const users = await this.#end.usersOf(ctx, folder);
    if (users.length > 0)
      throw driverError('has-children', `${users[0]?.name} needs ${folder}`, { details: { machines: users.map((u) => u.name) } });
    const { found, complete } = await this.#ownFolders(ctx);
    if (!complete && !found.includes(folder)) throw driverError('unavailable', 'not all datastores can be read');
    if (!found.includes(folder)) return;
    await this.#end.work.run(ctx, folder, async () => await this.#folders.remove(ctx, folder, folder));
  }

  /** Looked at anew once nobody here is at work on it: one that was sealed meanwhile stays. */
  async #removeHalf(ctx: Ctx, { instanceUuid: uuid = '', name, ref }: View): Promise<void> {
    await this.#end.work.run(ctx, uuid, async () => {
      const now = await this.#end.look(ctx, ref);
      if (now !== undefined && this.#halfReplica(now)) await this.#teardown.run(ctx, { kind: 'master', uuid, name, label: name });
    });
  }

  async lineage(ctx: Ctx, scope: LineageScope): Promise<LineageReport> {
    if (scope.kind === 'machine') return await this.#ofMachine(ctx, scope.machineId);
    await this.#end.client.inventory.sync(ctx);
    const views = this.#end.register.views();
    const sizes = diskSizes({
      files: (
        await this.#layouts.all(
          ctx,
          views.map((v) => v.ref),
        )
      ).flatMap((l) => l?.files ?? []),
      chains: [],
    });
    const all = views.flatMap((view) => this.#chains(view, sizes));
    const golden = scope.kind === 'revision' ? new Set(this.#masters.paths(scope.revisionId)) : undefined;
    const chains = golden === undefined ? all : all.filter(({ chain }) => chain.some((disk) => golden.has(disk.path)));
    const complete = views.every((view) => view.instanceUuid !== undefined) || (await this.#readAbout(ctx, golden));
    return { complete, chains, disks: disksOf(chains) };
  }

  /** Whether what cannot be read stands elsewhere than these disks may be used. */
  async #readAbout(ctx: Ctx, golden: ReadonlySet<string> | undefined): Promise<boolean> {
    const where = [...new Set([...(golden ?? [])].map(datastoreName))];
    const known = this.#end.stores().map(({ name }) => name);
    if (where.length === 0 || where.some((name) => !known.includes(name))) return false;
    const blind = await Promise.all(where.map(async (name) => await blindOn(ctx, this.#end, name)));
    return blind.flat().length === 0;
  }

  async #ofMachine(ctx: Ctx, machineId: string): Promise<LineageReport> {
    const view = await this.#locate.machine(ctx, machineId);
    const sizes = diskSizes(await this.#layouts.get(ctx, view.ref));
    const chains = this.#chains(view, sizes);
    return { complete: true, chains, disks: disksOf(chains) };
  }

  #chains(view: View, sizes: ReadonlyMap<string, number>): LineageChain[] {
    const owned = this.#end.owned(view);
    const { kind, revisionId, id } = view.tags;
    if (owned && kind === 'master') {
      const golden = goldenDisks(view).map((g) => g.path);
      return chainsOf(view, sizes).map((chain) => ({ owner: 'master' as const, id: revisionId ?? '', chain: fromGolden(chain, golden) }));
    }
    if (owned && kind === 'frozen')
      return chainsOf(view, sizes).map((chain) => ({ owner: 'frozen' as const, id: revisionId ?? '', chain }));
    const owner = owned ? ('machine' as const) : ('foreign' as const);
    return chainsOf(view, sizes).map((chain) => ({ owner, id: (owned ? id : view.instanceUuid) ?? view.name, chain }));
  }

  /** By the inventory as the update loop keeps it: no request. */
  whereabouts(machineId: string): Whereabouts | undefined {
    const [ref] = this.#end.register.byName(this.#end.names.machine(machineId));
    const view = ref && this.#end.register.view(ref);
    if (view === undefined || !this.#end.owned(view)) return undefined;
    const host = view.host && this.#end.client.inventory.get(view.host);
    if (host === undefined) return undefined;
    const files = [view.vmPath, ...view.disks.map((disk) => diskChain(disk)[0])];
    const datastores = new Set(files.flatMap((path) => (path === undefined ? [] : datastoreName(path))));
    const question = view.question && questionOf(view.question);
    return { host: shownName(host), datastores: [...datastores], ...(question === undefined ? {} : { question }) };
  }

  /** The cluster's room, or what the operator allows of it, and what of that is held. Storage counts the datastores that may be used. */
  async room(ctx: Ctx): Promise<ProviderRoom> {
    await this.#ready(ctx);
    const hosts = usableHosts(this.#end.client, this.#end.site);
    const found = await this.#end.client.readAll(ctx, 'HostSystem', hosts, [
      'summary.hardware.memorySize',
      'summary.hardware.numCpuThreads',
      'capability.maxSupportedVMs',
    ]);
    const rooms = found.map(({ ref, props }) => ({
      ref,
      memoryMiB: Math.floor(Number(props['summary.hardware.memorySize'] ?? 0) / 2 ** 20),
      vcpus: Number(props['summary.hardware.numCpuThreads'] ?? 0) * VCPUS_PER_THREAD,
    }));
    const all = sum(rooms);
    const held = await this.#held(ctx, rooms);
    const used = this.#end.stores();
    const stores = used.filter((store) => store.accessible);
    const limits = this.#end.options.capacity;
    const taken = await this.#takenByMachines(ctx);
    const reserveMiB = storageAsked(reserveOf(this.#end.options));
    const storageBytes = stores.reduce((n, store) => n + store.capacity, 0);
    return {
      machines: limits?.machines ?? found.reduce((n, { props }) => n + Number(props['capability.maxSupportedVMs'] ?? 512), 0),
      memoryMiB: limits?.memoryMiB ?? all.memoryMiB,
      vcpus: limits?.vcpus ?? all.vcpus,
      storageMiB: limits?.storageMiB ?? storageIn(storageBytes),
      storageBytes,
      storageFreeBytes: stores.reduce((n, store) => n + store.free, 0),
      datastores: used.map(({ ref, name, accessible, capacity, free }) => ({
        name,
        reserveMiB,
        ...(accessible
          ? { capacityMiB: storageIn(capacity), freeMiB: storageIn(free), machinesMiB: storageIn(taken.get(ref.value) ?? 0) }
          : {}),
      })),
      // How large one is that is away for now, the server does not tell: what it could take is not refused for good.
      ...(used.length < 2 || stores.length < used.length
        ? {}
        : { largestStorageMiB: storageIn(Math.max(...stores.map((store) => store.capacity))) }),
      ...(held.memoryMiB + held.vcpus === 0 ? {} : { heldMemoryMiB: held.memoryMiB, heldVcpus: held.vcpus }),
    };
  }

  /** Waits for the inventory; of a server that is there and was refused it is said why, and not only that somebody waited in vain. */
  async #ready(ctx: Ctx): Promise<void> {
    const { inventory } = this.#end.client;
    for (;;) {
      if (inventory.refusal !== undefined) throw inventory.refusal;
      const slice = withTimeout(ctx, REFUSAL_MS);
      try {
        return await inventory.ready(slice);
      } catch (error) {
        if (ctx.signal.aborted || !slice.signal.aborted) throw inventory.refusal ?? error;
      }
    }
  }

  /** Bytes of each datastore, by its reference, that are machines' alone. */
  async #takenByMachines(ctx: Ctx): Promise<ReadonlyMap<string, number>> {
    if (this.#taken !== undefined && performance.now() - this.#taken.at < TAKEN_MS) return this.#taken.of;
    const refs = this.#end.register.views().filter((v) => v.tags.kind === 'machine' && this.#end.owned(v));
    const taken = new Map<string, number>();
    if (refs.length === 0) return taken;
    const found = await this.#end.client.readAll(
      ctx,
      'VirtualMachine',
      refs.map((v) => v.ref),
      ['storage.perDatastoreUsage'],
    );
    for (const { datastore, unshared } of found.flatMap(({ props }) => props['storage.perDatastoreUsage'] ?? []))
      taken.set(datastore.value, (taken.get(datastore.value) ?? 0) + Number(unshared));
    this.#taken = { of: taken, at: performance.now() };
    return taken;
  }

  /**
   * Frozen parents that run have their memory on their hosts, and their virtual CPUs are not another's. What others run there, and what HA keeps
   * back, counts where the operator did not say himself how much is Carrel's.
   */
  async #held(ctx: Ctx, rooms: readonly HostRoom[]): Promise<Load> {
    const { client, site, register, options } = this.#end;
    const running = register.views().filter((view) => view.power === 'on');
    const frozen = loadOf(
      client,
      running.filter((view) => view.tags.kind === 'frozen' && this.#end.owned(view)),
    );
    const { memoryMiB, vcpus } = options.capacity ?? {};
    if (memoryMiB !== undefined && vcpus !== undefined) return frozen;
    const ha = await keptByHa(ctx, client, site.compute, rooms);
    const kept = new Set(ha.hosts.map(refKey));
    const shared = new Set(rooms.map(({ ref }) => refKey(ref)).filter((key) => !kept.has(key)));
    const others = loadOf(
      client,
      running.filter((view) => !this.#end.owned(view) && view.host !== undefined && shared.has(refKey(view.host))),
    );
    return {
      memoryMiB: frozen.memoryMiB + (memoryMiB === undefined ? others.memoryMiB + ha.memoryMiB : 0),
      vcpus: frozen.vcpus + (vcpus === undefined ? others.vcpus + ha.vcpus : 0),
    };
  }
}

/** The datastores of its home and of all its chains; undefined where its home cannot be seen. */
function placesOf({ folder, disks }: View): string[] | undefined {
  if (folder === undefined) return undefined;
  return [...new Set([folder, ...disks.flatMap((disk) => diskChain(disk))].map(datastoreName))];
}

/** What to tell of one that is ours by its tag and is another by its UUID. It stands there, and no verb of ours may touch it. */
function disputeOf({ name, instanceUuid, tags }: View): string {
  return `${name} is ours by its tag, with another identity: ${instanceUuid} instead of ${tags.id}; an operator has to give it its UUID back or remove it`;
}

/** A master's chain begins at the golden disk: the leaf above it is the machine's own and nothing is ever written to it. */
function fromGolden(chain: DiskChain, golden: readonly string[]): DiskChain {
  const at = chain.findIndex((disk) => golden.includes(disk.path));
  return at < 0 ? chain : chain.slice(at);
}

function disksOf(chains: readonly LineageChain[]): DiskFile[] {
  return [...new Map(chains.flatMap(({ chain }) => chain).map((disk) => [disk.path, disk])).values()];
}
