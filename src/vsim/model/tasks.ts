import type { DatastoreObject, Entity, Host, Task, TaskResult, Vm } from './entities.ts';
import { VimFault } from './fault.ts';
import type { Model } from './model.ts';
import { ruleFault } from './rules.ts';

/** A step of an operation: a text names an effect that just happened, a number is simulated milliseconds to wait. */
export type Step = string | number;
export type Op<T = TaskResult> = Generator<Step, T, void>;

/** What a task takes while it runs (vSphere 6.5 and later: 16 units per host, 128 per datastore, 640 tasks per vCenter). */
export interface Cost {
  host?: Host | undefined;
  hostUnits?: number;
  datastores?: readonly DatastoreObject[];
  datastoreUnits?: number;
}

export const HOST_UNITS = 16;
export const DATASTORE_UNITS = 128;
export const VCENTER_TASKS = 640;
/** Tasks that are over stay readable for ten simulated minutes. */
export const TASK_MEMORY_MS = 10 * 60_000;

export interface TaskSpec {
  method: string;
  entity: Entity | undefined;
  /** VMs that nothing else may act on meanwhile. */
  exclusive?: readonly Vm[];
  /** VMs that are only read, such as the source of a clone. */
  shared?: readonly Vm[];
  cost?: () => Cost;
  cancelable?: boolean;
  user?: string;
  /** Journalled by Continuous Clone: what to take back before it is started once more after a restart. */
  restart?: { undo: () => void };
  work: (task: Task) => Op;
}

interface Running {
  task: Task;
  spec: TaskSpec;
  op: Op | undefined;
  effects: number;
  /** What it will take, and what it holds while it runs. */
  want: Cost | undefined;
  cost: Cost | undefined;
  cancelTimer: (() => void) | undefined;
}

/** Runs operations as tasks, each a generator that is stopped at its waits and at injected faults. */
export class TaskEngine {
  readonly #model: Model;
  readonly #running = new Map<Task, Running>();
  #queue: Running[] = [];
  #count = 0;
  #next = 1;

  constructor(model: Model) {
    this.#model = model;
  }

  get running(): number {
    return this.#count;
  }

  get queued(): number {
    return this.#queue.length;
  }

