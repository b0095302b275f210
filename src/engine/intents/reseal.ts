/** Masters that are what they should be, sealed anew where they lie now: an operator's word, and the bytes have to bear it out. */
import { driverOf, type EngineDeps } from '../deps.ts';
import type { Ctx } from '../../lib/context.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as images from '../../store/images.ts';
import * as jobs from '../../store/jobs.ts';
import * as masters from '../../store/masters.ts';
import * as providers from '../../store/providers.ts';
import { capabilitiesOf } from './capabilities.ts';
import { imageNamed } from './image-named.ts';
import { providerFor } from './image.ts';
import type { Who } from './terms.ts';

export interface ResealIntent {
  image: string;
  revision: number;
  /** Name of the provider; all that have masters of it, if left out. */
  provider?: string | undefined;
  /** Why, for the audit log. */
  reason: string;
}

/**
 * Has the masters of a revision sealed anew, provider by provider, and records what they are now. One that was out of service since its golden disks
 * were not what was sealed loses that reason once all of its masters were sealed anew at one time; it stays retired until somebody brings it back.
 * Errors: `not-found`, `not-supported`, `busy` (something works on the revision), `master-changed` with what differs, `unavailable`.
 */
export async function resealMasters(deps: EngineDeps, ctx: Ctx, who: Who, request: ResealIntent): Promise<string> {
  const { db } = deps.store;
  const image = await imageNamed(db, request.image);
  const revision = await images.revisionByNumber(db, image.id, request.revision);
  const name = `${image.name}@${request.revision}`;
  if (!revision) throw new CarrelError('not-found', `${image.name} has no revision ${request.revision}`);
  const all = await masters.ofRevisions(db, [revision.id]);
  const only = request.provider === undefined ? undefined : await providerFor(deps, request.provider);
  const wanted = all.filter((m) => only === undefined || m.providerId === only);
  if (wanted.length === 0)
    throw new CarrelError('not-found', `${name} has no golden disks${only === undefined ? '' : ` on ${request.provider}`}`);
  if ((await jobs.liveJob(db, `revision:${revision.id}`)) !== undefined)
    throw new CarrelError('busy', `something is at work on ${name} just now`, { hint: 'Try again when it is done.', retry: 'later' });
  for (const { providerId } of wanted) {
    if ((await capabilitiesOf(deps, db, providerId)).reseal === true) continue;
    throw new CarrelError('not-supported', `golden disks on ${(await providers.find(db, providerId)).name} are not sealed anew`, {
      hint: 'Where every byte is compared, the same bytes are right whatever else changed: `carrel image verify`.',
    });
  }
  for (const master of wanted) {
    const made = await driverOf(deps, master.providerId).resealMaster?.(ctx, revision.id, master.files);
    if (made === undefined) throw new CarrelError('internal', 'a provider that seals anew has no verb for it');
    const { files, facts } = made;
    await deps.store.tx(async (tx) => {
      const now = deps.now();
      const row = await images.lockRevision(tx, revision.id);
      await masters.reseal(tx, revision.id, master.providerId, files, now);
      // what is said of the revision is said of its one master
      if (all.length === 1) await images.noteSeal(tx, revision.id, facts);
      const whole = wanted.length === all.length && master === wanted.at(-1) && row?.failure?.code === 'master-changed';
      if (whole) await images.forgetDamage(tx, revision.id);
      const { name: provider } = await providers.find(tx, master.providerId);
      await audit.append(tx, {
        at: now,
        actor: who.name,
        action: 'master.resealed',
        subjectKind: 'revision',
        subjectId: revision.id,
        detail: { image: name, provider, reason: request.reason, before: master.files, files, ...(whole ? { was: row.failure } : {}) },
      });
    });
  }
  return revision.id;
}
