import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Checkpoint } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import { type Ctx, checkCtx, withTimeout } from '../../lib/context.ts';
import { keepStore, restoreStore, tidyStores } from './efi.ts';
import type { Fleet } from './fleet.ts';
import { grantFile, type Host } from './host.ts';
import type { Machines } from './machines.ts';
import type { MachineRecord } from './records.ts';
import type { Runtime } from './runtime.ts';
import { scanDisks } from './scan.ts';
import { systemDisk } from './system-disk.ts';
import { keepTpm, restoreTpm, tidyTpms } from './tpm.ts';

/**
 * Checkpoints as external overlays inside the machine's own folder: the disk as it was stays as a file that nobody writes any more, and a
 * new leaf goes on top. So a checkpoint costs nothing until something is written, works while the machine runs, and shows in the lineage;
 * qcow2's internal snapshots do none of that. A revert puts a new leaf on the checkpoint's file and switches the machine off, since its
 * memory belongs to the disk that was there before.
 */
export class Checkpoints {
  private readonly host: Host;
  private readonly machines: Machines;
  private readonly fleet: Fleet;

  constructor(parts: { host: Host; machines: Machines; fleet: Fleet }) {
    this.host = parts.host;
    this.machines = parts.machines;
    this.fleet = parts.fleet;
  }

  async list(machineId: string): Promise<readonly Checkpoint[]> {
    const record = await this.machines.needMade(machineId);
    return record.checkpoints.map(({ name, createdAt }) => ({ name, createdAt }));
  }

  async make(ctx: Ctx, machineId: string, name: string): Promise<Checkpoint> {
    const record = await this.machines.needMade(machineId);
    const there = record.checkpoints.find((each) => each.name === name);
    if (there !== undefined) return { name, createdAt: there.createdAt };
    const folder = this.machines.folder(machineId);
    const state = await this.fleet.power(ctx, machineId, folder);
    const running = state === 'on' || state === 'suspended' ? this.fleet.get(machineId) : undefined;
    if (running === undefined && (state === 'on' || state === 'suspended')) throw driverError('busy', 'the machine does not answer');
    await keepStore(folder, record.leaf);
    await keepTpm(folder, record.leaf);
    const leaf = await this.newLeaf(ctx, record, record.leaf, async (path, file) => {
      if (running !== undefined) await switchLeaf(ctx, running, path, file);
    });
    const made = { name, createdAt: new Date().toISOString(), file: record.leaf };
    await this.machines.update(machineId, { leaf, pendingLeaf: undefined, checkpoints: [...record.checkpoints, made] });
    return { name, createdAt: made.createdAt };
  }

  async revert(ctx: Ctx, machineId: string, name: string): Promise<void> {
    const record = await this.machines.needMade(machineId);
    const checkpoint = record.checkpoints.find((each) => each.name === name);
    if (checkpoint === undefined) throw driverError('not-found', `machine ${machineId} has no checkpoint ${JSON.stringify(name)}`);
    await this.fleet.end(ctx, machineId, this.machines.folder(machineId), true);
    checkCtx(ctx);
    const leaf = await this.newLeaf(ctx, record, checkpoint.file, async () => {
      await restoreStore(this.host, this.machines.folder(machineId), checkpoint.file);
      await restoreTpm(this.host, this.machines.folder(machineId), checkpoint.file);
    });
    await this.machines.update(machineId, { leaf, pendingLeaf: undefined, restorable: false, needsIdentity: false });
    await this.dropUnused(record, leaf);
  }

