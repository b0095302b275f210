import type { CloneMode } from './image.ts';

/** What a provider may be loaded with, and what is left of it. Taken in the same transaction that promises it (promise 7). */

export interface Demand {
  memoryMiB: number;
  vcpus: number;
  /** What whole disks of the machine's own may come to take; 0 for one that stands on its image's. */
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

/** Storage as it is promised: whole MiB, `up` for what is asked for, down for what there is. */
export function storageMiB(bytes: number, up: boolean): number {
  return Math.min(MOST_MIB, up ? Math.ceil(bytes / MIB) : Math.floor(bytes / MIB));
}

/** Only a whole copy has disks of its own of which is known how large they can become. */
export function storageOf(mode: CloneMode, virtualBytes: number): number {
  return mode === 'full' ? storageMiB(virtualBytes, true) : 0;
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
