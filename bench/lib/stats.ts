/** Sums over samples. Medians throughout: one slow or one lucky run must not move a figure. */

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between neighbours. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}

/** `1234` as text, rounded to whole milliseconds; `-` of nothing. */
export function ms(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '-' : String(Math.round(value));
}

/** `median (min-max)`. */
export function spread(values: readonly number[]): string {
  if (values.length === 0) return '-';
  return `${ms(median(values))} (${ms(Math.min(...values))}-${ms(Math.max(...values))})`;
}

export function mib(bytes: number): string {
  return Number.isNaN(bytes) ? '-' : (bytes / 2 ** 20).toFixed(1);
}
