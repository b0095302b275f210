import { findObject, isSubtype, propertyField } from '../../vsphere/types/schema.ts';
import type { AnyValue, DataObject } from '../../vsphere/types/value.ts';
import { propertyValue } from '../../vsphere/xml/encode.ts';
import type { Entity } from '../model/entities.ts';
import { VimFault } from '../model/fault.ts';
import type { PropTable, Reader } from './props/context.ts';
import { computeProps, datacenterProps, datastoreProps, folderProps, hostProps, podProps, poolProps } from './props/infra.ts';
import { leaseProps } from './props/lease.ts';
import { managerProps } from './props/managers.ts';
import { plainProps, snapshotProps, taskProps } from './props/misc.ts';
import { dvsProps, networkProps } from './props/network.ts';
import { vmProps } from './props/vm.ts';

type AnyTable = PropTable<never>;

const TABLES: Record<string, AnyTable> = {
  VirtualMachine: vmProps,
  VirtualMachineSnapshot: snapshotProps,
  Task: taskProps,
  Folder: folderProps,
  StoragePod: podProps,
  Datacenter: datacenterProps,
  ClusterComputeResource: computeProps,
  ComputeResource: computeProps,
  HostSystem: hostProps,
  ResourcePool: poolProps,
  Network: networkProps,
  DistributedVirtualPortgroup: networkProps,
  OpaqueNetwork: networkProps,
  VmwareDistributedVirtualSwitch: dvsProps,
  Datastore: datastoreProps,
  HttpNfcLease: leaseProps,
  ...plainProps,
  ...managerProps,
};

/** A field of an object's own: names come from clients, and `__proto__` is no property. */
function field<T>(object: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The value at a property path, not yet typed for the wire; undefined if it is unset. */
export function readProperty(entity: Entity, path: string, reader: Reader): unknown {
  const own = reader.sessionProps(entity);
  if (own !== undefined) return walk(own, path);
  const table = field(TABLES, entity.type);
  if (table === undefined) return undefined;
  const dot = path.search(/[.[]/);
  const head = dot < 0 ? path : path.slice(0, dot);
  const rest = dot < 0 ? '' : path.slice(dot);
  const nested = rest.startsWith('.') && table.nested !== undefined ? field(table.nested, head) : undefined;
  if (nested !== undefined) {
    const fields = nested(entity as never, reader);
    const next = rest.slice(1).search(/[.[]/);
    const name = next < 0 ? rest.slice(1) : rest.slice(1, next + 1);
    const value = fields === undefined ? undefined : field(fields, name)?.();
    return next < 0 ? value : walk(value, rest.slice(next + 1));
  }
  const value = field(table.top, head)?.(entity as never, reader);
  return rest === '' ? value : walk(value, rest);
}

/** Follows `.field` and `[key]` steps. */
function walk(value: unknown, path: string): unknown {
  let at: unknown = value;
  for (const step of path.match(/[^.[\]]+(?=[.[]|$)|\[[^\]]*\]/g) ?? []) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = step.startsWith('[') ? keyed(at, step.slice(1, -1).replaceAll('"', '')) : field(at as Record<string, unknown>, step);
  }
  return at;
}

function keyed(list: unknown, key: string): unknown {
  if (!Array.isArray(list)) return undefined;
  return list.find((item: { key?: unknown }) => String(item.key) === key);
}

/** InvalidProperty if the type has no such property. Paths below what the tables know are let through. */
export function checkPath(type: string, path: string): void {
  const head = path.split(/[.[]/)[0] ?? '';
  const desc = findObject(type);
  if (desc === undefined || desc.byName.has(head)) {
    const declared = propertyField(type, head);
    const second = /^[^.[]+\.([^.[]+)/.exec(path)?.[1];
    const known = second === undefined || declared?.type === undefined || declared.type.byName.has(second) || declared.type.hasSubtypes;
    if (known) return;
  }
  throw new VimFault('InvalidProperty', `The property '${path}' does not exist on ${type}.`, { name: path });
}

/** Names of all properties that the simulator has of a type. */
export function allPaths(type: string): string[] {
  const known = findObject(type);
  return Object.keys(field(TABLES, type)?.top ?? {}).filter((name) => known === undefined || known.byName.has(name));
}

export interface ReadSet {
  values: { name: string; val: AnyValue }[];
  missing: { path: string; fault: DataObject & { _type: string }; message: string }[];
  unset: string[];
}

/** Reads paths of an object, typed for the wire. What the reader may not see goes to `missing`. */
export function readPaths(entity: Entity, paths: readonly string[], reader: Reader): ReadSet {
  const set: ReadSet = { values: [], missing: [], unset: [] };
  const denied = reader.session !== undefined && !reader.sim.model.has(reader.session.user, 'System.Read', entity);
  for (const path of paths) {
    if (denied) {
      const fault = { _type: 'NoPermission', object: { type: entity.type, value: entity.id }, privilegeId: 'System.Read' };
      set.missing.push({ path, fault, message: 'Permission to perform this operation was denied.' });
      continue;
    }
    const value = readProperty(entity, path, reader);
    if (value === undefined) set.unset.push(path);
    else set.values.push({ name: path, val: propertyValue(entity.type, path, value as AnyValue) });
  }
  return set;
}

export function matchesType(entity: Entity, type: string): boolean {
  return entity.type === type || isSubtype(entity.type, type);
}
