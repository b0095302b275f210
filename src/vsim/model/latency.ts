import type { Random } from './random.ts';

/** How long things take, in simulated milliseconds. Numbers are of the order seen on an ordinary cluster, not measurements. */
export interface Latency {
  /** Whether cost units and the number of tasks are limited. */
  readonly limits: boolean;
  readonly dispatchMs: number;
  /** A step that takes about `ms`, give or take a quarter. */
  about(ms: number): number;
  /** Copying bytes at 200 MB/s. */
  copy(bytes: number): number;
}

export const NO_LATENCY: Latency = { limits: false, dispatchMs: 0, about: () => 0, copy: () => 0 };

export function realLatency(random: Random): Latency {
  return {
    limits: true,
    dispatchMs: 20,
    about: (ms) => ms * (0.75 + random.unit() / 2),
    copy: (bytes) => bytes / 200_000,
  };
}
