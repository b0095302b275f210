/** Sizes that a machine cannot have. */
import { storageAsked } from '../../core/capacity.ts';
import type { CloneMode, RevisionProfile } from '../../core/image.ts';
import { CarrelError, isCode } from '../../lib/errors.ts';
import * as masters from '../../store/masters.ts';
import type { Db, Revision } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { capabilitiesOf } from './capabilities.ts';

interface Sizes {
  mode: CloneMode;
  memoryMiB?: number | undefined;
  diskMiB?: number | undefined;
}

/** Errors: `not-supported` (the memory of an instant clone), `bad-request` (a disk that is smaller than the image's). */
export async function checkSizes(db: Db, asked: Sizes, of: { revision: Revision; profile: RevisionProfile }): Promise<void> {
  checkMemory(asked, of.profile);
  await checkDisk(db, asked, of.revision);
}

/** What the first disk of a machine may be: as large as its image's, in MiB, or larger where a provider that has it can make it so. */
export async function diskOf(
  deps: EngineDeps,
  db: Db,
  { revisionId, mode }: { revisionId: string; mode: CloneMode },
): Promise<{ leastMiB: number; grows: boolean }> {
  const found = await masters.ofRevisions(db, [revisionId]);
  const can = await Promise.all(found.map(({ providerId }) => capabilitiesOf(deps, db, providerId).catch(unlessUnavailable)));
  return {
    leastMiB: storageAsked(await masters.virtualBytes(db, revisionId)),
    grows: can.some((capabilities) => capabilities?.growsDisk?.includes(mode) === true),
  };
}

function unlessUnavailable(error: unknown): undefined {
  if (!isCode(error, 'unavailable')) throw error;
}

function checkMemory(request: Sizes, profile: RevisionProfile): void {
  if (request.mode === 'instant' && request.memoryMiB !== undefined && request.memoryMiB !== profile.hardware.memoryMiB) {
    throw new CarrelError('not-supported', `an instant clone has its parent's memory, ${profile.hardware.memoryMiB} MiB`, {
      hint: 'leave memory out, or use --mode linked',
    });
  }
}

/** What lies beyond the end would be cut off. */
async function checkDisk(db: Db, { diskMiB }: Sizes, revision: Revision): Promise<void> {
  if (diskMiB === undefined) return;
  const own = storageAsked(await masters.virtualBytes(db, revision.id));
  if (diskMiB >= own) return;
  throw new CarrelError('bad-request', `its image has ${own} MiB of disk, and a machine's is never smaller: not ${diskMiB} MiB`, {
    hint: `ask for ${own} MiB or more, or leave the size out`,
    details: { diskMiB, least: own },
  });
}
