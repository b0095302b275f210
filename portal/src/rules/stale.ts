/** What each kind of event makes stale. */
import type { EventData } from '../../../src/contract/system.ts';

/** Keys of what is to be read anew. `hello` after a break and `gap` make everything stale: something was missed. */
export function staleAfter(event: Pick<EventData, 'kind' | 'subject'>): readonly (readonly unknown[])[] {
  switch (event.kind) {
    case 'reservation':
      return [['reservations'], ['reservation', event.subject], ['availability'], ['providers']];
    case 'image':
      // Its name stands on cards and graphs as well.
      return [['images'], ['image'], ['revisions'], ['reservations'], ['reservation'], ['lineage']];
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
