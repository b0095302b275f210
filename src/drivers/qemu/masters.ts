import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RevisionProfile } from '../../core/image.ts';
import type { Master, MasterCheck, MasterSpec } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import { type Ctx, checkCtx } from '../../lib/context.ts';
import { isCode } from '../../lib/errors.ts';
import { STORE } from './efi.ts';
import { type BuiltImage, type Host, pathExists, sealFile } from './host.ts';
import { importFile } from './import.ts';
import { type MachineRecord, type MasterRecord, readJson, type SealedFile, syncFolder, writeJson } from './records.ts';
import { readDisk } from './scan.ts';

export const DISK = 'disk.qcow2';

/** What becomes a master; files are moved into it. */
export interface MasterParts {
  disk: string;
  kernel?: string | undefined;
  initrd?: string | undefined;
  cmdline?: string | undefined;
  /** Store of the firmware's variables that its machines begin with; the firmware's template if left out. */
  variables?: string | undefined;
  profile: RevisionProfile;
  facts: Record<string, string>;
}

/** The golden disks of this host: made, sealed, checked. Removing them is in removal.ts, where all removing is. */
export class Masters {
  private readonly host: Host;
  /** Masters whose files were found unchanged since this process began. */
  private readonly seen = new Map<string, MasterRecord>();
  /** How the files of a master looked when every byte was found right. */
  private readonly proven = new Map<string, string>();

  constructor(host: Host) {
    this.host = host;
  }

  async load(revisionId: string): Promise<MasterRecord | undefined> {
    const known = this.seen.get(revisionId);
    if (known !== undefined) return known;
    const record = await readJson<MasterRecord>(join(this.host.layout.master(revisionId), 'master.json'));
    if (record !== undefined && record.installationId === this.host.installationId) this.seen.set(revisionId, record);
    return record;
  }

  forget(revisionId: string): void {
    this.seen.delete(revisionId);
    this.proven.delete(revisionId);
  }

  /** The record of a sealed master of ours; `not-found`, `not-owned`. */
  async need(revisionId: string): Promise<MasterRecord> {
    const record = await this.load(revisionId);
    if (record === undefined) throw driverError('not-found', `there is no master of revision ${revisionId} here`);
    if (record.installationId !== this.host.installationId) {
      throw driverError('not-owned', `the master of revision ${revisionId} belongs to another installation`);
    }
    return record;
  }

  file(revisionId: string, name: string): string {
    return join(this.host.layout.master(revisionId), name);
  }

  disk(revisionId: string): string {
    return this.file(revisionId, DISK);
  }

  /** A file of the master by name if it has one. */
  optional(record: MasterRecord, name: string): string | undefined {
    return record.files.some((file) => file.name === name) ? this.pathOf(record, name) : undefined;
  }

  private pathOf({ folder, revisionId }: MasterRecord, name: string): string {
    return folder === undefined ? this.file(revisionId, name) : join(folder, name);
  }

  /**
   * What a machine is started and reached by: what it was given when it was taken off its master, or its master's record. One that stands on
   * golden disks always has theirs. Errors: as of `need`.
   */
  async of(machine: Pick<MachineRecord, 'machineId' | 'revisionId' | 'mode'>): Promise<MasterRecord> {
    const folder = this.host.layout.origin(machine.machineId);
    const own = machine.mode === 'full' ? await readJson<MasterRecord>(join(folder, 'master.json')) : undefined;
    return own === undefined ? await this.need(machine.revisionId) : { ...own, folder };
  }

  /** As `of`, and unchanged as of `mustBeUnchanged`. */
  async unchangedOf(ctx: Ctx, machine: Pick<MachineRecord, 'machineId' | 'revisionId' | 'mode'>): Promise<MasterRecord> {
    return await this.unchanged(ctx, await this.of(machine));
  }

  async prepare(ctx: Ctx, spec: MasterSpec): Promise<Master> {
    const { revisionId, source } = spec;
    return await this.make(ctx, revisionId, async (folder) => {
      if (source.kind === 'file') return await importFile(ctx, this.host, source, folder);
      if (source.kind === 'vm') throw driverError('not-supported', 'QEMU has no machines of others to copy: import their disk as a file');
      if (source.kind === 'replica') throw driverError('not-supported', 'a host has one place for masters');
      const recipe = this.host.tools.recipes[source.recipe];
      if (recipe === undefined) throw driverError('not-supported', `there is no recipe called ${source.recipe}`);
      return partsOf(await recipe.build(ctx, join(folder, 'out')));
    });
  }

