/** Keeps what is shown in step with the server: one stream of events, which says what to read anew. */
import type { QueryClient } from '@tanstack/react-query';
import { staleAfter } from '../rules/stale.ts';
import { api } from './client.ts';

export type Link = 'opening' | 'open' | 'broken';

type Invalidate = Pick<QueryClient, 'invalidateQueries'>;

/** Follows the stream until the signal aborts, over restarts of the server; tells of each change of the link, and that the end of a machine is near. */
export async function follow(
  client: Invalidate,
  signal: AbortSignal,
  on: { link: (link: Link) => void; endsSoon: () => void },
): Promise<void> {
  let broken = false;
  const stream = api.events({
    signal,
    onBreak: () => {
      broken = true;
      on.link('broken');
    },
  });
  for await (const event of stream) {
    on.link('open');
    if (event.kind === 'hello' && !broken) continue;
    broken = false;
    if (event.body['notice'] === 'ends-soon') on.endsSoon();
    for (const queryKey of staleAfter(event)) void client.invalidateQueries({ queryKey: [...queryKey] });
  }
}
