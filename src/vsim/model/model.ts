import { Grants } from './grants.ts';
import { ManualClock, type SimClock } from './clock.ts';
import {
  type Compute,
  type Datacenter,
  type DatastoreObject,
  type Dvs,
  type Entity,
  type Folder,
  type Host,
  isVm,
  type Net,
  type ResourcePool,
  type Task,
  type Vm,
} from './entities.ts';
import { gone, VimFault } from './fault.ts';
import { type Latency, NO_LATENCY, realLatency } from './latency.ts';
import { DEFAULTS, type ModelOptions } from './options.ts';
import { Random } from './random.ts';
import { Roles } from './roles.ts';
import { Rules } from './rules.ts';
import { Storage } from './storage.ts';
import { TASK_MEMORY_MS, TaskEngine } from './tasks.ts';

export type ChangeKind = 'enter' | 'modify' | 'leave';
export type ChangeListener = (kind: ChangeKind, entity: Entity, paths: readonly string[]) => void;

export interface SimEvent {
  key: number;
  chainId: number;
  type: string;
  time: number;
  user: string;
  message: string;
  vm: Vm | undefined;
}

const EVENT_MEMORY = 2000;

/** The state of one simulated endpoint and who wants to hear of its changes. Operations live in the files beside this one. */
export class Model {
  readonly options: ModelOptions;
  readonly clock: SimClock;
  readonly random: Random;
  readonly storage: Storage;
  readonly rules: Rules;
  readonly latency: Latency;
  readonly tasks: TaskEngine;
  readonly objects = new Map<string, Entity>();
  readonly vms = new Map<string, Vm>();
  readonly hosts: Host[] = [];
  readonly datastores: DatastoreObject[] = [];
  readonly networks: Net[] = [];
  readonly switches: Dvs[] = [];
  readonly instanceUuid: string;
  readonly events: SimEvent[] = [];
  /** Privileges taken away: `user privilege` or `user privilege moRef`. */
  readonly denied = new Set<string>();
  readonly roles = new Roles();
  /** Permissions; the account of the options is the administrator. */
  readonly grants = new Grants();
  root!: Folder;
  readonly datacenters: Datacenter[] = [];
  /** Clusters, and what stands around hosts that are in none. */
  readonly computes: Compute[] = [];
  /** Who the current call is made by; set by the server around each call. */
  actor: string;
  /** Errors of the simulator itself; a test fails on them. */
  readonly bugs: unknown[] = [];
  /** VMs that were just snapshotted and still refuse so many clones (8.0U3). */
  readonly lockedClones = new Map<string, number>();
  #listeners = new Set<ChangeListener>();
  #nextId = 1;
  #finished: Task[] = [];
  #nextEvent = 1;

  constructor(options: Partial<ModelOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
    this.clock = this.options.clock ?? new ManualClock();
    this.random = new Random(this.options.seed);
    this.rules = new Rules(new Random(this.options.seed ^ 0x5bd1e995));
    this.storage = this.options.storage ?? new Storage();
    this.latency = this.options.latency === 'real' ? realLatency(new Random(this.options.seed ^ 0x9e3779b9)) : NO_LATENCY;
    this.tasks = new TaskEngine(this);
    this.instanceUuid = this.random.uuid();
    this.actor = this.options.username;
  }

  get isVc(): boolean {
    return this.options.kind === 'vcenter';
  }

  /** The first, which is the only one unless the inventory came from a file. */
  get datacenter(): Datacenter {
    return this.datacenters[0] as Datacenter;
  }

  /** The first. */
  get compute(): Compute {
    return this.computes[0] as Compute;
  }

  get pool(): ResourcePool {
    return this.compute.pool;
  }

  now(): number {
    return this.clock.now();
  }

  /** A fresh moRef value: `vm-1012` on vCenter, `1012` on a host. */
  ref(prefix: string): string {
    const n = this.#nextId++ + 1000;
    return this.isVc || prefix !== 'vm' ? `${prefix}-${n}` : String(n);
  }

