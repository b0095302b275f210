import type { DataObject, Ref } from '../../vsphere/types/value.ts';
import type { ObjectUpdate, PropertyFilterSpec, PropertyFilterUpdate, UpdateSet } from '../../vsphere/types/vim.gen.ts';
import { type Entity, isVm } from '../model/entities.ts';
import { VimFault } from '../model/fault.ts';
import type { ChangeKind, Model } from '../model/model.ts';
import type { Reader } from './props/context.ts';
import { ref } from './props/context.ts';
import { readPaths } from './properties.ts';
import { checkSpec, type Lookup, pathsFor, select } from './select.ts';
import { isView, type View, viewIncludes, type ViewWatcher } from './views.ts';

/** Objects in one update set unless the client asks for fewer. */
export const DEFAULT_UPDATES = 100;
/** Filters that one collector may have. */
const MAX_FILTERS = 1000;

/** Paths whose change may mean another place in the inventory. */
const MOVES = new Set(['parent', 'resourcePool', 'runtime.host']);

type Dirty = 'enter' | 'leave' | Set<string>;

/** One PropertyFilter: which objects it holds and what the client has not heard of them yet. */
export class Filter implements ViewWatcher {
  readonly id: string;
  readonly spec: PropertyFilterSpec;
  readonly partial: boolean;
  readonly selected = new Map<string, Entity>();
  readonly dirty = new Map<string, { entity: Entity; what: Dirty }>();
  #stale = false;
  readonly #views: View[] = [];
  readonly #simple: boolean;
  readonly #reader: () => Reader;
  readonly #lookup: Lookup;
  readonly #paths = new Map<string, string[]>();
  missing: Ref[] = [];
  readonly #notify: () => void;

  constructor(id: string, spec: PropertyFilterSpec, partial: boolean, reader: () => Reader, lookup: Lookup, notify: () => void) {
    checkSpec(spec);
    this.id = id;
    this.spec = spec;
    this.partial = partial;
    this.#reader = reader;
    this.#lookup = lookup;
    this.#notify = notify;
    this.#simple = spec.objectSet.every((o) => this.#isSimple(o));
    for (const view of this.#views) view.watchers.add(this);
    this.reset();
  }

  /** An object by itself, or what a view shows: membership can then be kept without walking anything again. */
  #isSimple(object: PropertyFilterSpec['objectSet'][number]): boolean {
    const specs = object.selectSet ?? [];
    if (specs.length === 0) return true;
    const view = this.#lookup(object.obj);
    const plain = specs.every(
      (s) => s._type === 'TraversalSpec' && s.path === 'view' && (s.selectSet ?? []).length === 0 && s.skip !== true,
    );
    if (!isView(view)) return false;
    this.#views.push(view);
    return plain && object.skip === true;
  }

  /** Everything counts as new, as for an empty version. */
  reset(): void {
    const { found, missing } = select(this.spec, this.#reader(), this.#lookup);
    this.missing = missing;
    this.selected.clear();
    this.dirty.clear();
    for (const entity of found.values()) this.#enter(entity);
  }

  close(): void {
    for (const view of this.#views) view.watchers.delete(this);
  }

  get changed(): boolean {
    return this.dirty.size > 0 || this.#stale;
  }

  viewChanged(added: readonly Entity[], removed: readonly Entity[]): void {
    if (!this.#simple) this.#stale = true;
    else {
      for (const entity of added) this.#enter(entity);
      for (const entity of removed) this.#leave(entity);
    }
    this.#notify();
  }

  onChange(kind: ChangeKind, entity: Entity, paths: readonly string[]): void {
    if (kind === 'enter') this.#onEnter(entity);
    else if (kind === 'leave') {
      if (this.selected.has(entity.id)) {
        this.#leave(entity);
        this.#notify();
      }
    } else {
      if (this.#simple) this.#onMove(entity, paths);
      else this.#maybeStale(paths);
      if (this.selected.has(entity.id)) this.#modify(entity, paths);
    }
  }

  /** What moves to another folder, pool or host takes what is in it out of some container views and into others. */
  #onMove(entity: Entity, paths: readonly string[]): void {
    if (!this.#views.some((view) => view.type === 'ContainerView') || !paths.some((p) => MOVES.has(p))) return;
    if (!isVm(entity)) this.#stale = true;
    else {
      const inside = this.#views.some((view) => viewIncludes(view, entity)) || this.#starts(entity);
      if (inside === this.selected.has(entity.id)) return;
      if (inside) this.#enter(entity);
      else this.#leave(entity);
    }
    this.#notify();
  }

  /** Named by the filter itself. */
  #starts(entity: Entity): boolean {
    return this.spec.objectSet.some((o) => o.skip !== true && o.obj.value === entity.id);
  }

  #onEnter(entity: Entity): void {
    if (!this.#simple) {
      this.#stale = true;
      return;
    }
    if (!this.#views.some((view) => view.type === 'ContainerView' && viewIncludes(view, entity))) return;
    this.#enter(entity);
    this.#notify();
  }

  /** With traversal specs over the inventory any change of a reference may change the selection. */
  #maybeStale(paths: readonly string[]): void {
    if (!paths.some((p) => /^(childEntity|vm|host|datastore|network|resourcePool|snapshot)$/.test(p))) return;
    this.#stale = true;
    this.#notify();
  }

  #enter(entity: Entity): void {
    if (this.#watched(entity).length === 0 && !this.spec.propSet.some((p) => p.type === entity.type)) return;
    this.selected.set(entity.id, entity);
    this.dirty.set(entity.id, { entity, what: 'enter' });
  }

  #leave(entity: Entity): void {
    const known = this.dirty.get(entity.id);
    if (!this.selected.delete(entity.id)) return;
    // It came and went between two updates: nobody need hear of it.
    if (known?.what === 'enter') this.dirty.delete(entity.id);
    else this.dirty.set(entity.id, { entity, what: 'leave' });
  }

  #modify(entity: Entity, paths: readonly string[]): void {
    const watched = this.#watched(entity);
    const known = this.dirty.get(entity.id);
    if (known !== undefined && !(known.what instanceof Set)) return;
    let set = known?.what instanceof Set ? known.what : undefined;
    for (const path of paths) {
      for (const want of watched) {
        const report = this.#report(want, path);
        if (report === undefined) continue;
        if (set === undefined) {
          set = new Set();
          this.dirty.set(entity.id, { entity, what: set });
        }
        set.add(report);
      }
    }
    if (set !== undefined) this.#notify();
  }

