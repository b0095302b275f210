import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CloneResult, CloneSpec } from '../../driver/driver.ts';
import { diskTooSmall, driverError, noLargerDisk } from '../../driver/errors.ts';
import { type Ctx, checkCtx } from '../../lib/context.ts';
import { ensureStore, isEfi } from './efi.ts';
import type { Frozen } from './frozen.ts';
import { grantFile, type Host, macFor, pathExists } from './host.ts';
import { checkId } from './layout.ts';
import { DISK, type Masters } from './masters.ts';
import { leafPath, type MachineRecord, machineFile, type MasterRecord, readJson, writeJson } from './records.ts';
import { chainOf, readDisk } from './scan.ts';
import { hasTpm, mustHaveTpms } from './tpm.ts';

/** Its flash memory is not part of what a frozen parent keeps. */
const NO_INSTANT_EFI = 'instant clones are made of images that start with a BIOS: this one starts with EFI';

/** What is in it would be its parent's, seeds and all. */
const NO_INSTANT_TPM = 'instant clones are made of images without a TPM: each machine of this one has a TPM of its own';

/** Machines as they lie on storage: made, read back, listed. What runs is the fleet's. */
export class Machines {
  private readonly host: Host;
  private readonly masters: Masters;
  private readonly frozen: Frozen;

  constructor(host: Host, masters: Masters, frozen: Frozen) {
    this.host = host;
    this.masters = masters;
    this.frozen = frozen;
  }

  folder(machineId: string): string {
    return this.host.layout.machine(machineId);
  }

  async load(machineId: string): Promise<MachineRecord | undefined> {
    return await readJson<MachineRecord>(machineFile(this.folder(machineId)));
  }

  /** The record of a machine of ours; `not-found`, `not-owned`. */
  async need(machineId: string): Promise<MachineRecord> {
    const record = await this.load(machineId);
    if (record === undefined) {
      if (await pathExists(this.folder(machineId))) throw this.notOurs(machineId);
      throw driverError('not-found', `there is no machine ${machineId} here`);
    }
    if (!this.isOurs(record)) throw this.notOurs(machineId);
    return record;
  }

  /** As `need`, and the machine must have been made to its end. */
  async needMade(machineId: string): Promise<MachineRecord> {
    const record = await this.need(machineId);
    if (record.phase !== 'made') throw driverError('wrong-state', `machine ${machineId} was never finished`);
    return await this.settleLeaf(record);
  }

  isOurs(record: MachineRecord): boolean {
    return record.installationId === this.host.installationId;
  }

  notOurs(machineId: string) {
    return driverError('not-owned', `the folder of machine ${machineId} does not carry the tag of this installation`);
  }

  private async save(record: MachineRecord): Promise<void> {
    await writeJson(machineFile(this.folder(record.machineId)), record);
  }

  /** Changes fields of a record; two changes at the same time both count. */
  async update(machineId: string, change: Partial<MachineRecord>): Promise<MachineRecord> {
    return await this.host.locks.run({ signal: new AbortController().signal }, `record ${machineId}`, async () => {
      const changed = { ...(await this.need(machineId)), ...change };
      await this.save(changed);
      return changed;
    });
  }

  /** Names in the machines' folder that could be machines. */
  async list(): Promise<string[]> {
    return (await readdir(this.host.layout.machines)).filter((name) => !name.startsWith('.'));
  }

  async clone(ctx: Ctx, spec: CloneSpec): Promise<CloneResult> {
    checkId(spec.machineId, 'machine');
    const master = await this.masters.mustBeUnchanged(ctx, spec.revisionId);
    const there = await this.load(spec.machineId);
    if (there !== undefined) {
      this.mustMatch(there, spec);
      if (there.phase === 'made' && (await readDisk(leafPath(this.folder(spec.machineId), there)))) return await this.readBack(ctx, there);
    } else if (await pathExists(this.folder(spec.machineId))) throw this.notOurs(spec.machineId);
    mustBeAbleToGrow(spec, master);
    const record = there ?? (await this.tag(spec, master));
    try {
      return await this.makeDisk(ctx, record, master, spec.diskBytes);
    } catch (error) {
      // A clone that failed leaves nothing; one that was killed leaves a tag that says `making`.
      await rm(this.folder(spec.machineId), { recursive: true, force: true });
      throw error;
    }
  }

