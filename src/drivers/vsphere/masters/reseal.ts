import type { Master } from '../../../driver/driver.ts';
import { driverError } from '../../../driver/errors.ts';
import { type Ctx, makeCtx } from '../../../lib/context.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Locate } from '../endpoint/locate.ts';
import { changeTags, filesOf, type Seal, type SealedDisk } from '../inventory/tags.ts';
import type { View } from '../inventory/view.ts';
import { coverage } from '../storage/contents.ts';
import { masterProblem, type Masters } from './masters.ts';
import { sealRemarks } from './remarks.ts';
import { Templates } from './templates.ts';

/** How long the seals may take to be written, in milliseconds, also when the caller has given up. */
const WRITE_MS = 300_000;
const STRENGTH = { descriptor: 0, samples: 1, bytes: 2 } as const;

/**
 * Seals masters anew whose golden disks are what was sealed but lie elsewhere (a datastore got another name), or of which more can be read now
 * than then. What was sealed is compared first, every byte that there is a hash of, and a new seal never covers less.
 */
export class Reseal {
  readonly #end: Endpoint;
  readonly #locate: Locate;
  readonly #masters: Masters;
  readonly #templates: Templates;

  constructor(parts: { end: Endpoint; locate: Locate; masters: Masters }) {
    this.#end = parts.end;
    this.#locate = parts.locate;
    this.#masters = parts.masters;
    this.#templates = new Templates(parts.end);
  }

  /** As of the port: all masters of the revision here, read before the first seal is written. */
  async run(ctx: Ctx, revisionId: string, recorded: readonly KnownFile[]): Promise<Master> {
    return await this.#end.work.run(ctx, `revision ${revisionId}`, async () => {
      await this.#end.client.inventory.sync(ctx);
      const views = this.#masters.of(revisionId).filter((view) => view.tags.seal !== undefined);
      const profile = views[0]?.tags.profile;
      if (profile === undefined) throw driverError('not-found', `there is no master of revision ${revisionId}`);
      mustBeKnown(
        revisionId,
        views.map((view) => view.tags.seal as Seal),
        recorded,
      );
      const seals: { view: View; seal: Seal }[] = [];
      for (const view of views) seals.push({ view, seal: await this.#sealOf(ctx, view, view.tags.seal as Seal, recorded) });
      for (const { view, seal } of seals) await this.#write(view, seal);
      const [first] = seals.map(({ seal }) => seal) as [Seal];
      const files = seals.flatMap(({ seal }) => filesOf(seal));
      return { revisionId, profile, files, virtualBytes: first.virtualBytes, facts: first.facts };
    });
  }

  async #sealOf(ctx: Ctx, view: View, was: Seal, recorded: readonly KnownFile[]): Promise<Seal> {
    const problem = masterProblem(view, { anywhere: true });
    if (problem !== undefined) throw changed(view, problem);
    this.#end.progress(ctx, 'reading what the golden disks are');
    const disks = await this.#masters.fingerprints(ctx, view);
    for (const [i, now] of disks.entries()) {
      const sealed = was.disks[i] as SealedDisk;
      mustNotWeaken(sealed, now);
      const differs = await this.#masters.differs(ctx, view, sealed, now);
      if (differs !== undefined) throw changed(view, `is not what was sealed: ${now.path}: ${differs}`);
    }
    const { seal: _, 'remark.seal': __, ...facts } = was.facts;
    const before = formerly(was, disks, recorded);
    return { ...was, sealedAt: new Date().toISOString(), disks, before, facts: { ...facts, ...sealRemarks(disks) } };
  }

  async #write(view: View, seal: Seal): Promise<void> {
    const ctx = makeCtx({ timeoutMs: WRITE_MS });
    const uuid = view.instanceUuid ?? '';
    const extraConfig = changeTags({ seal: JSON.stringify(seal) });
    await this.#templates.opened(ctx, uuid, view, async () => {
      await this.#end.drive(ctx, async (round) => {
        const now = round === 0 ? view : await this.#locate.find(ctx, uuid, view.name, true);
        if (now === undefined) throw driverError('unavailable', `${view.name} disappeared while it was sealed`);
        if (now.tags.seal?.sealedAt === seal.sealedAt) return now;
        await this.#end.task(ctx, uuid, 'ReconfigVM_Task', now.ref, { spec: { extraConfig } });
        return undefined;
      });
    });
  }
}

type KnownFile = Pick<Master['files'][number], 'path' | 'sha256'>;

const known = ({ path, sha256 }: KnownFile): KnownFile => ({ path, sha256 });

/** So many former seals of one disk are remembered beside those that somebody has on record. */
const FORMER = 8;

/**
 * What a new seal remembers of those before it: each once, and not what it says itself. Of each disk the newest {@link FORMER} stay, and whatever is
 * on record of it, so that an answer that was lost does no harm however often it is sealed after that, and the tag does not grow without end.
 */
function formerly(was: Seal, now: readonly SealedDisk[], recorded: readonly KnownFile[]): KnownFile[] {
  const key = ({ path, sha256 }: KnownFile): string => `${sha256} ${path}`;
  const present = new Set(now.map(key));
  const all = [...(was.before ?? []), ...was.disks].map((file) => known(file)).filter((file) => !present.has(key(file)));
  const newest = [...new Map(all.toReversed().map((file) => [key(file), file])).values()];
  const keep = new Set(newest.slice(0, FORMER * now.length).map(key));
  for (const file of recorded) keep.add(key(file));
  return newest.filter((file) => keep.has(key(file))).toReversed();
}

/** A seal that is not the one that was recorded was changed by somebody, perhaps together with what it seals. */
function mustBeKnown(revisionId: string, seals: readonly Seal[], recorded: readonly KnownFile[]): void {
  const sealed = seals.flatMap((seal) => [...(seal.before ?? []), ...seal.disks]);
  const strange = recorded.find((file) => !sealed.some((each) => each.path === file.path && each.sha256 === file.sha256));
  if (strange === undefined) return;
  const other = sealed.some((each) => each.path === strange.path);
  throw driverError('master-changed', `${strange.path} ${other ? 'has another seal than was recorded of it' : 'is not there any more'}`, {
    hint: 'It is not sealed anew. Look for who changed it; the audit log holds what was recorded.',
    details: { revisionId },
  });
}

function changed(view: View, what: string): Error {
  return driverError('master-changed', `${view.name} ${what}`, {
    hint: 'It is not sealed anew. If this is the right disk all the same, import it as another revision.',
    details: { revisionId: view.tags.revisionId },
  });
}

/** What was read once and cannot be read now is a matter of privileges or of the datastore, and no reason to forget what is known. */
function mustNotWeaken(was: SealedDisk, now: SealedDisk): void {
  const [before, after] = [coverage(was.content), coverage(now.content)];
  if (STRENGTH[after] >= STRENGTH[before]) return;
  const why = now.content !== undefined && 'unread' in now.content ? `: ${now.content.unread}` : '';
  throw driverError('unavailable', `a new seal of ${now.path} would cover less than it has (${after}, not ${before})${why}`, {
    hint: 'Reading by datastore HTTP needs Datastore.Browse and Datastore.FileManagement, and a host that has the datastore and answers.',
  });
}
