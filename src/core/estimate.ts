/** What is told about waiting: from what was measured here, not from what was hoped. */

export interface Estimate {
  /** How many waits it rests on. */
  count: number;
  p50Ms: number;
  p95Ms: number;
}

/** Fewer waits than this tell nothing. */
const ENOUGH = 3;

/** Nearest-rank percentiles of waits in milliseconds; undefined while there are too few. */
export function estimateOf(waits: readonly number[]): Estimate | undefined {
  if (waits.length < ENOUGH) return undefined;
  const sorted = [...waits].sort((a, b) => a - b);
  const rank = (p: number) => sorted[Math.ceil(p * sorted.length) - 1] as number;
  return { count: sorted.length, p50Ms: rank(0.5), p95Ms: rank(0.95) };
}

const MINUTE = 60_000;
const UNKNOWN_LEAD_MS = 10 * MINUTE;
const LEAST_LEAD_MS = MINUTE;
const MOST_LEAD_MS = 60 * MINUTE;

/** How long ahead of its start a machine is made: half as long again as nearly all took, within a minute and an hour. */
export function leadFor(estimate: Estimate | undefined): number {
  if (estimate === undefined) return UNKNOWN_LEAD_MS;
  return Math.min(MOST_LEAD_MS, Math.max(LEAST_LEAD_MS, Math.ceil((estimate.p95Ms * 1.5) / 1000) * 1000));
}