  /** Makes the folder together with its tag: there is no moment in which the folder lies there without one. */
  private async tag(spec: CloneSpec, master: MasterRecord): Promise<MachineRecord> {
    const instant = spec.mode === 'instant';
    const record: MachineRecord = {
      format: 1,
      installationId: this.host.installationId,
      machineId: spec.machineId,
      revisionId: spec.revisionId,
      mode: spec.mode,
      createdAt: new Date().toISOString(),
      hardware: { vcpus: spec.hardware.vcpus, memoryMiB: spec.hardware.memoryMiB },
      hostname: spec.hostname,
      mac: macFor(spec.machineId),
      phase: 'making',
      leaf: DISK,
      checkpoints: [],
      restorable: instant,
      needsIdentity: false,
      settled: false,
      notes: [],
    };
    if (instant && master.profile.guest.agent !== 'carrel') {
      throw driverError('not-supported', "an instant clone needs Carrel's agent in the guest, to give it an identity of its own");
    }
    if (instant && isEfi(master)) throw driverError('not-supported', NO_INSTANT_EFI, { hint: 'use --mode linked' });
    if (instant && hasTpm(master)) throw driverError('not-supported', NO_INSTANT_TPM, { hint: 'use --mode linked' });
    if (hasTpm(master)) mustHaveTpms(this.host.layout);
    const fresh = join(this.host.layout.machines, `.new-${spec.machineId}`);
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { mode: 0o711 });
    try {
      await writeJson(machineFile(fresh), record);
      await rename(fresh, this.folder(spec.machineId));
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      throw error;
    }
    return record;
  }

  private async makeDisk(ctx: Ctx, record: MachineRecord, master: MasterRecord, diskBytes?: number): Promise<CloneResult> {
    const { img } = this.host;
    const leaf = leafPath(this.folder(record.machineId), record);
    const base = this.masters.disk(master.revisionId);
    await grantFile(this.host, leaf);
    if (record.mode === 'full') {
      const report = (fraction: number) => ctx.progress({ text: 'copying the disk', fraction });
      await img.convert(ctx, { path: base, format: 'qcow2' }, leaf, { onProgress: report });
    } else if (record.mode === 'instant') {
      const parent = await this.frozen.ensure(ctx, master, record.hardware);
      await img.createOverlay(ctx, leaf, parent.disk);
      record.frozenKey = parent.key;
    } else await img.createOverlay(ctx, leaf, base);
    if (diskBytes !== undefined && diskBytes > master.virtualBytes) await img.grow(ctx, leaf, diskBytes);
    if (isEfi(master)) await ensureStore(this.host, this.masters, master, this.folder(record.machineId));
    checkCtx(ctx);
    return await this.readBack(ctx, await this.update(record.machineId, { phase: 'made', frozenKey: record.frozenKey }));
  }

  /** What the machine's disk really stands on, read from the headers. */
  async readBack(_ctx: Ctx, record: MachineRecord): Promise<CloneResult> {
    const folder = this.folder(record.machineId);
    const leaf = leafPath(folder, record);
    const there = await readDisk(leaf);
    return {
      machineId: record.machineId,
      mode: record.mode,
      chains: there === undefined ? [] : [await chainOf(leaf)],
      ownFolder: `${folder}/`,
      masterPaths: this.masterPaths(record),
      notes: record.notes,
    };
  }

  masterPaths(record: MachineRecord): string[] {
    const master = this.masters.disk(record.revisionId);
    return record.frozenKey === undefined ? [master] : [this.frozen.disk(record.revisionId, record.frozenKey), master];
  }

  /**
   * Ends a change of leaf that was cut off. An overlay that exists and stands on the old leaf shows the same content until somebody writes
   * to it, and may already have been written to: so it is always the right one to go on with.
   */
  private async settleLeaf(record: MachineRecord): Promise<MachineRecord> {
    if (record.pendingLeaf === undefined) return record;
    const folder = this.folder(record.machineId);
    const pending = await readDisk(join(folder, record.pendingLeaf)).catch(() => undefined);
    const taken = pending?.parent === leafPath(folder, record);
    if (!taken) await rm(join(folder, record.pendingLeaf), { force: true });
    return await this.update(record.machineId, { pendingLeaf: undefined, leaf: taken ? record.pendingLeaf : record.leaf });
  }

  private mustMatch(there: MachineRecord, spec: CloneSpec): void {
    if (!this.isOurs(there)) throw this.notOurs(spec.machineId);
    if (there.revisionId !== spec.revisionId || there.mode !== spec.mode) {
      throw driverError('already-exists', `machine ${spec.machineId} exists and is another one`, {
        details: { revisionId: there.revisionId, mode: there.mode },
      });
    }
  }
}

/** Errors: `not-supported`, as of {@link CloneSpec.diskBytes}. */
function mustBeAbleToGrow({ mode, revisionId, diskBytes }: CloneSpec, { virtualBytes }: MasterRecord): void {
  if (diskBytes === undefined) return;
  if (mode === 'instant') throw noLargerDisk(mode);
  if (diskBytes < virtualBytes) throw diskTooSmall(revisionId, diskBytes, virtualBytes);
}
