import type { Ref } from '../../vsphere/types/value.ts';
import type { Compute, Datacenter, Entity, Folder, Host, ResourcePool } from '../model/entities.ts';
import type { Model } from '../model/model.ts';
import { ref } from './props/context.ts';
import { matchesType } from './properties.ts';

export type View = ContainerView | ListView;

interface ViewBase extends Entity {
  /** Filters that look through this view hear of objects that come and go. */
  readonly watchers: Set<ViewWatcher>;
}

export interface ViewWatcher {
  viewChanged: (added: readonly Entity[], removed: readonly Entity[]) => void;
}

export interface ContainerView extends ViewBase {
  readonly type: 'ContainerView';
  readonly container: Entity;
  readonly types: readonly string[];
  readonly recursive: boolean;
}

export interface ListView extends ViewBase {
  readonly type: 'ListView';
  readonly list: Map<string, Entity>;
}

export const isView = (entity: Entity | undefined): entity is View => entity?.type === 'ContainerView' || entity?.type === 'ListView';

/** Direct children of an inventory object, in the sense of container views. */
function childrenOf(entity: Entity): Iterable<Entity> {
  switch (entity.type) {
    case 'Folder':
    case 'StoragePod':
      return (entity as Folder).children.values();
    case 'Datacenter': {
      const dc = entity as Datacenter;
      return [dc.vmFolder, dc.hostFolder, dc.datastoreFolder, dc.networkFolder];
    }
    case 'ClusterComputeResource':
    case 'ComputeResource':
      return [...(entity as Compute).hosts, (entity as Compute).pool];
    case 'ResourcePool':
      return [...(entity as ResourcePool).pools.values(), ...(entity as ResourcePool).vms];
    case 'HostSystem':
      return (entity as Host).vms;
    default:
      return [];
  }
}

/** What a view shows now. */
export function viewMembers(view: View): Entity[] {
  if (view.type === 'ListView') return [...view.list.values()];
  const found = new Map<string, Entity>();
  const stack: Entity[] = [...childrenOf(view.container)];
  const seen = new Set<string>();
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at.id)) continue;
    seen.add(at.id);
    if (view.types.length === 0 || view.types.some((type) => matchesType(at as Entity, type))) found.set(at.id, at);
    if (view.recursive && at.type !== 'HostSystem') stack.push(...childrenOf(at));
  }
  return [...found.values()];
}

/** Whether a new object falls into a view, without walking the inventory. */
export function viewIncludes(view: View, entity: Entity): boolean {
  if (view.type === 'ListView') return view.list.has(entity.id);
  if (view.types.length > 0 && !view.types.some((type) => matchesType(entity, type))) return false;
  const roots = [entity.parent, (entity as Partial<{ pool: Entity }>).pool, (entity as Partial<{ host: Entity }>).host];
  for (const root of roots) {
    for (let at = root, depth = 0; at !== undefined; at = at.parent, depth++) {
      if (at === view.container) return view.recursive || depth === 0;
    }
  }
  return false;
}

export function makeContainerView(id: string, container: Entity, types: readonly string[], recursive: boolean): ContainerView {
  return { type: 'ContainerView', id, name: id, parent: undefined, container, types, recursive, watchers: new Set() };
}

export function makeListView(id: string): ListView {
  return { type: 'ListView', id, name: id, parent: undefined, list: new Map(), watchers: new Set() };
}

/** Adds and removes; answers references that name nothing. */
export function modifyListView(m: Model, view: ListView, add: readonly Ref[], remove: readonly Ref[]): Ref[] {
  const removed: Entity[] = [];
  for (const r of remove) {
    const entity = view.list.get(r.value);
    if (entity !== undefined && view.list.delete(r.value)) removed.push(entity);
  }
  const unresolved: Ref[] = [];
  const added: Entity[] = [];
  for (const r of add) {
    const entity = m.objects.get(r.value);
    if (entity === undefined || entity.type !== r.type) unresolved.push(r);
    else if (!view.list.has(r.value)) {
      view.list.set(r.value, entity);
      added.push(entity);
    }
  }
  for (const watcher of view.watchers) watcher.viewChanged(added, removed);
  return unresolved;
}

export function viewProps(view: View): Record<string, unknown> {
  const base = { view: viewMembers(view).map(ref) };
  if (view.type === 'ListView') return base;
  return { ...base, container: ref(view.container), type: [...view.types], recursive: view.recursive };
}
