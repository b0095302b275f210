import { say } from '../../core/notices.ts';
import type { DeletionProof, DiskFile, ParentFact } from '../../core/lineage.ts';
import type { CloneResult, CloneSpec, Stray } from '../../driver/driver.ts';
import { diskTooSmall, driverError, noLargerDisk } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import type { FakeHost } from './host.ts';
import { dropFolder, frozenFolder } from './masters.ts';
import { cloneResult, orphanDisks } from './reads.ts';
import { asDiskFile, chainFrom, childrenOf, type FakeMachine, type FakeState, OVERLAY_BYTES, usedBytes } from './state.ts';

export const machineFolder = (machineId: string): string => `/fake/machines/${machineId}/`;

/** A new leaf on top of `parent`. */
export function addOverlay(state: FakeState, path: string, parent: string, tag: string): void {
  const below = state.disks[parent];
  if (below === undefined) throw driverError('not-found', `the disk ${parent} is not there`);
  state.disks[path] = {
    path,
    parent,
    parentGeneration: below.generation,
    seed: `overlay ${path}`,
    files: {},
    generation: 0,
    bytes: OVERLAY_BYTES,
    virtualBytes: below.virtualBytes,
    sealed: false,
    tag,
  };
}

function addCopy(state: FakeState, path: string, source: string, tag: string): void {
  const disk = state.disks[source];
  if (disk === undefined) throw driverError('not-found', `the disk ${source} is not there`);
  state.disks[path] = { ...disk, files: { ...disk.files }, path, generation: 0, sealed: false, tag };
}

function needsSpace(state: FakeState, bytes: number): void {
  if (usedBytes(state) + bytes > state.limits.storageBytes) throw driverError('no-space', 'the storage is full');
}

/** The whole machine of that id if it is what was asked for; a half one is left to be replaced. */
function existing(host: FakeHost, spec: CloneSpec): CloneResult | undefined {
  const { state } = host.world;
  const machine = state.machines[spec.machineId];
  if (machine === undefined) return undefined;
  host.own(state, spec.machineId);
  if (machine.half) return undefined;
  if (machine.mode !== spec.mode || machine.revisionId !== spec.revisionId) {
    throw driverError('already-exists', `${spec.machineId} is a ${machine.mode} clone of ${machine.revisionId} already`);
  }
  return cloneResult(state, machine);
}

export async function clone(host: FakeHost, ctx: Ctx, spec: CloneSpec): Promise<CloneResult> {
  const { world, tag, caps } = host;
  if (spec.mode === 'instant' && !caps.cloneModes.includes('instant') && caps.instantElseLinked === true) {
    const linked = await clone(host, ctx, { ...spec, mode: 'linked' });
    return { ...linked, notes: [...linked.notes, say('linked-instead', { why: 'this provider makes none' })] };
  }
  return await host.perform(ctx, 'clone', spec.machineId, world.delays.clone, async (middle) => {
    if (!caps.cloneModes.includes(spec.mode)) throw driverError('not-supported', `${spec.mode} clones cannot be made here`);
    const there = existing(host, spec);
    if (there !== undefined) return there;
    mustBeAbleToGrow(host, spec);
    world.change((state) => beginClone(state, spec, tag, world.isoNow()));
    await middle();
    return world.change((state) => {
      const machine = state.machines[spec.machineId];
      if (machine === undefined) throw driverError('busy', `the machine ${spec.machineId} was taken away meanwhile`);
      finishClone(state, machine, spec.diskBytes);
      return cloneResult(state, machine);
    });
  });
}

function beginClone(state: FakeState, spec: CloneSpec, tag: string, createdAt: string): void {
  const master = state.masters[spec.revisionId];
  if (master === undefined || master.half) throw driverError('not-found', `there is no sealed master of ${spec.revisionId}`);
  const half = state.machines[spec.machineId];
  if (half === undefined && Object.keys(state.machines).length >= state.limits.machines) {
    throw driverError('no-capacity', `the provider holds ${state.limits.machines} machines already`);
  }
  const folder = machineFolder(spec.machineId);
  dropFolder(state, folder);
  if (spec.mode === 'instant' && state.frozen[spec.revisionId] === undefined) freeze(state, spec.revisionId, tag);
  state.machines[spec.machineId] = {
    machineId: spec.machineId,
    tag,
    half: true,
    power: spec.mode === 'instant' ? 'suspended' : 'off',
    mode: spec.mode,
    revisionId: spec.revisionId,
    folder,
    disks: [],
    hardware: { ...spec.hardware },
    hostname: spec.hostname,
    createdAt,
    sshPort: half?.sshPort ?? state.nextPort++,
    checkpoints: [],
  };
  // What lies there when it breaks off now: a disk that is no child of anything yet.
  const path = `${folder}disk-0.fake`;
  state.disks[path] = { path, seed: 'half written', files: {}, generation: 0, bytes: 512, virtualBytes: 0, sealed: false, tag };
}

/** As of {@link CloneSpec.diskBytes}. */
function mustBeAbleToGrow({ caps, world }: FakeHost, { mode, revisionId, diskBytes }: CloneSpec): void {
  if (diskBytes === undefined) return;
  if (caps.growsDisk?.includes(mode) !== true) throw noLargerDisk(mode);
  const has = world.state.disks[world.state.masters[revisionId]?.disks[0] ?? '']?.virtualBytes ?? 0;
  if (diskBytes < has) throw diskTooSmall(revisionId, diskBytes, has);
}

