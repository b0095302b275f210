/** Providers: where machines run, and the limits that promises are held against. */
import { sql } from 'kysely';
import { say } from '../core/notices.ts';
import type { CapacityLimits, ProviderLimits } from '../core/capacity.ts';
import type { ProviderConnection, ProviderState } from '../core/provider.ts';
import { CarrelError } from '../lib/errors.ts';
import { forgetHours } from './held.ts';
import type { Db, Facts, Provider } from './schema.ts';
import { json } from './sql.ts';

export interface ProviderSpec {
  id: string;
  name: string;
  kind: string;
  limits: ProviderLimits;
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
    maxStorageMib: spec.limits.storageMiB,
    // Not named where nobody told it: stores of before have no such column.
    ...(spec.limits.largestStorageMiB === undefined ? {} : { largestStorageMib: spec.limits.largestStorageMiB }),
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
 * The provider that is the host of this server, made if it is not there. A host that was given another name keeps its machines; one that is
 * called as another server's is told apart by a part of its id. What was made before servers were told apart is the first one's that comes.
 */
export async function ensureHost(db: Db, spec: Pick<ProviderSpec, 'id' | 'name' | 'kind' | 'now'> & { serverId: string }): Promise<string> {
  const { serverId, now: _, ...rest } = spec;
  const own = await db
    .selectFrom('provider')
    .select(['id', 'name'])
    .where('kind', '=', spec.kind)
    .where('connection', 'is', null)
    .where((eb) => eb.or([eb('serverId', '=', serverId), eb('serverId', 'is', null)]))
    .orderBy('serverId')
    .forUpdate()
    .executeTakeFirst();
  const apart = `${spec.name}-${serverId.slice(0, 8)}`;
  if (own !== undefined) {
    const taken = await db.selectFrom('provider').select('id').where('name', '=', spec.name).where('id', '<>', own.id).executeTakeFirst();
    const name = taken === undefined ? spec.name : apart;
    await db.updateTable('provider').set({ name, serverId }).where('id', '=', own.id).execute();
    return own.id;
  }
  for (const name of [spec.name, apart]) {
    const made = await db
      .insertInto('provider')
      .values({
        ...rest,
        name,
        serverId,
        ...{ maxMachines: 0, maxMemoryMib: 0, maxVcpus: 0, maxStorageMib: 0, startSlots: 1 },
        createdAt: spec.now,
      })
      .onConflict((oc) => oc.column('name').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (made !== undefined) return made.id;
  }
  throw nameTaken(apart);
}

/** A provider as an operator adds it; nothing is known of its room until it was opened. `already-exists` (the name). */
export async function add(
  db: Db,
  spec: Pick<ProviderSpec, 'id' | 'name' | 'kind' | 'now'> & { connection: ProviderConnection; secret: Buffer },
): Promise<void> {
  const { now, connection, ...rest } = spec;
  const made = await db
    .insertInto('provider')
    .values({
      ...rest,
      ...{ maxMachines: 0, maxMemoryMib: 0, maxVcpus: 0, maxStorageMib: 0, startSlots: 1 },
      connection: json(connection),
      createdAt: now,
      stateSince: now,
      stateReason: say('provider-new', {}),
    })
    .onConflict((oc) => oc.column('name').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made === undefined) throw nameTaken(spec.name);
}

export function nameTaken(name: string): CarrelError {
  return new CarrelError('already-exists', `there is a provider ${name} already`, {
    hint: `Choose another name, or change that one with \`carrel provider set ${name}\`.`,
  });
}

/** Another way to reach it. */
export async function change(db: Db, id: string, to: { connection: ProviderConnection; secret?: Buffer | undefined }): Promise<void> {
  await db
    .updateTable('provider')
    .set({ connection: json(to.connection), ...(to.secret === undefined ? {} : { secret: to.secret }) })
    .where('id', '=', id)
    .execute();
}

/** So much of the size of disks that stand on their image's is counted, of promises made from now on. */
export async function setLinkedPercent(db: Db, id: string, linkedStoragePercent: number): Promise<void> {
  await db.updateTable('provider').set({ linkedStoragePercent }).where('id', '=', id).execute();
}

/** One that was written off is not any more when it is enabled. */
export async function enable(db: Db, id: string, enabled: boolean): Promise<void> {
  const back = enabled ? { writtenOffAt: null, writtenOffReason: null } : {};
  await db
    .updateTable('provider')
    .set({ enabled, ...back })
    .where('id', '=', id)
    .execute();
}

/** It is gone for good from `now` on. */
export async function writeOff(db: Db, id: string, reason: string, now: Date): Promise<void> {
  await db.updateTable('provider').set({ enabled: false, writtenOffAt: now, writtenOffReason: reason }).where('id', '=', id).execute();
}

/** Reservations that stand on what was written off, with their machines. */
export async function standingOnWrittenOff(db: Db): Promise<{ id: string; machineId: string; place: string; why: string }[]> {
  const { rows } = await sql<{ id: string; machineId: string; place: string; why: string }>`
    select r.id, r.machine_id, p.name as place, coalesce(p.written_off_reason, '') as why
    from provider p join reservation r on r.provider_id = p.id
    where p.written_off_at is not null and r.state = 'ready' order by r.id`.execute(db);
  return rows;
}

/** Whether new machines may be promised there. */
export function takesNew({ enabled, drainingSince }: Pick<Provider, 'enabled' | 'drainingSince'>): boolean {
  return enabled && drainingSince === null;
}

/** Nothing new goes there from `since` on; undefined: it does again. */
export async function drain(db: Db, id: string, since: Date | undefined): Promise<void> {
  await db
    .updateTable('provider')
    .set({ drainingSince: since ?? null })
    .where('id', '=', id)
    .$if(since !== undefined, (q) => q.where('drainingSince', 'is', null))
    .execute();
}

/** What is held there and by none of our machines: frozen parents, others' machines, HA; written where it is other than before. */
export async function setHeld(db: Db, id: string, held: { memoryMiB: number; vcpus: number }): Promise<void> {
  await db
    .updateTable('provider')
    .set({ heldMemoryMib: held.memoryMiB, heldVcpus: held.vcpus })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('heldMemoryMib', '<>', held.memoryMiB), eb('heldVcpus', '<>', held.vcpus)]))
    .execute();
}

