import { createHash } from 'node:crypto';
import type { MachineCondition } from '../../core/condition.ts';
import type { CloneMode, HardwareProfile, RevisionProfile } from '../../core/image.ts';
import type { DiskChain, DiskFile } from '../../core/lineage.ts';
import type { PowerState } from '../../driver/driver.ts';
import type { FaultRule } from './faults.ts';

export const MIB = 1024 * 1024;
/** What an empty overlay takes on storage, as measured with qcow2. */
export const OVERLAY_BYTES = 196_608;

/** One disk file: what was written in this layer, and which disk it stands on. */
export interface FakeDisk {
  path: string;
  parent?: string | undefined;
  /** The parent's generation when this disk was made: if the parent has another one now, this disk is broken. */
  parentGeneration?: number | undefined;
  /** Stands for the bytes that no guest file explains. */
  seed: string;
  /** Files that the guest wrote in this layer, by path in the guest. */
  files: Record<string, string>;
  /** Counts changes of content. */
  generation: number;
  bytes: number;
  virtualBytes: number;
  /** Read-only on storage: whoever writes all the same has broken promise 1. */
  sealed: boolean;
  /** The installation that made it. */
  tag: string;
}

export interface FakeCheckpoint {
  name: string;
  createdAt: string;
  /** The disks that were leaves when it was made, one per disk of the machine. */
  disks: string[];
}

export interface FakeMachine {
  machineId: string;
  tag: string;
  half: boolean;
  power: PowerState;
  condition?: MachineCondition | undefined;
  mode: CloneMode;
  revisionId: string;
  folder: string;
  /** Leaf disks. */
  disks: string[];
  hardware: Pick<HardwareProfile, 'vcpus' | 'memoryMiB'>;
  hostname: string;
  createdAt: string;
  /** When the guest answers, in milliseconds of the world's clock; undefined while it does not run. */
  readyAt?: number | undefined;
  sshPort: number;
  /** Lines that were shown to whoever is logged in. */
  announced?: string[] | undefined;
  /** For how long nobody has used it, as its guest tells, in milliseconds; absent: it cannot be asked. */
  idleMs?: number | undefined;
  checkpoints: FakeCheckpoint[];
}

export interface FakeMaster {
  revisionId: string;
  tag: string;
  half: boolean;
  folder: string;
  disks: string[];
  sha256: string[];
  profile: RevisionProfile;
  facts: Record<string, string>;
}

/** The frozen parent of a revision's instant clones. */
export interface FakeFrozen {
  revisionId: string;
  tag: string;
  folder: string;
  disks: string[];
}

export interface FakeStray {
  kind: 'process' | 'folder' | 'file';
  ref: string;
  detail: string;
  tag: string;
}

export interface FakeLimits {
  machines: number;
  memoryMiB: number;
  vcpus: number;
  storageBytes: number;
}

export interface FakeState {
  version: 1;
  disks: Record<string, FakeDisk>;
  machines: Record<string, FakeMachine>;
  masters: Record<string, FakeMaster>;
  frozen: Record<string, FakeFrozen>;
  strays: Record<string, FakeStray>;
  faults: FaultRule[];
  limits: FakeLimits;
  nextPort: number;
}

export function emptyState(): FakeState {
  return {
    version: 1,
    disks: {},
    machines: {},
    masters: {},
    frozen: {},
    strays: {},
    faults: [],
    limits: { machines: 1_000, memoryMiB: 1_024_000, vcpus: 4_000, storageBytes: 1_000_000 * MIB },
    nextPort: 20_000,
  };
}

/** SHA-256 in hex of a disk's own layer, which is all of its file's bytes. */
export function digestOf(disk: FakeDisk): string {
  const files = Object.entries(disk.files).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([disk.seed, files]))
    .digest('hex');
}

export function usedBytes(state: FakeState): number {
  let sum = 0;
  for (const disk of Object.values(state.disks)) sum += disk.bytes;
  return sum;
}

export function asDiskFile(disk: FakeDisk): DiskFile {
  return {
    path: disk.path,
    format: 'fake',
    ...(disk.parent === undefined ? {} : { parent: disk.parent }),
    bytes: disk.bytes,
    virtualBytes: disk.virtualBytes,
    identity: `${disk.seed}:${disk.generation}:${disk.bytes}`,
  };
}

/** The chain from a leaf down as it really is; it ends early where a parent is missing. */
export function chainFrom(state: FakeState, leaf: string): DiskChain {
  const chain: DiskFile[] = [];
  const seen = new Set<string>();
  for (let at: string | undefined = leaf; at !== undefined && !seen.has(at); ) {
    seen.add(at);
    const disk: FakeDisk | undefined = state.disks[at];
    if (disk === undefined) break;
    chain.push(asDiskFile(disk));
    at = disk.parent;
  }
  return chain;
}

/** Paths of all disks that stand directly on one of `paths` and are not among `except`. */
export function childrenOf(state: FakeState, paths: readonly string[], except: (path: string) => boolean = () => false): string[] {
  const wanted = new Set(paths);
  const found: string[] = [];
  for (const disk of Object.values(state.disks)) {
    if (disk.parent !== undefined && wanted.has(disk.parent) && !except(disk.path)) found.push(disk.path);
  }
  return found.sort();
}

/** Disks that nothing stands on: where a chain begins. */
export function leavesOf(state: FakeState): string[] {
  const parents = new Set(Object.values(state.disks).map((d) => d.parent));
  return Object.keys(state.disks).filter((path) => !parents.has(path));
}

/** All a machine reads: its layers from the base up, later ones over earlier ones. */
export function mergedFiles(state: FakeState, leaf: string): Record<string, string> {
  const layers = chainFrom(state, leaf).map((d) => state.disks[d.path]?.files ?? {});
  return Object.assign({}, ...layers.reverse()) as Record<string, string>;
}