function finishClone(state: FakeState, machine: FakeMachine, diskBytes: number | undefined): void {
  const master = state.masters[machine.revisionId];
  const parents = (machine.mode === 'instant' ? state.frozen[machine.revisionId]?.disks : master?.disks) ?? [];
  if (parents.length === 0) throw driverError('not-found', `the master of ${machine.revisionId} was taken away meanwhile`);
  const size = (path: string): number => (machine.mode === 'full' ? (state.disks[path]?.bytes ?? 0) : OVERLAY_BYTES);
  needsSpace(
    state,
    parents.reduce((sum, path) => sum + size(path), 0),
  );
  machine.disks = parents.map((parent, i) => {
    const path = `${machine.folder}disk-${i}.fake`;
    if (machine.mode === 'full') addCopy(state, path, parent, machine.tag);
    else addOverlay(state, path, parent, machine.tag);
    return path;
  });
  const first = state.disks[machine.disks[0] ?? ''];
  if (first !== undefined && diskBytes !== undefined) first.virtualBytes = diskBytes;
  machine.half = false;
}

/** The frozen parent of a revision's instant clones: an overlay that nobody writes to any more. */
function freeze(state: FakeState, revisionId: string, tag: string): void {
  const folder = frozenFolder(revisionId);
  const disks = (state.masters[revisionId]?.disks ?? []).map((parent, i) => {
    const path = `${folder}disk-${i}.fake`;
    addOverlay(state, path, parent, tag);
    const disk = state.disks[path];
    if (disk !== undefined) disk.sealed = true;
    return path;
  });
  state.frozen[revisionId] = { revisionId, tag, folder, disks };
}

export async function destroy(host: FakeHost, ctx: Ctx, machineId: string): Promise<DeletionProof> {
  const { world } = host;
  const startedAt = world.isoNow();
  return await host.perform(ctx, 'destroy', machineId, world.delays.destroy, async (middle) => {
    const machine = world.state.machines[machineId];
    if (machine === undefined) {
      return { machineId, startedAt, finishedAt: world.isoNow(), chainsBefore: [], removed: [], parents: [] };
    }
    host.own(world.state, machineId);
    const chainsBefore = machine.disks.map((leaf) => chainFrom(world.state, leaf));
    const parentsBefore = new Map(
      chainsBefore
        .flat()
        .filter((disk) => !disk.path.startsWith(machine.folder))
        .map((disk) => [disk.path, disk]),
    );
    const first = world.change((state) => {
      const paths = ownDisks(state, machineId);
      const now = state.machines[machineId] as FakeMachine;
      now.power = 'off';
      now.readyAt = undefined;
      now.half = true;
      return removeDisks(state, paths.slice(0, 1));
    });
    await middle();
    return world.change((state) => {
      const removed = [...first, ...removeDisks(state, ownDisks(state, machineId))];
      delete state.machines[machineId];
      const parents = [...parentsBefore.values()].map((disk) => parentFact(state, disk));
      return { machineId, startedAt, finishedAt: world.isoNow(), chainsBefore, removed, parents };
    });
  });
}

/** All disks in a machine's own folder, leaves first; throws `has-children` if one from elsewhere stands on them. */
function ownDisks(state: FakeState, machineId: string): string[] {
  const folder = machineFolder(machineId);
  const paths = Object.keys(state.disks).filter((path) => path.startsWith(folder));
  const children = childrenOf(state, paths, (path) => path.startsWith(folder));
  if (children.length > 0) {
    throw driverError('has-children', `${children.length} disks that are not the machine's stand on ${machineId}`, {
      details: { children },
    });
  }
  return paths.sort((a, b) => chainFrom(state, b).length - chainFrom(state, a).length);
}

function removeDisks(state: FakeState, paths: readonly string[]): { path: string; bytes: number }[] {
  return paths.map((path) => {
    const bytes = state.disks[path]?.bytes ?? 0;
    delete state.disks[path];
    return { path, bytes };
  });
}

function parentFact(state: FakeState, before: DiskFile): ParentFact {
  const disk = state.disks[before.path];
  const after = disk && asDiskFile(disk);
  return {
    path: before.path,
    existsBefore: true,
    existsAfter: after !== undefined,
    bytesBefore: before.bytes,
    bytesAfter: after?.bytes ?? 0,
    identityBefore: before.identity,
    identityAfter: after?.identity ?? '',
  };
}

/** Takes away a stray of ours, by what is there now and not by what the caller says of it. */
export async function sweep(host: FakeHost, ctx: Ctx, stray: Stray): Promise<void> {
  await host.perform(ctx, 'sweep', stray.ref, 0, async () => {
    host.world.change((state) => {
      const entry = state.strays[stray.ref];
      const disk = orphanDisks(state).includes(stray.ref) ? state.disks[stray.ref] : undefined;
      const tag = entry?.tag ?? disk?.tag;
      if (tag === undefined) {
        if (isTaken(state, stray.ref)) throw driverError('wrong-state', `${stray.ref} belongs to a machine or a master`);
        return;
      }
      if (tag !== host.tag) throw driverError('not-owned', `${stray.ref} is not ours`);
      const children = childrenOf(state, [stray.ref]);
      if (children.length > 0) throw driverError('has-children', `disks stand on ${stray.ref}`, { details: { children } });
      delete state.strays[stray.ref];
      delete state.disks[stray.ref];
    });
  });
}

/** Whether a path is a disk, or a folder in which disks or machines lie. */
function isTaken(state: FakeState, ref: string): boolean {
  const folder = ref.endsWith('/') ? ref : `${ref}/`;
  const owners = [...Object.values(state.machines), ...Object.values(state.masters), ...Object.values(state.frozen)];
  return (
    state.disks[ref] !== undefined ||
    owners.some((o) => o.folder.startsWith(folder)) ||
    Object.keys(state.disks).some((p) => p.startsWith(folder))
  );
}
