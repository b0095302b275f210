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

/** What a provider may be loaded with in all, and what the disks of one machine may. */
export interface ProviderLimits extends CapacityLimits {
  /** What its largest datastore holds, in MiB: disks of one machine lie on one. Left out where the provider is one place, or nobody knows. */
  largestStorageMiB?: number;
}

/** One datastore of several that a provider may use. Without its figures it is away: nobody knows how much room there is. */
export interface DatastoreRoom {
  name: string;
  capacityMiB?: number | undefined;
  freeMiB?: number | undefined;
  /** What machines of ours take of it; left out where nobody says. */
  machinesMiB?: number | undefined;
  /** So much is left free: nothing is made where less is. */
  reserveMiB?: number | undefined;
}

export const RESOURCES = ['machines', 'memoryMiB', 'vcpus', 'storageMiB'] as const;
export type Resource = (typeof RESOURCES)[number];

export interface CapacityShortage {
  resource: Resource;
  wanted: number;
  free: number;
  /** How much more of each would have to be free. */
  missing: CapacityLimits;
  /** What the largest datastore holds, where even that is too small: no time is better, whatever is given up. */
  largest?: number | undefined;
}

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

/** The same of disks that no datastore could take, were it empty; undefined if one could. */
export function tooLarge({ largestStorageMiB: largest }: ProviderLimits, { storageMiB: wanted }: Demand): CapacityShortage | undefined {
  if (largest === undefined || wanted <= largest) return undefined;
  const missing = { machines: 0, memoryMiB: 0, vcpus: 0, storageMiB: wanted - largest };
  return { resource: 'storageMiB', wanted, free: largest, missing, largest };
}

/** What is said of that. */
export function tooLargeText(wanted: number, largest: number): string {
  return `its disks may come to take ${wanted} MiB, and the largest datastore there holds ${largest} MiB`;
}

/** What helps against that. */
export const TOO_LARGE_HINT =
  'ask for a linked clone in place of a full copy, or for a smaller disk; an operator brings a larger datastore';

/** Why one more machine does not fit, or undefined if it does. */
export function shortage(limits: ProviderLimits, used: CapacityLimits, wanted: Demand): CapacityShortage | undefined {
  const large = tooLarge(limits, wanted);
  if (large !== undefined) return large;
  const asked: CapacityLimits = { machines: 1, ...wanted };
  const over = (resource: Resource) => Math.max(0, asked[resource] - (limits[resource] - used[resource]));
  const resource = RESOURCES.find((each) => over(each) > 0);
  if (resource === undefined) return undefined;
  const missing = { machines: over('machines'), memoryMiB: over('memoryMiB'), vcpus: over('vcpus'), storageMiB: over('storageMiB') };
  return { resource, wanted: asked[resource], free: Math.max(0, limits[resource] - used[resource]), missing };
}
