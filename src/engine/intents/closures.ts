/** Maintenance windows: spans in which nothing new is promised on a provider. */
import * as audit from '../../store/audit.ts';
import * as calendar from '../../store/calendar.ts';
import * as providers from '../../store/providers.ts';
import type { Closure } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { spanOf, type Who } from './terms.ts';

/** Writes one. Under the provider's row lock, so that a promise made at the same moment either sees it or is named as touched by it. */
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
  return deps.store.tx(async (tx) => {
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
    return row;
  });
}

/** Takes one away; false if there is none. */
export async function removeClosure(deps: EngineDeps, who: Who, id: string): Promise<boolean> {
  return deps.store.tx(async (tx) => {
    const row = await calendar.removeClosure(tx, id);
    if (!row) return false;
    const entry = {
      at: deps.now(),
      actor: who.name,
      action: 'maintenance.removed',
      subjectKind: 'provider' as const,
      subjectId: row.providerId,
    };
    await audit.append(tx, { ...entry, detail: { reason: row.reason } });
    return true;
  });
}
