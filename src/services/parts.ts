import type { Certificate, EndpointVm, ProviderCheck } from '../contract/providers.ts';
import type { Ctx } from '../lib/context.ts';
import type { Driver } from '../driver/index.ts';
import type { Sealer } from '../engine/credentials.ts';
import type { Reconciler } from '../engine/reconcilers/reconcile.ts';
import type { EngineDeps } from '../engine/deps.ts';
import type { ProviderRegistry } from '../engine/provider-registry.ts';
import type { Provider } from '../store/schema.ts';
import { CarrelError } from '../lib/errors.ts';
import type { Cluster } from '../store/cluster.ts';

/** What the services stand on. */
export interface Parts {
  deps: EngineDeps;
  sealer: Sealer;
  reconciler: Reconciler;
  registry: ProviderRegistry;
  /** A driver for an endpoint that is not (yet) served, to look at it. */
  probe: (row: Pick<Provider, 'id' | 'kind' | 'connection' | 'secret'>) => Driver;
  /** Looks at an endpoint beyond what the port has; a connection of its own for each call. */
  endpoint: (row: Pick<Provider, 'id' | 'kind' | 'connection' | 'secret'>) => {
    check(ctx: Ctx): Promise<ProviderCheck>;
    vms(ctx: Ctx): Promise<EndpointVm[]>;
  };
  /** What a server shows to whoever connects. */
  certificateOf: (url: string, signal: AbortSignal) => Promise<Certificate>;
  /** Undefined with a `DATABASE_URL`. */
  cluster: Cluster | undefined;
  version: string;
}

/** A page of `limit` rows out of up to `limit + 1` that were read. */
export function page<R, T>(
  rows: readonly R[],
  limit: number,
  show: (row: R) => T,
  mark: (row: R) => string,
): { items: T[]; next?: string } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(show), ...(rows.length > limit && last !== undefined ? { next: mark(last) } : {}) };
}

/** `2026-11-23T10:00:00.000Z/ID`: where a page ends. */
export function mark(row: { createdAt: Date; id: string }): string {
  return `${row.createdAt.toISOString()}/${row.id}`;
}

/** What {@link mark} wrote; `bad-request` for anything else. */
export function unmark(after: string | undefined): { at: Date; id: string } | undefined {
  if (after === undefined) return undefined;
  const [at, id] = after.split('/');
  const date = new Date(at ?? '');
  if (Number.isNaN(date.getTime()) || !/^[0-9a-f-]{36}$/.test(id ?? ''))
    throw new CarrelError('bad-request', '"after" is not the "next" of an earlier page');
  return { at: date, id: id as string };
}

/** Members whose value is undefined or null are left out, as exact optional members want it. */
export function given<T extends Record<string, unknown>>(members: T): { [K in keyof T]?: Exclude<T[K], undefined | null> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null)) as never;
}

export const iso = (date: Date | null | undefined): string | undefined => date?.toISOString();
