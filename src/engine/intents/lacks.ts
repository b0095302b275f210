/** What a refusal for want of room lacks, and whether machines that are only kept would make it good. */
import { type CapacityLimits, RESOURCES } from '../../core/capacity.ts';
import * as kept from '../../store/kept.ts';
import type { Db } from '../../store/schema.ts';

/** What is missing of one place or licence at one moment. */
export interface Lack {
  where: kept.KeptWhere;
  missing: Partial<CapacityLimits>;
}

type Details = Record<string, unknown>;

const listOf = (value: unknown): Details[] => (Array.isArray(value) ? (value as Details[]) : []);

/**
 * The ways to do what was refused, by the details of the refusal: each is all that is lacking for it. One for each place that was looked at; of
 * several occurrences all lack together, or with `any` each by itself. Maintenance and the rules about a person are lacking nothing that somebody
 * else could give up: there is no way then.
 */
export function waysOf(details: Details, places: readonly string[], any: boolean): Lack[][] {
  const refused = listOf(details['refused']);
  if (refused.length === 0) {
    const each = listOf(details['places']);
    return (each.length === 0 ? [details] : each).flatMap((one) => lackOf(one, places) ?? []).map((lack) => [lack]);
  }
  const ways = refused.map((one) => waysOf((one['details'] ?? {}) as Details, places, any));
  if (any) return ways.flat();
  // Of each occurrence the first way: where it is not the one, nobody loses what was kept.
  return ways.every((of) => of.length > 0) ? [ways.flatMap((of) => of[0] as Lack[])] : [];
}

function lackOf({ at, resource, missing, licenceId, providerId }: Details, places: readonly string[]): Lack | undefined {
  if (typeof at !== 'string' || typeof missing !== 'object') return undefined;
  const when = { at: new Date(at) };
  const amounts = missing as Partial<CapacityLimits>;
  if (typeof licenceId === 'string') return { where: { licenceId, ...when }, missing: amounts };
  const providerIds = typeof providerId === 'string' ? [providerId] : places;
  return { where: { providerIds, ...when, storage: resource === 'storageMiB' }, missing: amounts };
}

/** Where somebody has to give something up for the first way that what is kept would open; undefined if it opens none. */
export async function lackThatKeptMeet(db: Db, ways: readonly Lack[][]): Promise<kept.KeptWhere | undefined> {
  for (const way of ways) {
    const met: boolean[] = [];
    for (const { where, missing } of way) {
      const held = await kept.heldByKept(db, where);
      met.push(RESOURCES.every((resource) => (missing[resource] ?? 0) <= held[resource]));
    }
    if (met.every(Boolean)) return way[0]?.where;
  }
  return undefined;
}