  add(entity: Entity): void {
    this.objects.set(entity.id, entity);
    if (isVm(entity)) this.vms.set(entity.id, entity);
    for (const listener of this.#listeners) listener('enter', entity, []);
  }

  remove(entity: Entity): void {
    this.objects.delete(entity.id);
    if (isVm(entity)) this.vms.delete(entity.id);
    for (const listener of this.#listeners) listener('leave', entity, []);
  }

  /** What tickets for consoles say instead of what is so: a host that cannot be reached from here, or whose certificate was renewed unnoticed. */
  ticketSays: { host?: string; port?: number; thumbprint?: string } = {};

  /** Told when a guest answers at these addresses, and when it no longer does: none. */
  guestWatcher: ((vm: Vm, addresses: readonly string[]) => void) | undefined;

  /** Says which properties of an object changed, as property paths. */
  changed(entity: Entity, ...paths: string[]): void {
    for (const listener of this.#listeners) listener('modify', entity, paths);
  }

  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The object behind a moRef; ManagedObjectNotFound if there is none. */
  find(type: string, id: string): Entity {
    const entity = this.objects.get(id);
    if (entity === undefined || entity.type !== type) throw gone({ type, id });
    return entity;
  }

  findVms(match: (vm: Vm) => boolean): Vm[] {
    return [...this.vms.values()].filter(match);
  }

  byInstanceUuid(uuid: string): Vm | undefined {
    for (const vm of this.vms.values()) if (vm.record.instanceUuid === uuid) return vm;
    return undefined;
  }

  /** Throws NoPermission if the acting user lacks a privilege on an object. */
  require(privilege: string, entity: Entity | undefined): void {
    if (!this.grants.demand(this.actor, privilege, entity)) throw this.#noPermission(privilege, entity);
    this.#mustNotBeDenied(privilege, entity);
  }

  #mustNotBeDenied(privilege: string, entity: Entity | undefined): void {
    if (this.denied.size === 0) return;
    for (let at: Entity | undefined = entity; at !== undefined; at = at.parent) {
      if (this.denied.has(`${this.actor} ${privilege} ${at.id}`)) throw this.#noPermission(privilege, entity);
    }
    if (this.denied.has(`${this.actor} ${privilege}`)) throw this.#noPermission(privilege, entity);
  }

  has(user: string, privilege: string, entity: Entity | undefined): boolean {
    const actor = this.actor;
    this.actor = user;
    try {
      this.#mustNotBeDenied(privilege, entity);
      return this.grants.allows(user, privilege, entity);
    } catch {
      return false;
    } finally {
      this.actor = actor;
    }
  }

  #noPermission(privilege: string, entity: Entity | undefined): VimFault {
    return new VimFault('NoPermission', 'Permission to perform this operation was denied.', {
      object: entity ?? this.root,
      privilegeId: privilege,
    });
  }

  event(type: string, message: string, vm?: Vm, chainId?: number): void {
    const key = this.#nextEvent++;
    this.events.push({ key, chainId: chainId ?? key, type, time: this.now(), user: this.actor, message, vm });
    if (this.events.length > EVENT_MEMORY) this.events.splice(0, EVENT_MEMORY / 4);
  }

  /** Keeps a finished task readable for a while. */
  remember(task: Task): void {
    this.#finished.push(task);
    const oldest = this.now() - TASK_MEMORY_MS;
    let drop = 0;
    while (drop < this.#finished.length && ((this.#finished[drop] as Task).completeTime ?? 0) < oldest) drop++;
    for (const old of this.#finished.splice(0, drop)) this.remove(old);
  }

  /** Tasks as TaskManager.recentTask lists them. */
  recentTasks(): Task[] {
    return this.#finished.slice(-200);
  }

  bug(error: unknown): void {
    this.bugs.push(error);
  }
}
