/** Labels of reservations, changed by their people, and how labels of anything are changed. */
import { changedLabels, type Labels, MOST_LABELS } from '../../core/labels.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as reservations from '../../store/reservations.ts';
import * as images from '../../store/images.ts';
import type { Image, Reservation, Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import type { Who } from './terms.ts';

/**
 * Gives a reservation these labels, of whatever state it is, and takes those away whose value is null. Errors: `not-found`; `bad-request` where it
 * would have more than {@link MOST_LABELS}.
 */
export async function labelReservation(
  deps: EngineDeps,
  who: Who,
  id: string,
  change: Readonly<Record<string, string | null>>,
): Promise<Reservation> {
  return deps.store.tx(async (tx) => {
    const row = await reservations.lock(tx, id);
    const labels = labelsAfter(row.labels, change);
    const now = deps.now();
    await reservations.setLabels(tx, id, labels, now);
    await audit.append(tx, {
      at: now,
      actor: who.name,
      action: 'reservation.labelled',
      subjectKind: 'reservation',
      subjectId: id,
      detail: { labels },
    });
    return { ...row, labels };
  });
}

/** Puts labels on an image or takes them away, in the caller's transaction, and says so in the audit; whether anything is other than before. */
export async function labelImage(
  tx: Tx,
  who: Pick<Who, 'name'>,
  image: Pick<Image, 'id' | 'labels'>,
  change: Readonly<Record<string, string | null>>,
  now: Date,
): Promise<boolean> {
  const labels = labelsAfter(image.labels, change);
  if (JSON.stringify(labels) === JSON.stringify(labelsAfter(image.labels, {}))) return false;
  await images.setLabels(tx, image.id, labels);
  await audit.append(tx, {
    at: now,
    actor: who.name,
    action: 'image.labelled',
    subjectKind: 'image',
    subjectId: image.id,
    detail: { labels },
  });
  return true;
}

/** What something has after a change. Errors: `bad-request` where it would have more than {@link MOST_LABELS}. */
export function labelsAfter(before: Labels, change: Readonly<Record<string, string | null>>): Labels {
  const labels = changedLabels(before, change);
  const count = Object.keys(labels).length;
  if (count <= MOST_LABELS) return labels;
  throw new CarrelError('bad-request', `it would have ${count} labels, and ${MOST_LABELS} is the most`, { hint: 'take some away first' });
}
