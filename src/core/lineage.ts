/**
 * The graph of disks, as read from a hypervisor, and the rules that keep golden disks safe.
 * Pure: drivers read the chains, this file judges them.
 */

/** One disk file as it lies on storage. */
export interface DiskFile {
  /** Absolute path (qemu) or datastore path (`[ds] dir/file.vmdk`). */
  path: string;
  format: string;
  /** Path of the disk this one stands on; undefined for a base. */
  parent?: string | undefined;
  /** Bytes used on storage. */
  bytes: number;
  /** Size the guest sees, in bytes. */
  virtualBytes: number;
  /** Something that changes when the file's content may have changed: CID for a VMDK, `inode:mtime:size` for a qcow2. */
  identity: string;
}

/** A disk and everything below it, the leaf first. */
export type DiskChain = readonly DiskFile[];

export interface ChainExpectation {
  mode: 'linked' | 'full' | 'instant';
  /** The folder that belongs to the machine alone, with its trailing separator. */
  ownFolder: string;
  /** Paths of disks that must stay untouched: the master's, and for `instant` the frozen parent's too. */
  masterPaths: readonly string[];
}

export type ChainViolation =
  | { rule: 'no-disk' }
  | { rule: 'leaf-outside-own-folder'; path: string }
  | { rule: 'leaf-is-master'; path: string }
  | { rule: 'no-parent'; path: string }
  | { rule: 'foreign-parent'; path: string }
  | { rule: 'unexpected-parent'; path: string };

/**
 * The gate of promises 3 and 4: what is wrong with a machine's chain, an empty list if it may be powered on.
 * A linked or instant machine has a leaf of its own on top of the master; a full one stands on nothing.
 */
export function gate(chain: DiskChain, expected: ChainExpectation): ChainViolation[] {
  const [leaf, ...below] = chain;
  if (leaf === undefined) return [{ rule: 'no-disk' }];
  const found: ChainViolation[] = [];
  if (expected.masterPaths.includes(leaf.path)) found.push({ rule: 'leaf-is-master', path: leaf.path });
  if (!leaf.path.startsWith(expected.ownFolder)) found.push({ rule: 'leaf-outside-own-folder', path: leaf.path });
  if (expected.mode === 'full') {
    // What its own checkpoints froze is its own; anything else means that the copy is not whole.
    for (const disk of below) if (!disk.path.startsWith(expected.ownFolder)) found.push({ rule: 'unexpected-parent', path: disk.path });
    return found;
  }
  // Disks between leaf and master may be the machine's own (checkpoints); the rest must be the master's.
  const shared = below.filter((disk) => !disk.path.startsWith(expected.ownFolder));
  if (shared.length === 0) found.push({ rule: 'no-parent', path: leaf.path });
  for (const disk of shared) {
    if (!expected.masterPaths.includes(disk.path)) found.push({ rule: 'foreign-parent', path: disk.path });
  }
  return found;
}

/** One line for people: which rule a chain breaks. */
export function describeViolation(violation: ChainViolation): string {
  switch (violation.rule) {
    case 'no-disk':
      return 'the machine has no disk';
    case 'leaf-outside-own-folder':
      return `its disk ${violation.path} lies outside its own folder`;
    case 'leaf-is-master':
      return `it would write to the master ${violation.path}`;
    case 'no-parent':
      return `${violation.path} has no parent: it is a full copy where a linked clone was asked for`;
    case 'foreign-parent':
      return `it stands on ${violation.path}, which is not its master`;
    case 'unexpected-parent':
      return `it still stands on ${violation.path} although a full copy was asked for`;
  }
}

/** Everything that stands, directly or through others, on one of `paths`: the reason a master may not be deleted. */
export function standsOn(paths: readonly string[], chains: readonly DiskChain[]): DiskFile[] {
  const wanted = new Set(paths);
  const found = new Map<string, DiskFile>();
  for (const chain of chains) {
    const at = chain.findIndex((disk) => wanted.has(disk.path));
    for (const disk of chain.slice(0, Math.max(0, at))) if (!wanted.has(disk.path)) found.set(disk.path, disk);
  }
  return [...found.values()].sort((a, b) => a.path.localeCompare(b.path));
}