  /**
   * Makes a new leaf on a file of the machine's own. It is noted as pending first only when it stands on the present leaf: then, whatever
   * happens in between, going on with it is right (see `settleLeaf`).
   */
  private async newLeaf(ctx: Ctx, record: MachineRecord, on: string, use: (path: string, file: string) => Promise<void>): Promise<string> {
    const folder = this.machines.folder(record.machineId);
    const file = `disk-${Date.now().toString(36)}-${process.hrtime.bigint().toString(36).slice(-4)}.qcow2`;
    const path = join(folder, file);
    if (on === record.leaf) await this.machines.update(record.machineId, { pendingLeaf: file });
    try {
      await grantFile(this.host, path);
      await this.host.img.createOverlay(ctx, path, join(folder, on));
      await use(path, file);
      return file;
    } catch (error) {
      const runs = (await this.fleet.power(withTimeout(ctx, 5_000), record.machineId, folder).catch(() => 'on')) !== 'off';
      // Where QEMU may already write to it, it stays, and is settled at the next look.
      if (!runs) {
        await rm(path, { force: true });
        await this.machines.update(record.machineId, { pendingLeaf: undefined });
      }
      throw error;
    }
  }

  /**
   * Forgets a checkpoint and takes out what only it needed. A file in the middle of a chain goes once the machine is off: what stands on it gets
   * a copy of what it had (never the other way, so nothing below is written). While it runs the file stays, until the next such call.
   */
  async remove(ctx: Ctx, machineId: string, name: string): Promise<void> {
    const record = await this.machines.needMade(machineId);
    const checkpoints = record.checkpoints.filter((each) => each.name !== name);
    // First of all nobody goes back to it any more; broken off after that, the rest is found by the next call.
    const now =
      checkpoints.length < record.checkpoints.length ? await this.machines.update(machineId, { checkpoints: [...checkpoints] }) : record;
    await this.tidy(ctx, now);
  }

  private async tidy(ctx: Ctx, record: MachineRecord): Promise<void> {
    const folder = this.machines.folder(record.machineId);
    const kept = record.checkpoints.map((each) => each.file);
    await tidyStores(folder, kept);
    await tidyTpms(folder, kept);
    const needed = new Set([record.leaf, ...kept].map((file) => join(folder, file)));
    const scan = await scanDisks(this.host.layout.root);
    if (!scan.complete) return;
    const disks = new Map(scan.disks);
    const off = ['off', 'crashed'].includes(await this.fleet.power(ctx, record.machineId, folder));
    for (const { path, parent } of scan.disks.values()) {
      if (dirname(path) !== folder || needed.has(path)) continue;
      const above = [...disks.values()].filter((disk) => disk.parent === path);
      if (above.length > 0) {
        // A full copy's base is most of the machine: it is kept rather than copied.
        if (!off || parent === undefined || above.some((disk) => dirname(disk.path) !== folder)) continue;
        const below = disks.get(path)?.parent ?? parent;
        for (const disk of above) {
          await this.host.img.standLower(ctx, disk.path, below);
          disks.set(disk.path, { ...disk, parent: below });
        }
      }
      await rm(path, { force: true });
      disks.delete(path);
    }
  }

  /** Removes the old leaf after a revert, unless it is a checkpoint's or something stands on it. */
  private async dropUnused(record: MachineRecord, leaf: string): Promise<void> {
    if (record.leaf === leaf || record.checkpoints.some((each) => each.file === record.leaf)) return;
    const old = join(this.machines.folder(record.machineId), record.leaf);
    const scan = await scanDisks(this.host.layout.root);
    if (!scan.complete || [...scan.disks.values()].some((disk) => disk.parent === old)) return;
    await rm(old, { force: true });
  }
}

/** Lets a running QEMU go on with a new leaf; the old one is then read only. File systems are held still meanwhile if the guest can. */
async function switchLeaf(ctx: Ctx, runtime: Runtime, path: string, file: string): Promise<void> {
  const { qmp } = runtime;
  const { node: now } = await systemDisk(ctx, qmp);
  const node = `leaf-${file.replace(/[^a-z0-9]/g, '').slice(4, 24)}`;
  await qmp.execute(ctx, 'blockdev-add', {
    driver: 'qcow2',
    'node-name': node,
    file: { driver: 'file', filename: path },
    backing: null,
    discard: 'unmap',
    'detect-zeroes': 'unmap',
  });
  await qmp.execute(ctx, 'blockdev-snapshot', { node: now, overlay: node });
}