/** It answers, and this is what it has. */
export async function opened(
  db: Db,
  id: string,
  found: { limits: ProviderLimits; startSlots: number; copySlots: number; facts: Facts; capabilities: object },
): Promise<void> {
  await db
    .updateTable('provider')
    .set({
      maxMachines: found.limits.machines,
      maxMemoryMib: found.limits.memoryMiB,
      maxVcpus: found.limits.vcpus,
      maxStorageMib: found.limits.storageMiB,
      largestStorageMib: found.limits.largestStorageMiB ?? null,
      startSlots: found.startSlots,
      copySlots: found.copySlots,
      facts: json(found.facts),
      capabilities: json(found.capabilities),
    })
    .where('id', '=', id)
    .execute();
}

/** Why a provider is not up: a sentence, with the code of the error whose words it has. */
export interface StateReason {
  text: string;
  code?: string | undefined;
}

/**
 * How it is with a provider; `stateSince` moves when the state does. Of one that was disabled or written off since it was looked at nothing else is
 * said. True if anything of it is other than before.
 */
export async function setState(db: Db, id: string, state: ProviderState, why: StateReason | null, now: Date): Promise<boolean> {
  const reason = why?.text ?? null;
  const changed = await db
    .updateTable('provider')
    .set((eb) => ({
      state,
      stateReason: reason,
      stateCode: why?.code ?? null,
      stateSince: eb.case().when('state', '=', state).then(eb.ref('stateSince')).else(now).end(),
    }))
    .where('id', '=', id)
    .where((eb) => eb.or([eb.lit(state === 'disabled'), eb('enabled', '=', true)]))
    .where((eb) =>
      eb.or([
        eb('state', '<>', state),
        eb('stateReason', 'is distinct from', reason),
        eb('stateCode', 'is distinct from', why?.code ?? null),
      ]),
    )
    .returning('id')
    .executeTakeFirst();
  return changed !== undefined;
}

/** Takes out a provider that nothing stands on. `has-children` while masters, machines or reservations name it. */
export async function remove(db: Db, id: string): Promise<void> {
  const names = async (table: 'master' | 'machine' | 'reservation') =>
    (await db.selectFrom(table).select('providerId').where('providerId', '=', id).limit(1).executeTakeFirst()) !== undefined;
  const [images, made, promised] = [await names('master'), await names('machine'), await names('reservation')];
  if (images || made || promised) {
    const what = [images && 'images', (made || promised) && 'reservations, past ones included'].filter((w) => w !== false).join(' and ');
    throw new CarrelError('has-children', `the provider has ${what}`, {
      hint: 'Disable it instead: `carrel provider disable`. Then nothing new goes there, and what is written of it stays.',
    });
  }
  await forgetHours(db, id);
  await db.deleteFrom('provider').where('id', '=', id).execute();
}

/** By the name that people give it. */
export async function findByName(db: Db, name: string): Promise<Provider | undefined> {
  return db.selectFrom('provider').selectAll().where('name', '=', name).executeTakeFirst();
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

/** The same of several, in the order of their ids whatever the order they are named in, so that two who lock some of the same do not meet. */
export async function lockAll(tx: Db, ids: readonly string[]): Promise<Provider[]> {
  if (ids.length === 0) return [];
  return tx.selectFrom('provider').selectAll().where('id', 'in', ids).orderBy('id').forNoKeyUpdate().execute();
}

/** What the largest of its datastores holds now; written where it is other than before. */
export async function setLargest(db: Db, id: string, largestStorageMiB: number | undefined): Promise<void> {
  const largestStorageMib = largestStorageMiB ?? null;
  await db
    .updateTable('provider')
    .set({ largestStorageMib })
    .where('id', '=', id)
    .where('largestStorageMib', 'is distinct from', largestStorageMib)
    .execute();
}

/** What may be promised anew: what there is, less what frozen parents and others hold. */
export function limitsOf(provider: Provider): ProviderLimits {
  const whole = { ...wholeOf(provider), ...(provider.largestStorageMib === null ? {} : { largestStorageMiB: provider.largestStorageMib }) };
  const left = (all: number, held: number) => Math.max(0, all - held);
  return { ...whole, memoryMiB: left(whole.memoryMiB, provider.heldMemoryMib), vcpus: left(whole.vcpus, provider.heldVcpus) };
}

/** What there is. What was promised before something held a part of it begins by this. */
export function wholeOf({ maxMachines, maxMemoryMib, maxVcpus, maxStorageMib }: Provider): CapacityLimits {
  return { machines: maxMachines, memoryMiB: maxMemoryMib, vcpus: maxVcpus, storageMiB: maxStorageMib };
}
