/** Keeps what is shown in step with the server: one stream of events, which says what to read anew. */
import type { QueryClient } from '@tanstack/react-query';
import type { EventData } from '../../../src/contract/system.ts';
import { api } from './client.ts';

export type Link = 'opening' | 'open' | 'broken';

type Invalidate = Pick<QueryClient, 'invalidateQueries'>;

/** What each kind of event makes stale. `hello` after a break and `gap` make everything stale: something was missed. */
export function staleAfter(event: EventData): readonly (readonly unknown[])[] {
  switch (event.kind) {
    case 'reservation':
      return [['reservations'], ['reservation', event.subject], ['availability'], ['providers']];
    case 'revision':
      return [['images'], ['image'], ['revisions']];
    case 'machine':
      return [['reservations'], ['machines'], ['lineage']];
    case 'job':
      return [['jobs'], ['job', event.subject]];
    default:
      return [[]];
  }
}

/** Follows the stream until the signal aborts, over restarts of the server; tells of each change of the link. */
export async function follow(client: Invalidate, signal: AbortSignal, onLink: (link: Link) => void): Promise<void> {
  let broken = false;
  const stream = api.events({
    signal,
    onBreak: () => {
      broken = true;
      onLink('broken');
    },
  });
  for await (const event of stream) {
    onLink('open');
    if (event.kind === 'hello' && !broken) continue;
    broken = false;
    for (const queryKey of staleAfter(event)) void client.invalidateQueries({ queryKey: [...queryKey] });
  }
}
