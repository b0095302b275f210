import { lstat, readdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DiskChain, DiskFile } from '../../core/lineage.ts';
import { driverError } from '../../driver/errors.ts';
import { errorCode, isCode } from '../../lib/errors.ts';
import { readQcow2, resolveBacking } from '../../qemu/qcow2.ts';
import { isStore } from './efi.ts';
import { isTpmState } from './tpm.ts';

/** All disks below a folder as their headers say it. */
export interface Scan {
  /** False when a folder or file could not be read. */
  complete: boolean;
  /** The first of those, and why: the code of the error, or `deep` for a folder deeper than is looked. */
  unread: { path: string; why: string } | undefined;
  disks: ReadonlyMap<string, DiskFile>;
}

/** Folders deeper than this are not ours; also the end of any loop. */
const MAX_DEPTH = 6;
/** Longest chain that is followed; QEMU itself refuses far earlier. */
const MAX_CHAIN = 200;

/** One disk as its header shows it; undefined when the file is gone or is no qcow2. Throws `bad-image` for a broken header. */
export async function readDisk(path: string): Promise<DiskFile | undefined> {
  let facts: Awaited<ReturnType<typeof statBig>>;
  try {
    facts = await statBig(path);
    if (!facts.isFile()) return undefined;
  } catch (error) {
    if (gone(error)) return undefined;
    throw error;
  }
  const identity = `${facts.ino}:${facts.mtimeNs}:${facts.size}`;
  const bytes = Number(facts.blocks) * 512;
  try {
    const header = await readQcow2(path);
    if (header === undefined) return undefined;
    const parent = header.backingFile === undefined ? undefined : await canonical(resolveBacking(path, header.backingFile));
    return { path, format: 'qcow2', ...(parent === undefined ? {} : { parent }), bytes, virtualBytes: header.virtualBytes, identity };
  } catch (error) {
    if (gone(error)) return undefined;
    throw error;
  }
}

async function statBig(path: string) {
  return await lstat(path, { bigint: true });
}

function gone(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code ?? '');
}

/** Links on the way resolved, so that a parent has one name however it is written. */
async function canonical(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

/** Reads every qcow2 below `root`. A file that vanishes meanwhile is no fault; one that cannot be read makes the scan incomplete. */
export async function scanDisks(root: string): Promise<Scan> {
  const disks = new Map<string, DiskFile>();
  let unread: Scan['unread'];
  const miss = (path: string, why: string): void => void (unread ??= { path, why });
  const visit = async (folder: string, depth: number): Promise<void> => {
    let entries: import('node:fs').Dirent[];
    try {
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      if (!gone(error)) miss(folder, errorCode(error));
      return;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (depth < MAX_DEPTH) await visit(path, depth + 1);
        else miss(path, 'deep');
      } else if (entry.isFile() && !isStore(entry.name) && !isTpmState(entry.name)) {
        // A store of EFI variables or a TPM's is the guest's own bytes: it could show itself as a disk that stands on any other.
        try {
          const disk = await readDisk(path);
          if (disk !== undefined) disks.set(path, disk);
        } catch (error) {
          // QEMU cannot open a disk whose header is broken, so it stands on nothing; a file that we may not read might.
          if (isCode(error, 'bad-image')) disks.set(path, { path, format: 'broken', bytes: 0, virtualBytes: 0, identity: '' });
          else miss(path, errorCode(error));
        }
      }
    }
  };
  await visit(await canonical(root), 0);
  return { complete: unread === undefined, unread, disks };
}

/** A disk and what it stands on, the leaf first; parents outside the scan are read where they lie. */
export async function chainOf(leaf: string, known: ReadonlyMap<string, DiskFile> = new Map()): Promise<DiskFile[]> {
  const chain: DiskFile[] = [];
  for (let path: string | undefined = leaf; path !== undefined; ) {
    if (chain.length >= MAX_CHAIN || chain.some((disk) => disk.path === path)) {
      throw driverError('bad-image', `the disks below ${leaf} stand on each other in a circle`);
    }
    const disk: DiskFile | undefined = known.get(path) ?? (await readDisk(path));
    // A parent that is missing, or is no qcow2, still belongs in the chain: it is what the disk stands on.
    chain.push(disk ?? { path, format: 'unknown', bytes: 0, virtualBytes: 0, identity: '' });
    path = disk?.parent;
  }
  return chain;
}

/** Every chain of a scan: from each disk that no other stands on, down. */
export async function allChains(scan: Scan): Promise<DiskChain[]> {
  const parents = new Set([...scan.disks.values()].map((disk) => disk.parent));
  const leaves = [...scan.disks.keys()].filter((path) => !parents.has(path));
  const chains: DiskChain[] = [];
  for (const leaf of leaves) chains.push(await chainOf(leaf, scan.disks));
  return chains;
}

/** Disks of a scan that stand directly on one of `paths` without being one of them. */
export function directChildren(scan: Scan, paths: readonly string[]): DiskFile[] {
  const wanted = new Set(paths);
  return [...scan.disks.values()].filter((disk) => disk.parent !== undefined && wanted.has(disk.parent) && !wanted.has(disk.path));
}
