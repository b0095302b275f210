import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { RevisionProfile } from '../../core/image.ts';
import { type DeletionProof, standsOn } from '../../core/lineage.ts';
import type { CaptureSpec, Master, MasterCheck, MasterSource, MasterSpec } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import { isOwnFile } from './guest-files.ts';
import type { FakeHost } from './host.ts';
import { chainFrom, digestOf, type FakeMaster, type FakeState, leavesOf, mergedFiles, MIB, usedBytes } from './state.ts';

const PROFILE: RevisionProfile = {
  hardware: { vcpus: 1, memoryMiB: 128, firmware: 'bios', display: false },
  guest: { os: 'fake', user: 'learner', sshPort: 22, agent: 'carrel', bootTimeoutS: 60 },
};

/** What a master is to be made of. */
interface Content {
  disks: { seed: string; files: Record<string, string>; bytes: number; virtualBytes: number }[];
  profile: RevisionProfile;
  facts: Record<string, string>;
}

const RECIPES: Readonly<Record<string, number>> = { tiny: 1, 'two-disks': 2 };
export const FAKE_RECIPES = Object.keys(RECIPES);
export const FAKE_IMPORT_FORMATS = ['fake', 'raw'];
/** First line of a file that is a `fake` disk; the rest is its content. */
export const FAKE_MAGIC = 'carrel fake disk\n';

export const masterFolder = (revisionId: string): string => `/fake/masters/${revisionId}/`;
export const frozenFolder = (revisionId: string): string => `/fake/frozen/${revisionId}/`;

async function contentOf(host: FakeHost, source: MasterSource): Promise<Content> {
  if (source.kind === 'vm') throw driverError('not-supported', 'the fake has no machines of others to copy');
  if (source.kind === 'replica') throw driverError('not-supported', 'the fake has one place for masters');
  if (source.kind === 'recipe') {
    const count = host.caps.recipes.includes(source.recipe) ? RECIPES[source.recipe] : undefined;
    if (count === undefined) throw driverError('not-supported', `there is no recipe ${source.recipe}`);
    const disks = Array.from({ length: count }, (_, i) => ({
      seed: `recipe ${source.recipe} disk ${i}`,
      files: {},
      bytes: 16 * MIB,
      virtualBytes: 256 * MIB,
    }));
    return { disks, profile: PROFILE, facts: { recipe: source.recipe } };
  }
  if (host.caps.importFormats.length === 0) throw driverError('not-supported', 'files cannot be imported here');
  const bytes = await readFile(source.path).catch((cause: unknown) => {
    throw driverError('bad-image', `${source.path} cannot be read`, { cause });
  });
  const isFake = bytes.subarray(0, FAKE_MAGIC.length).toString() === FAKE_MAGIC;
  const isRaw = !isFake && bytes.length > 0 && bytes.length % 512 === 0;
  const format = isFake ? 'fake' : isRaw ? 'raw' : undefined;
  if (format === undefined || !host.caps.importFormats.includes(format) || (source.claimed !== undefined && source.claimed !== format)) {
    throw driverError('bad-image', `the file is ${format ?? 'no image'}, not ${source.claimed ?? 'an image'}`, {
      hint: 'Give an image of a format that can be imported.',
    });
  }
  const seed = createHash('sha256').update(bytes).digest('hex');
  const { hardware, guest } = PROFILE;
  const given = source.profile;
  return {
    disks: [{ seed, files: {}, bytes: bytes.length, virtualBytes: Math.max(bytes.length, 256 * MIB) }],
    profile: {
      hardware: { ...hardware, ...pick(given, hardware) },
      guest: { ...guest, ...pick(given, guest), ...(given.protocol && { protocol: given.protocol }) },
    },
    facts: { format },
  };
}

function pick<T extends object>(from: object, like: T): Partial<T> {
  return Object.fromEntries(Object.entries(from).filter(([key, value]) => key in like && value !== undefined)) as Partial<T>;
}

export function masterOf(state: Readonly<FakeState>, master: FakeMaster): Master {
  const files = master.disks.map((path, i) => ({ path, bytes: state.disks[path]?.bytes ?? 0, sha256: master.sha256[i] ?? '' }));
  const virtualBytes = master.disks.reduce((sum, path) => sum + (state.disks[path]?.virtualBytes ?? 0), 0);
  return { revisionId: master.revisionId, profile: master.profile, files, virtualBytes, facts: master.facts };
}

