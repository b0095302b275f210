import type { Caller, ImageServices, PeerServices } from './interface.ts';
import type { Verification } from '../contract/images.ts';
import type { Driver } from '../driver/index.ts';
import { changeImage } from '../engine/intents/change-image.ts';
import * as intents from '../engine/intents/image.ts';
import { imageNamed } from '../engine/intents/image-named.ts';
import { addMaster, assertAddMaster, replicateMaster } from '../engine/intents/masters.ts';
import { resealMasters } from '../engine/intents/reseal.ts';
import { proveRevision } from '../engine/intents/prove.ts';
import { driverOf } from '../engine/deps.ts';
import { makeCtx } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';
import * as images from '../store/images.ts';
import * as masters from '../store/masters.ts';
import type * as rows from '../store/schema.ts';
import { lineageOf } from './lineage.ts';
import { given, type Parts } from './parts.ts';
import { askPeer } from './peers.ts';
import { Names, showImages, showRevisions } from './views.ts';

export function imageServices(parts: Parts, peers?: PeerServices): ImageServices {
  const { deps } = parts;
  const { db } = deps.store;
  const one = async (row: rows.Revision | undefined) => (await showRevisions(db, row ? [row] : []))[0];
  const again = async (revisionId: string) => {
    const shown = await one(await images.revision(db, revisionId));
    if (!shown) throw new CarrelError('not-found', 'the revision is not there any more');
    return shown;
  };
  return {
    async listImages(labels) {
      return showImages(db, await images.list(db, labels));
    },
    async showImage(name) {
      const row = await images.findByName(db, name);
      return row && (await showImages(db, [row]))[0];
    },
    async nameSince(name) {
      return images.nameSince(db, name);
    },
    async changeImage(caller, imageId, change) {
      await changeImage(deps, caller, imageId, change);
      const row = await images.find(db, imageId);
      const [shown] = await showImages(db, row ? [row] : []);
      if (!shown) throw new CarrelError('not-found', 'the image is not there any more');
      return shown;
    },
    async listRevisions(name) {
      const row = await images.findByName(db, name);
      return row ? showRevisions(db, await images.revisionsOf(db, [row.id])) : [];
    },
    async showRevision(name, number) {
      const row = await images.findByName(db, name);
      return row && one(await images.revisionByNumber(db, row.id, number));
    },
    async buildImage(caller, { image, recipe, description, publish, provider }) {
      const source = { kind: 'recipe', recipe } as const;
      return started(await intents.prepareImage(deps, caller, { image, description, publish, provider, source, told: source }));
    },
    async importVm(caller, { image, provider, vm, how, publish = false, description, masterOf: revision, ...hints }) {
      const source = { kind: 'vm', path: vm, how, profile: given(hints) } as const;
      const told = { kind: 'vm', provider, path: vm, how };
      if (revision !== undefined) return started(await addMaster(deps, caller, { image, revision, provider, source, told }));
      return started(await intents.prepareImage(deps, caller, { image, description, publish, provider, source, told }));
    },
    async checkImport({ image, provider, format, masterOf: revision, hints }) {
      await intents.assertImport(deps, provider, { claimed: format, profile: given(hints) });
      if (revision !== undefined) await assertAddMaster(deps, { image, revision, provider });
    },
    async importImage(caller, { image: said, imageId, path, bytes, sha256, notes, publish, description, format, provider, ...rest }) {
      const { masterOf: revision, hints, described } = rest;
      const image = (imageId && (await images.find(db, imageId))?.name) ?? said;
      const source = { kind: 'file', path, claimed: format, notes, ...given({ described }), profile: given(hints) } as const;
      const told = { kind: 'file', format, bytes, sha256, ...given({ provider }) };
      if (revision !== undefined) return started(await addMaster(deps, caller, { image, revision, provider, source, told }));
      return started(await intents.prepareImage(deps, caller, { image, description, publish, provider, source, told }));
    },
    async replicateImage(caller, request) {
      return replicateMaster(deps, caller, request);
    },
    async proveRevision(caller, request) {
      return { reservation: (await proveRevision(deps, caller, { ...request, id: deps.newId() })).id };
    },
    async publishRevision(caller, revisionId, uncleanReason) {
      await intents.publishRevision(deps, caller, revisionId, uncleanReason);
      return again(revisionId);
    },
    async retireRevision(caller, revisionId) {
      await intents.retireRevision(deps, caller, revisionId);
      return again(revisionId);
    },
    async unretireRevision(caller, revisionId) {
      await intents.unretireRevision(deps, caller, revisionId);
      return again(revisionId);
    },
    async deleteRevision(caller, revisionId) {
      return intents.removeRevision(deps, caller, revisionId);
    },
    async resealRevision(caller, request, signal) {
      return again(await resealMasters(deps, makeCtx({ signal, log: deps.log }), caller, request));
    },
    async verifyImage(caller, { image, revision, provider, full }, signal) {
      const row = await imageNamed(db, image);
      const wanted = (await images.revisionsOf(db, [row.id])).filter((r) => revision === undefined || r.number === revision);
      if (revision !== undefined && wanted.length === 0) throw new CarrelError('not-found', `${image} has no revision ${revision}`);
      const names = await Names.read(db, { revisions: wanted.map((r) => r.id) });
      const all = await masters.ofRevisions(
        db,
        wanted.map((r) => r.id),
      );
      const asked = all.filter((m) => provider === undefined || names.of('provider', m.providerId) === provider);
      if (provider !== undefined && asked.length === 0) throw new CarrelError('not-found', `${image} has no golden disks on ${provider}`);
      const checks: Verification['checks'] = [];
      for (const master of asked) {
        const there = await verifiedElsewhere(
          caller,
          { image, revision: names.number(master.revisionId), provider: names.of('provider', master.providerId), ...given({ full }) },
          signal,
        );
        if (there !== undefined) {
          checks.push(...there.checks);
          continue;
        }
        const check = await driverOf(deps, master.providerId).verifyMaster(makeCtx({ signal, log: deps.log }), master.revisionId, { full });
        checks.push({
          revision: names.number(master.revisionId),
          provider: names.of('provider', master.providerId),
          ...againstStore(check, master),
        });
      }
      return { image, ok: checks.every((c) => c.ok), checks };
    },
    lineage: (caller, image, signal) => lineageOf(parts, peers, caller, image, signal),
  };

  /** What the server says that alone can read them; undefined where that is this one. Nothing is passed on twice. */
  async function verifiedElsewhere(
    caller: Caller,
    { image, ...body }: { image: string; revision: number; provider: string; full?: boolean },
    signal: AbortSignal,
  ): Promise<Verification | undefined> {
    const peer = caller.onBehalf === true ? undefined : await peers?.servedElsewhere({ provider: body.provider });
    if (peers === undefined || peer === undefined) return undefined;
    const path = `/api/v1/images/${encodeURIComponent(image)}/verify`;
    return askPeer<Verification>(peers, peer, caller, { method: 'POST', path, body }, signal);
  }

  async function started(made: intents.Started) {
    const [image] = await showImages(db, [made.image]);
    const [revision] = await showRevisions(db, [made.revision]);
    if (!image || !revision) throw new CarrelError('internal', 'what was just made is not there');
    return { image, revision, job: made.job };
  }
}

/** The driver compares with what lies beside the files; the store's own record must agree as well, or somebody changed both. */
function againstStore(check: Awaited<ReturnType<Driver['verifyMaster']>>, master: rows.MasterRow) {
  const recorded = new Map(master.files.map((f) => [f.path, f.sha256]));
  const files = check.files.map((f) => {
    const expectedSha256 = recorded.get(f.path) ?? f.expectedSha256;
    const differs = f.actualSha256 !== undefined && f.actualSha256 !== expectedSha256;
    const problem = f.problem ?? (differs ? 'its bytes are not what was sealed' : undefined);
    return { path: f.path, expectedSha256, ...given({ actualSha256: f.actualSha256, problem, compared: f.compared, note: f.note }) };
  });
  for (const [path, expectedSha256] of recorded) {
    if (!files.some((f) => f.path === path)) files.push({ path, expectedSha256, problem: 'it is not there any more' });
  }
  return { ok: check.ok && files.every((f) => f.problem === undefined), files };
}
