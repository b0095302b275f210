import type { Entity } from './entities.ts';
import { invalidArgument, VimFault } from './fault.ts';
import type { Model } from './model.ts';

/** By object and method, who switched it off. Several may, and then each has to switch it on again. */
const tables = new WeakMap<Entity, Map<string, Set<string>>>();

/** Methods of an object that somebody switched off. */
export const disabledMethods = (entity: Entity): string[] => [...(tables.get(entity)?.keys() ?? [])];

/** AuthorizationManager.DisableMethods; InvalidArgument if nothing or nobody is named. */
export function disableMethods(m: Model, entity: Entity, methods: readonly string[], source: string): void {
  check(methods, source);
  const table = tables.get(entity) ?? new Map<string, Set<string>>();
  tables.set(entity, table);
  for (const method of methods) table.set(method, (table.get(method) ?? new Set()).add(source));
  m.changed(entity, 'disabledMethod');
}

/** AuthorizationManager.EnableMethods: what another source switched off stays off. */
export function enableMethods(m: Model, entity: Entity, methods: readonly string[], source: string): void {
  check(methods, source);
  const table = tables.get(entity);
  for (const method of methods) {
    const sources = table?.get(method);
    if (sources?.delete(source) === true && sources.size === 0) table?.delete(method);
  }
  m.changed(entity, 'disabledMethod');
}

function check(methods: readonly string[], source: string): void {
  if (methods.length === 0) throw invalidArgument('method');
  if (source === '') throw invalidArgument('sourceId');
}

/** MethodDisabled if somebody switched the method off. */
export function assertEnabled(entity: Entity, method: string): void {
  const source = tables.get(entity)?.get(method)?.values().next().value;
  if (source !== undefined) throw new VimFault('MethodDisabled', `The method is disabled by '${source}'`, { source });
}
