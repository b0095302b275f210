/**
 * Re-image: a reservation's machine is taken away with proof, and only then is another asked for, so that both never take room at one time.
 * What is deleted cannot be brought back: it only goes forward.
 */
import { CarrelError, toStored } from '../../lib/errors.ts';
import * as images from '../../store/images.ts';
import * as machines from '../../store/machines.ts';
import * as placements from '../../store/placements.ts';
import * as reservations from '../../store/reservations.ts';
import type { Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { startProvision } from '../intents/offer.ts';
import { storageAgain } from '../intents/place.ts';
import type { Saga } from '../saga.ts';
import type { EndInput } from './end.ts';
import { destroyMachine, tellWaiting, tornDown } from './records.ts';

export type ReimageInput = EndInput & { reservationId: string };

export const reimage: Saga<EngineDeps, ReimageInput, Tx> = {
  name: 'reimage',
  forwardOnly: true,
  maxAttempts: 12,
  waiting: tellWaiting,
  steps: [
    {
      name: 'destroy',
      timeoutMs: 10 * 60_000,
      async do({ ctx, deps, input }) {
        await machines.transition(deps.store.db, input.machineId, 'destroy', {});
        const proof = await destroyMachine(ctx, deps, input);
        return { removedFiles: proof.removed.length };
      },
    },
  ],
  async done(tx, deps, input) {
    const now = deps.now();
    await machines.transition(tx, input.machineId, 'destroyed', { goneAt: now });
    const row = await reservations.lock(tx, input.reservationId);
    if (row.machineId !== input.machineId) return;
    if (row.state !== 'preparing') {
      // It was ended meanwhile: this was its end.
      await tornDown(tx, row.id, now);
      return;
    }
    const revision = await images.holdRevision(tx, row.revisionId);
    if (!revision?.profile || (revision.state !== 'published' && revision.state !== 'draft')) {
      const why = new CarrelError('wrong-state', 'the revision was taken out of service while the old machine was taken away', {
        hint: 'reserve the image again',
      });
      await reservations.transition(tx, row.id, 'provisionFailed', { failure: toStored(why), endedAt: now });
      await reservations.setStage(tx, row.id, 'gone', why.message, now);
      return;
    }
    const again = { machineId: deps.newId(), storageMiB: await storageAgain(tx, row), now };
    await placements.machineAgain(tx, row.id, again);
    await startProvision(tx, await reservations.lock(tx, row.id), revision);
  },
  async undone() {},
};