  /**
   * Makes a master from what `build` leaves in a staging folder. Twice the same id gives the same master; a rest of an earlier try goes
   * first. Whatever fails, the staging folder does not stay.
   */
  async make(ctx: Ctx, revisionId: string, build: (folder: string) => Promise<MasterParts>): Promise<Master> {
    return await this.host.locks.run(ctx, `master ${revisionId}`, async () => {
      const there = await this.load(revisionId);
      if (there !== undefined) return this.describe(await this.need(revisionId));
      await this.removeRests(revisionId);
      const folder = this.host.layout.stagingFor(revisionId, 'build');
      await mkdir(folder, { mode: 0o711 });
      try {
        return this.describe(await this.seal(ctx, revisionId, await build(folder)));
      } finally {
        await this.removeRests(revisionId);
      }
    });
  }

  /** Folders in staging that belong to a revision. */
  async rests(revisionId: string): Promise<string[]> {
    const names = await readdir(this.host.layout.staging);
    return names.filter((name) => name.startsWith(`${revisionId}.`)).map((name) => join(this.host.layout.staging, name));
  }

  async removeRests(revisionId: string): Promise<void> {
    for (const path of await this.rests(revisionId)) await rm(path, { recursive: true, force: true });
  }

  /** Hashes, closes and moves the parts to their place; the rename at the end is what makes them a master. */
  private async seal(ctx: Ctx, revisionId: string, parts: MasterParts): Promise<MasterRecord> {
    const { layout, installationId } = this.host;
    const folder = layout.stagingFor(revisionId, 'seal');
    await mkdir(folder, { mode: 0o755 });
    const files: SealedFile[] = [];
    for (const [name, from] of [
      [DISK, parts.disk],
      ['kernel', parts.kernel],
      ['initrd', parts.initrd],
      [STORE, parts.variables],
    ] as const) {
      if (from === undefined) continue;
      const path = join(folder, name);
      await rename(from, path);
      await sealFile(path);
      ctx.progress({ text: `hashing ${name}` });
      files.push(await describeFile(ctx, path, name));
    }
    const disk = await readDisk(join(folder, DISK));
    if (disk === undefined || disk.parent !== undefined) throw driverError('internal', 'a master must be a qcow2 that stands on nothing');
    const record: MasterRecord = {
      format: 1,
      installationId,
      revisionId,
      sealedAt: new Date().toISOString(),
      profile: parts.profile,
      files,
      cmdline: parts.cmdline,
      virtualBytes: disk.virtualBytes,
      facts: parts.facts,
    };
    await writeJson(join(folder, 'master.json'), record, 0o444);
    checkCtx(ctx);
    await rename(folder, layout.master(revisionId));
    await chmod(layout.master(revisionId), 0o555);
    await syncFolder(layout.master(revisionId));
    return record;
  }

  describe(record: MasterRecord): Master {
    return {
      revisionId: record.revisionId,
      profile: record.profile,
      files: record.files.map((file) => ({ path: this.file(record.revisionId, file.name), bytes: file.bytes, sha256: file.sha256 })),
      virtualBytes: record.virtualBytes,
      facts: record.facts,
    };
  }

  /** Compares every file with what was sealed, byte for byte. */
  async verify(ctx: Ctx, revisionId: string): Promise<MasterCheck> {
    return await this.compare(ctx, await this.need(revisionId));
  }

