/** A machine that is to need its image no more, written down as a job. */
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as checkpoints from '../../store/checkpoints.ts';
import * as machines from '../../store/machines.ts';
import * as placements from '../../store/placements.ts';
import * as reservations from '../../store/reservations.ts';
import type { Reservation } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { enqueueUnlink } from '../enqueue.ts';
import { capabilitiesOf } from './capabilities.ts';
import { makingRoom } from './keep.ts';
import { storageFor } from './place.ts';
import type { Who } from './terms.ts';
import { notReady } from './not-ready.ts';

/**
 * Gives a reservation's machine disks of its own, as large as its image and what it wrote together. One that has them already is no error.
 * Errors: `wrong-state` unless it is ready, its machine off and without checkpoints; `not-supported` where its provider cannot; `busy` while
 * something works on the machine; `no-capacity` where so much storage cannot be promised. That a datastore has less free is told by the run.
 */
export async function unlinkReservation(deps: EngineDeps, who: Who, id: string): Promise<{ reservation: Reservation; job: string }> {
  return makingRoom(deps, (look) =>
    deps.store.tx(async (tx) => {
      const row = await reservations.lock(tx, id);
      look({ places: [row.providerId] });
      const short = id.slice(0, 8);
      if (row.state !== 'ready') throw notReady(row, 'has no machine that could get disks of its own');
      if ((await capabilitiesOf(deps, tx, row.providerId)).unlink !== true)
        throw new CarrelError('not-supported', 'its provider takes no machine off its image', {
          hint: 'Reserve a full copy instead: `carrel reserve IMAGE --mode full`.',
        });
      const machine = await machines.lock(tx, row.machineId);
      if (machine.state !== 'stopped')
        throw new CarrelError('wrong-state', `its machine is ${machine.state}, and its disks are copied only while it is off`, {
          hint: `Switch it off first: \`carrel stop ${short}\`.`,
        });
      if ((await checkpoints.ofMachine(tx, row.machineId)).length > 0)
        throw new CarrelError('wrong-state', 'it has checkpoints, which stand on its image too', {
          hint: `Delete them first: \`carrel checkpoint ls ${short}\` names them.`,
        });
      const job = await enqueueUnlink(tx, { reservationId: id, machineId: row.machineId, providerId: row.providerId }, who.accountId);
      if (!job.created)
        throw new CarrelError('busy', 'something is at work on this machine just now', {
          hint: 'try again when it is done',
          retry: 'later',
        });
      const own = await storageFor(tx, row.revisionId, 'full', row.diskMib);
      if (own > row.storageMib) await placements.holdStorage(tx, id, own, deps.now());
      await audit.append(tx, {
        at: deps.now(),
        actor: who.name,
        action: 'machine.unlink',
        subjectKind: 'reservation',
        subjectId: id,
        detail: { machine: row.machineId },
      });
      return { reservation: row, job: job.id };
    }),
  );
}
