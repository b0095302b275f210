/** Changing what an image is called, what is said of it, and its labels. */
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as events from '../../store/events.ts';
import * as images from '../../store/images.ts';
import type { EngineDeps } from '../deps.ts';
import { checkName } from './image.ts';
import { labelImage } from './labels.ts';
import type { Who } from './terms.ts';

/**
 * Another name, description or labels (of which null takes one away), in one transaction. Reservations, series, licences and jobs hold the image's id, so nothing of them changes;
 * host names that were made of the old name stay. What is as it was already is not written down again. Everybody who
 * follows is told.
 * `bad-request` (the name, too many labels), `conflict` (another image has it), `not-found`.
 */
export async function changeImage(
  deps: EngineDeps,
  who: Who,
  imageId: string,
  change: {
    name?: string | undefined;
    description?: string | undefined;
    labels?: Readonly<Record<string, string | null>> | undefined;
  },
): Promise<void> {
  const { name, description } = change;
  if (name !== undefined) checkName(name);
  const now = deps.now();
  await deps.store.tx(async (tx) => {
    const image = await images.lock(tx, imageId);
    if (!image) throw new CarrelError('not-found', 'the image is not there any more');
    const renamed = name !== undefined && name !== image.name;
    const described = description !== undefined && description !== image.description;
    const labelled = await labelImage(tx, who, image, change.labels ?? {}, now);
    if (!renamed && !described && !labelled) return;
    const note = (action: string, from: string, to: string) =>
      audit.append(tx, { at: now, actor: who.name, action, subjectKind: 'image', subjectId: image.id, detail: { from, to } });
    if (renamed) {
      await images.rename(tx, image, name, now);
      await note('image.renamed', image.name, name);
    }
    if (described) {
      await images.describe(tx, image.id, description);
      await note('image.described', image.description, description);
    }
    const body = { name: name ?? image.name, ...(renamed ? { from: image.name } : {}) };
    await events.append(tx, { at: now, accountId: null, kind: 'image', subjectId: image.id, body });
  });
}
