import type { Duplex } from 'node:stream';
import type { Ctx } from '../../lib/context.ts';
import { CarrelError, isCode } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as reservations from '../../store/reservations.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import { runningMachine, type Who } from './reservation.ts';
import { noteUsed } from './seen.ts';

/**
 * Joined with the serial console of a reservation's machine; there from the moment the machine is on. `wrong-state` while it is not,
 * `not-supported` where nobody can be joined. `force` is for the audit log: it may have been taken from somebody.
 */
export async function serialConsole(ctx: Ctx, deps: EngineDeps, who: Who, id: string, force: boolean): Promise<Duplex> {
  const row = await reservations.find(deps.store.db, id);
  if (!row) throw new CarrelError('not-found', 'there is no such reservation');
  if (row.state !== 'preparing') await runningMachine(deps, row);
  const driver = driverOf(deps, row.providerId);
  if (driver.serialConsole === undefined) {
    throw new CarrelError('not-supported', 'nobody can be joined to the serial consoles of its provider', {
      hint: '`carrel ssh ID` logs in to it; `carrel console ID` shows its screen, which needs nothing of the guest',
    });
  }
  const joined = await driver.serialConsole(ctx, row.machineId).catch((error: unknown) => {
    throw isCode(error, 'not-found')
      ? new CarrelError('wrong-state', 'its machine is not on yet', { hint: 'try again in a moment', cause: error })
      : error;
  });
  try {
    if (row.state !== 'preparing') await noteUsed(deps, id);
    await audit.append(deps.store.db, {
      at: deps.now(),
      actor: who.name,
      action: 'reservation.serial-opened',
      subjectKind: 'reservation',
      subjectId: id,
      detail: { force },
    });
  } catch (error) {
    joined.destroy();
    throw error;
  }
  return joined;
}
