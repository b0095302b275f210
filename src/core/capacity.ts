import type { CloneMode } from './image.ts';

/** What a provider may be loaded with, and what is left of it. Taken in the same transaction that promises it (promise 7). */

export interface Demand {
  memoryMiB: number;
  vcpus: number;
  /** What the machine's disks may come to take: see {@link storageClaim}. */
  storageMiB: number;
}

export interface CapacityLimits extends Demand {
  machines: number;
}

export const RESOURCES = ['machines', 'memoryMiB', 'vcpus', 'storageMiB'] as const;
export type Resource = (typeof RESOURCES)[number];

/** `missing`: how much more of each would have to be free. */
export type CapacityShortage = { resource: Resource; wanted: number; free: number; missing: CapacityLimits };

const MIB = 2 ** 20;
/** The most that the store can count, in MiB: two pebibytes. */
const MOST_MIB = 2 ** 31 - 1;

/** Storage that there is, in whole MiB. */
export function storageIn(bytes: number): number {
  return Math.min(MOST_MIB, Math.floor(bytes / MIB));
}

/** Storage that is asked for, in whole MiB. */
export function storageAsked(bytes: number): number {
  return Math.min(MOST_MIB, Math.ceil(bytes / MIB));
}

/**
 * What a machine's disks are counted with, in MiB: as a whole where they are its own, else the share of their size that those which stand on their
 * image's are expected to write. `percent`: 0 to 100.
 */
export function storageClaim(mode: CloneMode, wholeMiB: number, percent: number): number {
  return mode === 'full' ? wholeMiB : Math.ceil((wholeMiB * percent) / 100);
}

/** Why one more machine does not fit, or undefined if it does. */
export function shortage(limits: CapacityLimits, used: CapacityLimits, wanted: Demand): CapacityShortage | undefined {
  const asked: CapacityLimits = { machines: 1, ...wanted };
  const over = (resource: Resource) => Math.max(0, asked[resource] - (limits[resource] - used[resource]));
  const resource = RESOURCES.find((each) => over(each) > 0);
  if (resource === undefined) return undefined;
  const missing = { machines: over('machines'), memoryMiB: over('memoryMiB'), vcpus: over('vcpus'), storageMiB: over('storageMiB') };
  return { resource, wanted: asked[resource], free: Math.max(0, limits[resource] - used[resource]), missing };
}