  start(spec: TaskSpec): Task {
    const model = this.#model;
    const number = this.#next++;
    const task: Task = {
      type: 'Task',
      id: model.isVc ? `task-${number}` : `haTask-${spec.entity?.id ?? 'ha'}-${spec.method}-${number}`,
      name: spec.method,
      parent: undefined,
      method: spec.method,
      entity: spec.entity,
      entityName: spec.entity?.name ?? '',
      user: spec.user ?? model.actor,
      state: 'queued',
      progress: undefined,
      result: undefined,
      error: undefined,
      queueTime: model.clock.now(),
      startTime: undefined,
      completeTime: undefined,
      cancelled: false,
      cancelable: spec.cancelable ?? true,
      chainId: number,
    };
    model.add(task);
    const running: Running = { task, spec, op: undefined, effects: 0, want: undefined, cost: undefined, cancelTimer: undefined };
    this.#running.set(task, running);
    running.cancelTimer = model.clock.after(model.latency.dispatchMs, () => this.#begin(running));
    return task;
  }

  cancel(task: Task): void {
    const running = this.#running.get(task);
    if (running === undefined) throw new VimFault('InvalidState', 'The task is over.');
    if (!task.cancelable) throw new VimFault('NotSupported', 'The task cannot be cancelled.');
    task.cancelled = true;
    this.#model.changed(task, 'info.cancelled');
    if (task.state === 'queued') {
      this.#queue = this.#queue.filter((r) => r !== running);
      this.#finish(running, new VimFault('RequestCanceled', 'The task was canceled by a user.'));
    }
  }

  setProgress(task: Task, percent: number): void {
    task.progress = percent;
    this.#model.changed(task, 'info.progress');
  }

  /**
   * vpxd goes down and comes back: every task object is gone. Clones start again by themselves as new tasks if
   * `continuousClone`, else they stay half done; what a host does by itself is finished by the host.
   */
  restart(continuousClone: boolean): void {
    const all = [...this.#running.values()];
    this.#queue = [];
    this.#running.clear();
    for (const running of all) {
      running.cancelTimer?.();
      this.#release(running);
      this.#model.remove(running.task);
      if (running.spec.restart !== undefined) {
        running.op?.return(undefined);
        if (continuousClone) {
          running.spec.restart.undo();
          this.start({ ...running.spec, user: 'vpxd-journal' });
        }
      } else {
        this.#drain(running);
      }
    }
  }

  #drain(running: Running): void {
    try {
      running.op ??= running.spec.work(running.task);
      while (running.op.next().done !== true) {
        /* the host finishes it without us */
      }
    } catch {
      /* nobody is left to hear of it */
    }
  }

  #begin(running: Running): void {
    const { spec, task } = running;
    const rule = this.#model.rules.match('start', spec.method, spec.entity);
    if (rule !== undefined) return this.#finish(running, ruleFault(rule));
    const busy = this.#busy(spec);
    if (busy !== undefined) {
      return this.#finish(
        running,
        new VimFault('TaskInProgress', 'The operation is not allowed in the current state: another task is already in progress.', {
          task: busy,
        }),
      );
    }
    for (const vm of spec.exclusive ?? []) vm.exclusive = task;
    for (const vm of spec.shared ?? []) vm.shared.add(task);
    this.#queue.push(running);
    this.#admit();
  }

  #busy(spec: TaskSpec): Task | undefined {
    for (const vm of spec.exclusive ?? []) {
      const other = vm.exclusive ?? vm.shared.values().next().value;
      if (other !== undefined) return other;
    }
    return (spec.shared ?? []).find((vm) => vm.exclusive !== undefined)?.exclusive;
  }

  #admit(): void {
    const waiting: Running[] = [];
    for (const running of this.#queue) {
      if (this.#take(running)) this.#run(running);
      else waiting.push(running);
    }
    this.#queue = waiting;
  }

  #take(running: Running): boolean {
    if (!this.#model.latency.limits) {
      this.#count++;
      return true;
    }
    // Asked once: a long queue is looked through whenever a task ends.
    running.want ??= running.spec.cost?.() ?? {};
    const cost = running.want;
    const hostUnits = cost.hostUnits ?? 0;
    const dsUnits = cost.datastoreUnits ?? 0;
    if (this.#count >= VCENTER_TASKS) return false;
    if (cost.host !== undefined && cost.host.units + hostUnits > HOST_UNITS) return false;
    if ((cost.datastores ?? []).some((ds) => ds.units + dsUnits > DATASTORE_UNITS)) return false;
    this.#count++;
    if (cost.host !== undefined) cost.host.units += hostUnits;
    for (const ds of cost.datastores ?? []) ds.units += dsUnits;
    running.cost = cost;
    return true;
  }

  #run(running: Running): void {
    const { task } = running;
    task.state = 'running';
    task.startTime = this.#model.clock.now();
    this.#model.changed(task, 'info.state', 'info.startTime');
    // Started from the clock, so that starting many tasks does not nest their stacks.
    running.cancelTimer = this.#model.clock.after(0, () => this.#step(running));
  }

  #step(running: Running): void {
    const { spec, task } = running;
    try {
      running.op ??= spec.work(task);
      for (;;) {
        if (task.cancelled) throw new VimFault('RequestCanceled', 'The task was canceled by a user.');
        const step = running.op.next();
        if (step.done === true) {
          const late = this.#model.rules.match('end', spec.method, spec.entity);
          return this.#finish(running, late === undefined ? undefined : ruleFault(late), step.value);
        }
        if (typeof step.value === 'number') {
          if (step.value <= 0) continue;
          running.cancelTimer = this.#model.clock.after(step.value, () => this.#step(running));
          return;
        }
        running.effects++;
        const rule = this.#model.rules.match('effect', spec.method, spec.entity, running.effects);
        if (rule !== undefined) {
          running.op.return(undefined);
          throw ruleFault(rule);
        }
      }
    } catch (error) {
      if (!(error instanceof VimFault)) this.#model.bug(error);
      this.#finish(running, error instanceof VimFault ? error : systemError(error));
    }
  }

  #release(running: Running): void {
    const { spec, task, cost } = running;
    for (const vm of spec.exclusive ?? []) if (vm.exclusive === task) vm.exclusive = undefined;
    for (const vm of spec.shared ?? []) vm.shared.delete(task);
    if (task.state === 'running') this.#count--;
    if (cost?.host !== undefined) cost.host.units -= cost.hostUnits ?? 0;
    for (const ds of cost?.datastores ?? []) ds.units -= cost?.datastoreUnits ?? 0;
    running.cost = undefined;
  }

  #finish(running: Running, error: VimFault | undefined, result?: TaskResult): void {
    const { task } = running;
    this.#release(running);
    this.#running.delete(task);
    const now = this.#model.clock.now();
    task.startTime ??= now;
    task.completeTime = now;
    task.state = error === undefined ? 'success' : 'error';
    task.error = error;
    if (error === undefined) {
      task.result = result;
      this.#model.changed(task, 'info.result', 'info.state', 'info.completeTime');
    } else {
      this.#model.changed(task, 'info.error', 'info.state', 'info.completeTime');
    }
    this.#model.remember(task);
    this.#admit();
  }
}

function systemError(error: unknown): VimFault {
  return new VimFault('SystemError', `A general system error occurred: ${error instanceof Error ? error.message : String(error)}`, {
    reason: 'internal',
  });
}
