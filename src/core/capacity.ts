/** What a provider may be loaded with, and what is left of it. Taken in the same transaction that promises it (promise 7). */

export interface CapacityLimits {
  machines: number;
  memoryMiB: number;
  vcpus: number;
}

export interface Demand {
  memoryMiB: number;
  vcpus: number;
}

export type CapacityShortage = { resource: 'machines' | 'memoryMiB' | 'vcpus'; wanted: number; free: number };

/** Why one more machine does not fit, or undefined if it does. */
export function shortage(limits: CapacityLimits, used: CapacityLimits, wanted: Demand): CapacityShortage | undefined {
  const asked: CapacityLimits = { machines: 1, ...wanted };
  for (const resource of ['machines', 'memoryMiB', 'vcpus'] as const) {
    const free = limits[resource] - used[resource];
    if (asked[resource] > free) return { resource, wanted: asked[resource], free: Math.max(0, free) };
  }
  return undefined;
}
