/**
 * Waiting for tasks: hundreds by requests that are made anyway.
 *
 * A task goes through: asked (in the next batch of first looks) -> done at first look, or listed (in the list view) -> done | gone.
 * Many tasks are done by the time their reference arrives, so one RetrievePropertiesEx looks at all new ones together; what still runs enters
 * the list view, new and finished ones in one ModifyListView, and the one wait of the update loop tells of it.
 * What comes while first looks come too early nearly always, as on servers whose tasks take a second, is listed at once: such a look is a
 * request for nothing. Where so much is read that reads wait for their turn, tasks go along with each of them and enter the list only if they
 * take long: they cost no request then. (`recentTask` of the task manager would tell of them all, but servers need not tell of its changes.)
 */
import { type Ctx, makeCtx, race } from '../../lib/context.ts';
import { findFault, localizedFaultError, VimFaultError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { type AnyValue, type Ref, refKey } from '../types/value.ts';
import type { LocalizedMethodFault, ManagedObjectNotFound, ObjectUpdate, PropertyFilterSpec } from '../types/vim.gen.ts';
import type { UpdateLoop, UpdateSource } from './loop.ts';
import type { Reads } from './reads.ts';

const PATHS = ['info.state', 'info.progress', 'info.result', 'info.error', 'info.descriptionId'];

/** Share of the tasks that a first look finds done, below which there is none; one batch in so many is looked at all the same, to see a change. */
const WORTH_A_LOOK = 0.3;
const LOOK_ANYWAY = 20;
/** In so many reads that others ask for as well a task is looked at before it enters the list: some seconds. */
const FOLLOWED = 25;
/** So many tasks at once are followed by reads, where these have a pace. */
const CROWD = 4;
/** Weight of one task in that share. */
const WEIGHT = 0.1;

/** How far a task is; `percent` is unset where the server does not say. */
export type TaskProgress = (percent: number | undefined, state: 'queued' | 'running') => void;

export interface TaskResult {
  task: Ref;
  /** What the task made, such as the reference of a clone; undefined if it makes nothing. */
  result: AnyValue | undefined;
}

interface Waiting {
  ref: Ref;
  props: Map<string, AnyValue>;
  listed: boolean;
  /** All who wait for it are patient. */
  patient: boolean;
  /** Heard of since the last reset. */
  seen: boolean;
  progress: Set<TaskProgress>;
  promise: Promise<TaskResult>;
  resolve: (result: TaskResult) => void;
  reject: (error: Error) => void;
}

export class Tasks implements UpdateSource {
  private readonly session: Session;
  private readonly loop: UpdateLoop;
  private readonly reads: Reads;
  private readonly waiting = new Map<string, Waiting>();
  private newcomers: Waiting[] = [];
  private toList: Waiting[] = [];
  private toUnlist: Ref[] = [];
  /** Share of the tasks of late that were done at their first look. */
  private doneAtOnce = 1;
  private unlooked = 0;
  private looking = false;
  private listing = false;
  private view: { ref: Ref; epoch: number } | undefined;
  /** What the list view held when it was made: only of these does silence after a resync mean that they are gone. */
  private snapshot: readonly Waiting[] = [];
  private readonly stop = new AbortController();
  /** For what is read on behalf of all that wait. */
  private readonly own = makeCtx({ signal: this.stop.signal });

  constructor(session: Session, loop: UpdateLoop, reads: Reads) {
    this.session = session;
    this.reads = reads;
    this.loop = loop;
    // from the start, since a source that comes later makes everything be read again
    loop.add(this);
  }

  /** Tasks that someone waits for now. */
  get pending(): number {
    return this.waiting.size;
  }

  /**
   * Waits until the task is over. Rejects with code `vsphere-task` and the task's fault, with ManagedObjectNotFound if the server does not
   * know the task any more, or when the context ends; the task itself goes on then. Any number may wait for one task.
   */
  async wait(ctx: Pick<Ctx, 'signal'>, task: Ref, onProgress?: TaskProgress, patient = false): Promise<TaskResult> {
    if (this.stop.signal.aborted) throw this.stop.signal.reason;
    const w = this.waiting.get(refKey(task)) ?? this.enlist(task, patient);
    if (!patient) w.patient = false;
    if (onProgress) w.progress.add(onProgress);
    try {
      return await race(ctx, w.promise);
    } finally {
      if (onProgress) w.progress.delete(onProgress);
    }
  }

  close(error: Error): void {
    this.stop.abort(error);
    for (const w of this.waiting.values()) this.fail(w, error);
  }

  private enlist(task: Ref, patient: boolean): Waiting {
    let resolve!: Waiting['resolve'];
    let reject!: Waiting['reject'];
    const promise = new Promise<TaskResult>((res, rej) => {
      resolve = res;
      reject = rej;
    });
    // whoever waits hears of it; nobody may wait any more
    promise.catch(() => {});
    const w: Waiting = { ref: task, props: new Map(), listed: false, patient, seen: true, progress: new Set(), promise, resolve, reject };
    this.waiting.set(refKey(task), w);
    this.newcomers.push(w);
    if (!this.looking) {
      this.looking = true;
      // replies that are decoded in the same turn go into the same batch
      setImmediate(() => void this.look());
    }
    return w;
  }

  /** First looks, one request at a time; newcomers meanwhile make the next batch. */
  private async look(): Promise<void> {
    while (this.newcomers.length > 0 && !this.stop.signal.aborted) {
      const batch = this.newcomers;
      this.newcomers = [];
      if (this.crowded()) for (const w of batch) void this.follow(w);
      else if (this.worthALook()) await this.lookAt(batch);
      else {
        await this.reads.turn(this.own).catch(() => {});
        for (const w of batch) this.list(w);
      }
    }
    this.looking = false;
  }

  /** Whether so much is asked, or so many wait, that tasks go along with reads: at the pace these cost less than changes of the list. */
  private crowded(): boolean {
    return this.reads.busy || (this.reads.paced && this.waiting.size >= CROWD);
  }

  private worthALook(): boolean {
    if (this.doneAtOnce < WORTH_A_LOOK && ++this.unlooked < LOOK_ANYWAY) return false;
    this.unlooked = 0;
    return true;
  }

  private async lookAt(batch: readonly Waiting[]): Promise<void> {
    await Promise.all(batch.map(async (w) => await this.read(w)));
    for (const w of batch) {
      const open = this.isOpen(w);
      this.doneAtOnce += WEIGHT * ((open ? 0 : 1) - this.doneAtOnce);
      if (open) this.list(w);
    }
  }

  /** Goes along with the reads of others for as long as there are some; what takes longer than that enters the list. */
  private async follow(w: Waiting): Promise<void> {
    for (let round = 0; round < FOLLOWED && (await this.read(w)); round++) {
      if (!this.isOpen(w)) return;
      if (!this.crowded()) break;
    }
    if (this.isOpen(w)) this.list(w);
  }

  /** Reads a task as it is now; false if that could not be done, which the list view will tell more of. */
  private async read(w: Waiting): Promise<boolean> {
    try {
      const found = await this.reads.get(this.own, 'Task', w.ref, PATHS, w.patient);
      if (found === undefined || !this.isOpen(w)) return false;
      for (const [path, value] of Object.entries(found.props)) if (value !== undefined) w.props.set(path, value);
      this.judge(w);
      return true;
    } catch {
      // the update loop has patience with a bad connection
      return false;
    }
  }

  private isOpen(w: Waiting): boolean {
    return this.waiting.get(refKey(w.ref)) === w;
  }

  /** Puts a running task into the list view. */
  private list(w: Waiting): void {
    this.toList.push(w);
    this.loop.start();
    this.modifySoon();
  }

  /** Nothing to do while there is no view of this login: filter() makes one and calls again. */
  private modifySoon(): void {
    if (this.listing || this.toList.length === 0 || this.view?.epoch !== this.session.epoch || this.stop.signal.aborted) return;
    this.listing = true;
    setImmediate(() => void this.modify());
  }

  private async modify(): Promise<void> {
    const view = this.view;
    const add = this.takeList();
    const remove = this.toUnlist;
    this.toUnlist = [];
    if (view && add.length > 0) {
      try {
        const ctx = makeCtx({ signal: this.stop.signal, timeoutMs: 60_000 });
        const unknown = await this.session.call(ctx, 'ModifyListView', view.ref, { add: add.map((w) => w.ref), remove });
        for (const ref of unknown ?? []) this.gone(ref);
      } catch (error) {
        this.modifyFailed(error, add);
      }
    }
    this.listing = false;
    this.modifySoon();
  }

  /** Those to be listed that are still waited for. */
  private takeList(): Waiting[] {
    const add = this.toList.filter((w) => this.isOpen(w));
    this.toList = [];
    for (const w of add) w.listed = true;
    return add;
  }

  private modifyFailed(error: unknown, add: readonly Waiting[]): void {
    const missing = findFault(error, 'ManagedObjectNotFound');
    const key = missing && refKey(missing.obj);
    const lost = key === undefined ? undefined : add.find((w) => refKey(w.ref) === key);
    if (lost) {
      this.fail(lost, error as Error);
      this.toList.push(...add.filter((w) => w !== lost));
      return;
    }
    // the view itself is gone, or the connection failed: start over with a new view of all that wait
    this.view = undefined;
    this.loop.rebuild();
  }

  async filter(ctx: Ctx): Promise<PropertyFilterSpec> {
    const content = await this.session.open(ctx);
    const epoch = this.session.epoch;
    const manager = content.viewManager;
    if (!manager) throw new Error('the server has no view manager');
    const old = this.view;
    this.view = undefined;
    if (old?.epoch === epoch) this.session.call(ctx, 'DestroyView', old.ref, {}).catch(() => {});
    const ref = await this.listView(ctx, manager);
    this.view = { ref, epoch };
    this.modifySoon();
    return {
      propSet: [{ type: 'Task', pathSet: PATHS }],
      objectSet: [{ obj: ref, skip: true, selectSet: [{ _type: 'TraversalSpec', type: 'ListView', path: 'view', skip: false }] }],
      reportMissingObjectsInResults: true,
    };
  }

  /** A list view of all that wait; tasks that the server does not know any more are reported as gone. */
  private async listView(ctx: Ctx, manager: Ref): Promise<Ref> {
    for (;;) {
      this.takeList();
      const listed = [...this.waiting.values()].filter((w) => w.listed);
      this.toUnlist = [];
      this.snapshot = listed;
      try {
        return await this.session.call(ctx, 'CreateListView', manager, { obj: listed.map((w) => w.ref) });
      } catch (error) {
        const missing = findFault(error, 'ManagedObjectNotFound');
        if (!missing || !this.gone(missing.obj)) throw error;
      }
    }
  }

  onReset(): void {
    for (const w of this.snapshot) w.seen = false;
  }

  onUpdate(update: ObjectUpdate): void {
    const w = this.waiting.get(refKey(update.obj));
    if (!w) return;
    if (update.kind === 'leave') {
      this.gone(w.ref);
      return;
    }
    w.seen = true;
    for (const change of update.changeSet ?? []) {
      if (change.val === undefined) w.props.delete(change.name);
      else w.props.set(change.name, change.val);
    }
    this.judge(w);
  }

  onSettled(): void {
    for (const w of this.snapshot) if (!w.seen) this.gone(w.ref);
    this.snapshot = [];
  }

  /** Tasks in the list are heard of by the update loop alone. */
  awaited(): boolean {
    return [...this.waiting.values()].some((w) => w.listed && !w.patient);
  }

  onStale(): void {
    // the loop goes on trying; whoever waits has a deadline
  }

  private judge(w: Waiting): void {
    const state = w.props.get('info.state');
    if (state === 'success') this.finish(w, () => w.resolve({ task: w.ref, result: w.props.get('info.result') }));
    else if (state === 'error') {
      const error = w.props.get('info.error') as LocalizedMethodFault | undefined;
      const name = w.props.get('info.descriptionId');
      const method = typeof name === 'string' ? name : 'the task';
      const fault = error ?? { fault: { _type: 'SystemError', reason: '' }, localizedMessage: 'the task gives no reason' };
      this.fail(w, localizedFaultError(method, fault as LocalizedMethodFault, w.ref));
    } else if (state === 'running' || state === 'queued') {
      const percent = w.props.get('info.progress');
      for (const tell of w.progress) tell(typeof percent === 'number' ? percent : undefined, state);
    }
  }

  private gone(ref: Ref): boolean {
    const w = this.waiting.get(refKey(ref));
    if (!w) return false;
    const fault: ManagedObjectNotFound = { _type: 'ManagedObjectNotFound', obj: ref };
    this.fail(w, new VimFaultError('waiting for the task', fault, 'the server does not know the task any more', ref));
    return true;
  }

  private fail(w: Waiting, error: Error): void {
    this.finish(w, () => w.reject(error));
  }

  private finish(w: Waiting, settle: () => void): void {
    if (this.waiting.get(refKey(w.ref)) !== w) return;
    this.waiting.delete(refKey(w.ref));
    // leaves the view with the next change of it: no request of its own
    if (w.listed) this.toUnlist.push(w.ref);
    settle();
  }
}
