/** What is installed where an image's machines would run: said before anybody waits for one. */
import type { HardwareProfile } from '../../core/image.ts';
import { makeCtx } from '../../lib/context.ts';
import * as masters from '../../store/masters.ts';
import type { Revision } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';

/** What a driver takes to look at what is installed on its host, with room. In milliseconds. */
const CHECK_MS = 30_000;

/** Refuses hardware that a provider could not give, where this server can ask it. `missing-tool`, `not-supported`. */
export async function assertHardware(deps: EngineDeps, providerId: string, hardware: Partial<HardwareProfile>): Promise<void> {
  await deps.drivers.get(providerId)?.checkHardware?.(makeCtx({ log: deps.log, timeoutMs: CHECK_MS }), hardware);
}

/** Refuses a revision that none of its providers could start; one that this server cannot ask may be able to. Errors: as of {@link assertHardware}. */
export async function assertStartable(deps: EngineDeps, revision: Pick<Revision, 'id' | 'profile'> | undefined): Promise<void> {
  if (!revision?.profile) return;
  const { hardware } = revision.profile;
  let refusal: unknown;
  for (const { providerId } of await masters.ofRevisions(deps.store.db, [revision.id])) {
    try {
      return await assertHardware(deps, providerId, hardware);
    } catch (error) {
      refusal ??= error;
    }
  }
  if (refusal !== undefined) throw refusal;
}
