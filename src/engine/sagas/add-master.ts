/**
 * Add a master: a revision that is there already gets its golden disks on one more provider, from a source that is said to be the same; or on one
 * more datastore of a provider that has them, copied there. A copy that is whole is not taken back when the run fails after it: machines may stand
 * on it by then, and it goes with the revision.
 */
import type { Master } from '../../driver/index.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as images from '../../store/images.ts';
import * as masters from '../../store/masters.ts';
import type { Tx } from '../../store/schema.ts';
import type { Saga, StepArgs } from '../saga.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import { type PrepareInput, removeStaging } from './prepare.ts';
import { discardMaster } from './revision-steps.ts';

export type AddMasterInput = PrepareInput;

export const addMaster: Saga<EngineDeps, AddMasterInput, Tx> = {
  name: 'add-master',
  maxAttempts: 3,
  steps: [
    { name: 'master', timeoutMs: 60 * 60_000, do: make, undo: discard },
    {
      name: 'staging',
      timeoutMs: 60_000,
      do: ({ input }) => removeStaging(input.source),
      undo: ({ input }) => removeStaging(input.source),
    },
  ],
  async done(tx, deps, { revisionId, providerId, source, actor }, outputs) {
    const { files, virtualBytes } = outputs.master as Master;
    const now = deps.now();
    await masters.put(tx, { revisionId, providerId, files, virtualBytes, sealedAt: now });
    if (source.kind === 'replica') await masters.addFiles(tx, revisionId, providerId, files);
    const subject = { subjectKind: 'revision' as const, subjectId: revisionId };
    await audit.append(tx, { at: now, actor, action: 'master.added', ...subject, detail: { provider: providerId, files } });
  },
  async undone(_tx, _deps, input) {
    await removeStaging(input.source);
  },
};

async function discard(args: StepArgs<EngineDeps, AddMasterInput>): Promise<void> {
  // What a try left that did not come to its end the driver took away itself.
  if (args.input.source.kind !== 'replica') await discardMaster(args);
}

async function make({ ctx, deps, input }: StepArgs<EngineDeps, AddMasterInput>): Promise<Master> {
  const { revisionId, source } = input;
  const made = await driverOf(deps, input.providerId).prepareMaster(ctx, { revisionId, source });
  const user = (await images.revision(deps.store.db, revisionId))?.profile?.guest.user;
  if (user === made.profile.guest.user) return made;
  // Whoever is given a machine of the revision is told one account, wherever it stands.
  throw new CarrelError('bad-image', `people log in to it as ${made.profile.guest.user}, and to the revision's machines as ${user}`, {
    hint: 'It is not the same image: import it as a revision of its own.',
  });
}
