import { chmod, lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { damagedParents, type DeletionProof, type DiskChain, type ParentFact, type RemovedFile } from '../../core/lineage.ts';
import { driverError } from '../../driver/errors.ts';
import type { CarrelError } from '../../lib/errors.ts';
import { type Ctx, checkCtx } from '../../lib/context.ts';
import type { Fleet } from './fleet.ts';
import type { Frozen } from './frozen.ts';
import { fileIdentity, type Host, pathExists } from './host.ts';
import type { Machines } from './machines.ts';
import type { Masters } from './masters.ts';
import { chainOf, directChildren, type Scan, scanDisks } from './scan.ts';

/**
 * All removing of disks happens here (promise 2): read what stands on what, refuse if anything stands on what would go, remove only inside
 * one folder of ours, look again at everything that was below.
 */
export class Removal {
  private readonly host: Host;
  private readonly masters: Masters;
  private readonly machines: Machines;
  private readonly frozen: Frozen;
  private readonly fleet: Fleet;

  constructor(parts: { host: Host; masters: Masters; machines: Machines; frozen: Frozen; fleet: Fleet }) {
    this.host = parts.host;
    this.masters = parts.masters;
    this.machines = parts.machines;
    this.frozen = parts.frozen;
    this.fleet = parts.fleet;
  }

  /** Takes a machine away in whatever state it is: running, paused, crashed, half-made, with or without a process. */
  async machine(ctx: Ctx, machineId: string): Promise<DeletionProof> {
    const folder = this.machines.folder(machineId);
    const there = await pathExists(folder);
    const record = there ? await this.machines.need(machineId) : undefined;
    checkCtx(ctx);
    if (record !== undefined) await this.mustBeFree(await this.scan(), folder, machineId);
    checkCtx(ctx);
    await this.fleet.end(ctx, machineId, folder, false);
    return await this.removeFolder(machineId, folder);
  }

  /** Takes a master and its frozen parents away, unless anything stands on one of them. */
  async master(ctx: Ctx, revisionId: string): Promise<DeletionProof> {
    const folder = this.host.layout.master(revisionId);
    const { frozen } = this.host.layout;
    const record = await this.masters.load(revisionId);
    if (record !== undefined) await this.masters.need(revisionId);
    else if ((await pathExists(folder)) && (await readdir(folder)).length > 0) {
      throw driverError('not-owned', `the folder of revision ${revisionId} does not carry the tag of this installation`);
    }
    if (this.frozen.isMaking(revisionId)) throw driverError('busy', `a frozen parent of revision ${revisionId} is being made`);
    checkCtx(ctx);
    const scan = await this.scan();
    const keys = await this.frozen.keys(revisionId);
    const parents = keys.map((key) => this.frozen.folder(revisionId, key));
    // The frozen parent may stand on the master, since it goes first; nothing else may stand on either.
    await this.mustBeFree(scan, folder, revisionId, parents);
    for (const parent of parents) await this.mustBeFree(scan, parent, revisionId);
    checkCtx(ctx);
    await this.frozen.release(revisionId);
    const removed: RemovedFile[] = [];
    for (const parent of parents) removed.push(...(await this.removeFolder(revisionId, parent)).removed);
    await rmdir(join(frozen, revisionId)).catch(() => {});
    await this.masters.removeRests(revisionId);
    this.masters.forget(revisionId);
    const proof = await this.removeFolder(revisionId, folder);
    return { ...proof, removed: [...removed, ...proof.removed] };
  }

  /** Removes frozen parents that can no longer be used and that nothing stands on. */
  async staleFrozen(revisionId: string, keep: string): Promise<void> {
    const scan = await this.scan();
    for (const key of await this.frozen.keys(revisionId)) {
      const folder = this.frozen.folder(revisionId, key);
      if (key === keep || (await this.frozen.isSound(revisionId, key)) || this.childrenIn(scan, folder, []).length > 0) continue;
      await this.frozen.release(revisionId, key);
      await this.removeFolder(revisionId, folder);
    }
  }

  /** Takes away a folder that belongs to nothing, after the same look at who stands on it. */
  async strayFolder(ctx: Ctx, folder: string): Promise<void> {
    await this.mustBeFree(await this.scan(), folder, folder);
    checkCtx(ctx);
    await this.removeFolder(folder, folder);
  }

  private async scan(): Promise<Scan> {
    const scan = await scanDisks(this.host.layout.root);
    if (scan.unread !== undefined) throw cannotLook(scan.unread);
    return scan;
  }

  private async mustBeFree(scan: Scan, folder: string, id: string, except: readonly string[] = []): Promise<void> {
    const children = this.childrenIn(scan, folder, except);
    if (children.length === 0) return;
    throw driverError('has-children', `${children.length} other disk(s) stand on ${id}`, {
      hint: 'remove what stands on it first',
      details: { children },
    });
  }

  /** Paths of disks outside `folder` that stand on a disk in it. A parent counts by its path, also when its file is gone. */
  private childrenIn(scan: Scan, folder: string, except: readonly string[]): string[] {
    const inside = (path: string) => path.startsWith(`${folder}/`);
    const mine = [...scan.disks.values()].flatMap((disk) => [disk.path, disk.parent ?? '']).filter(inside);
    return directChildren(scan, mine)
      .map((disk) => disk.path)
      .filter((path) => !inside(path) && !except.some((other) => path.startsWith(`${other}/`)));
  }

  /** Removes one folder of ours and proves that nothing below its disks was touched. */
  private async removeFolder(id: string, folder: string): Promise<DeletionProof> {
    const startedAt = new Date().toISOString();
    const chainsBefore = await chainsIn(folder);
    const below = [...new Set(chainsBefore.flat().map((disk) => disk.path))].filter((path) => !path.startsWith(`${folder}/`));
    const before = new Map(await Promise.all(below.map(async (path) => [path, await fileIdentity(path)] as const)));
    const removed = await removeTree(folder);
    const parents: ParentFact[] = [];
    for (const [path, was] of before) {
      const is = await fileIdentity(path);
      parents.push({
        path,
        existsBefore: was.exists,
        existsAfter: is.exists,
        bytesBefore: was.bytes,
        bytesAfter: is.bytes,
        identityBefore: was.identity,
        identityAfter: is.identity,
      });
    }
    const proof = { machineId: id, startedAt, finishedAt: new Date().toISOString(), chainsBefore, removed, parents };
    const [damaged] = damagedParents(proof);
    if (damaged !== undefined)
      throw driverError('master-changed', `${damaged.path} changed while ${id} was removed`, { details: { proof } });
    return proof;
  }
}

/** Why nothing is removed: a disk may lie where nobody can look. What a person must mend is not waited for. */
function cannotLook({ path, why }: NonNullable<Scan['unread']>): CarrelError {
  const text = 'not every disk below the data directory could be read, so nothing is removed';
  const details = { path, why };
  if (why === 'deep')
    return driverError('no-permission', `${text}: ${path} lies too deep`, { hint: 'move that folder elsewhere', details });
  if (why === 'EACCES' || why === 'EPERM' || why === 'ELOOP')
    return driverError('no-permission', `${text}: ${path} may not be read (${why})`, {
      hint: 'give this account the right to read it, or move it elsewhere, and retry the job',
      details,
    });
  return driverError('unavailable', `${text}: ${path} (${why})`, { hint: 'look at the storage of the data directory', details });
}

/** Chains of all disks in a folder that no other disk in it stands on. */
async function chainsIn(folder: string): Promise<DiskChain[]> {
  const scan = await scanDisks(folder);
  const parents = new Set([...scan.disks.values()].map((disk) => disk.parent));
  const leaves = [...scan.disks.values()].filter((disk) => !parents.has(disk.path) && disk.format === 'qcow2');
  return await Promise.all(leaves.map(async (leaf) => await chainOf(leaf.path, scan.disks)));
}

/**
 * Removes a folder file by file, links as links. The tag goes last, so that a delete that is cut off leaves something that is still known to
 * be ours.
 */
async function removeTree(folder: string): Promise<RemovedFile[]> {
  const removed: RemovedFile[] = [];
  const visit = async (path: string, last: boolean): Promise<void> => {
    // Masters are closed to writing; the folder must be open to lose its entries.
    await chmod(path, 0o700);
    const entries = (await readdir(path, { withFileTypes: true })).sort((a, b) => rank(a.name) - rank(b.name));
    for (const entry of entries) {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) await visit(inner, false);
      else {
        const { size } = await lstat(inner);
        await rm(inner, { force: true });
        if (entry.isFile()) removed.push({ path: inner, bytes: size });
      }
    }
    await rmdir(path);
    if (last) return;
  };
  if (await pathExists(folder)) await visit(folder, true);
  return removed;
}

function rank(name: string): number {
  return ['machine.json', 'master.json', 'frozen.json'].includes(name) ? 1 : 0;
}

/** Whether `path` is directly inside `folder`. */
export function isDirectlyIn(path: string, folder: string): boolean {
  return dirname(path) === folder;
}
