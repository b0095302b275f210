/** Capture: a machine's disks, flattened and scrubbed, become a draft revision; the machine itself is left as it was. */
import type { Master } from '../../driver/index.ts';
import type { Tx } from '../../store/schema.ts';
import type { Saga } from '../saga.ts';
import { driverOf, type World } from '../world.ts';
import { discardMaster, type RevisionTarget, revisionDone, revisionUndone } from './revision-steps.ts';

export interface CaptureInput extends RevisionTarget {
  machineId: string;
  reservationId: string;
}

export const capture: Saga<World, CaptureInput, Tx> = {
  name: 'capture',
  maxAttempts: 3,
  steps: [
    {
      name: 'flatten',
      timeoutMs: 60 * 60_000,
      do: ({ ctx, world, input }): Promise<Master> =>
        driverOf(world, input.providerId).capture(ctx, { machineId: input.machineId, revisionId: input.revisionId }),
      undo: discardMaster,
    },
  ],
  done: (tx, world, input, outputs) => revisionDone(tx, world, input, outputs.flatten as Master),
  undone: revisionUndone,
};
