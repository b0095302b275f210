import type { Client } from '../client/client.ts';
import type { Series, SeriesDetail } from '../contract/series.ts';
import { CarrelError } from '../lib/errors.ts';
import { facts, short, table } from './text.ts';

/** A series with its occurrences, for people. */
export function describeSeries(s: SeriesDetail): string {
  const head = facts([
    ['series', s.id],
    ['image', s.image],
    ['rule', s.rule],
    ['by the clocks of', s.zone],
    ['ended', s.endedAt],
  ]);
  const rows = s.reservations.map((r) => [short(r.id), r.startsAt, r.endsAt ?? '', r.state]);
  return `${head}\n${table(['ID', 'BEGINS', 'ENDS', 'STATE'], rows)}`;
}

/** The series of an id or the beginning of one: one's own, then everybody's. */
export async function findSeries(client: Client, text: string): Promise<Series> {
  const start = text.toLowerCase();
  for (const query of [{ limit: 1000 }, { limit: 1000, all: true }]) {
    const items = await client.listSeries({ query }).then(
      (page) => page.items,
      () => [],
    );
    const found = items.filter((s) => s.id.startsWith(start));
    if (found.length > 1) throw new CarrelError('conflict', `${found.length} series begin with ${start}`, { hint: 'give more of the id' });
    if (found[0] !== undefined) return found[0];
  }
  throw new CarrelError('not-found', `no series begins with ${start}`, { hint: 'see `carrel series ls`' });
}
