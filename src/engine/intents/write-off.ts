/**
 * A provider that is gone for good, such as a host that burnt or a vCenter that was taken down. Only an operator says so: until then nothing is
 * concluded of what is there, and its people wait. From then on what stood there is over, without a proof of its delete, and nothing waits for it.
 */
import { say } from '../../core/notices.ts';
import { formatDuration } from '../../core/reservation.ts';
import { CarrelError, describeError, isCode } from '../../lib/errors.ts';
import * as assignments from '../../store/assignments.ts';
import * as audit from '../../store/audit.ts';
import * as jobs from '../../store/jobs.ts';
import * as machines from '../../store/machines.ts';
import * as providers from '../../store/providers.ts';
import * as reservations from '../../store/reservations.ts';
import type { Provider } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { endMachine } from './assign.ts';
import { endWithin } from './end.ts';

/** A provider must have been down for so long before it can be written off, in milliseconds: longer than a restart of anything. */
export const WRITE_OFF_AFTER_MS = 10 * 60_000;

/**
 * Writes a provider off. What it has of images stays on record, in case it comes back. Errors: `not-found`, `wrong-state` (it is not down, or not for
 * long enough). Again for one that is written off it changes nothing.
 */
export async function writeOff(deps: EngineDeps, id: string, reason: string, actor: string): Promise<void> {
  await deps.store.tx(async (tx) => {
    const row = await providers.lock(tx, id);
    if (row.writtenOffAt !== null) return;
    const now = deps.now();
    assertGone(row, now);
    await providers.writeOff(tx, id, reason, now);
    await jobs.releaseAll(tx, id);
    const detail = { name: row.name, reason, downSince: row.stateSince.toISOString() };
    await audit.append(tx, { at: now, actor, action: 'provider.written-off', subjectKind: 'provider', subjectId: id, detail });
  });
}

function assertGone({ name, enabled, state, stateSince }: Provider, now: Date): void {
  const not = (what: string, hint: string) => new CarrelError('wrong-state', `${name} ${what}`, { hint });
  if (!enabled || state === 'disabled')
    throw not(
      'is disabled: nobody looks whether it is there',
      `\`carrel provider enable ${name}\` looks; if it is down, write it off then.`,
    );
  if (state === 'up')
    throw not('is up: what is there can be taken away in order', `\`carrel provider drain ${name}\`, and end what is there.`);
  const downMs = now.getTime() - stateSince.getTime();
  if (downMs >= WRITE_OFF_AFTER_MS) return;
  throw not(
    `has been down for ${formatDuration(downMs)} only`,
    `It may come back. It can be written off when it has been down for ${formatDuration(WRITE_OFF_AFTER_MS)}.`,
  );
}

/** Ends what stands on providers that were written off; any server may, and the next look takes what could not be ended. Returns how many. */
export async function endWrittenOff(deps: EngineDeps): Promise<number> {
  let ended = 0;
  for (const { id, machineId, place, why } of await providers.standingOnWrittenOff(deps.store.db)) {
    try {
      // The machine's row first, as the sagas do.
      await deps.store.tx(async (tx) => {
        const machine = await machines.lock(tx, machineId);
        if (machine.state !== 'destroying' && machine.state !== 'gone') await machines.transition(tx, machineId, 'vanished', {});
        await endWithin(deps, tx, id, 'machineLost', 'engine', { onlyIf: 'ready' });
        await reservations.addNotes(tx, id, [say('machine-written-off', { place, why })]);
      });
      ended += 1;
    } catch (error) {
      // A capture of it is just coming to its end.
      if (!isCode(error, 'busy', 'conflict')) throw error;
      deps.log.info({ reservation: id, err: describeError(error) }, 'not ended yet, although its provider was written off');
    }
  }
  for (const machineId of await assignments.nobodysOnWrittenOff(deps.store.db)) {
    await endMachine(deps, { name: 'engine' }, machineId).catch((error: unknown) => {
      // Another server was faster, or it was given to somebody.
      if (!isCode(error, 'busy', 'wrong-state')) throw error;
    });
    ended += 1;
  }
  return ended;
}
