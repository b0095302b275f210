/** How rows of the store look in answers of the API. Names and counts that a row only points at are looked up once for a whole list. */
import { noticeOf } from '../core/notices.ts';
import type { Image, Revision } from '../contract/images.ts';
import type { Machine } from '../contract/machines.ts';
import type { Reservation } from '../contract/reservations.ts';
import type { DeletionProof } from '../contract/lineage.ts';
import { CONDITION_WORDS } from '../core/condition.ts';
import type { CloneMode } from '../core/image.ts';
import type { Estimate } from '../core/estimate.ts';
import type * as core from '../core/lineage.ts';
import { placementNotices } from '../core/placement.ts';
import type { MachineState } from '../core/machine.ts';
import { ruleFor, type SiteRules, tellsEnd } from '../core/rules.ts';
import type { Capabilities, Whereabouts } from '../driver/index.ts';
import type { EngineDeps } from '../engine/deps.ts';
import * as accounts from '../store/accounts.ts';
import * as images from '../store/images.ts';
import * as machines from '../store/machines.ts';
import * as masters from '../store/masters.ts';
import * as providers from '../store/providers.ts';
import { progressByKey, progressOfRevisions } from '../store/jobs.ts';
import { queuePositions } from '../store/queue.ts';
import { machineKey, provisionKey } from '../engine/enqueue.ts';
import { estimate, siteRules } from '../engine/intents/terms.ts';
import type * as rows from '../store/schema.ts';
import type { Db } from '../store/schema.ts';
import { given, iso } from './parts.ts';

/** Whose names are wanted, by ids. */
interface Wanted {
  accounts?: Iterable<string>;
  images?: Iterable<string>;
  revisions?: Iterable<string>;
}

type Kind = 'account' | 'image' | 'provider';

/** Names by id: of those that an answer shows and no others, read once for all of them. */
export class Names {
  readonly #maps: Record<Kind, ReadonlyMap<string, string>>;
  readonly #revisions: ReadonlyMap<string, { number: number; image: string }>;
  readonly #unlinking: ReadonlySet<string>;
  readonly #roles: ReadonlyMap<string, string>;

  private constructor(
    maps: Record<Kind, ReadonlyMap<string, string>>,
    revisions: ReadonlyMap<string, { number: number; image: string }>,
    unlinking: ReadonlySet<string>,
    roles: ReadonlyMap<string, string>,
  ) {
    this.#roles = roles;
    this.#maps = maps;
    this.#revisions = revisions;
    this.#unlinking = unlinking;
  }

  static async read(db: Db, wanted: Wanted): Promise<Names> {
    const byId = (list: readonly { id: string; name: string }[]) => new Map(list.map((x) => [x.id, x.name]));
    const [people, some, homes, revisions] = await Promise.all([
      accounts.names(db, wanted.accounts ?? []),
      images.names(db, wanted.images ?? []),
      providers.list(db),
      images.revisionNames(db, wanted.revisions ?? []),
    ]);
    const unlinking = homes.filter(({ capabilities }) => (capabilities as Capabilities | null)?.unlink === true).map((p) => p.id);
    const maps = { account: byId(people), image: byId(some), provider: byId(homes) };
    const roles = new Map(people.map((p) => [p.id, p.role]));
    return new Names(maps, new Map(revisions.map((r) => [r.id, r])), new Set(unlinking), roles);
  }

  of(kind: Kind, id: string): string {
    return this.#maps[kind].get(id) ?? id;
  }

  /** Whether a provider can give machines disks of their own. */
  unlinks(providerId: string): boolean {
    return this.#unlinking.has(providerId);
  }

