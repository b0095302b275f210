/** Prepare: from a recipe or an uploaded file to a sealed master; published if that was asked for. */
import { rm } from 'node:fs/promises';
import type { Master, MasterSource } from '../../driver/index.ts';
import type { Tx } from '../../store/schema.ts';
import type { Saga } from '../saga.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import { discardMaster, revisionDone, revisionUndone } from './revision-steps.ts';

export interface PrepareInput {
  revisionId: string;
  imageId: string;
  providerId: string;
  source: MasterSource;
  publish: boolean;
  actor: string;
}

export const prepare: Saga<EngineDeps, PrepareInput, Tx> = {
  name: 'prepare',
  maxAttempts: 3,
  steps: [
    {
      name: 'master',
      timeoutMs: 60 * 60_000,
      do: ({ ctx, deps, input }): Promise<Master> =>
        driverOf(deps, input.providerId).prepareMaster(ctx, { revisionId: input.revisionId, source: input.source }),
      undo: discardMaster,
    },
    {
      name: 'staging',
      timeoutMs: 60_000,
      // The upload is ours alone and has been copied into the master; a rest that a crash leaves here is swept as a stray.
      do: ({ input }) => removeStaging(input.source),
      undo: ({ input }) => removeStaging(input.source),
    },
  ],
  done: (tx, deps, input, outputs) => revisionDone(tx, deps, input, outputs.master as Master),
  async undone(tx, deps, input, error) {
    await removeStaging(input.source);
    await revisionUndone(tx, deps, input, error);
  },
};

/** Takes the upload away that a master was made of. */
export async function removeStaging(source: MasterSource): Promise<void> {
  if (source.kind === 'file') await rm(source.path, { force: true });
}
