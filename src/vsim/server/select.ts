import { isRef, type Ref } from '../../vsphere/types/value.ts';
import type { ObjectSpec, PropertyFilterSpec, PropertySpec, TraversalSpec } from '../../vsphere/types/vim.gen.ts';
import type { Entity } from '../model/entities.ts';
import { gone, invalidArgument } from '../model/fault.ts';
import type { Reader } from './props/context.ts';
import { allPaths, checkPath, matchesType, readProperty } from './properties.ts';
import { isView, viewMembers } from './views.ts';

/** Finds the object behind a reference: the inventory's, or one of the session. */
export type Lookup = (ref: Ref) => Entity | undefined;

/** More objects than any inventory has: a spec that walks in circles ends here. */
const MAX_VISITS = 2_000_000;

export interface Selection {
  found: Map<string, Entity>;
  /** Start objects that do not exist. */
  missing: Ref[];
}

/** Evaluates a filter: start objects, and what traversal specs lead to. Only objects that a PropertySpec asks for are kept. */
export function select(spec: PropertyFilterSpec, reader: Reader, lookup: Lookup): Selection {
  const selection: Selection = { found: new Map(), missing: [] };
  for (const start of spec.objectSet) {
    const entity = lookup(start.obj);
    if (entity === undefined) {
      if (spec.reportMissingObjectsInResults !== true) throw gone({ type: start.obj.type, id: start.obj.value });
      selection.missing.push(start.obj);
      continue;
    }
    if (start.skip !== true) keep(selection, entity, spec.propSet);
    follow(entity, start, spec.propSet, reader, lookup, selection);
  }
  return selection;
}

function keep(selection: Selection, entity: Entity, props: readonly PropertySpec[]): void {
  if (props.some((p) => matchesType(entity, p.type))) selection.found.set(entity.id, entity);
}

function namedSpecs(start: ObjectSpec): Map<string, TraversalSpec> {
  const named = new Map<string, TraversalSpec>();
  const stack = [...(start.selectSet ?? [])];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (!isTraversal(at)) continue;
    if (at.name !== undefined) named.set(at.name, at);
    stack.push(...(at.selectSet ?? []));
  }
  return named;
}

const isTraversal = (spec: { _type?: string | undefined }): spec is TraversalSpec => spec._type === 'TraversalSpec';

function follow(
  root: Entity,
  start: ObjectSpec,
  props: readonly PropertySpec[],
  reader: Reader,
  lookup: Lookup,
  selection: Selection,
): void {
  const named = namedSpecs(start);
  const seen = new Set<string>();
  const ids = new Map<TraversalSpec, number>();
  const stack: { entity: Entity; spec: TraversalSpec }[] = [];
  const push = (entity: Entity, specs: ObjectSpec['selectSet']): void => {
    for (const s of specs ?? []) {
      const spec = isTraversal(s) ? s : named.get(s.name ?? '');
      if (spec === undefined) throw invalidArgument('specSet.objectSet.selectSet');
      if (!ids.has(spec)) ids.set(spec, ids.size);
      const key = `${ids.get(spec)} ${entity.id}`;
      if (!matchesType(entity, spec.type) || seen.has(key)) continue;
      seen.add(key);
      stack.push({ entity, spec });
    }
  };
  push(root, start.selectSet);
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.size > MAX_VISITS) throw invalidArgument('specSet');
    for (const child of targets(at.entity, at.spec.path, reader, lookup)) {
      if (at.spec.skip !== true) keep(selection, child, props);
      push(child, at.spec.selectSet);
    }
  }
}

function targets(entity: Entity, path: string, reader: Reader, lookup: Lookup): Entity[] {
  if (path === 'view' && isView(entity)) return viewMembers(entity);
  const value = readProperty(entity, path, reader);
  const list = Array.isArray(value) ? value : [value];
  return list.filter(isRef).flatMap((r) => lookup(r) ?? []);
}

/** The property paths that a filter wants of an object, duplicates removed. */
export function pathsFor(spec: PropertyFilterSpec, entity: Entity): string[] {
  const paths = new Set<string>();
  for (const prop of spec.propSet) {
    if (!matchesType(entity, prop.type)) continue;
    for (const path of prop.all === true ? allPaths(entity.type) : (prop.pathSet ?? [])) paths.add(path);
  }
  return [...paths];
}

/** InvalidProperty for a path that its type does not have. */
export function checkSpec(spec: PropertyFilterSpec): void {
  for (const prop of spec.propSet) for (const path of prop.pathSet ?? []) checkPath(prop.type, path);
}
