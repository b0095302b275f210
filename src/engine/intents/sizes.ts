/** Sizes that a machine cannot have. */
import { storageAsked } from '../../core/capacity.ts';
import type { CloneMode, RevisionProfile } from '../../core/image.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as masters from '../../store/masters.ts';
import type { Db, Revision } from '../../store/schema.ts';

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
