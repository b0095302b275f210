import type { MethodArgs, MethodName, MethodResult } from '../../vsphere/soap/envelope.ts';
import type { Ref } from '../../vsphere/types/value.ts';
import type { Compute, Datacenter, DatastoreObject, Entity, Folder, Host, ResourcePool, Snapshot, Task, Vm } from '../model/entities.ts';
import { isCompute, isDatacenter, isDatastore, isFolder, isHost, isPool, isSnapshot, isTask, isVm } from '../model/entities.ts';
import { gone, notSupported } from '../model/fault.ts';
import type { Model } from '../model/model.ts';
import type { Session } from '../model/sessions.ts';
import type { Sim } from '../model/simulate.ts';
import type { Reader } from './props/context.ts';
import { ref } from './props/context.ts';
import type { SessionState } from './state.ts';
import type { Transfers } from './transfers.ts';

/** One call as the method handlers see it. */
export interface Call {
  sim: Sim;
  m: Model;
  method: string;
  self: Entity;
  /** Undefined only for the few methods that need no login. */
  session: Session | undefined;
  state: SessionState;
  reader: Reader;
  client: { address: string; userAgent: string; samlToken: string | undefined };
  /** Sets or clears the session cookie of the answer. */
  setCookie: (key: string | undefined) => void;
  stateOf: (session: Session) => SessionState;
  transfers: Transfers;
  /** `https://host:port` of this server. */
  origin: string;
}

// A method without a result may be written as a function that returns nothing.
type Result<M extends MethodName> = undefined extends MethodResult<M> ? MethodResult<M> | void : MethodResult<M>;
export type Handlers = { [M in MethodName]?: (call: Call, args: MethodArgs<M>) => Result<M> | Promise<Result<M>> };

export const taskRef = (task: Task): Ref => ref(task);

function as<T extends Entity>(guard: (e: Entity | undefined) => e is T, c: Call, r: Ref | undefined): T | undefined {
  if (r === undefined || r.value === '') return undefined;
  const entity = c.m.objects.get(r.value);
  if (!guard(entity) || entity.type !== r.type) throw gone({ type: r.type, id: r.value });
  return entity;
}

function must<T extends Entity>(guard: (e: Entity | undefined) => e is T, c: Call, r: Ref | undefined): T {
  const entity = as(guard, c, r);
  if (entity === undefined) throw gone({ type: r?.type ?? 'ManagedObject', id: r?.value ?? '' });
  return entity;
}

/** Objects that arguments refer to; ManagedObjectNotFound if they do not exist. */
export const arg = {
  vm: (c: Call, r: Ref | undefined): Vm => must(isVm, c, r),
  host: (c: Call, r: Ref | undefined): Host | undefined => as(isHost, c, r),
  pool: (c: Call, r: Ref | undefined): ResourcePool | undefined => as(isPool, c, r),
  mustPool: (c: Call, r: Ref | undefined): ResourcePool => must(isPool, c, r),
  datastore: (c: Call, r: Ref | undefined): DatastoreObject | undefined => as(isDatastore, c, r),
  mustDatastore: (c: Call, r: Ref | undefined): DatastoreObject => must(isDatastore, c, r),
  folder: (c: Call, r: Ref | undefined): Folder | undefined => as(isFolder, c, r),
  mustFolder: (c: Call, r: Ref | undefined): Folder => must(isFolder, c, r),
  snapshot: (c: Call, r: Ref | undefined): Snapshot | undefined => as(isSnapshot, c, r),
  any: (c: Call, r: Ref): Entity => {
    const entity = c.m.objects.get(r.value);
    if (entity === undefined || entity.type !== r.type) throw gone({ type: r.type, id: r.value });
    return entity;
  },
};

function selfAs<T extends Entity>(guard: (e: Entity | undefined) => e is T, c: Call): T {
  if (!guard(c.self)) throw notSupported();
  return c.self;
}

/** The object that the method was called on. */
export const self = {
  vm: (c: Call): Vm => selfAs(isVm, c),
  host: (c: Call): Host => selfAs(isHost, c),
  pool: (c: Call): ResourcePool => selfAs(isPool, c),
  folder: (c: Call): Folder => selfAs(isFolder, c),
  datacenter: (c: Call): Datacenter => selfAs(isDatacenter, c),
  compute: (c: Call): Compute => selfAs(isCompute, c),
  snapshot: (c: Call): Snapshot => selfAs(isSnapshot, c),
  task: (c: Call): Task => selfAs(isTask, c),
};
