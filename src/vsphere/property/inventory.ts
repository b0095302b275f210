/**
 * What is in the inventory, kept fresh by the update loop: one container view over everything below a folder.
 * The first question costs one full read; after that, resolving a path or a reference costs no request.
 *
 * States: new -> syncing -> fresh -> stale (connection or session lost) -> syncing -> fresh. What is found may be used in any state after
 * the first sync; that something is *not* there may be said only while fresh (`vsphere-stale` otherwise).
 */
import { anyOf, type Ctx, race } from '../../lib/context.ts';
import { CarrelError } from '../../lib/errors.ts';
import { localizedFaultError, type VimFaultError, vsphereError, type VSphereErrorCode } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { isSubtype } from '../types/schema.ts';
import { type AnyValue, type Ref, refKey } from '../types/value.ts';
import type { ObjectUpdate, PropertyFilterSpec, VimObjects } from '../types/vim.gen.ts';
import type { UpdateLoop, UpdateSource } from './loop.ts';
import { joinInventoryPath, splitInventoryPath, unescapeName } from './paths.ts';
import type { ObjectType, PathValue } from './retrieve.ts';

/** Properties to keep, by managed object type; a type stands for its subtypes too. `name` and `parent` are always kept. */
export type InventoryWatch = Partial<Record<ObjectType, readonly string[]>>;

/** What the drivers need. */
/** How long the server may take to bring what is known up to date, once it was; in milliseconds. */
const ANSWER_MS = 30_000;

export const DEFAULT_WATCH: InventoryWatch = {
  Folder: [],
  Datacenter: ['vmFolder', 'hostFolder', 'datastoreFolder', 'networkFolder'],
  ComputeResource: ['resourcePool', 'host', 'datastore', 'network'],
  HostSystem: ['runtime.connectionState', 'runtime.inMaintenanceMode', 'runtime.powerState', 'datastore', 'network'],
  ResourcePool: ['owner'],
  Datastore: ['summary.type', 'summary.accessible', 'summary.maintenanceMode', 'summary.capacity', 'summary.freeSpace', 'info.url', 'host'],
  Network: [],
  VirtualMachine: [
    'config.instanceUuid',
    'config.uuid',
    'config.template',
    'config.changeVersion',
    'config.files.vmPathName',
    'config.hardware.device',
    'config.hardware.memoryMB',
    'config.hardware.numCPU',
    'config.extraConfig',
    'snapshot',
    'runtime.powerState',
    'runtime.connectionState',
    'runtime.host',
    'runtime.question',
    'runtime.consolidationNeeded',
    'guest.ipAddress',
    'guest.net',
    'guest.toolsRunningStatus',
    'guest.guestOperationsReady',
    'guestHeartbeatStatus',
    'disabledMethod',
    'resourcePool',
  ],
};

export interface Entity {
  readonly ref: Ref;
  /** By property path. A path that is in neither map is unset on the server. */
  readonly props: ReadonlyMap<string, AnyValue>;
  /** Properties that the server could not give, and why; an inaccessible machine has its `config` here. */
  readonly missing: ReadonlyMap<string, VimFaultError>;
}

interface MutableEntity {
  ref: Ref;
  props: Map<string, AnyValue>;
  missing: Map<string, VimFaultError>;
  /** Heard of since the last reset. */
  seen: boolean;
}

export interface InventoryChange {
  kind: 'enter' | 'modify' | 'leave';
  entity: Entity;
  /** Paths that changed. */
  paths: readonly string[];
}

/** What no waiting mends. */
const REFUSALS: ReadonlySet<string> = new Set<VSphereErrorCode>([
  'vsphere-fingerprint',
  'vsphere-untrusted',
  'vsphere-not-tls',
  'vsphere-login',
]);

export type InventoryState = 'new' | 'syncing' | 'fresh' | 'stale';

export class Inventory implements UpdateSource {
  state: InventoryState = 'new';
  private readonly session: Session;
  private readonly loop: UpdateLoop;
  private readonly watch: InventoryWatch;
  private readonly entities = new Map<string, MutableEntity>();
  /** Children by parent and unescaped name; a name may stand for several, since folders of machines and of vApps overlap. */
  private readonly children = new Map<string, Map<string, Set<MutableEntity>>>();
  private readonly byUuid = new Map<string, Set<MutableEntity>>();
  private readonly listeners = new Set<(change: InventoryChange) => void>();
  private synced: { promise: Promise<void>; resolve: () => void } | undefined;
  private rootRef: Ref | undefined;
  private view: { ref: Ref; epoch: number } | undefined;
  private attached = false;
  private lastError: unknown;
  /** It was up to date once: from then on a server that does not answer is one that is away. */
  private settled = false;
  private readonly answerMs: number;

  constructor(session: Session, loop: UpdateLoop, watch: InventoryWatch = DEFAULT_WATCH, answerMs = ANSWER_MS) {
    this.session = session;
    this.loop = loop;
    this.watch = watch;
    this.answerMs = answerMs;
  }

