/** A machine that is to have whole disks of its own, where it is or on another datastore, written down as a job. */
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as checkpoints from '../../store/checkpoints.ts';
import * as machines from '../../store/machines.ts';
import * as placements from '../../store/placements.ts';
import * as reservations from '../../store/reservations.ts';
import type { Reservation, Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import type { Capabilities } from '../../driver/index.ts';
import { type Enqueued, enqueueRelocate, enqueueUnlink } from '../enqueue.ts';
import type { UnlinkInput } from '../sagas/unlink.ts';
import { capabilitiesOf } from './capabilities.ts';
import { makingRoom } from './keep.ts';
import { wholeDisksOf } from './place.ts';
import { promisingTx } from './promising.ts';
import type { Who } from './terms.ts';
import { notReady } from './not-ready.ts';

/** What is asked for, and what is said where it cannot be had. */
interface Wish {
  action: string;
  detail: object;
  able: (capabilities: Capabilities) => boolean;
  unable: CarrelError;
  enqueue: (tx: Tx, input: UnlinkInput, owner: string) => Promise<Enqueued>;
}

/**
 * Gives a reservation's machine disks of its own, as large as its image and what it wrote together. One that has them already is no error.
 * Errors: `wrong-state` unless it is ready, its machine off and without checkpoints; `not-supported` where its provider cannot; `busy` while
 * something works on the machine; `no-capacity` where so much storage cannot be promised. That a datastore has less free is told by the run.
 */
export async function unlinkReservation(deps: EngineDeps, who: Who, id: string): Promise<{ reservation: Reservation; job: string }> {
  return wholeDisks(deps, who, id, {
    action: 'machine.unlink',
    detail: {},
    able: ({ unlink }) => unlink === true,
    unable: new CarrelError('not-supported', 'its provider takes no machine off its image', {
      hint: 'Reserve a full copy instead: `carrel reserve IMAGE --mode full`.',
    }),
    enqueue: enqueueUnlink,
  });
}

/**
 * Moves a reservation's machine to another datastore of its provider, where it has disks of its own. Errors: as of {@link unlinkReservation}; that
 * there is no such datastore is told by the run.
 */
export async function relocateReservation(
  deps: EngineDeps,
  who: Who,
  { id, datastore }: { id: string; datastore: string },
): Promise<{ reservation: Reservation; job: string }> {
  return wholeDisks(deps, who, id, {
    action: 'machine.relocate',
    detail: { datastore },
    able: ({ relocate }) => relocate === true,
    unable: new CarrelError('not-supported', 'its provider moves no machine to another datastore', {
      hint: 'Capture it as an image, and reserve that elsewhere.',
    }),
    enqueue: (tx, input, owner) => enqueueRelocate(tx, { ...input, datastore }, owner),
  });
}

async function wholeDisks(deps: EngineDeps, who: Who, id: string, wish: Wish): Promise<{ reservation: Reservation; job: string }> {
  return makingRoom(deps, who, (look) =>
    promisingTx(deps, who, async (tx) => {
      const row = await reservations.lock(tx, id);
      look({ places: [row.providerId] });
      const short = id.slice(0, 8);
      if (row.state !== 'ready') throw notReady(row, 'has no machine that could get disks of its own');
      if (!wish.able(await capabilitiesOf(deps, tx, row.providerId))) throw wish.unable;
      const machine = await machines.lock(tx, row.machineId);
      if (machine.state !== 'stopped')
        throw new CarrelError('wrong-state', `its machine is ${machine.state}, and its disks are copied only while it is off`, {
          hint: `Switch it off first: \`carrel stop ${short}\`.`,
        });
      if ((await checkpoints.ofMachine(tx, row.machineId)).length > 0)
        throw new CarrelError('wrong-state', 'it has checkpoints, which stand on its image too', {
          hint: `Delete them first: \`carrel checkpoint ls ${short}\` names them.`,
        });
      const job = await wish.enqueue(tx, { reservationId: id, machineId: row.machineId, providerId: row.providerId }, who.accountId);
      if (!job.created)
        throw new CarrelError('busy', 'something is at work on this machine just now', {
          hint: 'try again when it is done',
          retry: 'later',
        });
      const own = await wholeDisksOf(tx, row.revisionId, row.diskMib);
      if (own > row.storageMib) await placements.holdStorage(tx, id, own, deps.now());
      await audit.append(tx, {
        at: deps.now(),
        actor: who.name,
        action: wish.action,
        subjectKind: 'reservation',
        subjectId: id,
        detail: { machine: row.machineId, ...wish.detail },
      });
      return { reservation: row, job: job.id };
    }),
  );
}
