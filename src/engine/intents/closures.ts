/** Maintenance windows: spans in which nothing new is promised on a provider. */
import { CarrelError, describeError, isCode } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as calendar from '../../store/calendar.ts';
import * as providers from '../../store/providers.ts';
import * as reservations from '../../store/reservations.ts';
import type { Closure } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { preparation, spanOf, type Who } from './terms.ts';

/** No preparation is longer than this. */
const DAY_MS = 24 * 3_600_000;

/** Writes one; `bad-request` if it is over already. Under the provider's row lock, so that a promise made at the same moment either sees it or is named as touched by it. */
export async function addClosure(
  deps: EngineDeps,
  who: Who,
  request: { providerId: string; start: Date; forMs: number; reason: string },
): Promise<Closure> {
  const now = deps.now();
  const { providerId, reason } = request;
  const row: Closure = {
    id: deps.newId(),
    providerId,
    during: spanOf(request.start, request.forMs),
    reason,
    createdBy: who.name,
    createdAt: now,
  };
  if (row.during.end !== null && row.during.end <= now)
    throw new CarrelError('bad-request', `it would be over at ${row.during.end.toISOString()}, which is past`, {
      hint: 'give a later start, or longer',
    });
  await deps.store.tx(async (tx) => {
    await providers.lock(tx, providerId);
    await calendar.addClosure(tx, row);
    const detail = { from: row.during.start.toISOString(), until: row.during.end?.toISOString() ?? null, reason };
    await audit.append(tx, {
      at: now,
      actor: who.name,
      action: 'maintenance.added',
      subjectKind: 'provider',
      subjectId: providerId,
      detail,
    });
  });
  await prepareAnew(deps, row);
  return row;
}

/** Takes one away; false if there is none. */
export async function removeClosure(deps: EngineDeps, who: Who, id: string): Promise<boolean> {
  const removed = await deps.store.tx(async (tx) => {
    const row = await calendar.removeClosure(tx, id);
    if (!row) return undefined;
    const entry = {
      at: deps.now(),
      actor: who.name,
      action: 'maintenance.removed',
      subjectKind: 'provider' as const,
      subjectId: row.providerId,
    };
    await audit.append(tx, { ...entry, detail: { reason: row.reason } });
    return row;
  });
  if (removed) await prepareAnew(deps, removed);
  return removed !== undefined;
}

/**
 * Decides anew when the machines of booked reservations are begun that start when the window is over: at its end, with a note, or as ever
 * when it was taken away. One after the other, the reservation before the provider, as all lock them; where a crash or a lack of room
 * leaves one as it was, it is still not begun inside a window.
 */
async function prepareAnew(deps: EngineDeps, { providerId, during: { end } }: Closure): Promise<void> {
  if (end === null) return;
  const most = new Date(end.getTime() + DAY_MS);
  for (const { id } of await calendar.bookedFrom(deps.store.db, providerId, { start: end, end: most })) {
    const now = deps.now();
    await deps.store
      .tx(async (tx) => {
        const row = await reservations.lock(tx, id);
        if (row.state !== 'booked' || row.during.start < end || row.hold.start <= now) return;
        const { prepareAt, notes } = await preparation(tx, row, row.during.start, now);
        if (prepareAt.getTime() !== row.hold.start.getTime())
          await reservations.setSpan(tx, id, { during: row.during, prepareAt, notes, now });
      })
      .catch((error: unknown) => {
        if (!isCode(error, 'no-capacity', 'wrong-state', 'conflict')) throw error;
        deps.log.info({ id, err: describeError(error) }, 'its preparation stays when it was');
      });
  }
}
