/** What counting what is held of a provider, and of its datastores, has in common. */
import { sql } from 'kysely';

/** How holds count: a machine that is still there after its reservation's end counts until it is gone. */
export interface Counting {
  now: Date;
  /** A reservation that is not counted: the one that is asked about. */
  except?: string | undefined;
}

export const LIVE = sql`state in ('booked', 'preparing', 'ready', 'ending')`;
/** Whether the machine of the row `m` is a live reservation's, which then holds its room. */
export const CLAIMED = sql`exists (
  select from assignment a join reservation r on r.id = a.reservation_id where a.machine_id = m.id and a.until is null and r.${LIVE})`;
export const NOBODY = '00000000-0000-0000-0000-000000000000';