export interface RemovedFile {
  path: string;
  bytes: number;
}

export interface ParentFact {
  path: string;
  existsBefore: boolean;
  existsAfter: boolean;
  bytesBefore: number;
  bytesAfter: number;
  identityBefore: string;
  identityAfter: string;
}

/** What a delete read before, what it removed, and that the parents are still there after (promise 2). Times are ISO 8601. */
export interface DeletionProof {
  machineId: string;
  startedAt: string;
  finishedAt: string;
  chainsBefore: readonly DiskChain[];
  removed: readonly RemovedFile[];
  parents: readonly ParentFact[];
  /** Nothing was seen and nothing removed: its provider was written off, and this says which and why. */
  writtenOff?: string;
}

/** Whether a delete found nothing, as one that an earlier try had done already. */
export function foundNothing({ chainsBefore, removed }: DeletionProof): boolean {
  return chainsBefore.length === 0 && removed.length === 0;
}

/** Parents that a delete damaged; must be empty. */
export function damagedParents(proof: DeletionProof): ParentFact[] {
  return proof.parents.filter(
    (p) => p.existsBefore && (!p.existsAfter || p.bytesBefore !== p.bytesAfter || p.identityBefore !== p.identityAfter),
  );
}

/** What was read before a delete, kept before anything was removed. `startedAt` is ISO 8601. */
export interface BeforeDelete {
  startedAt: string;
  chains: readonly DiskChain[];
}

/** Disks that were read before a delete and that its proof does not speak of, because an earlier try had removed them. */
export function untold(before: BeforeDelete, proof: DeletionProof): DiskFile[] {
  const told = new Set([...proof.chainsBefore.flat(), ...proof.parents, ...proof.removed].map((x) => x.path));
  return uniqueDisks(before.chains).filter((disk) => !told.has(disk.path));
}

/** Paths of what the machine stood on: disks that lie beside none of its leaves. */
export function parentsBefore(before: BeforeDelete): string[] {
  const folders = before.chains.flatMap(([leaf]) => (leaf === undefined ? [] : [leaf.path.slice(0, leaf.path.lastIndexOf('/') + 1)]));
  const paths = uniqueDisks(before.chains).map((disk) => disk.path);
  return paths.filter((path) => !folders.some((folder) => path.startsWith(folder)));
}

/**
 * The proof of a delete whose earlier try was cut off before its own was kept: `before` was read before the first try, `seen` are the
 * disks that are there now, read by the same means as `before`. What lay beside a leaf and is not there any more was removed.
 */
export function completeProof(before: BeforeDelete, proof: DeletionProof, seen: readonly DiskFile[]): DeletionProof {
  const now = new Map(seen.map((disk) => [disk.path, disk]));
  const below = new Set(parentsBefore(before));
  const left = untold(before, proof);
  const removed = left.filter((disk) => !now.has(disk.path) && !below.has(disk.path));
  const parents = left
    .filter((disk) => !removed.includes(disk))
    .map((was): ParentFact => {
      const is = now.get(was.path);
      return {
        path: was.path,
        existsBefore: true,
        existsAfter: is !== undefined,
        bytesBefore: was.bytes,
        bytesAfter: is?.bytes ?? 0,
        identityBefore: was.identity,
        identityAfter: is?.identity ?? '',
      };
    });
  return {
    ...proof,
    startedAt: before.startedAt,
    chainsBefore: before.chains,
    removed: [...removed.map(({ path, bytes }) => ({ path, bytes })), ...proof.removed],
    parents: [...parents, ...proof.parents],
  };
}

function uniqueDisks(chains: readonly DiskChain[]): DiskFile[] {
  return [...new Map(chains.flat().map((disk) => [disk.path, disk])).values()];
}
