/** The rows that a reservation needs, for tests. */
import { randomUUID } from 'node:crypto';
import type { CapacityLimits } from '../core/capacity.ts';
import * as accounts from './accounts.ts';
import { tx } from './db.ts';
import * as images from './images.ts';
import * as providers from './providers.ts';
import type { NewReservation } from './reservations.ts';
import type { Db } from './schema.ts';

export interface Seed {
  accountId: string;
  imageId: string;
  /** A published revision of the image. */
  revisionId: string;
  providerId: string;
  /** A new reservation of it: `lab`, linked, 1 vCPU and 128 MiB for an hour, unless told otherwise. */
  reservation(more: Partial<NewReservation>): NewReservation;
}

/** An account, a provider with the given limits, an image and its published revision. */
export async function seed(
  db: Db,
  now: Date,
  limits: CapacityLimits = { machines: 50, memoryMiB: 65_536, vcpus: 100, storageMiB: 1_000_000 },
): Promise<Seed> {
  const accountId = randomUUID();
  const imageId = randomUUID();
  const revisionId = randomUUID();
  await accounts.create(db, { id: accountId, name: `u-${accountId}`, role: 'user', now });
  const provider = { id: randomUUID(), name: `p-${accountId}`, kind: 'fake', limits, startSlots: 4, facts: {}, now };
  const providerId = await providers.put(db, provider);
  await images.ensure(db, { id: imageId, name: `i-${imageId}`, description: '', ownerId: accountId, now });
  await tx(db, async (within) => {
    await images.addRevision(within, { id: revisionId, imageId, source: { kind: 'recipe', recipe: 'x' }, createdBy: accountId, now });
    await images.transitionRevision(within, revisionId, 'prepared', {}, now);
    await images.publish(within, revisionId, now);
  });
  const reservation = (more: Partial<NewReservation>): NewReservation => ({
    id: randomUUID(),
    machineId: randomUUID(),
    accountId,
    imageId,
    revisionId,
    providerId,
    kind: 'lab',
    mode: 'linked',
    during: { start: now, end: new Date(now.getTime() + 3_600_000) },
    hostname: 'h',
    vcpus: 1,
    memoryMiB: 128,
    storageMiB: 0,
    now,
    ...more,
  });
  return { accountId, imageId, revisionId, providerId, reservation };
}
