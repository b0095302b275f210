import type { Allocation, Compute, ResourcePool } from './entities.ts';
import { invalidArgument, notSupported, VimFault } from './fault.ts';
import type { Model } from './model.ts';
import { checkName } from './naming.ts';

/** Shares of a pool by level, as vCenter counts them: processor, and memory. */
const SHARES = { cpu: { low: 2000, normal: 4000, high: 8000 }, memory: { low: 81_920, normal: 163_840, high: 327_680 } };
const MB = 2 ** 20;

type Part = keyof typeof SHARES;

export const allocationOf = (pool: Pick<ResourcePool, 'shares'>, part: Part): Allocation =>
  pool.shares?.[part] ?? { reservation: 0, limit: -1, expandable: true, level: 'normal', shares: SHARES[part].normal };

/** What a client asks for; what it leaves out stays. */
export interface AllocationRequest {
  reservation?: number | undefined;
  limit?: number | undefined;
  expandable?: boolean | undefined;
  level?: string | undefined;
  shares?: number | undefined;
}

const capacity = (compute: Compute, part: Part): number =>
  compute.hosts.reduce((sum, h) => sum + (part === 'cpu' ? h.cores * h.mhz : Math.floor(h.memoryBytes / MB)), 0);

function changed(
  pool: Pick<ResourcePool, 'compute' | 'shares'>,
  siblings: readonly ResourcePool[],
  part: Part,
  ask: AllocationRequest,
): Allocation {
  const now = allocationOf(pool, part);
  const { reservation = now.reservation, limit = now.limit, expandable = now.expandable, level = now.level } = ask;
  const field = `config.${part}Allocation`;
  if (reservation < 0) throw invalidArgument(`${field}.reservation`);
  if (limit < -1 || (limit >= 0 && limit < reservation)) throw invalidArgument(`${field}.limit`);
  const fixed = (SHARES[part] as Record<string, number>)[level];
  const shares = fixed ?? ask.shares ?? now.shares;
  if ((fixed === undefined && level !== 'custom') || shares < 1) throw invalidArgument(`${field}.shares`);
  const others = siblings.reduce((sum, p) => sum + (p === pool ? 0 : allocationOf(p, part).reservation), 0);
  const unreserved = capacity(pool.compute, part) - others;
  if (reservation > unreserved) {
    const unit = part === 'cpu' ? 1 : MB;
    throw new VimFault(
      part === 'cpu' ? 'InsufficientCpuResourcesFault' : 'InsufficientMemoryResourcesFault',
      'The parent has not so much to reserve.',
      {
        unreserved: unreserved * unit,
        requested: reservation * unit,
      },
    );
  }
  return { reservation, limit, expandable, level, shares };
}

/** What a new pool in `parent` has; faults as {@link updatePool}. */
export function newShares(parent: ResourcePool, cpu: AllocationRequest, memory: AllocationRequest): NonNullable<ResourcePool['shares']> {
  const pool = { compute: parent.compute };
  const siblings = [...parent.pools.values()];
  return { cpu: changed(pool, siblings, 'cpu', cpu), memory: changed(pool, siblings, 'memory', memory) };
}

/**
 * ResourcePool.UpdateConfig. The pool of a cluster or host itself is what its hosts make it: NotSupported. ConcurrentAccess if `version`
 * is not the present one; DuplicateName, InvalidArgument, and a fault of InsufficientResourcesFault's kind for more than there is to reserve.
 */
export function updatePool(
  m: Model,
  pool: ResourcePool,
  name: string | undefined,
  config: { version?: string | undefined; cpu: AllocationRequest; memory: AllocationRequest } | undefined,
): void {
  const parent = pool.parent?.type === 'ResourcePool' ? (pool.parent as ResourcePool) : undefined;
  if (parent === undefined) throw notSupported('The root resource pool cannot be changed.');
  if (name !== undefined && name !== pool.name) {
    checkName(name);
    const holder = parent.pools.get(name);
    if (holder !== undefined) throw new VimFault('DuplicateName', `The name '${name}' already exists.`, { name, object: holder });
  }
  if (config !== undefined) {
    if (config.version !== undefined && config.version !== '' && config.version !== String(pool.changes ?? 0)) {
      throw new VimFault('ConcurrentAccess', 'The resource pool was changed by somebody else.');
    }
    const siblings = [...parent.pools.values()];
    pool.shares = { cpu: changed(pool, siblings, 'cpu', config.cpu), memory: changed(pool, siblings, 'memory', config.memory) };
    pool.changes = (pool.changes ?? 0) + 1;
  }
  if (name !== undefined && name !== pool.name) {
    parent.pools.delete(pool.name);
    pool.name = name;
    parent.pools.set(name, pool);
  }
  m.changed(pool, 'name', 'config', 'summary');
}