  /** Waits until the inventory is known and up to date. */
  async ready(ctx: Pick<Ctx, 'signal'>): Promise<void> {
    if (this.state === 'fresh') return;
    if (!this.attached) {
      // wrong address or password is better heard from the login than from a loop that keeps trying
      await this.session.open(ctx);
      this.attach();
    }
    this.synced ??= deferred();
    await race(ctx, this.synced.promise);
  }

  /**
   * What the server was refused for when it was last tried, where waiting mends nothing: another certificate, an account that is not taken. Undefined
   * while all is well, and while it is only away.
   */
  get refusal(): CarrelError | undefined {
    const error = this.state === 'fresh' ? undefined : this.lastError;
    return error instanceof CarrelError && REFUSALS.has(error.code) ? error : undefined;
  }

  /**
   * Waits until what is known is not older than this call. Shared by all who ask at the same time; see UpdateLoop.barrier. `vsphere-stale`
   * when the server does not answer for {@link ClientOptions.answerMs}: who waits for as long as it takes would hold what others need.
   */
  async sync(ctx: Pick<Ctx, 'signal'>, patient = false): Promise<void> {
    const wait = (within: Pick<Ctx, 'signal'>) => (this.state === 'fresh' ? this.loop.barrier(within, patient) : this.ready(within));
    // The first reading of a large inventory takes its time.
    if (!this.settled) return wait(ctx);
    const patience = AbortSignal.timeout(this.answerMs);
    try {
      await wait({ signal: anyOf([ctx.signal, patience]) });
    } catch (error) {
      if (!patience.aborted || ctx.signal.aborted) throw error;
      throw vsphereError('vsphere-stale', 'the server does not answer', { cause: this.lastError });
    }
  }

  get root(): Ref | undefined {
    return this.rootRef;
  }

  get size(): number {
    return this.entities.size;
  }

  get(ref: Ref): Entity | undefined {
    return this.entities.get(refKey(ref));
  }

  /** A property as the tables type it; undefined if unset, missing, not watched, or the object is unknown. */
  prop<T extends keyof VimObjects, P extends string>(_type: T, ref: Ref, path: P): PathValue<VimObjects[T], P> | undefined {
    return this.entities.get(refKey(ref))?.props.get(path) as PathValue<VimObjects[T], P> | undefined;
  }

  /** Everything of a type or its subtypes. */
  all(type: ObjectType): Entity[] {
    return [...this.entities.values()].filter((e) => isSubtype(e.ref.type, type));
  }

  /** What has that path, `/DC/vm/Folder/Name`; of several the first of type `type`. */
  async find(ctx: Pick<Ctx, 'signal'>, path: string, type?: ObjectType): Promise<Entity> {
    await this.known(ctx);
    const found = this.lookup(path, type);
    if (found) return found;
    this.trustAbsence();
    throw vsphereError('vsphere-not-found', `nothing at ${path}${type ? ` is a ${type}` : ''}`, {
      hint: 'Check the path, and that the account may see it.',
      details: { path },
    });
  }

  /** The machines with that instance UUID; more than one is a fault of the site. Throws `vsphere-stale` rather than say "none" on old knowledge. */
  async findByInstanceUuid(ctx: Pick<Ctx, 'signal'>, uuid: string): Promise<Entity[]> {
    await this.known(ctx);
    const found = [...(this.byUuid.get(uuid.toLowerCase()) ?? [])];
    if (found.length === 0) this.trustAbsence();
    return found;
  }

  /** What is directly in a folder, pool or other container. */
  childrenOf(ref: Ref): Entity[] {
    return [...(this.children.get(refKey(ref))?.values() ?? [])].flatMap((set) => [...set]);
  }

  /** The inventory path; undefined for what is not below the root (a machine in a vApp). */
  pathOf(ref: Ref): string | undefined {
    const names: string[] = [];
    let at: MutableEntity | undefined = this.entities.get(refKey(ref));
    for (let depth = 0; at && depth < 64; depth++) {
      if (this.rootRef && refKey(at.ref) === refKey(this.rootRef)) return joinInventoryPath(names.reverse());
      names.push(unescapeName(text(at.props.get('name'))));
      const parent = at.props.get('parent') as Ref | undefined;
      at = parent && this.entities.get(refKey(parent));
    }
    return undefined;
  }

  /** The data center that something is in. */
  datacenterOf(ref: Ref): Ref | undefined {
    let at: Ref | undefined = ref;
    for (let depth = 0; at && depth < 64; depth++) {
      if (at.type === 'Datacenter') return at;
      at = this.entities.get(refKey(at))?.props.get('parent') as Ref | undefined;
    }
    return undefined;
  }

