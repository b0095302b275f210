import { copyFile, mkdir, open, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeViolation, gate } from '../../core/lineage.ts';
import type { CloneResult } from '../../driver/driver.ts';
import { driverError, noRoomForCopy } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import type { Fleet } from './fleet.ts';
import { grantFile, type Host, pathExists, sealFile } from './host.ts';
import type { Machines } from './machines.ts';
import { describeFile, DISK, type Masters } from './masters.ts';
import { leafPath, type MachineRecord, type SealedFile, syncFolder, writeJson } from './records.ts';
import { chainOf, scanDisks } from './scan.ts';

/** The disk of a machine that was taken off its master; a rest of a copy that was cut off has `.new` after it. */
const OWN = 'own.qcow2';

/**
 * Takes a machine off its master: one disk with all that its chain shows, and what else its starts need of the master, sealed in the machine's own
 * folder. Both lie there whole before the machine's record names them, in one write: what it stood on goes after that.
 */
export class Unlink {
  private readonly host: Host;
  private readonly masters: Masters;
  private readonly machines: Machines;
  private readonly fleet: Fleet;
  private readonly freeBytes: (folder: string) => Promise<number>;

  constructor(parts: {
    host: Host;
    masters: Masters;
    machines: Machines;
    fleet: Fleet;
    /** Free bytes of the storage that a folder lies on. */
    freeBytes?: ((folder: string) => Promise<number>) | undefined;
  }) {
    this.host = parts.host;
    this.masters = parts.masters;
    this.machines = parts.machines;
    this.fleet = parts.fleet;
    this.freeBytes = parts.freeBytes ?? freeBytes;
  }

  /**
   * Errors: `wrong-state` while it is not off or has checkpoints; `gate-refused` where its disks stand on what is not its master's;
   * `master-changed`; `no-space`, with what is missing.
   */
  async run(ctx: Ctx, machineId: string): Promise<CloneResult> {
    const record = await this.machines.needMade(machineId);
    if (record.mode === 'full') {
      await this.bringOrigin(ctx, record);
      await this.tidy(record);
      return await this.machines.readBack(ctx, record);
    }
    await this.mustBeFree(ctx, record);
    await this.mustStandWhereItShould(ctx, record);
    await this.masters.unchangedOf(ctx, record);
    await this.bringOrigin(ctx, record);
    await this.copy(ctx, record);
    const fields = { mode: 'full', leaf: OWN, frozenKey: undefined, restorable: false, needsIdentity: false } as const;
    const now = await this.machines.update(machineId, fields);
    await syncFolder(leafPath(this.machines.folder(machineId), now));
    await this.tidy(now);
    return await this.machines.readBack(ctx, now);
  }

  private async mustBeFree(ctx: Ctx, { machineId, checkpoints }: MachineRecord): Promise<void> {
    const power = await this.fleet.power(ctx, machineId, this.machines.folder(machineId));
    if (power !== 'off' && power !== 'crashed') {
      throw driverError('wrong-state', `machine ${machineId} is ${power}`, { hint: 'Switch it off first.' });
    }
    if (checkpoints.length > 0) {
      throw driverError('wrong-state', `machine ${machineId} has checkpoints, which stand on its master too`, {
        hint: 'Delete them first.',
      });
    }
  }

  /** A chain that is not the machine's own is not read: it could name any file of this host. */
  private async mustStandWhereItShould(ctx: Ctx, record: MachineRecord): Promise<void> {
    const { chains, mode, ownFolder, masterPaths } = await this.machines.readBack(ctx, record);
    const wrong = (chains.length === 0 ? [[]] : chains).flatMap((chain) => gate(chain, { mode, ownFolder, masterPaths }));
    if (wrong.length === 0) return;
    throw driverError('gate-refused', `machine ${record.machineId} is not copied: ${wrong.map(describeViolation).join('; ')}`, {
      details: { violations: wrong },
    });
  }

  /** Copies the chain into one file beside the leaf. What the guest discarded takes no room in it. */
  private async copy(ctx: Ctx, record: MachineRecord): Promise<void> {
    const folder = this.machines.folder(record.machineId);
    const leaf = leafPath(folder, record);
    const fresh = join(folder, `${OWN}.new`);
    // What an earlier try left would count as room that is taken.
    for (const rest of [fresh, join(folder, OWN)]) await rm(rest, { force: true });
    const needed = await this.host.img.measure(ctx, leaf);
    const free = await this.freeBytes(folder);
    if (needed > free) throw noRoomForCopy(record.machineId, `the storage of ${this.host.layout.root}`, needed, free);
    try {
      await grantFile(this.host, fresh);
      const onProgress = (fraction: number) => ctx.progress({ text: 'copying the disk', fraction });
      await this.host.img.convert(ctx, { path: leaf, format: 'qcow2' }, fresh, { onProgress });
      // qemu-img leaves what it wrote to the kernel's cache.
      await flush(fresh);
      await rename(fresh, join(folder, OWN));
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    }
  }

  /** Gives the machine what else its starts need of its master: the record of its guest, kernel, firmware variables. Whole or not at all. */
  private async bringOrigin(ctx: Ctx, { machineId, revisionId }: MachineRecord): Promise<void> {
    const { host } = this;
    const folder = host.layout.origin(machineId);
    if (await pathExists(folder)) return;
    // Nobody removes the master meanwhile: a full copy does not keep it.
    await host.locks.run(ctx, `master ${revisionId}`, async () => {
      const master = await this.masters.mustBeUnchanged(ctx, revisionId);
      const fresh = `${folder}.new`;
      await rm(fresh, { recursive: true, force: true });
      await mkdir(fresh, { mode: 0o711 });
      try {
        const files: SealedFile[] = [];
        for (const { name, sha256 } of master.files) {
          if (name === DISK) continue;
          const to = join(fresh, name);
          await copyFile(this.masters.file(revisionId, name), to);
          await sealFile(to);
          await flush(to);
          const file = await describeFile(ctx, to, name);
          if (file.sha256 !== sha256) throw driverError('master-changed', `${name} of revision ${revisionId} is not what was sealed`);
          files.push(file);
        }
        const path = join(fresh, 'master.json');
        await writeJson(path, { ...master, files }, 0o444);
        await syncFolder(path);
        await rename(fresh, folder);
        await syncFolder(folder);
      } catch (error) {
        await rm(fresh, { recursive: true, force: true });
        throw error;
      }
    });
  }

  /** Takes away the disks that a machine which stands on nothing has no use for any more, unless somebody else's stands on one. */
  private async tidy(record: MachineRecord): Promise<void> {
    const folder = this.machines.folder(record.machineId);
    await rm(join(folder, `${OWN}.new`), { force: true });
    // Without its own disk of one piece it was made as a full copy, whose files are its checkpoints' affair.
    if (record.leaf !== OWN || record.checkpoints.length > 0) return;
    const needed = new Set((await chainOf(leafPath(folder, record))).map((disk) => disk.path));
    const scan = await scanDisks(this.host.layout.root);
    const unused = [...scan.disks.keys()].filter((path) => dirname(path) === folder && !needed.has(path));
    const others = [...scan.disks.values()].filter((disk) => dirname(disk.path) !== folder);
    if (!scan.complete || others.some(({ parent }) => parent !== undefined && unused.includes(parent))) return;
    for (const path of unused) await rm(path, { force: true });
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Makes sure that a file's bytes are on storage. */
async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
