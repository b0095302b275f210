/** Capture: a machine's disks, flattened and scrubbed, become a draft revision; the machine itself is left as it was. */
import type { Master } from '../../driver/index.ts';
import type { Tx } from '../../store/schema.ts';
import type { Saga } from '../saga.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import { tellReady, tellWaiting } from './records.ts';
import { discardMaster, type RevisionTarget, revisionDone, revisionUndone } from './revision-steps.ts';

export interface CaptureInput extends RevisionTarget {
  machineId: string;
  reservationId: string;
}

export const capture: Saga<EngineDeps, CaptureInput, Tx> = {
  name: 'capture',
  maxAttempts: 3,
  waiting: tellWaiting,
  steps: [
    {
      name: 'flatten',
      timeoutMs: 60 * 60_000,
      do: ({ ctx, deps, input }): Promise<Master> =>
        driverOf(deps, input.providerId).capture(ctx, { machineId: input.machineId, revisionId: input.revisionId }),
      undo: discardMaster,
    },
  ],
  async done(tx, deps, input, outputs) {
    await tellReady(tx, deps, input);
    await revisionDone(tx, deps, input, outputs.flatten as Master);
  },
  async undone(tx, deps, input, error) {
    await tellReady(tx, deps, input);
    await revisionUndone(tx, deps, input, error);
  },
};
