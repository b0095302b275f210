import { driverError } from '../../../driver/errors.ts';
import { checkCtx, type Ctx, makeCtx } from '../../../lib/context.ts';
import { type Logger, silentLogger } from '../../../lib/log.ts';
import {
  type AnyValue,
  type CallOptions,
  copyDisk,
  diskChain,
  disksOf,
  type MethodArgs,
  Pacer,
  type Ref,
  type RunOptions,
  type TaskMethod,
  type TaskResult,
  type VSphereClient,
} from '../../../vsphere/index.ts';
import { drive, type Patience } from './faults.ts';
import { Hosts } from './hosts.ts';
import { KeyedWork } from './keyed-work.ts';
import { CLONES_PER_HOST, folderPace, POWER_PER_HOST, reserveOf, type VSphereProviderOptions } from '../options.ts';
import { isInside, lastName } from '../inventory/paths.ts';
import { PowerOns } from './power-on.ts';
import { Queue, Queues } from './queue.ts';
import { Register } from '../inventory/register.ts';
import { type Site, type Store, stores, usableHosts } from './site.ts';
import { Names } from '../inventory/tags.ts';
import { isOwned, type View, VIEW_PATHS, viewOf } from '../inventory/view.ts';

/** Longest time of one task in milliseconds, when the caller sets no bound: a full copy of a large disk. */
const TASK_MS = 6 * 3_600_000;
const TRIES = 8;
/** What long tasks do, as it is said to people. */
export const SAID: Readonly<Partial<Record<TaskMethod, string>>> = {
  CloneVM_Task: 'copying the machine',
  InstantClone_Task: 'forking the frozen parent',
  PromoteDisks_Task: 'copying its disks',
  RelocateVM_Task: 'moving it',
  CreateSnapshot_Task: 'taking a snapshot',
  RevertToSnapshot_Task: 'going back to a snapshot',
  PowerOnVM_Task: 'switching on',
  PowerOffVM_Task: 'switching off',
  SuspendVM_Task: 'suspending',
  DeleteDatastoreFile_Task: 'deleting its folder',
};
/** Half of the client's connections: calls must not wait for bytes. */
const READS = 4;

/**
 * Tasks that the driver starts. `Destroy_Task` is not among them: a machine with a parent can only be unregistered (promise 2). A snapshot is
 * removed by {@link Endpoint.removeSnapshot} only.
 */
export type SafeTask = Exclude<
  TaskMethod,
  'Destroy_Task' | 'RemoveSnapshot_Task' | 'RemoveAllSnapshots_Task' | 'ConsolidateVMDisks_Task' | 'DeleteVirtualDisk_Task'
>;

type TaskWatch = Pick<RunOptions, 'onProgress' | 'onTask'>;

/** One endpoint that is open: its client, the places on it, and how everything in this driver talks to it. */
export class Endpoint {
  readonly client: VSphereClient;
  readonly options: VSphereProviderOptions;
  readonly site: Site;
  /** Whether the server makes instant clones. */
  readonly instant: boolean;
  readonly names: Names;
  readonly log: Logger;
  readonly register: Register;
  readonly work = new KeyedWork();
  readonly hosts = new Hosts(this);
  readonly clones: Queue;
  readonly powers: Queue;
  readonly copies: Queues;
  /** Reads of disks' bytes by HTTP. */
  readonly reads: Queue;
  readonly patience: Patience;
  readonly #tasks: Queue;
  readonly #powerOns: PowerOns;

  constructor(client: VSphereClient, options: VSphereProviderOptions, site: Site, instant = false) {
    this.client = client;
    this.options = options;
    this.site = site;
    this.instant = instant;
    this.names = new Names(options.installationId);
    this.log = options.log ?? silentLogger;
    this.register = new Register(client.inventory);
    const hosts = Math.max(1, usableHosts(client, site).length);
    this.clones = new Queue((options.limits?.clonesPerHost ?? CLONES_PER_HOST) * hosts);
    this.powers = new Queue((options.limits?.powerPerHost ?? POWER_PER_HOST) * hosts);
    this.copies = new Queues(options.limits?.copiesPerDatastore ?? 4);
    this.reads = new Queue(READS);
    this.#tasks = new Queue(options.limits?.tasks ?? 256);
    this.#powerOns = new PowerOns(client, site);
    this.patience = { retryMs: options.retryMs ?? 1_000, tries: TRIES };
  }

