/** What is free, cut into the days of the person's own zone. */

export interface FreeSpan {
  from: string;
  until?: string | undefined;
}

export interface FreeDay {
  /** Midnight at its beginning. */
  day: Date;
  /** Parts of the day, 0 to 1, that are free. */
  parts: { from: number; to: number }[];
}

/** The next `days` days from `now` on, as far as was looked (`horizon`): of later ones nothing is known. A day has 23 to 25 hours when the clocks change, and its parts are shares of what it has. */
export function freeDays(free: readonly FreeSpan[], now: Date, horizon: Date, days: number): FreeDay[] {
  const all = Array.from({ length: days }, (_, i) => {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + i);
    const next = new Date(now.getFullYear(), now.getMonth(), now.getDate() + i + 1);
    const length = next.getTime() - day.getTime();
    const share = (at: number): number => Math.min(1, Math.max(0, (at - day.getTime()) / length));
    const parts = free
      .map(({ from, until }) => ({ from: share(Date.parse(from)), to: until === undefined ? 1 : share(Date.parse(until)) }))
      .filter(({ from, to }) => to > from);
    return { day, parts };
  });
  return all.filter(({ day }) => day < horizon);
}
