import { buildInventory } from './build.ts';
import { ManualClock } from './clock.ts';
import type { Task, TaskResult, Vm } from './entities.ts';
import { isVm } from './entities.ts';
import { populateFrom } from './inventory.ts';
import { Model } from './model.ts';
import type { ModelOptions } from './options.ts';
import { type MadeMaster, populate } from './populate.ts';
import { Sessions } from './sessions.ts';
import { chainOf, type ChainLink, contentHash, fileHash } from './vmdk.ts';
import { disksOf } from './vm-record.ts';

/** A simulated endpoint without a wire: the model, its sessions, and helpers for tests. */
export class Sim {
  readonly model: Model;
  readonly sessions: Sessions;
  readonly masters: readonly MadeMaster[];

  constructor(options: Partial<ModelOptions> = {}) {
    this.model = new Model(options);
    this.sessions = new Sessions(this.model);
    buildInventory(this.model);
    const { inventory } = this.model.options;
    this.masters = inventory === undefined ? populate(this.model) : populateFrom(this.model, inventory);
  }

  /** The clock, if it is one that a test moves. */
  get manual(): ManualClock {
    if (this.model.clock instanceof ManualClock) return this.model.clock;
    throw new Error('this simulator runs on the wall clock');
  }

  /** Moves time until a task is over; throws its fault. */
  wait(task: Task): TaskResult {
    this.manual.until(() => task.state === 'success' || task.state === 'error');
    if (task.error !== undefined) throw task.error;
    return task.result;
  }

  /** Waits for a task that makes a VM. */
  waitVm(task: Task): Vm {
    const result = this.wait(task);
    if (typeof result === 'object' && 'type' in result && isVm(result as Vm)) return result as Vm;
    throw new Error('the task made no virtual machine');
  }

  master(index = 0): MadeMaster {
    const master = this.masters[index];
    if (master === undefined) throw new Error('there is no such master');
    return master;
  }

  /** The disk chain of a VM, leaf first, as the files have it. */
  chain(vm: Vm, index = 0): ChainLink[] {
    const disk = disksOf(vm.record)[index];
    return disk === undefined ? [] : chainOf(this.model.storage, disk.path);
  }

  /** The golden base of a master: the file that its snapshot froze. */
  base(index = 0): ChainLink {
    const { vm } = this.master(index);
    const node = vm.record.snapshots[0];
    const disk = node === undefined ? undefined : disksOf(node.hardware)[0];
    if (disk === undefined) throw new Error('the master has no frozen disk');
    return chainOf(this.model.storage, disk.path)[0] as ChainLink;
  }

  /** Hash of a master's base file with its descriptor: what no clone may change. */
  baseHash(index = 0): string {
    return fileHash(this.base(index));
  }

  /** Hash of what a guest sees on a VM's disk. */
  hash(vm: Vm, index = 0): string {
    return contentHash(this.chain(vm, index));
  }

  exists(path: string): boolean {
    return this.model.storage.file(path) !== undefined;
  }
}