  /** For one kind of question about datastores, at the pace of this endpoint. */
  pacer(): Pacer {
    return new Pacer(folderPace(this.options));
  }

  close(): void {
    this.register.close();
  }

  get vcenter(): boolean {
    return this.options.kind === 'vcenter';
  }

  stores(): Store[] {
    return stores(this.client, this.site, this.options);
  }

  /** The datastore of that name; `unavailable` if the inventory does not show it. */
  store(name: string): Store {
    const found = this.stores().find((store) => store.name === name);
    if (found === undefined) throw driverError('unavailable', `the datastore ${name} is not to be seen`);
    return found;
  }

  /** Bytes of it that may be used, less the reserve, asked now: what the inventory was told is as old as the server's last look. */
  async freeNow(ctx: Ctx, store: Store): Promise<number> {
    const { props } = await this.client.read(ctx, 'Datastore', store.ref, ['summary.freeSpace']);
    return Math.max(0, Number(props['summary.freeSpace'] ?? store.free) - reserveOf(this.options));
  }

  /**
   * Machines whose files or disks' parents lie in that folder, but for `except`, as of now. What the inventory still has and the server has not
   * is none of them: a server may tell of a machine that left some time after it did, and a folder must not be taken for one in use by it.
   */
  async usersOf(ctx: Ctx, folder: string, except?: Ref): Promise<View[]> {
    await this.client.inventory.sync(ctx, true);
    const known = this.register.usersOf(folder).filter((view) => view.ref.value !== except?.value);
    if (known.length === 0) return [];
    const now = await this.lookAll(
      ctx,
      known.map((view) => view.ref),
    );
    return known.filter((_, i) => now[i] !== undefined);
  }

  owned(view: View): boolean {
    return isOwned(view, this.options.installationId);
  }

  /** Whether it is ours by tag and by where it lies, and yet has another instance UUID. Copies that somebody made lie elsewhere. */
  changedIdentity(view: View): boolean {
    const { tags, instanceUuid, folder } = view;
    if (tags.installation !== this.options.installationId || tags.id === undefined) return false;
    if (instanceUuid === undefined || instanceUuid === tags.id || folder === undefined) return false;
    const place = this.names.parse(lastName(folder)) ?? this.names.parse(view.name);
    if (place?.id.toLowerCase() === (tags.kind === 'machine' ? tags.id : tags.revisionId)) return true;
    return (tags.seal?.disks ?? []).some((disk) => isInside(folder, disk.path));
  }

  /**
   * The machine that an instant clone of ours is to become, while the server's own instance UUID is still on it: the call that makes it takes none.
   * Until it has the one that was chosen it carries no id either, so that it is nobody's twin.
   */
  unnamedInstant({ name, tags }: View): string | undefined {
    if (tags.installation !== this.options.installationId || tags.id !== undefined || tags.frozen === undefined) return undefined;
    const named = this.names.parse(name);
    return named?.kind === 'machine' ? named.id.toLowerCase() : undefined;
  }

  /** A machine as it is now, read from the server; undefined if the reference is gone. */
  async look(ctx: Ctx, ref: Ref): Promise<View | undefined> {
    const [view] = await this.lookAll(ctx, [ref]);
    return view;
  }

  async lookAll(ctx: Ctx, refs: readonly Ref[], patient = false): Promise<(View | undefined)[]> {
    checkCtx(ctx);
    const found = await this.client.reads.all(ctx, 'VirtualMachine', refs, VIEW_PATHS, patient);
    return found.map((read) => read && viewOf(read.ref, (path) => read.props[path] as AnyValue | undefined));
  }

  /**
   * Runs a task to its end. It belongs to `key`: whoever works on that key next waits until it is over, also when the caller's context
   * ended meanwhile; the server is then asked to cancel it.
   */
  async task<M extends SafeTask>(
    ctx: Ctx,
    key: string,
    method: M,
    self: Ref,
    args: MethodArgs<M>,
    options: CallOptions & Pick<RunOptions, 'patient'> = {},
  ): Promise<TaskResult> {
    return await this.#run(ctx, key, method, self, args, options);
  }