  /** Which path to report when `path` changed and `want` is watched. */
  #report(want: string, path: string): string | undefined {
    if (want === path || isBelow(want, path)) return want;
    if (isBelow(path, want)) return this.partial ? path : want;
    return undefined;
  }

  #watched(entity: Entity): string[] {
    let paths = this.#paths.get(entity.type);
    if (paths === undefined) {
      paths = pathsFor(this.spec, entity);
      this.#paths.set(entity.type, paths);
    }
    return paths;
  }

  /** Walks the specs again if the inventory changed under them. */
  refresh(): void {
    if (!this.#stale) return;
    this.#stale = false;
    const { found } = select({ ...this.spec, reportMissingObjectsInResults: true }, this.#reader(), this.#lookup);
    for (const entity of this.selected.values()) if (!found.has(entity.id)) this.#leave(entity);
    for (const entity of found.values()) if (!this.selected.has(entity.id)) this.#enter(entity);
  }

  /** Takes up to `max` objects off the list of what is to be told. */
  take(max: number, reader: Reader): { update: PropertyFilterUpdate; taken: Map<string, { entity: Entity; what: Dirty }> } | undefined {
    this.refresh();
    const objectSet: ObjectUpdate[] = [];
    const taken = new Map<string, { entity: Entity; what: Dirty }>();
    for (const [id, item] of this.dirty) {
      if (objectSet.length >= max) break;
      this.dirty.delete(id);
      taken.set(id, item);
      objectSet.push(this.#update(item.entity, item.what, reader));
    }
    const missingSet = this.missing.map((obj) => ({ obj, fault: missingFault(obj) }));
    this.missing = [];
    if (objectSet.length === 0 && missingSet.length === 0) return undefined;
    const update = { filter: { type: 'PropertyFilter', value: this.id }, objectSet, missingSet } as PropertyFilterUpdate;
    return { update, taken };
  }

  #update(entity: Entity, what: Dirty, reader: Reader): ObjectUpdate {
    if (what === 'leave') return { kind: 'leave', obj: ref(entity) };
    const read = readPaths(entity, what === 'enter' ? this.#watched(entity) : [...what], reader);
    const changeSet = read.values.map(({ name, val }) => ({ name, op: 'assign', val }));
    // On a change an unset property is told as assigned without a value; a new object just lacks it.
    if (what !== 'enter') for (const name of read.unset) changeSet.push({ name, op: 'assign', val: undefined as never });
    const missingSet = read.missing.map(({ path, fault, message }) => ({
      path,
      fault: { fault, localizedMessage: message },
    }));
    return { kind: what === 'enter' ? 'enter' : 'modify', obj: ref(entity), changeSet, missingSet } as ObjectUpdate;
  }
}

function isBelow(path: string, above: string): boolean {
  return path.length > above.length && path.startsWith(above) && (path[above.length] === '.' || path[above.length] === '[');
}

function missingFault(obj: Ref): DataObject {
  return { fault: { _type: 'ManagedObjectNotFound', obj }, localizedMessage: 'The object has already been deleted.' } as DataObject;
}

interface Waiter {
  version: string;
  max: number;
  resolve: (set: UpdateSet | undefined) => void;
  reject: (error: unknown) => void;
  timer: NodeJS.Timeout | undefined;
}

/** A PropertyCollector of one session, with its filters and the one wait that it may have. */
export class Collector {
  readonly id: string;
  readonly filters = new Map<string, Filter>();
  readonly #reader: () => Reader;
  readonly #lookup: Lookup;
  readonly #unlisten: () => void;
  #version = 0;
  #nextFilter = 1;
  #last: { from: string; truncated: boolean; taken: [Filter, Map<string, { entity: Entity; what: Dirty }>][] } | undefined;
  #waiter: Waiter | undefined;
  #flushing = false;

  constructor(id: string, model: Model, reader: () => Reader, lookup: Lookup) {
    this.id = id;
    this.#reader = reader;
    this.#lookup = lookup;
    const tell = (kind: ChangeKind, entity: Entity, paths: readonly string[]): void => {
      for (const filter of this.filters.values()) filter.onChange(kind, entity, paths);
    };
    const { lateTellMs } = model.options;
    this.#unlisten = model.listen((kind, entity, paths) => {
      if (lateTellMs > 0 && isVm(entity)) model.clock.after(lateTellMs, () => tell(kind, entity, paths));
      else tell(kind, entity, paths);
    });
  }

  createFilter(spec: PropertyFilterSpec, partial: boolean): Filter {
    if (this.filters.size >= MAX_FILTERS)
      throw new VimFault('LimitExceeded', 'The collector has too many filters.', { limit: MAX_FILTERS });
    const id = `${this.id}-filter-${this.#nextFilter++}`;
    const filter = new Filter(id, spec, partial, this.#reader, this.#lookup, () => this.#wake());
    this.filters.set(id, filter);
    this.#wake();
    return filter;
  }

  destroyFilter(id: string): void {
    this.filters.get(id)?.close();
    this.filters.delete(id);
  }

  close(fault?: VimFault): void {
    this.#unlisten();
    for (const filter of this.filters.values()) filter.close();
    this.filters.clear();
    this.cancel(fault);
  }

  cancel(fault = new VimFault('RequestCanceled', 'The task was canceled by a user.')): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter === undefined) return;
    clearTimeout(waiter.timer);
    waiter.reject(fault);
  }

  /** WaitForUpdatesEx. `waitMs` is real time, undefined waits for ever, 0 not at all. */
  async wait(version: string, waitMs: number | undefined, max: number): Promise<UpdateSet | undefined> {
    this.#checkVersion(version);
    this.cancel();
    if (version === '') {
      for (const filter of this.filters.values()) filter.reset();
      this.#version++;
    }
    const now = this.#collect(version, max);
    if (now !== undefined || waitMs === 0) return now;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { version, max, resolve, reject, timer: undefined };
      if (waitMs !== undefined) waiter.timer = setTimeout(() => this.#expire(waiter), Math.min(waitMs, 2 ** 31 - 1));
      this.#waiter = waiter;
    });
  }

  #expire(waiter: Waiter): void {
    if (this.#waiter !== waiter) return;
    this.#waiter = undefined;
    waiter.resolve(undefined);
  }

  /** The version given last, or the one before it unless that set was truncated: then what it told is told once more. */
  #checkVersion(version: string): void {
    if (version === '' || version === String(this.#version)) return;
    const last = this.#last;
    if (last !== undefined && last.from === version && !last.truncated) {
      for (const [filter, taken] of last.taken) {
        for (const [id, item] of taken) if (!filter.dirty.has(id)) filter.dirty.set(id, item);
      }
      this.#last = undefined;
      return;
    }
    throw new VimFault('InvalidCollectorVersion', 'The version is not one of this collector.');
  }

  #wake(): void {
    if (this.#waiter === undefined || this.#flushing) return;
    this.#flushing = true;
    // What happens in the same turn goes into one update.
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    const waiter = this.#waiter;
    if (waiter === undefined) return;
    try {
      const set = this.#collect(waiter.version, waiter.max);
      if (set === undefined) return;
      this.#waiter = undefined;
      clearTimeout(waiter.timer);
      waiter.resolve(set);
    } catch (error) {
      this.#waiter = undefined;
      clearTimeout(waiter.timer);
      waiter.reject(error);
    }
  }

  #collect(from: string, max: number): UpdateSet | undefined {
    const filterSet: PropertyFilterUpdate[] = [];
    const taken: [Filter, Map<string, { entity: Entity; what: Dirty }>][] = [];
    let left = Math.max(1, max);
    const reader = this.#reader();
    for (const filter of this.filters.values()) {
      if (left <= 0) break;
      const got = filter.take(left, reader);
      if (got === undefined) continue;
      filterSet.push(got.update);
      taken.push([filter, got.taken]);
      left -= got.taken.size;
    }
    if (filterSet.length === 0) return undefined;
    const truncated = [...this.filters.values()].some((f) => f.changed);
    this.#version++;
    this.#last = { from, truncated, taken };
    return { version: String(this.#version), filterSet, truncated };
  }
}