/** The sealed master of a revision if it is there; half ones and foreign ones are told apart. */
function existing(host: FakeHost, revisionId: string): Master | undefined {
  const master = host.world.state.masters[revisionId];
  if (master !== undefined && master.tag !== host.tag) throw driverError('not-owned', `the master of ${revisionId} is not ours`);
  return master === undefined || master.half ? undefined : masterOf(host.world.state, master);
}

export async function prepareMaster(host: FakeHost, ctx: Ctx, spec: MasterSpec): Promise<Master> {
  return await host.perform(ctx, 'prepareMaster', spec.revisionId, host.world.delays.master, async (middle) => {
    const there = existing(host, spec.revisionId);
    if (there !== undefined) return there;
    return await build(host, spec.revisionId, await contentOf(host, spec.source), middle);
  });
}

/** Makes a half master, passes the middle, completes and seals it. A half one from before is replaced. */
async function build(host: FakeHost, revisionId: string, content: Content, middle: () => Promise<void>): Promise<Master> {
  const { world, tag } = host;
  const folder = masterFolder(revisionId);
  const paths = content.disks.map((_, i) => `${folder}disk-${i}.fake`);
  world.change((state) => {
    dropFolder(state, folder);
    state.masters[revisionId] = {
      revisionId,
      tag,
      half: true,
      folder,
      disks: [],
      sha256: [],
      profile: content.profile,
      facts: content.facts,
    };
    const first = content.disks[0];
    if (first === undefined) return;
    const bytes = Math.floor(first.bytes / 2);
    state.disks[paths[0] as string] = {
      ...first,
      path: paths[0] as string,
      seed: 'half written',
      bytes,
      generation: 0,
      sealed: false,
      tag,
    };
  });
  await middle();
  return world.change((state) => {
    const master = state.masters[revisionId];
    if (master === undefined) throw driverError('busy', `the master of ${revisionId} was taken away meanwhile`);
    const needed = content.disks.reduce((sum, d) => sum + d.bytes, 0) - (state.disks[paths[0] ?? '']?.bytes ?? 0);
    if (usedBytes(state) + needed > state.limits.storageBytes) throw driverError('no-space', 'the storage is full');
    for (const [i, disk] of content.disks.entries()) {
      const path = paths[i] as string;
      state.disks[path] = { ...disk, files: { ...disk.files }, path, generation: 1, sealed: true, tag };
    }
    master.disks = paths;
    master.sha256 = paths.map((path) => digestOf(state.disks[path] as FakeState['disks'][string]));
    master.half = false;
    return masterOf(state, master);
  });
}

/** Removes the disks in a folder that belongs to one thing of ours alone. */
export function dropFolder(state: FakeState, folder: string): void {
  for (const path of Object.keys(state.disks)) if (path.startsWith(folder)) delete state.disks[path];
}

export async function verifyMaster(host: FakeHost, ctx: Ctx, revisionId: string): Promise<MasterCheck> {
  return await host.read(ctx, 'verifyMaster', revisionId, (state) => {
    const master = state.masters[revisionId];
    if (master === undefined || master.half) throw driverError('not-found', `there is no sealed master of ${revisionId}`);
    const files = master.disks.map((path, i) => {
      const disk = state.disks[path];
      const expectedSha256 = master.sha256[i] ?? '';
      const actualSha256 = disk && digestOf(disk);
      const problem = disk === undefined ? 'it is not there' : actualSha256 === expectedSha256 ? undefined : 'its bytes were changed';
      return { path, expectedSha256, actualSha256, problem };
    });
    return { revisionId, ok: files.every((f) => f.problem === undefined), files };
  });
}