  /** Groups of an account, for {@link ruleFor}. */
  groups(accountId: string): readonly string[] {
    return [this.#roles.get(accountId)].filter((role) => role !== undefined);
  }

  number(revisionId: string): number {
    return this.#revisions.get(revisionId)?.number ?? 0;
  }

  /** `starter@2`. */
  revision(revisionId: string): string {
    const row = this.#revisions.get(revisionId);
    return row ? `${row.image}@${row.number}` : revisionId;
  }

  /** Of a revision. */
  image(revisionId: string): string {
    return this.#revisions.get(revisionId)?.image ?? revisionId;
  }
}

/** Where a machine that stands is, by its provider's driver. */
export type Where = (providerId: string, machineId: string) => Whereabouts | undefined;

/** By the drivers that are open; nothing is known of machines at a provider that is away. */
export function whereBy({ drivers }: Pick<EngineDeps, 'drivers'>): Where {
  return (providerId, machineId) => drivers.get(providerId)?.whereabouts(machineId);
}

/** Absent where none has a code, as what drivers note has none. */
function noteNotices(notes: readonly string[]): Reservation['noteNotices'] {
  const known = notes.map((note) => noticeOf(note) ?? null);
  return known.some((notice) => notice !== null) ? known : undefined;
}

/** What is the matter with a machine, with the words for people. */
function conditionShown(
  where: Where,
  { id, condition, conditionSince }: Pick<rows.Machine, 'id' | 'condition' | 'conditionSince'>,
  providerId: string,
) {
  if (condition === null || conditionSince === null) return {};
  const { says, wayOut } = CONDITION_WORDS[condition];
  const asked = where(providerId, id)?.question;
  const question = asked && { id: asked.id, text: asked.text, choices: [...asked.choices], ...given({ preset: asked.preset }) };
  return {
    condition: { kind: condition, since: conditionSince.toISOString(), text: `its machine ${says}`, wayOut, ...given({ question }) },
  };
}

function placeOf(where: Where, providerId: string, machine: { id: string; state: MachineState } | undefined) {
  if (machine === undefined || machine.state === 'planned' || machine.state === 'gone' || machine.state === 'lost') return {};
  const { host, datastores = [] } = where(providerId, machine.id) ?? {};
  return given({ host, datastores: datastores.length > 0 ? [...datastores] : undefined });
}

/** From when on the end of one that is ready is near, by the rules for its person; undefined where they are not told of it. */
function endNearAt(
  site: SiteRules,
  names: Names,
  { accountId, kind, state, during: { start, end } }: rows.Reservation,
): string | undefined {
  if (state !== 'ready' || end === null) return undefined;
  const { tellEndMs } = ruleFor(site, names.groups(accountId), kind);
  return tellsEnd(tellEndMs, end.getTime() - start.getTime()) ? new Date(end.getTime() - tellEndMs).toISOString() : undefined;
}

export async function showReservations(db: Db, list: readonly rows.Reservation[], where: Where): Promise<Reservation[]> {
  const queued = list.filter((row) => row.state === 'preparing' && row.stage === 'queued').map((row) => provisionKey(row.id));
  const worked = list.filter((row) => row.state === 'preparing' || row.state === 'ready');
  // What is only being made has no end that is near: its answer needs no rules.
  const ready = list.some((row) => row.state === 'ready');
  const [site, names, there, positions, progress] = await Promise.all([
    ready ? siteRules(db) : {},
    Names.read(db, {
      accounts: list.map((r) => r.accountId),
      images: list.map((r) => r.imageId),
      revisions: list.map((r) => r.revisionId),
    }),
    machines.shown(
      db,
      list.map((r) => r.machineId),
    ),
    queuePositions(db, queued),
    progressByKey(
      db,
      worked.flatMap((row) => [provisionKey(row.id), machineKey(row.machineId)]),
    ),
  ]);
  const estimates = new Map<string, Promise<Estimate | undefined>>();
  const estimateFor = (row: rows.Reservation) => {
    if (row.state !== 'preparing') return undefined;
    const key = `${row.imageId} ${row.providerId} ${row.mode}`;
    const known = estimates.get(key) ?? estimate(db, row);
    estimates.set(key, known);
    return known;
  };
  return Promise.all(
    list.map(async (row) => {
      const machine = there.get(row.machineId);
      return {
        id: row.id,
        owner: names.of('account', row.accountId),
        image: names.of('image', row.imageId),
        revision: names.number(row.revisionId),
        provider: names.of('provider', row.providerId),
        kind: row.kind,
        mode: row.mode,
        state: row.state,
        stage: row.stage,
        stageText: row.stageText,
        hostname: row.hostname,
        startsAt: row.during.start.toISOString(),
        createdAt: row.createdAt.toISOString(),
        notes: [...row.notes],
        ...given({ noteNotices: noteNotices(row.notes) }),
        machine: {
          id: row.machineId,
          ...(machine ? { mode: machine.mode as CloneMode } : {}),
          state: machine?.state ?? (row.state === 'booked' ? 'planned' : 'gone'),
          vcpus: row.vcpus,
          memoryMiB: row.memoryMib,
          ...(row.diskMib === null ? {} : { diskMiB: row.diskMib }),
          ...(machine?.address && machine.state === 'running' ? { address: machine.address } : {}),
          ...(machine && machine.mode !== 'full' && names.unlinks(row.providerId) ? { canUnlink: true } : {}),
          ...(machine && conditionShown(where, machine, row.providerId)),
          ...placeOf(where, row.providerId, machine),
        },
        ...given({
          labels: Object.keys(row.labels).length === 0 ? undefined : row.labels,
          notice: noticeOf(row.stageText),
          queuePosition: positions.get(provisionKey(row.id)),
          progress: progress.get(provisionKey(row.id)) ?? progress.get(machineKey(row.machineId)),
          estimate: await estimateFor(row),
          series: row.seriesId,
          placement: row.placement,
          placementNotices: row.placement === null ? undefined : placementNotices(row.placement),
          preparesAt: row.state === 'booked' ? iso(row.hold.start) : undefined,
          endsAt: iso(row.during.end),
          endNearAt: endNearAt(site, names, row),
          readyAt: iso(row.readyAt),
          endAskedAt: iso(row.endAskedAt),
          keptUntil: iso(row.keptUntil),
          endedAt: iso(row.endedAt),
          failure: row.failure,
        }),
      };
    }),
  );
}

export async function showMachines(db: Db, list: readonly machines.OwnedMachine[], where: Where): Promise<Machine[]> {
  const names = await Names.read(db, { accounts: list.flatMap((m) => m.accountId ?? []), revisions: list.map((m) => m.revisionId) });
  return list.map((row) => ({
    id: row.id,
    provider: names.of('provider', row.providerId),
    image: names.image(row.revisionId),
    revision: names.number(row.revisionId),
    mode: row.mode,
    state: row.state,
    vcpus: row.vcpus,
    memoryMiB: row.memoryMib,
    createdAt: row.createdAt.toISOString(),
    ...(row.state !== 'gone' && (row.holder === null || row.heldUntil !== null) ? { nobodys: true } : {}),
    ...conditionShown(where, row, row.providerId),
    ...placeOf(where, row.providerId, row),
    ...given({
      reservation: row.holder,
      owner: row.accountId === null ? undefined : names.of('account', row.accountId),
      hostname: row.hostname,
      address: row.address,
      goneAt: iso(row.goneAt),
    }),
  }));
}

export async function showRevisions(db: Db, list: readonly rows.Revision[]): Promise<Revision[]> {
  const ids = list.map((r) => r.id);
  const [names, sealed, standing, progress] = await Promise.all([
    Names.read(db, {
      accounts: list.map((r) => r.createdBy),
      images: list.map((r) => r.imageId),
      revisions: list.flatMap((r) => r.parentId ?? []),
    }),
    masters.ofRevisions(db, ids),
    machines.standing(db, ids),
    progressOfRevisions(
      db,
      list.filter((r) => r.state === 'preparing').map((r) => r.id),
    ),
  ]);
  return list.map((row) => ({
    id: row.id,
    image: names.of('image', row.imageId),
    number: row.number,
    state: row.state,
    source: { ...(row.source as Revision['source']), ...(row.parentId ? { parent: names.revision(row.parentId) } : {}) },
    facts: Object.fromEntries(Object.entries(row.facts).map(([key, value]) => [key, String(value)])),
    createdBy: names.of('account', row.createdBy),
    createdAt: row.createdAt.toISOString(),
    machines: standing.get(row.id) ?? 0,
    masters: sealed
      .filter((m) => m.revisionId === row.id)
      .map((m) => ({
        provider: names.of('provider', m.providerId),
        files: m.files.map((f) => ({ ...f })),
        virtualBytes: m.virtualBytes,
        sealedAt: m.sealedAt.toISOString(),
      })),
    ...given({ profile: row.profile, failure: row.failure, progress: progress.get(row.id), publishedAt: iso(row.publishedAt) }),
  }));
}

export async function showImages(db: Db, list: readonly rows.Image[]): Promise<Image[]> {
  const ids = list.map((i) => i.id);
  const [names, all] = await Promise.all([Names.read(db, { accounts: list.map((i) => i.ownerId) }), images.revisionsOf(db, ids)]);
  const standing = await machines.standing(
    db,
    all.map((r) => r.id),
  );
  const byImage = new Map<string, rows.Revision[]>(ids.map((id) => [id, []]));
  for (const revision of all) byImage.get(revision.imageId)?.push(revision);
  return list.map((row) => {
    const own = byImage.get(row.id) ?? [];
    return {
      id: row.id,
      name: row.name,
      description: row.description,
      owner: names.of('account', row.ownerId),
      createdAt: row.createdAt.toISOString(),
      revisions: own.length,
      machines: own.reduce((sum, r) => sum + (standing.get(r.id) ?? 0), 0),
      ...given({
        labels: Object.keys(row.labels).length === 0 ? undefined : row.labels,
        published: own.find((r) => r.state === 'published')?.number,
        latest: own[0]?.number,
      }),
    };
  });
}

export const showDisk = (disk: core.DiskFile) => ({
  path: disk.path,
  format: disk.format,
  bytes: disk.bytes,
  virtualBytes: disk.virtualBytes,
  identity: disk.identity,
  ...given({ parent: disk.parent }),
});

export function showProof(proof: core.DeletionProof): DeletionProof {
  return {
    ...proof,
    chainsBefore: proof.chainsBefore.map((chain) => chain.map(showDisk)),
    removed: proof.removed.map((f) => ({ ...f })),
    parents: proof.parents.map((p) => ({ ...p })),
  };
}