  private async compare(ctx: Ctx, record: MasterRecord): Promise<MasterCheck> {
    const { revisionId } = record;
    const look = await this.look(record);
    const files: MasterCheck['files'][number][] = [];
    for (const sealed of record.files) {
      const path = this.pathOf(record, sealed.name);
      let actual: string | undefined;
      let problem: string | undefined;
      try {
        actual = (await describeFile(ctx, path, sealed.name)).sha256;
        if (actual !== sealed.sha256) problem = 'its content is not what was sealed';
      } catch (error) {
        checkCtx(ctx);
        problem = (error as { code?: string }).code === 'ENOENT' ? 'it is missing' : 'it cannot be read';
      }
      files.push({ path, expectedSha256: sealed.sha256, actualSha256: actual, problem });
    }
    const ok = files.every((file) => file.problem === undefined);
    // What was written while it was read shows in the look: that one is not proven.
    if (ok && look === (await this.look(record))) this.proven.set(record.folder ?? revisionId, look);
    return { revisionId, ok, files };
  }

  /**
   * What shows, without reading content, that a sealed master may not be what it was: a file is missing, or its size, modification time or
   * mode is another. A look that was found to be of the same bytes once (a restored backup) counts as right. `no-permission` and the like
   * of a folder that cannot be looked into are thrown: they say nothing about the files.
   */
  async looksChanged(record: MasterRecord): Promise<string | undefined> {
    const look = await this.look(record);
    if (look === this.proven.get(record.folder ?? record.revisionId)) return undefined;
    for (const file of record.files) {
      const path = this.pathOf(record, file.name);
      const facts = await statOrGone(path);
      if (facts === undefined) return `${path} is missing`;
      if (facts.size !== file.bytes) return `${path} has ${facts.size} bytes, ${file.bytes} were sealed`;
      if (facts.mtimeMs !== file.mtimeMs) return `${path} was written to at ${facts.mtime.toISOString()}, after it was sealed`;
      if ((facts.mode & 0o222) !== 0) return `${path} may be written to: its mode is ${(facts.mode & 0o777).toString(8)}`;
    }
    return undefined;
  }

  private async look(record: MasterRecord): Promise<string> {
    const all = await Promise.all(record.files.map(async (file) => await statOrGone(this.pathOf(record, file.name))));
    return all.map((s) => (s === undefined ? 'missing' : `${s.ino}:${s.size}:${s.mtimeMs}:${s.ctimeMs}:${s.mode}`)).join(' ');
  }

  /**
   * The quick check before anything is put on a master: size, modification time and mode as sealed. If they differ (a restored backup, a
   * mistake), the whole content is compared, once for each look. Throws `master-changed`.
   */
  async mustBeUnchanged(ctx: Ctx, revisionId: string): Promise<MasterRecord> {
    return await this.unchanged(ctx, await this.need(revisionId));
  }

  private async unchanged(ctx: Ctx, record: MasterRecord): Promise<MasterRecord> {
    const { revisionId } = record;
    if ((await this.looksChanged(record)) === undefined) return record;
    const check = await this.compare(ctx, record);
    if (check.ok) return record;
    const [bad] = check.files.filter((file) => file.problem !== undefined);
    throw driverError('master-changed', `${bad?.path}: ${bad?.problem}`, {
      hint: 'publish another revision and look for what changed this file',
      details: { revisionId, path: bad?.path },
    });
  }

  /** Revisions of which anything is here. */
  async list(): Promise<{ sealed: MasterRecord[]; half: string[] }> {
    const sealed: MasterRecord[] = [];
    const half: string[] = [];
    for (const name of await readdir(this.host.layout.masters)) {
      const record = await readJson<MasterRecord>(join(this.host.layout.masters, name, 'master.json'));
      if (record?.revisionId === name) sealed.push(record);
      else half.push(name);
    }
    return { sealed, half };
  }

  async exists(revisionId: string): Promise<boolean> {
    return await pathExists(this.host.layout.master(revisionId));
  }
}

function partsOf(built: BuiltImage): MasterParts {
  const { disk, kernel, initrd, cmdline, profile, facts } = built;
  return { disk, kernel, initrd, cmdline, profile, facts };
}

/** Facts of a file, undefined when it is not there. */
async function statOrGone(path: string) {
  return await stat(path).catch((error: unknown) => {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  });
}

/** Size, hash and modification time of a file. */
export async function describeFile(ctx: Ctx, path: string, name: string): Promise<SealedFile> {
  const { mtimeMs, size } = await stat(path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal: ctx.signal })) hash.update(chunk as Buffer);
  return { name, bytes: size, sha256: hash.digest('hex'), mtimeMs };
}