/** As of the port. The fake's masters lie where they lie, so that the new seal is the former one. */
export async function resealMaster(
  host: FakeHost,
  ctx: Ctx,
  revisionId: string,
  recorded: readonly Pick<Master['files'][number], 'path' | 'sha256'>[],
): Promise<Master> {
  return await host.perform(ctx, 'resealMaster', revisionId, 0, async (middle) => {
    const { state } = host.world;
    const master = state.masters[revisionId];
    if (master === undefined || master.half) throw driverError('not-found', `there is no sealed master of ${revisionId}`);
    if (master.tag !== host.tag) throw driverError('not-owned', `the master of ${revisionId} is not ours`);
    const strange = recorded.find(({ path, sha256 }) => master.sha256[master.disks.indexOf(path)] !== sha256);
    if (strange !== undefined) throw driverError('master-changed', `${strange.path} has another seal than was recorded of it`);
    await middle();
    for (const [i, path] of master.disks.entries()) {
      const disk = state.disks[path];
      if (disk === undefined || digestOf(disk) !== master.sha256[i]) throw driverError('master-changed', `${path} is not what was sealed`);
    }
    return masterOf(state, master);
  });
}

export async function removeMaster(host: FakeHost, ctx: Ctx, revisionId: string): Promise<DeletionProof> {
  const startedAt = host.world.isoNow();
  return await host.perform(ctx, 'removeMaster', revisionId, 0, async (middle) => {
    const master = host.world.state.masters[revisionId];
    const proof = { machineId: revisionId, startedAt, parents: [] };
    if (master === undefined) return { ...proof, finishedAt: host.world.isoNow(), chainsBefore: [], removed: [] };
    if (master.tag !== host.tag) throw driverError('not-owned', `the master of ${revisionId} is not ours`);
    const chainsBefore = master.disks.map((path) => chainFrom(host.world.state, path));
    // Marked before the first file goes: a golden disk that is partly gone must not pass for sealed.
    host.world.change((state) => {
      removable(host, state, revisionId);
      (state.masters[revisionId] as FakeMaster).half = true;
    });
    await middle();
    return host.world.change((state) => {
      const removed = removable(host, state, revisionId).map((path) => ({ path, bytes: state.disks[path]?.bytes ?? 0 }));
      for (const { path } of removed) delete state.disks[path];
      delete state.masters[revisionId];
      delete state.frozen[revisionId];
      return { ...proof, finishedAt: host.world.isoNow(), chainsBefore, removed };
    });
  });
}

/** The files of a master and of its frozen parent; throws `has-children` if any other disk stands on them. */
function removable(host: FakeHost, state: Readonly<FakeState>, revisionId: string): string[] {
  const folders = [masterFolder(revisionId), frozenFolder(revisionId)];
  const mine = Object.keys(state.disks).filter((path) => folders.some((f) => path.startsWith(f)));
  const chains = leavesOf(state).map((leaf) => chainFrom(state, leaf));
  const children = standsOn(mine, chains).map((d) => d.path);
  if (children.length > 0) {
    throw driverError('has-children', `${children.length} disks stand on the master of ${revisionId}`, {
      hint: 'End the machines that stand on it first.',
      details: { children },
    });
  }
  return mine.sort();
}

export async function capture(host: FakeHost, ctx: Ctx, spec: CaptureSpec): Promise<Master> {
  return await host.perform(ctx, 'capture', spec.revisionId, host.world.delays.master, async (middle) => {
    const machine = host.whole(host.world.state, spec.machineId);
    const there = existing(host, spec.revisionId);
    if (there !== undefined) return there;
    if (machine.power === 'on' && !host.caps.liveCapture) {
      throw driverError('wrong-state', `the machine ${spec.machineId} runs`, { hint: 'Shut it down first.' });
    }
    const { state } = host.world;
    const golden = state.masters[machine.revisionId];
    if (machine.mode !== 'full' && golden?.disks.some((path, i) => !state.disks[path] || digestOf(state.disks[path]) !== golden.sha256[i]))
      throw driverError('master-changed', `the golden disks of ${machine.revisionId} are not what was sealed`);
    const disks = machine.disks.map((leaf) => {
      const chain = chainFrom(state, leaf);
      const files = Object.fromEntries(Object.entries(mergedFiles(state, leaf)).filter(([path]) => !isOwnFile(path)));
      const seed = state.disks[chain.at(-1)?.path ?? '']?.seed ?? '';
      return { seed, files, bytes: chain.reduce((sum, d) => sum + d.bytes, 0), virtualBytes: chain[0]?.virtualBytes ?? 0 };
    });
    const profile = state.masters[machine.revisionId]?.profile ?? PROFILE;
    return await build(host, spec.revisionId, { disks, profile, facts: { capturedFrom: spec.machineId } }, middle);
  });
}
