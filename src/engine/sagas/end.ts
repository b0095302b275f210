/** End: the machine is taken away with proof. Nothing of it can be taken back, so it only goes forward, until it is done. */
import { say } from '../../core/notices.ts';
import type { Tx } from '../../store/schema.ts';
import * as kept from '../../store/kept.ts';
import * as machines from '../../store/machines.ts';
import * as reservations from '../../store/reservations.ts';
import type { Saga } from '../saga.ts';
import type { EngineDeps } from '../deps.ts';
import { destroyMachine, isIts, tellWaiting, tornDown } from './records.ts';

export interface EndInput {
  /** Left out of a machine that is nobody's. */
  reservationId?: string | undefined;
  machineId: string;
  providerId: string;
}

export const end: Saga<EngineDeps, EndInput, Tx> = {
  name: 'end',
  forwardOnly: true,
  maxAttempts: 12,
  waiting: tellWaiting,
  steps: [
    {
      name: 'destroy',
      timeoutMs: 10 * 60_000,
      async do({ ctx, deps, input }) {
        await deps.store.tx(async (tx) => {
          await machines.transition(tx, input.machineId, 'destroy', {});
          if (input.reservationId === undefined || !(await isIts(tx, input))) return;
          await kept.keep(tx, input.reservationId, null);
          await reservations.setStage(tx, input.reservationId, 'ending', say('taking-away', {}), deps.now());
        });
        const proof = await destroyMachine(ctx, deps, input);
        return { removedFiles: proof.removed.length };
      },
    },
  ],
  async done(tx, deps, input) {
    const now = deps.now();
    await machines.transition(tx, input.machineId, 'destroyed', { goneAt: now });
    if (input.reservationId === undefined || !(await isIts(tx, input))) return;
    await tornDown(tx, input.reservationId, now);
  },
  async undone() {},
};
