/** Providers: where machines run, and the limits that promises are held against. */
import type { CapacityLimits } from '../core/capacity.ts';
import { CarrelError } from '../lib/errors.ts';
import type { Db, Facts, Provider } from './schema.ts';
import { json } from './sql.ts';

export interface ProviderSpec {
  id: string;
  name: string;
  kind: string;
  limits: CapacityLimits;
  startSlots: number;
  facts: Facts;
  now: Date;
}

/** Writes a provider, or brings its limits and facts up to date under the name it has; returns its id. */
export async function put(db: Db, spec: ProviderSpec): Promise<string> {
  const values = {
    kind: spec.kind,
    maxMachines: spec.limits.machines,
    maxMemoryMib: spec.limits.memoryMiB,
    maxVcpus: spec.limits.vcpus,
    startSlots: spec.startSlots,
    facts: json(spec.facts),
  };
  const row = await db
    .insertInto('provider')
    .values({ id: spec.id, name: spec.name, createdAt: spec.now, ...values })
    .onConflict((oc) => oc.column('name').doUpdateSet(values))
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/**
 * As {@link put}, for the provider that is the host of this server: until several servers share a store there is one of its kind, and
 * a host that was given another name keeps its machines.
 */
export async function putHost(db: Db, spec: ProviderSpec): Promise<string> {
  await db.updateTable('provider').set({ name: spec.name }).where('kind', '=', spec.kind).where('name', '<>', spec.name).execute();
  return put(db, spec);
}

export async function list(db: Db): Promise<Provider[]> {
  return db.selectFrom('provider').selectAll().orderBy('name').execute();
}

/** `not-found`. */
export async function find(db: Db, id: string): Promise<Provider> {
  const row = await db.selectFrom('provider').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new CarrelError('not-found', `there is no provider ${id}`);
  return row;
}

/** The provider's row, locked until the transaction ends: whoever promises capacity holds it (promise 7). `not-found`. */
export async function lock(db: Db, id: string): Promise<Provider> {
  const row = await db.selectFrom('provider').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst();
  if (!row) throw new CarrelError('not-found', `there is no provider ${id}`);
  return row;
}

export function limitsOf(provider: Provider): CapacityLimits {
  return { machines: provider.maxMachines, memoryMiB: provider.maxMemoryMib, vcpus: provider.maxVcpus };
}