  /** Switches a machine on, as of {@link task}; those that come at the same moment go together. */
  async powerOn(ctx: Ctx, key: string, machine: Ref): Promise<void> {
    checkCtx(ctx);
    await this.#tasks.run(ctx, async () => {
      const run = (inner: Ctx, watch: TaskWatch) => this.#powerOns.run(inner, ctx, machine, watch);
      return await this.#watched(ctx, key, SAID.PowerOnVM_Task ?? '', run);
    });
  }

  /**
   * Removes one snapshot of a machine in its own folder. The server merges what came after it into the disks that it froze: `gate-refused`
   * unless every one of these lies in that folder, since else the merge would be written into a master (H5). They are read here, anew.
   */
  async removeSnapshot(ctx: Ctx, key: string, snapshot: Ref, folder: string): Promise<void> {
    const [read] = await this.client.readAll(ctx, 'VirtualMachineSnapshot', [snapshot], ['config']);
    const frozen = disksOf(read?.props.config?.hardware.device ?? []).map((disk) => diskChain(disk)[0]);
    const outside = frozen.find((path) => path === undefined || !isInside(folder, path));
    if (frozen.length === 0 || outside !== undefined) {
      throw driverError('gate-refused', `removing this snapshot would write into ${outside ?? 'disks that are not shown'}`, {
        hint: 'Leave it; it goes with the machine.',
      });
    }
    await this.#run(ctx, key, 'RemoveSnapshot_Task', snapshot, { removeChildren: false, consolidate: true }, {});
  }

  async #run<M extends TaskMethod>(
    ctx: Ctx,
    key: string,
    method: M,
    self: Ref,
    args: MethodArgs<M>,
    options: CallOptions,
  ): Promise<TaskResult> {
    checkCtx(ctx);
    return await this.#tasks.run(ctx, async () => {
      const run = (inner: Ctx, watch: TaskWatch) => this.client.run(inner, method, self, args, { ...options, ...watch });
      return await this.#watched(ctx, key, SAID[method] ?? method, run);
    });
  }

  /** Runs a task that says how far it is, and that the server is asked to cancel when the caller's context ends. */
  async #watched<T>(ctx: Ctx, key: string, text: string, run: (inner: Ctx, watch: TaskWatch) => Promise<T>): Promise<T> {
    let started: Ref | undefined;
    let stopped = false;
    const cancel = (task: Ref): void => {
      this.client.call(makeCtx({ timeoutMs: 10_000 }), 'CancelTask', task, {}).catch(() => {});
    };
    const work = run(makeCtx({ timeoutMs: TASK_MS }), {
      onProgress: (percent) => ctx.progress(percent === undefined ? { text } : { text, fraction: percent / 100 }),
      onTask: (task) => {
        started = task;
        if (stopped) cancel(task);
      },
    });
    return await this.work.step(ctx, key, work, () => {
      stopped = true;
      if (started !== undefined) cancel(started);
    });
  }

  /** A call that is no task, under the same rule. */
  async call<T>(ctx: Ctx, key: string, work: (inner: Ctx) => Promise<T>): Promise<T> {
    checkCtx(ctx);
    return await this.work.step(ctx, key, work(makeCtx({ timeoutMs: 300_000 })));
  }

  /** Copies one disk to another path: a task of no machine, for hours where the disk is large. */
  async copyDisk(ctx: Ctx, key: string, from: string, to: string): Promise<void> {
    const text = 'copying a disk';
    this.progress(ctx, text);
    const { datacenter } = this.site;
    await this.#watched(ctx, key, text, (inner, watch) => copyDisk(inner, this.client, from, to, { datacenter, ...watch }));
  }

  /** Looks and acts until `step` gives a value; see {@link drive}. */
  async drive<T>(ctx: Ctx, step: (round: number) => Promise<T | undefined>, again?: (error: unknown) => boolean): Promise<T> {
    return await drive(ctx, this.patience, step, again);
  }

  /** Whether the caller may go on, said to whoever watches. */
  progress(ctx: Ctx, text: string): void {
    checkCtx(ctx);
    ctx.progress({ text });
    checkCtx(ctx);
  }
}
