/** Remove a revision: its masters first, and only if nothing stands on them; then its rows. */
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import type { Tx } from '../../store/schema.ts';
import * as images from '../../store/images.ts';
import * as machines from '../../store/machines.ts';
import * as masters from '../../store/masters.ts';
import type { Saga } from '../saga.ts';
import { deleteProved } from '../deletes.ts';
import type { EngineDeps } from '../deps.ts';

export interface RemoveRevisionInput {
  revisionId: string;
  providerId: string;
  /** Others that have a master of it. */
  further?: readonly string[] | undefined;
  actor: string;
}

export const removeRevision: Saga<EngineDeps, RemoveRevisionInput, Tx> = {
  name: 'remove-revision',
  maxAttempts: 3,
  steps: [
    {
      name: 'master',
      timeoutMs: 10 * 60_000,
      async do({ ctx, deps, input }) {
        const live = await machines.onRevision(deps.store.db, input.revisionId);
        if (live.length > 0) {
          throw new CarrelError('has-children', `${live.length} machines stand on this revision`, {
            details: { children: live.map((m) => m.id) },
          });
        }
        const { providerId: first, further = [], revisionId: id, actor } = input;
        const removed: string[] = [];
        for (const providerId of [first, ...further]) {
          const proof = await deleteProved(ctx, deps, { providerId, kind: 'master', id, actor, action: 'master.removed' });
          removed.push(...proof.removed.map((f) => f.path));
          // One by one: should a later provider refuse, it is not said of this one that it still has it.
          await masters.remove(deps.store.db, id, providerId);
        }
        return { removed };
      },
    },
  ],
  async done(tx, deps, input, outputs) {
    await audit.append(tx, {
      at: deps.now(),
      actor: input.actor,
      action: 'revision.removed',
      subjectKind: 'revision',
      subjectId: input.revisionId,
      detail: outputs.master as object,
    });
    await images.deleteRevision(tx, input.revisionId);
  },
  async undone() {},
};