  /** Hears of every change after this call; returns how to stop that. */
  onChange(listener: (change: InventoryChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    if (this.attached) this.loop.remove(this);
    this.attached = false;
  }

  private attach(): void {
    this.attached = true;
    this.state = 'syncing';
    this.loop.add(this);
    this.loop.start();
  }

  /** Before the first sync nothing is known at all; later what is known is used, fresh or not. */
  private async known(ctx: Pick<Ctx, 'signal'>): Promise<void> {
    if (this.state === 'new' || this.rootRef === undefined || this.entities.size === 0) await this.ready(ctx);
  }

  private trustAbsence(): void {
    if (this.state === 'fresh') return;
    throw vsphereError('vsphere-stale', 'the inventory is not up to date, so it cannot be said that something is missing', {
      cause: this.lastError,
    });
  }

  private lookup(path: string, type: ObjectType | undefined): MutableEntity | undefined {
    let level: MutableEntity[] = this.rootRef ? [this.entities.get(refKey(this.rootRef))].filter((e) => e !== undefined) : [];
    for (const name of splitInventoryPath(path)) {
      level = level.flatMap((e) => [...(this.children.get(refKey(e.ref))?.get(name) ?? [])]);
    }
    return type ? level.find((e) => isSubtype(e.ref.type, type)) : level[0];
  }

  async filter(ctx: Ctx): Promise<PropertyFilterSpec> {
    const content = await this.session.open(ctx);
    const epoch = this.session.epoch;
    this.rootRef = content.rootFolder;
    const manager = content.viewManager;
    if (!manager) throw new Error('the server has no view manager');
    if (this.view?.epoch !== epoch) {
      const type = Object.keys(this.watch);
      const ref = await this.session.call(ctx, 'CreateContainerView', manager, { container: content.rootFolder, type, recursive: true });
      this.view = { ref, epoch };
    }
    const propSet = Object.entries(this.watch).map(([type, paths]) => ({ type, pathSet: ['name', 'parent', ...(paths ?? [])] }));
    return {
      propSet,
      objectSet: [
        { obj: content.rootFolder, skip: false },
        { obj: this.view.ref, skip: true, selectSet: [{ _type: 'TraversalSpec', type: 'ContainerView', path: 'view', skip: false }] },
      ],
    };
  }

  onReset(): void {
    this.state = 'syncing';
    for (const e of this.entities.values()) e.seen = false;
  }

  onStale(error: unknown): void {
    this.lastError = error;
    if (this.state === 'fresh') this.state = 'stale';
  }

  onSettled(): void {
    if (this.state === 'syncing') for (const e of this.entities.values()) if (!e.seen) this.leave(e);
    this.state = 'fresh';
    this.settled = true;
    this.synced?.resolve();
    this.synced = undefined;
  }

  onUpdate(update: ObjectUpdate): void {
    const key = refKey(update.obj);
    let e = this.entities.get(key);
    if (update.kind === 'leave') {
      if (e) this.leave(e);
      return;
    }
    const isNew = e === undefined;
    e ??= { ref: update.obj, props: new Map(), missing: new Map(), seen: true };
    e.seen = true;
    this.unindex(e);
    // an "enter" tells everything: what it does not name is unset now
    if (update.kind === 'enter' && !isNew) {
      e.props.clear();
      e.missing.clear();
    }
    const paths = applyChanges(e, update);
    this.entities.set(key, e);
    this.index(e);
    this.tell({ kind: isNew ? 'enter' : 'modify', entity: e, paths });
  }

  private leave(e: MutableEntity): void {
    this.unindex(e);
    this.entities.delete(refKey(e.ref));
    this.tell({ kind: 'leave', entity: e, paths: [] });
  }

  private tell(change: InventoryChange): void {
    for (const listener of this.listeners) listener(change);
  }

  private index(e: MutableEntity): void {
    const parent = e.props.get('parent') as Ref | undefined;
    if (parent) {
      const key = refKey(parent);
      let names = this.children.get(key);
      if (!names) this.children.set(key, (names = new Map()));
      addTo(names, unescapeName(text(e.props.get('name'))), e);
    }
    const uuid = e.props.get('config.instanceUuid');
    if (typeof uuid === 'string') addTo(this.byUuid, uuid.toLowerCase(), e);
  }

  private unindex(e: MutableEntity): void {
    const parent = e.props.get('parent') as Ref | undefined;
    const names = parent && this.children.get(refKey(parent));
    if (parent && names) {
      removeFrom(names, unescapeName(text(e.props.get('name'))), e);
      if (names.size === 0) this.children.delete(refKey(parent));
    }
    const uuid = e.props.get('config.instanceUuid');
    if (typeof uuid === 'string') removeFrom(this.byUuid, uuid.toLowerCase(), e);
  }
}

function text(value: AnyValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function addTo<T>(map: Map<string, Set<T>>, key: string, value: T): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}

function removeFrom<T>(map: Map<string, Set<T>>, key: string, value: T): void {
  const set = map.get(key);
  if (set?.delete(value) && set.size === 0) map.delete(key);
}

function applyChanges(e: MutableEntity, update: ObjectUpdate): string[] {
  const paths: string[] = [];
  for (const change of update.changeSet ?? []) {
    paths.push(change.name);
    e.missing.delete(change.name);
    if (change.val === undefined || change.op === 'remove' || change.op === 'indirectRemove') e.props.delete(change.name);
    else e.props.set(change.name, change.val);
  }
  for (const m of update.missingSet ?? []) {
    paths.push(m.path);
    e.props.delete(m.path);
    e.missing.set(m.path, localizedFaultError(`reading ${m.path}`, m.fault));
  }
  return paths;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((res) => {
    resolve = res;
  });
  return { promise, resolve };
}
